import type { GraphProto, NodeProto } from "../proto/model.ts";
import { readsOf, spliced } from "./functions.ts";

/** Most nodes that the rounds of one Loop or Scan are written out as; beyond them it stays a loop, and so does its gradient. */
const mostUnrolled = 4096;

/** Whether the rounds of a loop, each of that many nodes, are few enough to be written out. */
export const fewRounds = (count: number, nodes: number): boolean => count * Math.max(1, nodes) <= mostUnrolled;

/** The part of a loop's body that decides whether it goes on, and the carried values that this part reads, by place. */
export interface Deciding {
  readonly nodes: readonly NodeProto[];
  readonly carried: readonly number[];
}

const named = (list: readonly { readonly name?: string }[] | undefined): string[] =>
  (list ?? []).map(({ name = "" }) => name);

/**
 * The part of a loop that decides on its rounds, if nothing that is computed in the run affects it: the rounds are known
 * then, as in the loops that PyTorch writes for operators which ONNX lacks.
 */
export function deciding(
  body: GraphProto,
  known: (outer: string) => boolean,
  initial: readonly string[],
): Deciding | undefined {
  const makers = new Map((body.node ?? []).flatMap((node) => (node.output ?? []).map((name) => [name, node] as const)));
  const [again = "", ...after] = named(body.output);
  const [round = "", on = "", ...states] = named(body.input);
  const constants = new Set(named(body.initializer));
  const carried = new Set<number>();
  const nodes = new Set<NodeProto>();
  const waiting = [again];
  const seen = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === "" || seen.has(name) || constants.has(name) || name === round || name === on) continue;
    seen.add(name);
    const at = states.indexOf(name);
    const maker = makers.get(name);
    if (at >= 0) {
      if (!known(initial[at] ?? "")) return undefined;
      carried.add(at);
      waiting.push(after[at] ?? "");
    } else if (maker !== undefined) {
      nodes.add(maker);
      for (const read of readsOf(maker)) waiting.push(read);
    } else if (!known(name)) return undefined;
  }
  return { nodes: (body.node ?? []).filter((node) => nodes.has(node)), carried: [...carried] };
}

/** A loop of that many rounds as nodes of the graph around it; undefined where it would give an output of no rounds. */
export function unrolled(
  node: NodeProto,
  body: GraphProto,
  rounds: number,
  fresh: (name: string) => string,
): { readonly nodes: NodeProto[]; readonly initializers: GraphProto["initializer"] & {} } | undefined {
  const [, , ...initial] = node.input ?? [];
  const [count = "", on = "", ...inputs] = named(body.input);
  const scans = named(body.output).slice(1 + initial.length);
  if (rounds === 0 && scans.length > 0) return undefined;
  const nodes: NodeProto[] = [];
  const initializers: (GraphProto["initializer"] & {})[number][] = [];
  const elements = scans.map((): string[] => []);
  let states = initial;
  for (let round = 0; round < rounds; round++) {
    const number = { name: "value_int", type: 2, i: BigInt(round) };
    const truth = { name: "value", type: 4, t: { dims: [], dataType: 9, rawData: Uint8Array.of(1) } };
    const given: NodeProto[] = [
      { opType: "Constant", output: [count], attribute: [number] },
      { opType: "Constant", output: [on], attribute: [truth] },
      ...inputs.map((name, i): NodeProto => ({ opType: "Identity", input: [states[i] ?? ""], output: [name] })),
    ];
    const outputs = named(body.output).map((name, i) => (i === 0 ? "" : fresh(name)));
    const made = spliced({ ...body, input: [], node: [...given, ...(body.node ?? [])] }, outputs, fresh);
    nodes.push(...made.nodes);
    initializers.push(...made.initializers);
    states = outputs.slice(1, 1 + initial.length);
    outputs.slice(1 + initial.length).forEach((name, k) => {
      elements[k]?.push(name);
    });
  }
  for (const [i, output] of (node.output ?? []).entries()) {
    if (output === "") continue;
    const all = elements[i - initial.length];
    if (all === undefined) {
      nodes.push({ opType: "Identity", input: [states[i] ?? ""], output: [output] });
      continue;
    }
    const sequence = fresh(`${output}/elements`);
    const options = [
      { name: "axis", type: 2, i: 0n },
      { name: "new_axis", type: 2, i: 1n },
    ];
    nodes.push({ opType: "SequenceConstruct", input: all, output: [sequence] });
    nodes.push({ opType: "ConcatFromSequence", input: [sequence], output: [output], attribute: options });
  }
  return { nodes, initializers };
}

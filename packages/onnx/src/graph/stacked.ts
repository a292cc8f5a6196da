import type { AttributeProto, GraphProto, NodeProto } from "../proto/model.ts";
import { type Call, readsOf } from "./functions.ts";

/**
 * A loop that appends one tensor per round to a sequence, as PyTorch writes EmbeddingBag, becomes one that stacks them: sequences have
 * no gradients. All of them must have one size, as those of a loop's outputs do.
 */
export function stacked(calls: readonly Call[], kept: ReadonlySet<string>, fresh: (name: string) => string): Call[] {
  if (!calls.some(({ node }) => node.opType === "SequenceEmpty")) return [...calls];
  const makers = new Map(calls.flatMap(({ node }) => (node.output ?? []).map((name) => [name, node] as const)));
  const empty = (name: string): boolean => {
    const maker = makers.get(name);
    return maker?.opType === "Identity" ? empty(maker.input?.[0] ?? "") : maker?.opType === "SequenceEmpty";
  };
  /** For sequences that are gone, the tensor that holds their elements one above the other. */
  const instead = new Map<string, string>();
  const made = calls.map((call) => {
    const { node } = call;
    if (node.opType !== "Loop") return call;
    const at = (node.output ?? []).findIndex((output, k) => {
      const readers = calls.filter((other) => other.reads.includes(output));
      return (
        empty(node.input?.[2 + k] ?? "") && !kept.has(output) && readers.every(({ node: reader }) => joins(reader))
      );
    });
    const loop = at < 0 ? undefined : stacking(node, at, fresh);
    if (loop === undefined) return call;
    instead.set(node.output?.[at] ?? "", loop.output?.at(-1) ?? "");
    return { ...call, node: loop, reads: readsOf(loop) };
  });
  return made.flatMap((call) => {
    const all = instead.get(call.node.input?.[0] ?? "");
    if (all === undefined || call.node.opType !== "ConcatFromSequence") return [call];
    return joined(call.node, all, fresh).map((node) => ({ ...call, node, reads: readsOf(node) }));
  });
}

const number = ({ attribute = [] }: NodeProto, name: string): number =>
  Number(attribute.find((a) => a.name === name)?.i ?? 0);
/** Whether a node joins the elements of a sequence along their first dimension, or a new one before it. */
const joins = (node: NodeProto): boolean => node.opType === "ConcatFromSequence" && number(node, "axis") === 0;

/** The loop without its carried sequence, and with what was appended as its last output. */
function stacking(node: NodeProto, at: number, fresh: (name: string) => string): NodeProto | undefined {
  const body = node.attribute?.find((a) => a.name === "body")?.g;
  const [sequence, after] = [body?.input?.[2 + at]?.name ?? "", body?.output?.[1 + at]?.name ?? ""];
  const readers = (name: string): NodeProto[] => (body?.node ?? []).filter((one) => readsOf(one).includes(name));
  const [append, ...more] = readers(sequence);
  if (body === undefined || append?.opType !== "SequenceInsert" || more.length > 0 || readers(after).length > 0)
    return undefined;
  const [, row = "", place = ""] = append.input ?? [];
  if (append.output?.[0] !== after || place !== "") return undefined;
  const element = fresh(`${after}/element`);
  const stack: NodeProto = { opType: "Identity", input: [row], output: [element] };
  const inner: GraphProto = {
    ...body,
    node: (body.node ?? []).map((one) => (one === append ? stack : one)),
    input: (body.input ?? []).toSpliced(2 + at, 1),
    output: [...(body.output ?? []).toSpliced(1 + at, 1), { name: element }],
  };
  return {
    ...node,
    input: (node.input ?? []).toSpliced(2 + at, 1),
    output: [...(node.output ?? []).toSpliced(at, 1), fresh(`${node.output?.[at]}/stacked`)],
    attribute: (node.attribute ?? []).map((a): AttributeProto => (a.name === "body" ? { ...a, g: inner } : a)),
  };
}

/** The elements one after the other, from the tensor that has them one above the other. */
function joined(node: NodeProto, all: string, fresh: (name: string) => string): NodeProto[] {
  const [output = ""] = node.output ?? [];
  if (number(node, "new_axis") === 1) return [{ ...node, opType: "Identity", attribute: [], input: [all] }];
  const [sizes, open, shape] = [fresh(`${output}/sizes`), fresh(`${output}/open`), fresh(`${output}/shape`)];
  const rest: NodeProto = {
    opType: "Shape",
    input: [all],
    output: [sizes],
    attribute: [{ name: "start", type: 2, i: 2n }],
  };
  const minus: NodeProto = {
    opType: "Constant",
    output: [open],
    attribute: [{ name: "value_ints", type: 7, ints: [-1n] }],
  };
  const concat: NodeProto = {
    opType: "Concat",
    input: [open, sizes],
    output: [shape],
    attribute: [{ name: "axis", type: 2, i: 0n }],
  };
  return [rest, minus, concat, { ...node, opType: "Reshape", attribute: [], input: [all, shape] }];
}

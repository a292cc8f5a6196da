import { type Dim, same } from "../dims.ts";
import { int, ints, type Scope, subgraph, type TensorType } from "../node.ts";
import type { Call, Inference } from "./call.ts";

/** Nested bodies are inferred twice per level; below this depth their types are left open. */
const deepest = 8;

function depth(graph: Scope): number {
  return graph.outer === undefined ? 0 : depth(graph.outer) + 1;
}

/** The type that covers both of two types. */
function either(c: Call, i: number, a: TensorType | undefined, b: TensorType | undefined): TensorType | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.elem !== b.elem) c.fail(`gives output ${i} as ${a.elem} or as ${b.elem}.`);
  const shape =
    a.shape === undefined || a.shape.length !== b.shape?.length
      ? undefined
      : a.shape.map((d, k) => (same(d, b.shape?.[k] ?? d) ? d : c.unknown(i, k)));
  return { elem: a.elem, shape };
}

function resultTypes(graph: Scope): (TensorType | undefined)[] {
  return [...graph.outputs.keys()].map((name) => graph.typeOf(name));
}

/** The types of a body's outputs, given those of its inputs. */
function run(body: Scope, inputs: readonly (TensorType | undefined)[]): (TensorType | undefined)[] {
  for (const [i, name] of [...body.inputs.keys()].entries()) {
    const type = inputs[i];
    if (type !== undefined) body.input(name, type);
  }
  body.refresh();
  return resultTypes(body);
}

type Types = readonly (TensorType | undefined)[];

/** The types that hold in every round for the values that a body is given and gives back, its outputs from `skip` on. */
function settled(
  c: Call,
  body: Scope,
  fixed: Types,
  first: Types,
  rest: Types,
  skip: number,
): { readonly carried: Types; readonly last: Types } {
  const once = run(body, [...fixed, ...first, ...rest]);
  const carried = first.map((type, i) => either(c, i, type, once[i + skip]));
  const changed = carried.some(
    (type, i) => type?.shape !== first[i]?.shape && String(type?.shape) !== String(first[i]?.shape),
  );
  const last = changed ? run(body, [...fixed, ...carried, ...rest]) : once;
  return { carried: carried.map((type, i) => either(c, i, type, last[i + skip])), last };
}

const branches: Inference = (c) => {
  const [yes, no] = [subgraph(c.node, "then_branch"), subgraph(c.node, "else_branch")];
  if (yes === undefined || no === undefined) return c.fail("lacks a branch.");
  const [a, b] = [resultTypes(yes), resultTypes(no)];
  if (a.length !== b.length) c.fail(`has ${a.length} results in one branch and ${b.length} in the other.`);
  for (const i of a.keys()) c.types[i] = either(c, i, a[i], b[i]);
};

const loop: Inference = (c) => {
  const body = subgraph(c.node, "body") ?? c.fail("has no body.");
  if (depth(body) > deepest) return;
  const count = Math.max(0, c.node.inputs.length - 2);
  const first = Array.from({ length: count }, (_, i) => c.graph.typeOf(c.node.inputs[i + 2] ?? ""));
  const fixed: TensorType[] = [
    { elem: "int64", shape: [] },
    { elem: "bool", shape: [] },
  ];
  const { carried, last } = settled(c, body, fixed, first, [], 1);
  for (const [i, type] of carried.entries()) c.types[i] = type;
  const rounds = roundsOf(c, body);
  for (const [k, type] of last.slice(1 + count).entries()) {
    const i = count + k;
    if (type !== undefined) c.out(i, type.elem, type.shape && [rounds ?? c.unknown(i, 0), ...type.shape]);
  }
};

/** How often a Loop runs, where its condition never ends it. */
function roundsOf(c: Call, body: Scope): Dim | undefined {
  const [limit] = c.entries(0) ?? [];
  const start = c.given(1) ? c.constant(1)?.data[0] : 1;
  const [again = ""] = body.outputs.keys();
  const [, condition = ""] = body.inputs.keys();
  const maker = body.nodes.find((n) => n.outputs.includes(again));
  const passed = again === condition || (maker?.op === "Identity" && maker.inputs[0] === condition);
  const always = passed || Number(body.literalValue(again)?.data[0] ?? 0) === 1;
  return always && start !== undefined && Number(start) === 1 ? limit : undefined;
}

const scan: Inference = (c) => {
  const body = subgraph(c.node, "body") ?? c.fail("has no body.");
  if (depth(body) > deepest) return;
  const slices = int(c.node, "num_scan_inputs", 0);
  const states = c.node.inputs.length - slices;
  if (states < 0) c.fail(`has ${slices} scan inputs.`);
  const inAxes = ints(c.node, "scan_input_axes") ?? [];
  const outAxes = ints(c.node, "scan_output_axes") ?? [];
  let length: Dim | undefined;
  const parts = Array.from({ length: slices }, (_, k): TensorType | undefined => {
    const { elem, shape } = c.type(states + k);
    if (shape === undefined) return { elem, shape };
    const axis = c.axis(inAxes[k] ?? 0, shape.length);
    const size = shape[axis] ?? 1;
    length = length === undefined ? size : c.unify(length, size, "the lengths of what it scans");
    return { elem, shape: shape.filter((_, i) => i !== axis) };
  });
  const first = Array.from({ length: states }, (_, i) => c.graph.typeOf(c.node.inputs[i] ?? ""));
  const { carried, last } = settled(c, body, [], first, parts, 0);
  for (const [i, type] of carried.entries()) c.types[i] = type;
  for (const [k, type] of last.slice(states).entries()) {
    const i = states + k;
    if (type === undefined) continue;
    const rank = (type.shape?.length ?? 0) + 1;
    const axis = c.axis(outAxes[k] ?? 0, rank);
    c.out(i, type.elem, type.shape?.toSpliced(axis, 0, length ?? c.unknown(i, axis)));
  }
};

export const control: Readonly<Record<string, Inference>> = { If: branches, Loop: loop, Scan: scan };

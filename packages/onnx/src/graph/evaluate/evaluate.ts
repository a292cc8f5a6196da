import { type Constant, constant } from "../../proto/constant.ts";
import type { Dim } from "../dims.ts";
import type { Node, Scope, SymbolicValue, TensorType } from "../node.ts";
import { plain } from "./evaluator.ts";
import { operators } from "./operators.ts";

/** The runtime folds larger results itself, so that a few bytes of model never become gigabytes here. */
const most = 16_384;

/** The outputs of a node whose inputs are constants of the computation, computed exactly as a runtime would; else undefined. */
export function evaluate(
  graph: Scope,
  node: Node,
  types: readonly (TensorType | undefined)[],
): readonly Constant[] | undefined {
  return apply(node, types, (name) => graph.literalValue(name));
}

/** Operators that only move elements of input 0, or of all inputs. */
const moves: ReadonlySet<string> = new Set(
  "Identity Reshape Flatten Squeeze Unsqueeze Transpose Slice Gather Split Tile Expand Concat".split(" "),
);

/** The outputs of a node that moves entries of which not all are known: where each entry comes from is computed as if it was. */
export function moved(
  graph: Scope,
  node: Node,
  types: readonly (TensorType | undefined)[],
): readonly SymbolicValue[] | undefined {
  if (node.domain !== "" || !moves.has(node.op)) return undefined;
  const sources = new Map<string, number>();
  const entries: (Dim | undefined)[] = [];
  let known = false;
  const data = node.op === "Concat" ? node.inputs : node.inputs.slice(0, 1);
  if (data.length === 1 && node.inputs.lastIndexOf(data[0] ?? "") > 0) return undefined;
  for (const name of data) {
    const value = graph.symbolic(name);
    const type = graph.typeOf(name);
    const sizes = type?.shape?.filter((d) => typeof d === "number") ?? [];
    const count = sizes.reduce((a, b) => a * b, 1);
    // Unknown entries take places among the known ones, if there are few.
    if (value === undefined && (sizes.length !== type?.shape?.length || count > 64 || type.elem === "string"))
      return undefined;
    sources.set(name, entries.length);
    entries.push(...(value?.entries ?? Array<undefined>(count).fill(undefined)));
    known ||= value !== undefined;
  }
  if (!known) return undefined;
  const from = apply(node, types, (name) => {
    const start = sources.get(name);
    const dims = graph.typeOf(name)?.shape?.map(Number) ?? [];
    if (start === undefined) return graph.literalValue(name);
    return constant(
      Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => start + i),
      "int32",
      dims,
    );
  });
  return from?.map(({ dims, data: at }, i) => ({
    elem: types[i]?.elem ?? "int64",
    dims,
    entries: Array.from(at, Number).map((k) => entries[k]),
  }));
}

function apply(
  node: Node,
  types: readonly (TensorType | undefined)[],
  known: (name: string) => Constant | undefined,
): readonly Constant[] | undefined {
  const rule = node.domain === "" && Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
  if (rule === undefined) return undefined;
  const inputs: (Constant | undefined)[] = [];
  // Of what a CastLike is like, the type is enough.
  for (const name of node.op === "CastLike" ? node.inputs.slice(0, 1) : node.inputs) {
    const value = name === "" ? undefined : known(name);
    if (name !== "" && (value === undefined || value.data.length > 4 * most || !plain(value.elem))) return undefined;
    inputs.push(value);
  }
  let shape: readonly number[] = [];
  for (const [i, type] of types.entries()) {
    const sizes = type?.shape?.filter((d) => typeof d === "number");
    // Of NonZero the size follows from the value.
    if (sizes === undefined || (sizes.length !== type?.shape?.length && node.op !== "NonZero")) return undefined;
    if (sizes.reduce((a, b) => a * b, 1) > most) return undefined;
    if (i === 0) shape = sizes;
  }
  const made = rule({ node, inputs, types, shape });
  return made === undefined || Array.isArray(made) ? (made as readonly Constant[] | undefined) : [made as Constant]; // As tested.
}

import { elemOf } from "../../proto/elem.ts";
import { ceilDiv, type Dim, max, sub } from "../dims.ts";
import { floatList, int, ints, type SymbolicValue, strings, tensor } from "../node.ts";
import type { Inference } from "./call.ts";

/** A list of sizes as the value of an int64 tensor of rank 1. */
export function list(entries: readonly (Dim | undefined)[], elem: SymbolicValue["elem"] = "int64"): SymbolicValue {
  return { elem, dims: [entries.length], entries };
}

const constantOfShape: Inference = (c) => {
  const fill = tensor(c.node, "value");
  const target = c.entries(0);
  const [rank] = c.shape(0) ?? [];
  const elem = fill?.elem ?? "float32";
  const sizes = target?.map((d, i) => d ?? c.unknown(0, i));
  c.out(0, elem, sizes ?? (typeof rank === "number" ? c.unknowns(0, rank) : undefined));
  const [length] = sizes ?? [];
  if (sizes?.length === 1 && typeof length === "number" && length <= 4096 && (elem === "int64" || elem === "int32")) {
    c.value(0, list(Array(length).fill(Number(fill?.data[0] ?? 0)), elem));
  }
};

const rangeOf: Inference = (c) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => c.symbolic(i)?.entries[0]);
  const elem = c.elem(0);
  const numbers = [0, 1, 2].map((i) => c.constant(i)?.data[0]).map((x) => (x === undefined ? undefined : Number(x)));
  const [a, b, d] = numbers;
  let size: Dim | undefined;
  if (a !== undefined && b !== undefined && d !== undefined) size = Math.max(0, Math.ceil((b - a) / d));
  else if (start !== undefined && limit !== undefined && typeof delta === "number" && delta > 0) {
    size = max(0, ceilDiv(sub(limit, start), delta));
  }
  c.out(0, elem, [size ?? c.unknown(0, 0)]);
};

const constantNode: Inference = (c) => {
  const n = c.node;
  const value = tensor(n, "value");
  if (value !== undefined) return c.out(0, value.elem, value.dims);
  if (n.attributes.value_int !== undefined) return c.out(0, "int64", []);
  if (n.attributes.value_float !== undefined) return c.out(0, "float32", []);
  if (n.attributes.value_string !== undefined) return c.out(0, "string", []);
  const [i, f, s] = [ints(n, "value_ints"), floatList(n, "value_floats"), strings(n, "value_strings")];
  if (i !== undefined) return c.out(0, "int64", [i.length]);
  if (f !== undefined) return c.out(0, "float32", [f.length]);
  if (s !== undefined) c.out(0, "string", [s.length]);
};

const random =
  (like: boolean): Inference =>
  (c) => {
    const elem = elemOf(int(c.node, "dtype", like ? 0 : 1)) ?? (like ? c.elem(0) : "float32");
    c.out(0, elem, like ? c.shape(0) : ints(c.node, "shape"));
  };

/** Operators that make tensors of a given shape instead of computing with others. */
export const makers: Readonly<Record<string, Inference>> = {
  ConstantOfShape: constantOfShape,
  Range: rangeOf,
  Constant: constantNode,
  RandomNormal: random(false),
  RandomUniform: random(false),
  RandomNormalLike: random(true),
  RandomUniformLike: random(true),
  Bernoulli: random(true),
  EyeLike: random(true),
};

import { type Dim, product } from "../dims.ts";
import { int, tensor } from "../node.ts";
import type { Inference } from "./call.ts";

const like =
  (i: number, elem = i): Inference =>
  (c) =>
    c.out(0, c.elem(elem), c.shape(i));

const oneHot: Inference = (c) => {
  const indices = c.shape(0);
  if (indices === undefined) return c.out(0, c.elem(2), undefined);
  const depth = c.entries(1)?.[0] ?? (c.constant(1) === undefined ? undefined : Number(c.constant(1)?.data[0]));
  const axis = int(c.node, "axis", -1);
  const at = axis < 0 ? axis + indices.length + 1 : axis;
  c.out(0, c.elem(2), [...indices.slice(0, at), depth ?? c.unknown(0, at), ...indices.slice(at)]);
};

const topK: Inference = (c) => {
  const shape = c.shape(0);
  const k = c.given(1) ? c.entries(1)?.[0] : int(c.node, "k");
  const axis = shape === undefined ? 0 : c.axis(int(c.node, "axis", -1), shape.length);
  const result = shape?.map((d, i): Dim => (i === axis ? (k ?? c.unknown(0, i)) : d));
  c.out(0, c.elem(0), result);
  c.out(1, "int64", result);
};

const gatherND: Inference = (c) => {
  const [data, indices] = [c.shape(0), c.shape(1)];
  const last = indices?.at(-1);
  if (data === undefined || indices === undefined || typeof last !== "number") return c.out(0, c.elem(0), undefined);
  const batch = int(c.node, "batch_dims", 0);
  if (last + batch > data.length) c.fail(`has indices of ${last} entries for ${data.length - batch} dimensions.`);
  c.out(0, c.elem(0), [...indices.slice(0, -1), ...data.slice(batch + last)]);
};

export const indexing: Readonly<Record<string, Inference>> = {
  GatherElements: like(1, 0),
  GatherND: gatherND,
  Scatter: like(0),
  ScatterElements: like(0),
  ScatterND: like(0),
  TensorScatter: like(0),
  ReverseSequence: like(0),
  CumSum: like(0),
  CumProd: like(0),
  Trilu: like(0),
  OneHot: oneHot,
  TopK: topK,
  NonZero: (c) => {
    // Of ones it is how older exports count to a size.
    const maker = c.graph.nodes.findLast((n) => n.outputs.includes(c.node.inputs[0] ?? ""));
    const ones = maker?.op === "ConstantOfShape" && Number(tensor(maker, "value")?.data[0] ?? 0) !== 0;
    const shape = c.shape(0);
    c.out(0, "int64", [shape?.length ?? c.unknown(0, 0), ones && shape ? product(shape) : c.unknown(0, 1)]);
  },
  Compress: (c) => {
    const shape = c.shape(0);
    const axis = int(c.node, "axis");
    const at = axis === undefined || shape === undefined ? undefined : c.axis(axis, shape.length);
    const condition = c.constant(1);
    const kept = condition && Array.from(condition.data, Number).filter((v) => v !== 0).length;
    const size = kept ?? c.unknown(0, at ?? 0);
    c.out(0, c.elem(0), at === undefined ? [size] : shape?.map((d, i) => (i === at ? size : d)));
  },
  Unique: (c) => {
    const shape = c.shape(0);
    const axis = int(c.node, "axis");
    const count = c.unknown(0, 0);
    const at = axis === undefined || shape === undefined ? undefined : c.axis(axis, shape.length);
    c.out(0, c.elem(0), axis === undefined ? [count] : shape?.map((d, i) => (i === at ? count : d)));
    for (const [i, size] of [count, c.unknown(0, 2), count].entries()) c.out(i + 1, "int64", [size]);
  },
  NonMaxSuppression: (c) => c.out(0, "int64", [c.unknown(0, 0), 3]),
  Multinomial: (c) => {
    const shape = c.shape(0);
    c.out(0, c.codeElem(int(c.node, "dtype", 6)), [shape?.[0] ?? c.unknown(0, 0), int(c.node, "sample_size", 1)]);
  },
  StringNormalizer: (c) => c.out(0, "string", c.unknowns(0, c.rank(0))),
  DFT: (c) => {
    const shape = c.shape(0);
    if (shape === undefined) return c.out(0, c.elem(0), undefined);
    const axis = c.given(2) ? c.ints(2)?.[0] : int(c.node, "axis", -2);
    const length = c.given(1) ? c.entries(1)?.[0] : undefined;
    if (axis === undefined) return c.out(0, c.elem(0), c.unknowns(0, shape.length));
    const at = c.axis(axis, shape.length);
    const n = length ?? (c.given(1) ? undefined : shape[at]);
    const half = int(c.node, "onesided", 0) !== 0;
    const size = typeof n === "number" && half ? Math.floor(n / 2) + 1 : half ? undefined : n;
    const inverse = half && int(c.node, "inverse", 0) !== 0;
    c.out(
      0,
      c.elem(0),
      shape.map((d, i) =>
        i === shape.length - 1
          ? inverse
            ? 1
            : 2
          : i === at
            ? inverse
              ? c.unknown(0, i)
              : (size ?? c.unknown(0, i))
            : d,
      ),
    );
  },
};

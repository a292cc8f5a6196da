import { type Elem, elemOf } from "../../proto/elem.ts";
import { add, broadcast, type Dim, floorDiv, max, min, mul, same, sub, truncDiv } from "../dims.ts";
import { int, type SymbolicValue } from "../node.ts";
import type { Call, Inference } from "./call.ts";

/** The shape several shapes broadcast to; undefined if the rank of one is not known. */
export function broadcastShapes(call: Call, shapes: readonly (readonly Dim[] | undefined)[]): Dim[] | undefined {
  let all: Dim[] = [];
  for (const shape of shapes) {
    if (shape === undefined) return undefined;
    const rank = Math.max(all.length, shape.length);
    const wide: Dim[] = [];
    for (let i = 0; i < rank; i++) {
      const a = all[i - rank + all.length] ?? 1;
      const b = shape[i - rank + shape.length] ?? 1;
      const size = broadcast(a, b);
      if (size === undefined) call.fail(`cannot broadcast ${a} with ${b}.`);
      wide.push(size);
    }
    all = wide;
  }
  return all;
}

/** Entries of integer inputs brought to a common shape: equal lengths, or one entry for all. */
function zip(
  call: Call,
  elem: Elem,
  combine: (entries: readonly (Dim | undefined)[]) => Dim | undefined,
): SymbolicValue | undefined {
  const known = call.node.inputs.map((_, i) => call.symbolic(i)).filter((v) => v !== undefined);
  if (known.length !== call.node.inputs.length) return undefined;
  const [first] = known;
  if (first === undefined) return undefined;
  const widest = known.reduce(
    (a, b) => (b.dims.length > a.dims.length || b.entries.length > a.entries.length ? b : a),
    first,
  );
  if (known.some((v) => v.entries.length !== 1 && String(v.dims) !== String(widest.dims))) return undefined;
  return {
    elem,
    dims: widest.dims,
    entries: widest.entries.map((_, i) => combine(known.map((v) => v.entries[v.entries.length === 1 ? 0 : i]))),
  };
}

const unary: Inference = (c) => {
  c.out(0, c.elem(0), c.shape(0));
};

function binary(combine?: (a: Dim, b: Dim) => Dim | undefined): Inference {
  return (c) => {
    const shapes = c.node.inputs.map((_, i) => c.shape(i));
    c.node.inputs.forEach((_, i) => {
      if (c.elem(i) !== c.elem(0)) c.fail("needs inputs of one element type.");
    });
    c.out(0, c.elem(0), broadcastShapes(c, shapes));
    if (combine !== undefined && (c.elem(0) === "int64" || c.elem(0) === "int32")) {
      c.value(
        0,
        zip(c, c.elem(0), (all) =>
          all.reduce((a, b) => (a === undefined || b === undefined ? undefined : combine(a, b))),
        ),
      );
    }
  };
}

function comparison(combine?: (a: Dim, b: Dim) => boolean | undefined): Inference {
  return (c) => {
    if (c.elem(1) !== c.elem(0)) c.fail("needs inputs of one element type.");
    c.out(0, "bool", broadcastShapes(c, [c.shape(0), c.shape(1)]));
    if (combine === undefined) return;
    c.value(
      0,
      zip(c, "bool", ([a, b]) => {
        const is = a === undefined || b === undefined ? undefined : combine(a, b);
        return is === undefined ? undefined : is ? 1 : 0;
      }),
    );
  };
}

/** Sizes are ≥ 0, so a size is surely not −1, which shape arithmetic asks. */
function order(a: Dim, b: Dim): number | undefined {
  if (typeof a === "number" && typeof b === "number") return Math.sign(a - b);
  const smaller = min(a, b);
  if (same(a, b) === undefined) return undefined;
  return same(a, b) ? 0 : smaller === a ? -1 : 1;
}

const cast: Inference = (c) => {
  const elem = c.node.op === "CastLike" ? c.elem(1) : elemOf(int(c.node, "to", 0));
  if (elem === undefined) return c.fail(`casts to the unknown element type ${int(c.node, "to", 0)}.`);
  c.out(0, elem, c.shape(0));
  const value = c.symbolic(0);
  if (value !== undefined && (elem === "int64" || elem === "int32") && value.elem !== "bool")
    c.value(0, { ...value, elem });
};

const unaries =
  "Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Ceil Celu Clip Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid HardSwish " +
  "Hardmax Identity LeakyRelu Log LogSoftmax Mish Neg Not Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh " +
  "Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu";

export const elementwise: Readonly<Record<string, Inference>> = {
  ...Object.fromEntries(unaries.split(" ").map((op) => [op, unary])),
  Neg: (c) => {
    unary(c);
    const value = c.symbolic(0);
    if (value !== undefined)
      c.value(0, { ...value, entries: value.entries.map((e) => (e === undefined ? e : sub(0, e))) });
  },
  Cast: cast,
  CastLike: cast,
  PRelu: (c) => c.out(0, c.elem(0), c.shape(0)),
  Dropout: (c) => {
    c.out(0, c.elem(0), c.shape(0));
    c.out(1, "bool", c.shape(0));
  },
  Add: binary(add),
  Sub: binary(sub),
  Mul: binary(mul),
  Div: binary((a, b) => (b === 0 ? undefined : truncDiv(a, b))),
  Mod: (c) => {
    const quotient = int(c.node, "fmod", 0) === 0 ? floorDiv : truncDiv;
    binary((a, b) => (b === 0 ? undefined : sub(a, mul(b, quotient(a, b)))))(c);
  },
  Max: binary(max),
  Min: binary(min),
  Sum: binary(add),
  Mean: binary(),
  And: binary(),
  Or: binary(),
  Xor: binary(),
  BitwiseAnd: binary(),
  BitwiseOr: binary(),
  BitwiseXor: binary(),
  BitShift: binary(),
  Pow: (c) => c.out(0, c.elem(0), broadcastShapes(c, [c.shape(0), c.shape(1)])),
  Equal: comparison((a, b) => same(a, b)),
  Greater: comparison((a, b) => {
    const o = order(a, b);
    return o === undefined ? undefined : o > 0;
  }),
  Less: comparison((a, b) => {
    const o = order(a, b);
    return o === undefined ? undefined : o < 0;
  }),
  GreaterOrEqual: comparison((a, b) => {
    const o = order(a, b);
    return o === undefined ? undefined : o >= 0;
  }),
  LessOrEqual: comparison((a, b) => {
    const o = order(a, b);
    return o === undefined ? undefined : o <= 0;
  }),
  IsInf: (c) => c.out(0, "bool", c.shape(0)),
  IsNaN: (c) => c.out(0, "bool", c.shape(0)),
  Where: (c) => {
    if (c.elem(1) !== c.elem(2)) c.fail("needs both choices of one element type.");
    c.out(0, c.elem(1), broadcastShapes(c, [c.shape(0), c.shape(1), c.shape(2)]));
    c.value(
      0,
      zip(c, c.elem(1), ([condition, a, b]) => (condition === undefined ? undefined : condition === 0 ? b : a)),
    );
  },
};

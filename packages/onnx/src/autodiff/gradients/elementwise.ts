import { float, int, string } from "../../graph/node.ts";
import type { Builder } from "../builder.ts";
import { binary, type GradientRule, unary } from "./rule.ts";

const sqrt2pi = Math.sqrt(2 * Math.PI);

/** Φ(x), the normal distribution function. */
const normal = (b: Builder, x: string): string => b.scaled(b.plus(b.op("Erf", [b.scaled(x, Math.SQRT1_2)]), 1), 0.5);
/** φ(x), its density. */
const density = (b: Builder, x: string): string => b.scaled(b.exp(b.scaled(b.square(x), -0.5)), 1 / sqrt2pi);

/** d · 1/√g(x), where that derivative is meant. */
const overRoot = (b: Builder, d: string, radicand: string): string => b.div(d, b.op("Sqrt", [radicand]));

/** y = x σ(v) with v = 2 √(2/π) (x + 0.044715 x³), whose slope is σ + y (1 − σ) v′. */
const geluTanh: GradientRule = unary(({ b, x, y, d }) => {
  const k = 2 * Math.sqrt(2 / Math.PI);
  const part = b.plus(b.scaled(b.square(x), 0.044715 * k), k); // v = x · part and v′ = 3 part − 2 k
  const s = b.op("Sigmoid", [b.mul(x, part)]);
  const slope = b.plus(b.scaled(part, 3), -2 * k);
  return b.mul(d, b.add(s, b.mul(b.mul(y, b.from(1, s)), slope)));
});

const geluErf: GradientRule = unary(({ b, x, d }) => b.mul(d, b.add(normal(b, x), b.mul(x, density(b, x)))));

/** y = f(x) of one number each, without parameters beside attributes. */
export const pointwise: Readonly<Record<string, GradientRule>> = {
  Identity: unary(({ d }) => d),
  Neg: unary(({ b, d }) => b.neg(d)),
  Abs: unary(({ b, x, d }) => b.signed(x, d)),
  Sqrt: unary(({ b, y, d }) => b.div(b.scaled(d, 0.5), y)),
  Exp: unary(({ b, y, d }) => b.mul(d, y)),
  Log: unary(({ b, x, d }) => b.div(d, x)),
  Reciprocal: unary(({ b, y, d }) => b.neg(b.mul(d, b.square(y)))),
  Sin: unary(({ b, x, d }) => b.mul(d, b.op("Cos", [x]))),
  Cos: unary(({ b, x, d }) => b.neg(b.mul(d, b.op("Sin", [x])))),
  Tan: unary(({ b, y, d }) => b.mul(d, b.plus(b.square(y), 1))),
  Asin: unary(({ b, x, d }) => overRoot(b, d, b.from(1, b.square(x)))),
  Acos: unary(({ b, x, d }) => b.neg(overRoot(b, d, b.from(1, b.square(x))))),
  Atan: unary(({ b, x, d }) => b.div(d, b.plus(b.square(x), 1))),
  Sinh: unary(({ b, x, d }) => b.mul(d, b.op("Cosh", [x]))),
  Cosh: unary(({ b, x, d }) => b.mul(d, b.op("Sinh", [x]))),
  Asinh: unary(({ b, x, d }) => overRoot(b, d, b.plus(b.square(x), 1))),
  Acosh: unary(({ b, x, d }) => overRoot(b, d, b.plus(b.square(x), -1))),
  Atanh: unary(({ b, x, d }) => b.div(d, b.from(1, b.square(x)))),
  Erf: unary(({ b, x, d }) => b.mul(d, b.scaled(b.exp(b.neg(b.square(x))), 2 / Math.sqrt(Math.PI)))),

  Sigmoid: unary(({ b, y, d }) => b.mul(d, b.mul(y, b.from(1, y)))),
  Tanh: unary(({ b, y, d }) => b.mul(d, b.from(1, b.square(y)))),
  Relu: unary(({ b, y, d }) => b.masked(b.greater(y, 0), d)),
  LeakyRelu: unary(({ b, x, d, node }) => b.where(b.greater(x, 0), d, b.scaled(d, float(node, "alpha", 0.01)))),
  ThresholdedRelu: unary(({ b, x, d, node }) => b.masked(b.greater(x, float(node, "alpha", 1)), d)),
  // Below zero y = α (eˣ − 1), whose slope is y + α.
  Elu: unary(({ b, x, y, d, node }) => b.where(b.greater(x, 0), d, b.mul(d, b.plus(y, float(node, "alpha", 1))))),
  Selu: unary(({ b, x, y, d, node }) => {
    const alpha = float(node, "alpha", 1.6732632423543772);
    const gamma = float(node, "gamma", 1.0507009873554805);
    return b.where(b.greater(x, 0), b.scaled(d, gamma), b.mul(d, b.plus(y, alpha * gamma)));
  }),
  // max(0, x) + min(0, α (e^(x/α) − 1))
  Celu: unary(({ b, x, d, node }) => {
    const below = b.exp(b.op("Min", [b.scaled(x, 1 / float(node, "alpha", 1)), b.number(0, x)]));
    return b.where(b.greater(x, 0), d, b.mul(d, below));
  }),
  Softplus: unary(({ b, x, d }) => b.mul(d, b.op("Sigmoid", [x]))),
  Softsign: unary(({ b, x, d }) => b.div(d, b.square(b.plus(b.op("Abs", [x]), 1)))),
  HardSigmoid: unary(({ b, y, d, node }) =>
    b.masked(b.op("And", [b.greater(y, 0), b.less(y, 1)]), b.scaled(d, float(node, "alpha", 0.2))),
  ),
  // x · clip(x/6 + ½, 0, 1)
  HardSwish: unary(({ b, x, d }) => {
    const gate = b.op("HardSigmoid", [x], { alpha: 1 / 6, beta: 0.5 });
    const inside = b.op("And", [b.greater(x, -3), b.less(x, 3)]);
    return b.mul(d, b.add(gate, b.masked(inside, b.scaled(x, 1 / 6))));
  }),
  // x · sigmoid(αx)
  Swish: unary(({ b, x, d, node }) => {
    const alpha = float(node, "alpha", 1);
    const gate = b.op("Sigmoid", [b.scaled(x, alpha)]);
    const slope = b.mul(b.scaled(x, alpha), b.mul(gate, b.from(1, gate)));
    return b.mul(d, b.add(gate, slope));
  }),
  // x · tanh(softplus(x))
  Mish: unary(({ b, x, d }) => {
    const t = b.op("Tanh", [b.op("Softplus", [x])]);
    return b.mul(d, b.add(t, b.mul(b.mul(x, b.op("Sigmoid", [x])), b.from(1, b.square(t)))));
  }),
  Gelu: (b, node, dys, need) =>
    (string(node, "approximate", "none") === "tanh" ? geluTanh : geluErf)(b, node, dys, need),
  // Between −λ and λ zero, outside x ∓ bias.
  Shrink: unary(({ b, x, d, node }) => b.masked(b.greater(b.op("Abs", [x]), float(node, "lambd", 0.5)), d)),

  Cast: unary(({ b, x, d }) => b.cast(d, b.elem(x))),
  CastLike: unary(({ b, x, d }) => b.cast(d, b.elem(x))),
};

/** The first where the comparison holds, else the second: ties go to the earlier operand. */
function extremum(wins: "GreaterOrEqual" | "LessOrEqual"): GradientRule {
  return (b, node, [d], need) => {
    if (d === undefined) return [];
    const y = node.outputs[0]!;
    const { inputs } = node;
    if (inputs.length === 1) return [d];
    if (inputs.length === 2) {
      const [a = "", c = ""] = inputs;
      const first = b.op(wins, [a, c]);
      return [
        need[0] ? b.sumTo(b.masked(first, d), y, a) : undefined,
        need[1] ? b.sumTo(b.where(first, b.number(0, d), d), y, c) : undefined,
      ];
    }
    let free: string | undefined;
    return inputs.map((input, i) => {
      const equal = b.op("Equal", [input, y]);
      const mine = free === undefined ? equal : b.op("And", [equal, free]);
      if (i < inputs.length - 1) {
        const left = b.op("Not", [equal]);
        free = free === undefined ? left : b.op("And", [free, left]);
      }
      return need[i] ? b.sumTo(b.masked(mine, d), y, input) : undefined;
    });
  };
}

const power: GradientRule = (b, node, [d], need) => {
  if (d === undefined) return [];
  const [x = "", p = ""] = node.inputs;
  const y = node.outputs[0]!;
  const elem = b.elem(x);
  const k = b.literal(p);
  let dx: string | undefined;
  if (need[0]) {
    let slope: string;
    if (k === 0) return [b.zerosLike(x)];
    if (k === 1) slope = d;
    else if (k === 2) slope = b.mul(d, b.scaled(x, 2));
    else if (k === 3) slope = b.mul(d, b.scaled(b.square(x), 3));
    else if (k !== undefined) slope = b.mul(d, b.scaled(b.op("Pow", [x, b.number(k - 1, x)]), k));
    else {
      const q = b.cast(p, elem);
      // 0 · 0⁻¹ is 0 here, not NaN.
      const zero = b.op("Equal", [q, b.number(0, q)]);
      const lower = b.where(zero, b.number(0, q), b.plus(q, -1));
      slope = b.mul(d, b.mul(q, b.op("Pow", [x, lower])));
    }
    dx = b.sumTo(slope, y, x);
  }
  let dp: string | undefined;
  if (need[1]) {
    // y log x tends to zero with x where p > 0.
    const zero = b.op("And", [b.op("Equal", [x, b.number(0, x)]), b.op("Greater", [p, b.number(0, p)])]);
    const log = b.op("Log", [b.where(zero, b.number(1, x), x)]);
    dp = b.sumTo(b.cast(b.mul(d, b.mul(y, log)), b.elem(p)), y, p);
  }
  return [dx, dp];
};

/** Operators on several tensors that are broadcast against each other. */
export const broadcasting: Readonly<Record<string, GradientRule>> = {
  Add: binary(
    ({ d }) => d,
    ({ d }) => d,
  ),
  Sub: binary(
    ({ d }) => d,
    ({ b, d }) => b.neg(d),
  ),
  Mul: binary(
    ({ b, c, d }) => b.mul(d, c),
    ({ b, a, d }) => b.mul(d, a),
  ),
  Div: binary(
    ({ b, c, d }) => b.div(d, c),
    ({ b, c, y, d }) => b.neg(b.mul(b.div(d, c), y)),
  ),
  Pow: power,
  // a − c · ⌊a / c⌋, towards zero with fmod
  Mod: binary(
    ({ d }) => d,
    ({ b, a, c, d, node }) => {
      const q = b.div(a, c);
      const whole =
        int(node, "fmod", 0) === 1 ? b.mul(b.op("Sign", [q]), b.op("Floor", [b.op("Abs", [q])])) : b.op("Floor", [q]);
      return b.neg(b.mul(d, whole));
    },
  ),
  Max: extremum("GreaterOrEqual"),
  Min: extremum("LessOrEqual"),
  Sum: (b, node, [d], need) =>
    node.inputs.map((x, i) => (need[i] && d !== undefined ? b.sumTo(d, node.outputs[0]!, x) : undefined)),
  Mean: (b, node, [d], need) => {
    if (d === undefined) return [];
    const share = b.scaled(d, 1 / node.inputs.length);
    return node.inputs.map((x, i) => (need[i] ? b.sumTo(share, node.outputs[0]!, x) : undefined));
  },
  Where: (b, node, [d], need) => {
    if (d === undefined) return [];
    const [condition = "", a = "", c = ""] = node.inputs;
    const y = node.outputs[0]!;
    return [
      undefined,
      need[1] ? b.sumTo(b.masked(condition, d), y, a) : undefined,
      need[2] ? b.sumTo(b.where(condition, b.number(0, d), d), y, c) : undefined,
    ];
  },
  PRelu: (b, node, [d], need) => {
    if (d === undefined) return [];
    const [x = "", slope = ""] = node.inputs;
    const up = b.greater(x, 0);
    return [
      need[0] ? b.where(up, d, b.mul(d, slope)) : undefined,
      need[1] ? b.sumTo(b.where(up, b.number(0, d), b.mul(d, x)), node.outputs[0]!, slope) : undefined,
    ];
  },
  Clip: (b, node, [d], need) => {
    if (d === undefined) return [];
    const [x = "", low = "", high = ""] = node.inputs;
    // A clip passes gradients at its bounds and ReLU6, which is written as one, does not; exact zeros are common before it.
    const bound = (of: string): number => Number(b.graph.value(of)?.data[0]);
    const relu6 = bound(low) === 0 && bound(high) === 6;
    const above = low === "" ? undefined : b.op(relu6 ? "Greater" : "GreaterOrEqual", [x, low]);
    const below = high === "" ? undefined : b.op(relu6 ? "Less" : "LessOrEqual", [x, high]);
    const inside = above !== undefined && below !== undefined ? b.op("And", [above, below]) : (above ?? below);
    const all = b.shape(x).map((_, i) => i);
    const outside = (within: string, bound: string): string =>
      b.reshapeLike(b.sum(b.where(within, b.number(0, d), d), all), bound);
    // Where the bounds cross, every element is the upper one.
    const crossed = low !== "" && high !== "" && (need[1] || need[2]) ? b.op("Greater", [low, high]) : undefined;
    const atLow = above !== undefined && crossed !== undefined ? b.op("Or", [above, crossed]) : above;
    const atHigh = below !== undefined && crossed !== undefined ? b.op("And", [below, b.op("Not", [crossed])]) : below;
    return [
      need[0] ? (inside === undefined ? d : b.masked(inside, d)) : undefined,
      need[1] && atLow !== undefined ? outside(atLow, low) : undefined,
      need[2] && atHigh !== undefined ? outside(atHigh, high) : undefined,
    ];
  },
};

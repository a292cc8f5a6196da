import {
  build,
  type Calculated,
  calculate,
  type Dense,
  derivative,
  type Expr,
  parse,
  variable,
} from "@descent/core/graph";
import type { Smooth } from "../lagrangian.ts";
import { copyOf, matrixShape, type Rows, type Vector } from "../vector.ts";

/** A number to add to a loss, with its gradient: of weights, or of the numbers that a model gives out. */
export interface Penalty extends Smooth {
  /** The number to add to the loss. */
  value(x: Vector): number;
  /** As many numbers as `x` has. */
  gradient(x: Vector): Float64Array;
}

/** A penalty as equations of `x`, the last of them its value, and what they need besides. */
export interface PenaltyText {
  readonly where: string;
  readonly equations: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, number>>;
  /** [rows, cols] of `x`; default one column. */
  readonly shape?: readonly [number, number] | undefined;
  /** Tensors found from `x` that count as constants in the gradient: those whose change does not change the value. */
  readonly constants?: (x: Dense) => Readonly<Record<string, Dense>>;
  readonly symbols?: readonly string[] | undefined;
}

const X = variable("x", "tensor");

/** A penalty whose gradient is the derivative of its equations. */
export function fromEquations({ where, equations, numbers, shape, constants, symbols = [] }: PenaltyText): Penalty {
  const scope = new Map<string, Expr>([["x", X]]);
  for (const name of Object.keys(numbers)) scope.set(name, variable(name, "host"));
  for (const name of symbols) scope.set(name, variable(name, "tensor"));
  let value: Expr = X;
  for (const [name, text] of Object.entries(equations)) {
    value = build(parse(text), text, (symbol) => scope.get(symbol));
    scope.set(name, value);
  }
  const slope = derivative(value, X);
  const at = (x: Vector, of: Expr): readonly [Rows, Calculated] => {
    const data = copyOf(where, x);
    const size = shape ? matrixShape(where, data, shape) : { rows: data.length, cols: 1 };
    const point = { ...size, data };
    const given: Readonly<Record<string, Calculated>> = { ...numbers, x: point, ...constants?.(point) };
    return [size, calculate([of], (symbol) => given[symbol])[0]!];
  };
  return {
    value: (x) => {
      const [, found] = at(x, value);
      return typeof found === "number" ? found : found.data[0]!;
    },
    gradient: (x) => {
      const [{ rows, cols }, found] = at(x, slope);
      return typeof found === "number" ? new Float64Array(rows * cols).fill(found) : found.data;
    },
  };
}

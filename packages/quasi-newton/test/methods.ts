import { readFileSync } from "node:fs";
import {
  barzilaiBorwein,
  bfgs,
  dogleg,
  gaussNewton,
  gradientDescent,
  lbfgs,
  lbfgsb,
  levenbergMarquardt,
  type Method,
  minimize,
  newton,
  newtonCg,
  nonlinearCg,
  owlqn,
  type Result,
  steihaug,
} from "../src/index.ts";
import type { Problem } from "./problems.ts";

/** SciPy's run of a method on a problem. */
export interface Run {
  readonly failed?: string;
  readonly value: number;
  readonly gradientNorm: number;
  readonly evaluations: number;
}
interface Golden {
  readonly source: string;
  readonly problems: readonly {
    readonly name: string;
    readonly start: readonly number[];
    readonly value: number;
    readonly gradient: readonly number[];
    readonly runs: Readonly<Record<string, Run>>;
  }[];
}

export const golden = JSON.parse(readFileSync(new URL("golden/mgh.json", import.meta.url), "utf8")) as Golden; // written by goldens/make.py

/** Every method with its defaults, by id. */
export const methods: readonly Method[] = [
  bfgs(),
  lbfgs(),
  nonlinearCg(),
  newtonCg(),
  dogleg(),
  steihaug(),
  levenbergMarquardt(),
  newton(),
  barzilaiBorwein(),
  gradientDescent(),
  owlqn({ l1: 0 }),
  lbfgsb(),
  gaussNewton(),
];

/** Whether a method is for least squares. */
export const takesResiduals = ({ id }: Method): boolean => ["levenberg-marquardt", "gauss-newton"].includes(id);

/** Runs a method on a problem; values are sums of squares, and not half of them. */
export function solve(method: Method, { start, evaluate, hessian, product, residuals }: Problem): Result {
  if (!takesResiduals(method)) return minimize({ evaluate, hessian, product }, start, method, { maxIterations: 3000 });
  const result = minimize({ residuals }, start, method, { gradientTolerance: 1e-7, maxIterations: 3000 });
  return { ...result, value: 2 * result.value, gradientNorm: 2 * result.gradientNorm };
}

/** SciPy got there: its methods may stop elsewhere, or refuse. */
export const reached = ({ failed, gradientNorm }: Run): boolean => failed === undefined && gradientNorm < 1e-3;

export const median = (x: readonly number[]): number => [...x].sort((a, b) => a - b)[x.length >> 1]!;

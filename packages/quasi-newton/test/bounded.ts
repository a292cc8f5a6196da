import { readFileSync } from "node:fs";
import { build, derivative, hostFunction, parse, variable } from "@descent/core/graph";
import { type Evaluation, lbfgsb, levenbergMarquardt, minimize, type Residuals, type Result } from "../src/index.ts";
import type { Run } from "./methods.ts";
import { problems } from "./problems.ts";

interface Golden {
  readonly source: string;
  readonly problems: readonly {
    readonly name: string;
    readonly start: readonly number[];
    readonly min: readonly (number | null)[];
    readonly max: readonly (number | null)[];
    readonly run: Run;
    /** SciPy's least_squares, by trf. */
    readonly leastSquares?: Run;
  }[];
}
export const golden = JSON.parse(readFileSync(new URL("golden/bounds.json", import.meta.url), "utf8")) as Golden; // written by goldens/make.py

/** A value as an equation in x1 … xn, with its gradient. */
function valued(n: number, text: string): (x: Float64Array) => Evaluation {
  const symbols = Array.from({ length: n }, (_, i) => variable(`x${i + 1}`, "host"));
  const scope = new Map(symbols.map((x, i) => [`x${i + 1}`, x]));
  const value = build(parse(text), text, (s) => scope.get(s));
  const f = hostFunction([value, ...symbols.map((x) => derivative(value, x))]);
  return (x) => {
    const [value = Number.NaN, ...gradient] = f(Object.fromEntries([...x].map((xi, i) => [`x${i + 1}`, xi])));
    return { value, gradient };
  };
}

/** A list of terms in each element, joined. */
const each = (n: number, join: string, term: (x: string) => string): string =>
  Array.from({ length: n }, (_, i) => term(`x${i + 1}`)).join(join);

const banana = "100 * (x2 - x1^2)^2 + (1 - x1)^2";
/** Problems of Hock and Schittkowski (1981), whose only constraints are bounds. */
const hockSchittkowski: Readonly<Record<string, (x: Float64Array) => Evaluation>> = {
  hs1: valued(2, banana),
  hs2: valued(2, banana),
  hs3: valued(2, "x2 + 1e-5 * (x2 - x1)^2"),
  hs4: valued(2, "(x1 + 1)^3 / 3 + x2"),
  hs5: valued(2, "sin(x1 + x2) + (x1 - x2)^2 - 1.5 * x1 + 2.5 * x2 + 1"),
  hs38: valued(
    4,
    `${banana} + 90 * (x4 - x3^2)^2 + (1 - x3)^2 + 10.1 * ((x2 - 1)^2 + (x4 - 1)^2) + 19.8 * (x2 - 1) * (x4 - 1)`,
  ),
  hs45: valued(5, `2 - ${each(5, " * ", (x) => x)} / 120`),
  hs110: valued(
    10,
    `${each(10, " + ", (x) => `log(${x} - 2)^2 + log(10 - ${x})^2`)} - (${each(10, " * ", (x) => x)})^0.2`,
  ),
};

/** The problems with bounds that SciPy solved. */
export const bounded = golden.problems.map(({ name, start, min, max, run, leastSquares }) => ({
  name,
  start,
  min: min.map((b) => b ?? -Infinity),
  max: max.map((b) => b ?? Infinity),
  run,
  leastSquares,
  evaluate: hockSchittkowski[name] ?? problems.find((p) => p.name === name)!.evaluate,
}));

/** Runs L-BFGS-B on a problem. */
export const solveWithin = ({ evaluate, start, min, max }: (typeof bounded)[number]): Result =>
  minimize(evaluate, start, lbfgsb({ min, max }), { maxIterations: 3000 });

/** Those that are sums of squares. */
export const boundedSquares = bounded.flatMap((problem) => {
  const name = ["hs1", "hs2"].includes(problem.name) ? "rosenbrock" : problem.name;
  const squares = problems.find((p) => p.name === name);
  return squares && problem.leastSquares
    ? [{ ...problem, run: problem.leastSquares, residuals: squares.residuals }]
    : [];
});

/** Runs Levenberg and Marquardt's method on a problem; values are sums of squares, and not half of them. */
export function fitWithin(
  { start, min, max }: (typeof boundedSquares)[number],
  residuals: (x: Float64Array) => Residuals,
): Result {
  const result = minimize({ residuals }, start, levenbergMarquardt({ min, max }), {
    gradientTolerance: 1e-7,
    maxIterations: 3000,
  });
  return { ...result, value: 2 * result.value, gradientNorm: 2 * result.gradientNorm };
}

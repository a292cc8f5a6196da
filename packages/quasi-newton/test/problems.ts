import { apply, build, constant, derivative, type Expr, hostFunction, parse, variable } from "@descent/core/graph";
import type { Evaluation, Residuals } from "../src/index.ts";

/**
 * Problems of Moré, Garbow and Hillstrom, Testing Unconstrained Optimization Software, ACM TOMS 7 (1981), 17–41: residuals
 * as equations in x1 … xn, whose derivatives are found. The same problems are written again, in Python, in
 * goldens/quasi_newton.py.
 */
export interface Problem {
  readonly name: string;
  readonly start: readonly number[];
  evaluate(x: Float64Array): Evaluation;
  hessian(x: Float64Array): Float64Array;
  product(x: Float64Array, v: Float64Array): Float64Array;
  residuals(x: Float64Array): Residuals;
}

/** `list(3, i => f)` for i = 1, 2, 3. */
const list = (n: number, f: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => f(i + 1));
const sum = (terms: readonly string[]): string => terms.map((t) => `(${t})`).join(" + ");
/** A number in brackets, for equations. */
const num = (x: number): string => `(${x < 0 ? `-${-x}` : x})`;

function problem(name: string, start: readonly number[], texts: readonly string[]): Problem {
  const n = start.length;
  const symbols = start.map((_, i) => variable(`x${i + 1}`, "host"));
  const scope = new Map<string, Expr>(symbols.map((x, i) => [`x${i + 1}`, x]));
  const parts = texts.map((text) => build(parse(text), text, (s) => scope.get(s)));
  const value = parts.map((r) => apply("mul", r, r)).reduce((a, b) => apply("add", a, b), constant(0));
  const gradient = symbols.map((x) => derivative(value, x));
  const compiled = <T>(make: () => readonly Expr[], use: (values: number[]) => T): ((x: Float64Array) => T) => {
    let f: ReturnType<typeof hostFunction> | undefined;
    return (x) => use((f ??= hostFunction(make()))(Object.fromEntries([...x].map((xi, i) => [`x${i + 1}`, xi]))));
  };
  const hessian = compiled(
    () => gradient.flatMap((g) => symbols.map((x) => derivative(g, x))),
    (h) => Float64Array.from(h),
  );
  return {
    name,
    start,
    evaluate: compiled(
      () => [value, ...gradient],
      ([f, ...g]) => ({ value: f!, gradient: g }),
    ),
    hessian,
    product: (x, v) => {
      const h = hessian(x);
      return v.map((_, i) => v.reduce((s, vj, j) => s + h[i * n + j]! * vj, 0));
    },
    residuals: compiled(
      () => [...parts, ...parts.flatMap((r) => symbols.map((x) => derivative(r, x)))],
      (all) => ({ residuals: all.slice(0, parts.length), jacobian: all.slice(parts.length) }),
    ),
  };
}

const bard = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39];
const gaussian = [
  0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521, 0.3989, 0.3521, 0.242, 0.1295, 0.054, 0.0175, 0.0044, 0.0009,
];
const kowalik = {
  y: [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246],
  u: [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625],
};

/** −1.2, 1, −1.2, 1, … */
const cycle = (n: number, ...values: number[]): number[] =>
  Array.from({ length: n }, (_, i) => values[i % values.length]!);

export const problems: readonly Problem[] = [
  problem("rosenbrock", [-1.2, 1], ["10 * (x2 - x1^2)", "1 - x1"]),
  problem(
    "freudenstein-roth",
    [0.5, -2],
    ["-13 + x1 + ((5 - x2) * x2 - 2) * x2", "-29 + x1 + ((x2 + 1) * x2 - 14) * x2"],
  ),
  problem(
    "beale",
    [1, 1],
    [1.5, 2.25, 2.625].map((y, i) => `${y} - x1 * (1 - x2^${i + 1})`),
  ),
  problem(
    "jennrich-sampson",
    [0.3, 0.4],
    list(10, (i) => `2 + 2 * ${i} - (exp(${i} * x1) + exp(${i} * x2))`),
  ),
  problem(
    "bard",
    [1, 1, 1],
    bard.map((y, k) => {
      const [u, v] = [k + 1, 15 - k];
      return `${y} - (x1 + ${u} / (${v} * x2 + ${Math.min(u, v)} * x3))`;
    }),
  ),
  problem(
    "gaussian",
    [0.4, 1, 0],
    gaussian.map((y, k) => `x1 * exp(-x2 * (${num((7 - k) / 2)} - x3)^2 / 2) - ${y}`),
  ),
  problem(
    "box-3d",
    [0, 10, 20],
    list(10, (i) => `exp(-${i / 10} * x1) - exp(-${i / 10} * x2) - x3 * (exp(-${i / 10}) - exp(-${i}))`),
  ),
  problem(
    "powell-singular",
    [3, -1, 0, 1],
    ["x1 + 10 * x2", "sqrt(5) * (x3 - x4)", "(x2 - 2 * x3)^2", "sqrt(10) * (x1 - x4)^2"],
  ),
  problem(
    "wood",
    [-3, -1, -3, -1],
    [
      "10 * (x2 - x1^2)",
      "1 - x1",
      "sqrt(90) * (x4 - x3^2)",
      "1 - x3",
      "sqrt(10) * (x2 + x4 - 2)",
      "(x2 - x4) / sqrt(10)",
    ],
  ),
  problem(
    "kowalik-osborne",
    [0.25, 0.39, 0.415, 0.39],
    kowalik.y.map((y, k) => {
      const u = kowalik.u[k]!;
      return `${y} - x1 * (${u * u} + ${u} * x2) / (${u * u} + ${u} * x3 + x4)`;
    }),
  ),
  problem(
    "brown-dennis",
    [25, 5, -5, -1],
    list(
      20,
      (i) => `(x1 + ${i / 5} * x2 - exp(${i / 5}))^2 + (x3 + x4 * ${num(Math.sin(i / 5))} - ${num(Math.cos(i / 5))})^2`,
    ),
  ),
  problem(
    "biggs-exp6",
    [1, 2, 1, 1, 1, 1],
    list(13, (i) => {
      const t = i / 10;
      return `x3 * exp(-${t} * x1) - x4 * exp(-${t} * x2) + x6 * exp(-${t} * x5) - ${num(Math.exp(-t) - 5 * Math.exp(-10 * t) + 3 * Math.exp(-4 * t))}`;
    }),
  ),
  problem("watson", cycle(6, 0), [
    ...list(29, (i) => {
      const t = i / 29;
      const slope = list(5, (j) => `${j} * ${t ** (j - 1)} * x${j + 1}`);
      const value = list(6, (j) => `${t ** (j - 1)} * x${j}`);
      return `${sum(slope)} - (${sum(value)})^2 - 1`;
    }),
    "x1",
    "x2 - x1^2 - 1",
  ]),
  problem(
    "extended-rosenbrock",
    cycle(10, -1.2, 1),
    list(5, (i) => String(i)).flatMap((i) => [`10 * (x${2 * +i} - x${2 * +i - 1}^2)`, `1 - x${2 * +i - 1}`]),
  ),
  problem("penalty-1", list(10, String).map(Number), [
    ...list(10, (i) => `sqrt(1e-5) * (x${i} - 1)`),
    `${sum(list(10, (i) => `x${i}^2`))} - 0.25`,
  ]),
  problem(
    "variably-dimensioned",
    list(10, (i) => String(1 - i / 10)).map(Number),
    (() => {
      const s = sum(list(10, (i) => `${i} * (x${i} - 1)`));
      return [...list(10, (i) => `x${i} - 1`), s, `(${s})^2`];
    })(),
  ),
  problem(
    "trigonometric",
    cycle(10, 0.1),
    list(
      10,
      (i) =>
        `10 - (${sum(list(10, (j) => `cos(x${j})`))}) + ${i} * (1 - cos(x${i})) - cos(x${i} - ${num(Math.PI / 2)})`,
    ),
  ),
  problem("brown-almost-linear", cycle(10, 0.5), [
    ...list(9, (i) => `x${i} + ${sum(list(10, (j) => `x${j}`))} - 11`),
    `${list(10, (j) => `x${j}`).join(" * ")} - 1`,
  ]),
  problem(
    "broyden-tridiagonal",
    cycle(10, -1),
    list(10, (i) => `(3 - 2 * x${i}) * x${i} - ${i > 1 ? `x${i - 1}` : "0"} - 2 * ${i < 10 ? `x${i + 1}` : "0"} + 1`),
  ),
  problem(
    "discrete-boundary-value",
    list(10, (i) => String((i / 11) * (i / 11 - 1))).map(Number),
    list(
      10,
      (i) =>
        `2 * x${i} - ${i > 1 ? `x${i - 1}` : "0"} - ${i < 10 ? `x${i + 1}` : "0"} + ${(1 / 11) ** 2} * (x${i} + ${i / 11} + 1)^3 / 2`,
    ),
  ),
  problem(
    "linear-full-rank",
    cycle(10, 1),
    list(20, (i) => `${i <= 10 ? `x${i}` : "0"} - 0.1 * (${sum(list(10, (j) => `x${j}`))}) - 1`),
  ),
];

import { takes } from "./takes.ts";

/** Each operator of the notation at least once, on elements. Divisors and arguments stay away from poles. */
export const elementwise: readonly string[] = [
  "g + p",
  "c - g",
  "-g * p",
  "g / (abs(p) + c)",
  "c / (2 + g)",
  "sqrt(abs(g))",
  "sign(g) + sign(g * 0)",
  "floor(4 * g)",
  "min(g, p) + max(g, c)",
  "clamp(g, -c, c)",
  "g^2 + p^3",
  "g < p ? g : c",
  "(g <= c) + (g > p) + (p >= c)",
  "g == 0 ? 7 : 1",
  "g != 0 && p > 0 ? g : p",
  "!(g > 0) || p > c ? 1 : 2",
  "t > 2 ? g : p",
  "(1 - 0.9^t) * g",
];

/** Functions that libraries compute to a few units in the last place, not to the nearest float32. */
export const transcendental: readonly string[] = [
  "exp(g)",
  "log(abs(g) + 1)",
  "tanh(2 * g)",
  "cos(3 * g)",
  "sin(3 * g)",
  "erf(2 * g)",
  "atan2(g, p) + atan2(c, g)",
  "(abs(p) + c)^1.5",
];

/** Sums over tensors, rows, columns and the model; their order is the backend's own. */
export const reducing: readonly string[] = [
  "g / (norm(g) + c)",
  "g - mean(p)",
  "g / (rms(g) + c)",
  "sum(p) * g",
  "g * min(1, c / norm(g))",
  "norm(p) > 0 && norm(g) > c ? norm(p) / norm(g) * g : g",
  "g * min(1, c / totalNorm(g))",
  "total(g * p) * g",
  "norm(g - mean(g)) * g",
];
/** The largest of a tensor's numbers, of a row's and of a column's. */
export const largest: readonly string[] = [
  "largest(abs(g)) * g",
  "g / (largest(-p) + 1)",
  "rowMax(abs(g)) * p",
  "g * min(rowMax(g), columnMax(p - 1))",
  "columnMax(rowMax(g) * p) * g",
];
/** Remainders, whose last bit decides at whole multiples. */
export const remainders: readonly string[] = ["g % c", "-3 * g % (abs(p) + c)"];
/** Sums over the rows and columns of a matrix. */
export const matrixReducing: readonly string[] = [
  "g - rowMean(g)",
  "g - columnMean(p)",
  "rowSum(p^2) * columnSum(g)",
  "g / sqrt(rowMean(g^2) * columnMean(g^2) / mean(g^2) + c)",
  "(g' * p' + c)' - p",
  "mean(rowMean(g^2)) * g",
  "sum(columnMean(g^2)) * g",
  "total(rowMean(g^2)) * g",
  "g * min(1, c / totalNorm(columnMean(g)))",
];

/** Products of matrices and transposes, of sizes that a parameter of any number of rows and columns gives. */
export const products: readonly string[] = [
  "g @ g' @ g",
  "(g @ p') @ p - g",
  "p @ (g' @ g)",
  "(g' @ (p @ p'))'",
  "p @ (g' @ p - p' @ g)",
  "norm(g @ p') * g",
  "sum((g @ g') * (p @ p')) * p",
  "(c * (g @ g') - (p @ p') @ (g @ g')) @ p",
  "g * min(1, c / totalNorm(p @ g'))",
  "orthogonalize(g) - c * p",
  "rowMean((g @ g')^2) * g",
  "columnSum(g' @ g) * p - rms(g @ g') * g",
  "mean(rowMean(g' @ g)) * p",
];
/** Functions of whole matrices. */
export const wholes: readonly string[] = [
  "eye(rows) @ g + c * g @ eye(cols)",
  "qr(g @ g' + eye(rows)) @ p",
  "eigh(g @ g' + p @ p' + c * eye(rows)) @ g",
  "svd(g, min(2, min(rows, cols))) @ (svd(g, min(2, min(rows, cols)))' @ p)",
  "inverseRoot(g @ g' + c * eye(rows), 4) @ g @ inverseRoot(g' @ g + eye(cols), 2)",
  "solve(p @ p' + eye(rows), g)",
  "triu(g @ p' + eye(rows))' @ triu(p) - c * g",
];
/** Formulas that need a square matrix. */
export const squareProducts: readonly string[] = ["g + g'", "g @ p + p' @ g", "g' * p - g @ g", "rowMean(g') * p"];

/** The `refuses` of a backend that lacks all of these formulas, for one reason. */
export function refusing(formulas: readonly string[], why: string): Readonly<Record<string, string>> {
  takes("refusing", "a list of formulas", formulas, Array.isArray(formulas));
  takes("refusing", "the reason in words", why, typeof why === "string" && why !== "");
  return Object.fromEntries(formulas.map((formula) => [formula, why]));
}

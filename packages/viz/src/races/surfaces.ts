import { iris } from "./iris.ts";

/** A well-known surface: its formula, where its minima are, and where to look at it from. */
export interface KnownSurface {
  /** Its name in kebab case. */
  readonly id: string;
  readonly title: string;
  /** In the notation of rules. */
  readonly text: string;
  /** Its difficulty, in a sentence. */
  readonly sentence: string;
  /** The global minima that lie in view; empty where they are a curve. */
  readonly minima: readonly (readonly [x: number, y: number])[];
  /** The value there. */
  readonly least: number;
  /** The least and the greatest x in view. */
  readonly x: readonly [number, number];
  /** The least and the greatest y in view. */
  readonly y: readonly [number, number];
  /** A start from which the difference between rules can be seen. */
  readonly start: readonly [number, number];
}

/** Logistic regression on the petals of two kinds of iris: the mean cross-entropy of two weights, a term per flower. */
const flowers = `(${iris
  .map(({ x: [length, width], label }) => {
    const [a, b] = [length, width].map((size) => (label === 1 ? -size : size).toFixed(1)) as [string, string]; // two sizes
    return `log(1 + exp(${a} * x + ${b} * y))`.replace("+ -", "- ");
  })
  .join(" + ")}) / ${iris.length}`;

const PI = "3.141592653589793";

/** Pascanu's recurrent unit: fifty steps of h ← x σ(h) + y. */
const cliff = Array.from({ length: 50 }).reduce((h) => `x / (1 + exp(-(${h}))) + y`, "0");

/** Surfaces on which optimizers are shown, by families: ravines, saddles, many minima, plateaus. */
export const surfaces: readonly KnownSurface[] = [
  {
    id: "ellipse",
    title: "Ellipse",
    text: "0.5 * (x^2 + 20 * y^2)",
    sentence: "A quadratic valley twenty times as steep across as along: the picture behind condition numbers.",
    minima: [[0, 0]],
    least: 0,
    x: [-5, 5],
    y: [-2.5, 2.5],
    start: [-4.5, 1.6],
  },
  {
    id: "rosenbrock",
    title: "Rosenbrock’s banana",
    text: "(1 - x)^2 + 100 * (y - x^2)^2",
    sentence: "A curved valley: its floor is found at once, the way along it takes thousands of steps.",
    minima: [[1, 1]],
    least: 0,
    x: [-2, 2],
    y: [-1, 3],
    start: [-1.4, 2.2],
  },
  {
    id: "beale",
    title: "Beale",
    text: "(1.5 - x + x * y)^2 + (2.25 - x + x * y^2)^2 + (2.625 - x + x * y^3)^2",
    sentence: "A flat floor between walls whose gradients are ten thousand times as long.",
    minima: [[3, 0.5]],
    least: 0,
    x: [-1, 4.2],
    y: [-2, 2],
    start: [0.7, 1.5],
  },
  {
    id: "himmelblau",
    title: "Himmelblau",
    text: "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    sentence: "Four minima of equal depth: where a rule ends depends on how it takes its first steps.",
    minima: [
      [3, 2],
      [-2.8051180869527448, 3.1313125182505726],
      [-3.779310253377747, -3.2831859912861696],
      [3.5844283403304917, -1.8481265269644034],
    ],
    least: 0,
    x: [-5, 5],
    y: [-5, 5],
    start: [-0.4, -0.8],
  },
  {
    id: "saddle",
    title: "Saddle",
    text: "x^2 - y^2 + y^4 / 4",
    sentence: "A ridge that falls away to both sides: started almost on it, a rule has to find the way down.",
    minima: [
      [0, Math.SQRT2],
      [0, -Math.SQRT2],
    ],
    least: -1,
    x: [-2, 2],
    y: [-2, 2],
    start: [-1.5, 0.01],
  },
  {
    id: "styblinski-tang",
    title: "Styblinski–Tang",
    text: "(x^4 - 16 * x^2 + 5 * x + y^4 - 16 * y^2 + 5 * y) / 2",
    sentence: "Three basins are wrong and one is right.",
    minima: [[-2.903534027771177, -2.903534027771177]],
    least: -78.33233140754285,
    x: [-5, 5],
    y: [-5, 5],
    start: [0.6, 4.2],
  },
  {
    id: "six-hump-camel",
    title: "Six-hump camel",
    text: "(4 - 2.1 * x^2 + x^4 / 3) * x^2 + x * y + (4 * y^2 - 4) * y^2",
    sentence: "Six minima, two of which are the lowest.",
    minima: [
      [0.08984201368301331, -0.7126564032704135],
      [-0.08984201368301331, 0.7126564032704135],
    ],
    least: -1.0316284534898774,
    x: [-2, 2],
    y: [-1.1, 1.1],
    start: [-1.85, 0.9],
  },
  {
    id: "rastrigin",
    title: "Rastrigin",
    text: `20 + x^2 - 10 * cos(2 * ${PI} * x) + y^2 - 10 * cos(2 * ${PI} * y)`,
    sentence: "A bowl with a dent at every whole number.",
    minima: [[0, 0]],
    least: 0,
    x: [-3.2, 3.2],
    y: [-3.2, 3.2],
    start: [-2.7, 2.4],
  },
  {
    id: "ackley",
    title: "Ackley",
    text: `-20 * exp(-0.2 * sqrt((x^2 + y^2) / 2)) - exp((cos(2 * ${PI} * x) + cos(2 * ${PI} * y)) / 2) + 22.718281828459045`,
    sentence: "Nearly flat far out, with a funnel that ends in a kink.",
    minima: [[0, 0]],
    least: 0,
    x: [-4, 4],
    y: [-4, 4],
    start: [-3.4, 2.6],
  },
  {
    id: "easom",
    title: "Easom’s plateau",
    text: `-cos(x) * cos(y) * exp(-(x - ${PI})^2 - (y - ${PI})^2)`,
    sentence: "A hole in a plane: away from it there is hardly a gradient to follow.",
    minima: [[Math.PI, Math.PI]],
    least: -1,
    x: [0, 6.3],
    y: [0, 6.3],
    start: [1.5, 1.7],
  },
  {
    id: "booth",
    title: "Booth",
    text: "(x + 2 * y - 7)^2 + (2 * x + y - 5)^2",
    sentence: "A valley that lies across both axes, where rates for each coordinate do not help.",
    minima: [[1, 3]],
    least: 0,
    x: [-5, 6],
    y: [-3, 8],
    start: [-4, -1],
  },
  {
    id: "three-hump-camel",
    title: "Three-hump camel",
    text: "2 * x^2 - 1.05 * x^4 + x^6 / 6 + x * y + y^2",
    sentence: "Two shallow basins beside the right one.",
    minima: [[0, 0]],
    least: 0,
    x: [-2.4, 2.4],
    y: [-2.4, 2.4],
    start: [-2.1, -1.6],
  },
  {
    id: "mccormick",
    title: "McCormick",
    text: "sin(x + y) + (x - y)^2 - 1.5 * x + 2.5 * y + 1",
    sentence: "A long valley with one low place in view.",
    minima: [[-0.5471975511965976, -1.5471975511965976]],
    least: -1.9132229549810367,
    x: [-1.5, 4],
    y: [-3, 4],
    start: [3.4, 0.4],
  },
  {
    id: "cliff",
    title: "Pascanu’s cliff",
    text: `(1 / (1 + exp(-(${cliff}))) - 0.7)^2`,
    sentence: "The error of a recurrent unit after fifty steps: a wall where gradients explode, and clipping survives.",
    minima: [],
    least: 0,
    x: [2, 8],
    y: [-4, -1.5],
    start: [6.6, -2.2],
  },
  {
    id: "iris",
    title: "Iris, two weights",
    text: flowers,
    sentence:
      "Logistic regression on a hundred flowers, each a term of its sum: gradients of mini-batches differ here as in training.",
    minima: [[5.874761622031071, 9.345561997073064]],
    least: 0.10933196813249917,
    x: [-3, 9],
    y: [-3, 13],
    start: [-1, -1],
  },
];

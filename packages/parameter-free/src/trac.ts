import { transform } from "@descent/core";

/** Six learners, with memories of 10, 100, …, 1,000,000 steps. */
const learners = [1, 2, 3, 4, 5, 6] as const;
type Learner = (typeof learners)[number];
/** One entry for each learner: `v1`, `v2` and so on. */
const each = <N extends string, V>(name: N, make: (k: Learner) => V): Record<`${N}${Learner}`, V> =>
  Object.fromEntries(learners.map((k) => [`${name}${k}`, make(k)])) as Record<`${N}${Learner}`, V>; // one for each
const kept = (k: Learner): string => `(1 - 0.1^${k})`;

/** Up to here erfi is finite in float32, and the sum below is exact to 3e-6. */
const FARTHEST = 8;
/** erfi(1 / √2), by which the paper divides the first rate. */
const UNIT = 0.9534382692512609;
/** Gauss and Legendre's nodes and weights for even functions on [0, 1]. */
const nodes = [
  [0.048307665687738324, 0.09654008851472766],
  [0.1444719615827965, 0.09563872007927471],
  [0.23928736225213706, 0.09384439908080451],
  [0.33186860228212767, 0.09117387869576378],
  [0.42135127613063533, 0.08765209300440378],
  [0.5068999089322294, 0.08331192422694671],
  [0.5877157572407623, 0.07819389578707023],
  [0.6630442669302152, 0.07234579410884834],
  [0.7321821187402897, 0.06582222277636168],
  [0.7944837959679424, 0.058684093478535565],
  [0.84936761373257, 0.05099805926237609],
  [0.8963211557660521, 0.042835898022226836],
  [0.9349060759377397, 0.034273862913021765],
  [0.9647622555875064, 0.025392065309262024],
  [0.9856115115452684, 0.016274394730905743],
  [0.9972638618494816, 0.007018610009470506],
] as const;
/** erfi(z) = 2 / √π z ∫ exp(z²u²) du, from 0 to 1. */
const erfi = (z: string): string =>
  `1.1283791670955126 * ${z} * (${nodes.map(([u, weight]) => `${weight} * exp((${u} * ${z})^2)`).join(" + ")})`;

const bets: string = `initial / ${UNIT} * (${learners.map((k) => `bet${k}`).join(" + ")})`;

/**
 * Scales any rule's whole displacement from its start by what six learners bet on it, each with a memory of its own, so that
 * rates need no tuning and a model that goes on to new data can return to where it began: `trac(adamw())` (Muppidi, Zhang and
 * Yang, 2024, https://arxiv.org/abs/2405.16642). The bets are the imaginary error function of how far gradients agree with the way
 * gone, cut at ±8, where float32 nearly ends.
 * @property eps added to the learners' divisions (default 1e-8)
 * @property initial the first rate (default 1e-8)
 */
export const trac = transform({
  id: "trac",
  title: "TRAC",
  paper: "https://arxiv.org/abs/2405.16642",
  hyper: { eps: 1e-8, initial: 1e-8 },
  ranges: { initial: [Number.MIN_VALUE, Infinity], eps: [Number.MIN_VALUE, Infinity] },
  state: {
    x0: { init: "p" },
    s: { place: "model", init: 0 },
    ...each("v", () => ({ place: "model", init: 0 }) as const),
    ...each("c", () => ({ place: "model", init: 1e-8 }) as const),
  },
  before: {
    gone: "(p - x0) / (s + eps)",
    h: "total(gone * g)",
    ...each("v", (k) => `${kept(k)}^2 * v${k} + h^2`),
    ...each("c", (k) => `${kept(k)} * c${k} - h`),
    ...each("z", (k) => `clamp(c${k} / (sqrt(2 * v${k}) + eps), -${FARTHEST}, ${FARTHEST})`),
    ...each("bet", (k) => erfi(`z${k}`)),
    s: bets,
  },
  after: { p: "x0 + max(s, 0) * (gone + p - p0)" },
});

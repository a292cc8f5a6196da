import {
  cosine,
  cosineRestarts,
  cyclic,
  exponential,
  inverseSqrt,
  inverseTime,
  linear,
  oneCycle,
  polynomial,
  rex,
  stepwise,
  tanh,
  warmup,
  wsd,
} from "@descent/schedules";

/** A well-known schedule as a factor of the rate: an equation in `step` and `steps`. */
export interface ListedSchedule {
  readonly id: string;
  readonly title: string;
  readonly sentence: string;
  readonly text: string;
}

/** A length that no equation of ours contains otherwise: where it stands in one, the reader sees `steps`. */
const LENGTH = 7919;
const inSteps = ({ text }: { readonly text: string }): string => text.replace(/\b7919\b/g, "steps");
const over = LENGTH;

/** Schedules of `@descent/schedules`, each from 1 down over the whole race. */
export const schedules: readonly ListedSchedule[] = (
  [
    ["cosine", "Cosine", "Slow at both ends, steepest midway.", () => inSteps(cosine({ from: 1, over }))],
    ["linear", "Linear", "A straight line to 0.", () => inSteps(linear({ from: 1, to: 0, over }))],
    [
      "polynomial",
      "Quadratic",
      "Falls fast at first and arrives gently.",
      () => inSteps(polynomial({ from: 1, to: 0, over, power: 2 })),
    ],
    [
      "exponential",
      "Exponential",
      "A constant share is lost in every hundred steps.",
      () => inSteps(exponential({ from: 1, rate: 0.5, over: 100 })),
    ],
    ["step", "Steps", "Halves every fifty steps.", () => inSteps(stepwise({ from: 1, rate: 0.5, every: 50 }))],
    [
      "inverse-time",
      "1 / t",
      "The classical choice of Robbins and Monro.",
      () => inSteps(inverseTime({ from: 1, rate: 1, over: 20 })),
    ],
    ["inverse-sqrt", "1 / √t", "What regret bounds ask for.", () => inSteps(inverseSqrt({ from: 1, over: 20 }))],
    [
      "restarts",
      "Cosine with restarts",
      "Falls and starts over, each time for twice as long.",
      () => inSteps(cosineRestarts({ from: 1, to: 0, over: 40, growth: 2 })),
    ],
    [
      "cyclic",
      "Cyclic",
      "Up and down between a tenth and the whole rate.",
      () => inSteps(cyclic({ low: 0.1, high: 1, up: 25 })),
    ],
    [
      "one-cycle",
      "One cycle",
      "Up, and down to almost nothing.",
      () => inSteps(oneCycle({ peak: 1, up: 90, down: 210 })),
    ],
    [
      "wsd",
      "Warm up, stay, decay",
      "A plateau that can be cut short anywhere.",
      () => inSteps(wsd({ peak: 1, warmup: 30, stable: 170, decay: 100 })),
    ],
    ["rex", "REX", "Stays high for long and falls late.", () => inSteps(rex({ from: 1, over }))],
    ["tanh", "Tanh", "A soft step down.", () => inSteps(tanh({ from: 1, to: 0, over }))],
    ["warmup", "Warm-up", "A run-up to the whole rate.", () => inSteps(warmup(40, 1))],
  ] as const
).map(([id, title, sentence, make]) => ({ id, title, sentence, text: make() }));

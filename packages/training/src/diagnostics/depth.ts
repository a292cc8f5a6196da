import { list } from "@descent/core/adapter";
import { brief, median, type Symptom } from "./finding.ts";
import { kernelsOf, layerOf, type ParameterNumbers } from "./norms.ts";

/** How many updates a symptom of gradients must last. */
const LASTING = 5;
/** How much smaller the gradients of one end may be, per element. */
const VANISHED = 1e-4;
const EXPLODED = 1e3;
/** How many times as long as the weights the gradient of a deep model may be. */
const HUGE = 1e3;
/** The correlation of depth and the logarithm of the gradient that counts as a trend. */
const TREND = 0.8;

interface Slope {
  /** Root mean squares of the first layer's gradient and of the last one's. */
  readonly first: number;
  readonly last: number;
  readonly names: readonly [string, string];
  readonly trend: number;
}

/** The gradients of the layers against their depth; undefined for fewer than four. */
function slopeOf(parameters: readonly ParameterNumbers[]): Slope | undefined {
  const kernels = kernelsOf(parameters).filter(({ odd }) => odd === 0);
  if (kernels.length < 4) return undefined;
  const rms = kernels.map(({ gradient, size }) => gradient! / Math.sqrt(size)); // kernels have one
  const [first, last] = [rms[0]!, rms.at(-1)!];
  if (last === 0) return undefined;
  const logs = rms.map((x) => Math.log(Math.max(x, 1e-45))); // the least number of single precision
  const names = [layerOf(kernels[0]!.name), layerOf(kernels.at(-1)!.name)] as const;
  return { first, last, names, trend: correlation(logs) };
}

/** The correlation of numbers with their places. */
function correlation(ys: readonly number[]): number {
  const x0 = (ys.length - 1) / 2;
  const y0 = ys.reduce((sum, y) => sum + y, 0) / ys.length;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < ys.length; i++) {
    const x = i - x0;
    const y = ys[i]! - y0;
    xy += x * y;
    xx += x ** 2;
    yy += y ** 2;
  }
  return yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

/** Follows how gradients change on their way through the layers. */
export class Depth {
  readonly #slopes: Slope[] = [];
  #large = 0;
  readonly #silent = new Map<string, number>();
  readonly #stuck = new Map<string, number>();
  readonly #meant: readonly string[];

  /** `meant` are parameters that are frozen on purpose. */
  constructor(meant: readonly string[] = []) {
    this.#meant = meant;
  }

  add(parameters: readonly ParameterNumbers[]): Symptom[] {
    return [
      ...this.#trend(parameters),
      ...this.#huge(parameters),
      ...this.#unreached(parameters),
      ...this.#frozen(parameters),
    ];
  }

  #trend(parameters: readonly ParameterNumbers[]): Symptom[] {
    const slope = slopeOf(parameters);
    if (slope === undefined) return [];
    this.#slopes.push(slope);
    if (this.#slopes.length < LASTING) return [];
    const lately = this.#slopes.splice(-LASTING);
    this.#slopes.splice(0, Infinity, ...lately);
    const ratio = median(lately.map(({ first, last }) => first / last));
    const trend = median(lately.map((one) => one.trend));
    const [first, last] = slope.names;
    const evidence = { ratio, trend };
    const words = `gradients of \`${first}\` are ${brief(ratio)} of those of \`${last}\``;
    if (ratio < VANISHED && trend > TREND)
      return [
        {
          name: "vanishing-gradients",
          subject: first,
          evidence,
          text: `${words}: vanishing; use He initialization and ReLUs, normalization, or residual connections.`,
        },
      ];
    if (ratio > EXPLODED && trend < -TREND)
      return [
        {
          name: "exploding-gradients",
          subject: first,
          evidence,
          text: `${words}: exploding; start with smaller weights (He, Glorot), normalize, and clip gradients by their norm.`,
        },
      ];
    return [];
  }

  /** Gradients that grew through all layers alike, with the activations, and so far beyond the weights. */
  #huge(parameters: readonly ParameterNumbers[]): Symptom[] {
    const kernels = kernelsOf(parameters).filter(({ odd }) => odd === 0);
    const large = kernels.filter(({ gradient, parameter }) => gradient! > HUGE * parameter && parameter > 0);
    this.#large = kernels.length >= 4 && large.length > kernels.length / 2 ? this.#large + 1 : 0;
    if (this.#large < LASTING) return [];
    const ratio = median(kernels.map(({ gradient, parameter }) => gradient! / parameter));
    const text = `gradients are ${brief(ratio)} times as long as the weights in most of ${kernels.length} layers: exploding; start with smaller weights (He, Glorot), normalize, and clip gradients by their norm.`;
    return [{ name: "exploding-gradients", evidence: { ratio, layers: kernels.length }, text }];
  }

  /** Kernels whose gradient is 0 while others have one, those that are new together. */
  #unreached(parameters: readonly ParameterNumbers[]): Symptom[] {
    const any = parameters.some(({ gradient }) => gradient !== undefined && gradient > 0);
    const found = kernelsOf(parameters).filter(({ name, gradient, odd }) => {
      const times = gradient === 0 && odd === 0 && any ? (this.#silent.get(name) ?? 0) + 1 : 0;
      this.#silent.set(name, times);
      return times === 2 * LASTING;
    });
    if (found.length === 0) return [];
    const [names, are] = [list(found.map(({ name }) => name)), found.length === 1 ? "gradient of" : "gradients of"];
    const text = `the ${are} ${names} ${found.length === 1 ? "has" : "have"} been exactly 0 for ${2 * LASTING} updates while others have one: nothing reaches ${found.length === 1 ? "it" : "them"}; look for units that are dead, for a detach or stop-gradient in the way, and for layers that are not used.`;
    return [{ name: "no-gradient", subject: names, evidence: { updates: 2 * LASTING, kernels: found.length }, text }];
  }

  /** Parameters that stay where they are although they have a gradient, while others move; those that are new together. */
  #frozen(parameters: readonly ParameterNumbers[]): Symptom[] {
    const moves = parameters.some(({ update }) => update > 0);
    const found = parameters.filter(({ name, gradient, update }) => {
      const stuck = moves && update === 0 && gradient !== undefined && gradient > 0 && !this.#meant.includes(name);
      const times = stuck ? (this.#stuck.get(name) ?? 0) + 1 : 0;
      this.#stuck.set(name, times);
      return times === LASTING;
    });
    if (found.length === 0) return [];
    const [one, names] = [found.length === 1, list(found.map(({ name }) => name))];
    const norm = Math.hypot(...found.map(({ gradient }) => gradient!)); // they have one
    const text = `${names} ${one ? "has" : "have"} not moved for ${LASTING} updates, and ${one ? "its gradient has" : "their gradients have"} the norm ${brief(norm)}: frozen; take ${one ? "it" : "them"} out of the frozen group or raise ${one ? "its" : "their"} rate, or name ${one ? "it" : "them"} in \`diagnose({ frozen })\` if that is meant.`;
    return [{ name: "frozen", subject: names, evidence: { updates: LASTING, gradient: norm }, text }];
  }
}

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
  const [x0, y0] = [(ys.length - 1) / 2, ys.reduce((sum, y) => sum + y, 0) / ys.length];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, y] of ys.entries()) {
    xy += (i - x0) * (y - y0);
    xx += (i - x0) ** 2;
    yy += (y - y0) ** 2;
  }
  return yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

/** Follows how gradients change on their way through the layers. */
export class Depth {
  readonly #slopes: Slope[] = [];
  #large = 0;
  readonly #silent = new Map<string, number>();
  readonly #stuck = new Map<string, { times: number; readonly norms: number[] }>();

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

  /** Parameters whose gradient is 0 while others have one. */
  #unreached(parameters: readonly ParameterNumbers[]): Symptom[] {
    const any = parameters.some(({ gradient }) => gradient !== undefined && gradient > 0);
    return kernelsOf(parameters).flatMap(({ name, gradient, odd }): Symptom[] => {
      const times = gradient === 0 && odd === 0 && any ? (this.#silent.get(name) ?? 0) + 1 : 0;
      this.#silent.set(name, times);
      if (times < 2 * LASTING) return [];
      const text = `the gradient of \`${name}\` has been exactly 0 for ${times} updates while others have one: nothing reaches it; check that it is used, that no detach or stop-gradient is in the way, and that its units are not dead.`;
      return [{ name: "no-gradient", subject: name, evidence: { updates: times }, text }];
    });
  }

  /** Parameters that stay where they are although they have a gradient, while others move. */
  #frozen(parameters: readonly ParameterNumbers[]): Symptom[] {
    const moves = parameters.some(({ update }) => update > 0);
    return parameters.flatMap(({ name, gradient, update }): Symptom[] => {
      const known = this.#stuck.get(name) ?? { times: 0, norms: [] };
      const stuck = moves && update === 0 && gradient !== undefined && gradient > 0;
      known.times = stuck ? known.times + 1 : 0;
      if (stuck) known.norms.push(gradient);
      this.#stuck.set(name, known);
      if (known.times < LASTING) return [];
      const norm = median(known.norms.splice(-LASTING));
      const text = `\`${name}\` has not moved for ${known.times} updates, and its gradient has the norm ${brief(norm)}: frozen; take it out of the frozen group or raise its rate, or name it in \`diagnose({ frozen })\` if that is meant.`;
      return [{ name: "frozen", subject: name, evidence: { updates: known.times, gradient: norm }, text }];
    });
  }
}

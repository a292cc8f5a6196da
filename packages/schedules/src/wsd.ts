import { finite, knownOptions, oneOf, whole } from "@descent/core/adapter";
import { cosine } from "./cosine.ts";
import { joined } from "./join.ts";
import { linear } from "./polynomial.ts";
import { between, type Equation, progress } from "./text.ts";
import { warmup } from "./warmup.ts";

/** The way down of `wsd`: a straight line, half a cosine wave, or 1 − √, which falls fast at first. */
export type Tail = "linear" | "cosine" | "sqrt";

/** Options of `wsd`. */
export interface WsdOptions {
  /** The value of the stable phase. */
  readonly peak: number;
  /** How many updates rise to the peak; default 0. */
  readonly warmup?: number | undefined;
  /** How many updates stay there. */
  readonly stable: number;
  /** How many updates fall. */
  readonly decay: number;
  /** The value at the end and after it; default 0. */
  readonly to?: number | undefined;
  /** Default `"sqrt"`, which did best in https://arxiv.org/abs/2405.18392. */
  readonly tail?: Tail | undefined;
}

/**
 * Warm-up, stable, decay: the stable phase can go on for as long as there are data, and any checkpoint of it be finished by a
 * short decay (Hu et al., https://arxiv.org/abs/2404.06395). From the peak on the same as transformers' warmup_stable_decay,
 * whose tails are called `linear`, `cosine` (its default) and `1-sqrt`; the warm-up is that of `warmup`.
 * Throws where a number is not finite, or a number of updates not whole.
 */
export function wsd(options: WsdOptions): Equation {
  const where = "wsd";
  const {
    peak,
    warmup: rise = 0,
    stable,
    decay,
    to = 0,
    tail = "sqrt",
  } = knownOptions(where, options, ["peak", "warmup", "stable", "decay", "to", "tail"]);
  finite(where, { peak, to });
  whole(where, { warmup: rise, stable, decay });
  oneOf(where, { tail }, ["linear", "cosine", "sqrt"]);
  const pieces: (readonly [number, number | Equation])[] = stable > 0 ? [[0, peak]] : [];
  pieces.push([stable, decay > 0 ? tails[tail]({ from: peak, to, over: decay }) : to]);
  return warmup(rise, joined(where, pieces) as Equation); // numbers and equations make an equation
}

const tails = {
  linear,
  cosine,
  sqrt: ({ from, to, over }: { from: number; to: number; over: number }): Equation =>
    between(from, to, `(1 - sqrt(${progress(over)}))`, `sqrt(${progress(over)})`),
} satisfies Record<Tail, unknown>;

import { OptimizerError } from "@descent/core";
import { knownOptions, positive, shown, whole } from "@descent/core/adapter";
import { renyi } from "./renyi.ts";

/** A training run by DP-SGD, as its accountant sees it. */
export interface PrivateRun {
  /** The noise multiplier, above 0. */
  readonly noise: number;
  /** The chance of each example to be in a batch, above 0 and at most 1: batch size / examples. Batches must be drawn so. */
  readonly sampleRate: number;
  /** The number of updates. */
  readonly steps: number;
  /** The chance that the promise fails, above 0 and below 1: below one over the number of examples. */
  readonly delta: number;
}

/** The orders of Rényi's divergence that are tried, those of Google's dp-accounting. */
const ORDERS = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => i + 11),
  ...[128, 256, 512, 1024],
];

function checked(where: string, run: unknown, names: readonly string[]): void {
  const given = knownOptions(where, run as Record<string, unknown>, names);
  const between = (name: string, most: boolean): void => {
    const x = given[name];
    if (!(typeof x === "number" && x > 0 && (x < 1 || (most && x === 1))))
      throw new OptimizerError(
        `\`${where}\`: ${name} must be above 0 and ${most ? "at most" : "below"} 1; got ${shown(x)}.`,
      );
  };
  between("sampleRate", true);
  between("delta", false);
  whole(where, { steps: given.steps });
  positive(where, { steps: given.steps });
}

/**
 * The privacy that a run of DP-SGD spends, by Rényi's accountant for the subsampled Gaussian (Mironov, Talwar and Zhang, 2019):
 * with the chance 1 − `delta`, no one example changes how likely a model is by more than the factor exp(`epsilon`). `order` is
 * that of the tightest bound. Examples must be drawn independently, each with the chance `sampleRate`; with shuffled epochs the
 * promise is another.
 */
export function privacySpent(run: PrivateRun): { readonly epsilon: number; readonly order: number } {
  checked("privacySpent", run, ["noise", "sampleRate", "steps", "delta"]);
  positive("privacySpent", { noise: run.noise });
  return spent(run);
}

function spent({ noise, sampleRate, steps, delta }: PrivateRun): { epsilon: number; order: number } {
  let best = { epsilon: Infinity, order: Number.NaN };
  for (const order of ORDERS) {
    const divergence = steps * renyi(sampleRate, noise, order);
    // Canonne, Kamath and Steinke (2020), proposition 12.
    const epsilon = divergence + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1);
    if (epsilon < best.epsilon) best = { epsilon, order };
  }
  return { epsilon: Math.max(0, best.epsilon), order: best.order };
}

/** The least noise multiplier, to 1e-4 of itself, with which a run spends at most `epsilon`. */
export function noiseFor(run: Omit<PrivateRun, "noise"> & { readonly epsilon: number }): number {
  checked("noiseFor", run, ["sampleRate", "steps", "delta", "epsilon"]);
  const { epsilon, ...rest } = run;
  positive("noiseFor", { epsilon });
  const enough = (noise: number): boolean => spent({ ...rest, noise }).epsilon <= epsilon;
  let [low, high] = [0, 1];
  while (!enough(high)) {
    [low, high] = [high, 2 * high];
    if (high > 1e6)
      throw new OptimizerError(`\`noiseFor\`: no noise makes epsilon ${epsilon}. Allow more, or a larger delta.`);
  }
  while (high - low > 1e-4 * high) {
    const middle = (low + high) / 2;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

import { OptimizerError } from "@descent/core";
import {
  finite,
  hashOf,
  isFloat32Array,
  isRecord,
  knownOptions,
  notNegative,
  philox,
  positive,
  shown,
  whole,
} from "@descent/core/adapter";

/** Options of `privateGradient`. */
export interface PrivateGradientOptions {
  /** The number of examples that there are gradients of. */
  readonly examples: number;
  /** The greatest length of one example's gradient, over all parameters: longer ones are shortened to it. */
  readonly maxNorm: number;
  /** The noise multiplier: the deviation of the noise of the sum, in lengths of `maxNorm`. */
  readonly noise: number;
  /** Of the noise. Keep it secret, and give each step another: who knows the noise can take it off. */
  readonly seed: number;
  /** The number to divide the sum by (default `examples`): the expected batch size, where batches are drawn at random. */
  readonly batchSize?: number | undefined;
}

/**
 * A gradient that tells little about any one example (DP-SGD; Abadi et al., 2016): each example's gradient is clipped to `maxNorm`,
 * they are added up, normal noise of deviation noise · maxNorm goes on top, and the sum is divided by the batch size. Takes by name
 * the gradients of all examples one after another, and returns what `update` takes. `privacySpent` says what it costs. An empty
 * batch, of 0 examples, is noise alone.
 *
 * The noise is Philox's from the seed, which repeats but is not cryptographically secure: for more than research, draw the seeds
 * from `crypto.getRandomValues`.
 */
export function privateGradient(
  perExample: Readonly<Record<string, Float32Array>>,
  sizes: Readonly<Record<string, number>>,
  options: PrivateGradientOptions,
): Record<string, Float32Array> {
  const where = "privateGradient";
  const {
    examples,
    maxNorm,
    noise,
    seed,
    batchSize = examples,
  } = knownOptions(where, options, ["examples", "maxNorm", "noise", "seed", "batchSize"]);
  whole(where, { examples, seed });
  notNegative(where, { examples, noise, seed });
  finite(where, { noise });
  positive(where, { maxNorm, batchSize });
  for (const [what, given] of Object.entries({ perExample, sizes }))
    if (!isRecord(given)) throw new OptimizerError(`\`${where}\` takes ${what} by parameter; got ${shown(given)}.`);
  const names = Object.keys(sizes);
  const odd = [...names, ...Object.keys(perExample)].find((n) => !(n in sizes && n in perExample));
  if (odd !== undefined)
    throw new OptimizerError(`\`${where}\`: \`${odd}\` needs both gradients and a size. Give it both.`);
  for (const [name, size] of Object.entries(sizes)) {
    whole(where, { [name]: size });
    const data: unknown = perExample[name];
    if (!isFloat32Array(data) || data.length !== examples * size)
      throw new OptimizerError(
        `\`${where}\`: \`${name}\` must be a Float32Array of ${examples} gradients of ${size} numbers; got ${isFloat32Array(data) ? `${data.length} numbers` : shown(data)}.`,
      );
  }
  const sums = new Map(names.map((name) => [name, new Float64Array(sizes[name]!)]));
  for (let n = 0; n < examples; n++) {
    const own = names.map((name) => perExample[name]!.subarray(n * sizes[name]!, (n + 1) * sizes[name]!));
    const length = Math.sqrt(own.reduce((sum, g) => g.reduce((s, x) => s + x * x, sum), 0));
    if (!Number.isFinite(length))
      throw new OptimizerError(`\`${where}\`: the gradient of example ${n} is not finite. Leave the example out.`);
    const share = Math.min(1, maxNorm / length);
    for (const [k, name] of names.entries()) {
      const sum = sums.get(name)!;
      for (const [i, x] of own[k]!.entries()) sum[i]! += share * x;
    }
  }
  const key = [seed | 0, Math.floor(seed / 2 ** 32) | 0] as const;
  return Object.fromEntries(
    names.map((name) => {
      const parameter = hashOf(name);
      return [
        name,
        Float32Array.from(sums.get(name)!, (x, i) => (x + noise * maxNorm * normal(i, parameter, key)) / batchSize),
      ];
    }),
  );
}

/** A standard normal number that depends on its place alone, of 53 binary digits, by Box and Muller. */
function normal(i: number, parameter: number, key: readonly [number, number]): number {
  const [a, b, c, d] = philox([i | 0, Math.floor(i / 2 ** 32) | 0, 0x6470, parameter], key);
  const uniform = (high: number, low: number): number => ((high >>> 5) * 2 ** 26 + (low >>> 6) + 0.5) / 2 ** 53;
  return Math.sqrt(-2 * Math.log(uniform(a!, b!))) * Math.cos(2 * Math.PI * uniform(c!, d!));
}

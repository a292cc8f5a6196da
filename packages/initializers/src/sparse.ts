import { OptimizerError } from "@descent/core";
import { finite, knownOptions, notNegative } from "@descent/core/adapter";
import type { Initializer } from "./initialize.ts";
import { asMatrix } from "./layout.ts";

/** Options of `sparse`. */
export interface SparseOptions {
  /** The share of each input's weights that are 0, from 0 to 1; rounded up to whole weights. */
  readonly sparsity: number;
  /** The standard deviation of the others, 0 or above; default 0.01. */
  readonly std?: number | undefined;
}

/**
 * A few normal weights per input and zeros for the rest, so that units differ from the start (Martens, ICML 2010). The same as
 * torch's `sparse_` on [out, in]. A matrix needs no `axes`; anything else throws, as does a sparsity outside 0 to 1.
 */
export function sparse(options: SparseOptions): Initializer {
  const where = "sparse";
  const { sparsity, std = 0.01 } = knownOptions(where, options, ["sparsity", "std"]);
  finite(where, { sparsity });
  notNegative(where, { std });
  if (sparsity < 0 || sparsity > 1)
    throw new OptimizerError(`\`${where}\`: \`sparsity\` must be from 0 to 1; got ${sparsity}.`);
  return (parameter, random) => {
    const { batch, outputs, inputs, field } = asMatrix(parameter);
    if (batch !== 1 || field.length > 0)
      throw new OptimizerError(
        `\`${where}\` needs a matrix, and \`${parameter.name}\` has shape [${parameter.shape.join(", ")}]. Use normal() there.`,
      );
    const count = outputs * inputs;
    const values = Float64Array.from({ length: count }, (_, i) => std * random.normal(i));
    const zeros = Math.ceil(sparsity * outputs);
    for (let input = 0; input < inputs; input++) {
      // Numbers beyond those that the weights use, so that a weight's size says nothing about whether it is kept.
      const drawn = Array.from({ length: outputs }, (_, output) => {
        const at = output * inputs + input;
        return { at, rank: random.uniform(count + at) };
      });
      for (const { at } of drawn.sort((a, b) => a.rank - b.rank).slice(0, zeros)) values[at] = 0;
    }
    return values;
  };
}

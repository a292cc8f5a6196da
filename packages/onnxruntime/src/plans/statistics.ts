import { allFinite } from "@descent/arrays/engine";
import { OptimizerError, type Parameter } from "@descent/core";
import { shown, size } from "@descent/core/adapter";
import type { Batch } from "../runtime/feeds.ts";
import type { Runtime, RuntimeTensor } from "../runtime/runtime.ts";
import type { Compiled } from "../session/compiler.ts";
import type { Weights } from "./training.ts";

/** Batches, one after the other. */
export type Batches = Iterable<Batch> | AsyncIterable<Batch>;

/** So large that what a batch adds is lost in its rounding, and a power of two, so that nothing else is. */
const FAR = 2 ** 100;

/**
 * Reads the means and variances of batches off a session that moves running statistics: to `kept` times the old one and the rest
 * times the batch's. From 0 only the batch's share is left, from far away only `kept`, which every model has once and for all.
 */
export class BatchStatistics {
  readonly #runtime: Runtime;
  readonly #statistics: readonly Parameter[];
  readonly #kept = new Map<string, number>();

  constructor(runtime: Runtime, statistics: readonly Parameter[]) {
    this.#runtime = runtime;
    this.#statistics = statistics.map(({ name, shape }) => ({ name, shape }));
  }

  /** Those of one batch, by the name of the running statistic; `feeds` are the inputs of the session besides. */
  async of(compiled: Compiled, feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Weights> {
    if (this.#kept.size === 0)
      for (const [name, far] of await this.#moved(compiled, feeds, FAR)) {
        const kept = (far[0] ?? 0) / FAR;
        if (!(kept >= 0 && kept < 1))
          throw new OptimizerError(`\`${name}\` has momentum ${kept}, so it does not move. Give it less than 1.`);
        this.#kept.set(name, kept);
      }
    const moved = await this.#moved(compiled, feeds, 0);
    return Object.fromEntries(
      [...moved].map(([name, next]) => [name, next.map((x) => x / (1 - this.#kept.get(name)!))]), // of the same names
    );
  }

  /** The statistics after a run that all began as one number. */
  async #moved(
    { session, statistics }: Compiled,
    feeds: Readonly<Record<string, RuntimeTensor>>,
    from: number,
  ): Promise<Map<string, Float32Array>> {
    const { Tensor } = this.#runtime;
    const old = this.#statistics
      .filter(({ name }) => statistics.has(name))
      .map(
        ({ name, shape }) => [name, new Tensor("float32", new Float32Array(size(shape)).fill(from), shape)] as const,
      );
    const results = await session.run({ ...feeds, ...Object.fromEntries(old) });
    return new Map(
      [...statistics].map(([name, output]) => [name, (results[output]!.data as Float32Array).slice()]), // outputs, float32
    );
  }
}

/** The mean of every statistic over batches, each of which counts alike. */
export async function meanStatistics(batches: Batches, of: (batch: Batch) => Promise<Weights>): Promise<Weights> {
  const given: unknown = batches;
  if (typeof given !== "object" || given === null || !(Symbol.iterator in given || Symbol.asyncIterator in given))
    throw new OptimizerError(
      `\`updateBatchNorm\` takes batches, a list or what \`for await\` reads: [{ x }, …]; got ${shown(given)}.`,
    );
  const means = new Map<string, Float64Array>();
  let count = 0;
  for await (const batch of batches) {
    count++;
    for (const [name, numbers] of Object.entries(await of(batch))) {
      if (!allFinite(numbers))
        throw new OptimizerError(
          `\`updateBatchNorm\`: \`${name}\` of batch ${count} is not finite, and no statistic was set. Mend the data, or leave the batch out.`,
        );
      const mean = means.get(name) ?? new Float64Array(numbers.length);
      for (let i = 0; i < mean.length; i++) mean[i]! += (numbers[i]! - mean[i]!) / count;
      means.set(name, mean);
    }
  }
  if (count === 0) throw new OptimizerError("`updateBatchNorm` takes at least one batch; got none.");
  return Object.fromEntries([...means].map(([name, mean]) => [name, Float32Array.from(mean)]));
}

import { OptimizerError } from "@descent/core";
import { isCallback, isRecord, shown } from "@descent/core/adapter";
import { checkDataset, type Dataset, isDataset, visited } from "./dataset.ts";

/**
 * Batches to train on: a dataset, from which `fit` draws shuffled batches; a list of batches; or a function that returns the batches
 * of an epoch (0 is the first), which may be an asynchronous generator.
 */
export type Data<B> = Dataset<B> | Iterable<B> | ((epoch: number) => Iterable<B> | AsyncIterable<B>);

/** The option of `fit` that batches come from. */
type Source = "data" | "validate";

/** A batch with the number of its samples. */
export interface Counted<B> {
  readonly batch: B;
  readonly samples: number;
}

/** How batches are drawn. */
export interface Drawing {
  readonly batchSize: number;
  /** Undefined leaves the samples in their order. */
  readonly seed: number | undefined;
}

/** The batches of an epoch, without the first `skip`, which were trained on before the run was interrupted. */
export async function* batches<B>(
  where: Source,
  data: Data<B>,
  epoch: number,
  skip: number,
  { batchSize, seed }: Drawing,
): AsyncGenerator<Counted<B>> {
  if (isDataset(data)) {
    checkDataset(where, data);
    const { length } = data;
    const samples = visited(where, data, seed, epoch);
    for (let at = skip * batchSize; at < length; at += batchSize) {
      const these = samples.subarray(at, at + batchSize);
      yield { batch: await data.batch(these), samples: these.length };
    }
    return;
  }
  let left = skip;
  for await (const batch of listed(where, data, epoch)) if (left-- <= 0) yield { batch, samples: samplesOf(batch) };
}

/** How many batches an epoch has; undefined where only its end will tell. */
export function countOf<B>(data: Data<B>, { batchSize }: Drawing): number | undefined {
  if (isDataset(data)) return Math.ceil(data.length / batchSize);
  return Array.isArray(data) ? data.length : undefined;
}

function listed<B>(where: Source, data: Exclude<Data<B>, Dataset<B>>, epoch: number): Iterable<B> | AsyncIterable<B> {
  const found: unknown = isCallback(data) ? (data as (epoch: number) => unknown)(epoch) : data;
  if (isIterable(found)) return found as Iterable<B>;
  throw new OptimizerError(
    `\`fit\` takes as \`${where}\` a dataset { length, batch }, a list of batches, or a function that returns the batches of an epoch; got ${shown(found)}.`,
  );
}

const isIterable = (x: unknown): boolean =>
  typeof x === "object" && x !== null && (Symbol.iterator in x || Symbol.asyncIterator in x);

/** Throws for a generator that has to serve several epochs: it runs once. */
export function checkRepeatable(where: Source, data: unknown, epochs: number): void {
  const once =
    typeof data === "object" &&
    data !== null &&
    (Symbol.iterator in data || Symbol.asyncIterator in data) &&
    "next" in data;
  if (once && epochs > 1)
    throw new OptimizerError(
      `\`fit\` was given as \`${where}\` a generator, which runs once, for ${epochs} epochs. Give a function that makes one: ${where}: () => batches().`,
    );
}

/** The samples in a batch: the first dimension of what it holds; 1 where that cannot be seen, so that every batch counts alike. */
export function samplesOf(batch: unknown): number {
  const sizes = [batch, ...(isRecord(batch) ? Object.values(batch) : [])].map(firstDimension);
  return sizes.find((n) => n !== undefined) ?? 1;
}

function firstDimension(x: unknown): number | undefined {
  if (typeof x !== "object" || x === null) return undefined;
  for (const name of ["dims", "shape"]) {
    const sizes: unknown = Reflect.get(x, name);
    if (Array.isArray(sizes) && typeof sizes[0] === "number") return sizes[0];
  }
  return undefined;
}

/** Asks for `ahead` batches before they are needed, so that loading and training overlap. */
export async function* prefetched<T>(source: AsyncIterator<T>, ahead: number): AsyncGenerator<T> {
  const waiting: Promise<IteratorResult<T>>[] = [];
  const ask = (): void => {
    const next = source.next();
    next.catch(() => {}); // thrown where it is awaited
    waiting.push(next);
  };
  try {
    for (let i = 0; i <= ahead; i++) ask();
    for (;;) {
      const { done, value } = await waiting.shift()!; // one was asked for each
      if (done) return;
      ask();
      yield value;
    }
  } finally {
    await source.return?.();
  }
}

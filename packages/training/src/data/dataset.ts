import { OptimizerError } from "@descent/core";
import { isRecord, knownOptions, philox, shown, takes, whole } from "@descent/core/adapter";

/** Samples that can be fetched by their numbers, so that an epoch can shuffle them and a resumed one go on where it stopped. */
export interface Dataset<B> {
  /** How many samples. */
  readonly length: number;
  /** The samples with these numbers as one batch. May promise it. */
  batch(samples: Uint32Array): B | Promise<B>;
  /**
   * An order of its own for an epoch (0 is the first), where it is shuffled: as many numbers as there are samples, decided by seed and epoch
   * alone. A sample may come twice and another not at all, as when classes are balanced. By default each comes once.
   */
  order?(seed: number, epoch: number): Uint32Array;
}

/** Rows to choose from, one per sample: all of the same size. */
export interface Column {
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array;
  /** The size of one row; by default a single number. */
  readonly shape?: readonly number[] | undefined;
}

/** Rows of a batch, with the number of samples as the first dimension: the form in which a `Trainer` takes them. */
export interface Rows {
  readonly data: Column["data"];
  readonly dims: readonly number[];
}

/**
 * A dataset of arrays: `columns({ x: { data: pixels, shape: [1, 28, 28] }, labels: { data: digits } })`. A batch is
 * `{ x: { data, dims: [32, 1, 28, 28] }, labels: { data, dims: [32] } }`. Throws where columns have different numbers of rows.
 */
export function columns<const Name extends string>(
  given: Readonly<Record<Name, Column | Column["data"]>>,
): Dataset<Record<Name, Rows>> {
  takes("columns", "arrays by name: { x: { data, shape }, labels: { data } }", given, isRecord(given));
  const all = Object.entries<Column | Column["data"]>(given).map(([name, one]) => columnOf(name, one));
  const length = all[0]?.rows ?? 0;
  if (length === 0) throw new OptimizerError("`columns` was given no rows.");
  const odd = all.find(({ rows }) => rows !== length);
  if (odd)
    throw new OptimizerError(
      `\`columns\`: \`${all[0]!.name}\` has ${length} rows and \`${odd.name}\` has ${odd.rows}. Give each sample a row in both.`,
    );
  return {
    length,
    batch(samples) {
      const rows: Record<string, Rows> = {};
      for (const { name, data, shape, size } of all)
        rows[name] = { data: gathered(data, samples, size), dims: [samples.length, ...shape] };
      return rows as Record<Name, Rows>; // of the same names
    },
  };
}

/** Each column is one. */
const ARRAY = "a typed array (Float32Array.from(…) makes one), or { data, shape } of one";

function columnOf(name: string, given: Column | Column["data"]) {
  const { data, shape = [] } = ArrayBuffer.isView(given) ? { data: given } : (knownColumn(name, given) as Column);
  takes("columns", `for \`${name}\` ${ARRAY}`, data, ArrayBuffer.isView(data) && "length" in data);
  const fits = Array.isArray(shape) && shape.every((d) => Number.isSafeInteger(d) && d > 0);
  takes("columns", `for \`${name}\` the shape of one row, such as [1, 28, 28]`, shape, fits);
  const size = shape.reduce((n, d) => n * d, 1);
  if (data.length % size !== 0)
    throw new OptimizerError(
      `\`columns\`: \`${name}\` has ${data.length} numbers, which are not whole rows of [${shape.join(", ")}].`,
    );
  return { name, data, shape, size, rows: data.length / size };
}

function knownColumn(name: string, given: unknown): Column {
  takes("columns", `for \`${name}\` ${ARRAY}`, given, isRecord(given));
  return knownOptions(`columns: ${name}`, given as unknown as Column, ["data", "shape"]); // a record, as checked
}

function gathered(data: Column["data"], samples: Uint32Array, size: number): Column["data"] {
  const Typed = data.constructor as new (length: number) => Column["data"]; // of the same kind
  const rows = new Typed(samples.length * size);
  for (const [i, sample] of samples.entries())
    rows.set(data.subarray(sample * size, (sample + 1) * size) as never, i * size); // the same kind
  return rows;
}

/** Whether it is a dataset by its members. */
export const isDataset = (x: unknown): x is Dataset<unknown> =>
  typeof x === "object" && x !== null && "batch" in x && typeof x.batch === "function" && "length" in x;

/**
 * The order in which an epoch (0 is the first) visits its samples. It depends on these three numbers alone, so a run that resumes in
 * mid-epoch needs only its place.
 */
export function order(length: number, seed: number, epoch: number): Uint32Array {
  whole("order", { length, seed, epoch });
  const places = Uint32Array.from({ length }, (_, i) => i);
  let words: readonly number[] = [];
  for (let i = length - 1; i > 0; i--) {
    const k = length - 1 - i;
    if (k % 4 === 0) words = philox([k / 4, epoch, 0, 0], [seed % 2 ** 32, Math.floor(seed / 2 ** 32)]);
    const j = Math.floor((words[k % 4]! / 2 ** 32) * (i + 1)); // Fisher and Yates's shuffle
    const swap = places[i]!;
    places[i] = places[j]!;
    places[j] = swap;
  }
  return places;
}

/** The samples of an epoch in their order; without a seed, as they lie. */
export function visited(where: string, data: Dataset<unknown>, seed: number | undefined, epoch: number): Uint32Array {
  const { length } = data;
  if (seed === undefined) return Uint32Array.from({ length }, (_, i) => i);
  if (data.order === undefined) return order(length, seed, epoch);
  const own: unknown = data.order(seed, epoch);
  if (!(own instanceof Uint32Array && own.length === length && own.every((one) => one < length)))
    throw new OptimizerError(
      `\`fit\`: the \`${where}\` dataset's \`order\` must return a Uint32Array of ${length} numbers below ${length}; got ${shown(own)}.`,
    );
  return own;
}

/** Throws unless it is a dataset of samples. */
export function checkDataset(where: string, { length }: Dataset<unknown>): void {
  if (!(Number.isSafeInteger(length) && length > 0))
    throw new OptimizerError(
      `\`fit\`: the \`${where}\` dataset must have one sample at least; its length is ${shown(length)}.`,
    );
}

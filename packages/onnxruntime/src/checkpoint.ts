import { decodeState, OptimizerError, type Parameter, type StateDict } from "@descent/core";
import {
  currentNames,
  decodeSafetensors,
  encodeSafetensors,
  intoCorner,
  isFloat32Array,
  isWidened,
  list,
  type Rename,
  renamedState,
  type Shape,
  shown,
  size,
  suggestion,
  type TensorData,
} from "@descent/core/adapter";
import { bytesOf, type FileSource } from "./files/read.ts";
import type { Snapshot, Waiting } from "./plans/training.ts";

/** Everything that a trainer needs to continue: weights, running statistics and the optimizer's state. */
export interface Checkpoint {
  /** Weights and running statistics by name. */
  readonly parameters: Readonly<Record<string, TensorData>>;
  /** The optimizer's state, as every backend loads it. */
  readonly optimizer: StateDict;
  /** Gradients that wait for their update, where `accumulate` is above 1. */
  readonly waiting?: Waiting | undefined;
}

const WEIGHTS = "p/";
const WAITING = "g/";
/** Metadata entry: the number of batches in the waiting gradients. */
const BATCHES = "descent.waiting";

/**
 * A checkpoint as the bytes of one safetensors file: weights under `p/`, optimizer state under its slots, gradients that
 * wait under `g/`.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  checkCheckpoint(checkpoint);
  const { parameters, optimizer, waiting } = checkpoint;
  const all = Object.entries({ ...optimizer.tensors, ...under(WEIGHTS, parameters) }).map(
    ([key, { shape, data }]) => [key, { dtype: "F32", shape, data }] as const,
  );
  const sums = Object.entries(waiting?.sums ?? {}).map(
    ([name, data]) =>
      [WAITING + name, { dtype: "F32", shape: parameters[name]?.shape ?? [data.length], data }] as const,
  );
  return encodeSafetensors(Object.fromEntries([...all, ...sums]), {
    descent: JSON.stringify(optimizer.meta),
    ...(waiting ? { [BATCHES]: String(waiting.count) } : {}),
  });
}

/** Reads what `encodeCheckpoint` wrote. Throws an OptimizerError for another file or a damaged one. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { meta, tensors } = decodeState(bytes);
  const parameters = taken(WEIGHTS, tensors);
  if (Object.keys(parameters).length === 0)
    throw new OptimizerError(
      "This file contains optimizer state but no weights, so it is not a checkpoint that `trainer.save()` wrote.",
    );
  const state = Object.entries(tensors).filter(([key]) => !key.startsWith(WEIGHTS) && !key.startsWith(WAITING));
  const sums = Object.entries(taken(WAITING, tensors)).map(([name, { data }]) => [name, data] as const);
  const optimizer = { meta, tensors: Object.fromEntries(state) };
  if (sums.length === 0) return { parameters, optimizer };
  const count = Number(decodeSafetensors(bytes).metadata[BATCHES]);
  if (!(Number.isSafeInteger(count) && count > 0))
    throw new OptimizerError(
      `The checkpoint is damaged: the number of batches in its waiting gradients is "${count}".`,
    );
  return { parameters, optimizer, waiting: { sums: Object.fromEntries(sums), count } };
}

const under = <T>(prefix: string, all: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [prefix + name, value]));

const taken = <T>(prefix: string, all: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
  );

/** A checkpoint from wherever it is. */
export async function checkpointOf(source: FileSource | Checkpoint): Promise<Checkpoint> {
  if (typeof source !== "object" || source === null || !("optimizer" in source || "parameters" in source))
    return decodeCheckpoint(await bytesOf(source, "checkpoint"));
  checkCheckpoint(source);
  return source;
}

/** Throws an OptimizerError for anything but a checkpoint. */
function checkCheckpoint(source: unknown): asserts source is Checkpoint {
  const { parameters, optimizer, waiting }: { readonly [K in keyof Checkpoint]?: unknown } = isObject(source)
    ? source
    : {};
  const whole =
    isObject(parameters) &&
    isObject(optimizer) &&
    isObject(optimizer.meta) &&
    isObject(optimizer.tensors) &&
    Object.values(parameters).every(isTensor) &&
    (waiting === undefined ||
      (isObject(waiting) &&
        isObject(waiting.sums) &&
        Number.isSafeInteger(waiting.count) &&
        Number(waiting.count) > 0));
  if (!whole)
    throw new OptimizerError(
      `A checkpoint must be the result of \`trainer.checkpoint()\` or \`decodeCheckpoint(bytes)\`; got ${shown(source)}.`,
    );
}

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === "object" && x !== null;
const isTensor = (x: unknown): boolean => isObject(x) && Array.isArray(x.shape) && "data" in x;

/** Throws an OptimizerError for a weight that is not there, or numbers that do not fit it. */
export function fit(name: string, data: unknown, shapes: ReadonlyMap<string, Shape>): void {
  const shape = shapes.get(name);
  const names = [...shapes.keys()];
  if (!shape)
    throw new OptimizerError(
      `There is no trained weight \`${name}\`; there are ${list(names)}.${suggestion(name, names)}`,
    );
  if (!isFloat32Array(data)) throw new OptimizerError(`\`${name}\` must be a Float32Array; got ${shown(data)}.`);
  if (data.length !== size(shape))
    throw new OptimizerError(`\`${name}\` of shape [${shape}] is ${size(shape)} numbers; got ${data.length}.`);
}

/**
 * The parts of a checkpoint that a trainer of these shapes can take. Strict, a checkpoint that does not fit in every part is
 * refused with all reasons.
 */
export function fitting(
  { parameters, optimizer, waiting }: Checkpoint,
  shapes: ReadonlyMap<string, Shape>,
  trained: readonly Parameter[],
  strict: boolean,
): Snapshot {
  const names = [...shapes.keys()];
  const missing = names.filter((name) => !Object.hasOwn(parameters, name));
  const others = Object.keys(parameters).filter((name) => !shapes.has(name));
  const misfits = names.filter(
    (name) => Object.hasOwn(parameters, name) && parameters[name]!.shape.join() !== shapes.get(name)!.join(),
  );
  const sums = waiting?.sums ?? {};
  const unfit = trained.filter(({ name, shape }) => !isFloat32Array(sums[name]) || sums[name].length !== size(shape));
  const problems = [
    ...(missing.length > 0 ? [`it lacks ${list(missing)}`] : []),
    ...(others.length > 0 ? [`it has ${list(others)}, which this trainer does not train`] : []),
    ...misfits.map((n) => `\`${n}\` was saved with shape [${parameters[n]!.shape}] and has [${shapes.get(n)!}]`),
    ...(waiting && unfit.length > 0 ? [`gradients wait in it, but not for ${list(unfit.map((p) => p.name))}`] : []),
  ];
  if (strict && problems.length > 0)
    throw new OptimizerError(`The checkpoint is of another model: ${problems.join("; ")}. Nothing was loaded.`);
  const fits = names.filter((name) => !missing.includes(name) && !misfits.includes(name));
  for (const name of fits) fit(name, parameters[name]!.data, shapes);
  return {
    weights: Object.fromEntries(fits.map((name) => [name, parameters[name]!.data])), // a name of it
    optimizer,
    waiting: unfit.length > 0 ? undefined : waiting,
  };
}

/** A checkpoint under the names of today. */
export function renamedCheckpoint({ parameters, optimizer, waiting }: Checkpoint, rename: Rename): Checkpoint {
  const names = currentNames(Object.keys(parameters), rename);
  const today = (name: string): string => names.get(name) ?? name;
  const renamed = <T>(all: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).map(([name, value]) => [today(name), value]));
  return {
    parameters: renamed(parameters),
    optimizer: renamedState(optimizer, today),
    waiting: waiting && { ...waiting, sums: renamed(waiting.sums) },
  };
}

/** A checkpoint whose weights have grown to these shapes: new elements have today's numbers, and gradients that wait there are zero. */
export function padded(
  { parameters, optimizer, waiting }: Checkpoint,
  shapes: ReadonlyMap<string, Shape>,
  today: Readonly<Record<string, Float32Array>>,
): Checkpoint {
  const sums: Record<string, Float32Array> = { ...waiting?.sums };
  const all = Object.entries(parameters).map(([name, { shape: from, data }]) => {
    const to = shapes.get(name);
    if (!to || !isWidened(from, to)) return [name, { shape: from, data }] as const;
    const waits = Object.hasOwn(sums, name) ? sums[name] : undefined;
    if (waits) sums[name] = intoCorner(new Float32Array(size(to)), { from, to, data: waits });
    return [name, { shape: to, data: intoCorner(today[name]!.slice(), { from, to, data }) }] as const; // all of the trainer's are there
  });
  return { parameters: Object.fromEntries(all), optimizer, waiting: waiting && { ...waiting, sums } };
}

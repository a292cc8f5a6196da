import { decodeState, OptimizerError, type StateDict } from "@descent/core";
import { decodeSafetensors, encodeSafetensors, type TensorData } from "@descent/core/adapter";
import type { Waiting } from "./plan.ts";

/** Everything a trainer needs to continue: weights, what the forward pass keeps (running means), the optimizer's state. */
export interface Checkpoint {
  readonly parameters: Readonly<Record<string, TensorData>>;
  readonly optimizer: StateDict;
  /** Sums of gradients that were still to make an update, and of how many batches they are. */
  readonly waiting?: Waiting | undefined;
}

const WEIGHTS = "p/";
const WAITING = "g/";
/** Metadata entry: of how many batches the gradients are. */
const BATCHES = "descent.waiting";

/**
 * A checkpoint as the bytes of one safetensors file: weights under `p/`, optimizer state under its slots, gradients that
 * wait under `g/`.
 */
export function encodeCheckpoint({ parameters, optimizer, waiting }: Checkpoint): Uint8Array<ArrayBuffer> {
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

/** Reads what `encodeCheckpoint` wrote. Throws an OptimizerError for a file that is none, or is damaged. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { meta, tensors } = decodeState(bytes);
  const parameters = taken(WEIGHTS, tensors);
  if (Object.keys(parameters).length === 0)
    throw new OptimizerError(
      "This file holds optimizer state and no weights, so it is no checkpoint of a trainer, which `trainer.save()` writes.",
    );
  const state = Object.entries(tensors).filter(([key]) => !key.startsWith(WEIGHTS) && !key.startsWith(WAITING));
  const sums = Object.entries(taken(WAITING, tensors)).map(([name, { data }]) => [name, data] as const);
  const optimizer = { meta, tensors: Object.fromEntries(state) };
  if (sums.length === 0) return { parameters, optimizer };
  const count = Number(decodeSafetensors(bytes).metadata[BATCHES]);
  if (!(Number.isSafeInteger(count) && count > 0))
    throw new OptimizerError(`The checkpoint is damaged: its gradients are of "${count}" batches.`);
  return { parameters, optimizer, waiting: { sums: Object.fromEntries(sums), count } };
}

const under = <T>(prefix: string, all: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [prefix + name, value]));

const taken = <T>(prefix: string, all: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
  );

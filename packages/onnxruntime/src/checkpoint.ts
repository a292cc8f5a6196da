import { decodeState, encodeSafetensors, OptimizerError, type StateDict } from "@descent/core";

/** Everything a trainer needs to continue: weights, what the forward pass keeps (running means), the optimizer's state. */
export interface Checkpoint {
  readonly parameters: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;
  readonly optimizer: StateDict;
}

const WEIGHTS = "p/";

/** A checkpoint as the bytes of one safetensors file: weights under `p/`, optimizer state under its slots. */
export const encodeCheckpoint = ({ parameters, optimizer }: Checkpoint): Uint8Array<ArrayBuffer> => {
  const all = {
    ...optimizer.tensors,
    ...Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [WEIGHTS + name, tensor])),
  };
  return encodeSafetensors(
    Object.fromEntries(Object.entries(all).map(([key, { shape, data }]) => [key, { dtype: "F32", shape, data }])),
    { descent: JSON.stringify(optimizer.meta) },
  );
};

/** Reads what `encodeCheckpoint` wrote. Throws an OptimizerError for a file that is none, or is damaged. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const optimizer = decodeState(bytes);
  const tensors = Object.entries(optimizer.tensors);
  const weights = tensors.filter(([key]) => key.startsWith(WEIGHTS));
  if (weights.length === 0)
    throw new OptimizerError(
      "This file holds optimizer state and no weights, so it is no checkpoint of a trainer. Load it with `trainer.load({ optimizer })`.",
    );
  return {
    parameters: Object.fromEntries(weights.map(([key, tensor]) => [key.slice(WEIGHTS.length), tensor])),
    optimizer: {
      meta: optimizer.meta,
      tensors: Object.fromEntries(tensors.filter(([key]) => !key.startsWith(WEIGHTS))),
    },
  };
}

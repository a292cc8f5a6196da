import type { StateDict } from "@descent/core";
import type { Loop } from "@descent/core/adapter";
import { clone, type DataTypeMap, dispose, keep, type Tensor, tidy } from "@tensorflow/tfjs-core";
import { numbersIn } from "../update/coded.ts";
import { renamed } from "./match.ts";
import type { Waiting } from "./waiting.ts";

/** Numbers of a tensor, as a backend hands them over. */
type Read = DataTypeMap["float32" | "int32"];

/** The state of a loop by name, and of the variables of a saved optimizer that have not been seen yet. */
export async function stateOf(loop: Loop<Tensor>, names: readonly string[], waiting: Waiting): Promise<StateDict> {
  // Reads start before anything can step, from clones: a shared tensor is not overwritten while it is read.
  const clones = tidy(() => loop.slots().map(({ tensor }) => keep(clone(tensor))));
  const reads = clones.map((tensor) => tensor.data<"float32" | "int32">());
  const known = described(loop, names, waiting);
  return known(await Promise.all(reads).finally(() => dispose(clones)));
}

/** The same at once, on backends that can. */
export const stateNow = (loop: Loop<Tensor>, names: readonly string[], waiting: Waiting): StateDict =>
  described(loop, names, waiting)(loop.slots().map(({ tensor }) => tensor.dataSync<"float32" | "int32">()));

/** All of a state as it is now, but for the numbers of its tensors. */
function described(
  loop: Loop<Tensor>,
  names: readonly string[],
  waiting: Waiting,
): (data: readonly Read[]) => StateDict {
  const slots = loop.slots();
  const counts = names.flatMap((name) => {
    const data = loop.counts(name);
    return data ? [[`t/${name}`, { shape: [data.length], data: Float32Array.from(data) }] as const] : [];
  });
  const meta = loop.meta();
  // State that was loaded for variables not seen yet is still state.
  const rest = waiting.state && renamed(waiting.state, new Map(waiting.names.map((n) => [n, n])), meta.step);
  return (data) => ({
    meta: {
      ...meta,
      groups: { ...rest?.meta.groups, ...meta.groups },
      parameters: { ...rest?.meta.parameters, ...meta.parameters },
    },
    tensors: {
      ...rest?.tensors,
      ...Object.fromEntries(
        slots.map(({ key, shape, tensor }, i) => [key, { shape, data: numbersIn(tensor, data[i]!) }]),
      ),
      ...Object.fromEntries(counts),
    },
  });
}

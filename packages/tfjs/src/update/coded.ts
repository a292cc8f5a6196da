import { type Codec, type Coded, coded, codedBytes, decoded, encode } from "@descent/arrays/engine";
import { OptimizerError, type Parameter } from "@descent/core";
import type { Start } from "@descent/core/adapter";
import { fill, type Tensor, tensor, tidy, type Variable, variable } from "@tensorflow/tfjs-core";

/* State in fewer bytes: a slot is a variable of whole numbers, whose bytes hold the codes of arrays' codecs. */

/** How a slot's numbers are kept. */
export interface Kept {
  readonly codec: Codec;
  /** How many numbers it has. */
  readonly length: number;
}

const slots = new WeakMap<Tensor, Kept>();

/** How a slot's numbers are kept; undefined where it has them as float32. */
export const keptOf = (slot: Tensor): Kept | undefined => slots.get(slot);

/** The numbers that lie in these bytes. */
export const codedIn = ({ codec, length }: Kept, buffer: ArrayBufferLike, address: number): Coded =>
  coded(codec, length, buffer, address);

/** Numbers as whole numbers, the codes in their bytes. */
function wordsOf(kept: Kept, numbers: Float32Array): Int32Array {
  const words = new Int32Array(wordsFor(kept));
  encode(codedIn(kept, words.buffer, 0), 0, kept.length, numbers);
  return words;
}
const wordsFor = ({ codec, length }: Kept): number => Math.ceil(codedBytes(codec, length) / 4);

/** A slot of this many numbers, kept by a codec. */
export function codedSlot(codec: Codec, length: number, start: Start<Tensor>): Variable {
  const kept = { codec, length };
  const made = tidy(() => {
    if (start === 0) return variable(fill([wordsFor(kept)], 0, "int32"), false);
    const numbers =
      typeof start === "number"
        ? new Float32Array(length).fill(start)
        : start instanceof Float32Array
          ? start
          : start.of.dataSync<"float32">();
    return variable(tensor(wordsOf(kept, numbers), undefined, "int32"), false);
  });
  slots.set(made, kept);
  return made;
}

/** A tensor to be assigned to a slot, so that it has these numbers. */
export function toAssign(slot: Tensor, numbers: Float32Array): Tensor {
  const kept = keptOf(slot);
  return kept ? tensor(wordsOf(kept, numbers), slot.shape, "int32") : tensor(numbers, slot.shape, "float32");
}

/** The numbers of a slot, from what was read of its tensor. */
export function numbersIn(slot: Tensor, read: Float32Array | Int32Array): Float32Array {
  const kept = keptOf(slot);
  if (!kept) return (read as Float32Array).slice(); // a slot that no codec keeps
  const words = (read as Int32Array).slice(); // a slot of codes; its own bytes, from the first on
  return decoded(codedIn(kept, words.buffer, 0));
}

/** Throws where a backend cannot step state in fewer bytes. */
export function refuseCodes(backend: string): void {
  if (backend !== "cpu" && backend !== "wasm" && backend !== "webgpu")
    throw new OptimizerError(
      `State in fewer bytes is stepped on the cpu, wasm and webgpu backends, and this is tfjs's \`${backend}\`. Use tf.setBackend("wasm"), or leave out \`state\`.`,
    );
}

/** Throws where a slot that begins as another tensor cannot be encoded, because tfjs's webgpu backend cannot be asked for it at once. */
export function refuseStart(backend: string, { name }: Parameter, slot: string, start: Start<Tensor>): void {
  if (backend === "webgpu" && typeof start === "object" && "of" in start)
    throw new OptimizerError(
      `The state \`${slot}\` of \`${name}\` begins as a copy, which tfjs's webgpu backend cannot store in fewer bytes. Store it in float32: { state: { ${slot}: "float32" } }.`,
    );
}

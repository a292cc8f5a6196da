import type { KernelBackend, Tensor } from "@tensorflow/tfjs-core";
import { Heap, memoryOf, type WasmBackend } from "./heap.ts";

/** Below this the loop in JavaScript is done before the call would be. */
const SMALL = 64;

/** A backend's memory as it is now, and room there for the four sums of the loop. */
interface Room {
  floats: Float32Array;
  readonly sums: number;
}
const rooms = new WeakMap<WebAssembly.Memory, Room>();

function roomIn(memory: WebAssembly.Memory, { wasm }: WasmBackend): Room | undefined {
  let room = rooms.get(memory);
  if (!room) {
    const sums = Math.ceil((wasm._malloc(4 * 8 + 8) >>> 0) / 8) * 8; // float64 are aligned
    if (sums === 0) return undefined;
    rooms.set(memory, (room = { floats: new Float32Array(memory.buffer), sums }));
  }
  if (room.floats.buffer !== memory.buffer) room.floats = new Float32Array(memory.buffer); // it has grown
  return room;
}

/** The sum of a float32 tensor of the wasm backend, in double precision; undefined if its memory cannot be reached. */
export function sumOnHeap(tensor: Tensor, backend: KernelBackend): number | undefined {
  const wasm = backend as KernelBackend & WasmBackend; // the caller has seen that it is this backend
  const memory = memoryOf(wasm);
  const room = memory && roomIn(memory, wasm);
  if (!room) return undefined;
  const heap = new Heap(backend);
  const from = heap.pointer(tensor);
  const { floats, sums } = room;
  const end = from / 4 + tensor.size;
  let sum = 0;
  let i = from / 4;
  const { routines } = heap;
  if (routines && tensor.size >= SMALL) {
    const whole = tensor.size - (tensor.size % 4);
    routines.get("columnSums", 4)(from, from + 4 * whole, sums);
    const doubles = new Float64Array(floats.buffer, sums, 4);
    sum = doubles[0]! + doubles[1]! + doubles[2]! + doubles[3]!;
    i += whole;
  }
  for (; i < end; i++) sum += floats[i]!;
  return sum;
}

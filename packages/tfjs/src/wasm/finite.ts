import { allFinite } from "@descent/core/adapter";
import { FINITE_TURN } from "@descent/core/kernels";
import type { KernelBackend, Tensor } from "@tensorflow/tfjs-core";
import { Heap } from "./heap.ts";

/** Whether a float32 tensor of the wasm backend has no NaN and no infinity, looked at where it lies. */
export function finiteOnHeap(tensor: Tensor, backend: KernelBackend): boolean {
  const heap = new Heap(backend);
  const whole = tensor.size - (tensor.size % FINITE_TURN);
  const { routines } = heap;
  if (!routines || whole === 0) return allFinite(heap.floats(tensor));
  const from = heap.pointer(tensor);
  if (routines.get("finite")(from, from + 4 * whole) === 0) return false;
  return whole === tensor.size || allFinite(heap.floats(tensor), whole);
}

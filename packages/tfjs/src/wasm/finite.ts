import { allFinite } from "@descent/core/adapter";
import { FINITE_TURN, surelyFinite } from "@descent/core/kernels";
import type { KernelBackend, Tensor } from "@tensorflow/tfjs-core";
import { Heap } from "./heap.ts";

/** The check that a float32 tensor of the wasm backend has no NaN and no infinity; it looks where the tensor lies. */
export function finiteOnHeap(backend: KernelBackend): (tensor: Tensor) => boolean {
  const heap = new Heap(backend);
  const finite = heap.routines?.get("finite");
  return (tensor) => {
    const { size } = tensor;
    if (finite && size >= FINITE_TURN && surelyFinite(finite, heap.pointer(tensor), size)) return true;
    return allFinite(heap.floats(tensor));
  };
}

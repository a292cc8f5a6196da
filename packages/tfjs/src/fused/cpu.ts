import { refusal } from "@descent/arrays/engine";
import { engine, type KernelBackend, type Tensor } from "@tensorflow/tfjs-core";
import { ArrayUpdates, type Storage } from "./arrays.ts";
import type { Detect } from "./fused.ts";

/** The part of tfjs-backend-cpu 4 that is used here. */
interface CpuBackend extends KernelBackend {
  /** Finds a tensor's numbers, which it fetches from another backend if they are there. */
  readonly data: { get(dataId: object): { readonly values?: unknown; readonly refCount: number } };
  readonly bufferSync: unknown;
}

/** This backend hands out its own arrays, and keeps those of its users: only what was made here is written over. */
class CpuStorage implements Storage {
  readonly #backend: CpuBackend;
  readonly #made = new WeakSet<Float32Array>();
  constructor(backend: CpuBackend) {
    this.#backend = backend;
  }
  /** A parameter's numbers may be with anybody who has awaited `data()`; nobody else sees those of a slot. */
  owns(tensor: Tensor, name: string): boolean {
    const array = this.#array(tensor);
    return name !== "p" && this.#made.has(array) && this.#backend.data.get(tensor.dataId).refCount === 1;
  }
  copy(tensor: Tensor): Tensor {
    const array = this.#array(tensor).slice();
    this.#made.add(array);
    return engine().makeTensor(array, tensor.shape, "float32", this.#backend);
  }
  view(tensor: Tensor): Float32Array {
    return this.#array(tensor);
  }
  #array({ dataId }: Tensor): Float32Array {
    const { values } = this.#backend.data.get(dataId);
    return values instanceof Float32Array ? values : Float32Array.from(values as number[]); // a float32 tensor may be made of an array of numbers
  }
}

/** Updates over the cpu backend's arrays, in chunks that fit the cache. */
export const cpu: Detect = (backend) => {
  const { data, bufferSync } = backend as Partial<CpuBackend>;
  if (typeof data?.get !== "function" || typeof bufferSync !== "function") return undefined;
  return new ArrayUpdates(refusal() === undefined ? "wasm" : "interpreter", new CpuStorage(backend as CpuBackend));
};

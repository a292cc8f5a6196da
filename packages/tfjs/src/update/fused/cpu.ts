import { refusal } from "@descent/arrays/engine";
import { engine, type KernelBackend, type Tensor } from "@tensorflow/tfjs-core";
import { isOwn, makeOwn } from "../handed-out.ts";
import { ArrayUpdates, type Bytes, type Storage } from "./arrays.ts";
import type { Detect } from "./fused.ts";

interface CpuData {
  readonly values?: unknown;
  readonly refCount: number;
}
/** The part of tfjs-backend-cpu 4 that is used here. */
interface CpuBackend extends KernelBackend {
  /** Finds a tensor's numbers, and fetches them if they are on another backend. */
  readonly data: { get(dataId: object): CpuData };
  readonly bufferSync: unknown;
}

const arrayOf = ({ values }: CpuData): Float32Array =>
  values instanceof Float32Array ? values : Float32Array.from(values as number[]); // a float32 tensor may be made of an array of numbers

/** The same, or whole numbers, in whose bytes codes are. */
const ownOf = (data: CpuData): Float32Array | Int32Array =>
  data.values instanceof Int32Array ? data.values : arrayOf(data);

/** This backend hands out its own arrays and keeps arrays that users gave it, so only arrays made here are overwritten. */
class CpuStorage implements Storage<CpuData> {
  readonly #backend: CpuBackend;
  readonly #made = new WeakSet<Float32Array | Int32Array>();
  constructor(backend: CpuBackend) {
    this.#backend = backend;
  }
  find({ dataId }: Tensor): CpuData {
    return this.#backend.data.get(dataId);
  }
  /** Anyone who awaited `data()` may hold a parameter's array; a slot's array stays private. */
  owns(data: CpuData, name: string, byRows: boolean): boolean {
    const array = ownOf(data);
    if (data.refCount !== 1) return false;
    if (byRows && array instanceof Float32Array) return isOwn(array);
    return name !== "p" && this.#made.has(array);
  }
  copy(tensor: Tensor, byRows: boolean): Tensor {
    const array = ownOf(this.find(tensor)).slice();
    this.#made.add(array);
    if (byRows && array instanceof Float32Array) makeOwn(array);
    return engine().makeTensor(array, tensor.shape, tensor.dtype, this.#backend);
  }
  bytes(data: CpuData): Bytes {
    const { buffer, byteOffset } = ownOf(data);
    return { buffer, address: byteOffset };
  }
  view(data: CpuData): Float32Array {
    return arrayOf(data);
  }
}

/** Updates over the cpu backend's arrays, in chunks that fit the cache. */
export const cpu: Detect = (backend, codecOf) => {
  const { data, bufferSync } = backend as Partial<CpuBackend>;
  if (typeof data?.get !== "function" || typeof bufferSync !== "function") return undefined;
  return new ArrayUpdates(
    refusal() === undefined ? "wasm" : "interpreter",
    new CpuStorage(backend as CpuBackend),
    codecOf,
  );
};

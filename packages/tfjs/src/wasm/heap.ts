import { type DataType, getKernel, type TensorInfo, type TypedArray } from "@tensorflow/tfjs-core";
import { hasSimd, Routines } from "./simd.ts";

/** The backend's record of a tensor. */
export interface WasmData {
  readonly id: number;
  readonly memoryOffset: number;
  readonly refCount: number;
}

/** The part of tfjs-backend-wasm 4 that kernels use. It is public there, and declared here so that nothing is imported. */
export interface WasmBackend {
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): TypedArray;
  disposeData(dataId: object): boolean;
  incRef(dataId: object): void;
  /** Finds a tensor, and fetches it if it is on another backend. */
  readonly dataIdMap: { get(dataId: object): WasmData };
  /** Emscripten's module; the memory is in one of two places, by whether it is shared between threads. */
  readonly wasm: {
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    readonly wasmMemory?: WebAssembly.Memory;
    _malloc(bytes: number): number;
    readonly tfjs: {
      registerTensor(id: number, size: number, memoryOffset: number): void;
      disposeData(id: number): void;
    };
  };
}

export const memoryOf = ({ wasm }: WasmBackend): WebAssembly.Memory | undefined => wasm.asm?.memory ?? wasm.wasmMemory;

/** The arguments of a kernel. */
export interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  readonly backend: object;
  readonly attrs?: object | undefined;
}
export type Kernel = (call: Call) => TensorInfo;

/** One of the backend's own kernels. */
export function builtin(name: string): Kernel {
  const config = getKernel(name, "wasm");
  if (!config)
    throw new Error(`The wasm backend has no kernel ${name}. Is @tensorflow/tfjs-backend-wasm 4.x imported?`);
  return config.kernelFunc as Kernel; // every kernel used here gives one tensor
}

const made = new WeakMap<WebAssembly.Memory, Routines>();

/**
 * Tensors on the wasm heap, below the engine: nothing here is recorded on a tape or belongs to a tidy, so allocations are
 * freed by hand. Every allocation may move the heap, so views are taken again after it.
 */
export class Heap {
  readonly #backend: WasmBackend;
  constructor(backend: object) {
    this.#backend = backend as WasmBackend; // kernels registered for wasm are called with nothing else
  }
  alloc(shape: readonly number[]): TensorInfo {
    return this.#backend.makeOutput([...shape], "float32");
  }
  /** A tensor like another, of the same type. */
  like(tensor: TensorInfo, shape: readonly number[] = tensor.shape): TensorInfo {
    return this.#backend.makeOutput([...shape], tensor.dtype);
  }
  view(tensor: TensorInfo): TypedArray {
    return this.#backend.typedArrayFromHeap(tensor);
  }
  floats(tensor: TensorInfo): Float32Array {
    if (tensor.dtype !== "float32") throw new Error(`Gradients need float32 tensors; got ${tensor.dtype}.`);
    return this.view(tensor) as Float32Array; // float32 was checked
  }
  /** Where a tensor lies in the backend's memory, in bytes. */
  pointer(tensor: TensorInfo): number {
    return this.#backend.dataIdMap.get(tensor.dataId).memoryOffset;
  }
  /** The routines over the backend's memory; undefined if the memory cannot be reached or SIMD is not supported. */
  get routines(): Routines | undefined {
    const memory = memoryOf(this.#backend);
    if (!memory || !hasSimd()) return undefined;
    let routines = made.get(memory);
    if (!routines) made.set(memory, (routines = new Routines(memory)));
    return routines;
  }
  run(name: string, inputs: Record<string, TensorInfo>, attrs: object = {}): TensorInfo {
    return builtin(name)({ inputs, attrs, backend: this.#backend });
  }
  free(...tensors: readonly TensorInfo[]): void {
    for (const { dataId } of tensors) this.#backend.disposeData(dataId);
  }
  /** A second tensor over the same numbers. */
  share(tensor: TensorInfo): TensorInfo {
    this.#backend.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
  }
}

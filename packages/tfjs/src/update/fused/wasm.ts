import { type Need, need, Runner, refusal } from "@descent/arrays/engine";
import { OptimizerError, type Parameter } from "@descent/core";
import { matrix } from "@descent/core/adapter";
import type { Program } from "@descent/core/graph";
import { kernelPlan } from "@descent/core/kernels";
import { engine, type KernelBackend, type Tensor } from "@tensorflow/tfjs-core";
import { memoryOf, type WasmBackend, type WasmData } from "../../wasm/heap.ts";
import { ArrayUpdates, type Bytes, type Storage } from "./arrays.ts";
import type { Detect } from "./fused.ts";

/** Room for any rule in sight; untouched pages cost no memory. */
const GENEROUS: Need = { regions: 16, frame: 8192 };

/** A view is some hundred bytes; making one costs more than a kernel call. */
const MOST_VIEWS = 4096;

/** The runner of kernels in each backend's memory. It is never freed, because optimizers hold on to it. */
const runners = new WeakMap<WebAssembly.Memory, Runner>();

/** The backend's heap, where tensors are overwritten in place. */
class WasmStorage implements Storage<WasmData> {
  readonly #backend: WasmBackend & KernelBackend;
  readonly #memory: WebAssembly.Memory;
  #runner: Runner | undefined;
  /** The memory that the views are of. */
  #buffer: ArrayBufferLike | undefined;
  /** Views by address. */
  readonly #views = new Map<number, Float32Array>();

  constructor(backend: WasmBackend & KernelBackend, memory: WebAssembly.Memory) {
    this.#backend = backend;
    this.#memory = memory;
  }

  prepare(program: Program, parameter: Parameter): void {
    const wanted = need(kernelPlan(program, matrix(parameter)).kernels);
    let runner = runners.get(this.#memory);
    if (!runner?.fits(wanted)) {
      const most = {
        regions: Math.max(wanted.regions, GENEROUS.regions),
        frame: Math.max(wanted.frame, GENEROUS.frame),
      };
      const bytes = Runner.bytes(most) + 16;
      const at = this.#backend.wasm._malloc(bytes) >>> 0;
      if (at === 0)
        throw new OptimizerError(`The wasm backend cannot allocate another ${bytes} bytes. Dispose of some tensors.`);
      runners.set(this.#memory, (runner = new Runner(this.#memory, Math.ceil(at / 16) * 16, most)));
    }
    this.#runner = runner;
  }

  find({ dataId }: Tensor): WasmData {
    return this.#backend.dataIdMap.get(dataId);
  }

  owns({ refCount }: WasmData): boolean {
    return refCount === 1;
  }

  copy(tensor: Tensor): Tensor {
    const info = this.#backend.makeOutput(tensor.shape, tensor.dtype);
    this.#backend.typedArrayFromHeap(info).set(this.#backend.typedArrayFromHeap(tensor));
    return engine().makeTensorFromTensorInfo(info, this.#backend);
  }

  moved(): boolean {
    const { buffer } = this.#memory;
    if (buffer === this.#buffer) return false;
    this.#buffer = buffer;
    this.#views.clear();
    return true;
  }

  view({ memoryOffset }: WasmData, size: number, known?: Float32Array): Float32Array {
    if (known?.byteOffset === memoryOffset && known.length === size && size > 0) return known;
    // Gradients are new tensors in every step, mostly at the addresses of the last step's.
    const seen = this.#views.get(memoryOffset);
    if (seen?.length === size) return seen;
    if (this.#views.size >= MOST_VIEWS) this.#views.clear();
    const view = this.#runner!.view(memoryOffset, size); // `prepare` came first
    this.#views.set(memoryOffset, view);
    return view;
  }

  bytes({ memoryOffset }: WasmData): Bytes {
    return { buffer: this.#memory.buffer, address: memoryOffset };
  }

  /** The backend caches rearranged weights of products and convolutions by tensor, until that tensor is disposed of. */
  wrote({ id, memoryOffset }: WasmData, size: number): void {
    const { tfjs } = this.#backend.wasm;
    tfjs.disposeData(id);
    tfjs.registerTensor(id, size, memoryOffset);
  }
}

/** Updates in the wasm backend's own memory: nothing is copied. */
export const wasm: Detect = (backend, codecOf) => {
  const { wasm: module, dataIdMap } = backend as Partial<WasmBackend>;
  if (typeof module?._malloc !== "function" || typeof dataIdMap?.get !== "function") return undefined;
  if (typeof module.tfjs?.registerTensor !== "function" || typeof module.tfjs.disposeData !== "function")
    return undefined;
  const found = backend as WasmBackend & KernelBackend; // it has all that is used of it
  const memory = memoryOf(found);
  if (!memory || refusal() !== undefined) return undefined;
  return new ArrayUpdates("wasm", new WasmStorage(found, memory), codecOf);
};

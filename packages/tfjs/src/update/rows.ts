import { OptimizerError } from "@descent/core";
import { pickRows, putRows, type RowMemory } from "@descent/core/adapter";
import {
  engine,
  gather,
  type KernelBackend,
  reshape,
  type Tensor,
  tensor,
  tensor1d,
  tensor2d,
  tensorScatterUpdate,
  tidy,
  type Variable,
  variable,
} from "@tensorflow/tfjs-core";
import type { WasmBackend } from "../wasm/heap.ts";
import { rowsRefused, writesRows } from "./refusals.ts";

/*
 * Rows of variables are copied out to be stepped, and back into the variable's memory, because a copy of the whole would
 * cost as much as stepping the whole. On backends whose memory cannot be written the device makes that copy.
 */

/** The memory of one variable. */
interface Memory {
  readonly numbers: Float32Array;
  /** Whether nothing else refers to it. */
  readonly alone: boolean;
  /** Called when it was written. */
  wrote(): void;
}

/** The part of tfjs-backend-cpu 4 that is used here. */
interface CpuBackend {
  readonly data: { get(dataId: object): { readonly values?: unknown; readonly refCount: number } };
}

/** Variables whose arrays on the cpu backend were handed out, and may still be in use. */
const lent = new WeakSet<Float32Array>();

/** On the cpu backend a tensor hands out its own array: from now on, remembers that this one did. */
function remember(of: Variable): void {
  if (Object.hasOwn(of, "dataSync")) return;
  const { dataSync, data } = of;
  Object.assign(of, {
    dataSync: () => noted(dataSync.call(of)),
    data: async () => noted(await data.call(of)),
  });
}
function noted<T>(numbers: T): T {
  if (numbers instanceof Float32Array) lent.add(numbers);
  return numbers;
}

function memoryOf(of: Tensor): Memory {
  const { backend, backendName } = engine();
  if (backendName === "wasm") {
    const wasm = backend as KernelBackend & WasmBackend; // its kernels rely on the same members
    const { id, memoryOffset, refCount } = wasm.dataIdMap.get(of.dataId);
    const { tfjs } = wasm.wasm;
    return {
      numbers: wasm.typedArrayFromHeap(of) as Float32Array, // variables of an optimizer hold float32
      alone: refCount === 1,
      // The backend caches rearranged weights by tensor, until that tensor is disposed of.
      wrote: () => {
        tfjs.disposeData(id);
        tfjs.registerTensor(id, of.size, memoryOffset);
      },
    };
  }
  const { values, refCount } = (backend as KernelBackend & CpuBackend).data.get(of.dataId); // the only other one that `checkRows` lets pass
  const own = values instanceof Float32Array;
  const numbers = own ? values : Float32Array.from(values as ArrayLike<number>);
  return { numbers, alone: own && refCount === 1 && !lent.has(numbers), wrote: () => {} };
}

/** Throws where a step cannot learn which rows a gradient is of. */
export function checkRows(name: string): void {
  const why = rowsRefused(engine().backendName, name);
  if (why !== undefined) throw new OptimizerError(why);
}

const shapeOf = ({ shape }: Tensor, rows: number, height: number): number[] => [
  (rows * shape[0]!) / height, // tensors with rows have a first dimension
  ...shape.slice(1),
];

/** Parts of variables that a step works on, until it ends. */
const parts = new Set<Tensor>();

/** Whether a tensor is some rows of another, made for one step. */
export const isPart = (tensor: Tensor): boolean => parts.size > 0 && parts.has(tensor);

/** The rows that one step copies out. */
export class RowCopies implements RowMemory<Tensor, Tensor> {
  readonly #made: Tensor[] = [];

  pick(whole: Tensor, rows: readonly number[], height: number): Tensor {
    const width = whole.size / height;
    const shape = shapeOf(whole, rows.length, height);
    const picked = (): Tensor =>
      writesRows(engine().backendName)
        ? tensor(pickRows(memoryOf(whole).numbers, rows, width), shape, "float32")
        : reshape(gather(reshape(whole, [height, width]), tensor1d([...rows], "int32")), shape);
    const part = tidy(() => variable(picked(), false));
    this.#made.push(part);
    parts.add(part);
    return part;
  }

  put(part: Tensor, rows: readonly number[], whole: Tensor, height: number): void {
    const width = whole.size / height;
    if (!writesRows(engine().backendName)) {
      tidy(() => {
        const at = tensor2d([...rows], [rows.length, 1], "int32");
        const next = tensorScatterUpdate(reshape(whole, [height, width]), at, reshape(part, [rows.length, width]));
        (whole as Variable).assign(reshape(next, whole.shape)); // parameters and slots are variables
      });
      return;
    }
    const { numbers, alone, wrote } = memoryOf(whole);
    const from = part.dataSync<"float32">();
    if (alone) {
      putRows(from, rows, numbers, width);
      wrote();
      return;
    }
    const copy = numbers.slice();
    putRows(from, rows, copy, width);
    const next = tensor(copy, whole.shape, "float32");
    (whole as Variable).assign(next); // parameters and slots are variables
    next.dispose();
    if (engine().backendName === "cpu") remember(whole as Variable); // as above
  }

  gradient(data: Float32Array, rows: number): Tensor {
    const g = tensor(data, [rows, data.length / rows], "float32");
    this.#made.push(g);
    return g;
  }

  dispose(): void {
    for (const tensor of this.#made) {
      parts.delete(tensor);
      tensor.dispose();
    }
  }
}

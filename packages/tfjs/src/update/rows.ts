import { seedOf } from "@descent/arrays/engine";
import { OptimizerError } from "@descent/core";
import { type Job, pickRows, putRows, type RowMemory } from "@descent/core/adapter";
import {
  engine,
  gather,
  type KernelBackend,
  reshape,
  scalar,
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
import { keptOf } from "./coded.ts";
import { isOwn, makeOwn } from "./handed-out.ts";
import { rowsRefused, writesRows } from "./refusals.ts";

/*
 * A step of some rows has stand-ins for them. Fused loops step the rows where they lie in the variable's memory, because a copy of
 * the whole would cost as much as stepping the whole; tfjs's operators get copies, which are put back. On backends whose memory
 * cannot be written the device makes copies of both kinds, and decodes those of state in fewer bytes.
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
  const { values, refCount } = (backend as KernelBackend & CpuBackend).data.get(of.dataId); // the only other one whose memory is written
  const numbers = values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
  return { numbers, alone: refCount === 1 && isOwn(numbers), wrote: () => {} };
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

/** Some rows of a variable, for which another tensor stands during one step. */
export class Part {
  readonly whole: Variable;
  readonly rows: readonly number[];
  readonly width: number;
  readonly #shape: readonly number[];
  #copy: Variable | undefined;

  constructor(whole: Variable, rows: readonly number[], height: number) {
    this.whole = whole;
    this.rows = rows;
    this.width = (keptOf(whole)?.length ?? whole.size) / height;
    this.#shape = shapeOf(whole, rows.length, height);
  }

  /** The rows as a variable of their own. */
  copied(): Variable {
    const { whole, rows, width } = this;
    this.#copy ??= tidy(() =>
      variable(tensor(pickRows(memoryOf(whole).numbers, rows, width), [...this.#shape], "float32"), false),
    );
    return this.#copy;
  }

  /** Puts such a copy back. */
  put(): void {
    if (!this.#copy) return;
    const { whole, rows, width } = this;
    const { numbers, alone, wrote } = memoryOf(whole);
    const from = this.#copy.dataSync<"float32">();
    if (alone) {
      putRows(from, rows, numbers, width);
      wrote();
      return;
    }
    const copy = numbers.slice();
    putRows(from, rows, copy, width);
    makeOwn(copy);
    const next = tensor(copy, whole.shape, "float32");
    whole.assign(next);
    next.dispose();
  }

  dispose(): void {
    this.#copy?.dispose();
  }
}

/** How loops on a device take rows out of state in fewer bytes, as numbers, and put them back. */
export interface CodedRows {
  decode(slot: Variable, rows: readonly number[], height: number): Variable;
  encode(part: Tensor, rows: readonly number[], slot: Variable, height: number, seed: number): void;
}

const parts = new WeakMap<Tensor, Part>();
/** Rows that a device has decoded, and the seed by which they are encoded again. */
const decoded = new WeakMap<Tensor, { seed: number }>();

/** Whether a tensor is a slot in fewer bytes, or rows of one. */
export function isCoded(tensor: Tensor): boolean {
  const whole = partOf(tensor)?.whole ?? tensor;
  return keptOf(whole) !== undefined || decoded.has(tensor);
}

/** Takes note of the step that rows are encoded after. */
export function seedRows({ parameter, tensors, t }: Job<Tensor>): void {
  for (const [slot, tensor] of Object.entries(tensors)) {
    const rows = decoded.get(tensor);
    if (rows) rows.seed = seedOf(parameter.name, slot, t);
  }
}

/** The rows that a tensor stands for, if it does. */
export const partOf = (stand: Tensor): Part | undefined => parts.get(stand);

/** A job with copies of the rows that its tensors stand for. */
export function withCopies(job: Job<Tensor>): Job<Tensor> {
  if (!partOf(job.tensors.p!)) return job; // every job has one
  const tensors = Object.entries(job.tensors).map(([name, stand]) => [name, partOf(stand)?.copied() ?? stand]);
  return { ...job, tensors: Object.fromEntries(tensors) };
}

/** The rows that one step works on. */
export class RowsOfStep implements RowMemory<Tensor, Tensor> {
  readonly #made: Tensor[] = [];
  readonly #codes: () => CodedRows;

  /** `codes`: what decodes rows where the memory of a backend cannot be written. */
  constructor(codes: () => CodedRows) {
    this.#codes = codes;
  }

  pick(whole: Tensor, rows: readonly number[], height: number): Tensor {
    const variableOfRows = whole as Variable; // parameters and slots are variables
    let made: Tensor;
    if (writesRows(engine().backendName)) {
      made = scalar(0, "float32");
      parts.set(made, new Part(variableOfRows, rows, height));
    } else if (keptOf(whole)) {
      made = this.#codes().decode(variableOfRows, rows, height);
      decoded.set(made, { seed: 0 });
    } else
      made = tidy(() => {
        const picked = gather(reshape(whole, [height, whole.size / height]), tensor1d([...rows], "int32"));
        return variable(reshape(picked, shapeOf(whole, rows.length, height)), false);
      });
    this.#made.push(made);
    return made;
  }

  put(part: Tensor, rows: readonly number[], whole: Tensor, height: number): void {
    const stands = partOf(part);
    if (stands) {
      stands.put();
      return;
    }
    const codes = decoded.get(part);
    if (codes) {
      this.#codes().encode(part, rows, whole as Variable, height, codes.seed); // as above
      return;
    }
    const width = whole.size / height;
    tidy(() => {
      const at = tensor2d([...rows], [rows.length, 1], "int32");
      const next = tensorScatterUpdate(reshape(whole, [height, width]), at, reshape(part, [rows.length, width]));
      (whole as Variable).assign(reshape(next, whole.shape)); // as above
    });
  }

  gradient(data: Float32Array, rows: number): Tensor {
    const g = tensor(data, [rows, data.length / rows], "float32");
    this.#made.push(g);
    return g;
  }

  dispose(): void {
    for (const tensor of this.#made) {
      partOf(tensor)?.dispose();
      tensor.dispose();
    }
  }
}

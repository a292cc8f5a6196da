import {
  type ArrayInput,
  type ArrayJob,
  ArraysBackend,
  Tensor as ArrayTensor,
  type Engine,
} from "@descent/arrays/engine";
import { OptimizerError, type Parameter } from "@descent/core";
import { type Job, putRows } from "@descent/core/adapter";
import type { Program } from "@descent/core/graph";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import { codedIn, keptOf } from "../coded.ts";
import { drawingOf } from "../drawings.ts";
import { partOf } from "../rows.ts";
import { allFloats, type CodecOf, type Fused } from "./fused.ts";

/** Where the bytes of a tensor are. */
export interface Bytes {
  readonly buffer: ArrayBufferLike;
  readonly address: number;
}

/** A backend whose tensors are arrays, or lie in memory that can be viewed as arrays. `Data` is its record of a tensor. */
export interface Storage<Data> {
  /** Called for every parameter before its tensors are viewed. */
  prepare?(program: Program, parameter: Parameter): void;
  find(tensor: Tensor): Data;
  /** Whether a tensor's numbers can be overwritten, because nothing else refers to them; `byRows`: some rows of it. */
  owns(data: Data, name: string, byRows: boolean): boolean;
  /** A tensor with the same numbers that nothing else refers to. */
  copy(tensor: Tensor, byRows: boolean): Tensor;
  /** Whether the memory has moved since this was asked last, so that views of it are void. Asked after all copies are made. */
  moved?(): boolean;
  /** A tensor's numbers where they are now; `known` is their last view, unless that is void. */
  view(data: Data, size: number, known?: Float32Array): Float32Array;
  /** Where the codes of a slot that a codec keeps are now. */
  bytes(data: Data): Bytes;
  /** Called for every parameter that was overwritten. */
  wrote?(parameter: Data, size: number): void;
}

/** A parameter's kept tensors as arrays. The objects stay the same from step to step, so the engine recognises them. */
interface Views {
  /** For each list of names. */
  readonly all: Map<string, Record<string, ArrayTensor>>;
  /** The program of the last step, and those it had. */
  program: Program | undefined;
  last: Readonly<Record<string, ArrayTensor>>;
}

/** Codes are the variable's to free. */
const NOTHING = new Float32Array(0);

/** Which of `program.kept` it writes. */
type Writes = readonly boolean[];

/** Runs a step over the arrays that a backend's tensors are: by WebAssembly kernels, or by the interpreter. */
export class ArrayUpdates<Data> implements Fused {
  readonly draws = true;
  readonly #backend: ArraysBackend;
  /** Whether codecs keep some slots. */
  readonly #coded: boolean;
  readonly #storage: Storage<Data>;
  /** `"none"` for programs that arrays cannot run. */
  readonly #writes = new WeakMap<Program, Writes | "none">();
  #views = new WeakMap<Parameter, Views>();

  constructor(engine: Engine, storage: Storage<Data>, codecOf: CodecOf) {
    this.#backend = new ArraysBackend(engine, { codecOf });
    this.#coded = codecOf !== undefined;
    this.#storage = storage;
  }

  takes(job: Job<Tensor>): boolean {
    return this.#writesOf(job) !== "none" && allFloats(job);
  }

  #writesOf({ program, parameter }: Job<Tensor>): Writes | "none" {
    let writes = this.#writes.get(program);
    if (writes) return writes;
    try {
      this.#backend.check(program, parameter);
      writes = program.kept.map((name) => Object.hasOwn(program.outputs, name));
    } catch (error) {
      if (!(error instanceof OptimizerError)) throw error;
      writes = "none";
    }
    this.#writes.set(program, writes);
    return writes;
  }

  run(jobs: readonly Job<Tensor>[]): void {
    const storage = this.#storage;
    // A parameter may also be a gradient, its own or another's, and must not change before all have been read.
    const lent = new Set<object>();
    for (const { inputs } of jobs)
      for (const name in inputs) if ("trainable" in inputs[name]!) lent.add(inputs[name]!.dataId);
    const fresh: { readonly old: Variable; readonly now: Tensor }[] = [];
    const found: Data[] = [];
    /** The variables that jobs write to, where they change, with their number of elements. */
    const written: { readonly data: Data; readonly size: number }[] = [];
    /** Tensors that several jobs have, each in one place for all. */
    const shared = new Map<Tensor, Data>();
    for (const job of jobs) {
      const writes = this.#writesOf(job) as Writes; // it was taken
      const { kept, inputs, model } = job.program;
      if (partOf(job.tensors.p!)) storage.prepare?.(job.program, job.parameter);
      else this.#viewsOf(job); // here, because it may have to make room
      for (let i = 0; i < kept.length; i++) {
        const name = kept[i]!;
        const stand = job.tensors[name]!; // p and every slot are there
        const byRows = partOf(stand);
        const tensor = byRows?.whole ?? stand;
        const known = shared.size > 0 ? shared.get(tensor) : undefined;
        let data = known ?? storage.find(tensor);
        if (writes[i] && !known && !(storage.owns(data, name, byRows !== undefined) && !lent.has(tensor.dataId))) {
          const now = storage.copy(tensor, byRows !== undefined);
          fresh.push({ old: tensor as Variable, now }); // what a program changes is p or a slot
          data = storage.find(now);
        }
        if ((byRows && writes[i]) || (model.length > 0 && model.includes(name))) shared.set(tensor, data);
        if (i === 0) written.push({ data, size: tensor.size }); // the first of a job's is p
        found.push(data);
      }
      for (const name of inputs) found.push(storage.find(job.inputs[name]!));
    }
    if (storage.moved?.()) this.#views = new WeakMap();
    let at = 0;
    const picked: ArrayTensor[] = [];
    const arrays = jobs.map((job): ArrayJob => {
      const { program, parameter, inputs: given, scalars, t } = job;
      if (this.#coded && this.#moved(job, found, at)) this.#views.delete(parameter);
      const byRows = partOf(job.tensors.p!); // every job has one
      const tensors = byRows ? this.#rowsOf(job, found, at, picked) : this.#located(job, found, at);
      at += program.kept.length;
      const inputs: Record<string, ArrayInput> = {};
      for (const name of program.inputs) {
        const data = found[at++]!;
        inputs[name] = drawingOf(given[name]!) ?? storage.view(data, given[name]!.size);
      }
      return { program, parameter, tensors, inputs, scalars, t };
    });
    this.#backend.rowsPassing = picked.length > 0;
    this.#backend.run(arrays);
    for (const { rows, array } of picked) {
      const { whole, places, width } = rows!; // they are of rows
      if (array.length > 0 && !whole.coded) putRows(array, places, whole.array, width); // the engine encodes what is coded
    }
    if (storage.wrote) for (const { data, size } of written) storage.wrote(data, size);
    for (const { old, now } of fresh) {
      old.assign(now);
      now.dispose();
    }
  }

  /** The arrays of a job, whose records begin at `from`. */
  #located(job: Job<Tensor>, found: readonly Data[], from: number): Readonly<Record<string, ArrayTensor>> {
    const own = this.#viewsOf(job);
    for (const [i, name] of job.program.kept.entries()) {
      const [view, tensor, data] = [own[name]!, job.tensors[name]!, found[from + i]!]; // the program's own
      const kept = this.#coded ? keptOf(tensor) : undefined;
      if (kept) {
        const { buffer, address } = this.#storage.bytes(data);
        view.coded ??= { ...codedIn(kept, buffer, address), block: NOTHING };
        continue;
      }
      const array = this.#storage.view(data, tensor.size, view.array);
      if (array !== view.array) view.array = array;
    }
    return own;
  }

  /** The same of a job of rows, which the engine steps where they lie, or copies out: then they are in `picked`. */
  #rowsOf(
    job: Job<Tensor>,
    found: readonly Data[],
    from: number,
    picked: ArrayTensor[],
  ): Readonly<Record<string, ArrayTensor>> {
    const own = job.program.kept.map((name, i): [string, ArrayTensor] => {
      const { whole, rows: places, width } = partOf(job.tensors[name]!)!; // all of them are
      const data = found[from + i]!; // the program's own
      const kept = keptOf(whole);
      const all = new ArrayTensor(kept ? undefined : this.#storage.view(data, whole.size));
      if (kept) {
        const { buffer, address } = this.#storage.bytes(data);
        all.coded = { ...codedIn(kept, buffer, address), block: NOTHING };
      }
      const tensor = new ArrayTensor(undefined, { whole: all, places, width });
      picked.push(tensor);
      return [name, tensor];
    });
    return Object.fromEntries(own);
  }

  /** Whether codes of a job lie elsewhere than its views say. */
  #moved(job: Job<Tensor>, found: readonly Data[], from: number): boolean {
    const own = this.#viewsOf(job);
    return job.program.kept.some((name, i) => {
      const codes = own[name]!.coded?.codes;
      if (!codes) return false;
      const { buffer, address } = this.#storage.bytes(found[from + i]!);
      return codes.buffer !== buffer || codes.byteOffset !== address;
    });
  }

  #viewsOf({ program, parameter }: Job<Tensor>): Readonly<Record<string, ArrayTensor>> {
    let known = this.#views.get(parameter);
    if (known?.program === program) return known.last;
    if (!known) this.#views.set(parameter, (known = { all: new Map(), program: undefined, last: {} }));
    const key = program.kept.join();
    let views = known.all.get(key);
    if (!views) {
      this.#storage.prepare?.(program, parameter);
      views = Object.fromEntries(program.kept.map((name) => [name, new ArrayTensor()]));
      known.all.set(key, views);
    }
    known.program = program;
    return (known.last = views);
  }
}

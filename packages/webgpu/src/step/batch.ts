import type { Job } from "@descent/core/adapter";
import type { Expr } from "@descent/core/graph";
import type { GpuBuffer, View } from "../device/gpu.ts";
import type { DeviceKernel } from "../shaders/kernel.ts";
import type { DeviceProgram } from "../shaders/program.ts";

/** Offsets of bindings are multiples of this everywhere. */
export const ALIGNED = 256;

/** A job of a step, and where in the scratch buffer its vectors and sums are, in floats. */
export interface PlacedJob {
  readonly job: Job<View>;
  readonly program: DeviceProgram;
  readonly rows: number;
  readonly cols: number;
  readonly length: number;
  readonly places: Places;
}

/** Where in the scratch buffer a job's vectors, matrices and sums lie. */
export class Places {
  readonly #of = new Map<Expr, number>();

  give(what: Expr, place: number): void {
    this.#of.set(what, place);
  }

  /** Throws where none was given: the shader would read a zero from the table, and with it the numbers of another. */
  of(what: Expr): number {
    const place = this.#of.get(what);
    if (place === undefined) throw new Error(`A kernel reads \`${what.op}\` before the step gave it a place.`);
    return place;
  }
}

/** A part of a buffer that a shader sees. */
export interface Window {
  readonly buffer: GpuBuffer;
  readonly offset: number;
  readonly size: number;
}

/** Tensors that one dispatch steps: they run the same kernel and lie in the same windows. */
export interface Batch {
  readonly kernel: DeviceKernel;
  /** Which window each of the kernel's tensors lies in. */
  readonly bindings: readonly number[];
  readonly windows: readonly Window[];
  readonly entries: Entry[];
}

/** A tensor's entry in the table. */
export interface Entry {
  readonly groups: number;
  readonly length: number;
  readonly first: number;
  readonly cols: number;
  /** The job's scalars, or the number that the kernel has in their place. */
  readonly scalars: readonly number[] | number;
  readonly rest: readonly number[];
}

/** A batch of a kernel that sees no tensors. */
export const collector = (kernel: DeviceKernel): Batch => ({ kernel, bindings: [], windows: [], entries: [] });

/** Batches of a stage by their kernel's place in its program: a kernel may need what those before it have stored. */
export class OpenBatches {
  readonly #byPlace: Map<string, Batch>[] = [];

  /** The batch of this key at this place, made where it is missing. */
  at(place: number, key: string, make: () => Batch): Batch {
    this.#byPlace[place] ??= new Map();
    const batches = this.#byPlace[place];
    let batch = batches.get(key);
    if (!batch) batches.set(key, (batch = make()));
    return batch;
  }

  inOrder(): readonly Batch[] {
    return this.#byPlace.flatMap((batches) => [...batches.values()]);
  }
}

/** A number that stands for an object in keys. */
export function id(of: object): number {
  let known = ids.get(of);
  if (known === undefined) ids.set(of, (known = count++));
  return known;
}
const ids = new WeakMap<object, number>();
let count = 0;

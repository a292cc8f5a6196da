import {
  type Configured,
  type HyperValue,
  type Inspection,
  type LoadReport,
  OptimizerError,
  type Parameter,
  type StateDict,
} from "@descent/core";
import {
  type Axes,
  knownOptions,
  Loop,
  list,
  type Role,
  refuseOverlap,
  refuseUnknown,
  type Shape,
  size,
  suggestion,
} from "@descent/core/adapter";
import { ArraysBackend, type Engine } from "./backend.ts";
import type { Codec } from "./codec/codec.ts";
import type { Matmul } from "./matrices/workspace.ts";
import { describedBy } from "./memory/allocate.ts";
import { Tensor } from "./memory/tensor.ts";
import { Pool } from "./threads/pool.ts";
import { MOST_THREADS, notShared } from "./threads/support.ts";
import { runnerOf } from "./wasm/runner.ts";
import { refusal } from "./wasm/support.ts";

/** A parameter's numbers with what is known of it. Without a shape it is a vector. */
export interface Described {
  readonly data: Float32Array;
  readonly shape?: Shape | undefined;
  readonly role?: Role | undefined;
  readonly axes?: Axes | undefined;
}

export interface OptimizerOptions {
  /**
   * `wasm` (an error where it is not allowed) or `interpreter`, which generates no code and is some fifty times
   * slower; by default the first that is allowed. Both give the same bits.
   */
  readonly engine?: Engine | undefined;
  /**
   * How many threads share a step, this one included; 1 unless told. For parameters and gradients of
   * `allocate(shapes, { shared: true })`, by WebAssembly. The bits are those of one thread, which alone does what is too
   * little to share and what comes before the workers have started. `dispose()` ends them; a process does not wait for them.
   */
  readonly threads?: number | undefined;
  /**
   * Multiplies matrices in place of the loops here: `await onnxMatmul()` of @descent/onnxruntime is two to four
   * times as fast. Bits are then those of that library, which may differ from one machine to the next.
   */
  readonly matmul?: Matmul | undefined;
  /**
   * How the state is kept: `float32` (the default, 4 bytes a number), `bfloat16` rounded at random (2 bytes) or `float8`
   * in blocks of 256 with a common scale (1.01 bytes); for every slot, or by name: `{ m: "float8", v: "bfloat16" }`.
   * Arithmetic stays float32. Slots of one number per row, column or tensor, and tensors of fewer than 4096 numbers, are
   * kept in float32 always, and so are matrices that a rule multiplies. One thread steps what a codec keeps. A saved
   * state is float32 and loads into any precision; into the same one to the bit.
   */
  readonly state?: Precision | Readonly<Record<string, Precision>> | undefined;
}

const OPTIONS = ["engine", "threads", "matmul", "state"] as const;

export type Precision = "float32" | Codec;

/** Steps Float32Arrays in place. */
export interface Optimizer<Name extends string = string> {
  /** Updates done. */
  readonly step: number;
  readonly engine: Engine;
  /** Threads that take part now: 1 until all workers have started. */
  readonly threads: number;
  /** Bytes that the state takes; before the first update there is none. */
  readonly stateBytes: number;
  /**
   * One update of the parameters whose gradients are given. A parameter without one is left as it is, state and decay
   * included. Throws an OptimizerError, and changes nothing, for an unknown name or a gradient that does not fit.
   */
  update(gradients: { readonly [K in Name]?: Float32Array | undefined }): void;
  /** Changes hyper-parameters from the next update on, in one group or in all that have them. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void;
  /** The groups with their rules and current hyper-parameters, and what is known of every parameter. */
  inspect(): Inspection;
  /** A copy of the state by name, without the parameters themselves. */
  state(): StateDict;
  /** Continues from a state, to the bit; strict unless told otherwise. */
  load(state: StateDict, options?: { readonly strict?: boolean | undefined }): LoadReport;
  /** Frees the state. The parameters stay. */
  dispose(): void;
}

const kindOf = (x: unknown): string => {
  const tag = Object.prototype.toString.call(x).slice(8, -1);
  return typeof x === "object" && x !== null ? (/^[AEIO]/.test(tag) ? `an ${tag}` : `a ${tag}`) : String(x);
};
// By tag, not only by `instanceof`: arrays of another realm (an iframe, a test environment) are as good.
const isFloat32Array = (x: unknown): x is Float32Array =>
  x instanceof Float32Array || Object.prototype.toString.call(x) === "[object Float32Array]";

/** What the optimizer keeps of one parameter: its tensors, and the gradient last seen fit. */
interface Entry {
  readonly parameter: Parameter;
  readonly length: number;
  readonly p: Tensor;
  readonly g: Tensor;
}

/**
 * An optimizer for named Float32Arrays, which it updates in place:
 * `const opt = optimizer({ w, b }, adam()); opt.update({ w: gw, b: gb })`.
 *
 * Throws an OptimizerError for what is no Float32Array, a shape that does not fit its data, and parameters that overlap.
 */
export function optimizer<const Name extends string>(
  parameters: { readonly [K in Name]: Float32Array | Described },
  configured: Configured,
  options: OptimizerOptions = {},
): Optimizer<Name> {
  return new ArraysOptimizer(parameters, configured, knownOptions("optimizer", options, OPTIONS));
}

class ArraysOptimizer<Name extends string> implements Optimizer<Name> {
  readonly engine: Engine;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #pairs: readonly (readonly [string, Entry])[];
  readonly #byBuffer = new Map<ArrayBufferLike, Entry[]>();
  readonly #pool: Pool | undefined;
  readonly #backend: ArraysBackend;
  readonly #loop: Loop<Tensor>;

  constructor(
    parameters: { readonly [K in Name]: Float32Array | Described },
    configured: Configured,
    { engine, threads = 1, matmul, state }: OptimizerOptions,
  ) {
    if (!Number.isSafeInteger(threads) || threads < 1 || threads > MOST_THREADS)
      throw new OptimizerError(`There cannot be ${threads} threads; there can be 1 to ${MOST_THREADS}.`);
    this.engine = chosen(engine);
    this.#entries = new Map(
      Object.entries<Float32Array | Described>(parameters).map(([name, given]) => [name, entry(name, given)]),
    );
    this.#pairs = [...this.#entries];
    for (const e of this.#entries.values())
      this.#byBuffer.set(e.p.array.buffer, [...(this.#byBuffer.get(e.p.array.buffer) ?? []), e]);
    refuseOverlap(
      this.#pairs.map(([name, { p }]) => {
        const { buffer: memory, byteOffset: at, byteLength: bytes } = p.array;
        return { name, memory, at, bytes };
      }),
    );
    const codecOf = codecs(state);
    if (threads > 1) this.#refuseUnshared();
    this.#pool = threads > 1 ? new Pool(threads) : undefined;
    this.#backend = new ArraysBackend(this.engine, {
      arrayOf: ({ name }) => this.#entries.get(name)?.p.array,
      codecOf,
      pool: this.#pool,
      matmul,
    });
    this.#loop = new Loop(this.#backend, configured);
    try {
      this.#loop.add([...this.#entries.values()].map((e) => e.parameter));
      this.#refuseUnknownSlots(state);
    } catch (error) {
      this.#pool?.dispose();
      throw error;
    }
  }

  /** Throws if precision was chosen for a slot that no rule has. */
  #refuseUnknownSlots(state: OptimizerOptions["state"]): void {
    if (typeof state === "object") {
      const { slotNames: slots } = this.#backend;
      for (const name of Object.keys(state))
        if (!slots.has(name))
          throw new OptimizerError(
            `No rule here has a state \`${name}\` to keep as ${state[name]}; there are ${list([...slots])}.${suggestion(name, slots)}`,
          );
    }
  }

  /** Throws where threads cannot be had, or cannot reach a parameter. */
  #refuseUnshared(): void {
    const why = this.engine === "wasm" ? notShared() : "the interpreter is one thread; they need WebAssembly";
    if (why !== undefined) throw new OptimizerError(`Threads cannot be used here: ${why}.`);
    for (const { parameter, p } of this.#entries.values())
      if (p.array.length > 0 && p.runner?.shared !== true)
        throw new OptimizerError(
          `\`${parameter.name}\` does not lie in memory that threads share. Make parameters and gradients by allocate(shapes, { shared: true }), or leave out \`threads\`.`,
        );
  }

  get step(): number {
    return this.#loop.step;
  }

  get threads(): number {
    return this.#pool?.threads ?? 1;
  }

  get stateBytes(): number {
    return this.#loop.slots().reduce((bytes, { tensor }) => bytes + this.#backend.bytes(tensor), 0);
  }

  update(gradients: { readonly [K in Name]?: Float32Array | undefined }): void {
    this.#alive();
    const given: Readonly<Record<string, Float32Array | undefined>> = gradients;
    // In the order of the parameters, so that those that lie together are stepped together.
    const stepped: (readonly [string, Entry])[] = [];
    for (const pair of this.#pairs) {
      const [name, entry] = pair;
      const gradient = given[name];
      // The array of the step before is a gradient for sure; `constructor` is one only if somebody calls a parameter so.
      if (gradient === undefined || (gradient !== entry.g.array && !Object.hasOwn(given, name))) continue;
      this.#fit(entry, gradient);
      stepped.push(pair);
    }
    if (Object.keys(given).length > stepped.length) refuseUnknown(given, this.#entries);
    this.#loop.update(stepped);
    // Gradients made anew for every step are not kept until the next one.
    for (const [, { g }] of stepped) g.drop();
  }

  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void {
    this.#loop.set(hyper, group);
  }

  inspect(): Inspection {
    this.#alive();
    return this.#loop.inspect();
  }

  state(): StateDict {
    this.#alive();
    this.#pool?.checkState();
    this.#backend.settle();
    const tensors = this.#loop
      .slots()
      .map(({ key, shape, tensor }) => [key, { shape, data: this.#backend.read(tensor) }]);
    return { meta: this.#loop.meta(), tensors: Object.fromEntries(tensors) };
  }

  load(state: StateDict, options?: { readonly strict?: boolean | undefined }): LoadReport {
    const report = this.#loop.load(state, (tensor, data) => this.#backend.write(tensor, data), options);
    this.#backend.settle();
    return report;
  }

  dispose(): void {
    this.#loop.dispose();
    this.#backend.dispose();
    this.#pool?.dispose();
  }

  #alive(): void {
    if (this.#loop.disposed) throw new OptimizerError("This optimizer was disposed of. Make a new one.");
  }

  /** Checks a gradient and makes it the entry's. */
  #fit({ parameter: { name }, length, p, g }: Entry, gradient: Float32Array): void {
    if (p.array.length !== length)
      throw new OptimizerError(
        `\`${name}\` had ${length} numbers and now has ${p.array.length}. Was its buffer transferred to a worker, or a memory grown?`,
      );
    if (gradient === g.array && gradient.length === length) return;
    if (!isFloat32Array(gradient))
      throw new OptimizerError(
        `The gradient of \`${name}\` is ${kindOf(gradient)}. Gradients are Float32Arrays; Float32Array.from(…) makes one.`,
      );
    if (gradient.length !== length)
      throw new OptimizerError(
        `\`${name}\` has ${gradient.length} gradients for ${length} parameters. Was it reshaped after the optimizer was made?`,
      );
    for (const other of this.#byBuffer.get(gradient.buffer) ?? []) {
      const same = other.p === p && gradient.byteOffset === p.array.byteOffset;
      if (!same && overlap(gradient, other.p.array))
        throw new OptimizerError(
          `The gradient of \`${name}\` overlaps the parameter \`${other.parameter.name}\`, which changes during the step. Copy it.`,
        );
    }
    if (this.#pool && length > 0 && runnerOf(gradient) !== p.runner)
      throw new OptimizerError(
        `The gradient of \`${name}\` does not lie in the memory of its parameter, where all threads could reach it. Write it into the \`gradients\` of allocate(shapes, { shared: true }).`,
      );
    g.array = gradient;
  }
}

function codecs(state: unknown): ((slot: string) => Codec | undefined) | undefined {
  const all = ["float32", "bfloat16", "float8"];
  const check = (precision: unknown): Codec | undefined => {
    if (!all.some((p) => p === precision))
      throw new OptimizerError(
        `State cannot be kept as ${typeof precision === "string" ? `\`${precision}\`` : kindOf(precision)}; there are ${list(all)}.${suggestion(String(precision), all)}`,
      );
    return precision === "float32" ? undefined : (precision as Codec); // one of the three
  };
  if (state === undefined) return undefined;
  if (typeof state !== "object" || state === null) {
    const codec = check(state);
    return codec && (() => codec);
  }
  const bySlot = new Map(Object.entries(state).map(([slot, precision]) => [slot, check(precision)]));
  return (slot) => bySlot.get(slot);
}

function chosen(engine: unknown): Engine {
  if (engine !== undefined && engine !== "wasm" && engine !== "interpreter")
    throw new OptimizerError(`There is no engine \`${String(engine)}\`; there are \`wasm\` and \`interpreter\`.`);
  if (engine === "interpreter") return engine;
  const why = refusal();
  if (why === undefined) return "wasm";
  if (engine === undefined) return "interpreter";
  throw new OptimizerError(
    `WebAssembly cannot be used here: ${why}. Under a content security policy add 'wasm-unsafe-eval' to script-src, or use { engine: "interpreter" }.`,
  );
}

function entry(name: string, given: unknown): Entry {
  const wrong = (what: string): never => {
    throw new OptimizerError(
      `The parameter \`${name}\` is ${what}. Give a Float32Array, or { data, shape, role, axes }.`,
    );
  };
  if (isFloat32Array(given)) {
    const { shape = [given.length], ...known } = describedBy(given) ?? {};
    return tensors({ name, shape, ...known }, given);
  }
  if (typeof given !== "object" || given === null || !("data" in given)) return wrong(kindOf(given));
  const { data, shape, role, axes } = given as Described; // each field is checked below
  if (!isFloat32Array(data)) return wrong(`{ data: ${kindOf(data)} }`);
  const known = describedBy(data);
  const full = shape ?? known?.shape ?? [data.length];
  if (!Array.isArray(full) || size(full) !== data.length)
    throw new OptimizerError(
      `\`${name}\` has ${data.length} numbers and the shape [${String(full)}]${Array.isArray(full) ? `, which is ${size(full)}` : ""}. Which is right?`,
    );
  return tensors({ name, shape: full, role: role ?? known?.role, axes: axes ?? known?.axes }, data);
}

const tensors = (parameter: Parameter, data: Float32Array): Entry => ({
  parameter,
  length: data.length,
  p: new Tensor(data),
  g: new Tensor(),
});

const overlap = (a: Float32Array, b: Float32Array): boolean =>
  a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;

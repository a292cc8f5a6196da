import { OptimizerError, type Parameter } from "@descent/core";
import { type Backend, type Job, matrix, size } from "@descent/core/adapter";
import type { Program } from "@descent/core/graph";
import { type Plan, plan } from "@descent/core/kernels";
import { Arena, arenaOf } from "./arena.ts";
import { interpret } from "./blocks.ts";
import { type Codec, type Coded, coded, codedBytes, decode, encode, isCoded, seedOf } from "./codec.ts";
import type { Crew } from "./crew.ts";
import type { Run } from "./run.ts";
import { type Need, need, type Runner } from "./runner.ts";
import { runOf, Schedule, type Task } from "./schedule.ts";
import { NOTHING, Tensor } from "./tensor.ts";
import { type Matmul, type Room, Workspace } from "./workspace.ts";

export type Engine = "wasm" | "interpreter";

interface Pending {
  readonly tensor: Tensor;
  readonly parameter: Parameter;
  readonly length: number;
  readonly fill: number | Float32Array;
  readonly codec: Codec | undefined;
}

/** Tensors of fewer numbers are kept in float32: they would save next to nothing. */
export const CODED_FROM = 4096;

/** Floats of memory that a slot takes. */
const floatsOf = ({ codec, length }: Pending): number => (codec ? Math.ceil(codedBytes(codec, length) / 4) : length);

export interface Placement {
  /** Finds a parameter's array, so that its state can be put in the same memory. */
  readonly arrayOf?: ((parameter: Parameter) => Float32Array | undefined) | undefined;
  /** How the slot of this name is kept, where it has one number per element; in float32 if nothing is said. */
  readonly codecOf?: ((slot: string) => Codec | undefined) | undefined;
  /** Threads that share what lies in memory they share; state must find room there. */
  readonly crew?: Crew | undefined;
  /** Takes over products of matrices. */
  readonly matmul?: Matmul | undefined;
}

/** Runs programs over Float32Arrays: by WebAssembly kernels, or by the interpreter, to the same bits. */
export class ArraysBackend implements Backend<Tensor> {
  readonly name = "arrays";
  readonly engine: Engine;
  readonly #crew: Crew | undefined;
  readonly #arrayOf: NonNullable<Placement["arrayOf"]>;
  readonly #codecOf: Placement["codecOf"];
  /** The names of all slots that programs have. */
  readonly slots: Set<string> = new Set();
  /** Parameters whose matrices are multiplied, which codecs know nothing of. */
  readonly #multiplied = new WeakSet<Parameter>();
  /** Plans that were checked. */
  readonly #plans = new Set<Plan>();
  readonly #pending = new Map<Tensor, Pending>();
  /** Memories of its own; those of `allocate` belong to whoever holds their arrays. */
  readonly #own = new Set<Arena>();
  /** How the last step was run. */
  #schedule: Schedule | undefined;
  #workspace: Workspace | undefined;
  readonly #matmul: Matmul | undefined;
  #need: Need = { regions: 0, frame: 0 };

  constructor(engine: Engine, { arrayOf = () => undefined, codecOf, crew, matmul }: Placement = {}) {
    this.engine = engine;
    this.#matmul = matmul;
    this.#arrayOf = arrayOf;
    this.#codecOf = codecOf;
    this.#crew = crew;
  }

  check(program: Program, parameter: Parameter): void {
    const { stages } = this.#plan(program, parameter);
    if (stages.some(({ steps }) => steps.some(({ kind }) => kind !== "loop"))) this.#multiplied.add(parameter);
    for (const slot of Object.keys(program.slots)) this.slots.add(slot);
  }

  #plan(program: Program, parameter: Parameter): Plan {
    // What a codec keeps is rounded, and would not be read as it was computed.
    const made = plan(program, matrix(parameter), { early: !this.#codecOf });
    if (this.#plans.has(made)) return made;
    const { regions, frame } = need(made.kernels);
    this.#need = { regions: Math.max(regions, this.#need.regions), frame: Math.max(frame, this.#need.frame) };
    this.#plans.add(made);
    return made;
  }

  slot(parameter: Parameter, shape: readonly number[], fill: number, name: string): Tensor {
    const tensor = new Tensor();
    const length = size(shape);
    const fits = length === size(parameter.shape) && length >= CODED_FROM && !this.#multiplied.has(parameter);
    this.#pending.set(tensor, { tensor, parameter, length, fill, codec: fits ? this.#codecOf?.(name) : undefined });
    return tensor;
  }

  /** Gives every slot that was asked for its memory. */
  settle(): void {
    if (this.#pending.size === 0) return;
    const pending = [...this.#pending.values()];
    if (this.engine === "wasm") this.#place(pending);
    else for (const each of pending) give(each, new Float32Array(floatsOf(each)));
    this.#pending.clear();
  }

  /** Gives a slot its numbers; one that has no memory yet gets them by `settle`. */
  write(tensor: Tensor, data: Float32Array): void {
    const pending = this.#pending.get(tensor);
    if (pending) this.#pending.set(tensor, { ...pending, fill: data });
    else if (tensor.coded) encode(tensor.coded, 0, data.length, data);
    else tensor.array.set(data);
  }

  /** How much memory a slot takes. */
  bytes(tensor: Tensor): number {
    const pending = this.#pending.get(tensor);
    if (pending) return 4 * floatsOf(pending);
    return (tensor.coded?.block ?? tensor.array).byteLength;
  }

  /** A copy of a slot's numbers. */
  read(tensor: Tensor): Float32Array {
    return tensor.coded ? decoded(tensor.coded) : tensor.array.slice();
  }

  /**
   * In the parameter's own memory where that has room, else in one of this backend's. The first slots of all
   * parameters lie together, then the second ones: so parameters that lie together can be stepped in one call.
   */
  #place(pending: readonly Pending[]): void {
    const groups = [...groupBy(pending, (p) => p.parameter).values()];
    const placed = new Map<Arena, Pending[][]>();
    const rest: Pending[][] = [];
    const fits = (arena: Arena | undefined, group: Pending[]): arena is Arena =>
      arena?.fits(this.#need) === true &&
      arena.hasRoom([...(placed.get(arena) ?? []), group].flatMap((g) => g.map(floatsOf)));
    const put = (arena: Arena, group: Pending[]): unknown => placed.set(arena, [...(placed.get(arena) ?? []), group]);
    for (const group of groups) {
      const value = this.#arrayOf(group[0]!.parameter); // groups are not empty
      const arena = [value && arenaOf(value), ...this.#own].find((a) => fits(a, group));
      if (arena) put(arena, group);
      else rest.push(group);
    }
    if (this.#crew && rest.length > 0)
      throw new OptimizerError(
        `The state of \`${rest[0]![0]!.parameter.name}\` finds no room beside its parameter, where all threads could reach it. Ask for room: allocate(shapes, { shared: true, slots: ${Math.max(...groups.map((g) => g.length))} }).`, // groups are not empty
      );
    const made: Arena[] = [];
    const floats = (group: readonly Pending[]): number => Arena.floats(group.map(floatsOf));
    for (let i = 0; i < rest.length; ) {
      let total = floats(rest[i]!);
      const first = i++;
      while (i < rest.length && total + floats(rest[i]!) <= Arena.room(this.#need)) total += floats(rest[i++]!);
      const arena = new Arena(total, this.#need);
      made.push(arena);
      placed.set(arena, rest.slice(first, i));
    }
    for (const arena of made) this.#own.add(arena);
    for (const [arena, inside] of placed)
      for (let k = 0; inside.some((group) => k < group.length); k++)
        for (const each of inside.flatMap((group) => group.slice(k, k + 1))) give(each, arena.take(floatsOf(each))!); // there is room, as was made sure above
  }

  free(tensor: Tensor): void {
    if (this.#pending.delete(tensor)) return;
    const array = tensor.coded?.block ?? tensor.array;
    const arena = arenaOf(array);
    arena?.give(array);
    if (arena?.empty) this.#own.delete(arena);
    tensor.array = NOTHING;
    tensor.coded = undefined;
  }

  /** Lets go of all memory; the slots were freed before. */
  dispose(): void {
    this.#schedule = undefined;
    this.#workspace = undefined;
    this.#own.clear();
    this.#plans.clear();
  }

  run(jobs: readonly Job<Tensor>[]): void {
    this.#crew?.check();
    if (!this.#schedule?.serves(jobs)) {
      // Everything that can fail comes first: memory, compilation. From then on only arithmetic is left.
      const plans = jobs.map(({ program, parameter }) => this.#plan(program, parameter));
      this.settle();
      this.#schedule = new Schedule(
        jobs,
        plans,
        (job, { kernels }) => {
          if (this.engine !== "wasm") return undefined;
          const runner = this.#home(job);
          for (const kernel of kernels) {
            runner.prepare(kernel);
            if (runner.threads > 1) this.#crew?.learn(runner, kernel);
          }
          return runner;
        },
        (room) => this.#roomFor(room),
      );
    }
    if (this.#codecOf)
      for (const { parameter, tensors, t } of jobs)
        for (const [slot, { coded }] of Object.entries(tensors))
          if (coded) coded.seed = seedOf(parameter.name, slot, t);
    this.#schedule.run(jobs, (tasks) => {
      if (tasks.length > 0 && !this.#crew?.run(tasks)) execute(tasks);
    });
  }

  #roomFor(room: Room): Workspace {
    if (!this.#workspace?.fits(room, this.#need))
      this.#workspace = new Workspace(room, this.engine === "wasm" ? this.#need : undefined, this.#matmul);
    return this.#workspace;
  }

  /** The memory in which a job's kernels run: where its state lies, else its parameter, else one of this backend's. */
  #home({ program, tensors }: Job<Tensor>): Runner {
    const { inputs } = program; // p, g, then the slots
    for (let i = 0; i < inputs.length; i++) {
      const tensor = tensors[inputs[(i + 2) % inputs.length]!];
      const home = tensor?.home;
      if (home?.fits(this.#need)) return home;
    }
    for (const arena of this.#own) if (arena.fits(this.#need)) return arena;
    const arena = new Arena(0, this.#need);
    this.#own.add(arena);
    return arena;
  }
}

function execute(tasks: readonly Task[]): void {
  for (const task of tasks) {
    const run = runOf(task);
    // Rows begin anywhere in a codec's blocks.
    if (run.kernel.byRows && run.arrays.some(isCoded)) decodedWhole(run, task.runner);
    else loop(run, task.runner);
  }
}

function loop(run: Run, runner: Runner | undefined): void {
  if (runner) runner.run(run);
  else interpret(run);
}

/** Runs a loop on all numbers of its coded arrays at once, decoded for the time being. */
function decodedWhole(run: Run, runner: Runner | undefined): void {
  const arrays = run.arrays.map((x) => (isCoded(x) ? decoded(x) : x));
  loop({ ...run, arrays }, runner);
  for (const [i, x] of run.arrays.entries())
    if (isCoded(x) && run.kernel.buffers[i]!.store) encode(x, 0, x.length, arrays[i]!);
}

function decoded(x: Coded): Float32Array<ArrayBuffer> {
  const out = new Float32Array(x.length);
  decode(x, 0, x.length, out);
  return out;
}

/** Gives a slot its memory and its first numbers. */
function give({ tensor, length, fill, codec }: Pending, block: Float32Array): void {
  if (codec) {
    tensor.coded = { ...coded(codec, length, block.buffer, block.byteOffset), block };
    if (fill !== 0)
      encode(tensor.coded, 0, length, typeof fill === "number" ? new Float32Array(length).fill(fill) : fill);
    return;
  }
  if (typeof fill === "number") block.fill(fill);
  else block.set(fill);
  tensor.array = block;
}

function groupBy<A, K>(items: readonly A[], key: (item: A) => K): Map<K, A[]> {
  const groups = new Map<K, A[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

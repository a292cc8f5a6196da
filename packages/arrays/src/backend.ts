import { type Backend, type Job, matrix, OptimizerError, type Parameter, type Program, size } from "@descent/core";
import { type Plan, plan } from "@descent/core/kernels";
import { Arena, arenaOf } from "./arena.ts";
import { interpret } from "./blocks.ts";
import type { Crew } from "./crew.ts";
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
}

/** Runs programs over Float32Arrays: by WebAssembly kernels, or by the interpreter, to the same bits. */
export class ArraysBackend implements Backend<Tensor> {
  readonly name = "arrays";
  readonly engine: Engine;
  readonly #crew: Crew | undefined;
  readonly #arrayOf: (parameter: Parameter) => Float32Array | undefined;
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

  /**
   * `arrayOf` finds a parameter's array, so that its state can be put in the same memory. A crew shares what lies in
   * memory that its threads share; state must find room
   * there. `matmul` takes over products.
   */
  constructor(
    engine: Engine,
    arrayOf: (parameter: Parameter) => Float32Array | undefined = () => undefined,
    crew?: Crew,
    matmul?: Matmul | undefined,
  ) {
    this.engine = engine;
    this.#matmul = matmul;
    this.#arrayOf = arrayOf;
    this.#crew = crew;
  }

  check(program: Program, parameter: Parameter): void {
    this.#plan(program, parameter);
  }

  #plan(program: Program, parameter: Parameter): Plan {
    const made = plan(program, matrix(parameter));
    if (this.#plans.has(made)) return made;
    const { regions, frame } = need(made.kernels);
    this.#need = { regions: Math.max(regions, this.#need.regions), frame: Math.max(frame, this.#need.frame) };
    this.#plans.add(made);
    return made;
  }

  slot(parameter: Parameter, shape: readonly number[], fill: number): Tensor {
    const tensor = new Tensor();
    this.#pending.set(tensor, { tensor, parameter, length: size(shape), fill });
    return tensor;
  }

  /** Gives every slot that was asked for its memory. */
  settle(): void {
    if (this.#pending.size === 0) return;
    const pending = [...this.#pending.values()];
    if (this.engine === "wasm") this.#place(pending);
    else for (const each of pending) each.tensor.array = filled(new Float32Array(each.length), each.fill);
    this.#pending.clear();
  }

  /** Gives a slot its numbers; one that has no memory yet gets them by `settle`. */
  write(tensor: Tensor, data: Float32Array): void {
    const pending = this.#pending.get(tensor);
    if (pending) this.#pending.set(tensor, { ...pending, fill: data });
    else tensor.array.set(data);
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
      arena.hasRoom([...(placed.get(arena) ?? []), group].flatMap((g) => g.map((p) => p.length)));
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
    const floats = (group: readonly Pending[]): number => Arena.floats(group.map((p) => p.length));
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
        for (const { tensor, length, fill } of inside.flatMap((group) => group.slice(k, k + 1)))
          tensor.array = filled(arena.take(length)!, fill); // there is room, as was made sure above
  }

  free(tensor: Tensor): void {
    if (this.#pending.delete(tensor)) return;
    const arena = arenaOf(tensor.array);
    arena?.give(tensor.array);
    if (arena?.empty) this.#own.delete(arena);
    tensor.array = NOTHING;
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
      if (tensor?.runner?.fits(this.#need)) return tensor.runner;
    }
    for (const arena of this.#own) if (arena.fits(this.#need)) return arena;
    const arena = new Arena(0, this.#need);
    this.#own.add(arena);
    return arena;
  }
}

function execute(tasks: readonly Task[]): void {
  for (const task of tasks) {
    if (task.runner) task.runner.run(runOf(task));
    else interpret(runOf(task));
  }
}

const filled = (array: Float32Array, fill: number | Float32Array): Float32Array => {
  if (typeof fill === "number") array.fill(fill);
  else array.set(fill);
  return array;
};

function groupBy<A, K>(items: readonly A[], key: (item: A) => K): Map<K, A[]> {
  const groups = new Map<K, A[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

import type { Parameter } from "@descent/core";
import {
  type Backend,
  type BlockingWorld,
  type Drawing,
  matrix,
  type OthersJob,
  type ReduceSums,
  type Start,
  size,
} from "@descent/core/adapter";
import type { Program } from "@descent/core/graph";
import { type KernelPlan, kernelPlan } from "@descent/core/kernels";
import { type Codec, seedOf } from "./codec/codec.ts";
import { CodedSlots } from "./codec/precisions.ts";
import { isPlain } from "./kernels/call.ts";
import type { Matmul } from "./matrices/product.ts";
import { type Room, Workspace } from "./matrices/workspace.ts";
import { Slots } from "./memory/slots.ts";
import type { Tensor } from "./memory/tensor.ts";
import type { Engine } from "./options.ts";
import { codeRows, copyOut } from "./rows.ts";
import { execute } from "./step/execute.ts";
import type { ArrayJob, Input } from "./step/group.ts";
import { type RowsInPlace, rowsInPlace } from "./step/rows.ts";
import { PreparedStep } from "./step/step.ts";
import type { Pool } from "./threads/pool.ts";
import { Compiling, type Native, type NativeReport } from "./wasm/native.ts";
import { type Need, need } from "./wasm/need.ts";
import { type Runner, runnerOf } from "./wasm/runner.ts";
import { Means } from "./world/exchange.ts";
import type { Exchange } from "./world/ranks.ts";

/** Prepared steps that are remembered. */
const MOST_STEPS = 4;

const NONE: readonly ArrayJob[] = [];

/** Options of an `ArraysBackend`. */
export interface BackendOptions {
  /** Finds a parameter's array, so that its state can be put in the same memory. */
  readonly arrayOf?: ((parameter: Parameter) => Float32Array | undefined) | undefined;
  /** How the slot of this name is kept, where it has one number per element; float32 by default. */
  readonly codecOf?: ((slot: string) => Codec | undefined) | undefined;
  /** Threads that share the work in memory that they share; state must fit there. */
  readonly pool?: Pool | undefined;
  /** Compiles kernels to machine code. */
  readonly native?: Native | undefined;
  /** Takes over products of matrices. */
  readonly matmul?: Matmul | undefined;
  /** Whether ranks divide the parameters. */
  readonly divided?: boolean | undefined;
}

/** Runs programs over Float32Arrays: by WebAssembly kernels, or by the interpreter, to the same bits. */
export class ArraysBackend implements Backend<Tensor, Input> {
  readonly name = "arrays";
  readonly rows = true;
  /** Whether some jobs of the next step are of rows that were picked out. */
  rowsPassing = false;
  readonly engine: Engine;
  readonly #pool: Pool | undefined;
  readonly #codecOf: BackendOptions["codecOf"];
  readonly #matmul: Matmul | undefined;
  readonly #divided: boolean;
  /** How the next step exchanges numbers with other ranks; by default every input is replaced by its mean. */
  exchange: Exchange | undefined;
  readonly #compiling: Compiling | undefined;
  readonly #slots: Slots;
  /** The names of all slots that programs have. */
  readonly slotNames: Set<string> = new Set();
  readonly #coded: CodedSlots;
  /** Plans that were checked, and what the largest kernel of them needs. */
  readonly #plans = new Set<KernelPlan>();
  #need: Need = { regions: 0, frame: 0 };
  /** The last steps, the latest first: it most likely serves the next, and where equations are guarded, another may. */
  #steps: readonly PreparedStep[] = [];
  #workspace: Workspace | undefined;
  #means: Means | undefined;

  constructor(
    engine: Engine,
    { arrayOf = () => undefined, codecOf, pool, matmul, native, divided = false }: BackendOptions = {},
  ) {
    this.engine = engine;
    this.#slots = new Slots({ wasm: engine === "wasm", beside: pool !== undefined, arrayOf });
    this.#codecOf = codecOf;
    this.#coded = new CodedSlots(codecOf);
    this.#pool = pool;
    this.#matmul = matmul;
    this.#divided = divided;
    this.#compiling = native && new Compiling(native);
  }

  check(program: Program, parameter: Parameter): void {
    this.#coded.note(parameter, this.#plan(program, parameter));
    for (const slot of Object.keys(program.slots)) this.slotNames.add(slot);
  }

  #plan(program: Program, parameter: Parameter): KernelPlan {
    // A codec rounds what it keeps: it would not be read as it was computed. A sum over ranks may fail, and nothing may have changed.
    const made = kernelPlan(program, matrix(parameter), { early: !this.#codecOf && !this.#divided });
    if (this.#plans.has(made)) return made;
    const { regions, frame } = need(made.kernels);
    this.#need = { regions: Math.max(regions, this.#need.regions), frame: Math.max(frame, this.#need.frame) };
    this.#plans.add(made);
    return made;
  }

  slot(parameter: Parameter, shape: readonly number[], start: Start<Tensor>, name: string): Tensor {
    return this.#slots.promise(parameter, size(shape), start, this.#coded.codec(parameter, shape, name));
  }

  /** Gives every slot that was asked for its memory. */
  settle(): void {
    this.#slots.settle(this.#need);
  }

  /** Gives a slot its numbers; one that has no memory yet gets them by `settle`. */
  write(tensor: Tensor, data: Float32Array): void {
    this.#slots.write(tensor, data);
  }

  /** A copy of a slot's numbers. */
  read(tensor: Tensor): Float32Array {
    return this.#slots.read(tensor);
  }

  /** The loops that run as machine code, and why others do not; undefined where that was not asked for. */
  get native(): NativeReport | undefined {
    return this.#compiling?.report;
  }

  /** How much memory a slot takes. */
  bytes(tensor: Tensor): number {
    return this.#slots.bytes(tensor);
  }

  /** The kernels draw them. */
  draw(of: Drawing): Drawing {
    return of;
  }

  free(tensor: Tensor): void {
    this.#slots.free(tensor);
  }

  /** Drops all memory; the slots were freed before. */
  dispose(): void {
    this.#steps = [];
    this.#workspace = undefined;
    this.#slots.dispose();
    this.#plans.clear();
  }

  run(jobs: readonly ArrayJob[], reduceSums?: ReduceSums<void>, others?: readonly OthersJob[]): void {
    this.#pool?.check();
    // Rows that are picked out for one step do not disturb the steps that are prepared for all others.
    const passing = this.rowsPassing ? jobs.filter(({ tensors }) => tensors.p!.passing) : NONE;
    const lasting = passing.length === 0 ? jobs : jobs.filter(({ tensors }) => !tensors.p!.passing);
    const inPlace: RowsInPlace[] = [];
    const copied = passing.filter((job) => {
      const rows =
        this.engine === "wasm" && job.tensors.p!.rows
          ? rowsInPlace(job, this.#plan(job.program, job.parameter), this.#need, () => this.#slots.anyArena(this.#need))
          : undefined;
      if (rows) inPlace.push(rows);
      else copyOut(job.tensors);
      return !rows;
    });
    const once = copied.length === 0 ? undefined : this.#prepare(copied);
    // Sums over the model are those of this rank alone, unless ranks divide the parameters.
    const step = lasting.length === 0 && !others?.length ? undefined : this.#prepared(lasting, others);
    if (this.#codecOf)
      for (const { parameter, tensors, t } of jobs)
        for (const [slot, { coded }] of Object.entries(tensors))
          if (coded) coded.seed = seedOf(parameter.name, slot, t);
    for (const rows of inPlace) rows.run();
    once?.run(copied, (tasks) => execute(tasks, this.#pool));
    if (this.#codecOf) for (const { parameter, tensors, t } of copied) codeRows(parameter, tensors, t);
    step?.run(lasting, (tasks) => execute(tasks, this.#pool), others && reduceSums);
  }

  #prepared(jobs: readonly ArrayJob[], others?: readonly OthersJob[]): PreparedStep {
    const found = this.#steps.find((step) => step.serves(jobs, others));
    if (found === this.#steps[0] && found) return found;
    const step = found ?? this.#prepare(jobs, others);
    this.#steps = [step, ...this.#steps.filter((one) => one !== step)].slice(0, MOST_STEPS);
    return step;
  }

  reduceGradients(jobs: readonly ArrayJob[], world: BlockingWorld): void {
    if (this.exchange) this.exchange.reduce();
    else {
      this.#means ??= new Means(world);
      // Random numbers are those of all ranks already.
      this.#means.take(jobs.flatMap(({ inputs }) => Object.values(inputs).filter((input) => isPlain(input))));
    }
  }

  gatherParameters(): void {
    this.exchange?.gather();
  }

  /** Does all that can fail: memory, compilation. After it only arithmetic is left. */
  #prepare(jobs: readonly ArrayJob[], others: readonly OthersJob[] = []): PreparedStep {
    const plans = jobs.map(({ program, parameter }) => this.#plan(program, parameter));
    const elsewhere = others.map(({ program, parameter }) => ({ program, plan: this.#plan(program, parameter) }));
    this.settle();
    return new PreparedStep(
      jobs,
      plans,
      (job, { kernels }) => {
        if (this.engine !== "wasm") return undefined;
        const runner = this.#home(job);
        for (const kernel of kernels) {
          runner.prepare(kernel);
          if (runner.threads > 1) this.#pool?.learn(runner, kernel, this.#compiling?.compile(kernel));
        }
        return runner;
      },
      (room) => this.#workspaceOf(room),
      (kernel, plain) => this.#compiling?.compile(kernel, plain),
      elsewhere,
    );
  }

  #workspaceOf(room: Room): Workspace {
    if (!this.#workspace?.fits(room, this.#need))
      this.#workspace = new Workspace(room, this.engine === "wasm" ? this.#need : undefined, this.#matmul);
    return this.#workspace;
  }

  /** The memory in which a job's kernels run: its state's, else its parameter's or gradient's, else one of this backend's. */
  #home({ program: { kept }, tensors, inputs }: ArrayJob): Runner {
    for (let i = 1; i <= kept.length; i++) {
      const home = tensors[kept[i % kept.length]!]!.home; // the program's own; the first of them is p
      if (home?.fits(this.#need)) return home;
    }
    for (const array of Object.values(inputs)) {
      const home = isPlain(array) ? runnerOf(array) : undefined;
      if (home?.fits(this.#need)) return home;
    }
    return this.#slots.anyArena(this.#need);
  }
}

import { OptimizerError } from "@descent/core";
import type { Kernel } from "@descent/core/kernels";
import { CHUNK } from "./run.ts";
import type { Runner } from "./runner.ts";
import type { Task } from "./schedule.ts";
import { type Letter, spin, Table, Tool, word, work } from "./work.ts";

/** As many threads have frames in the memories of `allocate`. */
export const MOST_THREADS = 64;
/** Fewer elements are done before a second thread has woken up. */
const LEAST = 2 ** 18;
/** Elements that a thread takes at a time: some 30 µs of work. */
const PIECE = 4 * CHUNK;
/** Milliseconds in which a worker must have started, and in which it must go on. */
const PATIENCE = 60_000;

/** Why threads cannot share memory here, or nothing where they can. */
export function notShared(): string | undefined {
  if (typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false) return undefined;
  return "this page is not cross-origin isolated, so that threads cannot share memory. Serve it with the headers `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`";
}

/** A worker of a browser, or of Node's `worker_threads`. */
type AnyWorker = Worker | import("node:worker_threads").Worker;

function startWorker(): AnyWorker {
  const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  // The very form that bundlers look for, with the file's name as it is published.
  if (!node) return new Worker(new URL("./crew-member.js", import.meta.url), { type: "module", name: "optimizer" });
  const own = /\/crew(\.[jt]s)$/;
  // In a bundle this would start the whole program once more.
  if (!own.test(import.meta.url))
    throw new OptimizerError(
      "Threads cannot be used here: a bundler has taken this code away from the file that a thread runs. Leave @descent/arrays out of the bundle, as an external module.",
    );
  const file = new URL(import.meta.url.replace(own, "/crew-member$1"));
  const worker = file.pathname.endsWith(".ts")
    ? // run from its source, which takes a loader of TypeScript in every thread
      new node.Worker(`import("tsx/esm/api").then((tsx) => { tsx.register(); return import("${file}"); })`, {
        eval: true,
        execArgv: ["--conditions=@descent/source"],
      })
    : new node.Worker(file);
  worker.unref();
  return worker;
}

/**
 * Threads that do the work of one together: this one, and workers that take pieces of it as they come to it. Work is
 * never handed to a worker that might not be there, so this thread alone does what comes before they have started.
 */
export class Crew {
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * (word.read + MOST_THREADS)));
  readonly #workers: readonly AnyWorker[];
  readonly #least: number;
  readonly #size: number;
  readonly #patterns = new Map<Runner, Map<Kernel, number>>();
  readonly #tools: Tool[] = [];
  #table = new Table(new SharedArrayBuffer(8));
  /** What became of a worker. */
  #ended: string | undefined;
  #interrupted = false;
  #waited = 0;
  #asked = performance.now();
  /** How often work was shared. */
  shared = 0;

  /** `least` elements are worth sharing, in pieces of `size`, whole chunks. */
  constructor(
    threads: number,
    { least = LEAST, size = PIECE }: { readonly least?: number; readonly size?: number } = {},
  ) {
    this.#least = least;
    this.#size = size;
    Atomics.store(this.#control, word.mail, 1);
    this.#workers = Array.from({ length: threads - 1 }, (_, i) => {
      const worker = startWorker();
      if ("on" in worker) {
        worker.on("error", (error) => this.#end(String(error)));
        worker.on("exit", (code) => this.#end(`it ended with code ${code}`));
      } else worker.addEventListener("error", ({ message }) => this.#end(message ?? "its file cannot be loaded")); // an ErrorEvent only if the file was loaded
      worker.postMessage({ control: this.#control.buffer, thread: i + 1 });
      return worker;
    });
  }

  /** Threads that take part now. */
  get threads(): number {
    return this.#ended === undefined && this.#ready ? this.#workers.length + 1 : 1;
  }

  get #ready(): boolean {
    const mail = Atomics.load(this.#control, word.mail);
    return this.#workers.every((_, i) => Atomics.load(this.#control, word.read + i) === mail);
  }

  #end(why: string): void {
    this.#ended ??= why;
  }

  /** Throws if a step could not be taken by all threads, or the one before was not. */
  check(): void {
    this.checkState();
    if (Atomics.load(this.#control, word.failed) !== 0) this.#end("it could not go on");
    // Time in which nobody asked, as in a suspended process, does not count.
    const now = performance.now();
    this.#waited = this.#ready ? 0 : this.#waited + Math.min(now - this.#asked, 1000);
    this.#asked = now;
    if (this.#waited > PATIENCE) this.#end("it has not started; workers start only while the event loop turns");
    if (this.#ended !== undefined)
      throw new OptimizerError(
        `A thread of this optimizer is gone: ${this.#ended}. This step was not taken; a new optimizer can load its state().`,
      );
  }

  /** Throws if a step was interrupted, so that the state is neither the one before nor the one after. */
  checkState(): void {
    if (this.#interrupted)
      throw new OptimizerError(
        "A thread of this optimizer was lost in the middle of a step: parameters and state are half updated. Go on from the last state you saved.",
      );
  }

  /** Tells the workers of a kernel that will run in this memory. */
  learn(runner: Runner, kernel: Kernel): void {
    if (kernel.byRows) return;
    let here = this.#patterns.get(runner);
    if (!here) this.#patterns.set(runner, (here = new Map()));
    if (here.has(kernel)) return;
    const pattern = runner.pattern(kernel);
    here.set(kernel, this.#tools.length);
    this.#tools.push(new Tool(pattern, 0, runner.prepare(kernel).entry));
    this.#send({ pattern });
  }

  #send(letter: Letter): void {
    // Counted before it is sent: who has read more than there is would not wait for work.
    Atomics.add(this.#control, word.mail, 1);
    for (const worker of this.#workers) worker.postMessage(letter);
    Atomics.add(this.#control, word.call, 1);
    Atomics.notify(this.#control, word.call);
  }

  /** Runs tasks of one kernel with the same arguments, if that is worth while; else does nothing and says so. */
  run(tasks: readonly Task[]): boolean {
    const { runner, run } = tasks[0]!; // one at least
    const { kernel, args } = run;
    let elements = 0;
    for (const task of tasks) {
      if (task.runner !== runner || task.loose) return false;
      elements += task.run.cols;
    }
    const tool = runner && elements >= this.#least ? this.#patterns.get(runner)?.get(kernel) : undefined;
    if (tool === undefined || !run.arrays.every((x) => x.buffer === runner!.memory.buffer)) return false;
    const pieces = this.#fill(tasks, args as readonly number[]); // not by rows, so none is one per row
    if (!this.#ready) return false;
    const control = this.#control;
    control[word.tool] = tool;
    control[word.tasks] = tasks.length;
    control[word.size] = this.#size;
    control[word.pieces] = pieces;
    Atomics.store(control, word.done, 0);
    Atomics.store(control, word.left, pieces);
    Atomics.add(control, word.call, 1);
    Atomics.notify(control, word.call, pieces - 1);
    work(control, this.#table, this.#tools);
    this.#join(pieces);
    this.#addUp(tasks);
    this.shared++;
    return true;
  }

  /** Writes the table, and returns how many pieces that is. */
  #fill(tasks: readonly Task[], args: readonly number[]): number {
    const { buffers, sums } = tasks[0]!.run.kernel;
    const length = 2 + buffers.length;
    let pieces = 0;
    for (const { run } of tasks) pieces += Math.ceil(run.cols / this.#size);
    const parts = Math.ceil((args.length + tasks.length * length) / 2);
    const doubles = parts + ((pieces * this.#size) / CHUNK) * sums.length;
    if (doubles > this.#table.doubles.length) {
      const table = new SharedArrayBuffer(16 * doubles); // twice what is needed now
      this.#table = new Table(table);
      this.#send({ table });
    }
    const { integers, floats } = this.#table;
    for (const [i, x] of args.entries()) floats[i] = x;
    let at = args.length;
    let first = 0;
    for (const { run } of tasks) {
      integers[at++] = first;
      integers[at++] = run.cols;
      for (const array of run.arrays) integers[at++] = (array as Float32Array).byteOffset; // `run` made sure that all lie in one memory
      first += Math.ceil(run.cols / this.#size);
    }
    this.#control[word.parts] = parts;
    return pieces;
  }

  /** Waits until the last piece is done, or it is clear that it never will be. */
  #join(pieces: number): void {
    const control = this.#control;
    let waited = 0;
    for (let before = performance.now(); ; ) {
      const done = Atomics.load(control, word.done);
      if (done === pieces) return;
      if (Atomics.load(control, word.failed) !== 0 || waited > PATIENCE) break;
      if (!spin(control, word.done, done) && mayWait) Atomics.wait(control, word.done, done, 1000);
      const now = performance.now();
      waited = Atomics.load(control, word.done) === done ? waited + Math.min(now - before, 1000) : 0;
      before = now;
    }
    this.#interrupted = true;
    this.checkState();
  }

  /** Adds the parts of every sum in their order, as one thread would have. */
  #addUp(tasks: readonly Task[]): void {
    const { doubles } = this.#table;
    let first = this.#control[word.parts]!;
    for (const { run } of tasks) {
      const { cols, sums } = run;
      if (sums.length === 0) return;
      for (let part = first, start = 0; start < cols; start += CHUNK)
        for (const sum of sums) sum[0] = sum[0]! + doubles[part++]!;
      first += ((Math.ceil(cols / this.#size) * this.#size) / CHUNK) * sums.length;
    }
  }

  dispose(): void {
    this.#end("the optimizer was disposed of");
    for (const worker of this.#workers) void worker.terminate();
  }
}

/** A page may not sleep; it looks until the work is done. */
const mayWait = ((): boolean => {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
})();

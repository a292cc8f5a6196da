import { OptimizerError } from "@descent/core";
import type { Kernel } from "@descent/core/kernels";
import { join } from "../kernels/accumulate.ts";
import { CHUNK, type KernelCall, WORTH_SHARING } from "../kernels/call.ts";
import type { CompiledCode } from "../kernels/machine-code.ts";
import { entryOf } from "../wasm/native.ts";
import type { Runner } from "../wasm/runner.ts";
import type { Message } from "./message.ts";
import { spin, Table, ThreadKernel, word, work } from "./queue.ts";
import { startThread, type Thread } from "./start.ts";
import { MOST_THREADS } from "./support.ts";

/** Elements that a thread takes at a time: some 30 µs of work. */
const PIECE = 4 * CHUNK;
/** Milliseconds in which a worker must have started, and in which a piece must be done. */
const PATIENCE = 60_000;

/**
 * Threads that share work: this one, and workers that take pieces of it from a queue. Work is never handed to a worker
 * that might not be there, so this thread alone does what comes before they have started.
 */
export class Pool {
  readonly #state = new Int32Array(new SharedArrayBuffer(4 * (word.received + MOST_THREADS)));
  readonly #workers: readonly Thread[];
  readonly #least: number;
  readonly #size: number;
  /** Numbers of the kernels that workers know, by memory. */
  readonly #known = new Map<Runner, Map<Kernel, number>>();
  readonly #kernels: ThreadKernel[] = [];
  #table = new Table(new SharedArrayBuffer(8));
  /** Why a worker is gone, once one is. */
  #ended: string | undefined;
  #interrupted = false;
  #waited = 0;
  #asked = performance.now();
  /** How often work was shared. */
  shared = 0;

  /** `least` elements are worth sharing, in pieces of `size`, whole chunks; `opener` opens machine code. */
  constructor(
    threads: number,
    {
      least = WORTH_SHARING,
      size = PIECE,
      opener,
    }: { readonly least?: number; readonly size?: number; readonly opener?: string | undefined } = {},
  ) {
    this.#least = least;
    this.#size = size;
    Atomics.store(this.#state, word.sent, 1);
    const workers: Thread[] = [];
    this.#workers = workers;
    try {
      for (let thread = 1; thread < threads; thread++) {
        const worker = startThread((why) => this.#end(why));
        workers.push(worker);
        worker.send({ state: this.#state.buffer, thread, opener } satisfies Message);
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Threads that take part now. */
  get threads(): number {
    return this.#ended === undefined && this.#ready ? this.#workers.length + 1 : 1;
  }

  get #ready(): boolean {
    const sent = Atomics.load(this.#state, word.sent);
    return this.#workers.every((_, i) => Atomics.load(this.#state, word.received + i) === sent);
  }

  #end(why: string): void {
    this.#ended ??= why;
  }

  /** Throws if not all threads can take part in a step, or did not in the one before. */
  check(): void {
    this.checkState();
    if (Atomics.load(this.#state, word.failed) !== 0) this.#end("it could not go on");
    // Time without calls, as in a suspended process, does not count.
    const now = performance.now();
    this.#waited = this.#ready ? 0 : this.#waited + Math.min(now - this.#asked, 1000);
    this.#asked = now;
    if (this.#waited > PATIENCE) this.#end("it has not started; workers start only while the event loop turns");
    if (this.#ended !== undefined)
      throw new OptimizerError(
        `A thread of this optimizer has ended: ${this.#ended}. This step was not applied; make a new optimizer and load this one's state().`,
      );
  }

  /** Throws if a step was interrupted, so that the state is neither the one before nor the one after. */
  checkState(): void {
    if (this.#interrupted)
      throw new OptimizerError(
        "A thread of this optimizer was lost in the middle of a step: parameters and state are half updated. Make a new optimizer and continue from the last state you saved.",
      );
  }

  /** Tells the workers of a kernel that will run in this memory, in machine code if there is such. */
  learn(runner: Runner, kernel: Kernel, native?: CompiledCode): void {
    if (kernel.byRows) return;
    let here = this.#known.get(runner);
    if (!here) this.#known.set(runner, (here = new Map()));
    if (here.has(kernel)) return;
    const compiled = { ...runner.compiled(kernel), library: native?.library };
    here.set(kernel, this.#kernels.length);
    this.#kernels.push(
      new ThreadKernel(compiled, 0, native ? entryOf(native.code, runner.memory) : runner.prepare(kernel).entry),
    );
    this.#send({ kernel: compiled });
  }

  #send(message: Message): void {
    // Counted before it is sent: a worker that has received more than was sent would not wait for work.
    Atomics.add(this.#state, word.sent, 1);
    for (const worker of this.#workers) worker.send(message);
    Atomics.add(this.#state, word.signal, 1);
    Atomics.notify(this.#state, word.signal);
  }

  /** Runs calls of one kernel with the same arguments in one memory, if that is worthwhile; else returns false. */
  run(runner: Runner, calls: readonly KernelCall[]): boolean {
    const { kernel, args, arrays } = calls[0]!; // one at least
    let elements = 0;
    for (const { cols } of calls) elements += cols;
    const number = elements >= this.#least ? this.#known.get(runner)?.get(kernel) : undefined;
    if (number === undefined || !arrays.every((x) => x.buffer === runner.memory.buffer)) return false;
    const pieces = this.#fill(calls, args as readonly number[]); // not by rows, so no argument is one per row
    if (!this.#ready) return false;
    const state = this.#state;
    state[word.kernel] = number;
    state[word.calls] = calls.length;
    state[word.size] = this.#size;
    state[word.pieces] = pieces;
    Atomics.store(state, word.done, 0);
    Atomics.store(state, word.left, pieces);
    Atomics.add(state, word.signal, 1);
    Atomics.notify(state, word.signal, pieces - 1);
    work(state, this.#table, this.#kernels);
    this.#join(pieces);
    this.#addUp(calls);
    this.shared++;
    return true;
  }

  /** Writes the table, and returns how many pieces that is. */
  #fill(calls: readonly KernelCall[], args: readonly number[]): number {
    const { buffers, sums } = calls[0]!.kernel;
    const words = 2 + buffers.length;
    let pieces = 0;
    for (const { cols } of calls) pieces += Math.ceil(cols / this.#size);
    const parts = Math.ceil((args.length + calls.length * words) / 2);
    const doubles = parts + ((pieces * this.#size) / CHUNK) * sums.length;
    if (doubles > this.#table.doubles.length) {
      const table = new SharedArrayBuffer(16 * doubles); // twice what is needed now
      this.#table = new Table(table);
      this.#send({ table });
    }
    const { integers, floats } = this.#table;
    for (const [i, x] of args.entries()) floats[i] = x;
    let next = args.length;
    let first = 0;
    for (const { cols, arrays } of calls) {
      integers[next++] = first;
      integers[next++] = cols;
      for (const array of arrays) integers[next++] = (array as Float32Array).byteOffset; // `run` made sure that all lie in one memory
      first += Math.ceil(cols / this.#size);
    }
    this.#state[word.parts] = parts;
    return pieces;
  }

  /** Waits until the last piece is done, or it is clear that it never will be. */
  #join(pieces: number): void {
    const state = this.#state;
    let waited = 0;
    for (let before = performance.now(); ; ) {
      const done = Atomics.load(state, word.done);
      if (done === pieces) return;
      if (Atomics.load(state, word.failed) !== 0 || waited > PATIENCE) break;
      if (!spin(state, word.done, done) && mayWait) Atomics.wait(state, word.done, done, 1000);
      const now = performance.now();
      waited = Atomics.load(state, word.done) === done ? waited + Math.min(now - before, 1000) : 0;
      before = now;
    }
    this.#interrupted = true;
    this.checkState();
  }

  /** Adds the parts of every sum in their order, as one thread would have. */
  #addUp(calls: readonly KernelCall[]): void {
    const { doubles } = this.#table;
    let first = this.#state[word.parts]!;
    for (const { kernel, cols, accumulators } of calls) {
      if (accumulators.length === 0) return;
      for (let part = first, start = 0; start < cols; start += CHUNK)
        for (const [i, into] of accumulators.entries()) into[0] = join(kernel.sums[i]!, into[0]!, doubles[part++]!); // one per sum
      first += ((Math.ceil(cols / this.#size) * this.#size) / CHUNK) * accumulators.length;
    }
  }

  dispose(): void {
    this.#end("the optimizer was disposed of");
    for (const worker of this.#workers) worker.terminate();
  }
}

/** A page's main thread may not sleep: it spins until the work is done. */
const mayWait = ((): boolean => {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
})();

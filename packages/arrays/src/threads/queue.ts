import { CHUNK } from "../kernels/call.ts";
import type { CompiledKernel } from "../wasm/runner.ts";

/**
 * The queue's state, in 32-bit words that are written one after the other, so that a thread that sees one sees all that
 * were written before it. Only the first thread writes, except where it says otherwise.
 */
export const word = {
  /** Changes when there is something to do; the workers sleep on it. */
  signal: 0,
  /** Messages sent to every worker. */
  sent: 1,
  /** Pieces not yet taken; the thread that takes one counts down. */
  left: 2,
  /** Pieces done; the thread that has done one counts up. */
  done: 3,
  pieces: 4,
  /** Which kernel, and how many calls of it there are. */
  kernel: 5,
  calls: 6,
  /** Elements of a piece. */
  size: 7,
  /** Where in the table the parts of sums go, in float64 numbers. */
  parts: 8,
  /** Set by a worker that cannot go on. */
  failed: 9,
  /** From here, one per worker and written by it: messages received. */
  received: 16,
} as const;

/**
 * The work at hand, in numbers that every thread can read. First the arguments, a float each; then for every call its
 * first piece, its length and an address per buffer; then the parts of sums, written by the thread that computes them.
 */
export class Table {
  readonly integers: Int32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;

  constructor(shared: SharedArrayBuffer) {
    this.integers = new Int32Array(shared);
    this.floats = new Float32Array(shared);
    this.doubles = new Float64Array(shared);
  }
}

/** One kernel as one thread calls it, on any piece of the work. */
export class ThreadKernel {
  readonly #entry: (frame: number, sums: number) => void;
  readonly #compiled: CompiledKernel;
  readonly #frame: number;
  readonly #sumsAddress: number;
  readonly #integers: Int32Array;
  readonly #floats: Float32Array;
  readonly #doubles: Float64Array;

  constructor(compiled: CompiledKernel, thread: number, entry: (frame: number, sums: number) => void) {
    this.#entry = entry;
    this.#compiled = compiled;
    this.#frame = compiled.frame + thread * compiled.distance;
    this.#sumsAddress = compiled.sumsAddress + thread * compiled.distance;
    const { buffer } = compiled.memory; // of fixed size
    this.#integers = new Int32Array(buffer);
    this.#floats = new Float32Array(buffer);
    this.#doubles = new Float64Array(buffer);
  }

  /** Computes one piece of the work at hand. */
  compute(state: Int32Array, table: Table, piece: number): void {
    const { buffers, args, sums } = this.#compiled;
    const { integers } = table;
    const size = state[word.size]!;
    // The last call that begins at this piece or before it.
    const words = 2 + buffers;
    let low = 0;
    for (let high = state[word.calls]! - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (integers[args + middle * words]! <= piece) low = middle;
      else high = middle - 1;
    }
    const call = args + low * words;
    const begin = (piece - integers[call]!) * size;
    const end = Math.min(integers[call + 1]!, begin + size);
    const frame = this.#frame / 4;
    for (let i = 0; i < args; i++) this.#floats[frame + 1 + buffers + i] = table.floats[i]!;
    // Sums are taken by chunks, wherever a piece begins.
    const step = sums > 0 ? CHUNK : size;
    let part = state[word.parts]! + ((piece * size) / CHUNK) * sums;
    for (let start = begin; start < end; start += step) {
      this.#integers[frame] = Math.min(step, end - start);
      for (let i = 0; i < buffers; i++) this.#integers[frame + 1 + i] = integers[call + 2 + i]! + 4 * start;
      this.#entry(this.#frame, this.#sumsAddress);
      for (let i = 0; i < sums; i++) table.doubles[part++] = this.#doubles[this.#sumsAddress / 8 + i]!;
    }
  }
}

/** Takes pieces until none is left. */
export function work(state: Int32Array, table: Table, kernels: readonly ThreadKernel[]): void {
  for (;;) {
    const left = Atomics.load(state, word.left);
    if (left === 0) return;
    if (Atomics.compareExchange(state, word.left, left, left - 1) !== left) continue;
    // From here on the work at hand stays what it is: it is not done before this piece is.
    const pieces = state[word.pieces]!;
    kernels[state[word.kernel]!]!.compute(state, table, pieces - left);
    if (Atomics.add(state, word.done, 1) + 1 === pieces) Atomics.notify(state, word.done);
  }
}

/** Watches for a change of a word for 20 µs: waking a sleeping thread takes about as long. */
export function spin(state: Int32Array, index: number, seen: number): boolean {
  const end = performance.now() + 0.02;
  do for (let i = 0; i < 64; i++) if (Atomics.load(state, index) !== seen) return true;
  while (performance.now() < end);
  return false;
}

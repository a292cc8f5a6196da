import { CHUNK } from "./run.ts";

/**
 * What threads know of each other: 32-bit words that are written one after the other, so that a thread that sees one
 * sees all that were written before it. Only the first thread writes, except where it says otherwise.
 */
export const word = {
  /** Changes when there is something to do; the workers sleep on it. */
  call: 0,
  /** Letters sent to every worker. */
  mail: 1,
  /** Pieces that nobody has taken; whoever takes one counts down. */
  left: 2,
  /** Pieces done; whoever has done one counts up. */
  done: 3,
  pieces: 4,
  /** Which tool, and how many tasks it is for. */
  tool: 5,
  tasks: 6,
  /** Elements of a piece. */
  size: 7,
  /** Where in the table the parts of sums go, in float64 numbers. */
  parts: 8,
  /** Set by a worker that cannot go on. */
  failed: 9,
  /** From here, one per worker and written by it: letters read. */
  read: 16,
} as const;

/**
 * The work at hand, in numbers that every thread can read. First the arguments, a float each; then for every task its
 * first piece, its length and a pointer per buffer; then the parts of sums, written by whoever computes them.
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

/** A kernel compiled for one memory, as it is sent to workers. */
export interface Pattern {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly buffers: number;
  readonly args: number;
  readonly sums: number;
  /** Addresses of the first thread's frame and sums; those of the others follow at this distance. */
  readonly frame: number;
  readonly sumsAt: number;
  readonly distance: number;
}

/** A letter to a worker: how to begin, a table that takes the place of the one before, or one more tool. */
export type Letter =
  | { readonly control: SharedArrayBuffer; readonly thread: number }
  | { readonly table: SharedArrayBuffer }
  | { readonly pattern: Pattern };

/** Calls one kernel from one thread, on any stretch of a task. */
export class Tool {
  readonly #entry: (frame: number, sums: number) => void;
  readonly #pattern: Pattern;
  readonly #frame: number;
  readonly #sumsAt: number;
  readonly #integers: Int32Array;
  readonly #floats: Float32Array;
  readonly #doubles: Float64Array;

  constructor(pattern: Pattern, thread: number, entry: (frame: number, sums: number) => void) {
    this.#entry = entry;
    this.#pattern = pattern;
    this.#frame = pattern.frame + thread * pattern.distance;
    this.#sumsAt = pattern.sumsAt + thread * pattern.distance;
    const { buffer } = pattern.memory; // of fixed size
    this.#integers = new Int32Array(buffer);
    this.#floats = new Float32Array(buffer);
    this.#doubles = new Float64Array(buffer);
  }

  /** Computes one piece of the work at hand. */
  piece(control: Int32Array, table: Table, piece: number): void {
    const { buffers, args, sums } = this.#pattern;
    const { integers } = table;
    const size = control[word.size]!;
    // The last task that begins at this piece or before it.
    const length = 2 + buffers;
    let low = 0;
    for (let high = control[word.tasks]! - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (integers[args + middle * length]! <= piece) low = middle;
      else high = middle - 1;
    }
    const task = args + low * length;
    const begin = (piece - integers[task]!) * size;
    const end = Math.min(integers[task + 1]!, begin + size);
    const frame = this.#frame / 4;
    for (let i = 0; i < args; i++) this.#floats[frame + 1 + buffers + i] = table.floats[i]!;
    // Sums are taken by chunks, wherever a piece begins.
    const step = sums > 0 ? CHUNK : size;
    let part = control[word.parts]! + ((piece * size) / CHUNK) * sums;
    for (let start = begin; start < end; start += step) {
      this.#integers[frame] = Math.min(step, end - start);
      for (let i = 0; i < buffers; i++) this.#integers[frame + 1 + i] = integers[task + 2 + i]! + 4 * start;
      this.#entry(this.#frame, this.#sumsAt);
      for (let i = 0; i < sums; i++) table.doubles[part++] = this.#doubles[this.#sumsAt / 8 + i]!;
    }
  }
}

/** Takes pieces until none is left. */
export function work(control: Int32Array, table: Table, tools: readonly Tool[]): void {
  for (;;) {
    const left = Atomics.load(control, word.left);
    if (left === 0) return;
    if (Atomics.compareExchange(control, word.left, left, left - 1) !== left) continue;
    // From here on the work at hand stays what it is: it is not done before this piece is.
    const pieces = control[word.pieces]!;
    tools[control[word.tool]!]!.piece(control, table, pieces - left);
    if (Atomics.add(control, word.done, 1) + 1 === pieces) Atomics.notify(control, word.done);
  }
}

/** Looks for a change of a word for 20 µs: waking a sleeping thread takes about as long. */
export function spin(control: Int32Array, index: number, seen: number): boolean {
  const end = performance.now() + 0.02;
  do for (let i = 0; i < 64; i++) if (Atomics.load(control, index) !== seen) return true;
  while (performance.now() < end);
  return false;
}

import { draw } from "@descent/core/adapter";
import type { Expr, ExprOf, Reduction, ScalarOp } from "@descent/core/graph";
import { type Kernel, operand } from "@descent/core/kernels";
import { decode, encode } from "../codec/codec.ts";
import { gather, join, nothing } from "./accumulate.ts";
import { CHUNK, isCoded, isDrawing, type KernelCall, type Numbers } from "./call.ts";
import { type Operation, operations } from "./operations.ts";

/** Elements at a time: two kilobytes, so that every intermediate result stays in the first-level cache. */
const SIZE = 512;

type Slice = Float32Array;

const NONE: Slice = new Float32Array(0);

/** A kernel as a list of operations on slices of its arrays: no code is generated, so it runs under any content security policy. */
class Interpreter {
  readonly #kernel: Kernel;
  readonly #slices = new Map<Expr, Slice>();
  readonly #operations: readonly (readonly [Operation, Slice, Slice, Slice, Slice])[];
  readonly #lanes: readonly Float64Array[];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const { buffers, args, constants, order, sums, columnSums } = kernel;
    const slices = this.#slices;
    for (const e of constants) slices.set(e, new Float32Array(SIZE).fill(e.value));
    for (const { key } of args) slices.set(key, new Float32Array(SIZE));
    for (const { key, read } of buffers) if (read) slices.set(key, new Float32Array(SIZE));
    // A slice is free again after the last operation that reads it; what is stored or summed is read at the very end.
    const last = new Map<Expr, number>();
    order.forEach((e, i) => {
      for (const a of e.args) last.set(a, i);
    });
    for (const { store } of buffers) if (store) last.set(store, order.length);
    for (const e of [...sums, ...columnSums]) last.set(operand(e), order.length);
    const mine = new Set(order);
    const free: Slice[] = [];
    this.#operations = order.map((e, i) => {
      const [a = NONE, b = NONE, c = NONE] = e.args.map((x) => slices.get(x)!); // children come first
      const out = free.pop() ?? new Float32Array(SIZE);
      slices.set(e, out);
      for (const x of new Set(e.args)) if (mine.has(x) && last.get(x) === i) free.push(slices.get(x)!);
      return [operations[e.op as ScalarOp], out, a, b, c] as const; // kernels hold no other operations
    });
    this.#lanes = sums.map(() => new Float64Array(4));
  }

  run({ rows, cols, arrays, args, accumulators }: KernelCall): void {
    const kernel = this.#kernel;
    const lanes = this.#lanes;
    const sliceOf = (e: Expr): Slice => this.#slices.get(e)!; // the constructor gave every expression one
    const filled = Math.min(cols, SIZE);
    kernel.args.forEach(({ key }, i) => {
      const x = args[i]!;
      if (typeof x === "number") sliceOf(key).fill(x, 0, filled);
    });
    for (let start = 0; start < cols; start += CHUNK) {
      const end = Math.min(cols, start + CHUNK);
      for (let row = 0; row < rows; row++) {
        kernel.args.forEach(({ key }, i) => {
          const x = args[i]!;
          if (typeof x !== "number") sliceOf(key).fill(x[row]!, 0, filled);
        });
        for (const [i, l] of lanes.entries()) l.fill(nothing(kernel.sums[i]!)); // one per sum
        for (let col = start; col < end; col += SIZE) {
          const n = Math.min(SIZE, end - col);
          kernel.buffers.forEach(({ key, read, perColumn }, i) => {
            if (read) load(sliceOf(key), n, arrays[i]!, perColumn ? col : row * cols + col);
          });
          for (const [operation, o, a, b, c] of this.#operations) operation(o, n, a, b, c);
          kernel.buffers.forEach(({ store }, i) => {
            if (store) write(arrays[i]!, row * cols + col, n, sliceOf(store));
          });
          kernel.sums.forEach((e, i) => {
            addLanes(lanes[i]!, n, sliceOf(operand(e)), e);
          });
          kernel.columnSums.forEach((e, i) => {
            addColumns(accumulators[kernel.sums.length + i]!, col, n, sliceOf(operand(e)), e);
          });
        }
        lanes.forEach((l, i) => {
          const into = accumulators[i]!;
          const index = into.length === 1 ? 0 : row;
          const e = kernel.sums[i]!; // one per accumulator
          into[index] = join(e, into[index]!, join(e, join(e, l[0]!, l[1]!), join(e, l[2]!, l[3]!)));
        });
      }
    }
  }
}

function load(o: Slice, n: number, from: Numbers, start: number): void {
  if (isCoded(from)) decode(from, start, n, o);
  else if (isDrawing(from)) draw(from, start, n, o);
  else for (let i = 0; i < n; i++) o[i] = from[start + i]!;
}
function write(to: Numbers, start: number, n: number, a: Slice): void {
  if (isCoded(to)) encode(to, start, n, a);
  else if (!isDrawing(to)) for (let i = 0; i < n; i++) to[start + i] = a[i]!;
}
function addLanes(lanes: Float64Array, n: number, a: Slice, e: ExprOf<Reduction>): void {
  if (e.op === "sum") for (let i = 0; i < n; i++) lanes[i & 3] = lanes[i & 3]! + a[i]!;
  else for (let i = 0; i < n; i++) lanes[i & 3] = gather(e, lanes[i & 3]!, a[i]!);
}
function addColumns(to: Float64Array, start: number, n: number, a: Slice, e: ExprOf<Reduction>): void {
  for (let i = 0; i < n; i++) to[start + i] = gather(e, to[start + i]!, a[i]!);
}

const interpreters = new WeakMap<Kernel, Interpreter>();

/** Runs a kernel without generating code. */
export function interpret(call: KernelCall): void {
  let known = interpreters.get(call.kernel);
  if (!known) interpreters.set(call.kernel, (known = new Interpreter(call.kernel)));
  known.run(call);
}

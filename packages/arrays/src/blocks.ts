import type { Expr } from "@descent/core/graph";
import { type Kernel, operand } from "@descent/core/kernels";
import { type Coded, decode, encode, isCoded } from "./codec.ts";
import { CHUNK, type Run } from "./run.ts";

/** Elements at a time: two kilobytes, so that every intermediate result stays in the first-level cache. */
const SIZE = 512;

type Block = Float32Array;
type Loop = (o: Block, n: number, a: Block, b: Block, c: Block) => void;

/**
 * Storing into a Float32Array rounds. For + − × ÷ and √ that gives what float32 hardware gives, because float64 has
 * more than twice float32's digits; the rest is defined as the float64 function, rounded.
 */
const loops: Readonly<Record<Exclude<Expr["op"], "sum" | "sumsq" | "matmul" | "transpose" | "const" | "var">, Loop>> = {
  neg: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = -a[i]!;
  },
  sqrt: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.sqrt(a[i]!);
  },
  abs: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.abs(a[i]!);
  },
  sign: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.sign(a[i]!);
  },
  exp: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.exp(a[i]!);
  },
  log: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.log(a[i]!);
  },
  tanh: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.tanh(a[i]!);
  },
  cos: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.cos(a[i]!);
  },
  floor: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.floor(a[i]!);
  },
  not: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = a[i] === 0 ? 1 : 0;
  },
  add: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! + b[i]!;
  },
  sub: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! - b[i]!;
  },
  mul: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! * b[i]!;
  },
  div: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! / b[i]!;
  },
  pow: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! ** b[i]!;
  },
  min: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = Math.min(a[i]!, b[i]!);
  },
  max: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = Math.max(a[i]!, b[i]!);
  },
  lt: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! < b[i]! ? 1 : 0;
  },
  le: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! <= b[i]! ? 1 : 0;
  },
  gt: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! > b[i]! ? 1 : 0;
  },
  ge: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! >= b[i]! ? 1 : 0;
  },
  eq: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i] === b[i] ? 1 : 0;
  },
  ne: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i] !== b[i] ? 1 : 0;
  },
  and: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i] !== 0 && b[i] !== 0 ? 1 : 0;
  },
  or: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i] !== 0 || b[i] !== 0 ? 1 : 0;
  },
  select: (o, n, a, b, c) => {
    for (let i = 0; i < n; i++) o[i] = a[i] !== 0 ? b[i]! : c[i]!;
  },
};

const none: Block = new Float32Array(0);

/** A kernel as a list of tight loops over blocks: no code is generated, so it runs under any content security policy. */
class Interpreter {
  readonly #kernel: Kernel;
  readonly #blocks = new Map<Expr, Block>();
  readonly #steps: readonly (readonly [Loop, Block, Block, Block, Block])[];
  readonly #lanes: readonly Float64Array[];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const { buffers, args, constants, order, sums, columnSums } = kernel;
    const blocks = this.#blocks;
    for (const e of constants) blocks.set(e, new Float32Array(SIZE).fill(e.value as number)); // const nodes hold numbers
    for (const { key } of args) blocks.set(key, new Float32Array(SIZE));
    for (const { key, read } of buffers) if (read) blocks.set(key, new Float32Array(SIZE));
    // A block is free again after the last step that reads it; what is stored or summed is read at the very end.
    const last = new Map<Expr, number>();
    order.forEach((e, i) => {
      for (const a of e.args) last.set(a, i);
    });
    for (const { store } of buffers) if (store) last.set(store, order.length);
    for (const e of [...sums, ...columnSums]) last.set(operand(e), order.length);
    const mine = new Set(order);
    const free: Block[] = [];
    this.#steps = order.map((e, i) => {
      const [a = none, b = none, c = none] = e.args.map((x) => blocks.get(x)!); // children come first
      const out = free.pop() ?? new Float32Array(SIZE);
      blocks.set(e, out);
      for (const x of new Set(e.args)) if (mine.has(x) && last.get(x) === i) free.push(blocks.get(x)!);
      return [loops[e.op as keyof typeof loops], out, a, b, c] as const; // the backend has refused the other operations
    });
    this.#lanes = sums.map(() => new Float64Array(4));
  }

  run({ rows, cols, arrays, args, sums }: Run): void {
    const kernel = this.#kernel;
    const lanes = this.#lanes;
    const block = (e: Expr): Block => this.#blocks.get(e)!; // the constructor gave every expression one
    const filled = Math.min(cols, SIZE);
    kernel.args.forEach(({ key }, i) => {
      const x = args[i]!;
      if (typeof x === "number") block(key).fill(x, 0, filled);
    });
    for (let start = 0; start < cols; start += CHUNK) {
      const end = Math.min(cols, start + CHUNK);
      for (let row = 0; row < rows; row++) {
        kernel.args.forEach(({ key }, i) => {
          const x = args[i]!;
          if (typeof x !== "number") block(key).fill(x[row]!, 0, filled);
        });
        for (const l of lanes) l.fill(0);
        for (let col = start; col < end; col += SIZE) {
          const n = Math.min(SIZE, end - col);
          kernel.buffers.forEach(({ key, read, perColumn }, i) => {
            if (read) load(block(key), n, arrays[i]!, perColumn ? col : row * cols + col);
          });
          for (const [loop, o, a, b, c] of this.#steps) loop(o, n, a, b, c);
          kernel.buffers.forEach(({ store }, i) => {
            if (store) write(arrays[i]!, row * cols + col, n, block(store));
          });
          kernel.sums.forEach((e, i) => {
            addLanes(lanes[i]!, n, block(operand(e)), e.op === "sumsq");
          });
          kernel.columnSums.forEach((e, i) => {
            addColumns(sums[kernel.sums.length + i]!, col, n, block(operand(e)), e.op === "sumsq");
          });
        }
        lanes.forEach((l, i) => {
          const into = sums[i]!;
          const at = into.length === 1 ? 0 : row;
          into[at] = into[at]! + (l[0]! + l[1]! + (l[2]! + l[3]!));
        });
      }
    }
  }
}

function load(o: Block, n: number, from: Float32Array | Coded, at: number): void {
  if (isCoded(from)) decode(from, at, n, o);
  else for (let i = 0; i < n; i++) o[i] = from[at + i]!;
}
function write(to: Float32Array | Coded, at: number, n: number, a: Block): void {
  if (isCoded(to)) encode(to, at, n, a);
  else for (let i = 0; i < n; i++) to[at + i] = a[i]!;
}
function addLanes(lanes: Float64Array, n: number, a: Block, squared: boolean): void {
  for (let i = 0; i < n; i++) {
    const x = a[i]!;
    lanes[i & 3] = lanes[i & 3]! + (squared ? x * x : x);
  }
}
function addColumns(to: Float64Array, at: number, n: number, a: Block, squared: boolean): void {
  for (let i = 0; i < n; i++) {
    const x = a[i]!;
    to[at + i] = to[at + i]! + (squared ? x * x : x);
  }
}

const interpreters = new WeakMap<Kernel, Interpreter>();

/** Runs one loop without generating code. */
export function interpret(run: Run): void {
  let known = interpreters.get(run.kernel);
  if (!known) interpreters.set(run.kernel, (known = new Interpreter(run.kernel)));
  known.run(run);
}

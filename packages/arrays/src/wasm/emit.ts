import { type Expr, isBoolean } from "@descent/core/graph";
import { type Kernel, operand, wasm } from "@descent/core/kernels";
import { declared, type ImportedFunction, isImported } from "./functions.ts";

const { advance, assemble, f32, f32x4, f64, f64x2, func, i32, i32x4, times, v128, when } = wasm;
type Vector = wasm.V128;
type Body = wasm.Body;

/** Operations that are one instruction, which rounds and treats NaN and signed zeros as `Math` does. */
const instructions: Readonly<Partial<Record<Expr["op"], (a: Vector, b: Vector) => Vector>>> = {
  add: f32x4.add,
  sub: f32x4.sub,
  mul: f32x4.mul,
  div: f32x4.div,
  min: f32x4.min,
  max: f32x4.max,
  abs: f32x4.abs,
  neg: f32x4.neg,
  sqrt: f32x4.sqrt,
  floor: f32x4.floor,
  eq: f32x4.eq,
  ne: f32x4.ne,
  lt: f32x4.lt,
  gt: f32x4.gt,
  le: f32x4.le,
  ge: f32x4.ge,
};

/** Vectors of four per turn of the main loop; graphs beyond this many nodes would only spill registers. */
const UNROLL = 4;
const UNROLL_LIMIT = 256;

const LANES = [0, 1, 2, 3] as const;

/**
 * A kernel as a WebAssembly module exporting `k(frame, sums)`. At `frame` lie, four bytes each: the number of elements,
 * a pointer for every buffer and every sum by column, and a float for every argument. It writes one float64 for every
 * sum at `sums`, and adds to the float64 numbers that the sums by column point to. Imports the memory `m.m` and the
 * functions of `imported` that it needs; a module for a memory that threads share does not run in any other, and the
 * reverse. Loads may reach 12 bytes past the last element, stores never do.
 */
export function emit(kernel: Kernel, { shared = false }: { readonly shared?: boolean } = {}): Uint8Array<ArrayBuffer> {
  const imports = new Map([...new Set(kernel.order.map((e) => e.op).filter(isImported))].map((f) => [f, declared(f)]));
  return assemble([loopOf(kernel, imports)], { imports: [...imports.values()], shared });
}

function loopOf(kernel: Kernel, imports: ReadonlyMap<ImportedFunction, wasm.Import>): wasm.Func {
  const { buffers, args, constants, order, sums, columnSums } = kernel;
  return func("k", ["frame", "results"], ({ frame, results }, local) => {
    const turns = local("i32");
    const left = local("i32");
    const pointers = [...buffers, ...columnSums].map(() => local("i32"));
    const accumulators = sums.map(() => [local("v128"), local("v128")] as const);
    const mask = local("v128");
    const values = new Values(kernel, imports, local);
    const { number, localOf, widened, high } = values;

    /** Adds two and two numbers to a sum. */
    const add = (i: number, low: Vector, top: Vector): Body =>
      accumulators[i]!.map((sum, half) => sum.set(f64x2.add(sum, widened(sums[i]!, half === 0 ? low : top))));

    // Stored first is what others are computed from: it need not stay in a register until the end.
    const turnOf = new Map(order.map((e, i) => [e, i]));
    const stored = buffers
      .map(({ key, store }, i) => ({ key, store, pointer: pointers[i]! }))
      .filter((buffer): buffer is typeof buffer & { readonly store: Expr } => buffer.store !== undefined)
      .sort((a, b) => (turnOf.get(a.store) ?? -1) - (turnOf.get(b.store) ?? -1));
    const loads = new Map(buffers.flatMap(({ key, read }, i) => (read ? [[key, pointers[i]!] as const] : [])));

    /**
     * Everything for four elements, `turn` vectors after the pointers. In the middle of the array, where four numbers are
     * stored at once, that is done as soon as they are known.
     */
    const four = (turn: number, middle: boolean): Body => {
      const body: Body[] = [];
      const done = new Set<Expr>();
      const ensure = (e: Expr): void => {
        if (done.has(e)) return;
        done.add(e);
        const pointer = loads.get(e);
        if (pointer !== undefined) body.push(localOf(e).set(v128.load(pointer, 16 * turn)));
        else if (turnOf.has(e)) {
          e.args.forEach(ensure);
          body.push(localOf(e).set(values.compute(e)));
        }
      };
      // Before anything is stored. Two numbers in memory become float64 in one instruction, in a register they take two.
      const fromMemory = (reduction: Expr): boolean => middle && loads.has(operand(reduction));
      for (const [i, reduction] of sums.entries()) {
        if (!fromMemory(reduction)) continue;
        const pointer = loads.get(operand(reduction))!;
        body.push(add(i, v128.load64Zero(pointer, 16 * turn), v128.load64Zero(pointer, 16 * turn + 8)));
      }
      // A buffer that is only read may be the very array that something is stored into.
      for (const { key, read, store } of buffers) if (read && !store) ensure(key);
      for (const { key, store, pointer } of stored) {
        ensure(store);
        ensure(key);
        if (middle) body.push(v128.store(pointer, number(store), 16 * turn));
      }
      for (const reduction of [...sums.filter((e) => !fromMemory(e)), ...columnSums]) ensure(operand(reduction));
      for (const [i, reduction] of sums.entries()) {
        if (fromMemory(reduction)) continue;
        const value = number(operand(reduction));
        const kept = middle ? value : v128.and(value, mask);
        body.push(add(i, kept, high(kept)));
      }
      for (const [i, reduction] of columnSums.entries()) {
        const value = number(operand(reduction));
        const pointer = pointers[buffers.length + i]!;
        for (const [half, pair] of [value, high(value)].entries()) {
          const offset = 32 * turn + 16 * half;
          const total = f64x2.add(v128.load(pointer, offset), widened(reduction, pair));
          body.push(v128.store(pointer, total, offset));
        }
      }
      return body;
    };
    const forward = (turns: number): Body =>
      pointers.map((pointer, i) => advance(pointer, (i < buffers.length ? 16 : 32) * turns));
    const unroll = order.length > UNROLL_LIMIT ? 1 : UNROLL;
    const each = (store: (pointer: wasm.I32, value: Vector) => wasm.Statement): Body =>
      stored.map((buffer) => store(buffer.pointer, number(buffer.store)));

    return [
      left.set(i32.load(frame)),
      pointers.map((pointer, i) => pointer.set(i32.load(frame, 4 * (1 + i)))),
      args.map(({ key }, i) => localOf(key).set(v128.load32Splat(frame, 4 * (1 + pointers.length + i)))),
      constants.map((e) => localOf(e).set(f32x4.all(e.value))),

      turns.set(i32.shrU(left, Math.log2(4 * unroll))),
      times(
        turns,
        Array.from({ length: unroll }, (_, turn) => four(turn, true)),
        forward(unroll),
      ),

      // The rest, four at a time; what lies beyond the end is neither stored nor summed.
      left.set(i32.and(left, 4 * unroll - 1)),
      wasm.unless(
        i32.eqz(left),
        wasm.doWhile(
          i32.gtS(left.tee(i32.sub(left, 4)), 0),
          sums.length > 0 ? mask.set(i32x4.gtS(i32x4.splat(left), i32x4.const(...LANES))) : [],
          four(0, false),
          stored.length > 0
            ? when(
                i32.geS(left, 4),
                each((pointer, value) => v128.store(pointer, value)),
                when(
                  i32.and(left, 2),
                  [
                    each((pointer, value) => v128.store64Lane(0, pointer, value)),
                    when(
                      i32.and(left, 1),
                      each((pointer, value) => v128.store32Lane(2, pointer, value, 8)),
                    ),
                  ],
                  each((pointer, value) => v128.store32Lane(0, pointer, value)),
                ),
              )
            : [],
          forward(1),
        ),
      ),

      accumulators.map((halves, i) => {
        const [low, top] = halves.map((x) => f64.add(f64x2.extractLane(0, x), f64x2.extractLane(1, x)));
        return f64.store(results, f64.add(low!, top!), 8 * i); // two halves
      }),
    ];
  });
}

/** The values of a kernel's expressions, four elements at a time, in locals of their own. */
class Values {
  readonly #locals: ReadonlyMap<Expr, wasm.Local<"v128">>;
  readonly #computed: ReadonlySet<Expr>;
  readonly #imports: ReadonlyMap<ImportedFunction, wasm.Import>;
  readonly #scratch: wasm.Local<"v128">;

  constructor(
    { constants, args, buffers, order }: Kernel,
    imports: ReadonlyMap<ImportedFunction, wasm.Import>,
    local: wasm.NewLocal,
  ) {
    this.#imports = imports;
    this.#scratch = local("v128");
    // A vector may be stored under the very expression that is computed for it: then the second local is the value's.
    const given = [...constants, ...args.map((a) => a.key), ...buffers.filter((b) => b.read).map((b) => b.key)];
    this.#locals = new Map([...given, ...order].map((e) => [e, local("v128")]));
    this.#computed = new Set(order);
  }

  readonly localOf = (e: Expr): wasm.Local<"v128"> => this.#locals.get(e)!; // every expression of the kernel has one

  readonly number = (e: Expr): Vector => {
    const value = this.localOf(e);
    return this.#isTruth(e) ? v128.and(value, f32x4.all(1)) : value;
  };

  #truth(e: Expr): Vector {
    const value = this.localOf(e);
    return this.#isTruth(e) ? value : f32x4.ne(value, f32x4.all(0));
  }

  #isTruth(e: Expr): boolean {
    return this.#computed.has(e) && isBoolean(e);
  }

  compute(e: Expr): Vector {
    const { number } = this;
    const [a, b, c] = e.args as readonly [Expr, Expr, Expr]; // as many as the operation reads
    const instruction = instructions[e.op];
    if (instruction) return instruction(number(a), b && number(b));
    switch (e.op) {
      case "and":
        return v128.and(this.#truth(a), this.#truth(b));
      case "or":
        return v128.or(this.#truth(a), this.#truth(b));
      case "not":
        return v128.not(this.#truth(a));
      case "select":
        return v128.bitselect(number(b), number(c), this.#truth(a));
      case "sign": {
        // ±1 by the sign bit where x is neither zero nor NaN; those are their own signs.
        const one = v128.or(v128.and(number(a), f32x4.all(-0)), f32x4.all(1));
        return v128.bitselect(one, number(a), f32x4.gt(f32x4.abs(number(a)), f32x4.all(0)));
      }
    }
    if (!isImported(e.op)) throw new TypeError(`\`${e.op}\` does not work element by element`);
    const f = this.#imports.get(e.op)!; // those of the kernel are
    const lane = (i: number, x: Expr): wasm.F64 => f64.promote(f32x4.extractLane(i, number(x)));
    return LANES.reduce(
      (out, i) => f32x4.replaceLane(i, out, f32.demote(f.call(...e.args.map((x) => lane(i, x))))),
      number(a),
    );
  }

  /** Two of the four numbers in float64, squared if the reduction says so. */
  readonly widened = ({ op }: Expr, value: Vector): Vector => {
    const wide = f64x2.promoteLow(value);
    return op === "sum" ? wide : f64x2.mul(this.#scratch.tee(wide), this.#scratch);
  };

  /** The upper two numbers, as the lower two. */
  readonly high = (value: Vector): Vector => f32x4.shuffle(value, value, 2, 3, 2, 3);
}

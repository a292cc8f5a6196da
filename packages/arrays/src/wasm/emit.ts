import { arity, type Expr, type ExprOf, isBoolean, type Reduction, type ScalarOp } from "@descent/core/graph";
import { type Distribution, type Kernel, operand, wasm } from "@descent/core/kernels";
import { bfloat16 } from "../codec/bfloat16.ts";
import { BLOCK, type Codec } from "../codec/codec.ts";
import { float8 } from "../codec/float8.ts";
import type { Keeping, Where } from "../codec/keeping.ts";
import { random } from "./draw.ts";

const { advance, assemble, f32, f32x4, f64, f64x2, func, i32, i32x4, repeat, select, times, v128, when } = wasm;
type Vector = wasm.V128;
type Body = wasm.Body;

/** One instruction, which rounds and treats NaN and signed zeros as `Math` does. */
const one =
  (instruction: (a: Vector, b: Vector) => Vector): Operation =>
  ({ number }, a, b) =>
    instruction(number(a), b && number(b));
/** Four values in four lanes of a vector, from operands of which some have only one or two. */
type Operation = (values: Values, a: Expr, b: Expr, c: Expr) => Vector;

/**
 * Every operation on elements. Those `imported` have no instruction: JavaScript computes them, one element after the other,
 * in double precision, by core's own table.
 */
const operations: Readonly<Record<ScalarOp, Operation | "imported">> = {
  add: one(f32x4.add),
  sub: one(f32x4.sub),
  mul: one(f32x4.mul),
  div: one(f32x4.div),
  min: one(f32x4.min),
  max: one(f32x4.max),
  abs: one(f32x4.abs),
  neg: one(f32x4.neg),
  sqrt: one(f32x4.sqrt),
  floor: one(f32x4.floor),
  eq: one(f32x4.eq),
  ne: one(f32x4.ne),
  lt: one(f32x4.lt),
  gt: one(f32x4.gt),
  le: one(f32x4.le),
  ge: one(f32x4.ge),
  and: ({ truth }, a, b) => v128.and(truth(a), truth(b)),
  or: ({ truth }, a, b) => v128.or(truth(a), truth(b)),
  not: ({ truth }, a) => v128.not(truth(a)),
  select: ({ number, truth }, a, b, c) => v128.bitselect(number(b), number(c), truth(a)),
  sign: ({ number }, a) => {
    // ±1 by the sign bit where x is neither zero nor NaN; those are their own signs.
    const unit = v128.or(v128.and(number(a), f32x4.all(-0)), f32x4.all(1));
    return v128.bitselect(unit, number(a), f32x4.gt(f32x4.abs(number(a)), f32x4.all(0)));
  },
  exp: "imported",
  log: "imported",
  tanh: "imported",
  cos: "imported",
  sin: "imported",
  erf: "imported",
  atan2: "imported",
  pow: "imported",
  mod: "imported",
};
const operationOf = ({ op }: Expr): Operation | "imported" => operations[op as ScalarOp]; // kernels hold no other operations

/** Vectors of four per turn of the main loop; graphs beyond this many nodes would only spill registers. */
const UNROLL = 4;
const UNROLL_LIMIT = 256;

const LANES = [0, 1, 2, 3] as const;

/**
 * A kernel as a WebAssembly module exporting `k(frame, sums)`. At `frame` lie, four bytes each: the number of elements,
 * a pointer for every buffer and every sum by column, and a float for every argument. It writes one float64 for every
 * sum at `sums`, and adds to the float64 numbers that the sums by column point to. Imports the memory `m.m` and the
 * operations without an instruction; a module for a memory that threads share does not run in any other, and the
 * reverse. Loads may reach 12 bytes past the last element, stores never do.
 */
export function emit(
  kernel: Kernel,
  { shared = false, kinds }: { readonly shared?: boolean; readonly kinds?: Kinds | undefined } = {},
): Uint8Array<ArrayBuffer> {
  const called = kernel.order.filter((e) => operationOf(e) === "imported").map((e) => e.op as ScalarOp); // as above
  const imports = new Map([...new Set(called)].map((op) => [op, new wasm.Import(op, arity[op])]));
  return assemble([loopOf(kernel, imports, kinds)], { imports: [...imports.values()], shared });
}

type Imports = ReadonlyMap<Expr["op"], wasm.Import>;

/**
 * How the numbers of a buffer are kept: as float32 in memory, by a codec, or nowhere, because they are drawn. float8 works with
 * blocks of either form, and faster with those of the form that it is made for.
 */
export type Kind = "float32" | Codec | "unsigned float8" | Distribution;
/** Of every buffer of a kernel. */
export type Kinds = readonly Kind[];

function keepingOf(kind: Kind, pointer: wasm.Local<"i32">, local: wasm.NewLocal, stored: boolean): Keeping | undefined {
  switch (kind) {
    case "float32":
      return undefined;
    case "bfloat16":
      return bfloat16(pointer, local);
    case "float8":
      return float8(pointer, local, { usual: "signed", stored });
    case "unsigned float8":
      return float8(pointer, local, { usual: "unsigned", stored });
    default:
      return random(kind, local);
  }
}

/** Operations whose results are never NaN without its first digit, which a codec of fewer digits would take for infinity. */
const settling: ReadonlySet<Expr["op"]> = new Set(["add", "sub", "mul", "div", "sqrt"]);

function loopOf(kernel: Kernel, imports: Imports, kinds: Kinds | undefined): wasm.Func {
  const { buffers, args, constants, order, sums, columnSums } = kernel;
  return func("k", ["frame", "results"], ({ frame, results }, local) => {
    const turns = local("i32");
    const left = local("i32");
    const all = local("i32");
    const pointers = [...buffers, ...columnSums].map(() => local("i32"));
    const accumulators = sums.map(() => [local("v128"), local("v128")] as const);
    const mask = local("v128");
    const values = new Values(kernel, imports, local);
    const { number, localOf, gathered, high } = values;
    const keepings = buffers.map(({ store }, i) =>
      keepingOf(kinds?.[i] ?? "float32", pointers[i]!, local, store !== undefined),
    );
    const kept = keepings.filter((one) => one !== undefined);
    const blocks = kept.flatMap(({ block }) => block ?? []);

    /** Adds two and two numbers to a sum. */
    const add = (i: number, low: Vector, top: Vector): Body =>
      accumulators[i]!.map((sum, half) => sum.set(gathered(sums[i]!, sum, half === 0 ? low : top)));

    // Stored first is what others are computed from: it need not stay in a register until the end.
    const turnOf = new Map(order.map((e, i) => [e, i]));
    const stored = buffers
      .map(({ key, store }, i) => ({ key, store, pointer: pointers[i]!, keeping: keepings[i] }))
      .filter((buffer): buffer is typeof buffer & { readonly store: Expr } => buffer.store !== undefined)
      .sort((a, b) => (turnOf.get(a.store) ?? -1) - (turnOf.get(b.store) ?? -1));
    const plain = stored.filter(({ keeping }) => !keeping);
    const coded = stored.flatMap(({ keeping, store }) => (keeping?.write ? [{ write: keeping.write, store }] : []));
    const loads = new Map(buffers.flatMap(({ key, read }, i) => (read ? [[key, pointers[i]!] as const] : [])));
    const keepingOfKey = new Map(buffers.flatMap(({ key, read }, i) => (read ? [[key, keepings[i]] as const] : [])));
    const settled = (e: Expr): Vector => (settling.has(e.op) ? number(e) : f32x4.add(number(e), f32x4.all(-0)));

    /**
     * Everything for four elements, `turn` vectors after the pointers. In the middle of the array, where four numbers are
     * stored at once, that is done as soon as they are known.
     */
    const four = (turn: number, where: Where): Body => {
      const middle = where !== "rest";
      const body: Body[] = [];
      const done = new Set<Expr>();
      const ensure = (e: Expr): void => {
        if (done.has(e)) return;
        done.add(e);
        const pointer = loads.get(e);
        const keeping = keepingOfKey.get(e);
        if (keeping) body.push(localOf(e).set(keeping.read(turn, where)));
        else if (pointer !== undefined) body.push(localOf(e).set(v128.load(pointer, 16 * turn)));
        else if (turnOf.has(e)) {
          e.args.forEach(ensure);
          body.push(localOf(e).set(values.compute(e)));
        }
      };
      // Before anything is stored. Two numbers in memory become float64 in one instruction, in a register they take two.
      const fromMemory = (reduction: Expr): boolean =>
        middle && loads.has(operand(reduction)) && !keepingOfKey.get(operand(reduction));
      for (const [i, reduction] of sums.entries()) {
        if (!fromMemory(reduction)) continue;
        const pointer = loads.get(operand(reduction))!;
        body.push(add(i, v128.load64Zero(pointer, 16 * turn), v128.load64Zero(pointer, 16 * turn + 8)));
      }
      // A buffer that is only read may be the very array that something is stored into.
      for (const { key, read, store } of buffers) if (read && !store) ensure(key);
      for (const { key, store, pointer, keeping } of stored) {
        ensure(store);
        ensure(key);
        if (keeping) {
          if (middle) body.push(keeping.write!(turn, settled(store), where)); // what is stored is kept by a codec
        } else if (middle) body.push(v128.store(pointer, number(store), 16 * turn));
      }
      for (const reduction of [...sums.filter((e) => !fromMemory(e)), ...columnSums]) ensure(operand(reduction));
      for (const [i, reduction] of sums.entries()) {
        if (fromMemory(reduction)) continue;
        const value = number(operand(reduction));
        const rest =
          reduction.op === "largest" ? v128.bitselect(value, f32x4.all(-Infinity), mask) : v128.and(value, mask);
        const kept = middle ? value : rest;
        body.push(add(i, kept, high(kept)));
      }
      for (const [i, reduction] of columnSums.entries()) {
        const value = number(operand(reduction));
        const pointer = pointers[buffers.length + i]!;
        for (const [half, pair] of [value, high(value)].entries()) {
          const offset = 32 * turn + 16 * half;
          const total = gathered(reduction, v128.load(pointer, offset), pair);
          body.push(v128.store(pointer, total, offset));
        }
      }
      return body;
    };
    const forward = (turns: number, where: Where): Body =>
      pointers.map((pointer, i) =>
        i < buffers.length && keepings[i]
          ? keepings[i].forward(4 * turns, where)
          : advance(pointer, (i < buffers.length ? 16 : 32) * turns),
      );
    const unroll = order.length > UNROLL_LIMIT && kept.length === 0 ? 1 : UNROLL;
    const each = (store: (pointer: wasm.I32, value: Vector) => wasm.Statement): Body =>
      plain.map((buffer) => store(buffer.pointer, number(buffer.store)));
    const sixteen = kept.map((one) => one.sixteen?.() ?? []);
    let word = 1 + pointers.length + args.length;
    const begin = kept.map((one) => {
      const first = word;
      word += one.words;
      return one.begin((i) => i32.load(frame, 4 * (first + i)));
    });

    const unrolled = (where: Where): Body => [
      sixteen,
      Array.from({ length: unroll }, (_, turn) => four(turn, where)),
      forward(unroll, where),
    ];
    /** As many numbers as are left. */
    const whole: Body = [
      turns.set(i32.shrU(left, Math.log2(4 * unroll))),
      times(turns, unrolled("middle")),

      // The rest, four at a time; what lies beyond the end is neither stored nor summed.
      left.set(i32.and(left, 4 * unroll - 1)),
      wasm.unless(
        i32.eqz(left),
        sixteen,
        wasm.doWhile(
          i32.gtS(left.tee(i32.sub(left, 4)), 0),
          sums.length > 0 || coded.length > 0 ? mask.set(i32x4.gtS(i32x4.splat(left), i32x4.const(...LANES))) : [],
          four(0, "rest"),
          plain.length > 0
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
          coded.map(({ write, store }) => write(0, v128.and(settled(store), mask), "rest")),
          forward(1, "rest"),
        ),
      ),
    ];

    return [
      left.set(i32.load(frame)),
      pointers.map((pointer, i) => pointer.set(i32.load(frame, 4 * (1 + i)))),
      args.map(({ key }, i) => localOf(key).set(v128.load32Splat(frame, 4 * (1 + pointers.length + i)))),
      constants.map((e) => localOf(e).set(f32x4.all(e.value))),
      accumulators.map((halves, i) =>
        sums[i]!.op === "largest" ? halves.map((half) => half.set(f64x2.all(-Infinity))) : [],
      ),

      begin,
      blocks.length === 0
        ? whole
        : [
            all.set(left),
            wasm.doWhile(
              i32.gtS(all.tee(i32.sub(all, BLOCK)), 0),
              left.set(select(i32.const(BLOCK), all, i32.gtS(all, BLOCK))),
              blocks.map(({ open }) => open(i32.and(left, BLOCK - 1))),
              when(
                blocks.reduce((all, { usual }) => i32.and(all, usual()), i32.eq(left, BLOCK)),
                [turns.set(i32.const(BLOCK / (4 * unroll))), repeat(turns, unrolled("usual"))],
                whole,
              ),
              blocks.map(({ close }) => close()),
            ),
          ],

      accumulators.map((halves, i) => {
        const { op } = sums[i]!; // one per accumulator
        const join = op === "largest" ? f64.max : f64.add;
        const [low, top] = halves.map((x) => join(f64x2.extractLane(0, x), f64x2.extractLane(1, x)));
        return f64.store(results, join(low!, top!), 8 * i); // two halves
      }),
    ];
  });
}

/** The values of a kernel's expressions, four elements at a time, in locals of their own. */
class Values {
  readonly #locals: ReadonlyMap<Expr, wasm.Local<"v128">>;
  readonly #computed: ReadonlySet<Expr>;
  readonly #imports: Imports;
  readonly #scratch: wasm.Local<"v128">;

  constructor({ constants, args, buffers, order }: Kernel, imports: Imports, local: wasm.NewLocal) {
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

  readonly truth = (e: Expr): Vector => {
    const value = this.localOf(e);
    return this.#isTruth(e) ? value : f32x4.ne(value, f32x4.all(0));
  };

  #isTruth(e: Expr): boolean {
    return this.#computed.has(e) && isBoolean(e);
  }

  compute(e: Expr): Vector {
    const { number } = this;
    const [a, b, c] = e.args as readonly [Expr, Expr, Expr]; // as many as the operation reads
    const operation = operationOf(e);
    if (operation !== "imported") return operation(this, a, b, c);
    const f = this.#imports.get(e.op)!; // those of the kernel are
    const lane = (i: number, x: Expr): wasm.F64 => f64.promote(f32x4.extractLane(i, number(x)));
    return LANES.reduce(
      (out, i) => f32x4.replaceLane(i, out, f32.demote(f.call(...e.args.map((x) => lane(i, x))))),
      number(a),
    );
  }

  /** A reduction with two more numbers, the lower two of four, in float64. */
  readonly gathered = ({ op }: ExprOf<Reduction>, so: Vector, value: Vector): Vector => {
    const wide = f64x2.promoteLow(value);
    if (op === "largest") return f64x2.max(so, wide);
    return f64x2.add(so, op === "sum" ? wide : f64x2.mul(this.#scratch.tee(wide), this.#scratch));
  };

  /** The upper two numbers, as the lower two. */
  readonly high = (value: Vector): Vector => f32x4.shuffle(value, value, 2, 3, 2, 3);
}

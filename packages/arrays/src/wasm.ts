import { type Expr, isBoolean } from "@descent/core/graph";
import { type Kernel, operand } from "@descent/core/kernels";
import {
  AND,
  assemble,
  BITSELECT,
  BLOCK,
  BREAK_IF,
  type Bytes,
  CONST,
  DEMOTE,
  ELSE,
  END,
  F32X4_ABS,
  F32X4_ADD,
  F32X4_EXTRACT,
  F32X4_GT,
  F32X4_MUL,
  F32X4_NE,
  F32X4_REPLACE,
  F64,
  F64_ADD,
  F64_STORE,
  F64X2_ADD,
  F64X2_EXTRACT,
  F64X2_MUL,
  F64X2_PROMOTE_LOW,
  functionType,
  get,
  HIGH_HALF,
  I32,
  I32_ADD,
  I32_AND,
  I32_EQZ,
  I32_GE,
  I32_GT,
  I32_LOAD,
  I32_SHIFT_RIGHT,
  I32_SUB,
  I32X4_GT,
  I32X4_SPLAT,
  IF,
  int,
  LOAD,
  LOAD_SPLAT,
  LOAD_TWO,
  LOOP,
  NOT,
  OR,
  PROMOTE,
  STORE,
  STORE_LANE,
  STORE_TWO_LANES,
  set,
  simd,
  splat,
  tee,
  unsigned,
  V128,
} from "./assembler.ts";

import { type ImportedFunction, imported } from "./functions.ts";

/** Operations that are one instruction, which rounds and treats NaN and signed zeros as `Math` does. */
const instructions: Readonly<Partial<Record<Expr["op"], Bytes>>> = {
  add: F32X4_ADD,
  sub: simd(0xe5),
  mul: F32X4_MUL,
  div: simd(0xe7),
  min: simd(0xe8),
  max: simd(0xe9),
  abs: F32X4_ABS,
  neg: simd(0xe1),
  sqrt: simd(0xe3),
  floor: simd(0x68),
  eq: simd(0x41),
  ne: F32X4_NE,
  lt: simd(0x43),
  gt: F32X4_GT,
  le: simd(0x45),
  ge: simd(0x46),
};

const isImported = (op: Expr["op"]): op is ImportedFunction => op in imported;

/** Vectors of four in one turn of the main loop; graphs beyond this many nodes would only spill registers. */
const UNROLL = 4;
const UNROLL_LIMIT = 256;

/**
 * A kernel as a WebAssembly module exporting `k(frame, sums)`. At `frame` lie, four bytes each: the number of elements,
 * a pointer for every buffer and every sum by column, and a float for every argument. It writes one float64 for every
 * sum at `sums`, and adds to the float64 numbers that the sums by column point to. Imports the memory `m.m` and the
 * functions of `imported` that it needs; a module for a memory that threads share runs in no other, and the reverse.
 * Loads may reach 12 bytes past the last element, stores never do.
 */
export function emit(kernel: Kernel, { shared = false }: { readonly shared?: boolean } = {}): Uint8Array<ArrayBuffer> {
  const { buffers, args, constants, order, sums, columnSums } = kernel;
  const code: number[] = [];
  const put = (...parts: readonly Bytes[]): void => {
    for (const part of parts) for (const byte of part) code.push(byte);
  };

  const [FRAME, SUMS] = [0, 1] as const;
  let locals = 2;
  const turns = locals++;
  const left = locals++;
  const pointers = [...buffers, ...columnSums].map(() => locals++);
  const integers = locals - 2;
  const accumulators = sums.map(() => [locals++, locals++] as const);
  const mask = locals++;
  const scratch = locals++;
  const local = new Map<Expr, number>();
  for (const e of [...constants, ...args.map((a) => a.key), ...buffers.filter((b) => b.read).map((b) => b.key)])
    local.set(e, locals++);
  // A vector may be stored under the very expression that is computed for it.
  for (const e of order) local.set(e, locals++);
  const computed = new Set(order);

  const number = (e: Expr): Bytes => {
    const value = get(local.get(e)!);
    return computed.has(e) && isBoolean(e) ? [...value, ...splat(1), ...AND] : value;
  };
  const truth = (e: Expr): Bytes => {
    const value = get(local.get(e)!);
    return computed.has(e) && isBoolean(e) ? value : [...value, ...splat(0), ...F32X4_NE];
  };

  const functions = [...new Set(order.map((e) => e.op).filter(isImported))];
  const compute = (e: Expr): void => {
    const [a, b, c] = e.args as readonly [Expr, Expr, Expr]; // as many as the operation reads
    const instruction = instructions[e.op];
    if (instruction) put(...e.args.map(number), instruction);
    else if (e.op === "and" || e.op === "or") put(truth(a), truth(b), e.op === "and" ? AND : OR);
    else if (e.op === "not") put(truth(a), NOT);
    else if (e.op === "select") put(number(b), number(c), truth(a), BITSELECT);
    else if (e.op === "sign") {
      // ±1 by the sign bit where x is neither zero nor NaN; those are their own signs.
      put(number(a), splat(-0), AND, splat(1), OR, number(a), number(a), F32X4_ABS, splat(0), F32X4_GT, BITSELECT);
    } else if (isImported(e.op)) {
      const call = [0x10, ...unsigned(functions.indexOf(e.op))];
      put(number(a));
      for (const lane of [0, 1, 2, 3]) {
        for (const arg of e.args) put(number(arg), F32X4_EXTRACT, [lane], PROMOTE);
        put(call, DEMOTE, F32X4_REPLACE, [lane]);
      }
    } else throw new TypeError(`\`${e.op}\` is no operation on elements`);
    put(set(local.get(e)!));
  };

  /** Two of the four numbers in float64, squared if the reduction says so. */
  const widened = (reduction: Expr, value: Bytes): Bytes =>
    reduction.op === "sum"
      ? [...value, ...F64X2_PROMOTE_LOW]
      : [...value, ...F64X2_PROMOTE_LOW, ...set(scratch), ...get(scratch), ...get(scratch), ...F64X2_MUL];
  const high = (value: Bytes): Bytes => [...value, ...value, ...HIGH_HALF];

  /** Adds two and two numbers to a sum. */
  const add = (i: number, low: Bytes, top: Bytes): void => {
    for (const [accumulator, value] of [
      [accumulators[i]![0], low],
      [accumulators[i]![1], top],
    ] as const)
      put(get(accumulator), widened(sums[i]!, value), F64X2_ADD, set(accumulator));
  };

  // What others are computed from is stored first: it need not stay in a register until the end.
  const at = new Map(order.map((e, i) => [e, i]));
  const stored = buffers
    .map(({ key, read, store }, i) => ({ key, read, store, pointer: pointers[i]! }))
    .filter((buffer): buffer is typeof buffer & { readonly store: Expr } => buffer.store !== undefined)
    .sort((a, b) => (at.get(a.store) ?? -1) - (at.get(b.store) ?? -1));
  const loads = new Map(buffers.flatMap(({ key, read }, i) => (read ? [[key, pointers[i]!] as const] : [])));

  /**
   * Everything for four elements, `turn` vectors after the pointers. In the middle of the array, where four numbers are
   * stored at once, that is done as soon as they are known.
   */
  const four = (turn: number, middle: boolean): void => {
    const done = new Set<Expr>();
    const ensure = (e: Expr): void => {
      if (done.has(e)) return;
      done.add(e);
      const pointer = loads.get(e);
      if (pointer !== undefined) put(get(pointer), LOAD, unsigned(16 * turn), set(local.get(e)!));
      else if (computed.has(e)) {
        e.args.forEach(ensure);
        compute(e);
      }
    };
    // Before anything is stored. Two numbers in memory become float64 in one instruction, in a register they take two.
    const fromMemory = (reduction: Expr): boolean => middle && loads.has(operand(reduction));
    sums.forEach((reduction, i) => {
      if (!fromMemory(reduction)) return;
      const pointer = get(loads.get(operand(reduction))!);
      const two = (offset: number): Bytes => [...pointer, ...LOAD_TWO, ...unsigned(16 * turn + offset)];
      add(i, two(0), two(8));
    });
    // What is only read may be the very array that something is stored into.
    for (const { key, read, store } of buffers) if (read && !store) ensure(key);
    for (const { key, store, pointer } of stored) {
      ensure(store);
      ensure(key);
      if (middle) put(get(pointer), number(store), STORE, unsigned(16 * turn));
    }
    for (const reduction of [...sums.filter((e) => !fromMemory(e)), ...columnSums]) ensure(operand(reduction));
    const kept = (e: Expr): Bytes => (middle ? number(e) : [...number(e), ...get(mask), ...AND]);
    sums.forEach((reduction, i) => {
      const value = kept(operand(reduction));
      if (!fromMemory(reduction)) add(i, value, high(value));
    });
    columnSums.forEach((reduction, i) => {
      const value = number(operand(reduction));
      const pointer = get(pointers[buffers.length + i]!);
      for (const [offset, half] of [
        [0, value],
        [16, high(value)],
      ] as const) {
        const at = unsigned(32 * turn + offset);
        put(pointer, pointer, LOAD, at, widened(reduction, half), F64X2_ADD, STORE, at);
      }
    });
  };
  const stores = (instruction: Bytes, offset: number, ...lane: number[]): void => {
    for (const { store, pointer } of stored) put(get(pointer), number(store), instruction, unsigned(offset), lane);
  };
  const advance = (turn: number): void => {
    for (const [i, pointer] of pointers.entries())
      put(get(pointer), int((i < buffers.length ? 16 : 32) * turn), I32_ADD, set(pointer));
  };

  put(get(FRAME), I32_LOAD, [0], set(left));
  for (const [i, pointer] of pointers.entries()) put(get(FRAME), I32_LOAD, unsigned(4 * (1 + i)), set(pointer));
  for (const [i, { key }] of args.entries())
    put(get(FRAME), LOAD_SPLAT, unsigned(4 * (1 + pointers.length + i)), set(local.get(key)!));
  for (const e of constants) put(splat(e.value as number), set(local.get(e)!)); // const nodes hold numbers

  const unroll = order.length > UNROLL_LIMIT ? 1 : UNROLL;
  put(get(left), int(Math.log2(4 * unroll)), I32_SHIFT_RIGHT, set(turns));
  put(BLOCK, get(turns), I32_EQZ, BREAK_IF, [0], LOOP);
  for (let turn = 0; turn < unroll; turn++) four(turn, true);
  advance(unroll);
  put(get(turns), int(1), I32_SUB, tee(turns), BREAK_IF, [0], END, END);

  // What is left, four at a time; what lies beyond the end is neither stored nor summed.
  put(get(left), int(4 * unroll - 1), I32_AND, set(left));
  put(BLOCK, get(left), I32_EQZ, BREAK_IF, [0], LOOP);
  if (sums.length > 0)
    put(get(left), I32X4_SPLAT, CONST, ...[0, 1, 2, 3].map((i) => [i, 0, 0, 0]), I32X4_GT, set(mask));
  four(0, false);
  if (buffers.some((b) => b.store)) {
    put(get(left), int(4), I32_GE, IF);
    stores(STORE, 0);
    put(ELSE, get(left), int(2), I32_AND, IF);
    stores(STORE_TWO_LANES, 0, 0);
    put(get(left), int(1), I32_AND, IF);
    stores(STORE_LANE, 8, 2);
    put(END, ELSE);
    stores(STORE_LANE, 0, 0);
    put(END, END);
  }
  advance(1);
  put(get(left), int(4), I32_SUB, tee(left), int(0), I32_GT, BREAK_IF, [0], END, END);

  accumulators.forEach(([low, top], i) => {
    put(get(SUMS), get(low), F64X2_EXTRACT, [0], get(low), F64X2_EXTRACT, [1], F64_ADD);
    put(get(top), F64X2_EXTRACT, [0], get(top), F64X2_EXTRACT, [1], F64_ADD, F64_ADD, F64_STORE, unsigned(8 * i));
  });
  put(END);

  return assemble({
    shared,
    types: [functionType([I32, I32], []), functionType([F64], [F64]), functionType([F64, F64], [F64])],
    imports: functions.map((name) => ({ name, type: name === "pow" ? 2 : 1 })),
    functions: [
      {
        name: "k",
        type: 0,
        locals: [
          [integers, I32],
          [locals - 2 - integers, V128],
        ],
        code,
      },
    ],
  });
}

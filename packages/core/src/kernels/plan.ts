import { isRecord, takes } from "../errors.ts";
import { checkExpr, type Expr, type ExprOf, isMatrixOp, variable } from "../expr.ts";
import { type Compute, Sheet } from "../host.ts";
import { isMatrixFunction, matrixFunctions } from "../matrix-functions.ts";
import type { Reduction } from "../operations.ts";
import { flag, knownOptions } from "../options.ts";
import type { Matrix } from "../parameter.ts";
import { checkProgram, type Program, type SlotSpec } from "../program.ts";
import { shapes } from "../shapes.ts";
import { sameSize } from "../sizes.ts";
import { type Domain, type Kernel, kernel, operand, reach } from "./kernel.ts";
import { isSymmetric, layOut, type Placed } from "./matrices.ts";
import type { Product, Work } from "./work.ts";

/** The part of a plan that can run once the reductions of the stage before are known. */
export interface Stage {
  /** Computes what is one number per tensor or model and needed here, on the plan's sheet, from what is known so far. */
  readonly compute: Compute;
  readonly work: readonly Work[];
  /** The sums over the model that this stage takes, and text that is equal for equal sums of two rules. */
  readonly model: readonly { readonly sum: ExprOf<Reduction>; readonly spelt: string }[];
}

/** Numbers by row or by column: a slot's, or made by its work. */
export interface Vector {
  /** The expression whose values it holds. */
  readonly key: Expr;
  /** The slot that it is; undefined for one that the plan makes. */
  readonly input: string | undefined;
  /** The matrix whose rows or columns they belong to; `undefined` where that is the parameter's. */
  readonly matrix: Matrix | undefined;
}

/**
 * A program in the order in which it is computed. What is one number (`values`) is float64 and kept by expression; so
 * are the float32 `vectors` by row and by column, and the `matrices` that are neither a variable nor gone after a loop.
 */
export interface KernelPlan {
  /** Where each number has its place: scalars of the program, `values`, sums, and what stages compute. */
  readonly sheet: Sheet;
  readonly stages: readonly Stage[];
  readonly kernels: readonly Kernel[];
  /** Slots of one number, read before the first stage. */
  readonly values: readonly { readonly input: string; readonly key: Expr }[];
  readonly vectors: readonly Vector[];
  /** The slot that holds a value stored early, where the value is neither a variable nor a matrix. */
  readonly stored: ReadonlyMap<Expr, string>;
  /** Where in a workspace of `workspace` floats each matrix lies; those of which one is read last before the other is made share room. */
  readonly matrices: readonly Placed[];
  /** How many floats the workspace needs. */
  readonly workspace: number;
  /** New values of slots of one number, written after the last stage. */
  readonly stores: readonly { readonly input: string; readonly value: Expr }[];
  /** Whether a step must take the sums of all jobs before it can finish any, or change what they all read. */
  readonly model: boolean;
  /**
   * Whether its loops run over elements alone, and its numbers are all the host's or the model's: then jobs whose scalars
   * agree share every number, and where they lie together a loop without sums may run over all of them.
   */
  readonly merges: boolean;
}

const plans = new WeakMap<Program, Map<string, KernelPlan>>();

/**
 * The plan of a program for matrices of a size, made once; the size matters only where there are products. With `early`
 * a slot that a loop for sums has computed on its way is stored by it, and later loops read the slot.
 */
export function kernelPlan(
  program: Program,
  matrix: Matrix = { rows: 1, cols: 1 },
  options: { readonly early?: boolean } = {},
): KernelPlan {
  checkProgram("kernelPlan", program);
  takes("kernelPlan", "the size of a matrix: { rows, cols }", matrix, isRecord(matrix));
  const { early = false } = knownOptions("kernelPlan", options, ["early"]);
  flag("kernelPlan", { early });
  let known = plans.get(program);
  if (!known) plans.set(program, (known = new Map()));
  const key = `${early} ${shapes(program, matrix) ? `${matrix.rows}x${matrix.cols}` : ""}`;
  let made = known.get(key);
  if (!made) known.set(key, (made = make(program, matrix, early)));
  return made;
}

/** Text that is equal for equal expressions, whichever copy of core built them. */
function spell(root: Expr): string {
  const order = reach([root], () => false);
  const at = new Map(order.map((e, i) => [e, i]));
  return order.map((e) => `${e.op} ${e.place} ${String(e.value)} ${e.args.map((a) => at.get(a)).join()}`).join(";");
}

/** The shape of the loop that computes an expression. */
export function domainOf(e: Expr): Domain {
  checkExpr(e, "`domainOf`");
  return e.place === "row" || e.place === "column" ? e.place : "tensor";
}

/**
 * New values of slots that the sums of the first pass are computed from, where nobody reads the old values afterwards.
 * The parameter is not among them: it may be its own gradient, which later loops read.
 */
function onTheWay({ passes: [first = [], ...later], slots, outputs }: Program): ReadonlyMap<Expr, string> {
  const computed = new Set(reach(first.map(operand), () => false));
  const found = new Map<Expr, string>();
  for (const [name, { place }] of Object.entries(slots)) {
    const value = outputs[name];
    if (place === "tensor" && value && value.op !== "var" && computed.has(value)) found.set(value, name);
  }
  const done = new Set<Expr>([...found.keys(), ...first]);
  const read = reach([...Object.values(outputs), ...later.flat()], (e) => done.has(e));
  const names = new Set(read.map((e) => (e.op === "var" ? e.value : undefined)));
  return [...found.values()].some((name) => names.has(name)) ? new Map() : found;
}

/** The numbers that an operation on matrices takes, which `trace` has made constants. */
const numbersOf = (args: readonly Expr[]): number[] => args.flatMap((e) => (e.op === "const" ? [e.value] : []));

function make(program: Program, own: Matrix, early: boolean): KernelPlan {
  // Found in the graph rather than made: a second copy of core would make another node.
  const found = reach(Object.values(program.outputs), () => false).filter((e) => e.op === "var" && e.place !== "host");
  const node = (name: string, place: SlotSpec["place"]): Expr =>
    found.find((e) => e.value === name) ?? variable(name, place);
  const placeOf = (name: string): SlotSpec["place"] => program.slots[name]?.place ?? "tensor"; // p is not a slot

  const sizes = shapes(program, own);
  /** A size that is not the parameter's. */
  const other = (size: Matrix | undefined): Matrix | undefined => (size && !sameSize(size, own) ? size : undefined);
  const sizeOf = (e: Expr): Matrix | undefined => other(sizes?.get(e));

  const isNumber = (name: string): boolean => placeOf(name) === "scalar" || placeOf(name) === "model";
  const values = program.kept.filter(isNumber).map((n) => ({ input: n, key: node(n, placeOf(n)) }));
  const vectors = new Map<Expr, string | undefined>();
  for (const name of program.kept)
    if (domainOf(node(name, placeOf(name))) !== "tensor") vectors.set(node(name, placeOf(name)), name);
  const known = new Set<Expr>([...program.scalars, ...values.map((v) => v.key)]);
  const sheet = new Sheet();
  for (const e of known) sheet.give(e);
  const matrices = new Set<Expr>();
  const stored = new Map<Expr, string>();
  const held = (e: Expr): boolean => vectors.has(e) || matrices.has(e) || stored.has(e);

  /** One stage: what it needs computed first, then its loops. */
  function stage(reductions: readonly ExprOf<Reduction>[], outputs: Readonly<Record<string, Expr>>): Stage {
    const wanted: Expr[] = [];
    const work: Work[] = [];
    const want = (e: Expr): void => {
      if (known.has(e)) return;
      known.add(e);
      wanted.push(e);
    };
    const loop = (
      domain: Domain,
      into: ReadonlyMap<Expr, Expr>,
      sums: readonly ExprOf<Reduction>[],
      matrix?: Matrix | undefined,
    ): void => {
      multiply([...into.values(), ...sums.map((e) => e.args[0]!)]); // reductions have one argument
      const k = kernel(domain, into, sums, held);
      for (const { key, perRow } of k.args) {
        if (perRow) vector(key);
        else want(key);
      }
      for (const { key, read } of k.buffers) if (read && domainOf(key) !== "tensor") vector(key);
      for (const key of into.keys()) if (domainOf(key) !== "tensor" && !vectors.has(key)) vectors.set(key, undefined);
      for (const e of sums) {
        if (domainOf(e) === "tensor") {
          known.add(e);
          sheet.give(e);
        } else vectors.set(e, undefined);
      }
      work.push({ kind: "loop", kernel: k, domain, matrix });
    };
    /** Computes what is by row or column into a vector of its own, unless it has one. */
    const vector = (e: Expr): void => {
      if (!vectors.has(e)) loop(domainOf(e), new Map([[e, e]]), [], sizeOf(e));
    };
    /** Makes every product and transpose that these expressions need. */
    const multiply = (roots: readonly Expr[]): void => {
      if (!sizes) return;
      const done = (e: Expr): boolean => held(e) || isMatrixOp(e) || e.place !== "tensor";
      for (const e of reach(roots, done)) {
        if (held(e)) continue;
        if (e.op === "matmul") product(e);
        else if (isMatrixFunction(e.op)) whole(e);
        else if (e.op === "transpose" || e.op === "swap") {
          const of = e.args[0];
          matrix(of);
          const size = sizes.get(e)!; // every matrix has a size
          const [count, cols, rows, width] =
            e.op === "swap" ? numbersOf(e.args.slice(1)) : [1, size.cols, size.rows, 1];
          work.push({
            kind: "transposition",
            of,
            into: e,
            count: count!,
            rows: rows!,
            cols: cols!,
            width: width!,
            matrix: size,
          }); // a swap has four
          matrices.add(e);
        }
      }
    };
    const whole = (e: Expr): void => {
      if (!isMatrixOp(e) || e.op === "matmul" || e.op === "transpose" || e.op === "swap") return;
      const { matrices: count } = matrixFunctions[e.op];
      const of = e.args.slice(0, count).map((key) => {
        matrix(key);
        return { key, ...sizes!.get(key)! }; // every matrix has a size
      });
      const numbers = numbersOf(e.args.slice(count));
      work.push({ kind: "whole", op: e.op, of, numbers, into: e, ...sizes!.get(e)! }); // as above
      matrices.add(e);
    };
    const product = (e: Expr): void => {
      const [left, right] = e.args.map((a) => {
        const key = a.op === "transpose" ? a.args[0]! : a;
        matrix(key);
        return { key, transposed: key !== a };
      }) as [Product["left"], Product["right"]]; // matmul has two arguments
      const { rows, cols } = sizes!.get(e)!; // every matrix has a size
      const inner = sizes!.get(e.args[0]!)!.cols;
      work.push({ kind: "product", left, right, rows, inner, cols, symmetric: isSymmetric(e), into: e });
      matrices.add(e);
    };
    /** Computes a formula into a matrix of its own, unless it has one or is a variable. */
    const matrix = (e: Expr): void => {
      if (e.op === "var" || held(e)) return;
      if (isMatrixOp(e)) multiply([e]);
      else loop("tensor", new Map([[e, e]]), [], sizeOf(e));
      matrices.add(e);
    };

    // A loop by rows and a loop over elements add in different orders: a sum takes the second wherever it can.
    multiply(reductions.map((e) => e.args[0]!)); // reductions have one argument
    const byRows = (e: ExprOf<Reduction>): boolean => kernel("tensor", new Map(), [e], held).byRows;
    const groups = new Map<string, ExprOf<Reduction>[]>();
    for (const rows of [false, true])
      for (const e of reductions.filter((r) => byRows(r) === rows)) {
        const size = sizeOf(e.args[0]!);
        const key = `${rows} ${size?.rows}x${size?.cols}`;
        groups.set(key, [...(groups.get(key) ?? []), e]);
      }
    const slots = early && !sizes && groups.size === 1 && reductions === program.passes[0] ? onTheWay(program) : [];
    const into = new Map([...slots].map(([e, name]) => [node(name, "tensor"), e]));
    for (const sums of groups.values()) loop("tensor", into, sums, sizeOf(operand(sums[0]!)));
    for (const [e, name] of slots) stored.set(e, name);

    // Slots by row and by column go last: the loop over elements may still read what they were.
    for (const domain of ["tensor", "row", "column"] as const) {
      const here = new Map<string, [string, Expr][]>();
      for (const [name, e] of Object.entries(outputs)) {
        if (placeOf(name) !== domain) continue;
        const { rows, cols } = program.slots[name]?.matrix ?? own;
        const key = `${rows}x${cols}`;
        here.set(key, [...(here.get(key) ?? []), [name, e]]);
      }
      // Before a loop of one size stores what products for the next may read.
      if (here.size > 1) multiply([...here.values()].flat().map(([, e]) => e));
      for (const alike of here.values()) {
        const matrix = program.slots[alike[0]![0]]?.matrix; // no list is empty
        loop(domain, new Map(alike.map(([name, e]) => [node(name, domain), e])), [], other(matrix));
      }
    }
    for (const [name, e] of Object.entries(outputs)) if (isNumber(name)) want(e);

    return {
      compute: sheet.compute(wanted),
      work,
      model: reductions.filter((e) => e.value === "model").map((sum) => ({ sum, spelt: spell(sum) })),
    };
  }

  const passes = program.passes.map((reductions) => stage(reductions, {}));
  const rest = Object.entries(program.outputs).filter(([name, e]) => stored.get(e) !== name);
  const stages = [...passes, stage([], Object.fromEntries(rest))];
  const stores = Object.entries(program.outputs)
    .filter(([name]) => isNumber(name))
    .map(([input, value]) => ({ input, value }));
  const work = stages.flatMap((s) => s.work);
  const kernels = work.flatMap((s) => (s.kind === "loop" ? [s.kernel] : []));
  return {
    sheet,
    stages,
    kernels,
    values,
    vectors: [...vectors].map(([key, input]) => ({ key, input, matrix: sizeOf(key) })),
    stored,
    ...layOut(work, (e) => (matrices.has(e) ? sizes!.get(e) : undefined)), // every matrix has a size
    stores,
    model: program.model.length > 0 || stages.some((s) => s.model.length > 0),
    merges:
      vectors.size === 0 &&
      [...values, ...stores].every(({ input }) => placeOf(input) === "model") &&
      work.every(
        (s) => s.kind === "loop" && !s.matrix && !s.kernel.byRows && s.kernel.sums.every((e) => e.value === "model"),
      ),
  };
}

/** Every operation a program uses. */
export function operations(program: Program): Set<Expr["op"]> {
  checkProgram("operations", program);
  return new Set(reach(Object.values(program.outputs), () => false).map((e) => e.op));
}

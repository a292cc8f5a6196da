import type { Expr } from "@descent/core/graph";
import type { Plan, Product, Step } from "@descent/core/kernels";
import { Arena } from "./arena.ts";
import { interpretProduct, type Multiplication, Multiplier } from "./gemm.ts";
import type { Need, Runner } from "./runner.ts";

/** Multiplies matrices in place of the loops here: a faster library. */
export interface Matmul {
  /** Fills `into`, or answers false where the loops here are to do it. Not called for matrices without numbers. */
  multiply(product: Multiplication<Float32Array>): boolean;
}

/** How many floats of a workspace a plan uses: its matrices, and copies of the variables it multiplies. */
export interface Room {
  readonly matrices: number;
  readonly copies: number;
}

export function roomOf({ stages, matrices, workspace }: Plan): Room {
  const made = new Set(matrices.map((m) => m.key));
  let copies = 0;
  for (const step of stages.flatMap((s) => s.steps))
    if (step.kind === "product") copies = Math.max(copies, outside(step, made));
  return { matrices: workspace, copies };
}
const outside = ({ left, right, rows, inner, cols }: Product, made: ReadonlySet<Expr>): number =>
  (made.has(left.key) ? 0 : Arena.floats([rows * inner])) + (made.has(right.key) ? 0 : Arena.floats([inner * cols]));

/** Whether a matrix made in one stage is read in a later one: then other jobs' stages in between must not lie there. */
export function carries({ stages, matrices }: Plan): boolean {
  const made = new Set(matrices.map((m) => m.key));
  const first = new Map<Expr, number>();
  return stages.some(({ steps }, level) =>
    steps.flatMap(touched).some((e) => {
      if (!made.has(e)) return false;
      if (!first.has(e)) first.set(e, level);
      return first.get(e) !== level;
    }),
  );
}
const touched = (step: Step): readonly Expr[] =>
  step.kind === "loop"
    ? step.kernel.buffers.map((b) => b.key)
    : step.kind === "product"
      ? [step.left.key, step.right.key, step.into]
      : [step.of, step.into];

/** A memory for the matrices that are made on the way to an update, in which they are multiplied; it holds nothing from one update to the next. */
export class Workspace {
  /** What runs loops here; nothing where the interpreter does. */
  readonly runner: Runner | undefined;
  readonly #floats: Float32Array;
  readonly #room: Room;
  readonly #multiplier: Multiplier | undefined;
  readonly #matmul: Matmul | undefined;

  /** Throws an OptimizerError where there is not that much memory. `need` is nothing for the interpreter. */
  constructor(room: Room, need: Need | undefined, matmul: Matmul | undefined) {
    const total = room.matrices + room.copies;
    this.#room = room;
    this.#matmul = matmul;
    if (need) {
      const arena = new Arena(total + Multiplier.FLOATS, need);
      this.runner = arena;
      this.#floats = arena.take(total)!; // made with room for both
      this.#multiplier = new Multiplier(arena.memory, arena.take(Multiplier.FLOATS)!.byteOffset);
    } else this.#floats = new Float32Array(total);
  }

  fits(room: Room, need: Need): boolean {
    const { matrices, copies } = this.#room;
    return room.matrices <= matrices && room.copies <= copies && (this.runner?.fits(need) ?? true);
  }

  /** The matrices of a plan, which begins `at` that many floats. */
  matrices({ matrices }: Plan, at: number): ReadonlyMap<Expr, Float32Array> {
    return new Map(
      matrices.map((m) => [m.key, this.#floats.subarray(at + m.at, at + m.at + m.rows * m.cols)] as const),
    );
  }

  multiply(product: Multiplication<Float32Array>): void {
    const { left, right, into, rows, inner, cols } = product;
    if (rows * inner * cols > 0 && this.#matmul?.multiply(product)) return;
    const multiplier = this.#multiplier;
    if (!multiplier) {
      interpretProduct(product);
      return;
    }
    let free = this.#room.matrices;
    const address = (array: Float32Array, length: number): number => {
      if (array.buffer === this.#floats.buffer) return array.byteOffset;
      const at = free;
      this.#floats.set(array, at);
      free += Arena.floats([length]);
      return this.#floats.byteOffset + 4 * at;
    };
    const a = address(left.at, rows * inner);
    const b = right.at === left.at ? a : address(right.at, inner * cols);
    multiplier.multiply({
      ...product,
      left: { ...left, at: a },
      right: { ...right, at: b },
      into: into.byteOffset,
    });
  }
}

import type { Expr, InnerLoops } from "@descent/core/graph";
import type { KernelPlan } from "@descent/core/kernels";
import { Arena, ordinary } from "../memory/arena.ts";
import type { Need } from "../wasm/need.ts";
import type { Runner } from "../wasm/runner.ts";
import { WasmLoops } from "./factors.ts";
import { Multiplier } from "./multiplier.ts";
import { interpretProduct, type Matmul, type Multiplication } from "./product.ts";

/** How many floats of a workspace a plan uses: its matrices, and copies of the variables it multiplies. */
export interface Room {
  readonly matrices: number;
  readonly copies: number;
}

/** A memory in which the intermediate matrices of an update are made and multiplied; it keeps nothing between updates. */
export class Workspace {
  /** Runs kernels here; `undefined` where the interpreter does. */
  readonly runner: Runner | undefined;
  readonly #floats: Float32Array;
  readonly #room: Room;
  readonly #multiplier: Multiplier | undefined;
  readonly #matmul: Matmul | undefined;
  #loops: InnerLoops | undefined;

  /** Throws an OptimizerError where there is not that much memory. `need` is `undefined` for the interpreter. */
  constructor(room: Room, need: Need | undefined, matmul: Matmul | undefined) {
    const total = room.matrices + room.copies;
    this.#room = room;
    this.#matmul = matmul;
    if (need) {
      const arena = new Arena(total + Multiplier.FLOATS, need);
      this.runner = arena;
      this.#floats = arena.take(total)!; // made with room for both
      this.#multiplier = new Multiplier(arena.memory, arena.take(Multiplier.FLOATS)!.byteOffset);
    } else this.#floats = ordinary(total);
  }

  fits(room: Room, need: Need): boolean {
    const { matrices, copies } = this.#room;
    return room.matrices <= matrices && room.copies <= copies && (this.runner?.fits(need) ?? true);
  }

  /** Those of factorizations, in a memory of their own; `undefined` where core's loops in JavaScript run. */
  get loops(): InnerLoops | undefined {
    return this.runner && (this.#loops ??= new WasmLoops());
  }

  /** The matrices of a plan, whose part of the memory begins at this many floats. */
  matrices({ matrices }: KernelPlan, start: number): ReadonlyMap<Expr, Float32Array> {
    return new Map(
      matrices.map((m) => [m.key, this.#floats.subarray(start + m.at, start + m.at + m.rows * m.cols)] as const),
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
      const copy = free;
      this.#floats.set(array, copy);
      free += Arena.floats([length]);
      return this.#floats.byteOffset + 4 * copy;
    };
    const a = address(left.matrix, rows * inner);
    const b = right.matrix === left.matrix ? a : address(right.matrix, inner * cols);
    multiplier.multiply({
      ...product,
      left: { ...left, matrix: a },
      right: { ...right, matrix: b },
      into: into.byteOffset,
    });
  }
}

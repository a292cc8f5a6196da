import type { Drawing } from "@descent/core/adapter";
import type { Coded } from "../codec/codec.ts";
import { isPlain, type Numbers } from "../kernels/call.ts";
import { type Runner, runnerOf } from "../wasm/runner.ts";
import { type Arena, arenaOf } from "./arena.ts";

/** Stands for the array of a tensor without one. */
const NOTHING: Float32Array = new Float32Array(0);

/** A tensor's numbers as a codec keeps them, and the stretch of memory they lie in. */
export type CodedBlock = Coded & { readonly block: Float32Array };

/** Some rows of a tensor, of `width` numbers each. */
export interface PickedRows {
  readonly whole: Tensor;
  readonly places: readonly number[];
  readonly width: number;
}

/** A tensor as the optimizer's loop knows it: an array, or the promise of one until all slots are given memory at once. */
export class Tensor {
  #array: Float32Array = NOTHING;
  #arena: Arena | undefined;
  /** Runs kernels in the memory that the array lies in, if it lies in such a memory. */
  runner: Runner | undefined;
  /** Where it begins in the memory of WebAssembly, in bytes; `undefined` for an array of its own. */
  address = 0;
  /** Whether the bytes up to the next multiple of 16 belong to no other array. */
  padded = false;
  /** Whether it is made for a single step. */
  passing = false;
  /** The rows of another tensor that it stands for. */
  readonly rows: PickedRows | undefined;
  /** Its numbers, if a codec keeps them instead of an array. */
  coded: CodedBlock | undefined;
  /** Its numbers, if kernels draw them. */
  #drawing: Drawing | undefined;

  constructor(numbers?: Float32Array | Drawing, rows?: PickedRows) {
    if (numbers) this.lend(numbers);
    this.rows = rows;
    this.passing = rows !== undefined;
  }

  /** Gives a stand-in for an input the numbers of one step. */
  lend(numbers: Float32Array | Drawing): void {
    if (numbers === this.#array) return;
    if (isPlain(numbers)) this.array = numbers;
    else this.#drawing = numbers;
  }
  /** The array, or an empty one where a codec keeps the numbers. */
  get array(): Float32Array {
    return this.#array;
  }
  set array(array: Float32Array) {
    if (array.buffer !== this.#array.buffer) {
      this.runner = runnerOf(array);
      this.#arena = this.runner && arenaOf(array);
    }
    this.#array = array;
    this.address = array.byteOffset;
    this.padded = this.#arena?.isWhole(array) ?? false;
  }

  /** The numbers as they are kept: by a codec, or as an array. */
  get numbers(): Numbers {
    return this.coded ?? this.#drawing ?? this.#array;
  }

  /** The runner that kernels on this tensor should best use. */
  get home(): Runner | undefined {
    return this.coded ? runnerOf(this.coded.codes) : this.runner;
  }

  /** Drops the array, unless it is in a runner's memory. */
  drop(): void {
    if (!this.runner) this.#array = NOTHING;
    this.#drawing = undefined;
  }

  /** Drops all numbers. */
  clear(): void {
    this.array = NOTHING;
    this.coded = undefined;
  }
}

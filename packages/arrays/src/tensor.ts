import { type Arena, arenaOf } from "./arena.ts";
import type { Coded } from "./codec.ts";
import { type Runner, runnerOf } from "./runner.ts";

/** The array of a tensor that has none. */
export const NOTHING: Float32Array = new Float32Array(0);

/** What the loop calls a tensor: an array, or the promise of one that is given its memory with all others at once. */
export class Tensor {
  #array: Float32Array = NOTHING;
  #arena: Arena | undefined;
  /** What runs kernels in the memory the array lies in, if something does, and where it lies. */
  runner: Runner | undefined;
  at = 0;
  /** Whether the bytes up to the next multiple of 16 are nobody's. */
  padded = false;

  /** What it is instead of an array, if a codec keeps it. */
  coded: (Coded & { readonly block: Float32Array }) | undefined;

  constructor(array?: Float32Array) {
    if (array) this.array = array;
  }
  get array(): Float32Array {
    return this.#array;
  }
  set array(array: Float32Array) {
    if (array.buffer !== this.#array.buffer) {
      this.runner = runnerOf(array);
      this.#arena = this.runner && arenaOf(array);
    }
    this.#array = array;
    this.at = array.byteOffset;
    this.padded = this.#arena?.isBlock(array) ?? false;
  }

  /** Where kernels should best run for its sake. */
  get home(): Runner | undefined {
    return this.coded ? runnerOf(this.coded.codes) : this.runner;
  }

  /** Lets go of the array, if it lies where nothing runs kernels. */
  drop(): void {
    if (!this.runner) this.#array = NOTHING;
  }
}

import type { BlockingWorld } from "@descent/core/adapter";

/** Arrays of fewer numbers are sent together with others, since every message takes its time. */
const ALONE_FROM = 1 << 16;

/** Stretches of one buffer that `arrays` fill without a gap, and arrays by themselves. */
export function stretches(arrays: readonly Float32Array[]): Float32Array[] {
  const merged: Float32Array[] = [];
  for (const array of arrays) {
    const last = merged.at(-1);
    const follows = last && last.buffer === array.buffer && last.byteOffset + last.byteLength === array.byteOffset;
    if (follows) merged[merged.length - 1] = new Float32Array(last.buffer, last.byteOffset, last.length + array.length);
    else if (array.length > 0) merged.push(array);
  }
  return merged;
}

/** Replaces arrays by their means over all ranks. Those that lie together, as `allocate` lays them, are sent as they are. */
export class Means {
  readonly #world: BlockingWorld;
  #packed = new Float32Array(0);

  constructor(world: BlockingWorld) {
    this.#world = world;
  }

  /**
   * Replaces the numbers of these arrays. Every rank must call it with arrays of the same lengths. `weight` is how much this
   * rank's count; all of them together are the number of ranks.
   */
  take(arrays: readonly Float32Array[], weight = 1): void {
    const all = stretches(arrays);
    for (const stretch of all) scale(stretch, weight / this.#world.size);
    const small = all.filter(({ length }) => length < ALONE_FROM);
    for (const stretch of all) if (stretch.length >= ALONE_FROM) this.#world.sum(stretch);
    if (small.length === 1) this.#world.sum(small[0]!);
    else if (small.length > 1) this.#together(small);
  }

  #together(small: readonly Float32Array[]): void {
    const length = small.reduce((sum, one) => sum + one.length, 0);
    if (this.#packed.length < length) this.#packed = new Float32Array(length);
    const packed = this.#packed.subarray(0, length);
    let at = 0;
    for (const one of small) {
      packed.set(one, at);
      at += one.length;
    }
    this.#world.sum(packed);
    at = 0;
    for (const one of small) {
      one.set(packed.subarray(at, at + one.length));
      at += one.length;
    }
  }
}

/** Multiplies numbers; by 0 even those that are not finite become 0, because a rank without examples says nothing. */
export function scale(numbers: Float32Array, by: number): void {
  if (by === 1) return;
  if (by === 0) {
    numbers.fill(0);
    return;
  }
  const { length } = numbers;
  let i = 0;
  // Four at a time take two thirds of the time.
  for (; i + 4 <= length; i += 4) {
    numbers[i]! *= by;
    numbers[i + 1]! *= by;
    numbers[i + 2]! *= by;
    numbers[i + 3]! *= by;
  }
  for (; i < length; i++) numbers[i]! *= by;
}

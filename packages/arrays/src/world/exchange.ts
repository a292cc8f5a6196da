import { OptimizerError } from "@descent/core";
import { type BlockingWorld, hashOf } from "@descent/core/adapter";

/** Arrays of fewer numbers are sent together with others, since every message takes its time. */
const ALONE_FROM = 1 << 16;

/** Stretches of one buffer that `arrays` fill without a gap, and arrays by themselves. */
function stretches(arrays: readonly Float32Array[]): Float32Array[] {
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

  /** Replaces the numbers of these arrays. Every rank must call it with arrays of the same lengths. */
  take(arrays: readonly Float32Array[]): void {
    const all = stretches(arrays);
    const small = all.filter(({ length }) => length < ALONE_FROM);
    for (const stretch of all) if (stretch.length >= ALONE_FROM) this.#world.sum(stretch);
    if (small.length === 1) this.#world.sum(small[0]!);
    else if (small.length > 1) this.#together(small);
    const by = 1 / this.#world.size;
    for (const stretch of all) for (let i = 0; i < stretch.length; i++) stretch[i]! *= by;
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

/** Gives all ranks the parameters of rank 0. Throws, on every rank, if names or sizes differ. */
export function startTogether(world: BlockingWorld, parameters: readonly (readonly [string, Float32Array])[]): void {
  agree(
    world,
    "the parameters",
    parameters.map(([name, { length }]) => `${name}:${length}`),
  );
  for (const stretch of stretches(parameters.map(([, array]) => array))) world.broadcast(stretch, 0);
}

/**
 * The knowledge that ranks need of each other before a step: whether any has gradients that are not finite. Throws, on every rank, if
 * they have gradients of different parameters.
 */
export function agree(world: BlockingWorld, what: string, names: readonly string[], broken = false): boolean {
  const hash = hashOf(names.join("\n"));
  const seen = Float64Array.of(hash, -hash, Number(broken));
  world.sum(seen, "max");
  const [largest, smallest, any] = seen as unknown as [number, number, number]; // three were put in
  if (largest !== -smallest)
    throw new OptimizerError(
      `Rank ${world.rank} of ${world.size}: ${what} are not those of the other ranks. It has ${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}. Give all ranks the same model, and each step gradients of the same parameters.`,
    );
  return any > 0;
}

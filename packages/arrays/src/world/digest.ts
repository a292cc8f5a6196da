import { OptimizerError } from "@descent/core";
import { type BlockingWorld, byRank, odd, ranksText } from "@descent/core/adapter";

/** FNV-1a of the bits of floats, word by word. */
function hashBits({ buffer, byteOffset, length }: Float32Array): number {
  const words = new Uint32Array(buffer, byteOffset, length);
  let hash = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  return hash;
}

/** Compares the parameters of all ranks, bit by bit, every few updates. */
export class Digest {
  readonly #world: BlockingWorld;
  readonly #every: number;
  /** The last update after which all were alike. */
  #alike = 0;

  constructor(world: BlockingWorld, every: number) {
    this.#world = world;
    this.#every = every;
  }

  /** All ranks are alike at this update: they were given the same parameters. */
  start(step: number): void {
    this.#alike = step;
  }

  /** Compares, if it is time. Throws on every rank if one differs, and names it, its parameter, and since when. */
  take(step: number, parameters: () => Iterable<readonly [string, Float32Array]>, always: boolean): void {
    if (this.#every === 0 || (!always && step % this.#every !== 0)) return;
    const all = [...parameters()];
    const hashes = Float64Array.from(all, ([, array]) => hashBits(array));
    const bounds = new Float64Array(2 * all.length);
    for (const [i, hash] of hashes.entries()) bounds.set([hash, -hash], 2 * i);
    this.#world.sum(bounds, "max");
    const place = all.findIndex((_, i) => bounds[2 * i] !== -bounds[2 * i + 1]!);
    if (place < 0) {
      this.#alike = step;
      this.#world.compared?.(step, true);
      return;
    }
    const ranks = odd(byRank(this.#world, hashes[place]!));
    this.#world.compared?.(this.#alike, false);
    throw new OptimizerError(
      `${ranksText(ranks)} of ${this.#world.size} ${ranks.length === 1 ? "differs" : "differ"} from the others in \`${all[place]![0]}\` at step ${step}, and did not at step ${this.#alike}. Load a checkpoint of step ${this.#alike} or before on all ranks; look for code that changes parameters on some ranks only.`,
    );
  }
}

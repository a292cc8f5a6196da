import type { BlockingWorld } from "@descent/core/adapter";
import { scale } from "./exchange.ts";

/** Numbers that are exchanged at a time. */
const PIECE = 1 << 20;

/** Numbers of an array that lie somewhere in the buffer of an exchange. */
interface Copy {
  readonly array: number;
  readonly start: number;
  readonly count: number;
  readonly at: number;
}

/** One exchange: how many numbers are whose, and where they come from. */
interface Chunk {
  readonly counts: readonly number[];
  readonly length: number;
  /** The copies of each rank. */
  readonly copies: readonly (readonly Copy[])[];
}

/** Memory that exchanges use one after the other. */
export class Scratch {
  #buffer = new Float32Array(0);

  of(length: number): Float32Array {
    if (this.#buffer.length < length) this.#buffer = new Float32Array(length);
    return this.#buffer.subarray(0, length);
  }
}

/** Arrays of which every rank owns parts: how they are summed so that each gets its own, and gathered so that each gets all. */
export class Layout {
  /** Where this rank's part of each array lies among the numbers that it owns. */
  readonly starts: readonly number[];
  /** How many numbers this rank owns. */
  readonly own: number;
  readonly #world: BlockingWorld;
  readonly #chunks: readonly Chunk[];
  readonly #scratch: Scratch;

  /** `counts[i][r]` numbers of array i are rank r's, after those of lower ranks. */
  constructor(world: BlockingWorld, counts: readonly (readonly number[])[], scratch: Scratch) {
    const owned = Array.from({ length: world.size }, (_, r) => counts.reduce((sum, all) => sum + all[r]!, 0)); // one per rank
    let at = 0;
    this.starts = counts.map((all) => {
      at += all[world.rank]!;
      return at - all[world.rank]!;
    });
    this.own = at;
    this.#world = world;
    const total = owned.reduce((a, b) => a + b, 0);
    const many = Math.ceil(total / PIECE);
    const parts = owned.map((length, r) => partsOf(counts, r, Math.ceil(length / many)));
    this.#chunks = Array.from({ length: many }, (_, k) => chunkOf(parts.map((all) => all[k] ?? [])));
    this.#scratch = scratch;
  }

  /** Gives `into` the mean over all ranks of this rank's numbers. The arrays stay as they are; `weight` is how much they count. */
  reduceScatter(arrays: readonly Float32Array[], into: Float32Array, weight: number): void {
    let at = 0;
    for (const { counts, length, copies } of this.#chunks) {
      const to = this.#scratch.of(length);
      for (const { array, start, count, at } of copies.flat())
        to.set(arrays[array]!.subarray(start, start + count), at); // one per array
      scale(to, weight / this.#world.size);
      const mine = into.subarray(at, at + counts[this.#world.rank]!);
      this.#world.reduceScatter(to, mine, counts);
      at += mine.length;
    }
  }

  /** Fills in the numbers of the other ranks. */
  gather(arrays: readonly Float32Array[]): void {
    const { rank } = this.#world;
    for (const { counts, length, copies } of this.#chunks) {
      const buffer = this.#scratch.of(length);
      for (const { array, start, count, at } of copies[rank]!)
        buffer.set(arrays[array]!.subarray(start, start + count), at);
      this.#world.gather(buffer, counts);
      for (const [r, theirs] of copies.entries())
        if (r !== rank)
          for (const { array, start, count, at } of theirs) arrays[array]!.set(buffer.subarray(at, at + count), start);
    }
  }
}

/** A rank's numbers in parts of `most`, each a list of stretches of arrays. */
function partsOf(counts: readonly (readonly number[])[], rank: number, most: number): Omit<Copy, "at">[][] {
  const parts: Omit<Copy, "at">[][] = [];
  let room = 0;
  for (const [array, all] of counts.entries()) {
    let start = all.slice(0, rank).reduce((a, b) => a + b, 0);
    for (let left = all[rank]!; left > 0; ) {
      if (room === 0) {
        parts.push([]);
        room = most;
      }
      const count = Math.min(left, room);
      parts.at(-1)!.push({ array, start, count });
      start += count;
      left -= count;
      room -= count;
    }
  }
  return parts;
}

function chunkOf(parts: readonly (readonly Omit<Copy, "at">[])[]): Chunk {
  let at = 0;
  const copies = parts.map((all) =>
    all.map((one): Copy => {
      at += one.count;
      return { ...one, at: at - one.count };
    }),
  );
  const counts = copies.map((all) => all.reduce((sum, { count }) => sum + count, 0));
  return { counts, length: at, copies };
}

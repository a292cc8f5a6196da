import { OptimizerError } from "@descent/core";
import type { BlockingWorld } from "@descent/core/adapter";
import { scale } from "./exchange.ts";

/** How numbers are written to be sent: 4, 2 or a little more than 1 byte each. */
export type Wire = "float32" | "bfloat16" | "int8";

export const wires: readonly Wire[] = ["float32", "bfloat16", "int8"];

/** Numbers that share one scale where they are sent as int8. */
const BLOCK = 256;

/** Writes numbers as bytes and reads them, block by block. */
interface Format {
  /** Bytes of a block. */
  readonly bytes: number;
  write(numbers: Float32Array, out: Uint8Array): void;
  read(bytes: Uint8Array, out: Float32Array): void;
}

const words = new Uint32Array(1);
const float = new Float32Array(words.buffer);

/** The upper half of a float32, rounded to the nearest, and to even where two are as near. */
const bfloat16: Format = {
  bytes: 2 * BLOCK,
  write(numbers, out) {
    for (let i = 0; i < numbers.length; i++) {
      float[0] = numbers[i]!;
      const word = words[0]!;
      const rounded = (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
      out[2 * i] = rounded;
      out[2 * i + 1] = rounded >>> 8;
    }
  },
  read(bytes, out) {
    for (let i = 0; i < out.length; i++) {
      words[0] = (bytes[2 * i]! << 16) | (bytes[2 * i + 1]! << 24);
      out[i] = float[0]!;
    }
  },
};

/** Whole numbers from −127 to 127, behind the number that 127 stands for. */
const int8: Format = {
  bytes: 4 + BLOCK,
  write(numbers, out) {
    for (let start = 0, at = 0; start < numbers.length; start += BLOCK, at += 4 + BLOCK) {
      const block = numbers.subarray(start, start + BLOCK);
      float[0] = block.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const most = float[0]!;
      out.set(new Uint8Array(words.buffer), at);
      for (let i = 0; i < block.length; i++) out[at + 4 + i] = most > 0 ? Math.round((block[i]! / most) * 127) : 0;
    }
  },
  read(bytes, out) {
    for (let start = 0, at = 0; start < out.length; start += BLOCK, at += 4 + BLOCK) {
      new Uint8Array(words.buffer).set(bytes.subarray(at, at + 4));
      const unit = float[0]! / 127;
      const block = out.subarray(start, start + BLOCK);
      for (let i = 0; i < block.length; i++) block[i] = ((bytes[at + 4 + i]! << 24) >> 24) * unit;
    }
  },
};

const formats = { bfloat16, int8 } as const;

/**
 * The mean over all ranks of numbers that are sent in few bytes, to the same bits on all. Each rank gets a part of everybody's,
 * adds up in float32, and sends the sum. Both roundings are remembered and added to the next numbers, so that over time
 * nothing is lost (error feedback; Seide et al., 2014, https://www.isca-archive.org/interspeech_2014/seide14_interspeech.html).
 */
export class CompressedMeans {
  /** Bytes that this rank has sent. */
  sent = 0;
  readonly #world: BlockingWorld;
  readonly #format: Format;
  /** Blocks per rank. */
  readonly #blocks: readonly number[];
  readonly #length: number;
  /** The numbers that rounding has withheld so far: of this rank's numbers, and of the sums that it sends. */
  readonly #own: Float32Array;
  readonly #sums: Float32Array;

  constructor(world: BlockingWorld, wire: "bfloat16" | "int8", length: number) {
    if (!world.allToAll)
      throw new OptimizerError(
        `This world has no \`allToAll\`, which sending ${wire} needs. Use mpi() of @descent/mpi, or send: "float32".`,
      );
    const blocks = Math.ceil(length / BLOCK);
    this.#world = world;
    this.#format = formats[wire];
    this.#blocks = Array.from(
      { length: world.size },
      (_, r) => Math.floor(((r + 1) * blocks) / world.size) - Math.floor((r * blocks) / world.size),
    );
    this.#length = length;
    this.#own = new Float32Array(blocks * BLOCK);
    this.#sums = new Float32Array(this.#blocks[world.rank]! * BLOCK); // one per rank
  }

  /** Replaces the numbers by their means. */
  take(numbers: Float32Array): void {
    const { bytes: width, read } = this.#format;
    const { rank, size } = this.#world;
    const counts = this.#blocks.map((n) => n * width);
    const mine = counts[rank]!; // one per rank
    const bytes = this.#rounded(numbers, this.#own);
    const from = new Uint8Array(mine * size);
    this.#world.allToAll!(bytes, from, counts); // checked when it was made
    const sum = new Float32Array(this.#sums.length);
    const part = new Float32Array(sum.length);
    for (let r = 0; r < size; r++) {
      read(from.subarray(r * mine, (r + 1) * mine), part);
      for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!;
    }
    scale(sum, 1 / size);
    const start = counts.slice(0, rank).reduce((a, b) => a + b, 0);
    bytes.set(this.#rounded(sum, this.#sums), start);
    this.#world.gather(bytes, counts);
    const all = new Float32Array(this.#own.length);
    read(bytes, all);
    numbers.set(all.subarray(0, this.#length));
    this.sent += bytes.length - mine + mine * (size - 1);
  }

  /** Numbers, with what was withheld before, as bytes; what these withhold is kept. */
  #rounded(numbers: Float32Array, withheld: Float32Array): Uint8Array {
    const whole = withheld.slice();
    for (let i = 0; i < numbers.length; i++) whole[i]! += numbers[i]!;
    const bytes = new Uint8Array((whole.length / BLOCK) * this.#format.bytes);
    this.#format.write(whole, bytes);
    this.#format.read(bytes, withheld);
    for (let i = 0; i < whole.length; i++) withheld[i] = whole[i]! - withheld[i]!;
    return bytes;
  }
}

import { OptimizerError } from "@descent/core";
import { BLOCK, type Need, Runner, up } from "./runner.ts";

const PAGE = 65536;
/** 32-bit addresses reach 4 GiB; the last page stays out, so that a pointer one past the end is still a pointer. */
const MOST_PAGES = 65535;

const arenas = new WeakMap<ArrayBufferLike, Arena>();

/** The arena whose memory an array views, if there is one. */
export const arenaOf = (array: Float32Array): Arena | undefined => arenas.get(array.buffer);

/**
 * One WebAssembly memory of fixed size (growing it would cut off every view handed out), with blocks of floats and,
 * behind them, room to copy chunks of other arrays through. Pages nobody touches cost no memory.
 */
export class Arena extends Runner {
  /** Lengths of the blocks handed out, by address. */
  readonly #blocks = new Map<number, number>();
  /** Unused stretches of bytes, in order of address, no two of them adjacent. */
  #free: { readonly at: number; readonly bytes: number }[];

  /** The most floats that one arena can hold in blocks. */
  static room(need: Need): number {
    return (MOST_PAGES * PAGE - up(Runner.bytes(need), PAGE)) / 4;
  }

  /** The floats that blocks of these lengths take up. */
  static floats(lengths: Iterable<number>): number {
    let bytes = 0;
    for (const n of lengths) bytes += up(4 * n, BLOCK);
    return bytes / 4;
  }

  /** Throws an OptimizerError where the machine does not have that much memory. */
  constructor(floats: number, need: Need, { shared = false }: { readonly shared?: boolean } = {}) {
    const bytes = up(4 * floats, BLOCK);
    super(reserve(bytes + Runner.bytes(need), shared), bytes, need);
    this.#free = bytes > 0 ? [{ at: 0, bytes }] : [];
    arenas.set(this.memory.buffer, this);
  }

  /** A block of zeros, or nothing where there is no room. Blocks asked for one after the other lie so. */
  take(length: number): Float32Array | undefined {
    const bytes = up(4 * length, BLOCK);
    if (bytes === 0) return new Float32Array(this.memory.buffer, 0, 0);
    const i = this.#free.findIndex((f) => f.bytes >= bytes);
    const found = this.#free[i];
    if (!found) return undefined;
    const rest = { at: found.at + bytes, bytes: found.bytes - bytes };
    this.#free.splice(i, 1, ...(rest.bytes > 0 ? [rest] : []));
    this.#blocks.set(found.at, length);
    // To the end of the block: merged loops compute there too, and what was left there may be slow to compute with.
    new Float32Array(this.memory.buffer, found.at, bytes / 4).fill(0);
    return new Float32Array(this.memory.buffer, found.at, length);
  }

  /** Gives back a block that `take` handed out. */
  give(array: Float32Array): void {
    const bytes = up(4 * array.length, BLOCK);
    if (bytes === 0) return;
    this.#blocks.delete(array.byteOffset);
    const all = [...this.#free, { at: array.byteOffset, bytes }].sort((a, b) => a.at - b.at);
    this.#free = [];
    for (const f of all) {
      const before = this.#free.at(-1);
      if (before && before.at + before.bytes === f.at)
        this.#free.splice(-1, 1, { at: before.at, bytes: before.bytes + f.bytes });
      else this.#free.push(f);
    }
  }

  /** Whether all of these could be taken. */
  hasRoom(lengths: readonly number[]): boolean {
    return this.#free.some((f) => f.bytes >= 4 * Arena.floats(lengths));
  }

  /** Whether the array is a whole block, so that the bytes up to the next multiple of 16 are nobody's. */
  isBlock(array: Float32Array): boolean {
    return this.#blocks.get(array.byteOffset) === array.length;
  }

  get empty(): boolean {
    return this.#blocks.size === 0;
  }
}

function reserve(bytes: number, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (cause) {
    throw new OptimizerError(
      `There is no room for another ${Math.ceil((pages * PAGE) / 2 ** 20)} MiB of optimizer state. Train fewer parameters, or freeze some.`,
      { cause },
    );
  }
}

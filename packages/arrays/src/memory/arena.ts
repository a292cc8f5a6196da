import { OptimizerError } from "@descent/core";
import { ALIGNMENT, type Need, up } from "../wasm/need.ts";
import { Runner } from "../wasm/runner.ts";

const PAGE = 65536;
/** 32-bit addresses reach 4 GiB; the last page stays out, so that a pointer one past the end is still a pointer. */
const MOST_PAGES = 65535;

const arenas = new WeakMap<ArrayBufferLike, Arena>();

/** The arena whose memory an array views, if there is one. */
export const arenaOf = (array: Float32Array): Arena | undefined => arenas.get(array.buffer);

/**
 * One WebAssembly memory of fixed size (growing it would detach every view handed out): arrays in front, and behind them
 * room to copy chunks of other arrays through. Untouched pages cost no memory.
 */
export class Arena extends Runner {
  /** Lengths of the arrays handed out, by address. */
  readonly #taken = new Map<number, number>();
  /** Where the part begins that nobody has had yet: zeros, which cost no memory until they are written. */
  #untouched = 0;
  /** Unused stretches of bytes, in order of address, no two of them adjacent. */
  #free: { readonly address: number; readonly bytes: number }[];

  /** The most floats that one arena can hold. */
  static room(need: Need): number {
    return (MOST_PAGES * PAGE - up(Runner.bytes(need), PAGE)) / 4;
  }

  /** The floats that arrays of these lengths take up. */
  static floats(lengths: Iterable<number>): number {
    let bytes = 0;
    for (const n of lengths) bytes += up(4 * n, ALIGNMENT);
    return bytes / 4;
  }

  /** Throws an OptimizerError where the machine does not have that much memory. */
  constructor(floats: number, need: Need, { shared = false }: { readonly shared?: boolean } = {}) {
    const bytes = up(4 * floats, ALIGNMENT);
    super(reserve(bytes + Runner.bytes(need), shared), bytes, need);
    this.#free = bytes > 0 ? [{ address: 0, bytes }] : [];
    arenas.set(this.memory.buffer, this);
  }

  /** An array of zeros; `undefined` where it does not fit. Arrays taken one after another lie one after another. */
  take(length: number): Float32Array | undefined {
    const bytes = up(4 * length, ALIGNMENT);
    if (bytes === 0) return new Float32Array(this.memory.buffer, 0, 0);
    const i = this.#free.findIndex((f) => f.bytes >= bytes);
    const found = this.#free[i];
    if (!found) return undefined;
    const rest = { address: found.address + bytes, bytes: found.bytes - bytes };
    this.#free.splice(i, 1, ...(rest.bytes > 0 ? [rest] : []));
    this.#taken.set(found.address, length);
    // To the end of the last vector: merged loops compute there too, and what was left there may be slow to compute with.
    const used = Math.min(found.address + bytes, this.#untouched);
    if (used > found.address) new Float32Array(this.memory.buffer, found.address, (used - found.address) / 4).fill(0);
    this.#untouched = Math.max(this.#untouched, found.address + bytes);
    return new Float32Array(this.memory.buffer, found.address, length);
  }

  /** Takes back an array that `take` handed out. */
  give(array: Float32Array): void {
    const bytes = up(4 * array.length, ALIGNMENT);
    if (bytes === 0) return;
    this.#taken.delete(array.byteOffset);
    const all = [...this.#free, { address: array.byteOffset, bytes }].sort((a, b) => a.address - b.address);
    this.#free = [];
    for (const f of all) {
      const before = this.#free.at(-1);
      if (before && before.address + before.bytes === f.address)
        this.#free.splice(-1, 1, { address: before.address, bytes: before.bytes + f.bytes });
      else this.#free.push(f);
    }
  }

  /** Whether arrays that take up this many floats together could be taken. */
  hasRoom(floats: number): boolean {
    return this.#free.some((f) => f.bytes >= 4 * floats);
  }

  /** Whether the array is all that `take` handed out, so that the bytes up to the next multiple of 16 are unused. */
  isWhole(array: Float32Array): boolean {
    return this.#taken.get(array.byteOffset) === array.length;
  }

  get empty(): boolean {
    return this.#taken.size === 0;
  }
}

function reserve(bytes: number, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (cause) {
    throw noRoom(pages * PAGE, cause);
  }
}

/** An ordinary array of zeros. Throws an OptimizerError where the machine does not have that much memory. */
export function ordinary(length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw noRoom(4 * length, cause);
  }
}

const noRoom = (bytes: number, cause: unknown): OptimizerError =>
  new OptimizerError(
    `Cannot allocate another ${Math.ceil(bytes / 2 ** 20)} MiB of memory. Train fewer parameters, or freeze some.`,
    { cause },
  );

import { OptimizerError } from "@descent/core";
import type { Run } from "./engine.ts";
import { CHUNK, type Kernel } from "./kernel.ts";
import { emit, imported } from "./wasm.ts";

const PAGE = 65536;
/** 32-bit addresses reach 4 GiB; the last page stays out, so that a pointer one past the end is still a pointer. */
const MOST_PAGES = 65535;
/** Bytes of a chunk of float64 numbers. */
const REGION = 8 * CHUNK;
/** Blocks start at whole vectors of four floats. */
const BLOCK = 16;
/** Instead of an address. */
const OUTSIDE = -1;
const up = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** What the largest kernel needs beside the tensors: regions to copy chunks through, and bytes for its frame. */
export interface Need {
  readonly regions: number;
  readonly frame: number;
}

const frameBytes = ({ buffers, args, columnSums }: Kernel): number =>
  4 * (1 + buffers.length + columnSums.length + args.length);

export const need = (kernels: Iterable<Kernel>): Need => {
  let regions = 0;
  let frame = 0;
  for (const k of kernels) {
    regions = Math.max(regions, k.buffers.length + k.columnSums.length);
    frame = Math.max(frame, up(frameBytes(k), BLOCK) + 8 * k.sums.length);
  }
  return { regions, frame };
};

const modules = new WeakMap<Kernel, WebAssembly.Module>();

type Entry = (frame: number, sums: number) => void;

const arenas = new WeakMap<ArrayBufferLike, Arena>();

/** The arena whose memory an array views, if there is one. */
export const arenaOf = (array: Float32Array): Arena | undefined => arenas.get(array.buffer);

/**
 * One WebAssembly memory of fixed size (growing it would cut off every view handed out), with blocks of floats and,
 * behind them, room to copy chunks of other arrays through. Pages nobody touches cost no memory.
 */
export class Arena {
  readonly #memory: WebAssembly.Memory;
  readonly #floats: Float32Array;
  readonly #integers: Int32Array;
  readonly #doubles: Float64Array;
  readonly #need: Need;
  readonly #scratch: number;
  readonly #frame: number;
  readonly #entries = new WeakMap<Kernel, Entry>();
  /** Lengths of the blocks handed out, by address. */
  readonly #blocks = new Map<number, number>();
  /** Unused stretches of bytes, in order of address, no two of them adjacent. */
  #free: { readonly at: number; readonly bytes: number }[];

  /** The most floats that one arena can hold in blocks. */
  static room(need: Need): number {
    return (MOST_PAGES * PAGE - need.regions * REGION - up(need.frame, PAGE)) / 4;
  }

  /** The floats that blocks of these lengths take up. */
  static floats(lengths: Iterable<number>): number {
    let bytes = 0;
    for (const n of lengths) bytes += up(4 * n, BLOCK);
    return bytes / 4;
  }

  /** Throws an OptimizerError where the machine does not have that much memory. */
  constructor(floats: number, need: Need) {
    this.#need = need;
    this.#scratch = up(4 * floats, BLOCK);
    this.#frame = this.#scratch + need.regions * REGION;
    const pages = Math.ceil((this.#frame + need.frame + BLOCK) / PAGE);
    try {
      this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    } catch (cause) {
      throw new OptimizerError(
        `There is no room for another ${Math.ceil((pages * PAGE) / 2 ** 20)} MiB of optimizer state. Train fewer parameters, or freeze some.`,
        { cause },
      );
    }
    const { buffer } = this.#memory;
    this.#floats = new Float32Array(buffer);
    this.#integers = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#free = this.#scratch > 0 ? [{ at: 0, bytes: this.#scratch }] : [];
    arenas.set(buffer, this);
  }

  /** A block of zeros, or nothing where there is no room. Blocks asked for one after the other lie so. */
  take(length: number): Float32Array | undefined {
    const bytes = up(4 * length, BLOCK);
    if (bytes === 0) return new Float32Array(this.#memory.buffer, 0, 0);
    const i = this.#free.findIndex((f) => f.bytes >= bytes);
    const found = this.#free[i];
    if (!found) return undefined;
    const rest = { at: found.at + bytes, bytes: found.bytes - bytes };
    this.#free.splice(i, 1, ...(rest.bytes > 0 ? [rest] : []));
    this.#blocks.set(found.at, length);
    // To the end of the block: merged loops compute there too, and what was left there may be slow to compute with.
    this.#floats.fill(0, found.at / 4, (found.at + bytes) / 4);
    return new Float32Array(this.#memory.buffer, found.at, length);
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

  fits({ regions, frame }: Need): boolean {
    return regions <= this.#need.regions && frame <= this.#need.frame;
  }

  /** Compiles a kernel for this memory, unless it is already. */
  prepare(kernel: Kernel): Entry {
    let entry = this.#entries.get(kernel);
    if (!entry) {
      let module = modules.get(kernel);
      if (!module) modules.set(kernel, (module = new WebAssembly.Module(emit(kernel))));
      const { k } = new WebAssembly.Instance(module, { m: { m: this.#memory, ...imported } }).exports;
      this.#entries.set(kernel, (entry = k as Entry)); // emitted with this signature
    }
    return entry;
  }

  /** Runs one loop; arrays outside this memory are copied through it, a chunk at a time. */
  run({ kernel, rows, cols, arrays, args, sums }: Run): void {
    const entry = this.prepare(kernel);
    const { buffers, columnSums } = kernel;
    const count = buffers.length;
    const totals = kernel.sums.length;
    const frame = this.#frame;
    const pointerAt = frame / 4 + 1;
    const columnAt = pointerAt + count;
    const argAt = columnAt + columnSums.length;
    const sumsAt = up(frame + frameBytes(kernel), BLOCK);
    // Where each array begins here, or in its region; those by column and the sums by column begin anew in every chunk.
    const base: number[] = [];
    let copies = false;
    for (let i = 0; i < count; i++) {
      const inside = arrays[i]!.buffer === this.#memory.buffer;
      base.push(inside ? arrays[i]!.byteOffset : OUTSIDE);
      if (!inside) copies = true;
    }
    // Whole rows where a chunk holds several; all of them where nothing is copied.
    const group = !copies ? rows : cols > CHUNK ? 1 : Math.floor(CHUNK / cols);
    let perRow = false;
    for (let i = 0; i < args.length; i++) {
      const x = args[i]!;
      if (typeof x === "number") this.#floats[argAt + i] = x;
      else perRow = true;
    }
    for (let start = 0; start < cols; start += CHUNK) {
      const width = Math.min(cols - start, CHUNK);
      this.#integers[pointerAt - 1] = width;
      for (let i = 0; i < count; i++)
        if (buffers[i]!.perColumn && base[i] === OUTSIDE) this.#copyIn(arrays[i]!, start, width, this.#region(i));
      for (let i = 0; i < columnSums.length; i++) {
        const at = this.#region(count + i);
        this.#integers[columnAt + i] = at;
        this.#doubles.set(sums[totals + i]!.subarray(start, start + width), at / 8);
      }
      for (let first = 0; first < rows; first += group) {
        const many = Math.min(group, rows - first);
        const at = first * cols + start;
        const length = (many - 1) * cols + width;
        if (copies)
          for (let i = 0; i < count; i++) {
            const { read, perColumn } = buffers[i]!;
            if (read && !perColumn && base[i] === OUTSIDE) this.#copyIn(arrays[i]!, at, length, this.#region(i));
          }
        for (let row = first; row < first + many; row++) {
          for (let i = 0; i < count; i++) {
            const { perColumn } = buffers[i]!;
            this.#integers[pointerAt + i] =
              base[i] === OUTSIDE
                ? this.#region(i) + (perColumn ? 0 : 4 * (row - first) * cols)
                : base[i]! + 4 * (perColumn ? start : row * cols + start);
          }
          if (perRow)
            for (let i = 0; i < args.length; i++) {
              const x = args[i]!;
              if (typeof x !== "number") this.#floats[argAt + i] = x[row]!;
            }
          entry(frame, sumsAt);
          for (let i = 0; i < totals; i++) {
            const into = sums[i]!;
            const to = into.length === 1 ? 0 : row;
            into[to] = into[to]! + this.#doubles[sumsAt / 8 + i]!;
          }
        }
        if (copies)
          for (let i = 0; i < count; i++)
            if (buffers[i]!.store && base[i] === OUTSIDE) this.#copyOut(arrays[i]!, at, length, this.#region(i));
      }
      for (let i = 0; i < columnSums.length; i++) {
        const from = this.#region(count + i) / 8;
        sums[totals + i]!.set(this.#doubles.subarray(from, from + width), start);
      }
    }
  }

  /** Where chunks of the kernel's array number i are copied to. */
  #region(i: number): number {
    return this.#scratch + i * REGION;
  }

  #copyIn(from: Float32Array, at: number, length: number, to: number): void {
    this.#floats.set(length === from.length ? from : from.subarray(at, at + length), to / 4);
  }

  #copyOut(to: Float32Array, at: number, length: number, from: number): void {
    to.set(this.#floats.subarray(from / 4, from / 4 + length), at);
  }
}

/** Why WebAssembly cannot be used here, or nothing where it can. */
export function refusal(): string | undefined {
  if (typeof WebAssembly !== "object") return "this runtime has no WebAssembly";
  try {
    // A kernel of nothing still holds SIMD instructions.
    const nothing = { buffers: [], args: [], constants: [], order: [], sums: [], columnSums: [], byRows: false };
    new WebAssembly.Module(emit(nothing));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

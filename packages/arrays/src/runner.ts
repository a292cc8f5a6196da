import type { Kernel } from "@descent/core/kernels";
import { BLOCK as CODED, type Coded, decode, encode, isCoded } from "./codec.ts";
import { type Codecs, emitCodecs } from "./codec-wasm.ts";
import { imported } from "./functions.ts";
import { CHUNK, type Run } from "./run.ts";
import { emit } from "./wasm.ts";
import type { Pattern } from "./work.ts";

/** Bytes of a chunk of float64 numbers. */
const REGION = 8 * CHUNK;
/** Blocks start at whole vectors of four floats. */
export const BLOCK = 16;
/** Instead of an address. */
const OUTSIDE = -1;
export const up = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** What the largest kernel needs beside the tensors: regions to copy chunks through, and bytes for its frame. */
export interface Need {
  readonly regions: number;
  readonly frame: number;
  /** How many threads there may be, each with a frame of its own; one unless told. */
  readonly threads?: number | undefined;
}

/** Bytes from one thread's frame to the next one's. */
const distance = ({ frame }: Need): number => up(frame, BLOCK) + BLOCK;

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

const modules = {
  shared: new WeakMap<Kernel, WebAssembly.Module>(),
  alone: new WeakMap<Kernel, WebAssembly.Module>(),
};

type Entry = (frame: number, sums: number) => void;

/** A kernel ready to run, with the places of its pointers and arguments, in four bytes each, and of its sums. */
interface Prepared {
  readonly kernel: Kernel;
  readonly entry: Entry;
  readonly pointerAt: number;
  readonly argAt: number;
  readonly sumsAt: number;
}

const runners = new WeakMap<ArrayBufferLike, Runner>();

/** What runs kernels in the memory an array views, if there is something. */
export const runnerOf = (array: ArrayBufferView): Runner | undefined => runners.get(array.buffer);

/**
 * Runs kernels in a WebAssembly memory, whosever it is: `at` is the address of `Runner.bytes(need)` bytes that nobody
 * else uses, a multiple of 16. There lie regions to copy chunks of other arrays through, and a kernel's frame.
 */
export class Runner {
  readonly memory: WebAssembly.Memory;
  readonly #need: Need;
  readonly #scratch: number;
  readonly #frame: number;
  readonly #prepared = new WeakMap<Kernel, Prepared>();
  /** The kernel that ran last, and where what it reads lies. */
  #last: Prepared | undefined;
  #coding: Codecs | undefined;
  #buffer!: ArrayBufferLike;
  #floats!: Float32Array;
  #integers!: Int32Array;
  #doubles!: Float64Array;

  static bytes(need: Need): number {
    return need.regions * REGION + (need.threads ?? 1) * distance(need);
  }

  constructor(memory: WebAssembly.Memory, at: number, need: Need) {
    this.memory = memory;
    this.#need = need;
    this.#scratch = at;
    this.#frame = at + need.regions * REGION;
    this.#look();
  }

  /** Makes the views anew; a memory that grew has another buffer. */
  #look(): void {
    const { buffer } = this.memory;
    this.#buffer = buffer;
    this.#floats = new Float32Array(buffer);
    this.#integers = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    runners.set(buffer, this);
  }

  /** Numbers in this memory. A memory that grows takes such views away, so they are asked for anew. */
  view(at: number, length: number): Float32Array {
    if (this.#floats.buffer !== this.memory.buffer) this.#look();
    return new Float32Array(this.memory.buffer, at, length);
  }

  /** Whether threads can share this memory, and how many have frames in it. */
  get threads(): number {
    return this.shared ? (this.#need.threads ?? 1) : 1;
  }

  get shared(): boolean {
    // By tag: a memory of another realm is as good.
    return Object.prototype.toString.call(this.memory.buffer) === "[object SharedArrayBuffer]";
  }

  fits({ regions, frame }: Need): boolean {
    return regions <= this.#need.regions && frame <= this.#need.frame;
  }

  /** Compiles a kernel for this memory, unless it is already. */
  prepare(kernel: Kernel): Prepared {
    let prepared = this.#prepared.get(kernel);
    if (!prepared) {
      const { k } = new WebAssembly.Instance(this.#compile(kernel), { m: { m: this.memory, ...imported } }).exports;
      const pointerAt = this.#frame / 4 + 1;
      const argAt = pointerAt + kernel.buffers.length + kernel.columnSums.length;
      const sumsAt = up(this.#frame + frameBytes(kernel), BLOCK);
      prepared = { kernel, entry: k as Entry, pointerAt, argAt, sumsAt }; // emitted with this signature
      this.#prepared.set(kernel, prepared);
    }
    return prepared;
  }

  #compile(kernel: Kernel): WebAssembly.Module {
    const { shared } = this;
    const known = shared ? modules.shared : modules.alone;
    let module = known.get(kernel);
    if (!module) known.set(kernel, (module = new WebAssembly.Module(emit(kernel, { shared }))));
    return module;
  }

  /** What another thread must know to run a kernel in this memory. */
  pattern(kernel: Kernel): Pattern {
    const { buffers, args, sums } = kernel;
    return {
      memory: this.memory,
      module: this.#compile(kernel),
      buffers: buffers.length,
      args: args.length,
      sums: sums.length,
      frame: this.#frame,
      sumsAt: up(this.#frame + frameBytes(kernel), BLOCK),
      distance: distance(this.#need),
    };
  }

  /** Runs one loop; arrays outside this memory are copied through it, a chunk at a time. */
  run(run: Run): void {
    const { kernel, args } = run;
    if (this.#buffer !== this.memory.buffer) this.#look();
    let last = this.#last;
    if (last?.kernel !== kernel) this.#last = last = this.prepare(kernel);
    for (let i = 0; i < args.length; i++) {
      const x = args[i]!;
      if (typeof x === "number") this.#floats[last.argAt + i] = x;
    }
    if (kernel.byRows) this.#byRows(run, last);
    else if (run.at) this.#inside(run, run.at, last);
    else this.#line(run, last);
  }

  /** A loop over arrays of this memory alone. */
  #inside({ cols, sums }: Run, at: Int32Array, { entry, pointerAt, sumsAt }: Prepared): void {
    const integers = this.#integers;
    for (let start = 0; start < cols; start += CHUNK) {
      integers[pointerAt - 1] = Math.min(cols - start, CHUNK);
      for (let i = 0; i < at.length; i++) integers[pointerAt + i] = at[i]! + 4 * start;
      entry(this.#frame, sumsAt);
      this.#addSums(sums, sumsAt);
    }
  }

  #addSums(sums: readonly Float64Array[], sumsAt: number): void {
    for (let i = 0; i < sums.length; i++) {
      const into = sums[i]!;
      into[0] = into[0]! + this.#doubles[sumsAt / 8 + i]!;
    }
  }

  #line({ kernel: { buffers }, cols, arrays, sums }: Run, { entry, pointerAt, sumsAt }: Prepared): void {
    const integers = this.#integers;
    const buffer = this.#buffer;
    for (let start = 0; start < cols; start += CHUNK) {
      const width = Math.min(cols - start, CHUNK);
      integers[pointerAt - 1] = width;
      let copied = false;
      for (let i = 0; i < buffers.length; i++) {
        const array = arrays[i]!;
        if (array.buffer === buffer) integers[pointerAt + i] = array.byteOffset + 4 * start;
        else {
          const region = this.#region(i);
          if (buffers[i]!.read) this.#copyIn(array, start, width, region);
          integers[pointerAt + i] = region;
          copied = true;
        }
      }
      entry(this.#frame, sumsAt);
      this.#addSums(sums, sumsAt);
      if (copied)
        for (let i = 0; i < buffers.length; i++)
          if (buffers[i]!.store && arrays[i]!.buffer !== buffer)
            this.#copyOut(arrays[i]!, start, width, this.#region(i));
    }
  }

  #byRows({ kernel, rows, cols, arrays, args, sums }: Run, { entry, pointerAt, argAt, sumsAt }: Prepared): void {
    const buffer = this.#buffer;
    const { buffers, columnSums } = kernel;
    const count = buffers.length;
    const totals = kernel.sums.length;
    const columnAt = pointerAt + count;
    // Where each array begins here, or in its region; those by column and the sums by column begin anew in every chunk.
    const base: number[] = [];
    let copies = false;
    for (let i = 0; i < count; i++) {
      const array = arrays[i]!;
      const inside = array.buffer === buffer;
      base[i] = inside ? array.byteOffset : OUTSIDE;
      if (!inside) copies = true;
    }
    // Whole rows where a chunk holds several; all of them where nothing is copied.
    const group = !copies ? rows : cols > CHUNK ? 1 : Math.floor(CHUNK / cols);
    const perRow = args.some((x) => typeof x !== "number");
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
          entry(this.#frame, sumsAt);
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

  #copyIn(from: Float32Array | Coded, at: number, length: number, to: number): void {
    if (isCoded(from)) this.#decode(from, at, length, to);
    else this.#floats.set(length === from.length ? from : from.subarray(at, at + length), to / 4);
  }

  #copyOut(to: Float32Array | Coded, at: number, length: number, from: number): void {
    if (isCoded(to)) this.#encode(to, at, length, from);
    else to.set(this.#floats.subarray(from / 4, from / 4 + length), at);
  }

  #decode(from: Coded, at: number, length: number, to: number): void {
    const { codec, codes, heads } = from;
    const blocks = Math.ceil(length / CODED);
    if (codes.buffer !== this.#buffer) decode(from, at, length, this.#floats, to / 4);
    else if (codec === "bfloat16") this.#codecs().decode16(codes.byteOffset + 2 * at, to, (blocks * CODED) / 8);
    else this.#codecs().decode8(codes.byteOffset + at, heads.byteOffset + 2 * (at / CODED), to, blocks);
  }

  #encode(to: Coded, at: number, length: number, from: number): void {
    const { codec, codes, heads, seed } = to;
    const blocks = Math.ceil(length / CODED);
    // What lies behind the last number counts for nothing in its block.
    this.#floats.fill(0, from / 4 + length, from / 4 + blocks * CODED);
    if (codes.buffer !== this.#buffer) encode(to, at, length, this.#floats, from / 4);
    else if (codec === "bfloat16")
      this.#codecs().encode16(codes.byteOffset + 2 * at, from, (blocks * CODED) / 8, at / 8, seed);
    else this.#codecs().encode8(codes.byteOffset + at, heads.byteOffset + 2 * (at / CODED), from, blocks);
  }

  #codecs(): Codecs {
    if (!this.#coding) {
      const module = new WebAssembly.Module(emitCodecs({ shared: this.shared }));
      const { exports } = new WebAssembly.Instance(module, { m: { m: this.memory } });
      this.#coding = exports as unknown as Codecs; // emitted with these functions
    }
    return this.#coding;
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

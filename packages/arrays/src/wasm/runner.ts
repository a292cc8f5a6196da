import { scalarOps } from "@descent/core/graph";
import type { Kernel } from "@descent/core/kernels";
import { BLOCK, UNSIGNED } from "../codec/codec.ts";
import { join } from "../kernels/accumulate.ts";
import { CHUNK, isCoded, isDrawing, isPlain, type KernelCall, type Numbers, WORTH_SHARING } from "../kernels/call.ts";
import type { CompiledCode } from "../kernels/machine-code.ts";
import { emit, type Kind, type Kinds } from "./emit.ts";
import { instantiate, isShared, type Memory, type Module } from "./instance.ts";
import { NATIVE_FROM } from "./native.ts";
import { ALIGNMENT, distance, frameBytes, type Need, REGION, up } from "./need.ts";
import { Regions } from "./regions.ts";

/** Stands for the address of an array that lies outside the memory. */
const OUTSIDE = -1;

const modules = {
  shared: new WeakMap<Kernel, WebAssembly.Module>(),
  alone: new WeakMap<Kernel, WebAssembly.Module>(),
};

type Entry = (frame: number, sums: number) => void;

/** A kernel ready to run: where its pointers and arguments lie, counted in words of four bytes, and the address of its sums. */
interface Prepared {
  readonly kernel: Kernel;
  readonly entry: Entry;
  readonly pointerIndex: number;
  readonly argIndex: number;
  readonly sumsAddress: number;
}

/** A kernel compiled for one memory, as another thread needs it. */
export interface CompiledKernel {
  readonly memory: Memory;
  readonly module: Module;
  readonly buffers: number;
  readonly args: number;
  readonly sums: number;
  /** Addresses of the first thread's frame and sums; those of the others follow at this distance. */
  readonly frame: number;
  readonly sumsAddress: number;
  readonly distance: number;
  /** The library that has it in machine code. */
  readonly library?: string | undefined;
}

/** A kernel without sums, over rows of `width` numbers. */
export interface RowsCall {
  readonly kernel: Kernel;
  readonly args: readonly number[];
  /** One per buffer: of `picked` ones the rows at `places`, of others one row after the other. */
  readonly arrays: readonly { readonly array: Float32Array; readonly picked: boolean }[];
  readonly places: readonly number[];
  readonly width: number;
}

const runners = new WeakMap<ArrayBufferLike, Runner>();

/** The runner of the memory that an array views, if it has one. */
export const runnerOf = (array: ArrayBufferView): Runner | undefined => runners.get(array.buffer);

/**
 * Runs kernels in any WebAssembly memory: `address`, a multiple of 16, is that of `Runner.bytes(need)`
 * bytes of its own. They hold regions to copy chunks of other arrays through, and a kernel's frame.
 */
export class Runner {
  readonly memory: Memory;
  readonly #need: Need;
  readonly #regions: Regions;
  readonly #frame: number;
  readonly #prepared = new WeakMap<Kernel, Prepared>();
  /** Kernels for buffers that are not all float32 in memory. */
  readonly #special = new WeakMap<Kernel, Map<string, Prepared>>();
  /** Kernels in machine code. */
  readonly #native = new WeakMap<CompiledCode, Prepared>();
  /** The kernel that ran last. */
  #last: Prepared | undefined;
  #bytes!: Uint8Array;
  #buffer!: ArrayBufferLike;
  #floats!: Float32Array;
  #integers!: Int32Array;
  #doubles!: Float64Array;

  /** How many bytes a runner takes of its memory. */
  static bytes(need: Need): number {
    return need.regions * REGION + (need.threads ?? 1) * distance(need);
  }

  constructor(memory: Memory, address: number, need: Need) {
    this.memory = memory;
    this.#need = need;
    this.#regions = new Regions(memory, address);
    this.#frame = address + need.regions * REGION;
    this.#look();
  }

  /** Makes the views again; a memory that grew has another buffer. */
  #look(): void {
    const { buffer } = this.memory;
    this.#buffer = buffer;
    this.#floats = new Float32Array(buffer);
    this.#regions.renew(this.#floats);
    this.#bytes = new Uint8Array(buffer);
    this.#integers = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    runners.set(buffer, this);
  }

  /** Numbers in this memory. A memory that grows takes such views away, so they are asked for again. */
  view(address: number, length: number): Float32Array {
    if (this.#floats.buffer !== this.memory.buffer) this.#look();
    return new Float32Array(this.memory.buffer, address, length);
  }

  /** How many threads have frames in this memory. */
  get threads(): number {
    return this.shared ? (this.#need.threads ?? 1) : 1;
  }

  /** Whether the memory is shared with other threads. */
  get shared(): boolean {
    return isShared(this.memory);
  }

  /** Whether it has room for kernels with these needs. */
  fits({ regions, frame }: Need): boolean {
    return regions <= this.#need.regions && frame <= this.#need.frame;
  }

  /** Compiles a kernel for this memory, unless it is already. */
  prepare(kernel: Kernel): Prepared {
    let prepared = this.#prepared.get(kernel);
    if (!prepared) this.#prepared.set(kernel, (prepared = this.#instance(kernel, this.#compile(kernel))));
    return prepared;
  }

  /** The same in machine code. */
  #prepareCode(kernel: Kernel, compiled: CompiledCode): Prepared {
    let prepared = this.#native.get(compiled);
    if (!prepared) {
      const { code } = compiled;
      const entry: Entry = (frame, sums) => code(this.#bytes, frame, sums);
      this.#native.set(compiled, (prepared = { ...this.prepare(kernel), entry }));
    }
    return prepared;
  }

  /** The same for buffers of these kinds; `undefined` if all are float32 in memory. */
  #prepareFor(kernel: Kernel, kinds: Kinds | undefined): Prepared {
    if (!kinds) return this.prepare(kernel);
    let known = this.#special.get(kernel);
    if (!known) this.#special.set(kernel, (known = new Map()));
    const key = kinds.join();
    let prepared = known.get(key);
    if (!prepared) {
      const module = new WebAssembly.Module(emit(kernel, { shared: this.shared, kinds }));
      known.set(key, (prepared = this.#instance(kernel, module)));
    }
    return prepared;
  }

  /** Compiles what a kernel needs for these arrays, unless it is already. */
  prepareCall(kernel: Kernel, arrays: readonly Numbers[]): void {
    this.#prepareFor(kernel, kernel.byRows ? undefined : this.#kindsOf(arrays));
  }

  #instance(kernel: Kernel, module: Module): Prepared {
    const { k } = instantiate(module, this.memory, scalarOps);
    const pointerIndex = this.#frame / 4 + 1;
    const argIndex = pointerIndex + kernel.buffers.length + kernel.columnSums.length;
    const sumsAddress = up(this.#frame + frameBytes(kernel), ALIGNMENT);
    return { kernel, entry: k as Entry, pointerIndex, argIndex, sumsAddress }; // emitted with this signature
  }

  /** How arrays are kept in this memory; `undefined` if all are float32, here or elsewhere. */
  #kindsOf(arrays: readonly Numbers[]): Kinds | undefined {
    for (let i = 0; i < arrays.length; i++) if (!isPlain(arrays[i]!)) return arrays.map((x) => this.#kindOf(x));
    return undefined;
  }

  #kindOf(x: Numbers): Kind {
    if (isDrawing(x)) return x.distribution;
    if (!isCoded(x) || x.codes.buffer !== this.#buffer) return "float32";
    // Blocks of one slot are mostly of one form.
    return x.codec === "float8" && (x.heads[0]! & 3) === UNSIGNED ? "unsigned float8" : x.codec;
  }

  #compile(kernel: Kernel): WebAssembly.Module {
    const { shared } = this;
    const known = shared ? modules.shared : modules.alone;
    let module = known.get(kernel);
    if (!module) known.set(kernel, (module = new WebAssembly.Module(emit(kernel, { shared }))));
    return module;
  }

  /** A kernel for other threads to run in this memory. */
  compiled(kernel: Kernel): CompiledKernel {
    const { buffers, args, sums } = kernel;
    return {
      memory: this.memory,
      module: this.#compile(kernel),
      buffers: buffers.length,
      args: args.length,
      sums: sums.length,
      frame: this.#frame,
      sumsAddress: up(this.#frame + frameBytes(kernel), ALIGNMENT),
      distance: distance(this.#need),
    };
  }

  /** Runs a kernel; arrays outside this memory are copied through it, a chunk at a time. */
  run(call: KernelCall): void {
    const { kernel, args, code } = call;
    if (this.#buffer !== this.memory.buffer) this.#look();
    const kinds = call.addresses || kernel.byRows ? undefined : this.#kindsOf(call.arrays);
    let last = this.#last;
    if (kinds) last = this.#prepareFor(kernel, kinds);
    else if (code && call.cols >= NATIVE_FROM) last = this.#prepareCode(kernel, code);
    else if (last?.kernel !== kernel) this.#last = last = this.prepare(kernel);
    for (let i = 0; i < args.length; i++) {
      const x = args[i]!;
      if (typeof x === "number") this.#floats[last.argIndex + i] = x;
    }
    if (kernel.byRows) this.#byRows(call, last);
    else if (code && !kinds && call.cols >= NATIVE_FROM && this.#whole(call, code, last)) return;
    else if (call.addresses) this.#inside(call, call.addresses, last);
    else this.#copied(call, last, kinds);
  }

  /** In machine code at once, where that is worthwhile: shared by threads, or over arrays outside this memory, which need no copy. */
  #whole(
    { cols, arrays, addresses, accumulators }: KernelCall,
    { whole, threads }: CompiledCode,
    { pointerIndex, sumsAddress }: Prepared,
  ): boolean {
    const shared = threads > 1 && cols >= WORTH_SHARING;
    if (addresses && !shared) return false;
    const [integers, doubles, sums] = [this.#integers, this.#doubles, sumsAddress / 8];
    for (let i = 0; i < accumulators.length; i++) doubles[sums + i] = accumulators[i]![0]!;
    integers[pointerIndex - 1] = cols;
    if (addresses) integers.set(addresses, pointerIndex);
    const given = addresses ? Array.from(addresses, () => null) : (arrays as readonly Float32Array[]); // no kinds: all are plain
    const done = whole(this.#bytes, this.#frame, sumsAddress, CHUNK, shared ? threads : 1, ...given) > 0;
    if (done) for (let i = 0; i < accumulators.length; i++) accumulators[i]![0] = doubles[sums + i]!;
    return done;
  }

  /** Over arrays of this memory alone. */
  #inside(
    { kernel, cols, accumulators, code }: KernelCall,
    addresses: Int32Array,
    { entry, pointerIndex, sumsAddress }: Prepared,
  ): void {
    const integers = this.#integers;
    // Only sums need chunks; code that V8 has yet to optimize runs better by them.
    const step = code && kernel.sums.length === 0 ? cols : CHUNK;
    for (let start = 0; start < cols; start += step) {
      integers[pointerIndex - 1] = Math.min(cols - start, step);
      for (let i = 0; i < addresses.length; i++) integers[pointerIndex + i] = addresses[i]! + 4 * start;
      entry(this.#frame, sumsAddress);
      this.#addSums(kernel, accumulators, sumsAddress);
    }
  }

  #addSums({ sums }: Kernel, accumulators: readonly Float64Array[], sumsAddress: number): void {
    for (let i = 0; i < accumulators.length; i++) {
      const into = accumulators[i]!;
      into[0] = join(sums[i]!, into[0]!, this.#doubles[sumsAddress / 8 + i]!); // one each
    }
  }

  /** Over arrays of which some lie elsewhere, are coded, or drawn. */
  #copied(
    { kernel, cols, arrays, args, accumulators }: KernelCall,
    { entry, pointerIndex, argIndex, sumsAddress }: Prepared,
    kinds: Kinds | undefined,
  ): void {
    const { buffers } = kernel;
    const integers = this.#integers;
    const buffer = this.#buffer;
    for (let start = 0; start < cols; start += CHUNK) {
      const width = Math.min(cols - start, CHUNK);
      integers[pointerIndex - 1] = width;
      let copied = false;
      let word = argIndex + args.length;
      for (let i = 0; i < buffers.length; i++) {
        const array = arrays[i]!;
        if (kinds && kinds[i] !== "float32") word = this.#point(array, start, pointerIndex + i, word, i);
        else if (array.buffer === buffer) integers[pointerIndex + i] = (array as Float32Array).byteOffset + 4 * start;
        else {
          const region = this.#regions.address(i);
          if (buffers[i]!.read) this.#regions.copyIn(array, start, width, region);
          integers[pointerIndex + i] = region;
          copied = true;
        }
      }
      entry(this.#frame, sumsAddress);
      this.#addSums(kernel, accumulators, sumsAddress);
      if (copied)
        for (let i = 0; i < buffers.length; i++)
          if (buffers[i]!.store && (!kinds || kinds[i] === "float32") && arrays[i]!.buffer !== buffer)
            this.#regions.copyOut(arrays[i]!, start, width, this.#regions.address(i));
    }
  }

  /** Writes where numbers that are not float32 begin, and the words that a kernel reads for them; returns the place of the next word. */
  #point(numbers: Numbers, start: number, pointer: number, word: number, i: number): number {
    const integers = this.#integers;
    if (isDrawing(numbers)) {
      const { key, t, site, parameter } = numbers;
      integers[word] = key[0];
      integers[word + 1] = key[1];
      integers[word + 2] = t;
      integers[word + 3] = site;
      integers[word + 4] = parameter;
      integers[word + 5] = start / 4;
      return word + 6;
    }
    if (!isCoded(numbers)) return word;
    const { codec, codes, heads, seed } = numbers;
    integers[pointer] = codes.byteOffset + codes.BYTES_PER_ELEMENT * start;
    integers[word] = codec === "bfloat16" ? seed : heads.byteOffset + 2 * (start / BLOCK);
    integers[word + 1] = codec === "bfloat16" ? start / 8 : this.#regions.address(i);
    return word + 2;
  }

  /** Runs a kernel over elements on some rows of arrays, which need not lie in this memory. */
  runRows({ kernel, args, arrays, places, width }: RowsCall): void {
    if (this.#buffer !== this.memory.buffer) this.#look();
    const { entry, pointerIndex, argIndex, sumsAddress } = this.prepare(kernel);
    const [integers, floats] = [this.#integers, this.#floats];
    for (let i = 0; i < args.length; i++) floats[argIndex + i] = args[i]!;
    const inside = arrays.map(({ array }) => array.buffer === this.#buffer);
    const regions = arrays.map((_, i) => this.#regions.address(i));
    // As many rows as a region holds of what is not picked.
    const group = Math.floor(CHUNK / width);
    for (let row = 0, many = 1; row < places.length; row += many) {
      const place = row % group;
      // Rows that lie one after the other are one call.
      const most = Math.min(group - place, places.length - row);
      for (many = 1; many < most && places[row + many] === places[row]! + many; ) many++;
      const length = many * width;
      integers[pointerIndex - 1] = length;
      for (let i = 0; i < arrays.length; i++) {
        const { array, picked } = arrays[i]!;
        const [from, region] = [(picked ? places[row]! : row) * width, regions[i]!];
        if (inside[i]) integers[pointerIndex + i] = array.byteOffset + 4 * from;
        else if (picked) {
          integers[pointerIndex + i] = region;
          floats.set(array.subarray(from, from + length), region / 4);
        } else {
          integers[pointerIndex + i] = region + 4 * place * width;
          const rows = Math.min(group, places.length - row);
          if (place === 0) this.#regions.copyIn(array, from, rows * width, region);
        }
      }
      entry(this.#frame, sumsAddress);
      for (let i = 0; i < arrays.length; i++)
        if (kernel.buffers[i]!.store && !inside[i]) {
          const { array } = arrays[i]!; // only what is picked is stored
          const from = regions[i]! / 4; // there is one for each
          array.set(floats.subarray(from, from + length), places[row]! * width);
        }
    }
  }

  #byRows(
    { kernel, rows, cols, arrays, args, accumulators }: KernelCall,
    { entry, pointerIndex, argIndex, sumsAddress }: Prepared,
  ): void {
    const buffer = this.#buffer;
    const { buffers, columnSums } = kernel;
    const count = buffers.length;
    const sums = kernel.sums.length;
    const columnIndex = pointerIndex + count;
    // Where each array begins here, or in its region; those by column and the sums by column begin again in every chunk.
    const base: number[] = [];
    let copies = false;
    for (let i = 0; i < count; i++) {
      const array = arrays[i]!;
      const inside = isPlain(array) && array.buffer === buffer;
      base[i] = inside ? array.byteOffset : OUTSIDE;
      if (!inside) copies = true;
    }
    // Whole rows where a chunk holds several; all of them where nothing is copied.
    const group = !copies ? rows : cols > CHUNK ? 1 : Math.floor(CHUNK / cols);
    const perRow = args.some((x) => typeof x !== "number");
    for (let start = 0; start < cols; start += CHUNK) {
      const width = Math.min(cols - start, CHUNK);
      this.#integers[pointerIndex - 1] = width;
      for (let i = 0; i < count; i++)
        if (buffers[i]!.perColumn && base[i] === OUTSIDE)
          this.#regions.copyIn(arrays[i]!, start, width, this.#regions.address(i));
      for (let i = 0; i < columnSums.length; i++) {
        const region = this.#regions.address(count + i);
        this.#integers[columnIndex + i] = region;
        this.#doubles.set(accumulators[sums + i]!.subarray(start, start + width), region / 8);
      }
      for (let first = 0; first < rows; first += group) {
        const many = Math.min(group, rows - first);
        const begin = first * cols + start;
        const length = (many - 1) * cols + width;
        if (copies)
          for (let i = 0; i < count; i++) {
            const { read, perColumn } = buffers[i]!;
            if (read && !perColumn && base[i] === OUTSIDE)
              this.#regions.copyIn(arrays[i]!, begin, length, this.#regions.address(i));
          }
        for (let row = first; row < first + many; row++) {
          for (let i = 0; i < count; i++) {
            const { perColumn } = buffers[i]!;
            this.#integers[pointerIndex + i] =
              base[i] === OUTSIDE
                ? this.#regions.address(i) + (perColumn ? 0 : 4 * (row - first) * cols)
                : base[i]! + 4 * (perColumn ? start : row * cols + start);
          }
          if (perRow)
            for (let i = 0; i < args.length; i++) {
              const x = args[i]!;
              if (typeof x !== "number") this.#floats[argIndex + i] = x[row]!;
            }
          entry(this.#frame, sumsAddress);
          for (let i = 0; i < sums; i++) {
            const into = accumulators[i]!;
            const to = into.length === 1 ? 0 : row;
            into[to] = join(kernel.sums[i]!, into[to]!, this.#doubles[sumsAddress / 8 + i]!); // one each
          }
        }
        if (copies)
          for (let i = 0; i < count; i++)
            if (buffers[i]!.store && base[i] === OUTSIDE)
              this.#regions.copyOut(arrays[i]!, begin, length, this.#regions.address(i));
      }
      for (let i = 0; i < columnSums.length; i++) {
        const from = this.#regions.address(count + i) / 8;
        accumulators[sums + i]!.set(this.#doubles.subarray(from, from + width), start);
      }
    }
  }
}

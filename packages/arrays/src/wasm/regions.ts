import { BLOCK, type Coded, decode, encode, isCoded } from "../codec/codec.ts";
import { type Codecs, emitCodecs } from "../codec/emit.ts";
import type { Numbers } from "../kernels/call.ts";
import { instantiate, isShared, type Memory } from "./instance.ts";
import { REGION } from "./need.ts";

/** Where chunks of arrays that lie outside a memory, or are kept by a codec, are copied to and from. */
export class Regions {
  readonly #memory: Memory;
  readonly #address: number;
  #coding: Codecs | undefined;
  #floats: Float32Array;

  constructor(memory: Memory, address: number) {
    this.#memory = memory;
    this.#address = address;
    this.#floats = new Float32Array(memory.buffer);
  }

  /** Uses another view of the memory, after it has grown. */
  renew(floats: Float32Array): void {
    this.#floats = floats;
  }

  /** The address that chunks of the kernel's array number i are copied to. */
  address(i: number): number {
    return this.#address + i * REGION;
  }

  copyIn(from: Numbers, start: number, length: number, to: number): void {
    if (isCoded(from)) this.#decode(from, start, length, to);
    else this.#floats.set(length === from.length ? from : from.subarray(start, start + length), to / 4);
  }

  copyOut(to: Numbers, start: number, length: number, from: number): void {
    if (isCoded(to)) this.#encode(to, start, length, from);
    else to.set(this.#floats.subarray(from / 4, from / 4 + length), start);
  }

  #decode(from: Coded, start: number, length: number, to: number): void {
    const { codec, codes, heads } = from;
    const blocks = Math.ceil(length / BLOCK);
    if (codes.buffer !== this.#floats.buffer) decode(from, start, length, this.#floats, to / 4);
    else if (codec === "bfloat16") this.#codecs().decode16(codes.byteOffset + 2 * start, to, (blocks * BLOCK) / 8);
    else this.#codecs().decode8(codes.byteOffset + start, heads.byteOffset + 2 * (start / BLOCK), to, blocks);
  }

  #encode(to: Coded, start: number, length: number, from: number): void {
    const { codec, codes, heads, seed } = to;
    const blocks = Math.ceil(length / BLOCK);
    // Behind the last number its block is filled up with zeros, which change nothing.
    this.#floats.fill(0, from / 4 + length, from / 4 + blocks * BLOCK);
    if (codes.buffer !== this.#floats.buffer) encode(to, start, length, this.#floats, from / 4);
    else if (codec === "bfloat16")
      this.#codecs().encode16(codes.byteOffset + 2 * start, from, (blocks * BLOCK) / 8, start / 8, seed);
    else this.#codecs().encode8(codes.byteOffset + start, heads.byteOffset + 2 * (start / BLOCK), from, blocks);
  }

  #codecs(): Codecs {
    if (!this.#coding) {
      const module = new WebAssembly.Module(emitCodecs({ shared: isShared(this.#memory) }));
      this.#coding = instantiate(module, this.#memory) as unknown as Codecs; // emitted with these functions
    }
    return this.#coding;
  }
}

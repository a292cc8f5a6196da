import { decode, encode } from "../codec/codec.ts";
import { isCoded, isPlain, type Numbers } from "../kernels/call.ts";
import type { Memory } from "./instance.ts";
import { REGION } from "./need.ts";

/** Where chunks of arrays that lie outside a memory are copied to and from. */
export class Regions {
  readonly #address: number;
  #floats: Float32Array;

  constructor(memory: Memory, address: number) {
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
    if (isPlain(from)) this.#floats.set(length === from.length ? from : from.subarray(start, start + length), to / 4);
    else if (isCoded(from)) decode(from, start, length, this.#floats, to / 4);
  }

  copyOut(to: Numbers, start: number, length: number, from: number): void {
    if (isPlain(to)) to.set(this.#floats.subarray(from / 4, from / 4 + length), start);
    else if (isCoded(to)) encode(to, start, length, this.#floats, from / 4);
  }
}

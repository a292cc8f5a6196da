import type { Weights } from "../model.ts";
import { brief, type Symptom } from "./finding.ts";

/** The largest number of half precision. */
const LARGEST = 65504;

/** Whether a number is one of half precision: eleven bits of significand, or a multiple of 2⁻²⁴. */
export function isHalf(x: number): boolean {
  const size = Math.abs(x);
  if (size > LARGEST) return false;
  const exponent = size === 0 ? -24 : Math.max(-24, Math.floor(Math.log2(size)) - 10);
  return Number.isInteger(size * 2 ** -exponent);
}

/** Looks for numbers that are not finite, and whether half precision is why. */
export class Precision {
  #largest = 0;
  #halves = true;
  #seen = 0;

  add(tensors: Weights): Symptom[] {
    const before = this.#largest;
    let odd: { readonly name: string; readonly count: number } | undefined;
    for (const [name, data] of Object.entries(tensors)) {
      let count = 0;
      const step = Math.max(1, Math.floor(data.length / 64));
      let largest = this.#largest;
      // Private fields and calls would take longer than the rest of this loop.
      for (let i = 0; i < data.length; i++) {
        const x = data[i]!;
        if (x - x !== 0) count++;
        else if (x > largest) largest = x;
        else if (-x > largest) largest = -x;
      }
      this.#largest = largest;
      for (let i = 0; i < data.length && this.#halves; i += step) {
        const x = data[i]!;
        if (x === 0 || x - x !== 0) continue;
        this.#seen++;
        this.#halves = isHalf(x);
      }
      if (count > 0) odd ??= { name, count };
    }
    if (odd === undefined) return [];
    const evidence = { count: odd.count, largest: this.#largest };
    const what = `${odd.count} numbers of \`${odd.name}\` are not finite`;
    if (this.#halves && this.#seen >= 16)
      return [
        {
          name: "half-overflow",
          subject: odd.name,
          evidence,
          text: `${what}, all others are numbers of half precision, the largest ${brief(Math.max(before, this.#largest))} of ${LARGEST}: half-precision overflow; use bfloat16, scale the loss dynamically, or keep this layer in single precision.`,
        },
      ];
    const text = `${what}: look for a division by 0, a logarithm of 0 or a square root at 0 there, and lower the rate.`;
    return [{ name: "not-finite", subject: odd.name, evidence, text }];
  }
}

import type { Weights } from "../model.ts";
import { brief, type Symptom } from "./finding.ts";
import type { Scanned } from "./norms.ts";

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
    return this.read(
      tensors,
      Object.entries(tensors).map(([name, data]) => scan(name, data)),
    );
  }

  /** Takes tensors that were read already. */
  read(tensors: Weights, scanned: readonly Scanned[]): Symptom[] {
    const before = this.#largest;
    const bad = scanned.find(({ odd }) => odd > 0);
    const odd = bad && { name: bad.name, count: bad.odd };
    for (const { name, largest } of scanned) {
      const data = tensors[name]!; // it was read
      this.#largest = Math.max(this.#largest, largest);
      const step = Math.max(1, Math.floor(data.length / 64));
      for (let i = 0; i < data.length && this.#halves; i += step) {
        const x = data[i]!;
        if (x === 0 || x - x !== 0) continue;
        this.#seen++;
        this.#halves = isHalf(x);
      }
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

function scan(name: string, data: Float32Array): Scanned {
  let odd = 0;
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!;
    if (x - x !== 0) odd++;
    else if (x > largest) largest = x;
    else if (-x > largest) largest = -x;
  }
  return { name, odd, largest };
}

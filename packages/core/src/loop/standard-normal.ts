import { hashOf } from "../hash.ts";

/**
 * Independent standard normal numbers, the same for the same key on every machine: splitmix32 from a hash of the key (FNV-1a),
 * in pairs by Box and Muller.
 */
export function standardNormal(count: number, key: string): Float32Array {
  let state = hashOf(key);
  /** Above 0, at most 1. */
  const uniform = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let x = state ^ (state >>> 16);
    x = Math.imul(x, 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return (((x ^ (x >>> 15)) >>> 0) + 1) / 2 ** 32;
  };
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    out[i] = radius * Math.cos(angle);
    out[i + 1] = radius * Math.sin(angle); // past the end of an odd count it goes nowhere
  }
  return out;
}

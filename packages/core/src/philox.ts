/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11): a bijection that turns a counter and
 * a key into 128 random bits, so that number one million costs no more than number one.
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): readonly [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < philoxRounds.count; round++) {
    const high0 = high(M0, c0);
    const low0 = Math.imul(M0, c0);
    const high1 = high(M1, c2);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** The rounds of Philox, for backends that compute them elsewhere. */
export const philoxRounds = {
  count: 10,
  multipliers: [0xd2511f53, 0xcd9e8d57],
  /** The key grows by these from round to round: the golden ratio, and the square root of three, less one. */
  weyl: [0x9e3779b9, 0xbb67ae85],
} as const satisfies Readonly<Record<string, number | readonly number[]>>;

const {
  multipliers: [M0, M1],
  weyl: [W0, W1],
} = philoxRounds;

/** The upper 32 bits of a 32 × 32 bit product, by halves: no partial sum exceeds 2^53. */
export function high(a: number, b: number): number {
  const low = b & 0xffff;
  const up = b >>> 16;
  const middle = a * up + Math.floor((a * low) / 0x10000);
  return (middle / 0x10000) | 0;
}

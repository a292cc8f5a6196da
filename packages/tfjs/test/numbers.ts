/** Numbers from a fixed generator (mulberry32, Box–Muller), the same on every backend. */
export function normal(shape: readonly number[], seed = 1): Float32Array {
  let s = seed * 0x9e3779b9;
  const uniform = (): number => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const size = shape.reduce((a, b) => a * b, 1);
  return Float32Array.from(
    { length: size },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

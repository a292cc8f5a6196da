import { canonicalOrder, type Description, type Shape } from "@descent/core/adapter";

/** A shape with what its dimensions are, where that is known. */
export type Laid = Pick<Description, "shape" | "axes">;

/** By dimension of `to`, the same dimension of `from`: as they lie where the layout of either is not known. */
export function orderOf(from: Laid, to: Laid): readonly number[] {
  const [a, b] = [canonicalOrder(from), canonicalOrder(to)];
  if (!a || !b) return [...to.shape.keys()];
  return b.map((_, d) => a[b.indexOf(d)]!);
}

/** Numbers of a shape in another order of its dimensions. */
export function permuted(data: ArrayLike<number>, shape: Shape, order: readonly number[]): Float32Array {
  const steps = order.map((d) => shape.slice(d + 1).reduce((n, size) => n * size, 1));
  const sizes = order.map((d) => shape[d]!);
  const out = new Float32Array(data.length);
  for (let n = 0; n < out.length; n++) {
    let at = 0;
    for (let i = sizes.length - 1, rest = n; i >= 0; i--) {
      at += (rest % sizes[i]!) * steps[i]!;
      rest = Math.floor(rest / sizes[i]!);
    }
    out[n] = data[at]!;
  }
  return out;
}

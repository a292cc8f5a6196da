import { type Dense, turned } from "./dense.ts";
import { gathered, type InnerLoops, spread, strideOf } from "./inner-loops.ts";
import { accumulate, reflect, reflector, TOGETHER } from "./reflections.ts";

/** Columns whose reflections pass over the rest of the matrix together. */
const PANEL = 32;

/** Orthonormal columns that span those of `a`, by Householder's reflections: min(rows, cols) of them, with R's diagonal positive. */
export function qr(a: Dense, loops: InnerLoops): Dense {
  const { rows, cols } = a;
  const count = Math.min(rows, cols);
  const stride = strideOf(rows);
  const [at, q, betas] = [0, cols * stride, (cols + count) * stride];
  const x = loops.open(betas + count);
  spread(turned(a).data, rows, x, at, stride); // a column lies together
  const directions = { at, stride, size: rows, shift: 0, betas };
  for (let first = 0; first < count; first += PANEL) {
    const end = Math.min(first + PANEL, count);
    for (let j = first; j < end; j++) {
      const { beta, alpha } = reflector(x, at + j * stride + j, rows - j);
      x[betas + j] = beta;
      x[q + j * stride + j] = alpha < 0 ? -1 : 1;
      reflect(loops, directions, j, at + (j + 1) * stride, end - j - 1);
    }
    for (let k = end; k < cols; k += TOGETHER)
      for (let j = first; j < end; j++) reflect(loops, directions, j, at + k * stride, Math.min(TOGETHER, cols - k));
  }
  accumulate(loops, directions, count, q, count);
  return turned({ rows: count, cols: rows, data: gathered(x, q, stride, count, rows) });
}

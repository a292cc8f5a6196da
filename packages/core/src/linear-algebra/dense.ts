/** A matrix with its numbers, row by row. */
export interface Dense {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/** Lines that are moved at a time, so that those of both matrices stay in the cache. */
const TILE = 16;

/** Another arrangement of the same numbers: columns as rows. */
export function turned({ rows, cols, data }: Dense): Dense {
  const out = new Float64Array(data.length);
  for (let top = 0; top < rows; top += TILE)
    for (let side = 0; side < cols; side += TILE)
      for (let i = top; i < Math.min(rows, top + TILE); i++)
        for (let j = side; j < Math.min(cols, side + TILE); j++) out[j * rows + i] = data[i * cols + j]!;
  return { rows: cols, cols: rows, data: out };
}

/** Makes the largest element of each row positive; of those that agree to nine digits, the first. */
export function orient({ rows, cols, data }: Dense): void {
  for (let row = 0; row < rows; row++) {
    const [first, end] = [row * cols, (row + 1) * cols];
    let most = 0;
    for (let i = first; i < end; i++) if (Math.abs(data[i]!) > Math.abs(most) * (1 + 1e-9)) most = data[i]!;
    if (most < 0) for (let i = first; i < end; i++) data[i] = -data[i]!;
  }
}

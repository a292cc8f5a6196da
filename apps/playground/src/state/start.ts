interface View {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** A start within the view, to a thousandth of it, so that links and fields stay short. */
export function startIn({ x, y }: View, at: readonly [number, number]): readonly [number, number] {
  return [rounded(at[0], x), rounded(at[1], y)];
}

function rounded(value: number, [low, high]: readonly [number, number]): number {
  const digits = Math.max(0, 3 - Math.floor(Math.log10(high - low)));
  return Number(Math.min(high, Math.max(low, value)).toFixed(Math.min(12, digits)));
}

import { OptimizerError } from "@descent/core";
import { takes } from "@descent/core/adapter";
import { checkNumbers } from "../draw/path.ts";
import type { Series } from "./lines.ts";

/**
 * A long line as a short one that can be read: means of neighbouring points, with a band from the least to the greatest. At most `count`
 * points remain, 160 by default; numbers that are not finite are left out of their mean. Throws for lists of different lengths.
 */
export function condensed(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  count = 160,
): Required<Pick<Series, "x" | "y" | "band">> {
  checkNumbers("condensed", "`x`", x);
  checkNumbers("condensed", "`y`", y);
  takes("condensed", "a number of points, at least 1", count, Number.isSafeInteger(count) && count >= 1);
  if (x.length !== y.length)
    throw new OptimizerError(`\`condensed\`: there are ${x.length} numbers in \`x\` and ${y.length} in \`y\`.`);
  const each = Math.max(1, Math.ceil(x.length / count));
  const xs: number[] = [];
  const means: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  for (let from = 0; from < x.length; from += each) {
    const to = Math.min(x.length, from + each);
    const part = Array.from({ length: to - from }, (_, i) => y[from + i]!).filter(Number.isFinite);
    xs.push(x[(from + to) >> 1]!);
    means.push(part.length === 0 ? Number.NaN : part.reduce((sum, value) => sum + value, 0) / part.length);
    low.push(part.length === 0 ? Number.NaN : Math.min(...part));
    high.push(part.length === 0 ? Number.NaN : Math.max(...part));
  }
  return { x: xs, y: means, band: { low: low, high: high } };
}

import { takes } from "@descent/core/adapter";
import { pixels } from "./markup.ts";
import type { Scale } from "./scale.ts";

const isNumbers = (x: unknown): x is ArrayLike<number> =>
  (Array.isArray(x) && x.every((v) => typeof v === "number")) || x instanceof Float32Array || x instanceof Float64Array;

/** Throws unless it is a list of numbers or an array of floats; `where` names the call and the thing. */
export function checkNumbers(call: string, what: string, given: unknown): asserts given is ArrayLike<number> {
  takes(call, `${what}: a list of numbers`, given, isNumbers(given));
}

/** Throws unless it is a scale. */
export function checkScale(call: string, given: unknown): asserts given is Scale {
  takes(
    call,
    "a scale from scale(domain, range)",
    given,
    typeof given === "object" &&
      given !== null &&
      typeof Reflect.get(given, "at") === "function" &&
      Array.isArray(Reflect.get(given, "range")),
  );
}

/** Pixels that a drawing goes no farther than: a number that diverges would become one that renderers refuse. */
const FAR = 1e4;

/** A coordinate, put where the drawing ends if it lies beyond. */
export const within = (pixel: number): number => Math.max(-FAR, Math.min(FAR, pixel));

/**
 * The points up to number `end` as an SVG path. It breaks where a number cannot be shown, and leaves out points that would lie
 * within a twentieth of a pixel of the last one.
 */
export function linePath(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  x: Scale,
  y: Scale,
  end: number = Number.MAX_SAFE_INTEGER,
): string {
  checkNumbers("linePath", "x", xs);
  checkNumbers("linePath", "y", ys);
  checkScale("linePath", x);
  checkScale("linePath", y);
  takes("linePath", "the number of points", end, typeof end === "number");
  let path = "";
  let pen = false;
  let lastX = Number.NaN;
  let lastY = Number.NaN;
  const count = Math.min(xs.length, ys.length, end);
  for (let i = 0; i < count; i++) {
    const px = x.at(xs[i]!); // within both
    const py = y.at(ys[i]!);
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      pen = false;
      continue;
    }
    const cx = within(px);
    const cy = within(py);
    if (pen && i < count - 1 && Math.abs(cx - lastX) + Math.abs(cy - lastY) < 0.05) continue;
    path += `${pen ? "L" : "M"}${pixels(cx)} ${pixels(cy)}`;
    pen = true;
    lastX = cx;
    lastY = cy;
  }
  return path;
}

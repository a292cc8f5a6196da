import type { Batch, Learner } from "./learner.ts";
import type { Weights } from "./net.ts";
import { filterNormalized, flat, onPlane, principal, projected, randomWalk, shaped } from "./plane.ts";

/** The planes that are offered. */
export const planes = ["pca", "random"] as const;
/** The name of a plane. */
export type Plane = (typeof planes)[number];

/** Places along a side of the map. */
const COLUMNS = 23;

/** The loss over a plane through the weights where a training ended, with the way that led there. */
export interface Landscape {
  readonly plane: Plane;
  /** Row by row from the least y, `columns` in each of as many rows. */
  readonly values: Float64Array;
  readonly columns: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** The way's shadow on the plane, with the step of each place. */
  readonly way: { readonly step: readonly number[]; readonly x: readonly number[]; readonly y: readonly number[] };
  /** How far each place of the way lies from the plane, and its loss beside that of its shadow. */
  readonly distance: readonly number[];
  readonly truth: readonly number[];
  readonly shadow: readonly number[];
  /** The parts of the way's variance in its two first directions. */
  readonly explained: readonly [number, number];
  /** The same of a random walk of as many steps of the same lengths, and its shadow on its own plane. */
  readonly walk: { readonly x: readonly number[]; readonly y: readonly number[]; readonly explained: readonly [number, number] }; // biome-ignore format: one field
}

/** From the least to the greatest number with a margin; at least as wide as `least`. */
function widened(values: readonly number[], least: number): readonly [number, number] {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const margin = Math.max(0.2 * (high - low), (least - (high - low)) / 2);
  return [low - margin, high + margin];
}

/**
 * Measures the loss of a batch over a plane: through the way's two principal directions, or two random ones by filters. `report` hears the share that is done, and
 * stops the work by `false`; then the result is undefined.
 */
export async function landscapeOf(
  learner: Learner,
  way: readonly { readonly step: number; readonly weights: Weights }[],
  batch: Batch,
  { plane, seed, columns = COLUMNS }: { readonly plane: Plane; readonly seed: number; readonly columns?: number },
  report: (share: number) => Promise<boolean>,
): Promise<Landscape | undefined> {
  const points = way.map(({ weights }) => flat(weights));
  const last = way.at(-1);
  const [origin] = points.slice(-1);
  if (!last || !origin) throw new Error("The landscape needs a net that was trained. Train first.");
  const own = principal(points);
  const directions = plane === "pca" ? own.directions : ([filterNormalized(last.weights, seed, "first"), filterNormalized(last.weights, seed, "second")] as const); // biome-ignore format: one choice
  const places = points.map((point) => projected(point, origin, directions));
  const xs = places.map(({ x }) => x);
  const ys = places.map(({ y }) => y);
  // A random plane is seen as in the paper, from −1 to 1; the way hardly moves in it.
  const [x, y] = plane === "pca" ? [widened(xs, 1e-3), widened(ys, 1e-3)] : [widened(xs, 2), widened(ys, 2)];
  const all = columns * columns + 2 * points.length;
  let done = 0;
  const measured = async (point: Float64Array): Promise<number | undefined> => {
    if (!(await report(done++ / all))) return undefined;
    return learner.lossAt(shaped(point), batch);
  };
  const values = new Float64Array(columns * columns);
  for (let i = 0; i < values.length; i++) {
    const [u, v] = [(i % columns) / (columns - 1), Math.floor(i / columns) / (columns - 1)];
    const at = onPlane(origin, directions, x[0] + u * (x[1] - x[0]), y[0] + v * (y[1] - y[0]));
    const loss = await measured(at);
    if (loss === undefined) return undefined;
    values[i] = loss;
  }
  const [truth, shadow]: [number[], number[]] = [[], []];
  for (const [i, point] of points.entries()) {
    const [there, below] = [await measured(point), await measured(onPlane(origin, directions, xs[i]!, ys[i]!))];
    if (there === undefined || below === undefined) return undefined;
    truth.push(there);
    shadow.push(below);
  }
  const walk = randomWalk(points, seed);
  const control = principal(walk);
  const shadows = walk.map((point) => projected(point, walk.at(-1)!, control.directions)); // it has a start
  return {
    plane,
    values,
    columns,
    x,
    y,
    way: { step: way.map(({ step }) => step), x: xs, y: ys },
    distance: places.map(({ distance }) => distance),
    truth,
    shadow,
    explained: own.explained,
    walk: { x: shadows.map((one) => one.x), y: shadows.map((one) => one.y), explained: control.explained },
  };
}

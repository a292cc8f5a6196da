import { optimizer } from "@descent/arrays";
import { type Configured, OptimizerError } from "@descent/core";
import { checkConfigured, isRecord, takes, whole } from "@descent/core/adapter";
import { trace } from "@descent/core/graph";
import { type Batch, seenBy } from "./mini-batches.ts";
import type { Surface } from "./surface.ts";

/** Options of `basins`. */
export interface BasinsOptions {
  /** The surface to descend, from `surface(…)`. */
  readonly surface: Surface;
  /** A rule that treats each number for itself: one without norms, sums or products of matrices. */
  readonly rule: Configured;
  /** The least and the greatest x of starts. */
  readonly x: readonly [number, number];
  /** The least and the greatest y of starts. */
  readonly y: readonly [number, number];
  /** Starts along x, 2 to 512. */
  readonly columns: number;
  /** Starts along y, 2 to 512. */
  readonly rows: number;
  /** Updates of each start, 1 to 10,000. */
  readonly steps: number;
  /** Steps see mini-batches, all starts the same: some of the terms that the formula adds up. */
  readonly batch?: Batch | undefined;
  /**
   * Told where all stand before the first step and after each: x and y by turns, starts in the order of the map. The array is the one being stepped, so
   * copy what you keep.
   */
  readonly seen?: ((step: number, places: Float32Array) => void) | undefined;
}

/** Where starts lead: a map, row by row from the least y, each row from the least x. */
export interface Basins {
  /**
   * For each start the index of its end among `ends`; -1 where the path left the numbers, ended by itself, or was still on its way.
   */
  readonly indices: Int16Array;
  /** Starts along x. */
  readonly columns: number;
  /** Starts along y. */
  readonly rows: number;
  /** The least and the greatest x of starts. */
  readonly x: readonly [number, number];
  /** The least and the greatest y of starts. */
  readonly y: readonly [number, number];
  /** The places at which many paths arrive, the most frequent first, with the share of starts that lead there. */
  readonly ends: readonly { readonly at: readonly [number, number]; readonly share: number }[];
  /** The share of starts that had not arrived: by its slope and curvature, level ground was farther away than places lie apart. */
  readonly underway: number;
}

/** Ends nearer to each other than this share of the picture are one place; a place must be the end of one start in 400. */
const [NEAR, FEW] = [0.02, 1 / 400];
const MOST = 16;

/**
 * Where each of many starts leads, all stepped as one tensor. Rules that take norms or sums would let the starts see one another, so they are refused
 * with an OptimizerError, and so is clipping by norm.
 */
export function basins(options: BasinsOptions): Basins {
  takes("basins", "{ surface, rule, x, y, columns, rows, steps }", options, isRecord(options));
  const { surface, rule, x, y, columns, rows, steps, batch, seen } = options;
  takes("basins", "`seen`: a function", seen, seen === undefined || typeof seen === "function");
  takes("basins", "`surface`: from surface(…)", surface, isRecord(surface) && typeof surface.gradient === "function");
  checkConfigured(rule, "basins");
  for (const side of [x, y])
    takes(
      "basins",
      "ranges of two finite numbers",
      side,
      Array.isArray(side) && side.length === 2 && side.every(Number.isFinite),
    );
  whole("basins", { columns, rows, steps });
  takes(
    "basins",
    "2 to 512 columns and rows",
    [columns, rows],
    Math.min(columns, rows) >= 2 && Math.max(columns, rows) <= 512,
  );
  takes("basins", "1 to 10,000 `steps`", steps, steps >= 1 && steps <= 10_000);
  const partOf = seenBy("basins", surface, batch);
  refuseCoupled(rule);
  const count = columns * rows;
  const w = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    w[2 * i] = x[0] + ((i % columns) / (columns - 1)) * (x[1] - x[0]);
    w[2 * i + 1] = y[0] + (Math.floor(i / columns) / (rows - 1)) * (y[1] - y[0]);
  }
  const opt = optimizer({ w }, rule);
  if (["h", "loss", "sampled"].some((input) => opt.reads(input)))
    throw new OptimizerError("`basins`: the rule reads more than gradients. Give it one that does not, such as adam.");
  const g = new Float32Array(2 * count);
  seen?.(0, w);
  for (let step = 1; step <= steps; step++) {
    const on = partOf(step);
    do {
      if (on.gradients) on.gradients(w, g);
      else onePerPoint(on, w, g);
      opt.update({ w: g });
    } while (opt.midRound);
    seen?.(step, w);
  }
  const last = opt.withReadout(() => w.slice());
  opt.dispose();
  return { ...gathered(last, surface, x, y), columns, rows, x, y };
}

function onePerPoint({ gradient }: Surface, points: Float32Array, into: Float32Array): void {
  for (let i = 0; i < points.length; i += 2) into.set(gradient(points[i]!, points[i + 1]!), i); // within
}

/** Throws if one number's step depends on the others. */
function refuseCoupled(configured: Configured): void {
  const rule = configured.kind === "rule" ? configured.rule : undefined;
  takes("basins", "one rule with its options, such as adam({ lr: 0.1 })", configured, rule !== undefined);
  if (!rule) return;
  const places = Object.values(rule.state).map((slot) =>
    typeof slot === "object" ? (slot.place ?? "tensor") : "tensor",
  );
  const alone = places.every((place) => place === "tensor" || place === "host");
  const macros = Object.keys(rule.macros ?? {}).length > 0;
  const sums = (): boolean =>
    [...Object.keys(rule.phases ?? {}), undefined].some(
      (phase) => trace(rule, undefined, undefined, phase).passes.length > 0,
    );
  if (rule.needs || !alone || macros || sums())
    throw new OptimizerError(
      `\`basins\` steps all starts as one tensor, and ${rule.title} lets its numbers see one another (norms, sums or matrices). Give it a rule that works by element, such as adam.`,
    );
}

/** The ends that have arrived, gathered where the level ground before them lies close together. */
function gathered(
  w: Float32Array,
  surface: Surface,
  x: readonly [number, number],
  y: readonly [number, number],
): Pick<Basins, "indices" | "ends" | "underway"> {
  const count = w.length / 2;
  const near = NEAR * Math.max(Math.abs(x[1] - x[0]), Math.abs(y[1] - y[0]));
  const places: { at: [number, number]; starts: number }[] = [];
  const found = new Int32Array(count).fill(-1);
  let underway = 0;
  for (let i = 0; i < count; i++) {
    const [px, py] = [w[2 * i]!, w[2 * i + 1]!]; // within
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    const [slope, bend] = [surface.gradient(px, py), surface.curvature(px, py)];
    const [ahead, aside] = [slope[0] / bend[0] || 0, slope[1] / bend[1] || 0]; // to level ground; 0 / 0 stands on it
    if (Math.max(Math.abs(ahead), Math.abs(aside)) >= near) {
      underway++;
      continue;
    }
    const [lx, ly] = [px - ahead, py - aside];
    let at = places.findIndex((place) => Math.abs(place.at[0] - lx) < near && Math.abs(place.at[1] - ly) < near);
    if (at < 0 && places.length < 1000) at = places.push({ at: [lx, ly], starts: 0 }) - 1;
    if (at < 0) continue;
    places[at]!.starts++;
    found[i] = at;
  }
  const kept = places
    .map((place, was) => ({ ...place, was }))
    .filter(({ starts }) => starts >= FEW * count)
    .sort((a, b) => b.starts - a.starts)
    .slice(0, MOST);
  const names = new Map(kept.map(({ was }, i) => [was, i]));
  return {
    indices: Int16Array.from(found, (at) => names.get(at) ?? -1),
    ends: kept.map(({ at, starts }) => ({ at, share: starts / count })),
    underway: underway / count,
  };
}

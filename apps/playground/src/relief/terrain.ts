import { type Field, levelsOf } from "@descent/viz";
import type { Point } from "./camera.ts";

/** The highest point of the scene. */
const TOP = 0.85;
/** Half of all points lie below this part of the height, if it has to be bent so. */
const MIDDLE = 0.3;

/** A field as a solid that stands on a square, and what lies on it. */
export interface Terrain {
  /** Per corner: place, direction away from the ground, level. Walls have the level −1. */
  readonly corners: Float32Array;
  readonly triangles: Uint32Array;
  /** Heights above the lowest are drawn to this power; 1 where they are drawn as they are. */
  readonly power: number;
  /** The point of the scene above a place of the field; undefined outside. */
  on(x: number, y: number): Point | undefined;
  /** The place of the field where a line meets the ground; undefined if it passes by. */
  meets(from: Point, along: Point): readonly [x: number, y: number] | undefined;
}

/** Numbers per corner. */
export const STRIDE = 7;

/** How strongly heights are bent: not at all where half of the ground is high enough to be seen. */
function powerOf(values: ArrayLike<number>, least: number, most: number): number {
  const shares = Float64Array.from(values, (v) => (v - least) / (most - least))
    .filter(Number.isFinite)
    .sort();
  const middle = shares[Math.floor(shares.length / 2)] ?? 1;
  const power = Math.log(MIDDLE) / Math.log(middle);
  return power > 0 && power < 0.95 ? Math.max(0.1, Math.round(power * 100) / 100) : 1;
}

/** Builds the solid of a field. Places whose height is not finite stand as high as the highest that is. */
export function terrainOf(field: Field): Terrain {
  const { values, columns, rows, x, y } = field;
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i])) {
      least = Math.min(least, values[i]!);
      most = Math.max(most, values[i]!);
    }
  const flat = !(most > least);
  const power = flat ? 1 : powerOf(values, least, most);
  const z = Float32Array.from(values, (v) =>
    flat ? 0 : TOP * (((Number.isFinite(v) ? v : most) - least) / (most - least)) ** power,
  );
  const levels = levelsOf(values, 18);
  const levelOf = (v: number): number => {
    const above = levels.findIndex((level) => level > v);
    if (above < 0) return levels.length;
    const [low, high] = [above === 0 ? least : levels[above - 1]!, levels[above]!]; // within the list
    return above + Math.max(0, (v - low) / (high - low));
  };
  const [dx, dy] = [2 / (columns - 1), 2 / (rows - 1)];
  const at = (c: number, r: number): number =>
    z[Math.max(0, Math.min(rows - 1, r)) * columns + Math.max(0, Math.min(columns - 1, c))]!; // within
  const corners: number[] = [];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const [nx, ny] = [(at(c - 1, r) - at(c + 1, r)) / (2 * dx), (at(c, r - 1) - at(c, r + 1)) / (2 * dy)];
      const length = Math.hypot(nx, ny, 1);
      const value = values[r * columns + c]!; // as many
      corners.push(c * dx - 1, r * dy - 1, at(c, r), nx / length, ny / length, 1 / length, levelOf(Number.isFinite(value) ? value : most)); // biome-ignore format: one corner
    }
  const triangles: number[] = [];
  for (let r = 0; r + 1 < rows; r++)
    for (let c = 0; c + 1 < columns; c++) {
      const i = r * columns + c;
      triangles.push(i, i + 1, i + columns, i + 1, i + columns + 1, i + columns);
    }
  const wall = (count: number, cell: (i: number) => readonly [c: number, r: number], nx: number, ny: number): void => {
    const first = corners.length / STRIDE;
    for (let i = 0; i < count; i++) {
      const [c, r] = cell(i);
      for (const height of [at(c, r), 0]) corners.push(c * dx - 1, r * dy - 1, height, nx, ny, 0, -1);
      if (i > 0) {
        const k = first + 2 * i;
        triangles.push(k - 2, k - 1, k, k, k - 1, k + 1);
      }
    }
  };
  wall(columns, (i) => [i, 0], 0, -1);
  wall(columns, (i) => [i, rows - 1], 0, 1);
  wall(rows, (i) => [0, i], -1, 0);
  wall(rows, (i) => [columns - 1, i], 1, 0);
  /** The height of the two triangles of a cell, so that what lies on the ground lies on what is drawn. */
  const ground = (u: number, v: number): number => {
    const [cu, rv] = [(u + 1) / dx, (v + 1) / dy];
    const [c, r] = [Math.min(columns - 2, Math.floor(cu)), Math.min(rows - 2, Math.floor(rv))];
    const [a, b] = [cu - c, rv - r];
    return a + b <= 1
      ? at(c, r) + a * (at(c + 1, r) - at(c, r)) + b * (at(c, r + 1) - at(c, r))
      : at(c + 1, r + 1) + (1 - a) * (at(c, r + 1) - at(c + 1, r + 1)) + (1 - b) * (at(c + 1, r) - at(c + 1, r + 1));
  };
  return {
    corners: Float32Array.from(corners),
    triangles: Uint32Array.from(triangles),
    power,
    on(px, py) {
      const [u, v] = [(2 * (px - x[0])) / (x[1] - x[0]) - 1, (2 * (py - y[0])) / (y[1] - y[0]) - 1];
      return Math.abs(u) <= 1 && Math.abs(v) <= 1 ? [u, v, ground(u, v)] : undefined;
    },
    meets(from, along) {
      for (let s = 2; s < 8; s += 0.004) {
        const [u, v, w] = [from[0] + s * along[0], from[1] + s * along[1], from[2] + s * along[2]];
        if (w < 0) return undefined;
        if (Math.abs(u) <= 1 && Math.abs(v) <= 1 && w <= ground(u, v))
          return [x[0] + ((u + 1) / 2) * (x[1] - x[0]), y[0] + ((v + 1) / 2) * (y[1] - y[0])];
      }
      return undefined;
    },
  };
}

/** A path laid on the ground: one piece of line after the other, and how many of them lead to each step. */
export interface Draped {
  /** Of each point: place, and the length of the path up to it. A piece goes from one point to the next. */
  readonly points: Float32Array;
  /** The points that belong to the first steps, by step. */
  readonly upTo: Uint32Array;
}

/** Steps that end nearer than this to the last point drawn add none: less than a pixel of a scene 600 pixels wide, which is 2. */
const NEAR = 0.003;
/** The length of a piece, about a cell, and how many there may be before they grow longer instead. */
const [PIECE, PIECES] = [0.02, 20_000];

/**
 * Lays a path on the ground in pieces as long as a cell, and longer ones where there would be more than 20,000 of them. Steps too small to be seen add no piece. Where
 * it leaves the field nothing is drawn: there the length is −1.
 */
export function draped(xs: ArrayLike<number>, ys: ArrayLike<number>, terrain: Terrain): Draped {
  const points: number[] = [];
  const upTo = new Uint32Array(xs.length);
  const at = Array.from(xs, (x, i) => terrain.on(x, ys[i]!)); // as many
  const far = at.map((b, i) => {
    const a = at[i - 1];
    return i === 0 ? 0 : a && b ? Math.hypot(b[0] - a[0], b[1] - a[1]) : 1;
  });
  const piece = Math.max(PIECE, far.reduce((a, b) => a + b, 0) / PIECES); // biome-ignore format: one length
  let length = 0;
  let last: Point | undefined;
  const push = (point: Point | undefined, always: boolean): void => {
    const moved = point && last ? Math.hypot(point[0] - last[0], point[1] - last[1], point[2] - last[2]) : 0;
    const seen = point && last ? moved >= NEAR : point !== last; // from the field, or back to it
    if (!seen && !always) return;
    length += moved;
    points.push(...(point ?? [0, 0, 0]), point ? length : -1);
    last = point;
  };
  for (let i = 0; i < xs.length; i++) {
    const pieces = Math.min(80, Math.ceil(far[i]! / piece)); // as many
    for (let k = 1; k < pieces; k++)
      push(terrain.on(xs[i - 1]! + (k / pieces) * (xs[i]! - xs[i - 1]!), ys[i - 1]! + (k / pieces) * (ys[i]! - ys[i - 1]!)), false); // biome-ignore format: a place between
    push(at[i], i === 0 || i === xs.length - 1);
    upTo[i] = points.length / 4;
  }
  return { points: Float32Array.from(points), upTo };
}

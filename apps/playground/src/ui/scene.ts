import type { Areas, Field } from "@descent/viz";
import type { Outcome, Swarm } from "../engine/messages.ts";
import { startIn } from "../state/start.ts";

/** A surface, paths on it, and where they start. */
export interface Scene {
  readonly title: string;
  readonly description: string;
  readonly field: Field;
  readonly marks: readonly (readonly [number, number])[];
  readonly names: readonly string[];
  readonly outcomes: readonly Outcome[];
  /** The start that was asked for last; the paths may still be those of an earlier one. */
  readonly start: readonly [number, number];
  readonly areas?: Basin | undefined;
}

/** A map of basins, with where its starts stood on the way. */
export interface Basin extends Areas {
  readonly swarm: Swarm;
}

/** Told of a new start; `moving` while the hand still moves it. */
export type Moved = (start: readonly [number, number], moving: boolean) => void;

/** An arrow over the surface, from a place to a place. */
export interface Arrow {
  readonly name: string;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

const short = (value: number): string => String(Number(value.toPrecision(3))).replace("-", "−");

/** The button by which the start is moved, in words. */
export const startLabel = ([x, y]: readonly [number, number]): string =>
  `Start at x ${short(x)}, y ${short(y)}. Drag it, or move it with the arrow keys.`;

const keys: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The start after a key: an arrow moves it by a hundredth of the view's width, with Shift by a tenth. */
export function startByKey(
  { key, shiftKey }: KeyboardEvent,
  { field, start }: Scene,
): readonly [number, number] | undefined {
  const step = keys[key];
  if (!step) return undefined;
  const size = (shiftKey ? 0.1 : 0.01) * (field.x[1] - field.x[0]);
  return startIn(field, [start[0] + step[0] * size, start[1] + step[1] * size]);
}

/** An arrow in pixels, with its name at its tip; one too short to be seen is left out. */
export function arrowMarkup(
  name: string,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
): string {
  // biome-ignore format: one line
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!(length >= 3 && length < Infinity)) return "";
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const head = Math.min(9, length);
  const point = (along: number, aside: number): string =>
    `${(x1 - along * ux - aside * uy).toFixed(1)} ${(y1 - along * uy + aside * ux).toFixed(1)}`;
  const d = `M${x0.toFixed(1)} ${y0.toFixed(1)}L${point(0, 0)}M${point(head, head / 2)}L${point(0, 0)}L${point(head, -head / 2)}`;
  const [tx, ty] = [x1 + 9 * ux, y1 + 9 * uy + 4];
  const anchor = ux > 0.3 ? "start" : ux < -0.3 ? "end" : "middle";
  const text = name.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<path class="arrow-casing" d="${d}"/><path class="arrow" d="${d}"/><text class="arrow-name" x="${tx.toFixed(1)}" y="${(ty + 8 * Math.max(0, uy)).toFixed(1)}" text-anchor="${anchor}">${text}</text>`;
}

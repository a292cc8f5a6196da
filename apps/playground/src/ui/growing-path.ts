import type { Scale } from "@descent/viz";

/** Points nearer than this to the one before, in pixels, are left out: nobody sees them, and a browser draws every one. */
const NEAR = 0.6;

/** Pixels that a drawing goes no farther than: a number that diverges would become one that browsers refuse. */
const FAR = 1e4;

/** A path of which a beginning is shown: its text is made once, so that a frame costs a slice of it. */
export interface GrowingPath {
  /** The text of the path up to a point, that point included. */
  upTo(point: number): string;
}

/** A path through points, by pixels to a tenth. One that is not finite breaks it. */
export function growingPath(xs: ArrayLike<number>, ys: ArrayLike<number>, x: Scale, y: Scale): GrowingPath {
  const tenths = (value: number): number => Math.round(Math.max(-FAR, Math.min(FAR, value)) * 10) / 10 + 0;
  const place = (i: number): readonly [number, number] => [tenths(x.at(xs[i]!)), tenths(y.at(ys[i]!))]; // within
  const seen = (i: number): boolean => Number.isFinite(x.at(xs[i]!)) && Number.isFinite(y.at(ys[i]!)); // within
  const lengths = new Uint32Array(xs.length);
  const parts: string[] = [];
  let length = 0;
  let last: readonly [number, number] | undefined;
  for (let i = 0; i < xs.length; i++) {
    const [px, py] = place(i);
    if (!seen(i)) last = undefined;
    else if (!last || Math.hypot(px - last[0], py - last[1]) >= NEAR) {
      const part = `${last ? "L" : "M"}${px} ${py}`;
      parts.push(part);
      length += part.length;
      last = [px, py];
    }
    lengths[i] = length;
  }
  const text = parts.join("");
  return {
    upTo(point) {
      const i = Math.min(point, xs.length - 1);
      if (i < 0) return "";
      const [px, py] = place(i);
      const shown = text.slice(0, lengths[i]);
      return shown !== "" && seen(i) ? `${shown}L${px} ${py}` : shown;
    },
  };
}

import { UserError } from "../errors.ts";
import { side } from "./digits.ts";
import type { Picture } from "./picture.ts";

/** The side of the box that a digit of MNIST fills. */
const BOX = 20;
/** Ink fainter than this part of the darkest is paper: shadows, grain and the noise of JPEG. */
const FAINT = 0.2;
/** The least contrast between ink and paper. */
const CONTRAST = 0.1;
/** The width of MNIST's strokes in its box; thinner pens are made as wide. */
const STROKE = 2.2;
/** The longer side at which strokes are measured and thickened: photographs are larger than that needs. */
const WORKING = 160;

/**
 * A drawing as MNIST would have it (0 is paper, 255 is ink): dark on light or light on dark, cut out, scaled to a box of 20 × 20
 * and centred by its mass on 28 × 28. A picture of 28 × 28 keeps its place. Throws for a picture without a drawing.
 */
export function asDigit(picture: Picture, file: string): Uint8Array {
  const ink = inkOf(picture, file);
  const { width, height } = picture;
  if (width === side && height === side) return Uint8Array.from(ink, (x) => Math.round(255 * x));
  const box = bounds(ink, width, height);
  const cut = scaled(ink, width, box, Math.min(WORKING, Math.max(box.width, box.height)));
  const thick = thickened(cut);
  return centred(scaled(thick.ink, thick.width, { left: 0, top: 0, ...thick }, BOX));
}

/** Ink from 0 to 1. The paper is what most of the border is. */
function inkOf({ width, height, grey }: Picture, file: string): Float32Array {
  const border: number[] = [];
  for (let x = 0; x < width; x++) border.push(grey[x]!, grey[(height - 1) * width + x]!);
  for (let y = 0; y < height; y++) border.push(grey[y * width]!, grey[y * width + width - 1]!);
  border.sort((a, b) => a - b);
  const paper = border[border.length >> 1]!;
  const sign = paper > 0.5 ? 1 : -1;
  const most = grey.reduce((max, x) => Math.max(max, sign * (paper - x)), 0);
  if (most < CONTRAST)
    throw new UserError(
      `\`${file}\` shows nothing that stands out from its border. Draw one digit, and leave paper around it.`,
    );
  return grey.map((x) => Math.max(0, ((sign * (paper - x)) / most - FAINT) / (1 - FAINT)));
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function bounds(ink: Float32Array, width: number, height: number): Box {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (ink[y * width + x]! > 0) {
        [left, right] = [Math.min(left, x), Math.max(right, x)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Ink on a sheet. */
interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly ink: Float32Array;
}

/** The box with its longer side of that many pixels, each the mean of what it covers. */
function scaled(ink: Float32Array, width: number, box: Box, longer: number): Sheet {
  const by = longer / Math.max(box.width, box.height);
  const [w, h] = [Math.max(1, Math.round(box.width * by)), Math.max(1, Math.round(box.height * by))];
  const [columns, rows] = [covers(w, box.width), covers(h, box.height)];
  const out = new Float32Array(w * h);
  for (const [y, row] of rows.entries())
    for (const [x, column] of columns.entries())
      for (const [sy, partY] of row)
        for (const [sx, partX] of column)
          out[y * w + x]! += partX * partY * ink[(box.top + sy) * width + box.left + sx]!;
  const most = out.reduce((a, b) => Math.max(a, b), 0);
  return { width: w, height: h, ink: out.map((x) => x / most) };
}

/** Strokes at least as wide as MNIST's, on a sheet with room for them: the width is twice the area over the outline's length. */
function thickened({ width, height, ink }: Sheet): Sheet {
  const dark = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && ink[y * width + x]! > 0.5;
  let [area, outline] = [0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (dark(x, y)) {
        area++;
        for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) if (!dark(x + dx, y + dy)) outline++; // biome-ignore format: four sides
      }
  const wanted = (STROKE / BOX) * Math.max(width, height);
  const r = Math.max(0, Math.round((wanted - (2 * area) / Math.max(1, outline)) / 2));
  const wide = { width: width + 2 * r, height: height + 2 * r };
  const out = new Float32Array(wide.width * wide.height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = ink[y * width + x]!;
      if (value === 0) continue;
      for (let dy = -r; dy <= r; dy++)
        for (let dx = -r; dx <= r; dx++)
          if (dx * dx + dy * dy <= r * r) {
            const at = (y + r + dy) * wide.width + x + r + dx;
            out[at] = Math.max(out[at]!, value);
          }
    }
  return { ...wide, ink: out };
}

/** For each of `to` pixels, the parts of the `from` that it covers; the parts add up to 1. */
function covers(to: number, from: number): (readonly [place: number, part: number])[][] {
  const each = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [begin, end] = [i * each, Math.min(from, (i + 1) * each)];
    const parts: [number, number][] = [];
    for (let k = Math.floor(begin); k < end; k++) {
      const part = (Math.min(end, k + 1) - Math.max(begin, k)) / (end - begin);
      if (part > 0) parts.push([k, part]);
    }
    return parts;
  });
}

/** On 28 × 28, moved by whole pixels so that its centre of mass is the middle, and no ink falls outside. */
function centred({ width, height, ink }: Sheet): Uint8Array {
  let [mass, atX, atY] = [0, 0, 0];
  for (const [i, x] of ink.entries()) {
    mass += x;
    atX += x * ((i % width) + 0.5);
    atY += x * (Math.floor(i / width) + 0.5);
  }
  const place = (at: number, size: number): number =>
    Math.min(side - size, Math.max(0, Math.round(side / 2 - at / mass)));
  const [left, top] = [place(atX, width), place(atY, height)];
  const digit = new Uint8Array(side * side);
  for (const [i, x] of ink.entries())
    digit[(top + Math.floor(i / width)) * side + left + (i % width)] = Math.round(255 * x);
  return digit;
}

/** The digit as text, two rows of pixels per line. */
export function drawn(digit: Uint8Array): string {
  const dark = (x: number, y: number): boolean => digit[y * side + x]! >= 96;
  const line = (y: number): string =>
    Array.from({ length: side }, (_, x) => [" ", "▀", "▄", "█"][+dark(x, y) + 2 * +dark(x, y + 1)]!)
      .join("")
      .trimEnd();
  return Array.from({ length: side / 2 }, (_, i) => line(2 * i)).join("\n");
}

/* Digits drawn with a round pen, as somebody would draw them in a paint program. */

type Point = readonly [x: number, y: number];
type Stroke = readonly Point[];

const arc = (cx: number, cy: number, rx: number, ry: number, from: number, to: number): Stroke =>
  Array.from({ length: 25 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / 24) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });

/** Strokes in a square of 1 × 1. */
const strokes: readonly (readonly Stroke[])[] = [
  [arc(0.5, 0.5, 0.22, 0.35, 0, 360)],
  [[[0.42, 0.25], [0.52, 0.15], [0.5, 0.85]]],
  [[...arc(0.48, 0.32, 0.2, 0.17, 190, 380), [0.28, 0.84], [0.75, 0.82]]],
  [[...arc(0.46, 0.32, 0.18, 0.17, 200, 450), ...arc(0.46, 0.66, 0.21, 0.18, 270, 520)]],
  [[[0.33, 0.15], [0.26, 0.55], [0.72, 0.53]], [[0.64, 0.2], [0.6, 0.88]]],
  [[[0.7, 0.16], [0.36, 0.17], [0.33, 0.46], ...arc(0.46, 0.64, 0.2, 0.2, 255, 500)]],
  [[[0.62, 0.14], [0.42, 0.36], ...arc(0.48, 0.66, 0.17, 0.18, 200, 560)]],
  [[[0.26, 0.18], [0.73, 0.17], [0.45, 0.86]]],
  [[...arc(0.5, 0.32, 0.15, 0.16, 90, 450), ...arc(0.5, 0.67, 0.18, 0.18, 270, 630)]],
  [[...arc(0.48, 0.34, 0.17, 0.17, 0, 360), [0.64, 0.4], [0.58, 0.87]]],
]; // biome-ignore format: a list of strokes

/** The digit on a canvas of this width and height, drawn into a box: bytes from 0, no ink, to 255. */
export function drawing(
  digit: number,
  {
    width = 200,
    height = 240,
    left = 20,
    top = 40,
    size = 160,
    pen = 11,
  }: Partial<Record<"width" | "height" | "left" | "top" | "size" | "pen", number>> = {},
): { width: number; height: number; ink: Uint8Array } {
  const ink = new Uint8Array(width * height);
  const segments = strokes[digit]!.flatMap((stroke) => stroke.slice(1).map((to, i) => [stroke[i]!, to] as const));
  const at = ([x, y]: Point): Point => [left + size * x, top + size * y];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let near = Number.POSITIVE_INFINITY;
      for (const [from, to] of segments) near = Math.min(near, distance([x + 0.5, y + 0.5], at(from), at(to)));
      ink[y * width + x] = Math.round(255 * Math.min(1, Math.max(0, pen / 2 + 0.5 - near)));
    }
  return { width, height, ink };
}

function distance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

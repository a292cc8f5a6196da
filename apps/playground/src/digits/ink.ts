import { SIDE } from "./net.ts";

/** MNIST's digits fit a box of this many pixels, and their centre of mass lies in the middle of the picture. */
const BOX = 20;

/**
 * Ink on a square sheet as MNIST would have it (LeCun's note on the data): scaled to fit a box of 20 pixels, then moved so that its centre of mass is the middle of
 * 28 × 28. Undefined where there is no ink. Values are 0 to 255.
 */
export function centred(ink: Uint8Array, side: number): Uint8Array | undefined {
  let [left, right, top, bottom] = [side, -1, side, -1];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      if (ink[y * side + x]! > 24) {
        [left, right] = [Math.min(left, x), Math.max(right, x)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      }
  if (right < 0) return undefined;
  const size = Math.max(right - left, bottom - top) + 1;
  const scale = size / BOX;
  /** The mean of the ink over a square of the sheet, `scale` wide. */
  const mean = (x: number, y: number): number => {
    let sum = 0;
    let weight = 0;
    for (let j = Math.floor(y); j < y + scale; j++)
      for (let i = Math.floor(x); i < x + scale; i++) {
        const share = (Math.min(i + 1, x + scale) - Math.max(i, x)) * (Math.min(j + 1, y + scale) - Math.max(j, y));
        weight += share;
        if (i >= 0 && j >= 0 && i < side && j < side) sum += share * ink[j * side + i]!; // within
      }
    return weight > 0 ? sum / weight : 0;
  };
  const [cx, cy] = centre(ink, side);
  // The sheet's centre of mass goes to the middle of the picture.
  return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [u, v] = [(i % SIDE) - SIDE / 2, Math.floor(i / SIDE) - SIDE / 2];
    return Math.round(mean(cx + u * scale, cy + v * scale));
  });
}

/** The centre of mass, in pixels from the corner. */
export function centre(ink: Uint8Array, side: number): readonly [number, number] {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < ink.length; i++) {
    const value = ink[i]!; // within
    sum += value;
    x += value * ((i % side) + 0.5);
    y += value * (Math.floor(i / side) + 0.5);
  }
  return [x / sum, y / sum];
}

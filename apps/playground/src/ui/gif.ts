/// <reference path="../gifenc.d.ts" />
import { applyPalette, GIFEncoder, quantize } from "gifenc";
import { type Layers, painted } from "./picture.ts";

/** Pictures in all, milliseconds for each, and for the last; pixels of the longer side at most. */
const [PICTURES, EACH, LAST, LONGEST] = [60, 80, 2000, 720];

/** The steps of the pictures of a race: the first, the last, and evenly many between. */
export function stepsOf(steps: number): number[] {
  const count = Math.min(PICTURES, steps + 1);
  return Array.from({ length: count }, (_, i) => Math.round((i / (count - 1)) * steps));
}

/**
 * A race as an animated GIF. `at` shows a step and gives its layers; `report` hears the share that is done. Colours are those of the last picture, which has all
 * of them.
 */
export async function gifOf(
  steps: number,
  at: (step: number) => Layers,
  report: (share: number) => void,
): Promise<Blob> {
  // biome-ignore format: one line
  const gif = GIFEncoder();
  const shown = stepsOf(steps);
  const pixels = async (step: number): Promise<ImageData> => {
    const layers = at(step);
    const [first] = layers;
    const box = first!.getBoundingClientRect(); // a race has a picture
    const canvas = await painted(layers, Math.min(1, LONGEST / Math.max(box.width, box.height)));
    return canvas.getContext("2d", { willReadFrequently: true })!.getImageData(0, 0, canvas.width, canvas.height); // it has drawn
  };
  const palette = quantize((await pixels(steps)).data, 128);
  for (const [i, step] of shown.entries()) {
    const { data, width, height } = await pixels(step);
    gif.writeFrame(applyPalette(data, palette), width, height, {
      delay: i === shown.length - 1 ? LAST : EACH,
      ...(i === 0 ? { palette } : {}),
    });
    report((i + 1) / shown.length);
    await new Promise((resolve) => setTimeout(resolve)); // the page answers in between
  }
  gif.finish();
  return new Blob([gif.bytes().slice()], { type: "image/gif" });
}

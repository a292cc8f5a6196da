import type { Figure } from "@descent/viz";
import { h } from "./dom.ts";

/** A canvas over a figure, as large as it, on which only the figure's plot can be drawn. */
export interface Plot {
  readonly canvas: HTMLCanvasElement;
  /** Resizes the canvas to a figure of this many pixels, and empties it. */
  fit(figure: Figure, width: number, height: number): void;
  readonly context: CanvasRenderingContext2D;
}

/** Makes one; throws if the browser has no canvas. */
export function plotOver(name: string): Plot {
  const canvas = h("canvas", { class: name, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser has no canvas to draw paths on.");
  return {
    canvas,
    context,
    fit({ x, y }, width, height) {
      const density = Math.min(2, devicePixelRatio);
      [canvas.width, canvas.height] = [Math.round(width * density), Math.round(height * density)]; // empties it too
      context.scale(density, density);
      const [left, right] = [Math.min(...x.range), Math.max(...x.range)];
      const [top, bottom] = [Math.min(...y.range), Math.max(...y.range)];
      context.beginPath();
      context.rect(left, top, right - left, bottom - top);
      context.clip();
    },
  };
}

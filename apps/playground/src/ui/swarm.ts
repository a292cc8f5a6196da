import { type Figure, styleOf } from "@descent/viz";
import type { Swarm } from "../engine/messages.ts";
import { OUTSIDE } from "../engine/swarm.ts";
import { bytesOf, onTheme } from "./ink.ts";
import { plotOver } from "./plot.ts";

/** A side of a dot in pixels. */
const SIDE = 2;

/** Where every start of a map stands, each as a dot in the colour of its end, written as pixels: a frame costs a fill and a copy. */
export class Dots {
  readonly #plot = plotOver("dots");
  readonly element: HTMLCanvasElement = this.#plot.canvas;
  #of: { readonly swarm: Swarm; readonly indices: ArrayLike<number> } | undefined;
  #inks = new Uint32Array(0);
  #picture: ImageData | undefined;
  #pixels = new Uint32Array(0);
  #place: readonly [left: number, top: number] = [0, 0];
  #side = SIDE;
  #step = 0;

  constructor() {
    this.element.hidden = true; // until there are any
    onTheme(() => this.#colours());
  }

  /** Takes the dots of a map, on a figure; none without. */
  show(
    of: { readonly swarm: Swarm; readonly indices: ArrayLike<number> } | undefined,
    figure: Figure,
    size: readonly [number, number],
  ): void {
    this.#of = of;
    this.element.hidden = !of;
    if (!of) return;
    this.#plot.fit(figure, ...size);
    const density = this.element.width / size[0];
    const [left, right] = figure.x.range;
    const [bottom, top] = figure.y.range;
    this.#place = [Math.round(left * density), Math.round(top * density)];
    this.#picture = this.#plot.context.createImageData(
      Math.round((right - left) * density),
      Math.round((bottom - top) * density),
    );
    this.#pixels = new Uint32Array(this.#picture.data.buffer);
    this.#side = Math.round(SIDE * density);
    this.#colours();
  }

  /** Shows where all stand after a step. */
  at(step: number): void {
    this.#step = step;
    const [of, picture] = [this.#of, this.#picture];
    if (!of || !picture) return;
    const { places, every } = of.swarm;
    const count = of.indices.length;
    const frame = Math.min(Math.floor(step / every), places.length / (2 * count) - 1);
    const from = 2 * count * frame;
    const [pixels, inks, side] = [this.#pixels, this.#inks, this.#side];
    const { width, height } = picture;
    const [wide, high] = [(width - side) / OUTSIDE, (height - side) / OUTSIDE];
    pixels.fill(0);
    for (let i = 0; i < count; i++) {
      const [x, y] = [places[from + 2 * i]!, places[from + 2 * i + 1]!]; // within
      if (x === OUTSIDE) continue;
      const at = (((OUTSIDE - y) * high) | 0) * width + ((x * wide) | 0);
      const ink = inks[i]!; // one for each
      for (let r = 0, row = at; r < side; r++, row += width) for (let c = 0; c < side; c++) pixels[row + c] = ink;
    }
    this.#plot.context.putImageData(picture, ...this.#place);
  }

  #colours(): void {
    if (!this.#of) return;
    const known = new Map<number, number>();
    this.#inks = Uint32Array.from(this.#of.indices, (index) => {
      const ink = known.get(index) ?? word(bytesOf(index < 0 ? "var(--viz-quiet)" : styleOf(index).colour));
      known.set(index, ink);
      return ink;
    });
    this.at(this.#step);
  }
}

/** A pixel's four bytes as one number, as this machine orders them. */
const word = ([r, g, b]: readonly [number, number, number]): number =>
  new Uint32Array(Uint8Array.of(r, g, b, 220).buffer)[0]!; // four bytes are one

import { type Figure, markerPath, styleOf } from "@descent/viz";
import { inkOf, onTheme } from "./ink.ts";
import { plotOver } from "./plot.ts";

/** Points nearer than this to the one before, in pixels, are left out: nobody sees them. */
const NEAR = 0.6;

/** Pixels that a drawing goes no farther than: a number that diverges would become one that browsers refuse. */
const FAR = 1e4;

/** The way of one contender, in the surface's numbers. */
export interface Way {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly style: number;
}

interface Track {
  /** x and y in pixels by turns; NaN where there is no place. */
  readonly places: Float32Array;
  readonly colour: string;
  readonly dash: readonly number[];
  readonly marker: Path2D;
  /** The point that has been drawn last, and how long the line is up to there. */
  drawn: number;
  length: number;
}

/** Paths on a canvas, as far as they have come: while they play, a frame draws only what came since the last. */
export class Tracks {
  readonly #lines = plotOver("tracks");
  readonly #marks = plotOver("tracks");
  readonly elements: readonly HTMLCanvasElement[] = [this.#lines.canvas, this.#marks.canvas];
  #tracks: Track[] = [];
  #of: { readonly ways: readonly Way[]; readonly figure: Figure; readonly size: readonly [number, number] } | undefined;
  #step = -1;
  /** Whether every path lies whole over those before it; while they grow together, later pieces lie over earlier ones. */
  #whole = false;
  #paper = "";

  constructor() {
    onTheme(() => {
      const [of, step] = [this.#of, this.#step];
      if (!of) return;
      this.show(of.ways, of.figure, of.size);
      this.upTo(step, false);
    });
  }

  /** Takes other paths, or the same on a figure of another size; draws none. */
  show(ways: readonly Way[], figure: Figure, size: readonly [number, number]): void {
    this.#of = { ways, figure, size };
    this.#paper = inkOf("var(--viz-paper)");
    this.#tracks = ways.map(({ x, y, style }) => {
      const { colour, dash, marker } = styleOf(style);
      const places = new Float32Array(2 * x.length);
      for (let i = 0; i < x.length; i++) {
        places[2 * i] = Math.max(-FAR, Math.min(FAR, figure.x.at(x[i]!))); // within
        places[2 * i + 1] = Math.max(-FAR, Math.min(FAR, figure.y.at(y[i]!))); // as many
      }
      const lengths = dash === "" ? [] : dash.split(" ").map(Number);
      return { places, colour: inkOf(colour), dash: lengths, marker: new Path2D(markerPath(marker, 0, 0, 6.5)), drawn: -1, length: 0 }; // biome-ignore format: one track
    });
    for (const plot of [this.#lines, this.#marks]) plot.fit(figure, ...size);
    this.#step = -1;
    this.#whole = true;
  }

  /** Shows the paths up to a step; `moving` while they play. */
  upTo(step: number, moving: boolean): void {
    const on = step > this.#step && (moving || this.#step < 0);
    if (step === this.#step && (moving || this.#whole)) return;
    if (!on) this.#empty();
    this.#whole = this.#step < 0;
    for (const track of this.#tracks) this.#extend(track, step);
    this.#step = step;
    this.#mark();
  }

  #empty(): void {
    const { context, canvas } = this.#lines;
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const track of this.#tracks) [track.drawn, track.length] = [-1, 0];
    this.#step = -1;
  }

  #extend(track: Track, step: number): void {
    const { context } = this.#lines;
    const { places, colour, dash } = track;
    const end = Math.min(step, places.length / 2 - 1);
    let [px, py] =
      track.drawn < 0 ? [Number.NaN, Number.NaN] : [places[2 * track.drawn]!, places[2 * track.drawn + 1]!];
    let [length, pieces] = [0, 0];
    context.beginPath();
    if (!Number.isNaN(px + py)) context.moveTo(px, py);
    for (let i = track.drawn + 1; i <= end; i++) {
      const [x, y] = [places[2 * i]!, places[2 * i + 1]!]; // up to the last
      const far = Math.hypot(x - px, y - py);
      if (far < NEAR) continue;
      if (Number.isNaN(x + y)) px = py = Number.NaN;
      else if (Number.isNaN(far))
        context.moveTo(x, y); // there was no place before
      else {
        context.lineTo(x, y);
        length += far;
        pieces++;
      }
      [px, py, track.drawn] = [x, y, i];
    }
    if (pieces === 0) return;
    context.lineJoin = "round";
    context.lineCap = "butt"; // a round end would lie over the piece before
    context.setLineDash([]);
    context.globalAlpha = 0.75;
    context.lineWidth = 4.5;
    context.strokeStyle = this.#paper;
    context.stroke();
    context.lineCap = "round";
    context.setLineDash(dash as number[]); // it is only read
    context.lineDashOffset = track.length;
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.stroke();
    track.length += length;
  }

  #mark(): void {
    const { context, canvas } = this.#marks;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.lineWidth = 1.5;
    context.strokeStyle = this.#paper;
    for (const { places, colour, marker } of this.#tracks) {
      const at = Math.min(this.#step, places.length / 2 - 1);
      const [x, y] = [places[2 * at]!, places[2 * at + 1]!]; // within
      if (Number.isNaN(x + y)) continue;
      context.translate(x, y);
      context.fillStyle = colour;
      context.fill(marker);
      context.stroke(marker);
      context.translate(-x, -y);
    }
  }
}

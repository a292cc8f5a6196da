import { type Areas, type Field, markerPath, scale, styleOf } from "@descent/viz";
import { startIn } from "../state/start.ts";
import { h } from "../ui/dom.ts";
import { finished } from "../ui/gaps.ts";
import { bytesOf, onTheme } from "../ui/ink.ts";
import { type Arrow, arrowMarkup, type Moved, type Scene, startLabel } from "../ui/scene.ts";
import { moveByHandle } from "../ui/start-handle.ts";
import { type Camera, cameraOf, type Direction, type Point } from "./camera.ts";
import { type Colour, Drawing, type Inks } from "./drawing.ts";
import { draped, type Terrain, terrainOf } from "./terrain.ts";

/** The least and the greatest tilt, in degrees. */
export const TILTS = [10, 90] as const;

/** The surface as a height field, with the paths on it: turned by dragging it, with a start that can be dragged or moved by arrow keys. */
export class Relief {
  readonly element: HTMLElement;
  readonly #canvas = h("canvas", { role: "img" });
  readonly #overlay = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  readonly #handle = h("button", { type: "button", class: "handle" });
  readonly #turned: (direction: Direction) => void;
  #drawing: Drawing;
  #scene: Scene | undefined;
  #terrain: { readonly field: Field; readonly of: Terrain } | undefined;
  #direction: Direction;
  #camera: Camera | undefined;
  #arrows: readonly Arrow[] = [];
  #step = Number.MAX_SAFE_INTEGER;
  #inks: Inks | undefined;
  #asked = false;

  /** Throws if the browser has no WebGL2. */
  constructor(direction: Direction, moved: Moved, turned: (direction: Direction) => void) {
    this.#direction = direction;
    this.#turned = turned;
    this.#drawing = new Drawing(this.#canvas);
    this.#overlay.setAttribute("class", "viz relief-overlay");
    this.#overlay.setAttribute("aria-hidden", "true");
    this.element = h("div", { class: "stage relief" }, this.#canvas, this.#overlay, this.#handle);
    this.#canvas.addEventListener("webglcontextlost", (event) => event.preventDefault()); // so that it comes back
    this.#canvas.addEventListener("webglcontextrestored", () => {
      this.#drawing = new Drawing(this.#canvas);
      this.#terrain = undefined;
      if (this.#scene) this.show(this.#scene);
    });
    this.#listen(moved);
    new ResizeObserver(() => this.#later()).observe(this.element);
    onTheme(() => this.#colours());
  }

  /** The power to which heights are drawn. */
  get power(): number {
    return this.#terrain?.of.power ?? 1;
  }

  /** Shows a scene at the step it is at. */
  show(scene: Scene): void {
    this.#scene = scene;
    this.#canvas.setAttribute("aria-label", `${scene.title}, as a height field. ${scene.description}`);
    if (this.#terrain?.field.values !== scene.field.values) {
      this.#terrain = { field: scene.field, of: terrainOf(scene.field) };
      this.#drawing.terrain(this.#terrain.of);
    }
    this.#colours();
  }

  /** Shows the paths up to a step. */
  at(step: number): void {
    this.#step = step;
    this.#later();
  }

  /** Shows the scene from another side. */
  turn(direction: Direction): void {
    this.#direction = direction;
    this.#later();
  }

  /** Draws arrows over the paths, in place of those there were. */
  arrows(arrows: readonly Arrow[]): void {
    this.#arrows = arrows;
    this.#later();
  }

  /** The ground as it is now, then what lies over it. */
  get layers(): readonly [HTMLCanvasElement, SVGSVGElement] {
    this.#draw();
    return [this.#canvas, this.#overlay];
  }

  /** Everything that a theme changes. */
  #colours(): void {
    const { outcomes = [], areas } = this.#scene ?? {};
    const terrain = this.#terrain?.of;
    if (!terrain) return;
    this.#drawing.lines(
      outcomes.flatMap((outcome, style) => {
        if (!finished(outcome)) return [];
        const { colour, dash } = styleOf(style);
        return [{ draped: draped(outcome.x, outcome.y, terrain), colour: colourOf(colour), dash: dash === "" ? [] : dash.split(" ").map(Number) }]; // biome-ignore format: one line
      }),
    );
    this.#inks = inksOf();
    this.#drawing.areas(areas && mapOf(areas));
    this.#later();
  }

  /** Draws once before the next frame, however often it is asked. */
  #later(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { clientWidth: width } = this.element;
    const terrain = this.#terrain?.of;
    if (!terrain || !this.#inks || !this.#scene || width < 80) return;
    const height = Math.round(Math.max(260, width * 0.86));
    const density = Math.min(2, devicePixelRatio);
    const [w, t] = [Math.round(width * density), Math.round(height * density)];
    if (this.#canvas.width !== w || this.#canvas.height !== t) {
      [this.#canvas.width, this.#canvas.height] = [w, t];
      this.#canvas.style.height = `${height}px`;
    }
    this.#camera = cameraOf(this.#direction, width, height);
    this.#drawing.draw(this.#camera, this.#inks, this.#step, density);
    this.#overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#overlay.innerHTML = this.#over(this.#scene, terrain, this.#camera);
    const start = terrain.on(...this.#scene.start);
    this.#handle.hidden = !start;
    this.#handle.setAttribute("aria-label", startLabel(this.#scene.start));
    if (start) {
      const [px, py] = this.#camera.pixel(start);
      this.#handle.style.left = `${px}px`;
      this.#handle.style.top = `${py}px`;
    }
  }

  /** The marks over the ground: axes, minima, markers of contenders, arrows. */
  #over({ field, marks, outcomes }: Scene, terrain: Terrain, camera: Camera): string {
    const pixel = (point: Point | undefined) => point && camera.pixel(point);
    const minima = marks.flatMap(([x, y]) => {
      const at = pixel(terrain.on(x, y));
      return at ? [`<path d="${markerPath("plus", ...at, 5)}" fill="var(--viz-text)"/>`] : [];
    });
    const contenders = outcomes.flatMap((outcome, i) => {
      if (!finished(outcome)) return [];
      const end = Math.min(this.#step, outcome.x.length - 1);
      const at = pixel(terrain.on(outcome.x[end]!, outcome.y[end]!)); // within the path
      const { colour, marker } = styleOf(i);
      return at ? [`<path class="viz-mark" d="${markerPath(marker, ...at, 6.5)}" fill="${colour}"/>`] : [];
    });
    const arrows = this.#arrows.flatMap(({ name, from, to }) => {
      const [a, b] = [pixel(terrain.on(...from)), pixel(terrain.on(...startIn(field, to)))];
      return a && b ? [arrowMarkup(name, a, b)] : [];
    });
    return [...axes(field, camera), ...minima, ...contenders, ...arrows].join("");
  }

  #listen(moved: Moved): void {
    let held: { readonly x: number; readonly y: number; readonly from: Direction } | undefined;
    this.#canvas.addEventListener("pointerdown", (event) => {
      this.#canvas.setPointerCapture(event.pointerId);
      held = { x: event.clientX, y: event.clientY, from: this.#direction };
    });
    this.#canvas.addEventListener("pointermove", (event) => {
      if (!held) return;
      const turn = held.from.turn - 0.45 * (event.clientX - held.x);
      const tilt = held.from.tilt + 0.35 * (event.clientY - held.y);
      this.#turned({
        turn: Math.round((((turn % 360) + 540) % 360) - 180),
        tilt: Math.round(Math.min(TILTS[1], Math.max(TILTS[0], tilt))),
      });
    });
    this.#canvas.addEventListener("lostpointercapture", () => (held = undefined));
    const chosen = (start: readonly [number, number], moving: boolean): void => {
      if (!this.#scene) return;
      this.#scene = { ...this.#scene, start }; // at once, so that the next key steps from here; its paths come later
      this.#later();
      moved(start, moving);
    };
    const dragged = (event: PointerEvent, moving: boolean): void => {
      const box = this.#canvas.getBoundingClientRect();
      const { from, along } = this.#camera?.ray(event.clientX - box.left, event.clientY - box.top) ?? {};
      const at = from && along && this.#terrain?.of.meets(from, along);
      if (!this.#scene) return;
      if (at) chosen(startIn(this.#scene.field, at), moving);
      else if (!moving) moved(this.#scene.start, false);
    };
    moveByHandle(this.#handle, { scene: () => this.#scene, dragged, chosen });
  }
}

/** The base's two edges towards the reader, with round numbers along them. */
function axes({ x, y }: Field, camera: Camera): string[] {
  const side = (which: 0 | 1): number => (camera.forward[which] > 0 ? -1 : 1);
  const [front, left] = [side(1), side(0)];
  const labels = (domain: readonly [number, number], name: string, at: (s: number) => Point, out: (s: number) => Point) => {
    const on = scale(domain, [-1, 1]);
    const label = (s: number, text: string): string => {
      const [px, py] = camera.pixel(out(s));
      return `<text x="${px.toFixed(1)}" y="${(py + 4).toFixed(1)}" text-anchor="middle">${text}</text>`;
    };
    const [[ax, ay], [bx, by]] = [camera.pixel(at(-1)), camera.pixel(at(1))];
    return [
      `<path class="viz-grid" d="M${ax.toFixed(1)} ${ay.toFixed(1)}L${bx.toFixed(1)} ${by.toFixed(1)}"/>`,
      ...on.ticks(4).filter((v) => Math.abs(on.at(v)) < 0.93).map((v) => label(on.at(v), String(v).replace("-", "−"))),
      label(1.1, name),
    ];
  }; // biome-ignore format: a function of labels
  return [
    ...labels(x, "x", (s) => [s, front, 0], (s) => [Math.min(s, 1.06), front * 1.12, 0]),
    ...labels(y, "y", (s) => [left, s, 0], (s) => [left * 1.12, Math.min(s, 1.06), 0]),
  ]; // biome-ignore format: two axes
}

const colourOf = (colour: string): Colour => bytesOf(colour).map((v) => v / 255) as [number, number, number]; // three

function inksOf(): Inks {
  const depth = Number(getComputedStyle(document.documentElement).getPropertyValue("--viz-depth"));
  return {
    paper: colourOf("var(--viz-paper)"),
    tint: colourOf("var(--viz-tint)"),
    text: colourOf("var(--viz-text)"),
    depth,
  };
}

/** Areas as a picture of one pixel for each cell. */
function mapOf({ indices, columns, rows }: Areas): { bytes: Uint8Array; columns: number; rows: number } {
  const bytes = new Uint8Array(4 * columns * rows);
  const known = new Map<number, readonly number[]>();
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!; // within
    if (index < 0) continue;
    const colour = known.get(index) ?? [...bytesOf(styleOf(index).colour), 87];
    known.set(index, colour);
    bytes.set(colour, 4 * i);
  }
  return { bytes, columns, rows };
}

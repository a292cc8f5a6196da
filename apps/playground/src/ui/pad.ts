import { centred } from "../digits/ink.ts";
import { SIDE } from "../digits/net.ts";
import { h } from "./dom.ts";

/** Pixels along a side of the sheet, the pen's radius, and how far a key moves it. */
const [SHEET, PEN, STEP] = [140, 6, 4] as const;

/** A sheet to draw a digit on, by hand or by keys; each stroke is handed over as a picture of 28 × 28. */
export class Pad {
  readonly element: HTMLElement;
  readonly #sheet = h("canvas", {
    class: "pad",
    width: SHEET,
    height: SHEET,
    tabindex: 0,
    role: "application",
    "aria-roledescription": "drawing area",
  });
  readonly #seen = h("canvas", { class: "seen", width: SIDE, height: SIDE, role: "img", "aria-label": "The digit as the net sees it: 28 by 28 pixels" }); // biome-ignore format: one canvas
  readonly #drawn: (image: Uint8Array | undefined) => void;
  readonly #ink = new Uint8Array(SHEET * SHEET);
  #pen: [number, number] = [SHEET / 2, SHEET / 4];
  #down = false;

  constructor(drawn: (image: Uint8Array | undefined) => void) {
    this.#drawn = drawn;
    this.element = h("div", { class: "sheet" }, this.#sheet, this.#seen);
    this.#listen();
    this.#label();
    this.#paint();
  }

  /** Takes the ink away. */
  clear(): void {
    this.#ink.fill(0);
    this.#paint();
    this.show(undefined);
    this.#drawn(undefined);
  }

  /** Shows a picture of 28 × 28 in place of what was drawn. */
  put(image: Uint8Array): void {
    const scale = SHEET / SIDE;
    for (let i = 0; i < this.#ink.length; i++)
      this.#ink[i] = image[Math.floor(Math.floor(i / SHEET) / scale) * SIDE + Math.floor((i % SHEET) / scale)]!; // within
    this.#paint();
    this.show(image);
    this.#drawn(image);
  }

  /** Shows what the net sees. */
  show(image: Uint8Array | undefined): void {
    const context = this.#seen.getContext("2d")!; // a canvas that is nothing else
    const data = context.createImageData(SIDE, SIDE);
    for (let i = 0; i < SIDE * SIDE; i++) data.data[4 * i + 3] = image?.[i] ?? 0;
    context.putImageData(data, 0, 0);
  }

  #listen(): void {
    let last: readonly [number, number] | undefined;
    const place = (event: PointerEvent): readonly [number, number] => {
      const box = this.#sheet.getBoundingClientRect();
      const scale = SHEET / box.width;
      return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    };
    this.#sheet.addEventListener("pointerdown", (event) => {
      this.#sheet.setPointerCapture(event.pointerId);
      last = place(event);
      this.#stroke(last, last);
    });
    this.#sheet.addEventListener("pointermove", (event) => {
      if (!last) return;
      const next = place(event);
      this.#stroke(last, next);
      last = next;
    });
    this.#sheet.addEventListener("lostpointercapture", () => {
      last = undefined;
      this.#hand();
    });
    this.#sheet.addEventListener("keydown", (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0]; // biome-ignore format: one table
      if (event.key === " ") this.#down = !this.#down;
      else if (event.key === "Delete" || event.key === "Backspace") return this.clear();
      else if (dx === 0 && dy === 0) return;
      event.preventDefault();
      const before = [...this.#pen] as const;
      const within = (v: number): number => Math.max(0, Math.min(SHEET - 1, v));
      this.#pen = [within(before[0] + STEP * dx!), within(before[1] + STEP * dy!)];
      if (this.#down) {
        this.#stroke(before, this.#pen);
        this.#hand();
      }
      this.#label();
      this.#paint();
    });
    this.#sheet.addEventListener("blur", () => this.#paint());
    this.#sheet.addEventListener("focus", () => this.#paint());
  }

  /** Lays ink from a place to another, as a pen with a soft edge. */
  #stroke([x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number]): void {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const far = dx * dx + dy * dy;
    const reach = PEN + 1;
    for (let y = Math.max(0, Math.floor(Math.min(y0, y1) - reach)); y < Math.min(SHEET, Math.max(y0, y1) + reach); y++)
      for (
        let x = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
        x < Math.min(SHEET, Math.max(x0, x1) + reach);
        x++
      ) {
        // biome-ignore format: one loop
        const along = far > 0 ? Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / far)) : 0;
        const away = Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
        const ink = Math.round(255 * Math.max(0, Math.min(1, PEN - away + 0.5)));
        const i = y * SHEET + x;
        this.#ink[i] = Math.max(this.#ink[i]!, ink); // within
      }
    this.#paint();
  }

  #hand(): void {
    const image = centred(this.#ink, SHEET);
    this.show(image);
    this.#drawn(image);
  }

  #paint(): void {
    const context = this.#sheet.getContext("2d")!; // a canvas that is nothing else
    const data = context.createImageData(SHEET, SHEET);
    for (let i = 0; i < this.#ink.length; i++) data.data[4 * i + 3] = this.#ink[i]!; // within
    context.putImageData(data, 0, 0);
    if (document.activeElement !== this.#sheet || !this.#sheet.matches(":focus-visible")) return;
    context.lineWidth = 1.5;
    context.strokeStyle = "#888";
    context.beginPath();
    context.arc(...this.#pen, PEN, 0, 2 * Math.PI);
    context.stroke();
  }

  #label(): void {
    this.#sheet.setAttribute(
      "aria-label",
      `Draw a digit. Arrow keys move the pen, Space puts it ${this.#down ? "up" : "down"}, Delete clears the sheet. The pen is ${this.#down ? "down" : "up"}, ${Math.round((100 * this.#pen[0]) / SHEET)} % from the left and ${Math.round((100 * this.#pen[1]) / SHEET)} % from the top.`,
    );
  }
}

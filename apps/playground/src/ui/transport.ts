import { h, unique } from "./dom.ts";

/** Seconds that a whole race takes to play. */
const DURATION = 6;

/** Play, reverse, step and scrub through the steps of a race. */
export class Transport {
  readonly element: HTMLElement;
  readonly #slider: HTMLInputElement;
  readonly #number: HTMLInputElement;
  readonly #play: HTMLButtonElement;
  readonly #back: HTMLButtonElement;
  readonly #of = h("span", { class: "quiet" });
  readonly #report: (step: number, moving: boolean) => void;
  #steps = 1;
  #at = 0;
  #direction: 1 | -1 | 0 = 0;
  /** The time stamp of the last frame; the first one begins, since it may lie before `performance.now()`. */
  #last: number | undefined;
  #timer = 0;

  /** `report` is told of every step, and whether the race plays on from there. */
  constructor(report: (step: number, moving: boolean) => void) {
    this.#report = report;
    const id = unique("step");
    this.#play = h("button", { type: "button", class: "primary icon", onclick: () => this.#toggle(1) });
    this.#back = h("button", { type: "button", class: "icon", onclick: () => this.#toggle(-1) });
    const step = (by: number): HTMLButtonElement =>
      h(
        "button",
        {
          type: "button",
          class: "icon",
          "aria-label": by < 0 ? "One step back" : "One step on",
          onclick: () => this.#go(Math.round(this.#at) + by, true),
        },
        icon(by < 0 ? "M9 5L4 12l5 7" : "M15 5l5 7-5 7"),
      );
    this.#slider = h("input", { type: "range", min: 0, value: 0, "aria-label": "Step of the race", class: "scrub" });
    this.#slider.addEventListener("input", () => this.#go(this.#slider.valueAsNumber, true));
    this.#number = h("input", { type: "number", min: 0, value: 0, id, class: "step-number", inputmode: "numeric" });
    this.#number.addEventListener("change", () => {
      if (Number.isFinite(this.#number.valueAsNumber)) this.#go(this.#number.valueAsNumber, true);
    });
    this.element = h(
      "div",
      { class: "transport", role: "group", "aria-label": "Playback" },
      this.#slider,
      this.#play,
      this.#back,
      step(-1),
      step(1),
      h("span", { class: "step-of" }, h("label", { for: id, class: "quiet" }, "step "), this.#number, this.#of),
    );
    this.#show();
  }

  get step(): number {
    return Math.round(this.#at);
  }

  /** The number of steps; where the race stood at its end, it stays there. */
  set steps(steps: number) {
    const ended = this.#at >= this.#steps;
    this.#steps = steps;
    this.#slider.max = this.#number.max = String(steps);
    this.#of.textContent = ` of ${steps}`;
    this.#go(ended ? steps : Math.min(this.#at, steps), false);
  }

  /** Plays from the start. */
  play(): void {
    this.#go(0, true);
    this.#toggle(1);
  }

  /** Goes to the last step. */
  end(): void {
    this.#go(this.#steps, true);
  }

  /** Stops playing where it is. */
  pause(): void {
    this.#direction = 0;
    cancelAnimationFrame(this.#timer);
    this.#show();
    this.#report(this.step, false);
  }

  #toggle(direction: 1 | -1): void {
    if (this.#direction === direction) {
      this.pause();
      return;
    }
    if (direction === 1 && this.#at >= this.#steps) this.#at = 0;
    if (direction === -1 && this.#at <= 0) this.#at = this.#steps;
    const still = this.#direction === 0;
    this.#direction = direction;
    this.#show();
    if (!still) return;
    this.#last = undefined;
    this.#timer = requestAnimationFrame((now) => this.#tick(now));
  }

  #tick(now: number): void {
    const by = ((now - (this.#last ?? now)) / 1000) * (this.#steps / DURATION) * this.#direction;
    this.#last = now;
    this.#go(this.#at + by, false);
    const ended = this.#direction === 1 ? this.#at >= this.#steps : this.#at <= 0;
    if (ended) this.pause();
    else this.#timer = requestAnimationFrame((later) => this.#tick(later));
  }

  #go(to: number, byHand: boolean): void {
    if (byHand && this.#direction !== 0) this.pause();
    this.#at = Math.max(0, Math.min(this.#steps, to));
    const { step } = this;
    this.#slider.value = String(step);
    this.#slider.style.setProperty("--done", `${(step / this.#steps) * 100}%`);
    if (document.activeElement !== this.#number || byHand) this.#number.value = String(step);
    this.#report(step, this.#direction !== 0);
  }

  #show(): void {
    const set = (button: HTMLButtonElement, on: boolean, label: string, path: string): void => {
      button.setAttribute("aria-label", on ? "Pause" : label);
      button.replaceChildren(icon(on ? "M8 5v14M16 5v14" : path, !on));
    };
    set(this.#play, this.#direction === 1, "Play", "M7 4.5v15l12-7.5z");
    set(this.#back, this.#direction === -1, "Play backwards", "M17 4.5v15L5 12z");
  }
}

/** A drawing of 24 by 24 in the colour of the text. */
export function icon(path: string, full = false): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", full ? "glyph full" : "glyph");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

import { digitsFile, type Trainee } from "../digits/client.ts";
import { h } from "./dom.ts";
import { Pad } from "./pad.ts";

/** A sheet to draw a digit on, and how the net reads it. */
export class Reading {
  readonly element: HTMLElement;
  readonly #trainee: Trainee;
  readonly #pad: Pad;
  readonly #words = h("p", { class: "quiet", role: "status" });
  readonly #bars = h("ol", { class: "bars", start: 0 });
  #image: Uint8Array | undefined;
  #label: number | undefined;
  #trained = false;
  #place = 0;

  constructor(trainee: Trainee) {
    this.#trainee = trainee;
    this.#pad = new Pad((image) => {
      this.#image = image;
      this.#label = undefined;
      this.again();
    });
    this.#bars.append(...Array.from({ length: 10 }, (_, digit) => h("li", {}, h("span", {}, String(digit)), h("i"), h("span", { class: "quiet" })))); // biome-ignore format: ten bars
    const button = (text: string, onclick: () => void) => h("button", { type: "button", onclick }, text);
    this.element = h(
      "div",
      { class: "reading" },
      h(
        "div",
        { class: "stack" },
        this.#pad.element,
        h(
          "div",
          { class: "exports" },
          button("Clear", () => this.#pad.clear()),
          button("A test digit", () => {
            this.#place = (this.#place * 17 + 371) % 1000; // another one each time
            this.#trainee.ask({ kind: "sample", place: this.#place, file: digitsFile() });
          }),
        ),
      ),
      h("div", { class: "stack" }, this.#words, this.#bars),
    );
    this.show(undefined);
  }

  /** Whether there is a net to read with. */
  trained(yes: boolean): void {
    this.#trained = yes;
    if (!yes) this.show(undefined);
  }

  /** Reads the sheet again, by the net as it is now. */
  again(): void {
    if (this.#trained && this.#image) this.#trainee.ask({ kind: "read", image: this.#image });
    else this.show(undefined);
  }

  /** Shows a digit of the test set. */
  put(image: Uint8Array, label: number): void {
    this.#pad.put(image);
    this.#label = label;
    this.again();
  }

  /** Shows the probability of each digit. */
  show(probabilities: readonly number[] | undefined): void {
    if (probabilities && !this.#image) return; // the sheet was cleared while the net read it
    const most = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    for (const [digit, bar] of [...this.#bars.children].entries()) {
      const share = probabilities?.[digit] ?? 0;
      bar.classList.toggle("most", digit === most);
      (bar.children[1] as HTMLElement).style.setProperty("--share", String(share)); // the second is the bar
      bar.children[2]!.textContent = probabilities ? `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %` : ""; // the third
    }
    const label = this.#label === undefined ? "" : ` It is a ${this.#label}.`;
    this.#words.textContent = probabilities
      ? `The net reads ${most}, with ${(100 * probabilities[most]!).toFixed(0)} %.${label}` // within
      : this.#trained
        ? "Draw a digit, and the net reads it."
        : `Once the net is being trained, it reads what stands here.${label}`;
  }
}

import type { Finding } from "@descent/training";
import { formatNumber } from "@descent/viz";
import { digitsFile, type Trainee, trainee } from "../digits/client.ts";
import type { Answered } from "../digits/messages.ts";
import type { State, Store } from "../state/state.ts";
import { h } from "../ui/dom.ts";
import { LandscapeView } from "../ui/landscape.ts";
import type { Mine } from "../ui/mine.ts";
import { NetCharts, type NetRun } from "../ui/net-charts.ts";
import { netPlan } from "../ui/net-plan.ts";
import { NetSettings } from "../ui/net-settings.ts";
import { Reading } from "../ui/reading.ts";
import { titleOf } from "../ui/rules.ts";
import { swatch } from "../ui/swatch.ts";
import type { PageView } from "./page.ts";

/** Runs whose curves are kept. */
const MOST = 8;

type Phase = "idle" | "loading" | "training" | "paused" | "done";

/** A net that learns to read digits in this page: curves, norms by layer, findings, and a sheet to draw on. */
export class DigitsPage implements PageView {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #mine: Mine;
  readonly #trainee: Trainee;
  readonly #settings: NetSettings;
  readonly #charts = new NetCharts();
  readonly #reading: Reading;
  readonly #landscape: LandscapeView;
  readonly #train: HTMLButtonElement;
  readonly #pause: HTMLButtonElement;
  readonly #bar = h("progress", { max: 1, value: 0, "aria-label": "Steps of this training" });
  readonly #status = h("p", { class: "quiet" });
  readonly #summary = h("p", { class: "summary", role: "status", "aria-live": "polite" });
  readonly #runsList = h("ul", { class: "swatches" });
  readonly #findings = h("ul", { class: "findings" });
  readonly #plan = netPlan();
  #runs: NetRun[] = [];
  #steps = 0;
  #phase: Phase = "idle";
  #drawing = false;

  constructor(store: Store, mine: Mine) {
    this.#store = store;
    this.#mine = mine;
    this.#trainee = trainee((message) => this.#hear(message));
    this.#settings = new NetSettings(store);
    this.#reading = new Reading(this.#trainee);
    this.#landscape = new LandscapeView((plane) =>
      this.#trainee.ask({ kind: "landscape", plane, seed: this.#store.state.digits.seed, file: digitsFile() }),
    );
    this.#train = h("button", { type: "button", class: "primary", onclick: () => this.#begin() }, "Train");
    this.#pause = h("button", { type: "button", onclick: () => this.#turn() }, "Pause");
    const clear = h("button", { type: "button", onclick: () => this.#forget() }, "Clear the curves");
    this.element = h(
      "div",
      { class: "page digits" },
      h(
        "div",
        { class: "masthead" },
        h(
          "div",
          {},
          h("h1", {}, "Learn to read"),
          h(
            "p",
            { class: "lede" },
            "A small convolutional network learns MNIST’s handwritten digits in this page: 5,000 to learn from, 1,000 to be tested with. Train it with one rule, then with another, and compare.",
          ),
        ),
      ),
      h(
        "section",
        { class: "panel rail", "aria-label": "Settings" },
        this.#settings.element,
        h("div", { class: "exports" }, this.#train, this.#pause, clear),
        this.#bar,
        this.#status,
      ),
      h(
        "section",
        { class: "panel figure", "aria-label": "Training" },
        this.#summary,
        this.#plan,
        this.#runsList,
        this.#charts.element,
        this.#landscape.element,
      ),
      h(
        "section",
        { class: "panel results", "aria-label": "Draw and diagnose" },
        h("h2", {}, "Draw a digit"),
        this.#reading.element,
        h("h2", {}, "Findings"),
        this.#findings,
      ),
    );
    this.#forget();
  }

  update(state: State): void {
    this.#settings.show(state);
    this.#draw();
  }

  #begin(): void {
    const { digits, mine } = this.#store.state;
    const { rule, lr, batch, steps, seed, engine } = digits;
    const contender = { rule, lr, ...(rule === "mine" ? { text: this.#mine.text } : {}) };
    const title = titleOf(rule, mine.title || "Your rule");
    const used = new Set(this.#runs.map(({ style }) => style));
    const style = Array.from({ length: MOST + 1 }, (_, i) => i).find((i) => !used.has(i))!; // one is free
    this.#runs = [...this.#runs.filter(({ losses }) => losses.length > 0).slice(1 - MOST), { name: title, style, losses: [], tested: [], norms: [] }]; // biome-ignore format: one list
    this.#steps = steps;
    this.#findings.replaceChildren(h("li", { class: "quiet" }, "None so far."));
    this.#to("loading", "Loading the digits and the engine…");
    this.#trainee.ask({ kind: "train", order: { contender, batch, steps, seed, engine }, file: digitsFile() });
  }

  #turn(): void {
    if (this.#phase === "training") {
      this.#trainee.ask({ kind: "pause" });
      this.#to("paused");
    } else {
      this.#trainee.ask({ kind: "go" });
      this.#to("training");
    }
  }

  #forget(): void {
    if (this.#phase === "training" || this.#phase === "paused" || this.#phase === "loading") this.#trainee.end();
    this.#runs = [];
    this.#summary.textContent =
      "Nothing has been trained yet. Press Train: the digits and the engine are loaded then, and stay in this page.";
    this.#findings.replaceChildren(
      h(
        "li",
        { class: "quiet" },
        "Gradients that vanish, a rate that is too high, dead units, sorted data: what is wrong is said here.",
      ),
    );
    this.#to("idle", "");
    this.#later();
  }

  #to(phase: Phase, words?: string): void {
    this.#phase = phase;
    this.#train.textContent =
      phase === "loading" || phase === "training" || phase === "paused" ? "Train anew" : "Train";
    this.#pause.disabled = phase !== "training" && phase !== "paused";
    this.#pause.textContent = phase === "paused" ? "Go on" : "Pause";
    if (words !== undefined) this.#status.textContent = words;
    this.#landscape.ready(phase === "done");
    this.#reading.trained(phase === "training" || phase === "paused" || phase === "done");
  }

  #hear(message: Answered): void {
    const run = this.#runs.at(-1);
    switch (message.kind) {
      case "ready":
        if (run && message.lr !== undefined)
          this.#runs = [...this.#runs.slice(0, -1), { ...run, name: `${run.name}, ${message.lr}` }];
        this.#summary.textContent = `${this.#runs.at(-1)?.name} is training; it has not been tested yet.`;
        this.#to("training", `${message.engine}: ${message.size.toLocaleString("en")} numbers to train.`);
        break;
      case "steps":
        run?.losses.push(...message.losses);
        if (message.norms) run?.norms.push({ step: message.step, layers: message.norms });
        this.#found(message.findings);
        this.#bar.value = message.step / this.#steps;
        break;
      case "tested":
        run?.tested.push(message);
        this.#reading.again();
        if (run) this.#summary.textContent = summaryOf(run, this.#runs);
        break;
      case "done":
        if (run) run.seconds = message.seconds;
        this.#to("done", `${message.step} steps in ${formatNumber(message.seconds, 3)} s.`);
        break;
      case "read":
        this.#reading.show(message.probabilities);
        break;
      case "measuring":
        this.#landscape.measuring(message.share);
        return;
      case "landscape":
        this.#landscape.show(message.landscape);
        return;
      case "sample":
        this.#reading.put(message.image, message.label);
        break;
      case "failed":
        this.#to("idle", "");
        this.#summary.textContent = message.message;
    }
    this.#later();
  }

  #found(findings: readonly Finding[]): void {
    if (findings.length === 0) return;
    this.#findings.querySelector(".quiet")?.remove();
    this.#findings.append(
      ...findings.map(({ step, name, text }) =>
        h("li", {}, h("h3", {}, `step ${step}: ${name.replaceAll("-", " ")}`), h("p", {}, text)),
      ),
    );
  }

  /** Draws before the next frame, once for all messages until then. */
  #later(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
    });
  }

  #draw(): void {
    this.#charts.element.hidden = this.#runs.length === 0;
    this.#plan.hidden = this.#runs.length > 0;
    if (this.element.hidden || this.#runs.length === 0) {
      this.#runsList.replaceChildren();
      return;
    }
    this.#runsList.replaceChildren(
      ...this.#runs.map(({ name, style, tested }) => {
        const right = tested.at(-1)?.right;
        return h("li", {}, swatch(style), `${name}${right === undefined ? "" : `: ${percent(right)} right`}`);
      }),
    );
    this.#charts.show(this.#runs, Math.max(this.#steps, ...this.#runs.map(({ losses }) => losses.length)));
  }
}

const percent = (part: number): string => `${formatNumber(100 * part, 3)} %`;

/** The run that trains in words, beside the best of the others. */
function summaryOf({ name, tested }: NetRun, runs: readonly NetRun[]): string {
  const { step, right, loss } = tested.at(-1)!; // it was just tested
  const now = `${name} reads ${percent(right)} of the test digits right after ${step} steps (loss ${formatNumber(loss, 3)}).`;
  const others = runs.slice(0, -1).flatMap((run) => {
    const then = run.tested.find((one) => one.step === step);
    return then ? [{ name: run.name, right: then.right }] : [];
  });
  const best = others.sort((a, b) => b.right - a.right)[0];
  return best ? `${now} ${best.name} read ${percent(best.right)} by then.` : now;
}

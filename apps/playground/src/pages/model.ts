import { formatNumber, lineChart } from "@descent/viz";
import { digitsFile } from "../digits/client.ts";
import { curveOf } from "../digits/curves.ts";
import { type Host, host } from "../own-model/client.ts";
import type { Answered } from "../own-model/messages.ts";
import type { State, Store } from "../state/state.ts";
import { h, labelled, markup, save } from "../ui/dom.ts";
import type { Mine } from "../ui/mine.ts";
import { reportOf } from "../ui/model-report.ts";
import { ModelControls } from "../ui/model-settings.ts";
import { Numbers } from "../ui/numbers.ts";
import { titleOf } from "../ui/rules.ts";
import type { PageView } from "./page.ts";

/** The reader's own model: its import report, its training or that of a LoRA, and the trained file. Nothing of it leaves the page. */
export class ModelPage implements PageView {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #mine: Mine;
  readonly #host: Host;
  readonly #controls: ModelControls;
  readonly #train: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #save: HTMLButtonElement;
  readonly #bar = h("progress", { max: 1, value: 0, "aria-label": "Steps of this training" });
  readonly #summary = h("p", { class: "summary", role: "status", "aria-live": "polite" });
  readonly #status = h("p", { class: "quiet" });
  readonly #chart = h("div", { class: "chart" });
  readonly #report = h("div");
  readonly #numbers = new Numbers();
  readonly #steps = stepsAhead();
  #name = "model";
  #opened = false;
  #busy = false;
  #losses: number[] = [];
  #length = 1;

  constructor(store: Store, mine: Mine) {
    this.#store = store;
    this.#mine = mine;
    this.#host = host((message) => this.#hear(message));
    this.#controls = new ModelControls(store);
    const button = (text: string, onclick: () => void, primary = false): HTMLButtonElement =>
      h("button", { type: "button", class: primary ? "primary" : undefined, onclick }, text);
    this.#train = button("Train", () => this.#begin(), true);
    this.#stop = button("Stop", () => this.#host.ask({ kind: "stop" }));
    this.#save = button("Save the result", () => this.#host.ask({ kind: "save" }));
    this.element = h(
      "div",
      { class: "page model" },
      h(
        "div",
        { class: "masthead" },
        h(
          "div",
          {},
          h("h1", {}, "Train your model"),
          h(
            "p",
            { class: "lede" },
            "Drop an ONNX file: which of its tensors are parameters, and why, is said at once. Then train them, or a LoRA beside them, with any rule. Model and data stay in this page.",
          ),
        ),
      ),
      h("section", { class: "panel opening", "aria-label": "The file" }, this.#drop()),
      h(
        "section",
        { class: "panel rail", "aria-label": "Settings" },
        this.#controls.element,
        h("div", { class: "exports" }, this.#train, this.#stop, this.#save),
        this.#bar,
        this.#status,
      ),
      h("section", { class: "panel figure", "aria-label": "Model" }, this.#summary, this.#steps, this.#chart, this.#numbers.element, this.#report), // biome-ignore format: one section
    );
    this.#summary.textContent = "No model has been opened yet.";
    this.#turn();
  }

  update(state: State): void {
    this.#controls.show(state);
    this.#draw();
  }

  /** Where a file is dropped or chosen. */
  #drop(): HTMLElement {
    const file = h("input", { type: "file", accept: ".onnx" });
    const open = async (given: File | undefined): Promise<void> => {
      if (!given) return;
      this.#name = given.name.replace(/\.onnx$/, "");
      this.#reading(`Reading ${given.name}…`);
      this.#host.ask({ kind: "open", bytes: new Uint8Array(await given.arrayBuffer()) });
    };
    file.addEventListener("change", () => void open(file.files?.[0]));
    const area = h(
      "div",
      { class: "drop" },
      labelled("An .onnx file, dropped here or chosen", file),
      h(
        "button",
        {
          type: "button",
          onclick: () => {
            this.#name = "example";
            this.#reading("Building a perceptron for digits…");
            this.#host.ask({ kind: "example" });
          },
        },
        "Take an example",
      ),
    );
    area.addEventListener("dragover", (event) => {
      event.preventDefault();
      area.classList.add("over");
    });
    area.addEventListener("dragleave", () => area.classList.remove("over"));
    area.addEventListener("drop", (event) => {
      event.preventDefault();
      area.classList.remove("over");
      void open(event.dataTransfer?.files[0]);
    });
    return area;
  }

  #reading(words: string): void {
    [this.#opened, this.#losses, this.#busy] = [false, [], true];
    this.#report.replaceChildren();
    this.#status.textContent = "";
    this.#summary.textContent = words;
    this.#turn();
    this.#draw();
  }

  #begin(): void {
    const { rule, lr, ...settings } = this.#store.state.model;
    if (settings.data === "csv" && this.#controls.csv === "") {
      this.#summary.textContent = "Choose the CSV first.";
      return;
    }
    const contender = { rule, lr, ...(rule === "mine" ? { text: this.#mine.text } : {}) };
    [this.#losses, this.#length, this.#busy] = [[], settings.steps, true];
    this.#status.textContent = "Loading ONNX Runtime; the first time takes a moment…";
    this.#host.ask({ kind: "train", settings, contender, csv: this.#controls.csv, file: digitsFile() });
    this.#turn();
    this.#draw();
  }

  #hear(message: Answered): void {
    switch (message.kind) {
      case "opened":
        [this.#opened, this.#busy] = [true, false];
        this.#report.replaceChildren(reportOf(message));
        this.#summary.textContent = `${this.#name} has ${counted(message.rows.length, "floating tensor")}; trained: ${message.rows.filter(({ trained }) => trained).length}.`;
        break;
      case "ready": {
        const layers = message.layers.length > 0 ? ` in a LoRA of ${counted(message.layers.length, "layer")}` : "";
        this.#status.textContent = `${message.trained.toLocaleString("en")} numbers to train${layers}, ${message.samples.toLocaleString("en")} samples.`;
        break;
      }
      case "steps":
        this.#losses.push(...message.losses);
        this.#bar.value = message.step / this.#length;
        break;
      case "done":
        this.#busy = false;
        this.#summary.textContent = this.#words(message.step, message.seconds);
        break;
      case "saved":
        for (const { name, bytes } of message.files)
          save(name === "trained.onnx" ? `${this.#name}-trained.onnx` : name, new Blob([bytes.slice()]));
        break;
      case "failed":
        this.#busy = false;
        this.#status.textContent = "";
        this.#summary.textContent = message.message;
    }
    this.#turn();
    this.#draw();
  }

  #words(step: number, seconds: number): string {
    const { mean } = curveOf(this.#losses);
    if (step === 0) return "Stopped before the first step.";
    const { mine, model } = this.#store.state;
    return `${titleOf(model.rule, mine.title || "Your rule")} took the loss from ${formatNumber(this.#losses[0]!, 3)} to ${formatNumber(mean.at(-1)!, 3)} in ${step} steps and ${formatNumber(seconds, 3)} s.`; // there were steps
  }

  #turn(): void {
    this.#train.disabled = !this.#opened || this.#busy;
    this.#stop.disabled = !this.#opened || !this.#busy;
    this.#save.disabled = this.#busy || this.#losses.length === 0;
  }

  #draw(): void {
    this.#chart.hidden = this.#numbers.element.hidden = this.#losses.length === 0;
    this.#steps.hidden = this.#opened || this.#busy;
    if (this.#losses.length === 0) return;
    const width = Math.max(260, Math.round(this.#chart.clientWidth || 640));
    const { mean, low, high } = curveOf(this.#losses);
    const log = this.#losses.every((loss) => loss > 0);
    const series = [{ name: "loss", x: this.#losses.map((_, i) => i + 1), y: mean, band: { low, high } }];
    const { svg, table } = lineChart({ title: "Loss over steps", x: { label: "step", domain: [0, this.#length], whole: true }, y: { label: "loss, mean of the last ones", log }, series, width, height: Math.round(Math.max(200, Math.min(320, width * 0.42))), id: "model-loss" }); // biome-ignore format: one chart
    this.#chart.replaceChildren(markup(svg));
    this.#numbers.show(table);
  }
}

/** The steps that follow when a file is open. */
const stepsAhead = (): HTMLElement =>
  h(
    "ol",
    { class: "ahead" },
    ...(
      [
        ["The report", "Every tensor of the file: whether it is a parameter, and why, or why not."],
        [
          "The training",
          "All weights, or a LoRA beside them, by any rule of the library or by yours; on a CSV, on MNIST’s digits, or on made-up numbers.",
        ],
        ["The result", "The trained ONNX file, or the adapter as PEFT writes it, with the merged model."],
      ] as const
    ).map(([title, words]) => h("li", {}, h("strong", {}, title), h("span", { class: "quiet" }, words))),
  );

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

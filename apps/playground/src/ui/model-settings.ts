import type { ModelSettings as Settings } from "../own-model/messages.ts";
import type { State, Store } from "../state/state.ts";
import { h, labelled, numberInput, selectOf } from "./dom.ts";
import { ruleGroups } from "./rules.ts";

const texts = {
  method: [
    ["whole", "The weights that were trained"],
    ["lora", "A LoRA beside frozen weights"],
  ],
  loss: [
    ["cross-entropy", "Cross-entropy, labels as classes"],
    ["squared", "Mean squared error"],
    ["binary", "Binary cross-entropy of logits"],
  ],
  data: [
    ["made-up", "Made-up numbers, to see it learn"],
    ["digits", "MNIST’s digits"],
    ["csv", "A CSV of yours"],
  ],
} as const;

/** How the reader's model is trained: controls that follow the state. */
export class ModelControls {
  readonly element: HTMLElement;
  /** The text of the reader's CSV; empty until one was chosen. */
  csv = "";
  readonly #show: ((model: Settings) => void)[] = [];

  constructor(store: Store) {
    const { model } = store.state;
    const set = (patch: Partial<Settings>): void => store.set({ model: { ...store.state.model, ...patch } });
    const choice = (label: string, key: keyof typeof texts): HTMLElement => {
      const select = selectOf([{ label: "", options: texts[key] }], model[key], (value) => set({ [key]: value }));
      this.#show.push((now) => (select.value = now[key]));
      return labelled(label, select);
    };
    const number = (label: string, key: "rank" | "batch" | "steps", most: number): HTMLElement => {
      const input = numberInput(model[key], { least: 1, most, step: 1, onchange: (value) => set({ [key]: value }) });
      this.#show.push((now) => {
        if (input !== document.activeElement) input.value = String(now[key]);
      });
      return labelled(label, input);
    };
    const rule = selectOf(
      [{ label: "", options: [["mine", "Your rule, from the editor"]] }, ...ruleGroups()],
      model.rule,
      (id) => set({ rule: id, lr: undefined }),
    );
    const lr = h("input", { type: "number", min: 0, step: "any", inputmode: "decimal", placeholder: "the default" });
    lr.addEventListener("input", () => {
      const ok = lr.value === "" || (Number.isFinite(lr.valueAsNumber) && lr.valueAsNumber >= 0);
      if (ok) set({ lr: lr.value === "" ? undefined : lr.valueAsNumber });
      if (ok) lr.removeAttribute("aria-invalid");
      else lr.setAttribute("aria-invalid", "true");
    });
    const rank = number("Rank", "rank", 256);
    const file = h("input", { type: "file", accept: ".csv,.tsv,.txt,text/csv" });
    file.addEventListener("change", async () => {
      this.csv = (await file.files?.[0]?.text()) ?? "";
    });
    const csv = labelled("The CSV", file, "in each row the input’s numbers, then the target’s; it stays in this page");
    this.#show.push((now) => {
      rule.value = now.rule;
      if (lr !== document.activeElement) lr.value = now.lr === undefined ? "" : String(now.lr);
      rank.hidden = now.method !== "lora";
      csv.hidden = now.data !== "csv";
    });
    this.element = h(
      "div",
      { class: "settings" },
      h("fieldset", {}, h("legend", {}, "Training"), choice("Train", "method"), rank, choice("Loss, of the first output", "loss")), // biome-ignore format: one fieldset
      h("fieldset", {}, h("legend", {}, "Data"), choice("Samples", "data"), csv),
      h(
        "fieldset",
        {},
        h("legend", {}, "Optimizer"),
        labelled("Rule", rule),
        h("div", { class: "row" }, labelled("Rate", lr, "empty: the rule’s own"), number("Batch", "batch", 1024)),
        number("Steps", "steps", 5000),
      ),
    );
    this.show(store.state);
  }

  /** Follows the state. */
  show({ model }: State): void {
    for (const show of this.#show) show(model);
  }
}

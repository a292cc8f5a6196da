import type { EngineName } from "../digits/learner.ts";
import type { State, Store } from "../state/state.ts";
import { h, labelled, numberInput, selectOf } from "./dom.ts";
import { ruleGroups } from "./rules.ts";

type Digits = State["digits"];

/** The rule, its rate, the batch and the engine of the next training: controls that follow the state. */
export class NetSettings {
  readonly element: HTMLElement;
  readonly #show: ((digits: Digits) => void)[] = [];

  constructor(store: Store) {
    const set = (patch: Partial<Digits>): void => store.set({ digits: { ...store.state.digits, ...patch } });
    const { digits } = store.state;
    const rule = selectOf(
      [{ label: "", options: [["mine", "Your rule, from the editor"]] }, ...ruleGroups()],
      digits.rule,
      (id) => set({ rule: id, lr: undefined }),
    );
    const engine = selectOf(
      [
        {
          label: "",
          options: [
            ["wasm", "TensorFlow.js, WebAssembly"],
            ["webgpu", "TensorFlow.js, WebGPU"],
            ["onnxruntime", "ONNX Runtime, WebAssembly (the largest download)"],
          ],
        },
      ],
      digits.engine,
      (name) => set({ engine: name as EngineName }), // one of the options
    );
    const lr = h("input", { type: "number", min: 0, step: "any", inputmode: "decimal", placeholder: "the default" });
    lr.addEventListener("input", () => {
      const ok = lr.value === "" || (Number.isFinite(lr.valueAsNumber) && lr.valueAsNumber >= 0);
      if (ok) lr.removeAttribute("aria-invalid");
      else lr.setAttribute("aria-invalid", "true");
      if (ok) set({ lr: lr.value === "" ? undefined : lr.valueAsNumber });
    });
    const number = (label: string, key: "batch" | "steps" | "seed", most: number, hint?: string): HTMLElement => {
      const least = key === "seed" ? 0 : 1;
      const input = numberInput(digits[key], { least, most, step: 1, onchange: (value) => set({ [key]: value }) });
      this.#show.push((now) => {
        if (input !== document.activeElement) input.value = String(now[key]);
      });
      return labelled(label, input, hint);
    };
    this.#show.push((now) => {
      [rule.value, engine.value] = [now.rule, now.engine];
      if (lr !== document.activeElement) lr.value = now.lr === undefined ? "" : String(now.lr);
    });
    this.element = h(
      "div",
      { class: "settings" },
      h(
        "fieldset",
        {},
        h("legend", {}, "Optimizer"),
        labelled("Rule", rule),
        labelled("Rate", lr, "empty: the rule’s own"),
      ),
      h(
        "fieldset",
        {},
        h("legend", {}, "Training"),
        h("div", { class: "row" }, number("Batch", "batch", 1000), number("Steps", "steps", 5000)),
        number("Seed", "seed", 2 ** 32, "of the first weights and the order of digits"),
        labelled("Engine", engine, "loaded when you train"),
      ),
    );
    this.show(store.state);
  }

  /** Follows the state. */
  show({ digits }: State): void {
    for (const show of this.#show) show(digits);
  }
}

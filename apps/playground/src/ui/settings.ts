import { surfaces } from "@descent/viz/races";
import { type State, type Store, surfaceOf } from "../state/state.ts";
import { h, labelled, numberInput, selectOf } from "./dom.ts";

/** The surface, the start and what all contenders meet: controls that follow the state. */
export class Settings {
  readonly element: HTMLElement;
  readonly #show: ((state: State) => void)[] = [];
  readonly #complaint = h("p", { class: "complaint", role: "alert" });

  constructor(store: Store) {
    const { state } = store;
    const number = (
      label: string,
      of: (state: State) => number,
      set: (value: number) => void,
      limits: { least?: number; most?: number; step?: number | "any" } = {},
      hint?: string,
    ): HTMLElement => {
      const input = numberInput(of(state), { ...limits, onchange: set });
      this.#show.push((now) => {
        if (input !== document.activeElement) {
          input.value = String(of(now));
          input.removeAttribute("aria-invalid");
        }
      });
      return labelled(label, input, hint);
    };
    const choice = selectOf(
      [
        {
          label: "",
          options: [...surfaces.map(({ id, title }) => [id, title] as const), ["own", "Your own formula…"]],
        },
      ],
      state.surface,
      (id) => {
        const next = surfaceOf({ ...store.state, surface: id });
        store.set({ surface: id, start: next.start });
      },
    );
    const formula = h("textarea", { rows: 3, spellcheck: "false", class: "code", autocapitalize: "off" });
    formula.value = state.formula;
    formula.addEventListener("input", () => store.set({ formula: formula.value }));
    const box = (i: 0 | 1 | 2 | 3, label: string): HTMLElement =>
      number(
        label,
        (s) => s.box[i],
        (value) => {
          const next = store.state.box.map((old, k) => (k === i ? value : old)) as [number, number, number, number]; // as many
          if (next[0] < next[1] && next[2] < next[3]) store.set({ box: next });
        },
      );
    const own = h(
      "div",
      { class: "stack" },
      labelled("f(x, y) =", formula),
      this.#complaint,
      h("div", { class: "row four" }, box(0, "x from"), box(1, "to"), box(2, "y from"), box(3, "to")),
    );
    this.#show.push((now) => {
      choice.value = now.surface;
      own.hidden = now.surface !== "own";
      if (formula !== document.activeElement) formula.value = now.formula;
    });
    const schedule = h("input", {
      type: "text",
      class: "code",
      spellcheck: "false",
      autocapitalize: "off",
      placeholder: "none",
    });
    schedule.addEventListener("change", () => store.set({ schedule: schedule.value.trim() }));
    this.#show.push((now) => {
      if (schedule !== document.activeElement) schedule.value = now.schedule;
    });
    const [x, y] = [
      number(
        "Start x",
        (s) => s.start[0],
        (value) => store.set({ start: [value, store.state.start[1]] }),
      ),
      number(
        "Start y",
        (s) => s.start[1],
        (value) => store.set({ start: [store.state.start[0], value] }),
      ),
    ];
    this.element = h(
      "div",
      { class: "settings" },
      h("fieldset", {}, h("legend", {}, "Surface"), labelled("Shape", choice), own, h("div", { class: "row" }, x, y)),
      h(
        "fieldset",
        {},
        h("legend", {}, "Conditions"),
        h(
          "div",
          { class: "row" },
          number(
            "Steps",
            (s) => s.steps,
            (steps) => store.set({ steps }),
            { least: 1, most: 5000, step: 1 },
          ),
          number(
            "Clip gradients at",
            (s) => s.clip,
            (clip) => store.set({ clip }),
            { least: 0, most: 1e6 },
            "0 is off",
          ),
        ),
        h(
          "div",
          { class: "row" },
          number(
            "Batch",
            (s) => s.batch,
            (batch) => store.set({ batch }),
            { least: 0, most: 1000, step: 1 },
            "terms of the sum that a step sees; 0 is all",
          ),
          number(
            "Noise",
            (s) => s.noise,
            (noise) => store.set({ noise }),
            { least: 0, most: 1e6 },
            "deviation, added to gradients",
          ),
        ),
        h(
          "div",
          { class: "row" },
          number(
            "Seed",
            (s) => s.seed,
            (seed) => store.set({ seed }),
            { least: 0, most: 2 ** 32, step: 1 },
            "of batches and noise",
          ),
        ),
        labelled("Schedule: the rate times", schedule, "an equation in step and steps; see Schedules"),
      ),
    );
    this.show(state);
  }

  /** Follows the state. */
  show(state: State): void {
    for (const show of this.#show) show(state);
  }

  /** Says what is wrong with the formula; empty if nothing is. */
  complain(message: string): void {
    this.#complaint.textContent = message;
    this.#complaint.hidden = message === "";
  }
}

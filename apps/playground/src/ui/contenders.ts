import { formatNumber } from "@descent/viz";
import type { Outcome } from "../engine/messages.ts";
import type { State, Store } from "../state/state.ts";
import { h, labelled, numberInput, selectOf } from "./dom.ts";
import { finished } from "./gaps.ts";
import { presets, ruleGroups, titleOf } from "./rules.ts";
import { NOTHING } from "./summary.ts";
import { swatch } from "./swatch.ts";
import { icon } from "./transport.ts";

/** As many as a page of colours, dashes and markers tells apart. */
const MOST = 24;

/** The table of who races: how each is drawn, its rate, its loss now and at the end; and what is needed to change who does. */
export class Contenders {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #body = h("tbody");
  readonly #add: HTMLSelectElement;
  #now: HTMLElement[] = [];
  #gaps: (Float64Array | undefined)[] = [];
  #key = "";
  #told = 0;

  constructor(store: Store) {
    this.#store = store;
    this.#add = selectOf(
      [
        {
          label: "",
          options: [
            ["", "Add a rule…"],
            ["mine", "Your rule, from the editor"],
          ],
        },
        ...ruleGroups(),
      ],
      "",
      (rule) => {
        const { contenders } = store.state;
        if (rule !== "" && contenders.length < MOST) store.set({ contenders: [...contenders, { rule }] });
        this.#add.value = "";
      },
    );
    this.#add.setAttribute("aria-label", "Add a rule");
    const preset = selectOf(
      [{ label: "", options: [["", "Presets…"], ...presets.map(({ title }) => [title, title] as const)] }],
      "",
      (title) => {
        const found = presets.find((one) => one.title === title);
        if (found) store.set({ contenders: found.rules.map((rule) => ({ rule })) });
        preset.value = "";
      },
    );
    preset.setAttribute("aria-label", "Choose a preset of rules");
    this.element = h(
      "div",
      { class: "contenders" },
      h(
        "table",
        { class: "legend" },
        h("caption", { class: "hidden" }, "Rules in the race"),
        h(
          "thead",
          {},
          h("tr", {}, ...["Rule", "Rate", "Now", "End"].map((name) => h("th", { scope: "col" }, name)), h("td")),
        ),
        this.#body,
      ),
      h("div", { class: "row" }, this.#add, preset),
    );
  }

  /** Fills the table in. `gaps` are losses above the minimum, by contender. */
  show(state: State, outcomes: readonly Outcome[], gaps: readonly (Float64Array | undefined)[]): void {
    this.#gaps = [...gaps];
    const key = JSON.stringify([state.contenders.map(({ rule }) => rule), state.mine.title, outcomes.length]);
    // While somebody types a rate, the input must stay.
    const typing =
      this.#body.contains(document.activeElement) &&
      key === this.#key &&
      document.activeElement instanceof HTMLInputElement;
    this.#key = key;
    if (!typing) this.#rows(state, outcomes);
    else this.#numbers(outcomes);
  }

  /** Shows losses at a step; while a race is `moving` ten times a second, which is more often than a number can be read. */
  at(step: number, moving: boolean): void {
    const now = performance.now();
    if (moving && now - this.#told < 100) return;
    this.#told = now;
    for (const [i, cell] of this.#now.entries()) {
      const gaps = this.#gaps[i];
      const shown = gaps ? number(gaps[Math.min(step, gaps.length - 1)]!) : "–"; // within
      if (cell.textContent !== shown) cell.textContent = shown;
    }
  }

  #rows(state: State, outcomes: readonly Outcome[]): void {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
    this.#now = [];
    const rows = state.contenders.map(({ rule }, i) => {
      const outcome = outcomes[i];
      const title = titleOf(rule, state.mine.title);
      const now = h("span", { class: "now-number" });
      this.#now.push(now);
      const rate = this.#rate(outcome, i, title);
      const remove = h(
        "button",
        {
          type: "button",
          class: "icon bare",
          "aria-label": `Remove ${title}`,
          "data-key": `remove-${i}`,
          onclick: () => this.#store.set({ contenders: this.#store.state.contenders.filter((_, k) => k !== i) }),
        },
        icon("M6 6l12 12M18 6L6 18"),
      );
      const open = h(
        "button",
        {
          type: "button",
          class: "link",
          title: "Open in the editor",
          "data-key": `open-${i}`,
          onclick: () => this.#open(rule),
        },
        title,
      );
      return h(
        "tr",
        {},
        h("th", { scope: "row" }, h("div", { class: "who" }, swatch(i), open)),
        h("td", { class: "rate" }, rate),
        h("td", { class: "number" }, now),
        h("td", { class: "number", "data-end": "" }, endOf(outcome, this.#gaps[i])),
        h("td", { class: "remove" }, remove),
      );
    });
    this.#body.replaceChildren(...rows);
    if (focused) (this.#body.querySelector(`[data-key="${focused}"]`) as HTMLElement | null)?.focus();
  }

  #numbers(outcomes: readonly Outcome[]): void {
    for (const [i, cell] of [...this.#body.querySelectorAll("[data-end]")].entries())
      cell.textContent = endOf(outcomes[i], this.#gaps[i]);
    for (const [i, input] of [...this.#body.querySelectorAll<HTMLInputElement>(".rate input")].entries()) {
      const outcome = outcomes[i];
      if (input !== document.activeElement && outcome && finished(outcome) && outcome.lr !== undefined)
        input.value = String(outcome.lr);
    }
  }

  #rate(outcome: Outcome | undefined, i: number, title: string): HTMLElement | string {
    if (!outcome) return "";
    if (!finished(outcome)) return "–";
    if (outcome.lr === undefined) return "none";
    const input = numberInput(outcome.lr, {
      least: 0,
      onchange: (lr) => {
        // From here on every contender has the rate that it has now.
        const shown = [...this.#body.querySelectorAll<HTMLInputElement>(".rate input")].map(
          (one) => one.dataset.contender,
        );
        const inputs = new Map(
          shown.map((k, at) => [k, this.#body.querySelectorAll<HTMLInputElement>(".rate input")[at]!.valueAsNumber]),
        );
        const contenders = this.#store.state.contenders.map((one, k) => ({
          ...one,
          lr: k === i ? lr : (inputs.get(String(k)) ?? one.lr),
        }));
        this.#store.set({ fairness: "own", contenders });
      },
    });
    input.dataset.contender = String(i);
    input.dataset.key = `rate-${i}`;
    input.setAttribute("aria-label", `Rate of ${title}`);
    return input;
  }

  #open(rule: string): void {
    if (rule === "mine") this.#store.set({ page: "rule" });
    else this.#store.set({ page: "rule", mine: { ...this.#store.state.mine, parent: rule, title: "", text: "" } });
  }
}

const number = (value: number): string => (value < NOTHING ? "0" : formatNumber(value, 2));

function endOf(outcome: Outcome | undefined, gaps: Float64Array | undefined): string {
  if (!outcome) return "";
  if (!finished(outcome)) return "refused";
  return outcome.stopped ? `stopped at ${outcome.stopped.step}` : number(gaps?.at(-1) ?? Number.NaN);
}

/** How rates are chosen, as a choice. */
export function fairnessChoice(store: Store): { readonly element: HTMLElement; show(state: State): void } {
  const rate = numberInput(store.state.rate, {
    least: 0,
    onchange: (value) => store.set({ rate: value, fairness: "same" }),
  });
  const choice = selectOf(
    [
      {
        label: "",
        options: [
          ["best", "Best of a sweep, for each"],
          ["same", "The same for all"],
          ["defaults", "Each rule’s default"],
          ["own", "As in the table"],
        ],
      },
    ],
    store.state.fairness,
    (value) => store.set({ fairness: value as State["fairness"] }), // one of the options
  );
  const rateField = labelled("Rate", rate);
  return {
    element: h("div", { class: "row" }, labelled("Rates", choice), rateField),
    show(state) {
      choice.value = state.fairness;
      rateField.hidden = state.fairness !== "same";
      if (rate !== document.activeElement) rate.value = String(state.rate);
    },
  };
}

import { schedule } from "@descent/core";
import { formatNumber, lineChart, linePath, scale } from "@descent/viz";
import { type Engine, SupersededError } from "../engine/client.ts";
import { initial, type State, type Store } from "../state/state.ts";
import { CodeArea, complaintText } from "../ui/code-area.ts";
import { h, markup } from "../ui/dom.ts";
import { Numbers } from "../ui/numbers.ts";
import { schedules } from "../ui/schedule-list.ts";
import type { PageView } from "./page.ts";

/** Schedules: a list to choose from, the equation, which can be typed, and its curve. */
export class SchedulesPage implements PageView {
  readonly element: HTMLElement;
  readonly #engine: Engine;
  readonly #area: CodeArea;
  readonly #complaint = h("pre", { class: "complaint", id: "schedule-complaint", role: "alert" });
  readonly #numbers = new Numbers();
  readonly #chart = h("div", { class: "schedule-chart" });
  readonly #formula = h("div", {
    class: "formula",
    tabindex: "0",
    role: "region",
    "aria-label": "The schedule as a formula",
  });
  readonly #summary = h("p", { class: "summary", role: "status", "aria-live": "polite" });
  readonly #list: HTMLElement;

  constructor(store: Store, engine: Engine) {
    this.#engine = engine;
    this.#area = new CodeArea("The schedule", "schedule-complaint", (text) => store.set({ schedule: text.trim() }), 2);
    this.#list = h(
      "ul",
      { class: "cards" },
      schedules.map(({ id, title, sentence, text }) =>
        h(
          "li",
          {},
          h(
            "button",
            { type: "button", "data-id": id, onclick: () => store.set({ schedule: text }) },
            sparkline(text),
            h("strong", {}, title),
            h("span", { class: "quiet" }, sentence),
          ),
        ),
      ),
    );
    const none = h("button", { type: "button", onclick: () => store.set({ schedule: "" }) }, "No schedule");
    const race = h(
      "button",
      { type: "button", class: "primary", onclick: () => store.set({ page: "race" }) },
      "Race with it",
    );
    this.element = h(
      "div",
      { class: "page schedules" },
      h(
        "div",
        { class: "masthead" },
        h(
          "div",
          {},
          h("h1", {}, "Schedule the rate"),
          h(
            "p",
            { class: "lede" },
            "A schedule is an equation in step, which counts from 0, and steps, the length of the race. Its value is the factor by which every rule’s rate is multiplied.",
          ),
        ),
        this.#formula,
      ),
      h(
        "section",
        { class: "panel figure", "aria-label": "Equation and curve" },
        h("h2", {}, "The rate is multiplied by"),
        this.#area.element,
        this.#complaint,
        this.#chart,
        this.#summary,
        h("div", { class: "row" }, race, none),
        this.#numbers.element,
      ),
      h(
        "section",
        { class: "panel rail", "aria-label": "Schedules of the library" },
        h("h2", {}, "From the library"),
        this.#list,
      ),
    );
  }

  update(state: State, changed: ReadonlySet<keyof State> | undefined): void {
    if (this.#area.input !== document.activeElement) this.#area.value = state.schedule;
    for (const button of this.#list.querySelectorAll("button")) {
      const { text } = schedules.find(({ id }) => id === button.dataset.id)!; // made from the list
      button.setAttribute("aria-pressed", String(text === state.schedule));
    }
    if (!changed || changed.has("schedule") || changed.has("steps")) void this.#draw(state);
  }

  async #draw({ schedule: text, steps }: State): Promise<void> {
    try {
      const read = await this.#engine.ask("schedule", { text: text === "" ? "1" : text, steps }, { deadline: 2000 });
      if ("complaint" in read) {
        this.#area.complain(read.complaint);
        this.#complaint.textContent = complaintText(read.complaint, text);
        this.#complaint.hidden = false;
        return;
      }
      this.#area.complain(undefined);
      this.#complaint.hidden = true;
      this.#complaint.textContent = "";
      this.#formula.replaceChildren(markup(text === "" ? "" : read.mathml));
      const finite = read.values.filter(Number.isFinite);
      const high = finite.reduce((a, b) => Math.max(a, b), 0);
      const low = finite.reduce((a, b) => Math.min(a, b), 0);
      const width = Math.max(280, Math.round(this.#chart.clientWidth || 640));
      const chart = lineChart({
        title: "The factor of the rate over steps",
        x: { label: "step" },
        y: { label: "factor of the rate", domain: [low, high > low ? high * 1.05 : low + 1] },
        series: [{ name: text === "" ? "none" : text, y: read.values }],
        width,
        height: Math.round(Math.max(220, Math.min(400, width * 0.5))),
        id: "schedule",
        ends: false,
      });
      this.#chart.replaceChildren(markup(chart.svg));
      this.#numbers.show(chart.table);
      const of = (share: number): string =>
        formatNumber(read.values[Math.min(steps - 1, Math.round(share * (steps - 1)))] ?? Number.NaN, 3);
      this.#summary.textContent =
        text === ""
          ? "Rates stay as they are."
          : `The factor is ${of(0)} at the first of ${steps} steps, ${of(0.5)} half way, and ${of(1)} at the last.`;
    } catch (error) {
      if (error instanceof SupersededError) return;
      this.#complaint.hidden = false;
      this.#complaint.textContent = error instanceof Error ? error.message : String(error);
    }
  }
}

/** The curve itself, small. */
function sparkline(text: string): DocumentFragment {
  const at = schedule(text, /\bsteps\b/.test(text) ? { steps: initial.steps } : {});
  const xs = Array.from({ length: 97 }, (_, i) => (i / 96) * (initial.steps - 1));
  const d = linePath(xs, xs.map(at), scale([0, initial.steps - 1], [2, 62]), scale([0, 1], [22, 2]));
  return markup(`<svg class="spark" viewBox="0 0 64 24" aria-hidden="true"><path d="${d}"/></svg>`);
}

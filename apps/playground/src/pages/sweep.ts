import { formatNumber, lineChart, tableOf } from "@descent/viz";
import { quantile, ratesFrom } from "@descent/viz/races";
import { type Engine, SupersededError } from "../engine/client.ts";
import { conditionsOf, contendersOf, type State, type Store, settingsOfRaces, surfaceOf } from "../state/state.ts";
import { h, labelled, markup, numberInput, selectOf } from "../ui/dom.ts";
import { FLOOR } from "../ui/gaps.ts";
import type { Mine } from "../ui/mine.ts";
import { presets, titleOf } from "../ui/rules.ts";
import { Settings } from "../ui/settings.ts";
import { swatch } from "../ui/swatch.ts";
import type { PageView } from "./page.ts";

/** The losses of one rule, by rate and seed. */
interface Swept {
  readonly name: string;
  readonly style: number;
  readonly losses: readonly (readonly number[])[];
  readonly diverged: readonly number[];
}

interface Row {
  readonly name: string;
  readonly style: number;
  readonly lower: readonly number[];
  readonly middle: readonly number[];
  readonly upper: readonly number[];
  readonly diverged: readonly number[];
}

/** Loss against rate: for each rule the median over seeds with its quartiles, and where it diverges. */
export class SweepPage implements PageView {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #mine: Mine;
  readonly #settings: Settings;
  readonly #chart = h("div", { class: "sweep-chart" });
  readonly #legend = h("ul", { class: "swatches" });
  readonly #summary = h("p", { class: "summary", role: "status", "aria-live": "polite" });
  readonly #progress = h("progress", { max: 1, value: 0, "aria-label": "Progress of the sweep" });
  readonly #table = h("div", { class: "tables", tabindex: "0", role: "region", "aria-label": "Rates by rule" });
  readonly #show: ((state: State) => void)[] = [];
  #run = 0;

  constructor(store: Store, engine: Engine, mine: Mine) {
    this.#store = store;
    this.#engine = engine;
    this.#mine = mine;
    this.#settings = new Settings(store);
    const number = (
      label: string,
      key: "from" | "to" | "count" | "seeds",
      limits: { least: number; most: number; step?: 1 },
    ): HTMLElement => {
      const input = numberInput(store.state.sweep[key], {
        ...limits,
        onchange: (value) => store.set({ sweep: { ...store.state.sweep, [key]: value } }),
      });
      this.#show.push((state) => {
        if (input !== document.activeElement) input.value = String(state.sweep[key]);
      });
      return labelled(label, input);
    };
    const preset = selectOf(
      [{ label: "", options: [["", "As in the race"], ...presets.map(({ title }) => [title, title] as const)] }],
      "",
      (title) => {
        const found = presets.find((one) => one.title === title);
        if (found) store.set({ contenders: found.rules.map((rule) => ({ rule })) });
      },
    );
    this.element = h(
      "div",
      { class: "page sweep" },
      h(
        "div",
        { class: "masthead" },
        h(
          "div",
          {},
          h("h1", {}, "Sweep the rate"),
          h(
            "p",
            { class: "lede" },
            "A picture of one race says little: another rate, another winner. Here every rule runs at every rate, with several seeds of batches and noise.",
          ),
        ),
      ),
      h(
        "section",
        { class: "panel figure", "aria-label": "Loss against rate" },
        this.#legend,
        this.#chart,
        this.#progress,
        this.#summary,
      ),
      h(
        "section",
        { class: "panel rail", "aria-label": "Settings" },
        h(
          "fieldset",
          {},
          h("legend", {}, "Sweep"),
          labelled("Rules", preset),
          h(
            "div",
            { class: "row" },
            number("Rates from", "from", { least: 1e-12, most: 1e6 }),
            number("to", "to", { least: 1e-12, most: 1e6 }),
          ),
          h(
            "div",
            { class: "row" },
            number("How many", "count", { least: 3, most: 60, step: 1 }),
            number("Seeds", "seeds", { least: 1, most: 20, step: 1 }),
          ),
        ),
        this.#settings.element,
      ),
      h("section", { class: "panel wide", "aria-label": "Table" }, h("h2", {}, "In numbers"), this.#table),
    );
  }

  update(state: State, changed: ReadonlySet<keyof State> | undefined): void {
    this.#settings.show(state);
    for (const show of this.#show) show(state);
    const reasons: readonly (keyof State)[] = [...settingsOfRaces, "sweep"];
    if (!changed || reasons.some((key) => changed.has(key))) void this.#sweep();
  }

  async #sweep(): Promise<void> {
    const run = ++this.#run;
    this.#engine.stop();
    const { state } = this.#store;
    const { from, to, count, seeds } = state.sweep;
    if (!(from < to)) {
      this.#summary.textContent = "The first rate must be below the last.";
      return;
    }
    const rates = ratesFrom(from, to, count);
    const contenders = contendersOf(state, this.#mine.text);
    const names = contenders.map(({ rule }) => titleOf(rule, state.mine.title || "Your rule"));
    const least = surfaceOf(state).least;
    // Without batches and noise all seeds are one.
    const draws = Array.from({ length: state.batch > 0 || state.noise > 0 ? seeds : 1 }, (_, i) => state.seed + i);
    this.#legend.replaceChildren(...names.map((name, i) => h("li", {}, swatchOf(i), name)));
    this.#progress.hidden = false;
    this.#progress.value = 0;
    const raw: Swept[] = [];
    const refused: string[] = [];
    for (const [i, contender] of contenders.entries()) {
      try {
        const swept = await this.#engine.ask(
          "sweep",
          { conditions: conditionsOf(state), contender, rates, seeds: draws },
          { deadline: 60_000 },
        );
        if (run !== this.#run) return;
        if ("error" in swept) refused.push(`${names[i]}: ${swept.error.split("\n")[0]}`);
        else raw.push({ name: names[i]!, style: i, losses: swept.losses, diverged: swept.diverged });
      } catch (error) {
        if (error instanceof SupersededError || run !== this.#run) return;
        refused.push(`${names[i]}: ${error instanceof Error ? error.message : String(error)}`);
      }
      this.#progress.value = (i + 1) / contenders.length;
      this.#draw(rates, raw, least, draws.length);
    }
    this.#progress.hidden = true;
    this.#summary.textContent = this.#words(rates, this.#rows(raw, least), draws.length, refused);
  }

  #rows(raw: readonly Swept[], known: number | undefined): Row[] {
    const least = known ?? raw.flatMap(({ losses }) => losses.flat()).reduce((a, b) => Math.min(a, b), Infinity);
    return raw.map(({ name, style, losses, diverged }) => {
      const gaps = losses.map((list) => list.map((loss) => Math.max(loss - least, FLOOR)));
      const at = (share: number): number[] => gaps.map((list) => quantile(list, share));
      return { name, style, lower: at(0.25), middle: at(0.5), upper: at(0.75), diverged };
    });
  }

  #draw(rates: readonly number[], raw: readonly Swept[], least: number | undefined, seeds: number): void {
    const rows = this.#rows(raw, least);
    const width = Math.max(280, Math.round(this.#chart.clientWidth || 640));
    const chart = lineChart({
      title: "Loss after the last step against the learning rate",
      x: { label: "rate", log: true, domain: [rates[0]!, rates.at(-1)!] }, // at least three
      y: {
        label: least === undefined ? "loss above the lowest seen" : "loss above the minimum",
        log: true,
        domain: verticalDomain(rows),
      },
      series: rows.map(({ name, style, lower, middle, upper }) => ({
        name,
        style,
        x: [...rates],
        y: middle,
        ...(seeds > 1 ? { band: { low: lower, high: upper } } : {}),
      })),
      width,
      height: Math.round(Math.max(260, Math.min(520, width * 0.58))),
      id: "sweep",
      ends: false,
      points: true,
    });
    this.#chart.replaceChildren(markup(chart.svg));
    this.#table.replaceChildren(
      markup(
        tableOf(
          `Median loss ${least === undefined ? "above the lowest seen" : "above the minimum"} by rate, over ${seeds} ${seeds === 1 ? "run" : "seeds"}; † where a run diverged`,
          ["Rate", ...rows.map(({ name }) => name)],
          rates.map((rate, k) => [
            formatNumber(rate, 3),
            ...rows.map(({ middle, diverged }) => `${formatNumber(middle[k]!, 2)}${diverged[k]! > 0 ? " †" : ""}`),
          ]),
        ),
      ),
    );
  }

  #words(rates: readonly number[], rows: readonly Row[], seeds: number, refused: readonly string[]): string {
    const best = rows
      .map(({ name, middle, diverged }) => {
        const k = middle.indexOf(middle.reduce((a, b) => Math.min(a, b), Infinity));
        // From where on every rate diverges.
        const edge = diverged.findLastIndex((n) => n <= seeds / 2) + 1;
        return {
          name,
          loss: middle[Math.max(0, k)]!,
          rate: rates[Math.max(0, k)]!,
          edge: rates[edge],
        };
      })
      .sort((a, b) => a.loss - b.loss);
    const words = best.map(
      ({ name, loss, rate, edge }) =>
        `${name} is best at ${rate}${loss <= FLOOR ? ", at the minimum" : ` with ${formatNumber(loss, 2)}`}${edge === undefined ? "" : `, and diverges from ${edge} on`}.`,
    );
    return [...words, ...refused].join(" ") || "No rules to sweep. Add some on the page Race.";
  }
}

const swatchOf = (i: number): HTMLElement => h("span", {}, swatch(i));

function verticalDomain(rows: readonly Row[]): readonly [number, number] {
  const all = rows.flatMap(({ middle }) => middle).filter((gap) => Number.isFinite(gap) && gap > 0);
  if (all.length === 0) return [1e-3, 1];
  const sorted = all.sort((a, b) => a - b);
  const low = Math.max(1e-14, sorted[0]!); // not empty
  // Half of what diverges is beyond telling: the axis ends a little above the highest loss of the lower nine tenths.
  const high = Math.max(low * 10, sorted[Math.floor(0.9 * (sorted.length - 1))]! * 3);
  return [low, high];
}

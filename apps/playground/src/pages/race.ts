import { lineChart, tableOf } from "@descent/viz";
import { type Engine, SupersededError } from "../engine/client.ts";
import type { Calls, Outcome } from "../engine/messages.ts";
import { conditionsOf, contendersOf, type State, type Store, settingsOfRaces, surfaceOf } from "../state/state.ts";
import { BasinsChoice } from "../ui/basins.ts";
import { Contenders, fairnessChoice } from "../ui/contenders.ts";
import { h, markup, save } from "../ui/dom.ts";
import { embedCode } from "../ui/embed.ts";
import { Explanation } from "../ui/explanation.ts";
import { csvOf, programOf } from "../ui/export.ts";
import { finished, gapsOf, leastOf } from "../ui/gaps.ts";
import type { Mine } from "../ui/mine.ts";
import { Numbers } from "../ui/numbers.ts";
import { savePng, saveSvg } from "../ui/picture.ts";
import { titleOf } from "../ui/rules.ts";
import type { Basin, Scene } from "../ui/scene.ts";
import { Settings } from "../ui/settings.ts";
import { SlotArrows } from "../ui/slots.ts";
import { summaryOf } from "../ui/summary.ts";
import { Transport } from "../ui/transport.ts";
import { Views } from "../ui/views.ts";
import type { PageView } from "./page.ts";

type Field = Exclude<Calls["field"]["gives"], { readonly complaint: unknown }>;

/** How fine the grid under the contours is. */
const GRID = 120;

/** The race: contours with paths, playback, the table of rules, losses over steps. */
export class RacePage implements PageView {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #mine: Mine;
  readonly #stage: Views;
  readonly #arrows: SlotArrows;
  readonly #transport: Transport;
  readonly #contenders: Contenders;
  readonly #settings: Settings;
  readonly #basins: BasinsChoice;
  readonly #explanation: Explanation;
  readonly #fairness: ReturnType<typeof fairnessChoice>;
  readonly #title = h("h1");
  readonly #formula = h("div", {
    class: "formula",
    tabindex: "0",
    role: "region",
    "aria-label": "The surface as a formula",
  });
  readonly #sentence = h("p", { class: "lede" });
  readonly #summary = h("p", { class: "summary", role: "status", "aria-live": "polite" });
  readonly #losses = h("div", { class: "losses" });
  readonly #saved = h("span", { class: "quiet", role: "status" });
  readonly #numbers = new Numbers();
  #field: { readonly key: string; readonly field: Field } | undefined;
  #outcomes: readonly Outcome[] = [];
  readonly #cursor = h("div", { class: "cursor", "aria-hidden": true });
  #place: ((step: number) => number) | undefined;
  #opened = false;
  #moving = false;
  #areas: Basin | undefined;

  constructor(store: Store, engine: Engine, mapper: Engine, mine: Mine, link: () => Promise<string>) {
    this.#store = store;
    this.#engine = engine;
    this.#mine = mine;
    this.#stage = new Views(store, (start, moving) => {
      const before = store.state.start;
      this.#moving = moving;
      store.set({ start });
      // The last place may be where the hand was already, with rates that were found elsewhere.
      if (!moving && before.join() === start.join()) void this.#run();
    });
    this.#transport = new Transport((step, moving) => this.#at(step, moving));
    this.#contenders = new Contenders(store);
    this.#settings = new Settings(store);
    this.#fairness = fairnessChoice(store);
    this.#basins = new BasinsChoice(store, mapper);
    this.#explanation = new Explanation(mapper);
    this.#arrows = new SlotArrows(store, mapper, () => this.#stage.arrows(this.#arrows.at(this.#transport.step)));
    const again = (): void => this.#transport.play();
    this.element = h(
      "div",
      { class: "page race" },
      h("div", { class: "masthead" }, h("div", {}, this.#title, this.#sentence), this.#formula),
      h(
        "section",
        { class: "panel figure", "aria-label": "Race" },
        this.#stage.element,
        this.#transport.element,
        this.#summary,
        this.#basins.element,
        this.#arrows.element,
        this.#explanation.element,
        h(
          "div",
          { class: "exports" },
          h("span", { class: "quiet" }, "Save as "),
          ...(["SVG", "PNG", "GIF", "CSV", "TypeScript"] as const).map((kind) =>
            h("button", { type: "button", onclick: () => void this.#save(kind) }, kind),
          ),
          this.#saved,
        ),
        embedCode(link),
        this.#numbers.element,
      ),
      h(
        "section",
        { class: "panel results", "aria-label": "Rules" },
        h("h2", {}, "Rules"),
        this.#contenders.element,
        this.#fairness.element,
        this.#losses,
      ),
      h("section", { class: "panel rail", "aria-label": "Settings" }, this.#settings.element),
    );
    mine.listen(() => {
      if (store.state.page === "race" && store.state.contenders.some(({ rule }) => rule === "mine")) void this.#run();
    });
    this.#summary.addEventListener("dblclick", again);
  }

  update(state: State, changed: ReadonlySet<keyof State> | undefined): void {
    // A map of basins holds for every start and from every side, and for nothing else.
    const other: ReadonlySet<keyof State> = new Set(["start", "arrows", "view", "turn", "tilt"]);
    if (!changed || [...changed].some((key) => !other.has(key))) this.#areas = undefined;
    this.#settings.show(state);
    this.#stage.follow(state);
    this.#fairness.show(state);
    const { title, sentence } = surfaceOf(state);
    this.#title.textContent = title;
    this.#sentence.textContent = sentence;
    const ofRace: readonly (keyof State)[] = [...settingsOfRaces, "fairness", "rate", "basins", "arrows"];
    if (!changed || ofRace.some((key) => changed.has(key))) void this.#run();
  }

  async #run(): Promise<void> {
    const { state } = this.#store;
    const { text, x, y } = surfaceOf(state);
    const key = JSON.stringify([text, x, y]);
    this.element.setAttribute("aria-busy", "true");
    try {
      if (this.#field?.key !== key) {
        const field = await this.#engine.ask("field", { surface: text, x, y, columns: GRID, rows: GRID });
        if ("complaint" in field)
          return this.#settings.complain(`${field.complaint.message}${caret(text, field.complaint.column)}`);
        this.#field = { key, field };
      }
      this.#settings.complain("");
      const { rate } = state;
      // While a hand moves the start, rates are those of where it set out: a sweep for every pixel would lag behind it.
      const still = this.#moving && state.fairness === "best" && this.#outcomes.length === state.contenders.length;
      const fairness = still ? "own" : state.fairness;
      const contenders = contendersOf(state, this.#mine.text).map((contender, i) => {
        const outcome = this.#outcomes[i];
        return still && outcome && finished(outcome) ? { ...contender, lr: outcome.lr } : contender;
      });
      const outcomes = await this.#engine.ask("race", {
        conditions: conditionsOf(state),
        contenders,
        fairness,
        rate,
      });
      this.#show(state, outcomes);
      this.element.setAttribute("aria-busy", "false");
    } catch (error) {
      if (error instanceof SupersededError) return;
      this.element.setAttribute("aria-busy", "false");
      this.#summary.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  #show(state: State, outcomes: readonly Outcome[]): void {
    const field = this.#field?.field;
    if (!field) return;
    this.#outcomes = outcomes;
    const surface = surfaceOf(state);
    const names = state.contenders.map(({ rule }) => titleOf(rule, state.mine.title || "Your rule"));
    const least = leastOf(surface.least, field.least.value, outcomes);
    const gaps = outcomes.map((outcome) => (finished(outcome) ? gapsOf(outcome.loss, least) : undefined));
    const known = surface.least !== undefined;
    const summary = summaryOf(names, outcomes, { steps: state.steps, least, known });
    this.#formula.replaceChildren(markup(field.mathml));
    const scene = {
      title: `${surface.title}: the paths of ${names.length} rules`,
      description: summary,
      field: { values: field.values, columns: GRID, rows: GRID, x: surface.x, y: surface.y },
      marks: surface.minima,
      names,
      outcomes,
      start: this.#store.state.start, // which may have moved on while this race ran
    };
    this.#stage.show({ ...scene, areas: this.#areas });
    void this.#map(state, scene, outcomes);
    void this.#arrows.show(state, outcomes, this.#mine.text);
    this.#contenders.show(state, outcomes, gaps);
    this.#explanation.show(state, outcomes, this.#mine.text);
    this.#drawLosses(names, gaps, known);
    this.#transport.steps = state.steps;
    this.#numbers.show(
      this.#stage.table,
      tableOf(
        known ? "Loss above the minimum" : "Loss above the lowest point seen",
        ["", ...[0, 0.25, 0.5, 0.75, 1].map((share) => `step ${Math.round(share * state.steps)}`)],
        names.map((name, i) => [
          name,
          ...[0, 0.25, 0.5, 0.75, 1].map((share) => gaps[i]?.[Math.round(share * state.steps)] ?? "–"),
        ]),
      ),
    );
    if (this.#summary.textContent !== summary) this.#summary.textContent = summary;
    if (!this.#opened) {
      this.#opened = true;
      // A still picture of the end for those who asked for less motion.
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.#transport.end();
      else this.#transport.play();
    }
    this.#at(this.#transport.step);
  }

  /** Draws the map of basins under the paths, once it is known. */
  async #map(state: State, scene: Scene, outcomes: readonly Outcome[]): Promise<void> {
    const areas = await this.#basins.areas(state, outcomes, this.#mine.text);
    if (outcomes !== this.#outcomes || areas?.indices === this.#areas?.indices) return;
    this.#areas = areas;
    this.#stage.show({ ...scene, start: this.#store.state.start, areas });
  }

  #drawLosses(names: readonly string[], gaps: readonly (Float64Array | undefined)[], known: boolean): void {
    const width = Math.max(280, Math.round(this.#losses.clientWidth || 420));
    const chart = lineChart({
      title: "Loss over steps",
      x: { label: "step" },
      y: {
        label: known ? "loss above the minimum" : "loss above the lowest point seen",
        log: true,
        domain: domainOf(gaps),
      },
      series: gaps.flatMap((y, style) => (y ? [{ name: names[style]!, y, style }] : [])), // a name for each
      width,
      height: Math.round(Math.max(210, width * 0.5)),
      id: "losses",
    });
    this.#losses.replaceChildren(markup(chart.svg));
    // A layer of its own: as part of the drawing it would redraw everything wherever it moves.
    const [top, bottom] = [Math.min(...chart.y.range), Math.max(...chart.y.range)];
    this.#cursor.style.top = `${top}px`;
    this.#cursor.style.height = `${bottom - top}px`;
    this.#losses.append(this.#cursor);
    this.#place = (step) => chart.x.at(Math.min(step, chart.x.domain[1]));
  }

  #at(step: number, moving = false): void {
    this.#stage.at(step, moving);
    this.#stage.arrows(this.#arrows.at(step));
    this.#contenders.at(step, moving);
    this.#explanation.at(step);
    if (this.#place) this.#cursor.style.transform = `translateX(${this.#place(step).toFixed(1)}px)`;
  }

  /** Saves the race; pictures are of the view that is shown. A height field has no outlines, so its SVG is the map. */
  async #save(kind: "SVG" | "PNG" | "GIF" | "CSV" | "TypeScript"): Promise<void> {
    const { state } = this.#store;
    const name = `race-on-${state.surface}`;
    const { svg, layers } = this.#stage;
    const flat = state.view === "relief" ? "The SVG is the map." : "The SVG has no dots.";
    const contenders = contendersOf(state, this.#mine.text);
    const names = state.contenders.map(({ rule }) => titleOf(rule, state.mine.title || "Your rule"));
    this.#saved.textContent = kind === "SVG" && layers && layers.length > 1 ? flat : "";
    try {
      if (kind === "SVG" && svg) saveSvg(svg, name);
      if (kind === "PNG" && layers) await savePng(layers, name);
      if (kind === "GIF" && layers) await this.#saveGif(name);
      if (kind === "CSV") save(`${name}.csv`, new Blob([csvOf(names, this.#outcomes)], { type: "text/csv" }));
      if (kind === "TypeScript")
        save(
          `${name}.ts`,
          new Blob([programOf(conditionsOf(state), contenders, this.#outcomes, state.mine.title || "Your rule")], {
            type: "text/typescript",
          }),
        );
    } catch (error) {
      this.#saved.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  async #saveGif(name: string): Promise<void> {
    const { gifOf } = await import("../ui/gif.ts");
    this.#transport.pause();
    const { step } = this.#transport;
    const layers = (to: number) => {
      this.#at(to);
      return this.#stage.layers!; // there were some when this began
    };
    try {
      const gif = await gifOf(this.#store.state.steps, layers, (share) => {
        this.#saved.textContent = `Drawing: ${Math.round(100 * share)} %`;
      });
      save(`${name}.gif`, gif);
      this.#saved.textContent = `${(gif.size / 1e6).toFixed(1)} MB`;
    } finally {
      this.#at(step);
    }
  }
}

/** From a floor that does not waste the axis on numbers nobody can tell from 0, to ten times the highest start. */
function domainOf(gaps: readonly (Float64Array | undefined)[]): readonly [number, number] {
  let [low, high, start] = [Infinity, 0, 0];
  for (const list of gaps)
    if (list) {
      start = Math.max(start, list[0]!); // the start at least
      for (const gap of list)
        if (Number.isFinite(gap)) {
          low = Math.min(low, gap);
          high = Math.max(high, gap);
        }
    }
  const top = Math.max(Math.min(high, 10 * start), 1e-12);
  const bottom = Math.max(low, 1e-12);
  return bottom < top / 1.5 ? [bottom, top] : [top / 10, top * 2];
}

/** The formula with a caret under a place, on lines of its own. */
const caret = (text: string, column: number | undefined): string =>
  column === undefined
    ? ""
    : `\n${text.slice(Math.max(0, column - 30), column + 30)}\n${" ".repeat(Math.min(30, column))}^`;

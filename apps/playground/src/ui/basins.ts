import { formatNumber } from "@descent/viz";
import { type Engine, SupersededError } from "../engine/client.ts";
import type { Calls, Outcome } from "../engine/messages.ts";
import { conditionsOf, contendersOf, type State, type Store, surfaceOf } from "../state/state.ts";
import { h, labelled } from "./dom.ts";
import { finished } from "./gaps.ts";
import { titleOf } from "./rules.ts";
import type { Basin } from "./scene.ts";

/** Starts along each side of the map. */
const GRID = 142;
/** So many ends are named by their place. */
const NAMED = 6;

/** The map of basins: which contender it is of, and where its starts lead in words. */
export class BasinsChoice {
  readonly element: HTMLElement;
  readonly #engine: Engine;
  readonly #choice = h("select");
  readonly #words = h("p", { class: "hint" });
  #known:
    | { readonly key: string; readonly map: Exclude<Calls["basins"]["gives"], { readonly error: string }> }
    | undefined;

  constructor(store: Store, engine: Engine) {
    this.#engine = engine;
    this.#choice.addEventListener("change", () => store.set({ basins: this.#choice.value }));
    this.element = h(
      "div",
      { class: "basins" },
      labelled("Map of basins: where each start leads with", this.#choice),
      this.#words,
    );
  }

  /** The areas to show for a race that has run; undefined where none are wanted, or none can be. */
  async areas(state: State, outcomes: readonly Outcome[], text: string): Promise<Basin | undefined> {
    const title = (rule: string): string => titleOf(rule, state.mine.title || "Your rule");
    const rules = [...new Set(state.contenders.map(({ rule }) => rule))];
    this.#choice.replaceChildren(
      ...["", ...rules].map((rule) =>
        h("option", { value: rule, selected: rule === state.basins }, rule === "" ? "no rule" : title(rule)),
      ),
    );
    const at = state.contenders.findIndex(({ rule }) => rule === state.basins);
    const [contender, outcome] = [contendersOf(state, text)[at], outcomes[at]];
    if (!contender || !outcome || !finished(outcome)) {
      this.#words.textContent = "";
      return undefined;
    }
    const { x, y } = surfaceOf(state);
    const { start: _, ...conditions } = conditionsOf(state);
    const asks = {
      conditions: { ...conditions, start: [0, 0] as const },
      contender: { ...contender, lr: outcome.lr },
      x,
      y,
      columns: GRID,
      rows: GRID,
    };
    const key = JSON.stringify(asks);
    if (this.#known?.key !== key) {
      this.#words.textContent = `Stepping ${(GRID * GRID).toLocaleString("en")} starts…`;
      try {
        const map = await this.#engine.ask("basins", asks, { deadline: 60_000 });
        if ("error" in map) {
          this.#words.textContent = map.error;
          return undefined;
        }
        this.#known = { key, map };
      } catch (error) {
        if (!(error instanceof SupersededError))
          this.#words.textContent = error instanceof Error ? error.message : String(error);
        return undefined;
      }
    }
    const { indices, ends, underway, swarm } = this.#known.map;
    const percent = (share: number): string => `${formatNumber(100 * share, 2)} %`;
    const sum = (some: typeof ends): number => some.reduce((all, { share }) => all + share, 0);
    const [others, left] = [ends.slice(NAMED), 1 - underway - sum(ends)];
    const parts = [
      ...ends
        .slice(0, NAMED)
        .map(({ at: [px, py], share }) => `${percent(share)} end at (${formatNumber(px, 3)}, ${formatNumber(py, 3)})`),
      ...(others.length > 0
        ? [`${percent(sum(others))} at ${others.length} other ${others.length > 1 ? "places" : "place"}`]
        : []),
      ...(underway > 0.005 ? [`${percent(underway)} are still on their way after ${state.steps} steps`] : []),
      ...(left > 0.005 ? [`${percent(left)} end nowhere in common`] : []),
    ];
    this.#words.textContent = `Of ${(GRID * GRID).toLocaleString("en")} starts, with ${title(state.basins)}${outcome.lr === undefined ? "" : ` at rate ${outcome.lr}`}: ${parts.join(", ")}.`;
    return { indices, columns: GRID, rows: GRID, swarm };
  }
}

import { formatNumber } from "@descent/viz";
import { type Engine, SupersededError } from "../engine/client.ts";
import type { Outcome, Slot } from "../engine/messages.ts";
import { conditionsOf, contendersOf, type State, type Store, surfaceOf } from "../state/state.ts";
import { h, labelled } from "./dom.ts";
import { finished } from "./gaps.ts";
import { titleOf } from "./rules.ts";
import type { Arrow } from "./scene.ts";

/** The longest arrow of a slot, as a part of the view. */
const LONGEST = 0.2;

/** The arrows of a contender: which one it is of, and each slot's numbers at the step in view. */
export class SlotArrows {
  readonly element: HTMLElement;
  readonly #engine: Engine;
  readonly #changed: () => void;
  readonly #choice = h("select");
  readonly #words = h("p", { class: "hint" });
  readonly #list = h("dl", { class: "facts slots" });
  #key = "";
  #slots: readonly (Slot & { readonly longest: number })[] = [];
  #view: { readonly x: readonly [number, number]; readonly y: readonly [number, number] } | undefined;
  #path: { readonly x: Float32Array; readonly y: Float32Array } | undefined;

  constructor(store: Store, engine: Engine, changed: () => void) {
    this.#engine = engine;
    this.#changed = changed;
    this.#choice.addEventListener("change", () => store.set({ arrows: this.#choice.value }));
    this.element = h(
      "div",
      { class: "basins quiver" },
      labelled("Arrows: the gradient and each slot of state of", this.#choice),
      this.#words,
      this.#list,
    );
  }

  /** Follows a race that has run. `text` is the reader's rule. */
  async show(state: State, outcomes: readonly Outcome[], text: string): Promise<void> {
    const title = (rule: string): string => titleOf(rule, state.mine.title || "Your rule");
    const rules = [...new Set(state.contenders.map(({ rule }) => rule))];
    this.#choice.replaceChildren(
      ...["", ...rules].map((rule) =>
        h("option", { value: rule, selected: rule === state.arrows }, rule === "" ? "no rule" : title(rule)),
      ),
    );
    const at = state.contenders.findIndex(({ rule }) => rule === state.arrows);
    const [contender, outcome] = [contendersOf(state, text)[at], outcomes[at]];
    if (!contender || !outcome || !finished(outcome)) return this.#none("");
    const { x, y } = surfaceOf(state);
    const asks = { conditions: conditionsOf(state), contender: { ...contender, lr: outcome.lr } };
    const key = JSON.stringify([asks, x, y]);
    this.#path = outcome;
    if (key === this.#key) return this.#changed();
    try {
      const given = await this.#engine.ask("slots", asks, { deadline: 60_000 });
      if ("error" in given) return this.#none(given.error);
      this.#view = { x, y };
      this.#slots = given.slots.map((slot) => ({ ...slot, longest: longest(slot, x, y) }));
      this.#key = key;
      this.#words.textContent =
        this.#slots.length > 1
          ? "Each arrow has the slot’s direction as it stands, and the root of its length; the longest of each slot is a fifth of the picture."
          : `${title(state.arrows)} keeps no state of its own, so there is the gradient alone.`;
      this.#changed();
    } catch (error) {
      if (!(error instanceof SupersededError)) this.#none(error instanceof Error ? error.message : String(error));
    }
  }

  /** The arrows at a step, with the numbers beside them. */
  at(step: number): Arrow[] {
    const [view, path] = [this.#view, this.#path];
    if (!view || !path || this.#slots.length === 0) return [];
    const i = Math.min(step, path.x.length - 1);
    const rows: HTMLElement[] = [];
    const arrows = this.#slots.flatMap(({ name, x, y, longest }): Arrow[] => {
      const k = Math.min(i, x.length - 1);
      const [sx, sy] = [x[k]!, y[k]!]; // within
      rows.push(h("dt", {}, name), h("dd", {}, `(${formatNumber(sx, 3)}, ${formatNumber(sy, 3)})`));
      const [wide, high] = [view.x[1] - view.x[0], view.y[1] - view.y[0]];
      const length = Math.hypot(sx / wide, sy / high);
      const factor = length > 0 && longest > 0 ? (LONGEST * Math.sqrt(length / longest)) / length : 0;
      const from = [path.x[i]!, path.y[i]!] as const; // within
      return [{ name, from, to: [from[0] + factor * sx, from[1] + factor * sy] }];
    });
    this.#list.replaceChildren(...rows);
    return arrows;
  }

  #none(words: string): void {
    this.#words.textContent = words;
    this.#list.replaceChildren();
    this.#slots = [];
    this.#key = "";
    this.#changed();
  }
}

/** The greatest length of a slot in a race, measured in views. */
function longest(
  { x, y }: Slot,
  [left, right]: readonly [number, number],
  [low, high]: readonly [number, number],
): number {
  // biome-ignore format: one line
  let most = 0;
  for (let i = 0; i < x.length; i++) {
    const length = Math.hypot(x[i]! / (right - left), y[i]! / (high - low)); // as many
    if (Number.isFinite(length)) most = Math.max(most, length);
  }
  return most;
}

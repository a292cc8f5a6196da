import { type Engine, SupersededError } from "../engine/client.ts";
import type { Outcome } from "../engine/messages.ts";
import { conditionsOf, contendersOf, type State } from "../state/state.ts";
import { h, labelled } from "./dom.ts";
import { finished } from "./gaps.ts";
import { titleOf } from "./rules.ts";

/** Milliseconds to wait for the next step before one is explained. */
const PAUSE = 150;

/** A step in numbers: the rule's box with the value of every symbol, for x and for y. */
export class Explanation {
  readonly element: HTMLDetailsElement;
  readonly #engine: Engine;
  readonly #choice = h("select");
  readonly #boxes = h("div", { class: "boxes" });
  #race: { readonly state: State; readonly outcomes: readonly Outcome[]; readonly text: string } | undefined;
  #step = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.element = h(
      "details",
      { class: "explanation", ontoggle: () => this.#later() },
      h("summary", {}, "This step in numbers"),
      labelled("The step of", this.#choice),
      this.#boxes,
    );
    this.#choice.addEventListener("change", () => this.#later());
  }

  /** Follows a race that has run. `text` is the reader's rule. */
  show(state: State, outcomes: readonly Outcome[], text: string): void {
    this.#race = { state, outcomes, text };
    const chosen = this.#choice.value;
    const options = state.contenders.flatMap(({ rule }, i) => {
      const outcome = outcomes[i];
      return outcome && finished(outcome)
        ? [h("option", { value: i, selected: String(i) === chosen }, titleOf(rule, state.mine.title || "Your rule"))]
        : [];
    });
    this.#choice.replaceChildren(...options);
    this.#later();
  }

  /** Goes to a step. */
  at(step: number): void {
    if (step === this.#step) return;
    this.#step = step;
    this.#later();
  }

  #later(): void {
    clearTimeout(this.#timer);
    if (this.element.open) this.#timer = setTimeout(() => void this.#tell(), PAUSE);
  }

  async #tell(): Promise<void> {
    const [race, i] = [this.#race, Number(this.#choice.value)];
    const outcome = race?.outcomes[i];
    const contender = race ? contendersOf(race.state, race.text)[i] : undefined;
    if (!race || !contender || !outcome || !finished(outcome)) return;
    const step = Math.min(this.#step, outcome.x.length - 1);
    try {
      const told = await this.#engine.ask("explain", {
        conditions: conditionsOf(race.state),
        contender: { ...contender, lr: outcome.lr },
        step,
      });
      const boxes =
        "error" in told
          ? [["", told.error] as const]
          : ([
              ["x", told.x],
              ["y", told.y],
            ] as const);
      this.#boxes.replaceChildren(
        ...boxes.map(([name, text]) =>
          h(
            "pre",
            { class: "code", tabindex: "0", role: "region", "aria-label": `The step in numbers, ${name}` },
            text.replace(/ of w\[\d\]$/m, name === "" ? "" : `, ${name}`),
          ),
        ),
      );
    } catch (error) {
      if (!(error instanceof SupersededError))
        this.#boxes.replaceChildren(h("p", {}, error instanceof Error ? error.message : String(error)));
    }
  }
}

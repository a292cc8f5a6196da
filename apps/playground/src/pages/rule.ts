import type { Engine } from "../engine/client.ts";
import { SupersededError } from "../engine/client.ts";
import type { Described, Outcome } from "../engine/messages.ts";
import { conditionsOf, type State, type Store, surfaceOf } from "../state/state.ts";
import { CodeArea, complaintText } from "../ui/code-area.ts";
import { contribution } from "../ui/contribute.ts";
import { diffOf } from "../ui/diff.ts";
import { h, labelled, markup, numberInput, prose, selectOf } from "../ui/dom.ts";
import { finished, leastOf } from "../ui/gaps.ts";
import type { Mine, Standing } from "../ui/mine.ts";
import { Numbers } from "../ui/numbers.ts";
import { ruleGroups, sentenceOf, titleOf } from "../ui/rules.ts";
import { Stage } from "../ui/stage.ts";
import { summaryOf } from "../ui/summary.ts";
import { swatch } from "../ui/swatch.ts";
import type { PageView } from "./page.ts";

const targets = [
  ["torch", "PyTorch"],
  ["optax", "Optax"],
  ["numpy", "NumPy"],
  ["c", "C"],
  ["wgsl", "WGSL"],
  ["latex", "LaTeX"],
] as const;
type Target = (typeof targets)[number][0];

const GRID = 96;

/** The editor: a rule as text, what it means, what it differs in from its parent, and a race of the two. */
export class RulePage implements PageView {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #racer: Engine;
  readonly #reader: Engine;
  readonly #mine: Mine;
  readonly #area: CodeArea;
  readonly #complaint = h("pre", { class: "complaint", id: "rule-complaint", role: "alert" });
  readonly #formula = h("div", {
    class: "formula box",
    tabindex: "0",
    role: "region",
    "aria-label": "The rule as a formula",
  });
  readonly #sliders = h("div", { class: "sliders" });
  readonly #facts = h("dl", { class: "facts" });
  readonly #diff = h("pre", {
    class: "diff code",
    tabindex: "0",
    role: "region",
    "aria-label": "Changes from the parent rule",
  });
  readonly #code = h("pre", { class: "code emitted", tabindex: "0", role: "region", "aria-label": "The rule as code" });
  readonly #contribution = h("div", { class: "stack" });
  readonly #sentence = h("p", { class: "hint" });
  readonly #summary = h("p", { class: "summary", role: "status", "aria-live": "polite" });
  readonly #key = h("p", { class: "key" });
  readonly #numbers = new Numbers();
  readonly #stage = new Stage((start) => this.#store.set({ start }), 0.72);
  readonly #title: HTMLInputElement;
  readonly #parent: HTMLSelectElement;
  #target: Target = "torch";
  /** Code is made from when its panel comes near, since what makes it is loaded for it. */
  #near: "unwatched" | "watched" | "near" = "unwatched";
  #parentText = "";
  #described: Described | undefined;
  #field: { readonly key: string; readonly values: Float64Array; readonly least: number } | undefined;

  constructor(store: Store, racer: Engine, reader: Engine, mine: Mine) {
    this.#store = store;
    this.#racer = racer;
    this.#reader = reader;
    this.#mine = mine;
    this.#area = new CodeArea("The rule", "rule-complaint", (text) =>
      store.set({ mine: { ...store.state.mine, text } }),
    );
    this.#title = h("input", { type: "text", maxlength: 60, spellcheck: "false" });
    this.#title.addEventListener("input", () => store.set({ mine: { ...store.state.mine, title: this.#title.value } }));
    this.#parent = selectOf(ruleGroups(), store.state.mine.parent, (parent) =>
      store.set({ mine: { parent, title: "", text: "" } }),
    );
    const target = selectOf([{ label: "", options: targets }], this.#target, (value) => {
      this.#target = value as Target; // one of the options
      void this.#emit();
    });
    const race = h(
      "button",
      { type: "button", class: "primary", onclick: () => this.#race() },
      "Race it against others",
    );
    this.element = h(
      "div",
      { class: "page rule" },
      h(
        "div",
        { class: "masthead" },
        h(
          "div",
          {},
          h("h1", {}, "Write a rule"),
          h(
            "p",
            { class: "lede" },
            "An optimizer is its equations, top to bottom as in the paper’s box. Change one and watch what it does; while the text makes no sense, the last rule that did keeps racing.",
          ),
        ),
      ),
      h(
        "section",
        { class: "panel editor", "aria-label": "Editor" },
        h("div", { class: "row" }, labelled("Start from", this.#parent), labelled("Title", this.#title)),
        this.#sentence,
        this.#area.element,
        this.#complaint,
        h("details", {}, h("summary", {}, "The notation"), notation()),
      ),
      h(
        "section",
        { class: "panel meaning", "aria-label": "Meaning" },
        h("h2", {}, "Formula"),
        this.#formula,
        this.#facts,
        h("h2", {}, "Options"),
        this.#sliders,
      ),
      h(
        "section",
        { class: "panel figure", "aria-label": "Race against its parent" },
        h("h2", {}, "Against its parent"),
        this.#key,
        this.#stage.element,
        this.#summary,
        h("div", { class: "row" }, race),
        this.#numbers.element,
      ),
      h("section", { class: "panel", "aria-label": "Changes" }, h("h2", {}, "Changes"), this.#diff),
      h(
        "section",
        { class: "panel wide", "aria-label": "Code" },
        h("div", { class: "row spread" }, h("h2", {}, "As code"), labelled("Language", target)),
        this.#code,
      ),
      h(
        "section",
        { class: "panel wide", "aria-label": "Contribute" },
        h("h2", {}, "Contribute it"),
        this.#contribution,
      ),
    );
    mine.listen((standing) => this.#read(standing));
  }

  update(state: State, changed: ReadonlySet<keyof State> | undefined): void {
    const { parent, title, text } = state.mine;
    this.#parent.value = parent;
    this.#sentence.replaceChildren(...prose(sentenceOf(parent)));
    if (this.#title !== document.activeElement) this.#title.value = title;
    this.#area.value = text;
    if (!changed || changed.has("mine")) void this.#parentOf(state);
    if (!changed && this.#mine.standing) this.#read(this.#mine.standing);
    else if (
      changed &&
      (["surface", "formula", "box", "start", "steps", "batch", "noise", "seed", "clip", "schedule"] as const).some(
        (key) => changed.has(key),
      )
    )
      void this.#runs();
  }

  /** Puts the parent's text into an editor that was emptied for it, and keeps it for the list of changes. */
  async #parentOf(state: State): Promise<void> {
    const { parent, title, text } = state.mine;
    try {
      const printed = await this.#reader.ask("text", { rule: parent });
      if (this.#store.state.mine.parent !== parent) return;
      if ("because" in printed) {
        this.#parentText = "";
        this.#complaint.textContent = printed.because;
        this.#complaint.hidden = false;
        this.#diff.replaceChildren();
        return;
      }
      this.#parentText = printed.text;
      if (text === "")
        this.#store.set({ mine: { parent, title: title === "" ? `My ${printed.title}` : title, text: printed.text } });
      this.#changes();
    } catch (error) {
      if (!(error instanceof SupersededError)) this.#complaint.textContent = String(error);
    }
  }

  #read(standing: Standing): void {
    if (this.#store.state.page !== "rule") return;
    const { text } = this.#store.state.mine;
    if ("complaint" in standing) {
      if (text === "") return; // it is being fetched
      this.#area.complain(standing.complaint);
      this.#complaint.textContent = complaintText(standing.complaint, text);
      this.#complaint.hidden = false;
      this.element.classList.add("stale");
      return;
    }
    this.element.classList.remove("stale");
    this.#area.complain(undefined);
    this.#complaint.textContent = "";
    this.#complaint.hidden = true;
    const { described } = standing;
    this.#described = described;
    this.#formula.replaceChildren(markup(described.mathml));
    const fact = (name: string, value: string): HTMLElement[] => [h("dt", {}, name), h("dd", {}, value)];
    this.#facts.replaceChildren(
      ...[
        ...fact("State", `${described.bytes} bytes per parameter`),
        ...fact("Passes over memory", String(described.passes)),
      ],
    );
    this.#options(described);
    this.#changes();
    void this.#runs().then(() => this.#watch()); // a page without its figure is short, and everything on it near
    void this.#emit();
    this.#contribute();
  }

  /** Makes the code once its panel comes near the part of the page that is seen. */
  #watch(): void {
    if (this.#near !== "unwatched") return;
    this.#near = "watched";
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        this.#near = "near";
        void this.#emit();
      },
      { rootMargin: "100px" },
    );
    observer.observe(this.#code);
  }

  /** A slider and a number for each option; both write into the text, which stays the only truth. */
  #options({ options }: Described): void {
    const names = options.map(({ name }) => name).join();
    if (this.#sliders.dataset.names === names) {
      for (const [i, field] of [...this.#sliders.querySelectorAll<HTMLElement>(".slider")].entries()) {
        const { value, below } = options[i]!; // as many
        const [range, number] = field.querySelectorAll("input");
        if (range && range !== document.activeElement) range.value = String(toSlider(value, below));
        if (number && number !== document.activeElement) number.value = String(value);
      }
      return;
    }
    this.#sliders.dataset.names = names;
    const fields = options.map(({ name, value, least, below }) => {
      const range = h("input", {
        type: "range",
        min: 0,
        max: 1,
        step: 0.005,
        value: toSlider(value, below),
        "aria-label": `${name}, as a slider`,
      });
      const number = numberInput(value, {
        least: least ?? -Infinity,
        most: below ?? Infinity,
        onchange: (given) => write(given, number),
      });
      const write = (given: number, from: HTMLInputElement): void => {
        if (from !== range) range.value = String(toSlider(given, below));
        if (from !== number) number.value = String(given);
        const text = withOption(this.#store.state.mine.text, name, given);
        this.#store.set({ mine: { ...this.#store.state.mine, text } });
      };
      range.addEventListener("input", () => write(fromSlider(range.valueAsNumber, below), range));
      const field = labelled(name, number);
      field.classList.add("slider");
      field.querySelector("label")?.after(range);
      return field;
    });
    this.#sliders.replaceChildren(...(fields.length > 0 ? fields : [h("p", { class: "quiet" }, "It has no options.")]));
  }

  #changes(): void {
    const lines = diffOf(this.#parentText, this.#mine.text);
    const changed = lines.some(({ kind }) => kind !== "same");
    this.#diff.replaceChildren(
      ...(this.#parentText === ""
        ? ["The parent is not text."]
        : changed
          ? []
          : ["Nothing yet: it is its parent.\n\n"]),
      ...(this.#parentText === ""
        ? []
        : lines.map(({ kind, text }) =>
            kind === "same"
              ? h("span", { class: "same" }, `  ${text}\n`)
              : h(kind === "gone" ? "del" : "ins", {}, `${kind === "gone" ? "−" : "+"} ${text}\n`),
          )),
    );
  }

  async #runs(): Promise<void> {
    const { state } = this.#store;
    const { text, x, y, minima, least, title } = surfaceOf(state);
    const key = JSON.stringify([text, x, y]);
    try {
      if (this.#field?.key !== key) {
        const field = await this.#racer.ask("field", { surface: text, x, y, columns: GRID, rows: GRID });
        if ("complaint" in field) return;
        this.#field = { key, values: field.values, least: field.least.value };
      }
      const contenders = [{ rule: "mine", text: this.#mine.text }, { rule: state.mine.parent }];
      const outcomes: readonly Outcome[] = await this.#racer.ask("race", {
        conditions: conditionsOf(state),
        contenders,
        fairness: "best",
        rate: state.rate,
      });
      const names = [state.mine.title || "Your rule", titleOf(state.mine.parent, "")];
      const floor = leastOf(least, this.#field.least, outcomes);
      const summary = summaryOf(names, outcomes, { steps: state.steps, least: floor, known: least !== undefined });
      this.#stage.show({
        title: `${title}: ${names.join(" and ")}`,
        description: summary,
        field: { values: this.#field.values, columns: GRID, rows: GRID, x, y },
        marks: minima,
        names,
        outcomes,
        start: this.#store.state.start, // which may have moved on while this race ran
      });
      const rates = outcomes.map((outcome) =>
        finished(outcome) && outcome.lr !== undefined ? ` at rate ${outcome.lr}` : "",
      );
      this.#key.replaceChildren(
        ...names.map((name, i) => h("span", {}, swatch(i), `${name}${rates[i]}`)),
        h("span", { class: "quiet" }, `on ${title}, each at its best rate of 29`),
      );
      this.#numbers.show(this.#stage.table);
      if (this.#summary.textContent !== summary) this.#summary.textContent = summary;
    } catch (error) {
      if (!(error instanceof SupersededError))
        this.#summary.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  async #emit(): Promise<void> {
    if (!this.#described || this.#near !== "near") return;
    try {
      const emitted = await this.#reader.ask("emit", {
        text: this.#mine.text,
        title: this.#store.state.mine.title || "Mine",
        target: this.#target,
      });
      this.#code.textContent = "code" in emitted ? emitted.code : emitted.because;
    } catch (error) {
      if (!(error instanceof SupersededError))
        this.#code.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  #contribute(): void {
    const title = this.#store.state.mine.title || "Mine";
    const id =
      title
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^[-0-9]+|-+$/g, "") || "mine";
    const { command, file, golden } = contribution(id, title, this.#mine.text);
    const block = (label: string, text: string): HTMLElement => {
      const copy = h(
        "button",
        {
          type: "button",
          onclick: () => void navigator.clipboard.writeText(text).then(() => (copy.textContent = "Copied")),
        },
        "Copy",
      );
      return h(
        "div",
        { class: "block" },
        h("div", { class: "row spread" }, h("h3", {}, label), copy),
        h("pre", { class: "code", tabindex: "0", role: "region", "aria-label": label }, text),
      );
    };
    this.#contribution.replaceChildren(
      h(
        "p",
        {},
        "A rule joins the library as one file and ten steps computed by somebody else’s code. In a checkout of Descent:",
      ),
      block("The command", command),
      block(file.name, file.text),
      block("goldens/FAMILY.py", golden),
    );
  }

  #race(): void {
    const { contenders } = this.#store.state;
    this.#store.set({
      page: "race",
      contenders: contenders.some(({ rule }) => rule === "mine") ? contenders : [{ rule: "mine" }, ...contenders],
    });
  }
}

/** Options below 1 are set by how far from 1 they are, the others by their size: both by powers of ten. */
function toSlider(value: number, below: number | null): number {
  const place =
    below === 1 ? -Math.log10(Math.max(1 - value, 1e-5)) / 5 : (Math.log10(Math.max(value, 1e-10)) + 10) / 12;
  return Math.max(0, Math.min(1, place));
}

function fromSlider(place: number, below: number | null): number {
  if (below === 1)
    return Math.max(0, Number((1 - 10 ** (-5 * place)).toPrecision(Math.max(2, Math.ceil(5 * place) + 1))));
  return place === 0 ? 0 : Number((10 ** (12 * place - 10)).toPrecision(2));
}

/** The text with another default of an option. */
export const withOption = (text: string, name: string, value: number): string => {
  let inOptions = false;
  return text
    .split("\n")
    .map((line) => {
      if (/^\S/.test(line)) inOptions = line.trim() === "options";
      const found = inOptions ? /^(\s*)([\w.]+)(\s*=\s*)/.exec(line) : null;
      return found && found[2] === name ? `${found[1]}${name}${found[3]}${value}` : line;
    })
    .join("\n");
};

const notation = (): HTMLElement =>
  h(
    "dl",
    { class: "notation" },
    ...(
      [
        ["p, g, t", "the parameter, its gradient, and how often it was updated, from 1"],
        ["options", "what a user can set, with defaults"],
        [
          "state",
          "what is remembered between steps, and what it starts as; above its own line it is last step’s value",
        ],
        ["+ − * / ^ @ '", "arithmetic by element; @ multiplies matrices and ' transposes"],
        ["sqrt abs sign exp log tanh min max clamp floor", "functions by element"],
        ["a > b ? x : y", "a choice by element"],
        ["sum mean norm rms", "of a tensor; total and totalNorm of the whole model"],
        ["before, after", "equations around the update, such as decay"],
        ["m = 0 per row", "one number per row, column, scalar (tensor), model or host"],
      ] as const
    ).flatMap(([term, meaning]) => [h("dt", {}, h("code", {}, term)), h("dd", {}, meaning)]),
  );

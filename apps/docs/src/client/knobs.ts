import { h } from "@descent/playground/dom";
import type { ChoiceKnob, Lesson, RangeKnob, TextKnob } from "../kit/lesson.ts";

/** A knob in the page. */
export interface Knob {
  readonly element: HTMLElement;
  /** Moves a range knob to a number, as a drag in a figure does; rounded to its step and kept within its ends. */
  move(value: number): void;
  /** Says why a formula is not shown, or nothing. */
  complain(why: string): void;
}

/** The knob of a lesson; `set` is told what a reader chooses. */
export function knobOf(name: string, knob: Lesson["knobs"][string], set: (value: number | string) => void): Knob {
  return knob.kind === "choice"
    ? choiceKnob(name, knob, set)
    : knob.kind === "text"
      ? textKnob(name, knob, set)
      : rangeKnob(name, knob, set);
}

const ignore = (): void => undefined;

function choiceKnob(name: string, knob: ChoiceKnob, set: (value: string) => void): Knob {
  const select = h(
    "select",
    { id: `knob-${name}` },
    knob.options.map(([value, title]) => h("option", { value, selected: value === knob.value }, title)),
  );
  select.addEventListener("change", () => set(select.value));
  const element = h("div", { class: "knob choice" }, h("label", { for: select.id }, knob.label), select);
  return { element, move: ignore, complain: ignore };
}

function textKnob(name: string, knob: TextKnob, set: (value: string) => void): Knob {
  const id = `knob-${name}`;
  const input = h("input", { id, type: "text", value: knob.value, spellcheck: "false", autocomplete: "off" });
  input.setAttribute("list", `${id}-examples`);
  input.setAttribute("aria-describedby", `${id}-why`);
  const list = h(
    "datalist",
    { id: `${id}-examples` },
    knob.examples.map((value) => h("option", { value })),
  );
  const why = h("p", { id: `${id}-why`, class: "why" });
  input.addEventListener("input", () => set(input.value));
  return {
    element: h(
      "div",
      { class: "knob choice", "data-knob": name },
      h("label", { for: id }, knob.label.replaceAll("`", "")),
      input,
      list,
      why,
    ),
    move: ignore,
    complain(text) {
      why.textContent = text;
      input.setAttribute("aria-invalid", String(text !== ""));
    },
  };
}

function rangeKnob(name: string, { label, min, max, step, log, value }: RangeKnob, set: (value: number) => void): Knob {
  const onto = (v: number): number => (log ? Math.log10(v) : v);
  const from = (v: number): number => (log ? 10 ** v : v);
  const within = (v: number): number => Math.min(max, Math.max(min, v));
  const number = h("input", { id: `knob-${name}`, type: "number", min, max, step: "any", value });
  const slider = h("input", {
    type: "range",
    min: onto(min),
    max: onto(max),
    step,
    value: onto(value),
    "aria-label": `${label}, as a slider`,
  });
  const move = (v: number): void => {
    const rounded = Number(within(v).toPrecision(3));
    number.value = String(rounded);
    slider.value = String(onto(rounded));
    set(rounded);
  };
  slider.addEventListener("input", () => {
    const v = Number(from(slider.valueAsNumber).toPrecision(3));
    number.value = String(v);
    set(within(v));
  });
  number.addEventListener("change", () => {
    if (!Number.isFinite(number.valueAsNumber)) return;
    slider.value = String(onto(within(number.valueAsNumber)));
    set(within(number.valueAsNumber));
  });
  const element = h("div", { class: "knob", "data-knob": name }, h("label", { for: number.id }, label), slider, number);
  return { element, move: (v) => move(from(Math.round(onto(within(v)) / step) * step)), complain: ignore };
}

import { h, markup, prose } from "@descent/playground/dom";
import { type Digits, digitsOf } from "../kit/digits.ts";
import { keyOf } from "../kit/key.ts";
import type { Lesson, Shown } from "../kit/lesson.ts";

const lessons = import.meta.glob<{ readonly default: Lesson }>("../lessons/*.ts");
const place = document.querySelector<HTMLElement>("[data-lesson]");
if (place) void start(place);

async function start(element: HTMLElement): Promise<void> {
  const { lesson: id = "", digits: address } = element.dataset;
  const { default: lesson } = await lessons[`../lessons/${id}.ts`]!(); // a page names one of them
  const at = (part: string): HTMLElement => element.querySelector<HTMLElement>(`[data-${part}]`)!; // the page has them
  const [knobs, figures, caption, key] = [at("knobs"), at("figures"), at("caption"), at("key")];
  const none: Digits = { side: 0, x: new Float32Array(0), labels: new Uint8Array(0), train: 0 };
  let digits = none;
  if (address !== undefined) {
    const response = await fetch(address);
    if (!response.ok) {
      caption.textContent = "The digits could not be read.";
      return;
    }
    digits = digitsOf(new Uint8Array(await response.arrayBuffer()));
  }
  const values: Record<string, number | string> = Object.fromEntries(
    Object.entries(lesson.knobs).map(([name, { value }]) => [name, value]),
  );
  let waiting = 0;
  const later = (): void => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => show(lesson.show(values, digits)));
  };
  const turnOff = (): void => {
    const idle = lesson.idle(values);
    for (const knob of knobs.querySelectorAll<HTMLElement>("[data-knob]"))
      for (const input of knob.querySelectorAll("input")) input.disabled = idle.includes(knob.dataset.knob!); // it has one
  };
  const show = ({ caption: text, figures: drawn, key: names }: Shown): void => {
    turnOff();
    const open = [...figures.querySelectorAll("details")].map((one) => one.open);
    caption.replaceChildren(...prose(text));
    key.replaceChildren(markup(keyOf(names)));
    figures.replaceChildren(
      ...drawn.map(({ svg, table }, i) =>
        h(
          "figure",
          { class: "figure" },
          markup(svg),
          h(
            "details",
            { class: "numbers", ...(open[i] ? { open: true } : {}) },
            h("summary", {}, "The numbers"),
            (() => {
              const box = h("div", {
                class: "scroll",
                tabindex: 0,
                role: "region",
                "aria-label": `The numbers of figure ${i + 1}`,
              });
              box.append(markup(table));
              return box;
            })(),
          ),
        ),
      ),
    );
  };
  knobs.replaceChildren(
    ...Object.entries(lesson.knobs).map(([name, knob]) => {
      if (knob.kind === "choice") {
        const select = h(
          "select",
          { id: `knob-${name}` },
          knob.options.map(([value, title]) => h("option", { value, selected: value === knob.value }, title)),
        );
        select.addEventListener("change", () => {
          values[name] = select.value;
          later();
        });
        return h("div", { class: "knob choice" }, h("label", { for: select.id }, knob.label), select);
      }
      const { label, min, max, step, log, value } = knob;
      const onto = (v: number): number => (log ? Math.log10(v) : v);
      const number = h("input", { id: `knob-${name}`, type: "number", min, max, step: "any", value });
      const slider = h("input", {
        type: "range",
        min: onto(min),
        max: onto(max),
        step,
        value: onto(value),
        "aria-label": `${label}, as a slider`,
      });
      const set = (v: number): void => {
        values[name] = Math.min(max, Math.max(min, v));
        later();
      };
      slider.addEventListener("input", () => {
        const v = Number((log ? 10 ** slider.valueAsNumber : slider.valueAsNumber).toPrecision(3));
        number.value = String(v);
        set(v);
      });
      number.addEventListener("change", () => {
        if (!Number.isFinite(number.valueAsNumber)) return;
        slider.value = String(onto(Math.min(max, Math.max(min, number.valueAsNumber))));
        set(number.valueAsNumber);
      });
      return h("div", { class: "knob", "data-knob": name }, h("label", { for: number.id }, label), slider, number);
    }),
  );
  turnOff();
  element.dataset.ready = "";
}

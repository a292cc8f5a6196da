import { h, markup, prose } from "@descent/playground/dom";
import { type Digits, digitsOf } from "../kit/digits.ts";
import { keyOf } from "../kit/key.ts";
import type { Drawn, Lesson, Shown } from "../kit/lesson.ts";
import { dragWithin, drawHandles, type Placed } from "./handles.ts";
import { type Knob, knobOf } from "./knobs.ts";
import { Scrub } from "./scrub.ts";

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
    waiting = requestAnimationFrame(compute);
  };
  const knobOfName = new Map<string, Knob>();
  for (const [name, knob] of Object.entries(lesson.knobs))
    knobOfName.set(
      name,
      knobOf(name, knob, (value) => {
        values[name] = value;
        later();
      }),
    );
  const turnOff = (): void => {
    const idle = lesson.idle(values);
    for (const knob of knobs.querySelectorAll<HTMLElement>("[data-knob]"))
      for (const input of knob.querySelectorAll("input")) input.disabled = idle.includes(knob.dataset.knob!); // it has one
  };
  const scrub = new Scrub();
  let placed: Placed[] = [];
  const compute = (): void => {
    turnOff();
    const complain = (why: string): void => {
      for (const knob of knobOfName.values()) knob.complain(why);
    };
    let shown: Shown;
    try {
      shown = lesson.show(values, digits);
    } catch (error) {
      complain((error as Error).message); // a formula that cannot be read: the last one stays
      return;
    }
    complain("");
    show(shown);
  };
  const show = ({ caption: text, figures: drawn, key: names }: Shown): void => {
    const open = [...figures.querySelectorAll("details")].map((one) => one.open);
    caption.replaceChildren(...prose(text));
    key.replaceChildren(markup(keyOf(names)));
    figures.replaceChildren(
      ...drawn.map(({ svg, table }, i) => {
        const box = h("div", {
          class: "scroll",
          tabindex: 0,
          role: "region",
          "aria-label": `The numbers of figure ${i + 1}`,
        });
        box.append(markup(table));
        return h(
          "figure",
          { class: "figure" },
          markup(svg),
          h("details", { class: "numbers", ...(open[i] ? { open: true } : {}) }, h("summary", {}, "The numbers"), box),
        );
      }),
    );
    place(drawn);
  };
  const place = (drawn: readonly Drawn[]): void => {
    const pictures = figures.querySelectorAll<SVGSVGElement>("svg.viz");
    placed = drawn.map((figure, i) => ({ figure, svg: pictures[i]! })); // one each
    for (const { figure, svg } of placed) drawHandles(figure, svg);
    scrub.set(placed);
  };
  knobs.replaceChildren(...[...knobOfName.values()].map((knob) => knob.element));
  figures.before(scrub.element);
  dragWithin(
    figures,
    () => placed,
    (name, value) => knobOfName.get(name)?.move(value),
  );
  turnOff();
  // The page has these figures as markup; their scales come with the numbers.
  place(lesson.show(values, digits).figures);
  element.dataset.ready = "";
}

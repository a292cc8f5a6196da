import { h, markup } from "@descent/playground/dom";
import { contourChart, formatNumber, lineChart } from "@descent/viz";
import { ratesFrom, surfaces } from "@descent/viz/races";
import { Racer } from "./racer.ts";
import type { Told } from "./worker.ts";

const SURFACE = "rosenbrock";
const STEPS = 300;

const place = document.querySelector<HTMLElement>(".race-of[data-name]");
if (place)
  start(place).catch((error: Error) => {
    place.querySelector("[data-stage]")?.replaceChildren(h("p", { class: "hint" }, error.message));
    throw error;
  });

async function start(section: HTMLElement): Promise<void> {
  const { family = "", name = "", title = "", rate: given, default: own } = section.dataset;
  const known = surfaces.find(({ id }) => id === SURFACE)!; // a known one
  const at = (part: string): HTMLElement => section.querySelector<HTMLElement>(`[data-${part}]`)!; // the page has them
  const [stage, controls, said, sweepAt] = [at("stage"), at("controls"), at("said"), at("sweep")];
  const racer = new Racer();
  const field = await racer.field(SURFACE);
  const ask = (rate: number | undefined): Promise<Told> =>
    racer.race({ family, name, surface: SURFACE, steps: STEPS, rate });

  let rate = given === undefined ? undefined : Number(given);
  let latest = 0;
  let touched = false;
  const tried: { lr: number; loss: number }[] = [];
  const show = (told: Told): void => {
    if ("error" in told) {
      stage.replaceChildren(h("p", { class: "hint" }, told.error));
      return;
    }
    const { svg } = contourChart({
      title: `${title} on ${known.title}`,
      description: "The path of the rule over the surface; the cross is the minimum.",
      field,
      paths: [{ name: title, x: told.x, y: told.y }],
      marks: known.minima,
      width: 560,
      height: 440,
      id: "race-chart",
    });
    stage.replaceChildren(markup(svg));
    const last = told.loss.at(-1)!; // the start at least
    said.textContent = `${rate === undefined ? "" : `At rate ${formatNumber(rate)}: `}${
      told.because ??
      `after ${STEPS} steps the loss is ${formatNumber(last, 3)}, from ${formatNumber(told.loss[0]!, 3)}.`
    }`;
  };
  const race = async (): Promise<void> => {
    const mine = ++latest;
    const told = await ask(rate);
    if (mine === latest) show(told);
  };
  const sweep = (): void => {
    if (rate === undefined || tried.length < 2) return;
    const { svg } = lineChart({
      title: `The last loss of ${title} by rate`,
      description: "Gaps are rates at which it diverged.",
      x: { label: "rate", log: true },
      y: { label: `loss after ${STEPS} steps`, log: true },
      series: [
        {
          name: title,
          x: tried.map(({ lr }) => lr),
          y: tried.map(({ loss }) => (loss < 5000 ? Math.max(loss, 1e-12) : Number.NaN)),
        },
      ],
      points: true,
      ends: false,
      width: 560,
      height: 230,
      id: "sweep-chart",
    });
    sweepAt.replaceChildren(markup(svg));
  };

  let move = (_: number): void => undefined;
  if (rate !== undefined) {
    const set = (next: number): void => {
      touched = true;
      move(next);
    };
    const slider = h("input", {
      type: "range",
      min: -5,
      max: 2,
      step: 0.05,
      value: Math.log10(rate),
      "aria-label": "Rate, as a slider",
    });
    const number = h("input", { type: "number", value: rate, min: 0, step: "any", id: "race-rate" });
    move = (next: number): void => {
      rate = next;
      number.value = String(next);
      slider.value = String(Math.log10(Math.max(1e-5, next)));
      void race();
    };
    slider.addEventListener("input", () => {
      set(Number((10 ** slider.valueAsNumber).toPrecision(2)));
    });
    for (const input of [slider, number]) input.addEventListener("focus", () => (touched = true)); // somebody is about to type
    number.addEventListener("change", () => {
      if (number.valueAsNumber >= 0) set(number.valueAsNumber);
    });
    const back = h("button", { type: "button" }, `Default ${formatNumber(Number(own))}`);
    back.addEventListener("click", () => set(Number(own)));
    controls.append(h("label", { for: "race-rate" }, "Rate"), slider, number, back);
  }
  await race();
  if (rate === undefined) return;
  for (const lr of ratesFrom(1e-4, 10, 11)) {
    const told = await ask(lr);
    if ("error" in told) return;
    tried.push({ lr, loss: told.because === undefined ? told.loss.at(-1)! : Infinity }); // the start at least
    sweep();
  }
  const best = tried.reduce((a, b) => (b.loss < a.loss ? b : a));
  if (!touched && Number.isFinite(best.loss)) move(best.lr);
}

import { diffOf } from "@descent/playground/diff";
import { h, markup, prose } from "@descent/playground/dom";
import { contourChart, type Figure, formatNumber } from "@descent/viz";
import { surfaces } from "@descent/viz/races";
import { keyOf } from "../kit/key.ts";
import type { Compared } from "../pages/compare.ts";
import { Racer } from "./racer.ts";

/** A path hides another that is nowhere as many pixels from it as a marker is wide. */
const HIDDEN = 12;

const place = document.querySelector<HTMLElement>("#compare");
if (place) void start(place);

async function start(element: HTMLElement): Promise<void> {
  const { rules: address = "", root = "" } = element.dataset;
  const result = document.querySelector<HTMLElement>("#compared")!; // the page has it
  const response = await fetch(address);
  if (!response.ok) {
    result.textContent = "The rules could not be read.";
    return;
  }
  const rules = (await response.json()) as Compared[]; // the build wrote it
  const [first, second] = ["first", "second"].map((id) => document.querySelector<HTMLSelectElement>(`#${id}`)!); // the page has both
  if (!first || !second) return;
  const racer = new Racer();
  const known = surfaces.find(({ id }) => id === "himmelblau")!; // a known one
  const field = await racer.field(known.id);
  const fromLink = (): void => {
    const [a, b] = location.hash.slice(1).split(",");
    if (rules.some(({ id }) => id === a)) first.value = a!;
    if (rules.some(({ id }) => id === b)) second.value = b!;
    else if (a === second.value) second.value = a === "adam" ? "adamw" : "adam";
  };
  let latest = 0;
  const show = async (): Promise<void> => {
    const mine = ++latest;
    const pair = [first.value, second.value].map((id) => rules.find((rule) => rule.id === id)!); // options are the list
    const [a, b] = pair as [Compared, Compared]; // two
    history.replaceState(null, "", `#${a.id},${b.id}`);
    const names = [...new Set([...a.options, ...b.options].map(([name]) => name))];
    const value = (rule: Compared, name: string): string => {
      const found = rule.options.find(([own]) => own === name);
      return found ? formatNumber(found[1]) : "–";
    };
    const row = (name: string, left: string, right: string): HTMLElement =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, name),
        h("td", { class: "number" }, left),
        h("td", { class: "number" }, right),
      );
    const race = h("div", { class: "stage" });
    const key = h("ul", { class: "key" });
    const said = h("p", { class: "hint", role: "status" });
    result.replaceChildren(
      ...pair.map((rule) =>
        h(
          "section",
          {},
          h("h2", { class: "section-title" }, h("a", { href: `${root}rules/${rule.id}/` }, rule.title)),
          h("p", { class: "hint" }, ...prose(rule.sentence)),
          formula(rule),
        ),
      ),
      h(
        "section",
        {},
        h("h2", {}, `From ${a.title} to ${b.title}`),
        h(
          "div",
          { class: "diff scroll", tabindex: 0, role: "region", "aria-label": "The lines that differ" },
          diffOf(a.lines.join("\n"), b.lines.join("\n")).map(({ kind, text }) =>
            h(
              "div",
              { class: kind },
              h("span", { class: "sign" }, kind === "gone" ? "−" : kind === "new" ? "+" : " "),
              h("code", {}, text),
            ),
          ),
        ),
        h(
          "table",
          { class: "plain" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              ["", a.title, b.title].map((title) =>
                h(title === "" ? "td" : "th", title === "" ? {} : { scope: "col" }, title),
              ),
            ),
          ),
          h(
            "tbody",
            {},
            names.map((name) => row(name, value(a, name), value(b, name))),
            row("bytes per parameter", String(a.bytes), String(b.bytes)),
            row("passes over memory", String(a.passes), String(b.passes)),
          ),
        ),
      ),
      h("section", {}, h("h2", {}, "Both at rate 0.1 where they have one"), race, key, said),
    );
    const runs = await Promise.all(
      pair.map((rule) =>
        racer.race({
          family: rule.family,
          name: rule.name,
          surface: known.id,
          steps: 200,
          rate: rule.options.some(([name]) => name === "lr") ? 0.1 : undefined,
        }),
      ),
    );
    if (mine !== latest) return;
    const paths = runs.flatMap((run, i) =>
      "error" in run ? [] : [{ name: pair[i]!.title, x: run.x, y: run.y, style: i }],
    );
    const figure = contourChart({
      title: `${a.title} and ${b.title} on ${known.title}`,
      field,
      paths,
      marks: known.minima,
      width: 560,
      height: 440,
      id: "compare-chart",
    });
    race.replaceChildren(markup(figure.svg));
    const ends = runs.map((run, i) => {
      const text =
        "error" in run ? run.error : (run.because ?? `loss ${formatNumber(run.loss.at(-1)!, 2)} after 200 steps`); // the start at least
      return `${pair[i]!.title}: ${text}`; // one each
    });
    key.replaceChildren(markup(keyOf(ends, true)));
    const [one, other] = paths;
    const apart = one && other ? Math.ceil(apartOf(one, other, figure)) : Infinity;
    said.textContent =
      apart <= HIDDEN
        ? `The paths are at most ${apart} pixels apart: that of ${b.title} lies over that of ${a.title}.`
        : "";
  };
  first.addEventListener("change", () => void show());
  second.addEventListener("change", () => void show());
  fromLink();
  await show();
}

interface Way {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** How far two paths are from each other where they are farthest, step by step, in pixels of their figure. */
function apartOf(a: Way, b: Way, { x, y }: Figure): number {
  let most = 0;
  for (let i = 0; i < Math.max(a.x.length, b.x.length); i++) {
    const [k, l] = [Math.min(i, a.x.length - 1), Math.min(i, b.x.length - 1)];
    most = Math.max(most, Math.hypot(x.at(a.x[k]!) - x.at(b.x[l]!), y.at(a.y[k]!) - y.at(b.y[l]!))); // within
  }
  return most;
}

function formula({ mathml, title }: Compared): HTMLElement {
  const box = h("div", { class: "formula scroll", tabindex: 0, role: "region", "aria-label": `Equations of ${title}` });
  box.append(markup(mathml));
  return box;
}

import { styleSheet } from "@descent/viz";
import type { Conditions, Contender, Outcome } from "../engine/messages.ts";
import { save } from "./dom.ts";
import { finished } from "./gaps.ts";

/** A drawing that stands alone: the colours of this page's theme are written into it. */
export function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement; // a clone is of its kind
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const page = getComputedStyle(document.documentElement);
  const rules = styleSheet()
    .split("\n")
    .filter((line) => line.startsWith(".viz"));
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = `${rules.join("\n")}\n.viz text{font-family:system-ui,sans-serif}`;
  copy.prepend(style);
  const text = new XMLSerializer().serializeToString(copy);
  return text.replace(/var\((--[\w-]+)\)/g, (_, name: string) => page.getPropertyValue(name).trim());
}

/** Saves a drawing as SVG. */
export const saveSvg = (svg: SVGSVGElement, name: string): void =>
  save(`${name}.svg`, new Blob([standalone(svg)], { type: "image/svg+xml" }));

/** Saves a drawing as PNG with two pixels for each of the screen's. */
export async function savePng(svg: SVGSVGElement, name: string): Promise<void> {
  const { width, height } = svg.viewBox.baseVal;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * width, 2 * height];
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser has no canvas to draw a PNG on.");
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--viz-paper");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("This browser could not write the PNG.");
  save(`${name}.png`, blob);
}

const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Every step of every contender, one per line, with all digits. */
export function csvOf(names: readonly string[], outcomes: readonly Outcome[]): string {
  const lines = ["rule,lr,step,x,y,loss"];
  for (const [i, outcome] of outcomes.entries())
    if (finished(outcome))
      for (let step = 0; step < outcome.loss.length; step++)
        lines.push(
          [cell(names[i]!), outcome.lr ?? "", step, outcome.x[step], outcome.y[step], outcome.loss[step]].join(","),
        );
  return `${lines.join("\n")}\n`;
}

/** The race as a program that computes the same numbers in Node. */
export function programOf(
  conditions: Conditions,
  contenders: readonly Contender[],
  outcomes: readonly Outcome[],
): string {
  const { surface, start, steps, noise, seed, clip, schedule } = conditions;
  const lines = contenders.flatMap(({ rule: id, text }, i) => {
    const outcome = outcomes[i];
    if (text !== undefined || !outcome || !finished(outcome)) return [];
    const lr = outcome.lr;
    const rate =
      lr === undefined
        ? ""
        : schedule === ""
          ? `{ lr: ${lr} }`
          : `{ lr: schedule(${JSON.stringify(`${lr} * (${schedule})`)}${/\bsteps\b/.test(schedule) ? ", { steps }" : ""}) }`;
    let made = `(await load(${JSON.stringify(id)}))(${rate})`;
    if (clip > 0) made = `clipByGlobalNorm(${made}, ${clip})`;
    if (noise > 0) made = `batchNoise(${made}, { sigma: ${noise}, seed: ${seed} })`;
    return [`  ${JSON.stringify(id)}: ${made},`];
  });
  const core = [...(clip > 0 ? ["clipByGlobalNorm"] : []), ...(schedule === "" ? [] : ["schedule"])];
  return [
    `import { load } from "@descent/catalogue";`,
    ...(core.length > 0 ? [`import { ${core.join(", ")} } from "@descent/core";`] : []),
    `import { ${[...(noise > 0 ? ["batchNoise"] : []), "race", "surface"].join(", ")} } from "@descent/viz/races";`,
    "",
    `const on = surface(${JSON.stringify(surface)});`,
    `const steps = ${steps};`,
    "const rules = {",
    ...lines,
    "};",
    "for (const [name, rule] of Object.entries(rules)) {",
    `  const { x, y, loss } = race({ surface: on, rule, start: [${start.join(", ")}], steps });`,
    "  console.log(name, x.at(-1), y.at(-1), loss.at(-1));",
    "}",
    "",
  ].join("\n");
}

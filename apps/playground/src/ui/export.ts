import type { Conditions, Contender, Outcome } from "../engine/messages.ts";
import { callOf } from "./contribute.ts";
import { finished } from "./gaps.ts";

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

/** The race as a program that computes the same numbers in Node. `title` is the reader's rule's. */
export function programOf(
  conditions: Conditions,
  contenders: readonly Contender[],
  outcomes: readonly Outcome[],
  title: string,
): string {
  const { surface, start, steps, batch, noise, seed, clip, schedule } = conditions;
  const lines = contenders.flatMap(({ rule: id, text }, i) => {
    const outcome = outcomes[i];
    if (!outcome) return [];
    if (!finished(outcome)) return [`  // ${id} is left out: ${outcome.error.replaceAll("\n", " ")}`];
    const lr = outcome.lr;
    const rate =
      lr === undefined
        ? ""
        : schedule === ""
          ? `{ lr: ${lr} }`
          : `{ lr: schedule(${JSON.stringify(`${lr} * (${schedule})`)}${/\bsteps\b/.test(schedule) ? ", { steps }" : ""}) }`;
    let made = text === undefined ? `(await load(${JSON.stringify(id)}))(${rate})` : `mine(${rate})`;
    if (clip > 0) made = `clipByGlobalNorm(${made}, ${clip})`;
    if (noise > 0) made = `batchNoise(${made}, { sigma: ${noise}, seed: ${seed} })`;
    return [`  [${JSON.stringify(id)}, ${made}],`];
  });
  const mine = contenders.find(({ text }) => text !== undefined)?.text;
  const core = [
    ...(clip > 0 ? ["clipByGlobalNorm"] : []),
    ...(mine === undefined ? [] : ["rule"]),
    ...(schedule === "" ? [] : ["schedule"]),
  ];
  return [
    ...(contenders.some(({ text }) => text === undefined) ? [`import { load } from "@descent/catalogue";`] : []),
    ...(core.length > 0 ? [`import { ${core.join(", ")} } from "@descent/core";`] : []),
    `import { ${[...(noise > 0 ? ["batchNoise"] : []), "race", "surface"].join(", ")} } from "@descent/viz/races";`,
    "",
    `const on = surface(${JSON.stringify(surface)});`,
    `const steps = ${steps};`,
    ...(mine === undefined ? [] : [`const mine = ${callOf({ id: "reader/mine", title, paper: "" }, mine)};`]),
    "const contenders = [",
    ...lines,
    "] as const;",
    "for (const [name, contender] of contenders) {",
    `  const { x, y, loss } = race({ surface: on, rule: contender, start: [${start.join(", ")}], steps${batch > 0 ? `, batch: { size: ${batch}, seed: ${seed} }` : ""} });`,
    "  console.log(name, x.at(-1), y.at(-1), loss.at(-1));",
    "}",
    "",
  ].join("\n");
}

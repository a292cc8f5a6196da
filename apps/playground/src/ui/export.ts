import type { Conditions, Contender, Outcome } from "../engine/messages.ts";
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

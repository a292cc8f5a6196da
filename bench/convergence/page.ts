import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { RuleEntry } from "../../packages/catalogue/src/entry.ts";
import { table } from "../report.ts";
import { type Outcome, special } from "./run.ts";

/** The results of `npm run convergence`, of which the page is made. */
export interface Results {
  readonly problems: readonly { readonly name: string; readonly about: string; readonly budget: number }[];
  /** Where and when, and how many seconds all of it took, one process after the other. */
  readonly machine: string;
  readonly date: string;
  readonly rules: Readonly<Record<string, Found>>;
}
export interface Found {
  /** The fingerprint of the rule when it ran. */
  readonly rule: string;
  readonly seconds: number;
  /** By problem; null where the problem has not what the rule reads. */
  readonly outcomes: Readonly<Record<string, Outcome | null>>;
}

export const RESULTS = new URL("results.json", import.meta.url);
export const readResults = (): Results => JSON.parse(readFileSync(RESULTS, "utf8")) as Results; // written by main.ts

/** A short name of what a rule computes: another where an equation, a default or a start of state is another. */
export const fingerprint = ({ equations, phases, readout, options, slots }: RuleEntry): string =>
  createHash("sha256")
    .update(JSON.stringify([equations, phases, readout, options.map((o) => [o.name, o.default]), slots]))
    .digest("hex")
    .slice(0, 12);

/** Rules that the results lack, have in another form, or have beside those of the catalogue. */
export function outdated(rules: readonly RuleEntry[], results: Results): string[] {
  const known = new Set(rules.map(({ id }) => id));
  return [
    ...rules.filter((rule) => results.rules[rule.id]?.rule !== fingerprint(rule)).map(({ name }) => name),
    ...Object.keys(results.rules).filter((id) => !known.has(id)),
  ];
}

const cell = (outcome: Outcome | null | undefined): string => {
  if (!outcome) return "";
  const { steps, rate, loss } = outcome;
  const at = rate < 1e-2 || rate >= 1e4 ? rate.toExponential() : String(rate);
  return steps === null ? `– ${loss} (${at})` : `**${steps}** (${at})`;
};

export function convergencePage(
  rules: readonly RuleEntry[],
  { problems, machine, date, rules: found }: Results,
): string {
  const rows = rules.map(({ id, name }) => [
    `\`${name}\``,
    ...problems.map((problem) => cell(found[id]?.outcomes[problem.name])),
  ]);
  const seconds = Object.values(found).reduce((sum, one) => sum + one.seconds, 0);
  const reached = problems.map(
    ({ name }) =>
      `${name} ${Object.values(found).filter(({ outcomes }) => outcomes[name]?.steps).length} of ${Object.values(found).filter(({ outcomes }) => outcomes[name]).length}`,
  );
  return [
    "# Where each rule gets to",
    "Written by `npm run docs` from the results of `npm run convergence`, which runs the rules whose equations or defaults have changed.",
    "Each rule tries rates around its default, half decades apart, and the table has the fewest steps to the goal with their rate in brackets; on the last two problems rates are a decade apart, and the first that gets there is taken; a dash has the lowest loss instead. Rates are constant, decay is 0, and all other options are the defaults. Rules that read the loss or a curvature are given them: Hutchinson's estimate, from two more gradients. Steps say nothing of time, and a rule for networks may be slow on a surface.",
    [
      ...problems.map(({ name, about, budget }) => `- **${name}**: ${about}. At most ${budget} steps.`),
      ...Object.entries(special).map(([id, { options, why }]) => {
        const given = Object.entries(options).map(([option, value]) => `\`${option}: ${value}\``);
        return `- \`${id}\` runs with ${given.join(", ")}: ${why}.`;
      }),
      `- ${machine}; ${date}; ${Math.round(seconds / 60)} minutes of one process, on a machine with other work. Goals reached: ${reached.join(", ")}.`,
    ].join("\n"),
    table(["rule", ...problems.map(({ name }) => name)], rows),
    "",
  ]
    .join("\n\n")
    .replace(/\n\n$/, "\n");
}

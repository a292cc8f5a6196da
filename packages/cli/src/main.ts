import { parseArgs } from "node:util";
import { load, rules } from "@descent/catalogue";
import { emit, type Target, targets } from "@descent/dialects/emit";

const usage = `descent emit RULE --to ${targets.join(" | ")} [--out FILE]     prints a rule as code
descent rules                                               lists the rules
`;

/** The text that a command prints, and the file it goes to, if one was named. */
export interface Printed {
  readonly text: string;
  readonly file?: string | undefined;
}

const isTarget = (name: string): name is Target => targets.some((target) => target === name);

/** Runs a command line; throws a sentence where it cannot. */
export async function main(args: readonly string[]): Promise<Printed> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { to: { type: "string" }, out: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  const [command, name, ...more] = positionals;
  if (values.help || command === undefined) return { text: usage };
  if (more.length > 0) throw new Error(`One rule at a time; got ${[name, ...more].join(", ")}.\n\n${usage}`);
  if (command === "rules") {
    if (name !== undefined) throw new Error(`\`rules\` takes no argument; got ${name}.\n\n${usage}`);
    const width = Math.max(...rules.map(({ id }) => id.length));
    return { text: rules.map(({ id, sentence }) => `${id.padEnd(width)}  ${sentence}\n`).join("") };
  }
  if (command !== "emit") throw new Error(`There is no command \`${command}\`.\n\n${usage}`);
  if (name === undefined) throw new Error(`Name a rule, as in \`descent emit adamw --to torch\`.\n\n${usage}`);
  const { to = "torch", out } = values;
  if (!isTarget(to)) throw new Error(`\`--to\` must be one of ${targets.join(", ")}; got ${to}.`);
  return { text: emit(await load(name), to), file: out };
}

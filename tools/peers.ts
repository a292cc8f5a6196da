import { readFileSync } from "node:fs";
import type { RuleEntry, TransformEntry } from "../packages/catalogue/src/entry.ts";

/** Other libraries and their names for rules; `tools/peers.py` looks every name up in them. */
interface Peers {
  readonly libraries: readonly { readonly id: string; readonly title: string; readonly version: string; readonly source: string }[]; // biome-ignore format: one line
  /** By id of a rule or transform, what each library calls it; options in brackets. */
  readonly rules: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly absent: readonly { readonly name: string; readonly libraries: Readonly<Record<string, string>>; readonly why: string }[]; // biome-ignore format: one line
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const code = (text: string | undefined): string => (text === undefined ? "" : `\`${text}\``);

/** The page that says which library has which rule. Throws where the data name a rule that is not there. */
export function peersPage(rules: readonly RuleEntry[], transforms: readonly TransformEntry[]): string {
  const peers = JSON.parse(readFileSync(new URL("peers.json", import.meta.url), "utf8")) as Peers; // a file of this repository
  const others = transforms.filter(({ family }) => family !== "regularizers");
  const ids = new Set([...rules, ...others].map(({ id }) => id));
  const strangers = Object.keys(peers.rules).filter((id) => !ids.has(id));
  if (strangers.length > 0)
    throw new Error(`tools/peers.json names ${strangers.join(", ")}; the catalogue has no such rule.`);
  const lines = (
    entries: readonly (RuleEntry | TransformEntry)[],
    link: (entry: RuleEntry | TransformEntry) => string,
  ) =>
    entries.map((entry) => row([link(entry), ...peers.libraries.map(({ id }) => code(peers.rules[entry.id]?.[id]))]));
  const head = [
    row(["", ...peers.libraries.map(({ title, source }) => `[${title}](${source})`)]),
    row(["---", ...peers.libraries.map(() => "---")]),
  ];
  const counts = peers.libraries.map(({ id }) => String([...ids].filter((one) => peers.rules[one]?.[id]).length));
  const nowhere = rules.filter(({ id }) => peers.rules[id] === undefined).length;
  return [
    "# Which library has which rule",
    "Written by `npm run docs` from the catalogue and `tools/peers.json`; `tools/peers.py` looks every name up in the libraries.",
    `Versions: ${peers.libraries.map(({ title, version }) => `${title} ${version.replace(/^@/, "`@").replace(/^(`\S+)/, "$1`")}`).join(", ")}. Names are those of the library, options in brackets. ${nowhere} of the ${rules.length} rules are in none of them. The same name does not mean the same numbers: where libraries differ, the rule's page says whose form it is.`,
    [...head, row([`**all ${ids.size}**`, ...counts])].join("\n"),
    "## Rules",
    [...head, ...lines(rules, ({ name, family }) => `[\`${name}\`](packages/${family}/RULES.md#${name.toLowerCase()})`)].join("\n"), // biome-ignore format: one line
    "## Around any rule",
    [...head, ...lines(others, ({ name, family }) => `[\`${name}\`](packages/${family})`)].join("\n"),
    "## What others have and Descent has not",
    ["| | where | |", "| --- | --- | --- |", ...peers.absent.map(({ name, libraries, why }) => row([name, Object.entries(libraries).map(([id, text]) => `${id}: ${text}`).join("; "), why]))].join("\n"), // biome-ignore format: one line
    "",
  ]
    .join("\n\n")
    .replace(/\n\n$/, "\n");
}

// Writes what is generated from the rules: the table in README.md and RULES.md of the families.
// usage: npm run docs [-- --check]   (--check writes nothing and fails if something is not current)
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isRule } from "@descent/core";
import type { RuleSpec } from "@descent/core/adapter";
import { latex, trace } from "@descent/core/graph";
import { operatorsMarkdown } from "@descent/onnx/autodiff";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const check = process.argv.includes("--check");

interface Entry {
  readonly family: string;
  readonly name: string;
  readonly rule: RuleSpec;
  /** The doc comment above the rule. */
  readonly comment: string;
}

/** The doc comment in front of `export const name`, as running text. */
function commentOf(family: string, name: string): string {
  const folder = path.join(root, "packages", family, "src");
  for (const file of readdirSync(folder)) {
    const text = readFileSync(path.join(folder, file), "utf8");
    const found = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*export const ${name}\\b`).exec(text);
    if (found)
      return found[1]!
        .split("\n")
        .map((line) => line.replace(/^\s*\*?\s?/, "").trim())
        .join(" ")
        .trim();
  }
  throw new Error(`packages/${family}: \`${name}\` has no doc comment. Say in one sentence what it does.`);
}

/** Every rule exported by a package that depends on core alone: what runs rules may need a framework that is not here. */
async function entries(): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const family of readdirSync(path.join(root, "packages")).sort()) {
    const folder = path.join(root, "packages", family);
    const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { dependencies?: object };
    if (Object.keys(manifest.dependencies ?? {}).join() !== "@descent/core") continue;
    const module: Record<string, unknown> = await import(pathToFileURL(path.join(folder, "src", "index.ts")).href);
    for (const [name, value] of Object.entries(module))
      if (isRule(value)) found.push({ family, name, rule: value, comment: commentOf(family, name) });
  }
  return found;
}

const number = (x: number): string =>
  x !== 0 && (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e5) ? x.toExponential() : `${x}`;
/** Numbers kept per element of a parameter; what is kept per row, column or tensor is not counted. */
const slots = (rule: RuleSpec): number => Object.values(trace(rule).slots).filter((s) => s.place === "tensor").length;
/** The first sentence, without the reference it may end in. */
const firstSentence = (text: string): string =>
  (/^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text).replace(/ \([^()]*\d{4}[^()]*\)\.$/, ".");

function table(rules: readonly Entry[]): string {
  const rows = rules.map(
    ({ family, name, rule, comment }) =>
      `| [\`${name}\`](packages/${family}/RULES.md#${name.toLowerCase()}) | ${rule.title} | \`@descent/${family}\` | ${4 * slots(rule)} B | ${firstSentence(comment)} |`,
  );
  return ["| | | package | state per parameter | in a sentence |", "| --- | --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}

function page(rules: readonly Entry[]): string {
  return rules
    .map(({ name, rule, comment }) => {
      const { passes } = trace(rule);
      const cost = `${4 * slots(rule)} bytes of state per parameter, ${passes.length + 1} pass${passes.length ? "es" : ""} over memory.`;
      return [
        `## ${name}`,
        comment,
        `$$\n${latex(rule)}\n$$`,
        `\`${name}({ ${Object.entries(rule.hyper)
          .map(([k, v]) => `${k}: ${number(v)}`)
          .join(", ")} })\` · [paper](${rule.paper}) · ${cost}`,
      ].join("\n\n");
    })
    .join("\n\n");
}

let stale = 0;
/** Brings a file up to date, or says that it is not. */
function current(file: string, after: string): void {
  const full = path.join(root, file);
  if (existsSync(full) && readFileSync(full, "utf8") === after) return;
  stale++;
  if (check) console.error(`${file} is not current: run npm run docs`);
  else {
    writeFileSync(full, after);
    console.log(`${file} written`);
  }
}

/** A file with what stands between the two markers of `part` replaced. */
function withPart(file: string, part: string, text: string): string {
  const before = readFileSync(path.join(root, file), "utf8");
  const [open, close] = [`<!-- generated: ${part} -->`, `<!-- end of ${part} -->`];
  const [start, end] = [before.indexOf(open), before.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`${file} lacks the markers ${open} … ${close}.`);
  return `${before.slice(0, start)}${open}\n\n${text}\n\n${before.slice(end)}`;
}

const rules = await entries();
if (rules.length === 0) throw new Error("No rules were found under packages/.");
current("README.md", withPart("README.md", "optimizers", table(rules)));
for (const family of new Set(rules.map((r) => r.family))) {
  const head = `# The rules of @descent/${family}\n\nWritten by \`npm run docs\` from the rules themselves.\n\n`;
  current(`packages/${family}/RULES.md`, `${head}${page(rules.filter((r) => r.family === family))}\n`);
}
current("packages/onnx/OPERATORS.md", operatorsMarkdown());
if (stale === 0) console.log(`The documentation of ${rules.length} rules is current.`);
process.exitCode = check && stale > 0 ? 1 : 0;

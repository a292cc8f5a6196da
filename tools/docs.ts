// Writes everything that is generated from the rules: the catalogue, the families in README.md, RULES.md of the families, and
// the lines of the rules' own comments that explain their options.
// usage: npm run docs [-- --check]   (--check writes nothing and fails if something is not current)
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { radam } from "@descent/adam";
import { emit } from "@descent/dialects/emit";
import { operatorsMarkdown } from "@descent/onnx/autodiff";
import { convergencePage, outdated, readResults } from "../bench/convergence/page.ts";
import type { FunctionEntry, RuleEntry, TransformEntry } from "../packages/catalogue/src/entry.ts";
import {
  entries,
  functionEntries,
  functionsModule,
  loadersModule,
  methodEntries,
  methodsModule,
  number,
  rulesModule,
  transformEntries,
  transformsModule,
  withOptions,
} from "./catalogue.ts";
import { dialectEntries, dialectsModule, differencesMarkdown } from "./dialects.ts";
import { refuseStaleExtremes } from "./extremes.ts";
import { familiesOf } from "./families.ts";
import { peersPage } from "./peers.ts";
import { refusalsMarkdown } from "./refusals.ts";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const check = process.argv.includes("--check");

const anchor = (name: string): string => name.toLowerCase();

/** One row per family, with what its package says of itself. */
function familiesTable(rules: readonly RuleEntry[], transforms: readonly TransformEntry[]): string {
  const all = new Set([...rules, ...transforms].map(({ family }) => family));
  const rows = [...all].sort().map((family) => {
    const file = path.join(root, "packages", family, "package.json");
    const { description } = JSON.parse(readFileSync(file, "utf8")) as { description: string }; // each package has one
    const of = (entries: readonly { readonly family: string }[]): number =>
      entries.filter((entry) => entry.family === family).length;
    const page = of(rules) > 0 ? `packages/${family}/RULES.md` : `packages/${family}`;
    return `| [\`@descent/${family}\`](${page}) | ${of(rules) || ""} | ${of(transforms) || ""} | ${description} |`;
  });
  const sum = `| **all** | **${rules.length}** | **${transforms.length}** | |`;
  return ["| package | rules | around any rule | |", "| --- | --- | --- | --- |", ...rows, sum].join("\n");
}

/** One row per rule of a family. */
function table(rules: readonly RuleEntry[]): string {
  const rows = rules.map(
    ({ name, title, bytes, sentence }) => `| [\`${name}\`](#${anchor(name)}) | ${title} | ${bytes} B | ${sentence} |`,
  );
  return ["| | | state per parameter | in a sentence |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function page(rules: readonly RuleEntry[]): string {
  return rules
    .map(({ name, comment, latex, options, inputs = {}, phases = {}, paper, bytes, passes, golden, extremes }) => {
      const call = options.map((o) => `${o.name}: ${number(o.default)}`).join(", ");
      const meanings = options.map((o) => `| \`${o.name}\` | ${number(o.default)} | ${o.meaning} |`);
      return [
        `## ${name}`,
        comment,
        `\`\`\`math\n${latex}\n\`\`\``,
        `\`${name}({ ${call} })\` · [paper](${paper}) · ${bytes} bytes of state per parameter, ${passes} pass${passes > 1 ? "es" : ""} over memory.`,
        ...asked(Object.keys(inputs), Object.keys(phases).length + 1),
        ["| option | default | |", "| --- | --- | --- |", ...meanings].join("\n"),
        `Checked against ${golden.source}: the largest error is ${golden.error.toExponential(0)} of the distance moved.`,
        ...extremes,
      ].join("\n\n");
    })
    .join("\n\n");
}

/** A sentence on what a rule is given beside one gradient per step. */
function asked(inputs: readonly string[], gradients: number): string[] {
  const reads = `reads ${inputs.map((input) => `\`${input}\``).join(" and ")} too: \`update(g, { ${inputs.join(", ")} })\``;
  const said = [
    ...(gradients > 1 ? [`takes ${gradients} gradients per step`] : []),
    ...(inputs.length > 0 ? [reads] : []),
  ];
  return said.length > 0 ? [`It ${said.join(", and ")}.`] : [];
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

/** A file with everything between the two markers of `part` replaced. */
function withPart(file: string, part: string, text: string): string {
  const before = readFileSync(path.join(root, file), "utf8");
  const [open, close] = [`<!-- generated: ${part} -->`, `<!-- end of ${part} -->`];
  const [start, end] = [before.indexOf(open), before.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`${file} lacks the markers ${open} … ${close}.`);
  return `${before.slice(0, start)}${open}\n\n${text}\n\n${before.slice(end)}`;
}

const families = familiesOf(root);
const rules = await entries(root);
if (rules.length === 0) throw new Error("No rules were found under packages/.");
refuseStaleExtremes(rules.map(({ id }) => id));
current("packages/catalogue/src/loaders.ts", loadersModule(families));
current("packages/catalogue/src/rules.ts", rulesModule(rules));
const methods = await methodEntries(root, "quasi-newton");
if (methods.length === 0) throw new Error("No methods were found in packages/quasi-newton.");
current("packages/catalogue/src/methods.ts", methodsModule(methods));
const functions: FunctionEntry[] = [];
for (const name of ["initializers", "quasi-newton", "regularizers", "schedules", "transforms"]) {
  const found = await functionEntries(root, name, methods);
  if (found.length === 0) throw new Error(`No functions were found in packages/${name}.`);
  functions.push(...found);
}
functions.push(...(await functionEntries(root, "core", methods, true))); // those that go around a rule: each has a golden
current("packages/catalogue/src/functions.ts", functionsModule(functions));
const transforms = await transformEntries(root, [...families, "regularizers", "transforms"]);
current("packages/catalogue/src/transforms.ts", transformsModule(transforms));
for (const rule of [...rules, ...transforms]) {
  const { file, source } = withOptions(root, rule);
  current(file, source);
}
const around = transforms.filter(({ family }) => family !== "regularizers");
current("README.md", withPart("README.md", "optimizers", familiesTable(rules, around)));
current("COMPARISON.md", peersPage(rules, around));
const results = readResults();
const late = outdated(rules, results);
if (late.length > 0) {
  stale++;
  console.error(`bench/convergence/results.json is not of the rules as they are: ${late.join(", ")}. Run npm run convergence.`); // biome-ignore format: one line
}
current("bench/CONVERGENCE.md", convergencePage(rules, results));
for (const family of families) {
  const own = rules.filter((rule) => rule.family === family);
  if (own.length === 0) continue;
  const head = `# The rules of @descent/${family}\n\nWritten by \`npm run docs\` from the rules themselves.\n\n`;
  current(`packages/${family}/RULES.md`, `${head}${table(own)}\n\n${page(own)}\n`);
}
current("CONTRIBUTING.md", withPart("CONTRIBUTING.md", "refusals", refusalsMarkdown()));
current("packages/onnx/OPERATORS.md", operatorsMarkdown());
const dialects = "packages/dialects/README.md";
current(dialects, withPart(dialects, "radam for PyTorch", `\`\`\`python\n${emit(radam, "torch").trimEnd()}\n\`\`\``));
current("packages/catalogue/src/dialects.ts", dialectsModule(dialectEntries(root)));
const differences = "packages/dialects/DIFFERENCES.md";
current(differences, withPart(differences, "differences", differencesMarkdown()));
const guide = "packages/dialects/FROM_PYTORCH.md";
for (const [language, ending] of [
  ["PyTorch", "py"],
  ["TypeScript", "ts"],
] as const) {
  const code = readFileSync(path.join(root, `packages/dialects/examples/from-pytorch.${ending}`), "utf8").trimEnd();
  current(guide, withPart(guide, `the training in ${language}`, `\`\`\`${ending}\n${code}\n\`\`\``));
}
if (stale === 0) console.log(`The documentation of ${rules.length} rules is current.`);
process.exitCode = check && stale > 0 ? 1 : 0;

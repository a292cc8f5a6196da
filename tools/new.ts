// npm run new -- <family> <rule> [--title "Title"] [--paper https://…]     a rule in a family; with
//   --layout out,in        its rows are outputs, wherever the framework keeps them
//   --blocks heads         it sees so many blocks of rows, by an option of that name
//   --block-size 1024      it sees blocks of at most that many rows and columns, by the option `blockSize`
//   --needs matrix         it refuses vectors
//   --inputs h,loss        it reads these besides gradients: a number for the model, `loss`, or one per element
//   --phases climb         it takes a gradient in each of these phases before its own
//   --readout average      the parameter to evaluate with is state of that name, here the mean of all points
//   --when every           some of its work is done in one of so many steps, by an option of that name
//   --draws normal         it adds random numbers: normal, uniform or rademacher
// npm run new -- family <name> [--description "…"]                         a family: a package that holds rules and nothing else
// Writes everything that can be known beforehand, and says what is left.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { nearest } from "@descent/core/adapter";
import { familiesOf } from "./families.ts";

const USAGE = `usage: npm run new -- <family> <rule> [--title "Title"] [--paper https://…] [--layout out,in] [--blocks heads | --block-size 1024]
                                      [--needs matrix] [--inputs h,loss] [--phases climb] [--readout average] [--when every]
                                      [--draws normal]
       npm run new -- family <name> [--description "One sentence"]`;

/** Scaffolds a rule or a family in the workspace at `root` and returns what to do next; throws a sentence if it cannot. */
export function scaffold(root: string, args: readonly string[]): string {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      title: { type: "string" },
      paper: { type: "string" },
      layout: { type: "string" },
      blocks: { type: "string" },
      "block-size": { type: "string" },
      needs: { type: "string" },
      inputs: { type: "string" },
      phases: { type: "string" },
      readout: { type: "string" },
      when: { type: "string" },
      draws: { type: "string" },
      description: { type: "string" },
    },
  });
  const families = familiesOf(root);
  const [family, name, ...rest] = positionals;
  if (family === undefined || name === undefined || rest.length > 0)
    throw new Error(`${USAGE}\nfamilies: ${families.join(", ")}`);
  if (family === "family") return newFamily(root, name, values.description);
  if (!families.includes(family)) {
    const meant = nearest(family, families);
    const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
    throw new Error(
      `There is no family "${family}"; there are ${families.join(", ")}.${hint} \`npm run new -- family ${family}\` makes one.`,
    );
  }
  return newRule(root, family, name, values);
}

/** rmspropCentered → rmsprop-centered */
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function newRule(
  root: string,
  family: string,
  name: string,
  {
    title = `${name[0]?.toUpperCase()}${name.slice(1)}`,
    paper = "https://arxiv.org/abs/…",
    ...view
  }: { title?: string | undefined; paper?: string | undefined } & View,
): string {
  const words = viewed(view);
  const { options, state, before, after, factors, terms } = asked(view);
  const hyper = { lr: "1e-3", ...options };
  const counted = Object.keys(options).filter((option) => option !== "seed");
  if (!isName(name))
    throw new Error(`"${name}" cannot be exported. Use the name people say, in camelCase: rmspropCentered.`);
  const home = path.join(root, "packages", family);
  const id = kebab(name);
  const file = path.join(home, "src", `${id}.ts`);
  if (existsSync(file)) throw new Error(`packages/${family}/src/${id}.ts exists already.`);
  const index = path.join(home, "src/index.ts");
  const lines = readFileSync(index, "utf8")
    .split("\n")
    .filter((line) => line !== "");

  writeFileSync(
    file,
    `import { rule } from "@descent/core";

/** One sentence: what this method sees that others do not. Then where its defaults come from. */
export const ${name} = rule({
  id: ${JSON.stringify(id)},
  title: ${JSON.stringify(title)},
  paper: ${JSON.stringify(paper)},
${words}  hyper: { ${fields(hyper)} },
${counted.length === 0 ? "" : `  ranges: { ${counted.map((option) => `${option}: [1, Infinity]`).join(", ")} },\n`}  state: {${Object.keys(state).length === 0 ? "" : ` ${fields(state)} `}},
${before}  update: {
    p: "p - lr * g${factors.map((one) => ` * ${one}`).join("")}${terms.join("")}",
  },
${after}});
`,
  );
  const place = lines.findIndex((line) => moduleOf(line) > `./${id}.ts`);
  lines.splice(place === -1 ? lines.length : place, 0, `export { ${name} } from "./${id}.ts";`);
  writeFileSync(index, `${lines.join("\n")}\n`);
  const changeset = writeChangeset(root, `${family}-${id}`, family, `${title}: \`${name}\`.`);

  return `packages/${family}/src/${id}.ts       write the paper's box here
packages/${family}/src/index.ts      exports it
${changeset}      one line for the changelog

What is left, because it must not come from the rule itself: ten steps computed by somebody else's code.
  1. goldens/${family.replaceAll("-", "_")}.py            a line in goldens() that runs the published implementation, and the paper's box in NumPy
  2. python goldens/make.py ${name}  writes packages/conformance/goldens/${family}/${name}.json

Then
  npm run convergence                the steps it needs on five problems, for bench/CONVERGENCE.md
  npm run docs                       the catalogue, RULES.md, the table in README.md
  node scripts/pm.mjs exec vitest run packages/${family}      goldens, resume, freezing, on every engine of arrays
  npm run mutate -- ${name}          every one-token change of the rule must be noticed
  npm run lint`;
}

/** Fields of an object in source text, from their names and values. */
const fields = (all: Readonly<Record<string, string>>): string =>
  Object.entries(all)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");

/** The words for how a rule sees a parameter, what else it is given, and when it does what. */
interface View {
  readonly layout?: string | undefined;
  readonly blocks?: string | undefined;
  readonly "block-size"?: string | undefined;
  readonly needs?: string | undefined;
  readonly inputs?: string | undefined;
  readonly phases?: string | undefined;
  readonly readout?: string | undefined;
  readonly when?: string | undefined;
  readonly draws?: string | undefined;
}

const isName = (name: string): boolean => /^[a-z][A-Za-z0-9]*$/.test(name);

/** The names in a list, each once and none of those that are taken. */
function namesIn(option: string, text: string | undefined, are: string, taken: readonly string[]): readonly string[] {
  const names = text?.split(",") ?? [];
  const wrong = names.find((one, i) => !isName(one) || taken.includes(one) || names.indexOf(one) < i);
  if (wrong !== undefined) throw new Error(`--${option} are ${are}; got "${text}".`);
  return names;
}

const inputsOf = ({ inputs }: View): readonly string[] =>
  namesIn("inputs", inputs, "names of what the rule reads besides g, each once, such as h,loss", ["g", "p", "t"]);

/** The lines of a rule that say what it sees, is given and shows. */
function viewed(view: View): string {
  const { layout, blocks, "block-size": size, needs, phases, readout } = view;
  const sides = layout?.split(",") ?? [];
  if (layout !== undefined && [...sides].sort().join() !== "in,out")
    throw new Error(`--layout is what rows and columns are, "out,in" or "in,out"; got "${layout}".`);
  if (blocks !== undefined && size !== undefined)
    throw new Error("--blocks counts blocks of rows, and --block-size sizes blocks. Give one of the two.");
  if (blocks !== undefined && !isName(blocks))
    throw new Error(`--blocks is the name of an option, such as heads; got "${blocks}".`);
  if (size !== undefined && !(Number.isSafeInteger(Number(size)) && Number(size) > 0))
    throw new Error(`--block-size is a whole number above 0; got "${size}".`);
  if (needs !== undefined && needs !== "matrix") throw new Error(`--needs is matrix; got "${needs}".`);
  if (readout !== undefined && (!isName(readout) || ["g", "p", "t", "lr"].includes(readout)))
    throw new Error(`--readout is the name of state to evaluate with, such as average; got "${readout}".`);
  const given = inputsOf(view).map((one) => [one, one === "loss" ? `"model"` : `"tensor"`]);
  const earlier = namesIn("phases", phases, "names of phases before the update, each once, such as climb", ["update"]);
  const climbs = earlier.map((phase) => [phase, `{ p: "p + lr * g" }`]);
  return [
    ...(needs === undefined ? [] : [`  needs: "matrix",\n`]),
    ...(given.length === 0 ? [] : [`  inputs: { ${fields(Object.fromEntries(given))} },\n`]),
    ...(layout === undefined ? [] : [`  layout: [${sides.map((side) => JSON.stringify(side)).join(", ")}],\n`]),
    ...(blocks === undefined ? [] : [`  blocks: { rows: "${blocks}" },\n`]),
    ...(size === undefined ? [] : [`  blocks: { size: "blockSize" },\n`]),
    ...(climbs.length === 0 ? [] : [`  phases: { ${fields(Object.fromEntries(climbs))} },\n`]),
    ...(readout === undefined ? [] : [`  readout: { p: "${readout}" },\n`]),
  ].join("");
}

/** The options, state and equations that those words bring. */
function asked(view: View): {
  readonly options: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** Lines before and after `update`. */
  readonly before: string;
  readonly after: string;
  /** Factors of the gradient, and terms that are added to the step, because an equation must read its inputs and state. */
  readonly factors: readonly string[];
  readonly terms: readonly string[];
} {
  const { blocks, "block-size": size, readout, when, draws } = view;
  if (when !== undefined && (!isName(when) || ["g", "p", "t", "lr"].includes(when)))
    throw new Error(`--when is the name of an option that counts steps, such as every; got "${when}".`);
  if (draws !== undefined && !["normal", "uniform", "rademacher"].includes(draws))
    throw new Error(`--draws is normal, uniform or rademacher; got "${draws}".`);
  return {
    options: {
      ...(blocks === undefined ? {} : { [blocks]: "1" }),
      ...(size === undefined ? {} : { blockSize: size }),
      ...(when === undefined ? {} : { [when]: "10" }),
      ...(draws === undefined ? {} : { seed: "0" }),
    },
    state: {
      ...(readout === undefined ? {} : { [readout]: `"p"` }),
      ...(when === undefined ? {} : { rare: "0" }),
    },
    before: when === undefined ? "" : `  before: [{ when: "t == 1 || t % ${when} == 0", rare: "abs(g)" }],\n`,
    after: readout === undefined ? "" : `  after: [{ ${readout}: "${readout} + (p - ${readout}) / t" }],\n`,
    factors: [...inputsOf(view), ...(when === undefined ? [] : ["rare"])],
    terms: draws === undefined ? [] : [` + 0.01 * lr * ${draws}()`],
  };
}

/** The module that an export line names; index.ts is in this order. */
const moduleOf = (line: string): string => /from "(.*)"/.exec(line)?.[1] ?? "";

function writeChangeset(root: string, name: string, family: string, text: string): string {
  const file = path.join(root, ".changeset", `${name}.md`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `---\n"@descent/${family}": minor\n---\n\n${text}\n`);
  return path.relative(root, file);
}

type Json = Record<string, unknown>;
const readJson = (file: string): Json => JSON.parse(readFileSync(file, "utf8")) as Json;
const writeJson = (file: string, value: unknown): void => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

function newFamily(root: string, name: string, description = `Rules of the ${name} family, as equations`): string {
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new Error(`"${name}" cannot be a package. Use kebab-case: parameter-free.`);
  const home = path.join(root, "packages", name);
  if (existsSync(home)) throw new Error(`packages/${name} exists already.`);
  const goldens = path.join(root, "goldens", `${name.replaceAll("-", "_")}.py`);
  if (existsSync(goldens))
    throw new Error(`${path.relative(root, goldens)} exists already, and belongs to others. Choose another name.`);
  const like = path.join(root, "packages/sgd");
  mkdirSync(path.join(home, "src"), { recursive: true });
  mkdirSync(path.join(home, "test"));

  const { scripts, ...others } = readJson(path.join(like, "package.json")) as Json & { scripts: Json };
  const manifest = {
    ...others,
    scripts: { ...scripts, test: `vitest run --root ../.. packages/${name}/` },
    name: `@descent/${name}`,
    version: "0.0.0",
    description,
  };
  writeJson(path.join(home, "package.json"), { ...manifest, keywords: ["optimizer", "gradient-descent", name] });
  writeJson(path.join(home, "tsconfig.json"), readJson(path.join(like, "tsconfig.json")));
  writeFileSync(path.join(home, "src/index.ts"), "");
  writeFileSync(
    path.join(home, `test/${name}.test.ts`),
    `import { goldens } from "@descent/conformance";
import { describeRules } from "@descent/conformance/vitest";
import * as rules from "../src/index.ts";

describeRules(rules, goldens(${JSON.stringify(name)}));
`,
  );
  writeFileSync(
    path.join(home, "README.md"),
    `# @descent/${name}\n\n${description}.\n\n\`\`\`sh\nnpm install @descent/${name} @descent/arrays\n\`\`\`\n\n[RULES.md](RULES.md) has the formulas, defaults and cost of each, generated from the rules themselves.\n`,
  );
  writeFileSync(
    goldens,
    `"""The family ${name}: numbers computed by published code, and the papers' boxes in NumPy that must agree with them."""

from common import DEFAULTS, OPTIONS, TINY, golden


def goldens():
    out = {}
    return {f"packages/conformance/goldens/${name}/{rule}.json": value for rule, value in out.items()}
`,
  );
  refer(path.join(root, "tsconfig.json"), `packages/${name}`);
  refer(path.join(root, "packages/catalogue/tsconfig.json"), `../${name}`);
  const catalogue = path.join(root, "packages/catalogue/package.json");
  const { dependencies, ...rest } = readJson(catalogue) as Json & { dependencies: Record<string, string> };
  const added = Object.entries({ ...dependencies, [`@descent/${name}`]: "workspace:^" }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  writeJson(catalogue, { ...rest, dependencies: Object.fromEntries(added) });
  const changeset = writeChangeset(root, `first-${name}`, name, `The family ${name}.`);

  return `packages/${name}/                 package.json, tsconfig.json, README.md, src/index.ts, test
packages/catalogue/           depends on it
tsconfig.json                 builds it
${path.relative(root, goldens)}             its goldens
${changeset}      one line for the changelog

Then
  node scripts/pm.mjs --no-install install    links the package and updates pnpm-lock.yaml
  npm run new -- ${name} <rule>      its first rule`;
}

/** Adds a project reference to a tsconfig. */
function refer(file: string, target: string): void {
  const { references, ...others } = readJson(file) as Json & { references: { path: string }[] };
  writeJson(file, { ...others, references: [...references, { path: target }] });
}

if (import.meta.filename === path.resolve(process.argv[1] ?? "")) {
  try {
    console.log(scaffold(path.resolve(import.meta.dirname, ".."), process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

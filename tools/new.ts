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
//   --sized Q:cols,rank    it keeps a matrix of that size: each side is rows, cols, a number, or an option
// npm run new -- transforms <name> [--parts direction,length]              a transform around any rule, or a rule made of these rules
// npm run new -- quasi-newton <name>                                       a method that asks for evaluations, as a generator
// npm run new -- family <name> [--description "…"]                         a family: a package that holds rules and nothing else
// Writes everything that can be known beforehand, and says what is left.
import path from "node:path";
import { parseArgs } from "node:util";
import { nearest } from "@descent/core/adapter";
import { familiesOf } from "./families.ts";
import { newFamily } from "./new-family.ts";
import { fields, isName, namesIn, titled, write } from "./new-files.ts";
import { newMethod, newTransform } from "./new-kinds.ts";

const USAGE = `usage: npm run new -- <family> <rule> [--title "Title"] [--paper https://…] [--layout out,in] [--blocks heads | --block-size 1024]
                                      [--needs matrix] [--inputs h,loss] [--phases climb] [--readout average] [--when every]
                                      [--draws normal] [--sized Q:cols,rank]
       npm run new -- transforms <name> [--parts direction,length]
       npm run new -- quasi-newton <name>
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
      sized: { type: "string" },
      parts: { type: "string" },
      description: { type: "string" },
    },
  });
  const families = familiesOf(root);
  const [family, name, ...rest] = positionals;
  if (family === undefined || name === undefined || rest.length > 0)
    throw new Error(`${USAGE}\nfamilies: ${families.join(", ")}`);
  if (family === "family") return newFamily(root, name, values.description);
  if (family === "transforms" || family === "quasi-newton") {
    const other = Object.keys(values).find((option) => !["title", "paper", "parts"].includes(option));
    const foreign = family === "quasi-newton" && values.parts !== undefined ? "parts" : other;
    if (foreign !== undefined) throw new Error(`--${foreign} is not for ${family}.\n${USAGE}`);
    return family === "transforms" ? newTransform(root, name, values) : newMethod(root, name, values);
  }
  if (values.parts !== undefined)
    throw new Error(
      "--parts makes a rule of rules, in transforms: npm run new -- transforms NAME --parts direction,length",
    );
  if (!families.includes(family)) {
    const meant = nearest(family, families);
    const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
    throw new Error(
      `There is no family "${family}"; there are ${families.join(", ")}.${hint} \`npm run new -- family ${family}\` makes one.`,
    );
  }
  return newRule(root, family, name, values);
}

function newRule(
  root: string,
  family: string,
  name: string,
  {
    title = titled(name),
    paper = "https://arxiv.org/abs/…",
    ...view
  }: { title?: string | undefined; paper?: string | undefined } & View,
): string {
  const words = viewed(view);
  const { options, state, before, after, gradient, factors, terms, updates } = asked(view);
  const hyper = { lr: "1e-3", ...options };
  const counted = Object.keys(options).filter((option) => option !== "seed");
  const { source, index, changeset } = write(root, {
    package: family,
    name,
    change: `${title}: \`${name}\`.`,
    text: (id) => `import { rule } from "@descent/core";

/** One sentence: what this method sees that others do not. Then where its defaults come from. */
export const ${name} = rule({
  id: ${JSON.stringify(id)},
  title: ${JSON.stringify(title)},
  paper: ${JSON.stringify(paper)},
${words}  hyper: { ${fields(hyper)} },
${counted.length === 0 ? "" : `  ranges: { ${counted.map((option) => `${option}: [1, Infinity]`).join(", ")} },\n`}  state: {${Object.keys(state).length === 0 ? "" : ` ${fields(state)} `}},
${before}  update: {
${updates.map((line) => `    ${line},\n`).join("")}    p: "p - lr * ${[gradient, ...factors].join(" * ")}${terms.join("")}",
  },
${after}});
`,
  });
  return `${source}       write the paper's box here
${index}      exports it
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
  readonly sized?: string | undefined;
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
  const matrix = needs ?? (view.sized === undefined ? undefined : "matrix");
  if (needs !== undefined && needs !== "matrix") throw new Error(`--needs is matrix; got "${needs}".`);
  if (readout !== undefined && (!isName(readout) || ["g", "p", "t", "lr"].includes(readout)))
    throw new Error(`--readout is the name of state to evaluate with, such as average; got "${readout}".`);
  const given = inputsOf(view).map((one) => [one, one === "loss" ? `"model"` : `"tensor"`]);
  const earlier = namesIn("phases", phases, "names of phases before the update, each once, such as climb", ["update"]);
  const climbs = earlier.map((phase) => [phase, `{ p: "p + lr * g" }`]);
  return [
    ...(matrix === undefined ? [] : [`  needs: "matrix",\n`]),
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
  /** The gradient, or what stands in its place, and the equations before the last. */
  readonly gradient: string;
  readonly updates: readonly string[];
  /** Factors of the gradient, and terms that are added to the step, because an equation must read its inputs and state. */
  readonly factors: readonly string[];
  readonly terms: readonly string[];
} {
  const { blocks, "block-size": size, readout, when, draws } = view;
  const sized = sizedOf(view);
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
      ...sized?.options,
    },
    state: {
      ...(readout === undefined ? {} : { [readout]: `"p"` }),
      ...(when === undefined ? {} : { rare: "0" }),
      ...sized?.state,
    },
    before: when === undefined ? "" : `  before: [{ when: "t == 1 || t % ${when} == 0", rare: "abs(g)" }],\n`,
    after: readout === undefined ? "" : `  after: [{ ${readout}: "${readout} + (p - ${readout}) / t" }],\n`,
    gradient: sized?.gradient ?? "g",
    updates: sized?.updates ?? [],
    factors: [...inputsOf(view), ...(when === undefined ? [] : ["rare"])],
    terms: draws === undefined ? [] : [` + 0.01 * lr * ${draws}()`],
  };
}

/** The matrix of a size of its own: a square one gathers products of gradients, another keeps directions that gradients have. */
function sizedOf({ sized }: View):
  | {
      readonly options: Readonly<Record<string, string>>;
      readonly state: Readonly<Record<string, string>>;
      readonly gradient: string;
      readonly updates: readonly string[];
    }
  | undefined {
  if (sized === undefined) return undefined;
  const [, name = "", from = "", to = ""] = /^([A-Za-z][A-Za-z0-9]*):(rows|cols),([A-Za-z0-9]+)$/.exec(sized) ?? [];
  const number = Number(to);
  const isNumber = Number.isSafeInteger(number) && number > 0;
  if (
    name === "" ||
    ["g", "p", "t", "lr"].includes(name) ||
    !(isNumber || isName(to)) ||
    (to !== from && /^(rows|cols)$/.test(to))
  )
    throw new Error(
      `--sized is a name and the sides of a matrix, such as L:rows,rows or Q:cols,rank: the first rows or cols, the second the same, a number or an option; got "${sized}".`,
    );
  const place = (side: string): string => (isNumber && side === to ? to : JSON.stringify(side));
  const state = (init: string) => ({ [name]: `{ place: [${place(from)}, ${place(to)}], init: "${init}" }` });
  const left = from === "rows";
  if (from === to)
    return {
      options: {},
      state: state("eye"),
      updates: [`${name}: "0.9 * ${name} + 0.1 * ${left ? "g @ g'" : "g' @ g"}"`],
      gradient: left ? `(inverseRoot(${name}, 2) @ g)` : `(g @ inverseRoot(${name}, 2))`,
    };
  return {
    options: isNumber ? {} : { [to]: "4" },
    state: state("normal"),
    updates: [`${name}: "qr(${left ? `g @ (g' @ ${name})` : `g' @ (g @ ${name})`})"`],
    gradient: left ? `(${name} @ (${name}' @ g))` : `(g @ ${name} @ ${name}')`,
  };
}

if (import.meta.filename === path.resolve(process.argv[1] ?? "")) {
  try {
    console.log(scaffold(path.resolve(import.meta.dirname, ".."), process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

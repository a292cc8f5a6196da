import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { configure, followGolden, type Golden, goldens, readGoldens, rulesOf } from "@descent/conformance";
import { OptimizerError, type Parameter, type Transform } from "@descent/core";
import { isTransform, type RuleSpec, rangeOf, type Slots } from "@descent/core/adapter";
import { inOrder, latex, mathml, type Program, trace } from "@descent/core/graph";
import type {
  EquationList,
  FunctionEntry,
  MethodEntry,
  OptionEntry,
  RuleEntry,
  SlotEntry,
  TransformEntry,
} from "../packages/catalogue/src/entry.ts";
import { jaxBackend } from "../packages/jax/src/backend.ts";
import { deviceProgram } from "../packages/webgpu/src/shaders/program.ts";
import { extremesOf } from "./extremes.ts";
import { familiesOf } from "./families.ts";
import { target } from "./target.ts";

/** The conformance tests of each backend run every rule of every family that it does not refuse. */
const backends: Readonly<Record<string, (program: Program, parameter: Parameter) => unknown>> = {
  arrays: () => {},
  jax: (program, parameter) => jaxBackend.check?.(program, parameter),
  onnxruntime: () => {},
  tfjs: () => {},
  webgpu: (program) => deviceProgram(program, { rows: 3, cols: 3 }),
};

/** The backends that take these programs. */
const backendsOf = (programs: readonly Program[]): string[] =>
  Object.entries(backends).flatMap(([name, check]) => {
    try {
      for (const program of programs) check(program, { name: "w", shape: [3, 3] });
      return [name];
    } catch (error) {
      if (error instanceof OptimizerError) return [];
      throw error;
    }
  });

/** The doc comment in front of `export const name`: the file, its text around the comment, and the comment's lines. */
interface Comment {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly text: string;
}

const unstarred = (comment: string): string =>
  comment
    .split("\n")
    .map((line) => line.replace(/^\s*\*?\s?/, "").trim())
    .join("\n")
    .trim();

export function commentOf(folder: string, name: string): Comment {
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  )) {
    const file = path.join(folder, entry);
    const source = readFileSync(file, "utf8");
    const found = new RegExp(
      `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/(?=\\s*export (?:const|(?:async )?function\\*?) ${name}\\b)`,
    ).exec(source);
    if (!found) continue;
    const [whole, text] = [found[0], found[1]!]; // the pattern has one group
    const after = source.slice(found.index + whole.length);
    return { file, before: source.slice(0, found.index), after, text: unstarred(text) };
  }
  throw new Error(`${folder}: \`${name}\` has no doc comment. Say in one sentence what it does.`);
}

/** The meanings of options that every rule spells alike: the comments of core's `SharedOptions`. */
export function sharedMeanings(root: string): ReadonlyMap<string, string> {
  const source = readFileSync(path.join(root, "packages/core/src/hyper.ts"), "utf8");
  const body = /interface SharedOptions \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? "";
  return new Map([...body.matchAll(/\/\*\* (.*) \*\/\s+(\w+):/g)].map(([, text, name]) => [name!, text!])); // two groups
}

/** The number as people write it. */
export const number = (x: number): string =>
  x !== 0 && (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e5) ? x.toExponential() : `${x}`;

/** Words in lines of at most 117 characters, those after the first indented: what fits behind ` * `. */
function wrapped(text: string): string[] {
  const lines = [""];
  for (const word of text.split(/ (?![-\d.e]+\)$)/)) {
    const line = lines.at(-1)!; // never empty
    if (line.length + word.length < 117) lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines;
}

/** The source of a rule whose doc comment ends in the meaning and default of each option, for editors to show at its call. */
export function withOptions(
  root: string,
  { family, name, options }: Pick<RuleEntry, "family" | "name" | "options">,
): { file: string; source: string } {
  const { file, before, after, text } = commentOf(path.join(root, "packages", family, "src"), name);
  const [running = ""] = text.split(/^@property /m);
  const tags = options.flatMap((o) => wrapped(`@property ${o.name} ${o.meaning} (default ${number(o.default)})`));
  const lines = [...running.trim().split("\n"), ...tags].map((line) => ` * ${line}\n`);
  return { file: path.relative(root, file), source: `${before}/**\n${lines.join("")} */${after}` };
}

/** The first sentence, without the reference it may end in. */
export const firstSentence = (text: string): string =>
  (/^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text).replace(/ \([^()]*\d{4}[^()]*\)\.$/, ".");

/** A doc comment as its running text and its `@property` lines, which explain options; `npm run docs` adds the defaults. */
function partsOf(comment: string): { readonly text: string; readonly own: ReadonlyMap<string, string> } {
  const [text = "", ...tags] = comment.split(/^@property /m);
  const running = (lines: string): string => lines.replaceAll("\n", " ").trim();
  return {
    text: running(text),
    own: new Map(
      tags.map((tag) => [
        tag.split(/\s/, 1)[0]!,
        running(tag.slice(tag.search(/\s/))).replace(/ \(default [^()]*\)$/, ""),
      ]),
    ), // split gives one part
  };
}

/** Papers number their betas as they like, so a rule's comment may say of what it is the mean. */
const betas: ReadonlySet<string> = new Set(["beta1", "beta2"]);

/** A shared option means the same in every rule; the others are explained in the rule's comment. */
function meaning(title: string, option: string, shared: Meanings, own: Meanings): string {
  const text = betas.has(option) ? (own.get(option) ?? shared.get(option)) : (shared.get(option) ?? own.get(option));
  if (text === undefined)
    throw new Error(`${title}: say what \`${option}\` means, in the doc comment: @property ${option} …`);
  return text;
}
type Meanings = ReadonlyMap<string, string>;

/** One rule with everything that can be derived from it. Errors of goldens are rounded, so that they are the same on every processor. */
async function entry(
  root: string,
  family: string,
  name: string,
  rule: RuleSpec,
  golden: Golden,
  mutants: number,
): Promise<RuleEntry> {
  const { text: comment, own } = partsOf(commentOf(path.join(root, "packages", family, "src"), name).text);
  const shared = sharedMeanings(root);
  let error = 0;
  for (const setting of golden.settings) {
    const followed = await followGolden(target, configure(rule as never, setting.options, setting.schedules), setting);
    error = Math.max(error, followed.error);
  }
  const phases = Object.keys(rule.phases ?? {});
  const passes = [...phases, undefined].map((phase) => trace(rule, undefined, undefined, phase).passes.length + 1);
  const programs = [...phases, undefined].map((phase) => trace(rule, { rows: 3, cols: 3 }, undefined, phase));
  const places = slotsOf(rule.state);
  return {
    id: rule.id,
    name,
    family,
    title: rule.title,
    paper: rule.paper,
    sentence: firstSentence(comment),
    comment,
    equations: [...(rule.before ?? []), rule.update, ...(rule.after ?? [])].flatMap(inOrder),
    latex: latex(rule),
    mathml: mathml(rule),
    ...(rule.phases ? { phases: phasesOf(rule.phases) } : {}),
    ...(rule.inputs ? { inputs: rule.inputs } : {}),
    ...(rule.readout ? { readout: rule.readout.p } : {}),
    ...(rule.layout ? { layout: rule.layout } : {}),
    ...(rule.blocks ? { blocks: rule.blocks } : {}),
    ...(rule.needs ? { needs: rule.needs } : {}),
    options: optionsOf(rule, rule.title, shared, own),
    slots: places,
    // A round of several phases keeps where it began.
    bytes: 4 * (places.filter(({ place }) => place === "tensor").length + (phases.length > 0 ? 1 : 0)),
    passes: passes.reduce((sum, n) => sum + n, 0),
    backends: backendsOf(programs),
    golden: { source: golden.source, error: Number(error.toExponential(0)) },
    extremes: extremesOf(rule.id),
    mutants,
  };
}

const optionsOf = (
  owner: Pick<RuleSpec, "hyper" | "ranges">,
  title: string,
  shared: Meanings,
  own: Meanings,
): OptionEntry[] =>
  Object.entries(owner.hyper).map(([option, value]) => {
    const range = rangeOf(owner, option);
    return {
      name: option,
      default: value,
      ...(range ? { range: [range[0], range[1] < Infinity ? range[1] : null] as const } : {}),
      meaning: meaning(title, option, shared, own),
    };
  });

const slotsOf = (state: Slots): SlotEntry[] =>
  Object.entries(state).map(([name, start]) =>
    typeof start === "object"
      ? { name, place: start.place ?? "tensor", init: start.init }
      : { name, place: "tensor", init: start },
  );

const phasesOf = (phases: NonNullable<RuleSpec["phases"]>): Record<string, EquationList> =>
  Object.fromEntries(Object.entries(phases).map(([phase, equations]) => [phase, inOrder(equations)]));

/** One transform with everything that can be derived from it. */
function transformEntry(root: string, family: string, name: string, found: Transform): TransformEntry {
  const { id, title = id, paper, before = {}, after = {}, phases, when, readout, state = {} } = found;
  const { text: comment, own } = partsOf(commentOf(path.join(root, "packages", family, "src"), name).text);
  return {
    id,
    name,
    family,
    title,
    ...(paper === undefined ? {} : { paper }),
    sentence: firstSentence(comment),
    comment,
    ...(when === undefined ? {} : { when }),
    before: inOrder(before),
    after: inOrder(after),
    ...(phases ? { phases: phasesOf(phases) } : {}),
    ...(readout ? { readout: readout.p } : {}),
    options: optionsOf(found, title, new Map(), own),
    slots: slotsOf(state),
  };
}

/** Every transform that these packages export. */
export async function transformEntries(root: string, packages: readonly string[]): Promise<TransformEntry[]> {
  const found: TransformEntry[] = [];
  for (const family of packages) {
    const module: Record<string, unknown> = await import(
      pathToFileURL(path.join(root, "packages", family, "src/index.ts")).href
    );
    for (const [name, value] of Object.entries(module))
      if (isTransform(value)) found.push(transformEntry(root, family, name, value));
  }
  return found;
}

interface Allowance {
  readonly mutants: readonly string[];
}

/** Every rule that a family exports. */
export async function entries(root: string): Promise<RuleEntry[]> {
  const allowed = (
    JSON.parse(readFileSync(path.join(root, "goldens/mutants.allowed.json"), "utf8")) as Allowance[]
  ).flatMap(({ mutants }) => mutants);
  const found: (() => Promise<RuleEntry>)[] = [];
  for (const family of familiesOf(root)) {
    const module: Record<string, unknown> = await import(
      pathToFileURL(path.join(root, "packages", family, "src/index.ts")).href
    );
    const known = await readGoldens(goldens(family));
    for (const [name, rule] of rulesOf(module)) {
      const left = allowed.filter((mutant) => mutant.startsWith(`${name}: `)).length;
      const golden = known.get(name);
      if (!golden)
        throw new Error(
          `\`${name}\` has no golden: add a line to goldens/${family}.py and run \`python goldens/make.py ${name}\`, which writes packages/conformance/goldens/${family}/${name}.json.`,
        );
      found.push(() => entry(root, family, name, rule as unknown as RuleSpec, golden, left)); // rulesOf admits rules only
    }
  }
  // A golden that is missing is found before the others take their seconds.
  const all: RuleEntry[] = [];
  for (const make of found) all.push(await make());
  return all;
}

/** Every method of a package whose methods are generators, by the names of its exports. */
export async function methodEntries(root: string, family: string): Promise<MethodEntry[]> {
  const module: Record<string, unknown> = await import(
    pathToFileURL(path.join(root, "packages", family, "src/index.ts")).href
  );
  return Object.entries(module)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, make]) => {
      const method: unknown = typeof make === "function" && !isGenerator(make) ? tried(() => make()) : undefined;
      if (!isMethod(method)) return [];
      const { text } = partsOf(commentOf(path.join(root, "packages", family, "src"), name).text);
      const { id, title, paper } = method;
      return [{ id, name, family, title, paper, sentence: firstSentence(text), comment: text }];
    });
}

/** The goldens of functions: records with the name of the function, in a list of their own or in one that has a source. */
interface GoldenRecord {
  readonly name: string;
  readonly source?: string;
}
/** The same of initializers. */
interface InitializerRecord {
  readonly initializer: string;
  readonly source: string;
}
type GoldenFile =
  | readonly GoldenRecord[]
  | {
      readonly source: string;
      readonly penalties?: readonly GoldenRecord[];
      readonly transform?: string;
      readonly scales?: readonly InitializerRecord[];
      readonly patterns?: readonly InitializerRecord[];
    };

/** The sources of a package's goldens, by the function that they check. */
function goldenSources(folder: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const file of readdirSync(folder).sort()) {
    const golden: GoldenFile = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
    const records = isList(golden) ? golden : recordsOf(golden);
    for (const { name, source } of records) {
      const before = found.get(name) ?? [];
      if (source !== undefined && !before.includes(source)) found.set(name, [...before, source]);
    }
  }
  return found;
}

const isList = (golden: GoldenFile): golden is readonly GoldenRecord[] => Array.isArray(golden);
const recordsOf = (file: Exclude<GoldenFile, readonly unknown[]>): GoldenRecord[] => {
  const { penalties, transform, source, scales, patterns } = file;
  if (scales && patterns) return [...scales, ...patterns].map((one) => ({ name: one.initializer, source: one.source }));
  const names = penalties?.map(({ name }) => name) ?? (transform === undefined ? [] : [transform]);
  return names.map((name) => ({ name, source }));
};

/**
 * Every function that a package exports beside its transforms and methods, by name; if `checked`, only those that have a
 * golden. A generator is a request that a method yields, for authors of methods.
 */
export async function functionEntries(
  root: string,
  family: string,
  methods: readonly MethodEntry[],
  checked = false,
): Promise<FunctionEntry[]> {
  const folder = path.join(root, "packages", family);
  const module: Record<string, unknown> = await import(pathToFileURL(path.join(folder, "src/index.ts")).href);
  const golden = goldenSources(path.join(folder, "test/golden"));
  return Object.entries(module)
    .filter(([, value]) => typeof value === "function" && !isTransform(value) && !isGenerator(value))
    .filter(([name, value]) => {
      const own = (value as () => unknown).name; // it is one
      return own === name || module[own] !== value; // not the second name of another export
    })
    .filter(([name]) => !methods.some((method) => method.name === name) && (!checked || golden.has(name)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name]) => {
      const { file, text } = commentOf(path.join(folder, "src"), name);
      const comment = text.replaceAll("\n", " ");
      const sources = golden.get(name);
      return {
        name,
        family,
        source: path.relative(folder, file).replaceAll("\\", "/"),
        sentence: firstSentence(comment),
        comment,
        ...(sources ? { golden: { sources } } : {}),
      };
    });
}

const isGenerator = (f: unknown): boolean => Object.prototype.toString.call(f) === "[object GeneratorFunction]";
const isMethod = (x: unknown): x is Pick<MethodEntry, "id" | "title" | "paper"> =>
  typeof x === "object" && x !== null && "id" in x && "iterate" in x;

/** The result of a call; nothing where it throws, because it cannot do without arguments. */
function tried(call: () => unknown): unknown {
  try {
    return call();
  } catch {
    return undefined;
  }
}

const HEAD = "// Written by `npm run docs` from the rules themselves.\n";

/** The catalogue's data of methods. */
export const methodsModule = (methods: readonly MethodEntry[]): string =>
  `${HEAD}import type { MethodEntry } from "./entry.ts";\n\n/** Every method that evaluates as often as the data decide, by name. */\nexport const methods: readonly MethodEntry[] = ${compact(methods)};\n`;

/** The catalogue's data of functions. */
export const functionsModule = (functions: readonly FunctionEntry[]): string =>
  `${HEAD}import type { FunctionEntry } from "./entry.ts";\n\n/** Every function beside rules, transforms and methods, by package and name. */\nexport const functions: readonly FunctionEntry[] = ${compact(functions)};\n`;

/** The catalogue's data of transforms. */
export const transformsModule = (transforms: readonly TransformEntry[]): string =>
  `${HEAD}import type { TransformEntry } from "./entry.ts";\n\n/** Every transform that goes around any rule, by package and name. */\nexport const transforms: readonly TransformEntry[] = ${compact(transforms)};\n`;

/** The catalogue's data. */
export const rulesModule = (rules: readonly RuleEntry[]): string =>
  `${HEAD}import type { RuleEntry } from "./entry.ts";\n\n/** Every rule, by family and name. */\nexport const rules: readonly RuleEntry[] = ${compact(rules)};\n`;

/** JSON with short lists and objects on one line each. */
export const compact = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(
    /([[{])\n\s+([^[\]{}]*?)\n\s+([\]}])/g,
    (whole, open, inside: string, close) => {
      const line = `${open}${open === "{" ? " " : ""}${inside.replace(/\n\s+/g, " ")}${open === "{" ? " " : ""}${close}`;
      return line.length <= 110 ? line : whole;
    },
  );

/** One import per family, taken when a rule is asked for. */
export function loadersModule(families: readonly string[]): string {
  const lines = families.map(
    (family) => `  ${/^\w+$/.test(family) ? family : JSON.stringify(family)}: () => import("@descent/${family}"),`,
  );
  return `${HEAD}export const loaders: Readonly<Record<string, () => Promise<Readonly<Record<string, unknown>>>>> = {\n${lines.join("\n")}\n};\n`;
}

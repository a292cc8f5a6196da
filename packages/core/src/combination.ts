import { everyBlock, phasesOf } from "./blocks.ts";
import { checkEquations, checkId, refuseFields } from "./check.ts";
import { type Configured, checkConfigured } from "./configured.ts";
import { distributions } from "./draws.ts";
import { isRecord, list, OptimizerError, shown } from "./errors.ts";
import { refuseRepeated } from "./given.ts";
import { rangeOf } from "./hyper.ts";
import { knownOptions } from "./options.ts";
import { namesIn, renamed } from "./parse.ts";
import { configured, type Leaf } from "./rule.ts";
import type { Equations, Hyper, Range, RuleSpec, Slot } from "./spec.ts";
import type { Builtin, Checked } from "./symbols.ts";
import { checkMeaning } from "./trace/meaning.ts";
import type { TransformOptions } from "./transform.ts";

/** A rule made of rules, as data. */
export interface CombinationText<H extends Hyper, P extends string, U extends Equations> {
  /** Kebab case; a combination is saved under its id and those of its rules. */
  readonly id: string;
  readonly title: string;
  readonly paper: string;
  readonly hyper: H;
  readonly ranges?: { readonly [K in keyof H]?: Range } | undefined;
  /** The rules that it is made of, by the names that equations have for them. */
  readonly parts: readonly P[];
  /** Equations of which `p` is the last: the name of a part is the parameter as that rule alone would leave it. */
  readonly update: Checked<U, (keyof H | P | Builtin) & string>;
}

/** Makes one rule of several: `graft({ direction: shampoo(), length: sgd() })`. */
export interface Combination<H extends Hyper, P extends string> {
  (parts: { readonly [K in P]: Configured }, options?: TransformOptions<H>): Leaf;
  /** The names of its rules. */
  readonly parts: readonly P[];
}

/**
 * A rule that contains rules: each part steps from the same parameter by the same gradient, with state of its own, and
 * `update` makes one step of theirs. Options and state of a part carry its name (`opt.set({ "direction.lr": 0.1 })`). Parts
 * are rules, with transforms around them or combinations themselves, but no partitions: put those outside. Throws an
 * OptimizerError for parts with phases or readouts, and for parts that disagree on what rows are.
 */
export function combination<const H extends Hyper, const P extends string, const U extends Equations>(
  text: CombinationText<H, P, U>,
): Combination<H, P> {
  if (!isRecord(text))
    throw new OptimizerError(
      `\`combination\` takes a description: combination({ id, title, paper, hyper, parts, update }); got ${shown(text)}.`,
    );
  checkId(text.id);
  const where = `The combination \`${text.id}\``;
  refuseFields(where, text, ["id", "title", "paper", "hyper", "ranges", "parts", "update"]);
  const { parts, hyper } = text;
  const named: unknown = parts;
  if (!Array.isArray(named) || named.length === 0 || !named.every((part) => typeof part === "string"))
    throw new OptimizerError(`${where}: \`parts\` must be names, ["direction", "length"]; got ${shown(named)}.`);
  refuseRepeated(`${where}: \`parts\``, parts);
  for (const [key, value] of Object.entries({ hyper, ranges: text.ranges ?? {} }))
    if (!isRecord(value)) throw new OptimizerError(`${where}: \`${key}\` must be an object; got ${shown(value)}.`);
  for (const [key, value] of Object.entries({ title: text.title, paper: text.paper }))
    if (typeof value !== "string")
      throw new OptimizerError(`${where}: \`${key}\` must be a text; got ${shown(value)}.`);
  checkEquations(where, text.update);
  const read = new Set(Object.values(text.update as Equations).flatMap(namesIn));
  const unread = parts.find((part) => !read.has(part));
  if (unread !== undefined)
    throw new OptimizerError(
      `${where}: no equation reads its part \`${unread}\`. Use it, or take it out of \`parts\`.`,
    );
  const plain = text as unknown as PlainCombination; // Checked<U> is U once it compiles
  const make = (given: { readonly [K in P]: Configured }, options: TransformOptions<H> = {}): Leaf => {
    const rules: { readonly [K in P]?: unknown } = knownOptions(where, given, parts);
    const missing = parts.find((part) => rules[part] === undefined);
    if (missing !== undefined)
      throw new OptimizerError(
        `${where} got no rule for its part \`${missing}\`. Give it one: { ${missing}: adamw() }.`,
      );
    const leaves = parts.map((part) => [part, leafOf(`${text.id}({ ${part} })`, rules[part])] as const);
    const { rule, hyper: inner } = combined(plain, leaves);
    if (!isRecord(options)) throw new OptimizerError(`${where} takes its options by name; got ${shown(options)}.`);
    return configured(rule, { ...inner, ...options, ...maskOf(where, leaves) });
  };
  return Object.assign(make, { parts });
}

interface PlainCombination {
  readonly id: string;
  readonly title: string;
  readonly paper: string;
  readonly hyper: Hyper;
  readonly ranges?: Readonly<Record<string, Range>> | undefined;
  readonly update: Equations;
}

/** A part with its name. */
type Part = readonly [name: string, leaf: Leaf];

function leafOf(call: string, part: unknown): Leaf {
  checkConfigured(part, call);
  if (part.kind === "rule") return part;
  throw new OptimizerError(`\`${call}\` takes a rule; got a ${part.kind}. Put partitions outside of the combination.`);
}

/** The parameters that decay: a function of one part says it for all. */
function maskOf(where: string, leaves: readonly Part[]): Pick<Leaf, "decays"> {
  const said = [...new Set(leaves.flatMap(([, { decays }]) => decays ?? []))];
  if (said.length > 1)
    throw new OptimizerError(`${where}: two parts say otherwise what decays. Give both one function.`);
  return said.length > 0 ? { decays: said[0] } : {};
}

function combined(
  text: PlainCombination,
  leaves: readonly Part[],
): { readonly rule: RuleSpec; readonly hyper: Leaf["hyper"] } {
  const refuse = (name: string, why: string): never => {
    throw new OptimizerError(`${text.title}: ${name} ${why}`);
  };
  const prefixed = leaves.map(([name, leaf]) => inside(name, leaf, refuse));
  const rules = leaves.map(([, { rule }]) => rule);
  const layouts = [...new Set(rules.flatMap(({ layout }) => layout?.join() ?? []))];
  if (layouts.length > 1) refuse(list(rules.map(({ title }) => title)), "disagree on whether rows are outputs.");
  const inputs: Record<string, "tensor" | "model"> = {};
  for (const { title, inputs: more = {} } of rules)
    for (const [name, place] of Object.entries(more)) {
      if ((inputs[name] ??= place) !== place) refuse(title, `takes \`${name}\` otherwise than another part.`);
    }
  for (const { title, blocks } of rules)
    if (blocks && "rows" in blocks) refuse(title, "sees blocks of rows, and a combination sees the whole.");
  const sized = prefixed.flatMap(({ blocks }) => blocks ?? []);
  if (sized.length > 1)
    refuse(
      list(rules.flatMap(({ title, blocks }) => (blocks ? [title] : []))),
      "see blocks, and one part of a combination may.",
    );
  const [blocks] = sized;
  const layout = rules.find((rule) => rule.layout)?.layout;
  const rule: RuleSpec = {
    id: [text.id, ...rules.map(({ id }) => id.replaceAll("/", "-"))].join("-"),
    title: `${text.title} of ${rules.map(({ title }) => title).join(" and ")}`,
    paper: text.paper,
    hyper: Object.assign({}, text.hyper, ...prefixed.map(({ hyper }) => hyper)),
    ranges: Object.assign({}, text.ranges, ...prefixed.map(({ ranges }) => ranges)),
    state: Object.assign({}, ...prefixed.map(({ state }) => state)),
    ...(Object.keys(inputs).length > 0 ? { inputs } : {}),
    macros: Object.assign({}, ...prefixed.map(({ macros }) => macros)),
    before: [{ [START]: "p", [GRADIENT]: "g" }, ...prefixed.flatMap(({ lines }) => lines)],
    update: text.update,
    ...(layout ? { layout } : {}),
    ...(blocks ? { blocks } : {}),
    ...(rules.some(({ needs }) => needs) ? { needs: "matrix" } : {}),
  };
  checkId(rule.id);
  checkMeaning(rule);
  return { rule, hyper: Object.assign({}, ...prefixed.map(({ values }) => values)) };
}

/** Symbols of the combination itself: where every part starts, and the gradient that each gets. */
const [START, GRADIENT] = ["combination.p", "combination.g"] as const;
/** Symbols that parts share. */
const SHARED: ReadonlySet<string> = new Set(["p", "g", "when"]);

/** A part under its name: all that it names is its own, and in the end its name stands for the parameter as it left it. */
function inside(name: string, { rule, hyper }: Leaf, refuse: (name: string, why: string) => never) {
  if (phasesOf(rule).length > 1) refuse(rule.title, "has phases, and a round has those of one rule. Put them outside.");
  if (rule.readout) refuse(rule.title, "has a readout of its own. Put it outside.");
  const { before = [], after = [], update, state, macros = {} } = rule;
  const locals = everyBlock(rule).flatMap(({ lines }) => lines.map(([symbol]) => symbol));
  const mine = new Map(
    [...Object.keys(rule.hyper), ...Object.keys(state), ...Object.keys(macros), ...locals, "p0"]
      .filter((own) => !SHARED.has(own))
      .map((own) => [own, `${name}.${own}`]),
  );
  const of = <V>(record: Readonly<Record<string, V>>): Record<string, V> =>
    Object.fromEntries(Object.entries(record).map(([own, value]) => [mine.get(own) ?? own, value]));
  const seeded = (source: string): string =>
    distributions.reduce((now, one) => now.replace(new RegExp(`\\b${one}\\(\\s*\\)`, "g"), `${one}(seed)`), source);
  const equations = (all: Equations): Equations =>
    Object.fromEntries(Object.entries(of(all)).map(([own, source]) => [own, renamed(seeded(source), mine)]));
  const word = <W>(one: W): W | string => (typeof one === "string" ? (mine.get(one) ?? one) : one);
  const slot = (given: Slot): Slot => {
    if (typeof given !== "object") return word(given);
    const { place, init } = given;
    const [rows, cols] = Array.isArray(place) ? (place as readonly [string, string]) : [];
    return { ...given, init: word(init), ...(rows === undefined ? {} : { place: [word(rows), word(cols!)] as const }) };
  };
  return {
    hyper: of(rule.hyper),
    values: of(hyper),
    ranges: of(
      Object.fromEntries(
        Object.keys(rule.hyper).flatMap((option) => {
          const range = rangeOf(rule, option);
          return range ? [[option, range] as const] : [];
        }),
      ),
    ),
    state: Object.fromEntries(Object.entries(of(state)).map(([own, value]) => [own, slot(value)])),
    macros: of(macros),
    blocks: rule.blocks && "size" in rule.blocks ? { size: word(rule.blocks.size) } : undefined,
    lines: [
      { [`${name}.p0`]: "p" },
      ...[...before, update, ...after].map(equations),
      { [name]: "p", g: GRADIENT, p: START },
    ],
  };
}

import { checkSpec } from "./check.ts";
import { type Configured, checkConfigured } from "./configured.ts";
import { isCallback, isRecord, OptimizerError, shown } from "./errors.ts";
import { knownOptions } from "./options.ts";
import { checkParameter, type Parameter, saidOf } from "./parameter.ts";
import { configured as checked, type Leaf } from "./rule.ts";
import { schedule } from "./schedule.ts";
import type { Equations, Hyper, HyperValue, Inputs, Macros, Range, RuleSpec, Slots } from "./spec.ts";

/** A rule as data: macros, which are code, by name only. */
export interface PlainRule {
  /** Absent from what was written before rules had ids. */
  readonly id?: string;
  readonly title: string;
  readonly paper: string;
  readonly hyper: Hyper;
  /** An end that is infinite is null: JSON has no infinity. */
  readonly ranges?: Readonly<Record<string, readonly [least: number | null, below: number | null]>>;
  /** By slot; see `Slot`. */
  readonly state: Slots;
  /** Equations in the order they run, `p` last. */
  readonly update: Equations;
  /** Its inputs besides the gradient. */
  readonly inputs?: Inputs;
  /** Equations that run before `update`, outermost transform first. */
  readonly before?: readonly Equations[];
  /** Equations that run after `update`, innermost transform first. */
  readonly after?: readonly Equations[];
  /** Phases of a round before `update`, by name. */
  readonly phases?: Readonly<Record<string, Equations>>;
  /** The parameter to evaluate with. */
  readonly readout?: { readonly p: string };
  /** The meaning of its rows and columns. */
  readonly layout?: NonNullable<RuleSpec["layout"]>;
  /** The parameters that it accepts. */
  readonly needs?: NonNullable<RuleSpec["needs"]>;
  /** The blocks of rows that its equations see as tensors. */
  readonly blocks?: NonNullable<RuleSpec["blocks"]>;
  /** Names of macros, whose code `fromPlain` must be given. */
  readonly macros?: readonly string[];
}

/**
 * A configuration as JSON, for a model file or a message to a worker. Functions have been replaced by their answers for
 * given parameters.
 */
export type Plain =
  | {
      readonly kind: "rule";
      readonly rule: PlainRule;
      readonly hyper: Readonly<Record<string, number | { readonly schedule: string }>>;
      /** The parameters that decay, where a function says so. */
      readonly decays?: readonly string[];
    }
  | { readonly kind: "frozen" }
  | {
      readonly kind: "partition";
      readonly groups: Readonly<Record<string, Plain>>;
      /** The label of every parameter. */
      readonly labels: Readonly<Record<string, string>>;
    };

/**
 * A configuration as data. A rule is already data, and so is a schedule that has text; partitions and `decays` are evaluated
 * for each parameter. Throws an OptimizerError that names a schedule without text.
 */
export function toPlain(configured: Configured, parameters: readonly Parameter[]): Plain {
  checkConfigured(configured, "toPlain");
  if (!Array.isArray(parameters))
    throw new OptimizerError(`\`toPlain\` takes a list of parameters; got ${shown(parameters)}.`);
  for (const parameter of parameters) checkParameter(parameter);
  return plainOf(configured, parameters);
}

function plainOf(configured: Configured, parameters: readonly Parameter[]): Plain {
  if (configured.kind === "frozen") return { kind: "frozen" };
  if (configured.kind === "partition") {
    const labels = parameters.map((p) => [p.name, configured.labels(p)[0] ?? ""] as const);
    const groups = Object.entries(configured.groups).map(
      ([label, c]) =>
        [
          label,
          plainOf(
            c,
            parameters.filter((_, i) => labels[i]![1] === label),
          ),
        ] as const, // one label each
    );
    return { kind: "partition", groups: Object.fromEntries(groups), labels: Object.fromEntries(labels) };
  }
  const { rule, decays } = configured;
  const macros = Object.keys(rule.macros ?? {});
  return {
    kind: "rule",
    rule: {
      id: rule.id,
      title: rule.title,
      paper: rule.paper,
      hyper: rule.hyper,
      ...(rule.ranges ? { ranges: mapValues(rule.ranges, (range) => [ended(range[0]), ended(range[1])]) } : {}),
      state: rule.state,
      update: rule.update,
      ...(rule.inputs ? { inputs: rule.inputs } : {}),
      ...(rule.before ? { before: rule.before } : {}),
      ...(rule.after ? { after: rule.after } : {}),
      ...(rule.phases ? { phases: rule.phases } : {}),
      ...(rule.readout ? { readout: rule.readout } : {}),
      ...(rule.layout ? { layout: rule.layout } : {}),
      ...(rule.needs ? { needs: rule.needs } : {}),
      ...(rule.blocks ? { blocks: rule.blocks } : {}),
      ...(macros.length > 0 ? { macros } : {}),
    },
    hyper: Object.fromEntries(Object.entries(configured.hyper).map(([name, v]) => [name, plainValue(rule, name, v)])),
    ...(decays
      ? { decays: parameters.filter((p) => saidOf(`${rule.title}: decays`, p, decays(p))).map((p) => p.name) }
      : {}),
  };
}

function plainValue({ title }: RuleSpec, name: string, value: HyperValue): number | { schedule: string } {
  if (typeof value === "number") return value;
  if (value.text !== undefined) return { schedule: value.text };
  throw new OptimizerError(
    `${title}: the schedule of ${name} is a plain function, which cannot be saved. Write it as schedule("…") or with @descent/schedules.`,
  );
}

/** Extra input that a configuration read from data may need. */
export interface PlainOptions {
  /** The rules whose macros are needed: macros are code, which is not saved. */
  readonly rules?: Readonly<Record<string, { readonly macros?: Macros | undefined }>>;
  /** The name of today of a parameter, by the name that was saved. */
  readonly rename?: (name: string) => string;
}

/**
 * The configuration that `toPlain` wrote. Rules with macros must be given by their title; `rename` maps parameter names
 * where they have changed since. Throws an OptimizerError where the data do not make a configuration.
 */
export function fromPlain(plain: Plain, options: PlainOptions = {}): Configured {
  const { rules = {}, rename = (name: string) => name } = knownOptions("fromPlain", options, ["rules", "rename"]);
  if (!isRecord(rules)) throw new OptimizerError(`\`fromPlain\` takes rules by id; got ${shown(rules)}.`);
  if (!isCallback(rename))
    throw new OptimizerError(`\`fromPlain\`: rename is ${shown(rename)}. Give it (name) => the name of today.`);
  return read(plain, { rules, rename }, 0);
}

const damaged = (what: string, value: unknown): never => {
  throw new OptimizerError(`This is not an optimizer configuration: ${what} is ${shown(value)}.`);
};

function read(plain: Plain, options: Required<PlainOptions>, depth: number): Configured {
  const { rules, rename } = options;
  if (!isRecord(plain)) return damaged("it", plain);
  if (depth > 64)
    throw new OptimizerError("This is not an optimizer configuration: its groups are nested without end.");
  if (plain.kind === "frozen") return { kind: "frozen" };
  if (plain.kind === "partition") {
    if (!isRecord(plain.groups)) damaged("`groups`", plain.groups);
    if (!isRecord(plain.labels)) damaged("`labels`", plain.labels);
    const groups = Object.fromEntries(Object.entries(plain.groups).map(([l, c]) => [l, read(c, options, depth + 1)]));
    const labels = new Map(Object.entries(plain.labels).map(([name, label]) => [rename(name), label]));
    return {
      kind: "partition",
      groups,
      labels: ({ name }) => {
        const label = labels.get(name);
        return label === undefined ? [] : [label];
      },
    };
  }
  if (plain.kind !== "rule") return damaged("its `kind`", Reflect.get(plain, "kind"));
  if (!isRecord(plain.rule)) damaged("`rule`", plain.rule);
  if (!isRecord(plain.hyper)) damaged("`hyper`", plain.hyper);
  const { macros: names = [], ranges, ...saved } = plain.rule;
  if (typeof saved.title !== "string") damaged("its rule's `title`", saved.title);
  if (!isTexts(names)) damaged("its rule's `macros`", names);
  if (ranges !== undefined && !(isRecord(ranges) && Object.values(ranges).every(Array.isArray)))
    damaged("its rule's `ranges`", ranges);
  if (plain.decays !== undefined && !isTexts(plain.decays)) damaged("`decays`", plain.decays);
  const rest = {
    ...saved,
    id: saved.id ?? idOf(saved.title),
    ...(ranges
      ? { ranges: mapValues(ranges, ([least, below]): Range => [least ?? -Infinity, below ?? Infinity]) }
      : {}),
  };
  const macros = Object.hasOwn(rules, rest.title) ? rules[rest.title]!.macros : undefined;
  const missing = names.filter((name) => !macros || !Object.hasOwn(macros, name));
  if (missing.length > 0)
    throw new OptimizerError(
      `${rest.title} needs its macros ${missing.join(", ")}, which are code and were not saved. Hand the rule over under its title.`,
    );
  const spec: RuleSpec = names.length > 0 ? { ...rest, macros } : rest;
  checkSpec(spec);
  const hyper = Object.entries(plain.hyper).map(([name, v]) => [name, isRecord(v) ? schedule(v.schedule) : v] as const);
  const leaf: Leaf = checked(spec, Object.fromEntries(hyper));
  if (!plain.decays) return leaf;
  const decaying = new Set(plain.decays.map(rename));
  return { ...leaf, decays: ({ name }) => decaying.has(name) };
}

/** The ids of rules whose titles do not give them. */
const untitled: Readonly<Record<string, string>> = {
  "Centered RMSProp": "rmsprop-centered",
  "Centered RMSProp with momentum": "rmsprop-centered-momentum",
  "RMSProp with momentum": "rmsprop-momentum",
};

/** The id of a rule that was saved by its title alone. */
const idOf = (title: string): string =>
  Object.hasOwn(untitled, title)
    ? untitled[title]!
    : title
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, "-")
        .replaceAll(/^-|-$/g, "");

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

const ended = (end: number): number | null => (Number.isFinite(end) ? end : null);

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));

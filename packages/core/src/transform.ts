import { everyBlock, phasesOf } from "./blocks.ts";
import { checkEquations, checkId, refuseFields } from "./check.ts";
import { type Configured, checkConfigured } from "./configured.ts";
import { isRecord, list, OptimizerError, shown } from "./errors.ts";
import { mapLeaves } from "./groups.ts";
import { checkHyper, checkNumber } from "./hyper.ts";
import { meant } from "./options.ts";
import { namesIn, renamed } from "./parse.ts";
import { type DefaultsTo, exportName, type Leaf } from "./rule.ts";
import { hasMatrices } from "./shapes.ts";
import type { Equations, Hyper, HyperValue, Inputs, Range, Ranges, RuleSpec, Slots } from "./spec.ts";
import type { Builtin, Checked } from "./symbols.ts";
import { checkMeaning } from "./trace/meaning.ts";
import { trace, variesBySize } from "./trace/trace.ts";

/** A transform of any rule, as data. All that it names is its own: the state `m` of `ema` is saved as `ema.m`. */
export interface TransformText<
  H extends Hyper,
  S extends Slots,
  I extends Inputs,
  B extends Equations,
  A extends Equations,
> {
  /** Kebab case; what it brings carries this name in saved state, for ever. */
  readonly id: string;
  /** For people; default the id. */
  readonly title?: string | undefined;
  /** Its address, where there is one. */
  readonly paper?: string | undefined;
  /** Defaults of its options; every one may be given as a schedule. */
  readonly hyper: H;
  /** The values that its options may have: at least the first, less than the second. */
  readonly ranges?: { readonly [K in keyof H]?: Range } | undefined;
  /** By slot; see `Slot`. */
  readonly state?: S | undefined;
  /** Its inputs besides the gradient. */
  readonly inputs?: I | undefined;
  /** Equations run before the rule's. */
  readonly before?: Checked<B, (keyof H | keyof S | keyof I | Builtin) & string> | undefined;
  /** Equations run after the rule's: `p` is what the rule made of `p0`. */
  readonly after?: Checked<A, (keyof H | keyof S | keyof I | keyof B | Builtin) & string> | undefined;
  /** The steps in which the rule, and `after`, run at all. */
  readonly when?: string | undefined;
  /** The rule's own count of updates, where `when` leaves some out: what its equations have for `t`. */
  readonly t?: string | undefined;
  /** Refused where the rule has another; see RuleSpec. */
  readonly layout?: RuleSpec["layout"];
  /** Phases of a round that come before the rule's own, by name. */
  readonly phases?: Readonly<Record<string, Equations>> | undefined;
  /** The parameter to evaluate with. */
  readonly readout?: { readonly p: string } | undefined;
}

/** Options of a transform by name; what is left out has its default. */
export type TransformOptions<H extends Hyper> = { readonly [K in keyof H]?: DefaultsTo<H[K]> | undefined };

/** Changes every rule of a configuration. It carries its own description. */
export interface Transform<H extends Hyper = Hyper> extends PlainTransform {
  (configured: Configured, options?: TransformOptions<H>): Configured;
  /** Its options, with their defaults. */
  readonly hyper: H;
}

/** Whether a value is a transform from `transform`, ready to be put around a rule: exports of a package may be anything. */
export const isTransform = (value: unknown): value is Transform =>
  typeof value === "function" && !("update" in value) && "id" in value && "hyper" in value && isRecord(value.hyper);

/**
 * A transform of any rule, from equations that run before and after the rule's own. Its options and state are prefixed by
 * its name (`opt.set({ "ema.decay": 0.99 })`), so that they clash with no others; transforms nest.
 */
export function transform<
  const H extends Hyper,
  const S extends Slots = Record<never, never>,
  const I extends Inputs = Record<never, never>,
  const B extends Equations = Record<never, never>,
  const A extends Equations = Record<never, never>,
>(text: TransformText<H, S, I, B, A>): Transform<H> {
  check(text);
  const plain = text as unknown as PlainTransform; // Checked<B> is B once it compiles
  const name = exportName(text.id);
  const around = (configured: Configured, options: TransformOptions<H> = {}): Configured => {
    checkConfigured(configured, name);
    const values = valuesOf(name, plain, options);
    return mapLeaves(configured, (leaf) => wrap(leaf, name, plain, values));
  };
  return Object.assign(around, plain, { hyper: text.hyper });
}

/** Throws unless `text` describes a transform; what its equations say is known when it meets a rule. */
function check(text: unknown): void {
  if (!isRecord(text))
    throw new OptimizerError(
      `\`transform\` takes a description: transform({ id, hyper, state, before, after }); got ${shown(text)}.`,
    );
  checkId(text.id);
  const where = `The transform \`${text.id}\``;
  const {
    hyper,
    ranges = {},
    state = {},
    inputs = {},
    before = {},
    after = {},
    phases = {},
    when,
    t,
    readout = {},
  } = text;
  refuseFields(where, text, FIELDS);
  const parts = { hyper, ranges, state, inputs, phases };
  for (const [part, value] of Object.entries(parts))
    if (!isRecord(value)) throw new OptimizerError(`${where}: \`${part}\` must be an object; got ${shown(value)}.`);
  for (const [option, value] of Object.entries(parts.hyper as Record<string, unknown>)) // checked above
    checkNumber({ title: where }, option, value, " by default");
  for (const equations of [before, after, readout, ...Object.values(phases as Record<string, unknown>)])
    checkEquations(where, equations);
  if (when !== undefined && typeof when !== "string")
    throw new OptimizerError(`${where}: \`when\` must be a condition as text, "t % 2 == 0"; got ${shown(when)}.`);
  if (t !== undefined && typeof t !== "string")
    throw new OptimizerError(`${where}: \`t\` must be a count as text, "t / every"; got ${shown(t)}.`);
}

/** All parts of a transform. */
const FIELDS = [
  ...["id", "title", "paper", "hyper", "ranges", "state", "inputs"],
  ...["before", "after", "phases", "when", "t", "layout", "readout"],
];

/** A transform whose equations compile. */
interface PlainTransform
  extends Omit<TransformText<Hyper, Slots, Inputs, Equations, Equations>, "before" | "after" | "ranges"> {
  readonly ranges?: Ranges | undefined;
  readonly before?: Equations | undefined;
  readonly after?: Equations | undefined;
}

function valuesOf(name: string, { hyper, ranges }: PlainTransform, options: unknown): Record<string, HyperValue> {
  if (!isRecord(options))
    throw new OptimizerError(
      `\`${name}\` takes its options by name: { ${Object.keys(hyper).join(", ")} }; got ${shown(options)}.`,
    );
  const values: Record<string, HyperValue> = { ...hyper };
  const names = Object.keys(hyper);
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(hyper, option))
      throw new OptimizerError(
        `\`${name}\` has no option \`${option}\`; it takes ${list(names)}.${meant(option, names)}`,
      );
    if (value === undefined) continue;
    checkHyper({ title: name, ranges }, option, value);
    values[option] = value;
  }
  return values;
}

/** Whether an equation reads one of these names, other than the gradient, which every equation may. */
const reads = (source: string, names: readonly string[]): boolean =>
  namesIn(source).some((name) => name !== "g" && names.includes(name));

/** Whether rows and columns mean anything to a rule. */
const hasRows = (rule: RuleSpec): boolean => variesBySize(rule) || hasMatrices(trace(rule));

const SHARED: ReadonlySet<string> = new Set(["p", "g", "t", "when"]);

function wrap(leaf: Leaf, name: string, text: PlainTransform, values: Readonly<Record<string, HyperValue>>): Leaf {
  const { rule } = leaf;
  const { hyper, ranges = {}, state = {}, inputs, before = {}, after = {}, phases, when, layout, readout } = text;
  const refuse = (why: string): never => {
    throw new OptimizerError(`${name}: ${rule.title} ${why}`);
  };
  const locals = everyBlock({ phases, before: [before], update: after }).flatMap(({ lines }) => lines.map(([n]) => n));
  const mine = new Map<string, string>();
  for (const own of [...Object.keys(hyper), ...Object.keys(state), ...locals, "p0"])
    if (!SHARED.has(own)) mine.set(own, `${name}.${own}`);
  const of = <V>(record: Readonly<Record<string, V>>): Record<string, V> =>
    Object.fromEntries(Object.entries(record).map(([own, value]) => [mine.get(own) ?? own, value]));
  const read = (source: string): string => renamed(source, mine);
  const equations = (all: Equations): Equations =>
    Object.fromEntries(Object.entries(of(all)).map(([own, source]) => [own, read(source)]));
  if (
    Object.keys(of(hyper)).some((own) => Object.hasOwn(rule.hyper, own)) ||
    Object.keys(of(state)).some((own) => Object.hasOwn(rule.state, own))
  )
    refuse(`is wrapped in \`${name}\` already. Leave out one.`);
  if (layout && rule.layout && layout.join() !== rule.layout.join()) refuse("has its rows where it needs columns.");
  if (layout && !rule.layout && hasRows(rule)) refuse("has rows without saying of what. Give it a `layout`.");
  if (phases && phasesOf(rule).length > 1)
    refuse("has phases of its own, and a round can have those of one rule only. Leave out one of the two.");
  if (when !== undefined && phasesOf(rule).length > 1)
    refuse("has phases, which cannot be left out now and then. Put the phases outside.");
  if (readout && rule.readout)
    refuse("has a readout of its own, and a model is evaluated at one. Leave out one of the two.");
  for (const input of Object.keys(inputs ?? {}))
    if (Object.hasOwn(rule.inputs ?? {}, input) && rule.inputs![input] !== inputs![input])
      refuse(`takes \`${input}\` otherwise.`);
  const on = `${name}.on`;
  const guard = (all: Equations): Equations =>
    when === undefined ? all : { ...all, when: all.when === undefined ? on : `${on} && (${all.when})` };
  const clock = new Map(text.t === undefined ? [] : [["t", `(${read(text.t)})`]]);
  const inner = [...(rule.before ?? []), rule.update, ...(rule.after ?? [])];
  /**
   * The rule's own equations, by its own count, in the steps in which it runs. A guard hides the names that a block gives from the
   * others, so one that only gives names which they read is left open: it changes nothing.
   */
  const guarded = (all: Equations): Equations => {
    const own = Object.fromEntries(Object.entries(all).map(([name, source]) => [name, renamed(source, clock)]));
    const gives = Object.keys(all).filter((name) => name !== "when");
    const changes = gives.some((name) => name === "p" || Object.hasOwn(rule.state, name));
    const read = inner.some((other) => other !== all && Object.values(other).some((source) => reads(source, gives)));
    return all.when === undefined && !changes && read ? own : guard(own);
  };
  const start = { [`${name}.p0`]: "p" };
  const wrapped: RuleSpec = {
    ...rule,
    hyper: { ...rule.hyper, ...of(hyper) },
    ranges: { ...rule.ranges, ...of(ranges) },
    state: {
      ...rule.state,
      ...Object.fromEntries(
        Object.entries(of(state)).map(([own, slot]) => [
          own,
          typeof slot === "string"
            ? (mine.get(slot) ?? slot)
            : typeof slot === "object" && typeof slot.init === "string"
              ? { ...slot, init: mine.get(slot.init) ?? slot.init }
              : slot,
        ]),
      ),
    },
    ...(inputs || rule.inputs ? { inputs: { ...rule.inputs, ...inputs } } : {}),
    before: [
      ...(when === undefined ? [] : [{ [on]: read(when) }]),
      ...(Object.keys(before).length > 0 ? [equations(before)] : []),
      start,
      ...(rule.before ?? []).map(guarded),
    ],
    update: guarded(rule.update),
    after: [...(rule.after ?? []).map(guarded), ...(Object.keys(after).length > 0 ? [guard(equations(after))] : [])],
    ...(layout ? { layout } : {}),
    ...(rule.readout ? { readout: { p: renamed(rule.readout.p, clock) } } : {}),
    ...(phases
      ? { phases: Object.fromEntries(Object.entries(phases).map(([phase, all]) => [phase, equations(all)])) }
      : {}),
    ...(readout ? { readout: { p: read(readout.p) } } : {}),
  };
  checkMeaning(wrapped);
  return { ...leaf, rule: wrapped, hyper: { ...leaf.hyper, ...of(values) } };
}

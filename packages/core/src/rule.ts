import { checkDefaults, checkSpec } from "./check.ts";
import { isCallback, isRecord, OptimizerError, shown, takes } from "./errors.ts";
import { checkHyper, type SharedOptions } from "./hyper.ts";
import { meant } from "./options.ts";
import type { Parameter } from "./parameter.ts";
import {
  type Equations,
  fixedOptions,
  type Hyper,
  type HyperValue,
  type Inputs,
  type Macros,
  origin,
  type Range,
  type RuleSpec,
  type Slots,
} from "./spec.ts";
import type { Builtin, Checked } from "./symbols.ts";
import { checkMeaning } from "./trace/meaning.ts";

/** A number or a schedule. Editors show the default that an option has when it is left out. */
export type DefaultsTo<Default extends number> = HyperValue | Default;

/** Options by name: each a number, or a schedule. What is left out has the rule's default. */
export type Options<H extends Hyper> = {
  readonly [K in keyof SharedOptions as Extract<K, keyof H>]?: DefaultsTo<H[K]> | undefined;
} & { readonly [K in keyof H as Exclude<K, keyof SharedOptions>]?: DefaultsTo<H[K]> | undefined } & {
  /** Which parameters weight decay acts on; by default all but biases and normalisation scales. */
  readonly decays?: ((parameter: Parameter) => boolean) | undefined;
};

/** An update rule: its description, and a function from options to what an optimizer is configured with. */
export interface Rule<
  H extends Hyper = Hyper,
  S extends Slots = Slots,
  U extends Equations = Equations,
  M extends Macros = Macros,
  I extends Inputs = Inputs,
> extends RuleSpec<H, S, U, M, I> {
  (options?: Options<H>): Leaf;
}

/** A rule with its options: one leaf of what an optimizer is configured with. */
export interface Leaf {
  readonly kind: "rule";
  /** The equations, with those of transforms around them. */
  readonly rule: RuleSpec;
  /** Every option, those left out with their defaults. */
  readonly hyper: Readonly<Record<string, HyperValue>>;
  /** Which parameters decay; by default all but biases and norms. */
  readonly decays?: ((parameter: Parameter) => boolean) | undefined;
}

/** A rule as it is written down: a spec whose equations the compiler has checked. */
export interface RuleText<H extends Hyper, S extends Slots, U extends Equations, M extends Macros, I extends Inputs>
  extends Omit<RuleSpec<H, S, U, M, I>, "update" | "ranges" | typeof origin> {
  readonly ranges?: { readonly [K in keyof H]?: Range } | undefined;
  readonly update: Checked<U, (keyof H | keyof S | keyof M | keyof I | Builtin) & string>;
}

/**
 * An update rule from the equations of its paper. Before its own line a state symbol is last step's value, after it
 * this step's; `p` is the parameter, `g` its gradient, `t` counts this parameter's updates from 1. A misspelt symbol is
 * a compile error at its equation.
 */
export function rule<
  const H extends Hyper,
  const S extends Slots,
  const U extends Equations,
  const M extends Macros = Record<never, never>,
  const I extends Inputs = Record<never, never>,
>(spec: RuleText<H, S, U, M, I>): Rule<H, S, U, M, I> {
  const plain = spec as unknown as RuleSpec<H, S, U, M, I>; // Checked<U> is U once it compiles
  checkSpec(plain);
  checkDefaults(plain);
  checkVariant(plain);
  checkMeaning(plain);
  const configure = (...given: [options?: Options<H>]): Leaf => {
    const [options = {}] = given;
    if (given.length > 1 || !isRecord(options)) throw misgiven(plain, given);
    return configured(plain, options);
  };
  return Object.assign(configure, plain, { [origin]: plain });
}

/** Whether a value is a rule, ready to be called: exports of a package may be anything. */
export const isRule = (value: unknown): value is Rule =>
  typeof value === "function" &&
  "id" in value &&
  typeof value.id === "string" &&
  ["hyper", "state", "update"].every((part) => typeof Reflect.get(value, part) === "object");

/** A variant that steps otherwise than the rule it spreads, under that rule's id, would load the other's state. */
function checkVariant(spec: RuleSpec): void {
  const parent = spec[origin];
  if (!parent || parent.id !== spec.id) return;
  const method = ({ state, inputs, phases, before, update, after, readout }: RuleSpec): string =>
    JSON.stringify([state, inputs, phases, before, update, after, readout]);
  const macros = ({ macros = {} }: RuleSpec): unknown[] => Object.entries(macros).flat();
  const [mine, theirs] = [macros(spec), macros(parent)];
  if (method(spec) !== method(parent) || mine.length !== theirs.length || mine.some((x, i) => x !== theirs[i]))
    throw new OptimizerError(
      `${spec.title} changes the equations of ${parent.title} and has its id, \`${spec.id}\`. Give it an \`id\` of its own.`,
    );
}

/** Options as other libraries take them, one after the other: refused with the call that was meant. */
function misgiven({ id, title, hyper }: RuleSpec, given: readonly unknown[]): OptimizerError {
  const name = exportName(id);
  const names = Object.keys(hyper);
  const pairs = given.flatMap((value, i) =>
    names[i] !== undefined && typeof value === "number" ? [`${names[i]}: ${value}`] : [],
  );
  const call = pairs.length > 0 ? pairs.join(", ") : `${names[0] ?? "lr"}: ${hyper[names[0] ?? ""] ?? 0.01}`;
  return new OptimizerError(
    `${title} takes its options by name: ${name}({ ${call} }); got ${given.map(shown).join(" and ")}.`,
  );
}

/** `rmsprop-centered` → `rmspropCentered`: what a rule is exported as. */
export const exportName = (id: string): string =>
  id.replace(/^.*\//, "").replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A rule's options checked against what it takes. */
export function configured(spec: RuleSpec, options: Readonly<Record<string, unknown>>): Leaf {
  takes("configured", "a rule", spec, (isRecord(spec) || isRule(spec)) && isRecord(spec.hyper));
  takes("configured", "options by name", options, isRecord(options));
  const { decays, ...given } = options;
  const hyper: Record<string, HyperValue> = { ...spec.hyper };
  const names = Object.keys(spec.hyper);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(hyper, name))
      throw new OptimizerError(
        `${spec.title} has no option \`${name}\`; it takes ${names.join(", ")}.${meant(name, names)}`,
      );
    if (value === undefined) continue;
    checkHyper(spec, name, value);
    if (typeof value !== "number" && fixedOptions(spec).includes(name))
      throw new OptimizerError(
        `${spec.title}: \`${name}\` sizes its state, which cannot change with a schedule. Give it a number.`,
      );
    hyper[name] = value;
  }
  checkDecays(spec.title, decays);
  return { kind: "rule", rule: spec, hyper, ...(decays ? { decays } : {}) };
}

/** Throws if `decays` is given and cannot say of a parameter whether it decays. */
export function checkDecays(where: string, decays: unknown): asserts decays is Leaf["decays"] {
  if (decays !== undefined && !isCallback(decays))
    throw new OptimizerError(`${where}: decays is ${shown(decays)}. Give it (parameter) => true or false.`);
}

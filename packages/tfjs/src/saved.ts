import { type Configured, type HyperValue, OptimizerError, type Parameter, type StateDict } from "@descent/core";
import { decaysByRole, fromPlain, type Leaf, list, type Plain, type RuleSpec, toPlain } from "@descent/core/adapter";

type Overrides = ReadonlyMap<string, Readonly<Record<string, HyperValue>>>;

/** The rules of what an optimizer is configured with, by group, nested labels joined by `/` as core joins them. */
export function leaves(configured: Configured, path: readonly string[] = []): Map<string, Leaf> {
  if (configured.kind === "frozen") return new Map();
  if (configured.kind === "rule") return new Map([[path.join("/"), configured]]);
  return new Map(Object.entries(configured.groups).flatMap(([label, c]) => [...leaves(c, [...path, label])]));
}

/** Every leaf changed, told the label of its group. */
function mapLabelled(
  configured: Configured,
  change: (leaf: Leaf, label: string) => Leaf,
  path: readonly string[] = [],
): Configured {
  if (configured.kind === "frozen") return configured;
  if (configured.kind === "rule") return change(configured, path.join("/"));
  const { labels } = configured;
  const groups = Object.entries(configured.groups).map(([l, c]) => [l, mapLabelled(c, change, [...path, l])] as const);
  return { kind: "partition", groups: Object.fromEntries(groups), labels };
}

interface SavedConfig {
  readonly version: 1;
  readonly configured: Plain;
  /** Every parameter there was, frozen ones too, in its order. */
  readonly names: readonly string[];
}

/**
 * An optimizer as JSON. tfjs turns `a_b` into `aB` in every string of a configuration, so each `_` is written as its
 * escape, which JSON reads back. Throws where a hyper-parameter is a function without text. Where `roles` did not come
 * from names, which parameters decay is written out, since a file does not hold who said so.
 */
export function writeConfig(
  configured: Configured,
  overrides: Overrides,
  parameters: readonly Parameter[],
  { roles }: { readonly roles: "named" | "described" },
): string {
  const now = mapLabelled(configured, (leaf, label) => ({
    ...leaf,
    hyper: { ...leaf.hyper, ...overrides.get(label) },
    ...(roles === "described" && { decays: leaf.decays ?? decaysByRole }),
  }));
  const config: SavedConfig = {
    version: 1,
    configured: toPlain(now, parameters),
    names: parameters.map(({ name }) => name),
  };
  return JSON.stringify(config).replaceAll("_", "\\u005f");
}

/** What a saved optimizer was, and the map from current names to its own that its configuration looks parameters up in. */
export interface Restored {
  readonly configured: Configured;
  readonly names: readonly string[];
  readonly bound: Map<string, string>;
}

/** Reads what `writeConfig` wrote. `rules` supplies macros, which are code and in no file. */
export function readConfig(text: unknown, rules: Readonly<Record<string, RuleSpec>>): Restored {
  if (typeof text !== "string")
    throw new OptimizerError("This configuration is not one of a Descent optimizer: its entry `descent` is missing.");
  const config = JSON.parse(text) as SavedConfig; // written by writeConfig, whose version is checked next
  if (config.version !== 1)
    throw new OptimizerError(
      `The optimizer was saved in version ${String(config.version)}, and this release reads version 1. Load it with the release that wrote it.`,
    );
  checkMacros(config.configured, rules);
  const bound = new Map<string, string>();
  const configured = byOldName(fromPlain(config.configured, { rules }), bound, new Set(config.names));
  return { configured, names: config.names, bound };
}

function checkMacros(plain: Plain, rules: Readonly<Record<string, RuleSpec>>): void {
  if (plain.kind === "partition") for (const group of Object.values(plain.groups)) checkMacros(group, rules);
  if (plain.kind !== "rule" || !plain.rule.macros || Object.hasOwn(rules, plain.rule.title)) return;
  throw new OptimizerError(
    `The saved optimizer ${plain.rule.title} uses ${list(plain.rule.macros)}, which is code and not in the file. Hand its rule to registerAll(tf, { rules: [… ] }) before loading.`,
  );
}

/** The functions of a configuration read from a file know parameters by the names they had in it. */
function byOldName(configured: Configured, bound: ReadonlyMap<string, string>, names: ReadonlySet<string>): Configured {
  const old = (p: Parameter, what: string): Parameter => {
    const name = bound.get(p.name) ?? p.name;
    if (names.has(name)) return { ...p, name };
    throw new OptimizerError(
      `\`${p.name}\` was not trained when the model was saved, and a function chose ${what}, which a file cannot hold. Make the optimizer anew, load \`await model.optimizer.state()\` into it and compile with it.`,
    );
  };
  const { kind } = configured;
  if (kind === "frozen") return configured;
  if (kind === "rule") {
    const { decays } = configured;
    return decays ? { ...configured, decays: (p) => decays(old(p, "which parameters decay")) } : configured;
  }
  const groups = Object.entries(configured.groups).map(([label, c]) => [label, byOldName(c, bound, names)] as const);
  const labels = (p: Parameter): readonly string[] => configured.labels(old(p, "the group of each parameter"));
  return { kind, groups: Object.fromEntries(groups), labels };
}

/** A variable that has turned up. */
export interface Fresh {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Which saved parameter each variable is. Loading a model beside another of the same names gives its variables new
 * ones, so names are compared as they are, then without the number tfjs appends, then by position; shapes must agree.
 */
export function bind(
  saved: readonly string[],
  shapes: (name: string) => readonly number[] | undefined,
  fresh: readonly Fresh[],
): Map<string, string> {
  const pairs = new Map<string, string>();
  const left = new Set(saved);
  let open = [...fresh];
  const pair = (key: (name: string) => string): void => {
    const byKey = (names: Iterable<string>): Map<string, string[]> => {
      const groups = new Map<string, string[]>();
      for (const name of names) groups.set(key(name), [...(groups.get(key(name)) ?? []), name]);
      return groups;
    };
    const theirs = byKey(left);
    for (const [k, ours] of byKey(open.map(({ name }) => name))) {
      const same = theirs.get(k);
      if (same?.length !== ours.length) continue;
      for (const [i, name] of ours.entries()) {
        pairs.set(name, same[i]!);
        left.delete(same[i]!);
      }
    }
    open = open.filter(({ name }) => !pairs.has(name));
  };
  pair((name) => name);
  pair((name) => name.replace(/_\d+$/, ""));
  if (open.length > 0 && open.length === left.size) {
    const rest = [...left];
    for (const [i, { name }] of open.entries()) pairs.set(name, rest[i]!);
  } else if (open.length > 0 && left.size > 0)
    throw new OptimizerError(
      `The saved optimizer state has ${list([...left])}, and the model trains ${list(open.map((f) => f.name))}: they cannot be matched by name or number. Load the model that was saved.`,
    );
  for (const { name, shape } of fresh) {
    const from = pairs.get(name);
    const was = from === undefined ? undefined : shapes(from);
    if (was && was.join() !== shape.join())
      throw new OptimizerError(
        `\`${name}\` has shape [${shape}], and its saved state, \`${from}\`, [${was}]. Load the model that was saved.`,
      );
  }
  return pairs;
}

/** The part of a state that belongs to these parameters, under their current names. */
export function renamed(state: StateDict, names: ReadonlyMap<string, string>, step: number): StateDict {
  const parameters: Record<string, StateDict["meta"]["parameters"][string]> = {};
  const tensors: Record<string, StateDict["tensors"][string]> = {};
  for (const [now, then] of names) {
    const found = state.meta.parameters[then];
    if (!found) continue; // frozen
    parameters[now] = found;
    for (const [key, tensor] of Object.entries(state.tensors))
      if (key.endsWith(`/${then}`) && !key.slice(0, -then.length - 1).includes("/"))
        tensors[`${key.slice(0, -then.length)}${now}`] = tensor;
  }
  return { meta: { ...state.meta, step, parameters }, tensors };
}

/** JSON as the elements of an int32 tensor, one byte each: the only way to put text among a model's weights. */
export const textToNumbers = (text: string): Int32Array => Int32Array.from(new TextEncoder().encode(text));
export const numbersToText = (numbers: ArrayLike<number>): string => new TextDecoder().decode(Uint8Array.from(numbers));

import {
  type Configured,
  configured as configure,
  decaysByRole,
  type Equations,
  type HyperValue,
  type Leaf,
  list,
  type Macros,
  OptimizerError,
  type Parameter,
  type RuleSpec,
  type Slots,
  type StateDict,
  schedule,
} from "@descent/core";

/** The rules of what an optimizer is configured with, by group, nested labels joined by `/` as core joins them. */
export function leaves(configured: Configured, path: readonly string[] = []): Map<string, Leaf> {
  if (configured.kind === "frozen") return new Map();
  if (configured.kind === "rule") return new Map([[path.join("/"), configured]]);
  return new Map(Object.entries(configured.groups).flatMap(([label, c]) => [...leaves(c, [...path, label])]));
}

/** A parameter as a file knows it: its group and mask are kept, because what chose them was a function. */
export interface SavedParameter {
  readonly name: string;
  /** Nothing if it was frozen. */
  readonly group: string | null;
  readonly decays: boolean;
}

interface SavedRule {
  readonly title: string;
  readonly paper: string;
  readonly hyper: Readonly<Record<string, number>>;
  readonly state: Slots;
  readonly macros?: readonly string[] | undefined;
  readonly before?: readonly Equations[] | undefined;
  readonly update: Equations;
  readonly values: Readonly<Record<string, number | { readonly schedule: string }>>;
  /** Whether a function chose which parameters decay. */
  readonly masked: boolean;
}

interface SavedConfig {
  readonly version: 1;
  readonly groups: Readonly<Record<string, SavedRule>>;
  readonly parameters: readonly SavedParameter[];
}

/**
 * An optimizer as JSON. tfjs turns `a_b` into `aB` in every string of a configuration, so each `_` is written as its
 * escape, which JSON reads back. Throws where a hyper-parameter is a function without text.
 */
export function writeConfig(
  groups: ReadonlyMap<string, Leaf>,
  hyper: (label: string) => Readonly<Record<string, HyperValue>>,
  parameters: readonly SavedParameter[],
): string {
  const config: SavedConfig = {
    version: 1,
    groups: Object.fromEntries(
      [...groups].map(([label, { rule, decays }]) => [label, writeRule(rule, hyper(label), decays !== undefined)]),
    ),
    parameters,
  };
  return JSON.stringify(config).replaceAll("_", "\\u005f");
}

function writeRule(rule: RuleSpec, hyper: Readonly<Record<string, HyperValue>>, masked: boolean): SavedRule {
  const values: Record<string, number | { schedule: string }> = {};
  for (const [name, value] of Object.entries(hyper)) {
    if (typeof value === "number") values[name] = value;
    else if (value.text !== undefined) values[name] = { schedule: value.text };
    else
      throw new OptimizerError(
        `${rule.title}: ${name} is a function, which a model file cannot hold. Write it as schedule("…") from @descent/core, or save the model without its optimizer.`,
      );
  }
  const { title, paper, state, before, update } = rule;
  const macros = Object.keys(rule.macros ?? {});
  return {
    title,
    paper,
    hyper: rule.hyper,
    state,
    ...(macros.length > 0 && { macros }),
    ...(before && { before }),
    update,
    values,
    masked,
  };
}

/** What `readConfig` makes: the optimizer's configuration, which asks `bound` who a parameter was in the file. */
export interface Restored {
  readonly configured: Configured;
  readonly parameters: readonly SavedParameter[];
  /** Current names to the parameters of the file; filled as variables turn up. */
  readonly bound: Map<string, SavedParameter>;
}

/** Reads what `writeConfig` wrote. `rules` supplies macros, which are code and in no file. */
export function readConfig(text: unknown, rules: ReadonlyMap<string, RuleSpec>): Restored {
  if (typeof text !== "string")
    throw new OptimizerError("This configuration is not one of a Descent optimizer: its entry `descent` is missing.");
  const config = JSON.parse(text) as SavedConfig; // written by writeConfig, whose version is checked next
  if (config.version !== 1)
    throw new OptimizerError(
      `The optimizer was saved in version ${String(config.version)}, and this release reads version 1. Load it with the release that wrote it.`,
    );
  const bound = new Map<string, SavedParameter>();
  const labels = Object.keys(config.groups);
  const stranger = ({ name }: Parameter, what: string): never => {
    throw new OptimizerError(
      `\`${name}\` was not trained when the model was saved, and a function chose ${what}, which a file cannot hold. Make the optimizer anew, load \`await model.optimizer.state()\` into it and compile with it.`,
    );
  };
  const groups = Object.fromEntries(
    Object.entries(config.groups).map(([label, saved]) => {
      const mask = (p: Parameter): boolean =>
        bound.get(p.name)?.decays ?? (saved.masked ? stranger(p, "which parameters decay") : decaysByRole(p));
      return [label, configure(readRule(saved, rules), { ...readValues(saved), decays: mask })] as const;
    }),
  );
  const group = (p: Parameter): string => {
    const known = bound.get(p.name);
    if (known) return known.group ?? FROZEN;
    return labels.length === 1 && !config.parameters.some((q) => q.group === null)
      ? labels[0]!
      : stranger(p, "the group of each parameter");
  };
  const single = labels.length === 1 && labels[0] === "" ? groups[""] : undefined;
  const configured: Configured = single ?? {
    kind: "partition",
    groups: { ...groups, [FROZEN]: { kind: "frozen" } },
    labels: (p) => [group(p)],
  };
  return { configured, parameters: config.parameters, bound };
}

const FROZEN = "frozen parameters";

const readValues = ({ values }: SavedRule): Record<string, HyperValue> =>
  Object.fromEntries(
    Object.entries(values).map(([name, v]) => [name, typeof v === "number" ? v : schedule(v.schedule)]),
  );

function readRule(
  { title, paper, hyper, state, macros, before, update }: SavedRule,
  rules: ReadonlyMap<string, RuleSpec>,
): RuleSpec {
  const code: Macros | undefined = macros && rules.get(title)?.macros;
  const missing = (macros ?? []).filter((name) => !code || !Object.hasOwn(code, name));
  if (missing.length > 0)
    throw new OptimizerError(
      `The saved optimizer ${title} uses ${list(missing)}, which is code and not in the file. Hand its rule to registerAll(tf, { rules: [… ] }) before loading.`,
    );
  return { title, paper, hyper, state, update, ...(code && { macros: code }), ...(before && { before }) };
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
    const unique = (names: readonly string[]): Map<string, string> => {
      const by = new Map<string, string>();
      const twice = new Set<string>();
      for (const name of names) by.has(key(name)) ? twice.add(key(name)) : by.set(key(name), name);
      for (const k of twice) by.delete(k);
      return by;
    };
    const theirs = unique([...left]);
    const ours = unique(open.map(({ name }) => name));
    open = open.filter(({ name }) => {
      const match = ours.get(key(name)) === name ? theirs.get(key(name)) : undefined;
      if (match === undefined) return true;
      pairs.set(name, match);
      left.delete(match);
      return false;
    });
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

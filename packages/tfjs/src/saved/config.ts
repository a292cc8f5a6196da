import { type Configured, OptimizerError, type Parameter } from "@descent/core";
import {
  decaysByRole,
  fromPlain,
  type Group,
  type Leaf,
  list,
  type Plain,
  type RuleSpec,
  shown,
  toPlain,
} from "@descent/core/adapter";

/** The groups of a configuration, nested labels joined by `/` as core joins them, with hyper-parameters that can be set. */
export function groupsOf(configured: Configured, path: readonly string[] = []): Map<string, Group> {
  if (configured.kind === "frozen") return new Map();
  if (configured.kind === "rule") {
    const label = path.join("/");
    return new Map([[label, { label, leaf: configured, hyper: { ...configured.hyper } }]]);
  }
  return new Map(Object.entries(configured.groups).flatMap(([label, c]) => [...groupsOf(c, [...path, label])]));
}

/** The configuration with every leaf changed by a function of the leaf and its group's label. */
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
  /** Every parameter, frozen ones too, in the order they came. */
  readonly names: readonly string[];
}

/**
 * An optimizer as JSON. tfjs turns `a_b` into `aB` in every string of a configuration, so each `_` is written as its
 * escape, which JSON reads back. Throws where a hyper-parameter is a function without text. Where `roles` did not come
 * from names, the file lists which parameters decay, because it cannot hold the function that decided.
 */
export function writeConfig(
  configured: Configured,
  groups: ReadonlyMap<string, Group>,
  parameters: readonly Parameter[],
  { roles }: { readonly roles: "named" | "described" },
): string {
  const now = mapLabelled(configured, (leaf, label) => ({
    ...leaf,
    hyper: groups.get(label)!.hyper, // every leaf has a group
    ...(roles === "described" && { decays: leaf.decays ?? decaysByRole }),
  }));
  const config: SavedConfig = {
    version: 1,
    configured: toPlain(now, parameters),
    names: parameters.map(({ name }) => name),
  };
  return JSON.stringify(config).replaceAll("_", "\\u005f");
}

/** A saved optimizer's configuration and parameter names. The configuration looks parameters up in `bound`, from current names to saved ones. */
export interface Restored {
  readonly configured: Configured;
  readonly names: readonly string[];
  readonly bound: Map<string, string>;
}

/** Reads what `writeConfig` wrote. `rules` supplies macros, which are code and not in the file. */
export function readConfig(text: unknown, rules: Readonly<Record<string, RuleSpec>>): Restored {
  if (typeof text !== "string")
    throw new OptimizerError("This is not a Descent optimizer's configuration: its entry `descent` is missing.");
  let config: SavedConfig;
  try {
    config = JSON.parse(text) as SavedConfig; // written by writeConfig, whose version is checked next
  } catch (cause) {
    throw new OptimizerError("The saved optimizer configuration is not JSON. The model file is damaged.", { cause });
  }
  if (config?.version !== 1)
    throw new OptimizerError(
      `The optimizer was saved in version ${shown(config?.version)}, and this release reads version 1. Load it with the release that wrote it.`,
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
    `The saved optimizer ${plain.rule.title} uses ${list(plain.rule.macros)}, which is code and not in the file. Give its rule to registerAll(tf, { rules: [… ] }) before loading.`,
  );
}

/** Functions of a configuration that was read from a file know parameters by their names in that file. */
function byOldName(configured: Configured, bound: ReadonlyMap<string, string>, names: ReadonlySet<string>): Configured {
  const old = (p: Parameter, what: string): Parameter => {
    const name = bound.get(p.name) ?? p.name;
    if (names.has(name)) return { ...p, name };
    throw new OptimizerError(
      `\`${p.name}\` was not trained when the model was saved, and a function chose ${what}, which a file cannot hold. Make a new optimizer, load \`await model.optimizer.state()\` into it and compile with it.`,
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

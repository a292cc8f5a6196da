import { among, isRecord, OptimizerError, shown, suggestion, takes } from "../errors.ts";
import type { Env } from "../host.ts";
import { checkHyper, checkNumber } from "../hyper.ts";
import { meant } from "../options.ts";
import type { Leaf } from "../rule.ts";
import { fixedOptions, type HyperValue } from "../spec.ts";
import { mapValues } from "./maps.ts";

/** A rule with the parameters it steps, under the label that partitions gave it; its hyper-parameters can be set. */
export interface Group {
  /** `"encoder/decay"` for nested partitions; empty where nothing is partitioned. */
  readonly label: string;
  readonly leaf: Leaf;
  /** Options as they are now; a schedule where one was given. */
  hyper: Readonly<Record<string, HyperValue>>;
}

/** The hyper-parameters of a group for the update after `step` others. Throws if a schedule gives no number in range. */
export function hyperNow({ leaf, hyper }: Group, step: number): Env {
  if (isPlain(hyper)) return hyper;
  return mapValues(hyper, (value, name) => {
    if (typeof value === "number") return value;
    const now = value(step);
    checkNumber(leaf.rule, name, now, ` at step ${step}`);
    return now;
  });
}

/** Whether nothing in it is scheduled. */
function isPlain(hyper: Readonly<Record<string, HyperValue>>): hyper is Env {
  for (const name in hyper) if (typeof hyper[name] !== "number") return false;
  return true;
}

/** A hyper-parameter as it is saved: a number, or a schedule's text where it has one. */
export const plainHyper = (value: HyperValue): number | string =>
  typeof value === "number" ? value : (value.text ?? "(a function)");

/** Sets hyper-parameters in the group of this label, or in every group that has them. On an error none is set. */
export function setHyper(
  groups: ReadonlyMap<string, Group>,
  hyper: Readonly<Record<string, HyperValue>>,
  label: string | undefined,
): void {
  takes(
    "setHyper",
    "a Map of groups",
    groups,
    groups instanceof Map && [...groups.values()].every(({ hyper: h }) => isRecord(h)),
  );
  if (!isRecord(hyper))
    throw new OptimizerError(`Hyper-parameters are set by name: set({ lr: 1e-3 }); got ${shown(hyper)}.`);
  const labels = [...groups.keys()];
  const chosen = [...groups.values()].filter((g) => label === undefined || g.label === label);
  if (label !== undefined && chosen.length === 0)
    throw new OptimizerError(
      labels.includes("")
        ? `There is no group ${shown(label)}: all parameters have one rule. Leave the group out.`
        : `There is no group ${shown(label)}; ${among(labels)}.${typeof label === "string" ? suggestion(label, labels) : ""}`,
    );
  const changes: { readonly group: Group; readonly name: string; readonly value: HyperValue }[] = [];
  for (const [name, value] of Object.entries(hyper)) {
    const takers = chosen.filter((group) => Object.hasOwn(group.hyper, name));
    if (takers.length === 0) {
      const names = [...new Set(chosen.flatMap((group) => Object.keys(group.hyper)))];
      throw new OptimizerError(`There is no hyper-parameter \`${name}\` to set; ${among(names)}.${meant(name, names)}`);
    }
    for (const group of takers) {
      checkHyper(group.leaf.rule, name, value);
      if (value !== group.hyper[name] && fixedOptions(group.leaf.rule).includes(name))
        throw new OptimizerError(
          `${group.leaf.rule.title}: \`${name}\` sizes its state, and cannot be changed. Make a new optimizer with it.`,
        );
      changes.push({ group, name, value });
    }
  }
  // Another object: what was worked out from the one before is not taken for its own.
  for (const { group, name, value } of changes) group.hyper = { ...group.hyper, [name]: value };
}

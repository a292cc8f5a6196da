/** Every rule as data, and the rules themselves on demand. */

import { type Configured, OptimizerError, type Schedule } from "@descent/core";
import { nearest, type RuleSpec, takes } from "@descent/core/adapter";
import { dialects } from "./dialects.ts";
import type { RuleEntry } from "./entry.ts";
import { functions } from "./functions.ts";
import { loaders } from "./loaders.ts";
import { methods } from "./methods.ts";
import { rules } from "./rules.ts";
import { transforms } from "./transforms.ts";

export type {
  DialectEntry,
  EquationList,
  FunctionEntry,
  MethodEntry,
  OptionEntry,
  RuleEntry,
  SlotEntry,
  TransformEntry,
} from "./entry.ts";
export { dialects, functions, methods, rules, transforms };

/** The families that have rules, each the package `@descent/<family>`; those of transforms alone are not listed. */
export const families: readonly string[] = [...new Set(rules.map(({ family }) => family))];

/** A rule whose options are known at run time only. */
export type AnyRule = RuleSpec & ((options?: Readonly<Record<string, number | Schedule>>) => Configured);

/** The entry of a rule by id or by the name of its export; `AdamW`, `adam-w` and `adamw` are one. Nothing where there is none. */
export function find(name: string): RuleEntry | undefined {
  checkName("find", name);
  return rules.find(({ id, name: own }) => plain(id) === plain(name) || plain(own) === plain(name));
}

const checkName = (call: string, name: unknown): void =>
  takes(call, 'a name, such as "adamw"', name, typeof name === "string");

const plain = (name: string): string => name.toLowerCase().replace(/[-_\s]/g, "");

/** The rule itself, by id or export name; its family is imported when first asked for. Throws an OptimizerError that offers the nearest. */
export async function load(name: string): Promise<AnyRule> {
  checkName("load", name);
  const entry = find(name);
  if (!entry) {
    const ids = rules.map(({ id }) => id);
    const near = nearest(name, ids);
    throw new OptimizerError(
      `There is no rule \`${name}\`. ${near === undefined ? `There are ${ids.join(", ")}.` : `Did you mean \`${near}\`?`}`,
    );
  }
  const module = await loadFamily(entry.family);
  return module[entry.name] as AnyRule; // `npm run docs -- --check` holds entries and exports together
}

/** All exports of a family. */
export async function loadFamily(family: string): Promise<Readonly<Record<string, unknown>>> {
  checkName("loadFamily", family);
  const load = Object.hasOwn(loaders, family) ? loaders[family] : undefined;
  if (!load) throw new OptimizerError(`There is no family \`${family}\`. There are ${families.join(", ")}.`);
  return load();
}

import { load } from "@descent/catalogue";
import { type Configured, rule } from "@descent/core";
import type { RuleSpec } from "@descent/core/adapter";
import type { Contender } from "./messages.ts";
import { parseRule } from "./rule-text.ts";

/** The identity of a rule that a reader types. */
export const MINE = { id: "reader/mine", title: "Your rule", paper: "" } as const;

/** A rule whose options are known when the page runs. */
export type AnyRule = ((options?: Readonly<Record<string, unknown>>) => Configured) & RuleSpec;

const made = new Map<string, AnyRule>();

/** The rule of a contender: of the catalogue, or made of its text, once. */
export async function ruleOf({ rule: id, text }: Contender): Promise<AnyRule> {
  if (text === undefined) return (await load(id)) as unknown as AnyRule;
  let known = made.get(text);
  if (!known) {
    if (made.size > 50) made.clear();
    made.set(text, (known = rule(parseRule(text, MINE).spec as never) as unknown as AnyRule)); // checked by `rule`
  }
  return known;
}

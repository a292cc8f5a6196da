import { rules } from "@descent/catalogue";

/** A rule of the catalogue as lists show it. */
export interface ListedRule {
  readonly id: string;
  readonly title: string;
  readonly sentence: string;
  readonly family: string;
}

const byId: ReadonlyMap<string, ListedRule> = new Map(rules.map((rule) => [rule.id, rule]));

/** The title of a rule by id; the reader's own by the title they gave it. */
export const titleOf = (id: string, mine: string): string => (id === "mine" ? mine : (byId.get(id)?.title ?? id));

/** Whether the catalogue has it, or it is the reader's. */
export const isRule = (id: string): boolean => id === "mine" || byId.has(id);

/** The rule's insight in a sentence. */
export const sentenceOf = (id: string): string => byId.get(id)?.sentence ?? "";

const heading = (family: string): string => `${family[0]!.toUpperCase()}${family.slice(1).replaceAll("-", " ")}`;

/** All rules in groups by family, for a list that opens. Sophia-G needs labels, which no surface has. */
export function ruleGroups(): { label: string; options: (readonly [string, string])[] }[] {
  const families = [...new Set(rules.map(({ family }) => family))];
  const first = ["sgd", "adam", "adagrad"];
  const order = [...first, ...families.filter((family) => !first.includes(family))];
  return order.map((family) => ({
    label: heading(family),
    options: rules
      .filter((rule) => rule.family === family && rule.id !== "sophia-g")
      .map(({ id, title }) => [id, title] as const),
  }));
}

/** Fields of contenders worth seeing together. */
export const presets: readonly { readonly title: string; readonly rules: readonly string[] }[] = [
  { title: "From SGD to RAdam", rules: ["sgd", "momentum", "rmsprop", "adam", "radam"] },
  {
    title: "The lectures’ rules",
    rules: ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "radam"],
  },
  { title: "Momentum", rules: ["sgd", "momentum", "nesterov", "nesterov-lookahead"] },
  { title: "Adam and its critics", rules: ["adam", "amsgrad", "yogi", "adabelief", "radam", "nadam"] },
  { title: "Signs", rules: ["sign-sgd", "lion", "signum", "rprop"] },
  { title: "Without a rate", rules: ["prodigy", "dadapt-adam", "dog", "dowg", "momo-adam"] },
  { title: "Schedule-free", rules: ["schedule-free-sgd", "schedule-free-adamw", "sgd", "adamw"] },
]
  .map(({ title, rules }) => ({ title, rules: rules.filter(isRule) }))
  .filter(({ rules }) => rules.length > 1);

import { type Configured, checkConfigured, type Frozen, type Partition } from "./configured.ts";
import { among, isCallback, isRecord, list, OptimizerError, shown, suggestion, takes } from "./errors.ts";
import { checkParameter, type Parameter, saidOf } from "./parameter.ts";
import type { Leaf } from "./rule.ts";

/** Which parameters: by exact name, by pattern, or by what is known of them. */
export type Selector = string | RegExp | ((parameter: Parameter) => boolean);

function checkSelector(where: string, selector: unknown): asserts selector is Selector {
  if (typeof selector === "string" || isCallback(selector)) return;
  if (typeof (selector as Partial<RegExp> | null | undefined)?.test !== "function")
    throw new OptimizerError(
      `${where}: parameters are selected by a name, a pattern or a function; got ${shown(selector)}.`,
    );
}

function selects(where: string, selector: Selector, parameter: Parameter): boolean {
  if (typeof selector === "string") return parameter.name === selector;
  if (typeof selector === "function") return saidOf(where, parameter, selector(parameter));
  selector.lastIndex = 0; // a /g pattern remembers where it was
  return selector.test(parameter.name);
}

/**
 * Gives groups of parameters rules of their own: `partition({ hidden: muon(), rest: adamw() }, (p) => …)`. The second
 * argument names the group of each parameter, or says by group which parameters are its own; one group may be left out
 * there and takes what no other claims. A parameter of no group or of two is an error that lists the names, and so is a
 * group without parameters, except the one that takes what is left.
 */
export function partition<const G extends Readonly<Record<string, Configured>>>(
  groups: G,
  choose: ((parameter: Parameter) => keyof G & string) | { readonly [K in keyof G]?: Selector },
): Partition {
  if (!isRecord(groups))
    throw new OptimizerError(
      `\`partition\` takes groups by name: partition({ hidden: adamw(), rest: sgd() }, …); got ${shown(groups)}.`,
    );
  const labels = Object.keys(groups);
  if (labels.length === 0) throw new OptimizerError("partition: no groups. Name at least one.");
  checkConfigured({ kind: "partition", groups, labels: () => [] }, "partition");
  if (isCallback(choose))
    return {
      kind: "partition",
      groups,
      labels: (p) => [choose(p)],
      empty: (label, names) => `partition: the function puts nothing into the group \`${label}\`; ${among(names)}.`,
    };
  if (!isRecord(choose))
    throw new OptimizerError(
      `\`partition\` must be told which parameters go where: by a function (parameter) => group, or by an object of selectors; got ${shown(choose)}.`,
    );
  const selectors = Object.entries<Selector | undefined>(choose).filter(
    (entry): entry is [string, Selector] => entry[1] !== undefined,
  );
  for (const [label, selector] of selectors) {
    if (!labels.includes(label))
      throw new OptimizerError(
        `partition: there is no group \`${label}\` among ${list(labels)}.${suggestion(label, labels)}`,
      );
    checkSelector(`partition, group \`${label}\``, selector);
  }
  const rest = labels.filter((label) => !selectors.some(([l]) => l === label));
  if (rest.length > 1)
    throw new OptimizerError(
      `partition: ${list(rest)} have no selector. One group at most may take what is left; say which parameters the others get.`,
    );
  return {
    kind: "partition",
    groups,
    labels: (p) => {
      const found = selectors
        .filter(([label, selector]) => selects(`partition, group \`${label}\``, selector, p))
        .map(([label]) => label);
      return found.length > 0 ? found : rest;
    },
    empty: (label, names) => {
      const selector = selectors.find(([l]) => l === label)?.[1];
      return selector === undefined ? undefined : `partition, group \`${label}\`: ${selectsNone(selector, names)}`;
    },
  };
}

/** A selector of parameters by what is known of them. */
const selecting =
  (of: (parameter: Parameter) => boolean): ((parameter: Parameter) => boolean) =>
  (parameter) => {
    checkParameter(parameter);
    return of(parameter);
  };

/** Selects parameters of two or more dimensions, except embeddings: those that rules for matrices are made for. */
export const matrices: (parameter: Parameter) => boolean = selecting(
  ({ shape, role }) => shape.length > 1 && role !== "embedding",
);
/** Selects parameters of one dimension or none. */
export const vectors: (parameter: Parameter) => boolean = selecting(({ shape }) => shape.length < 2);
/** Selects tables of embeddings, as adapters know them. */
export const embeddings: (parameter: Parameter) => boolean = selecting(({ role }) => role === "embedding");
/** Selects scales and offsets of normalisations, as adapters know them. */
export const norms: (parameter: Parameter) => boolean = selecting(({ role }) => role === "norm");
/** Selects biases, as adapters know them. */
export const biases: (parameter: Parameter) => boolean = selecting(({ role }) => role === "bias");

/** A group whose parameters stay as they are: no step, no decay, no state. */
export const frozen = (): Frozen => ({ kind: "frozen" });

/**
 * `freeze(adam(), /^conv1/)`: the selected parameters stay as they are, the rest are trained. A selector that selects
 * nothing, or everything, is an error.
 */
export function freeze(configured: Configured, selector: Selector): Partition {
  checkConfigured(configured, "freeze");
  checkSelector("freeze", selector);
  return {
    kind: "partition",
    groups: { frozen: frozen(), trained: configured },
    labels: (p) => [selects("freeze", selector, p) ? "frozen" : "trained"],
    empty: (label, names) =>
      label === "frozen"
        ? `freeze: ${selectsNone(selector, names)}`
        : `freeze: ${saidBy(selector)} selects all of ${list(names)}, so there is nothing to train.`,
  };
}

const saidBy = (selector: Selector): string =>
  typeof selector === "function" ? "the function" : typeof selector === "string" ? shown(selector) : String(selector);

const selectsNone = (selector: Selector, names: readonly string[]): string =>
  `${saidBy(selector)} selects nothing; ${among(names)}.${typeof selector === "string" ? suggestion(selector, names) : ""}`;

/**
 * Throws if a group has none of these parameters, which are all there are: its selector has a typing mistake most often,
 * and then parameters are trained, or frozen, as nobody wanted. Partitions read from a file were checked before they were
 * written.
 */
export function refuseEmptyGroups(configured: Configured, parameters: readonly Parameter[]): void {
  checkConfigured(configured, "refuseEmptyGroups");
  takes("refuseEmptyGroups", "a list of parameters", parameters, Array.isArray(parameters));
  if (configured.kind !== "partition" || !configured.empty || parameters.length === 0) return;
  const names = parameters.map(({ name }) => name);
  for (const parameter of parameters) checkParameter(parameter);
  const labelled = parameters.map((parameter) => {
    const labels: unknown = configured.labels(parameter);
    takes("a partition", "`labels`, a function that returns a list of groups", labels, Array.isArray(labels));
    return { parameter, labels: configured.labels(parameter) };
  });
  const of = (label: string): Parameter[] =>
    labelled.filter(({ labels }) => labels.includes(label)).map(({ parameter }) => parameter);
  const groups = Object.entries(configured.groups);
  // A frozen parameter may be all that another partition beneath has a group for.
  const frozen = groups.filter(([, { kind }]) => kind === "frozen").flatMap(([label]) => of(label));
  for (const [label, group] of groups) {
    const own = of(label);
    const complaint = own.length === 0 ? configured.empty(label, names) : undefined;
    if (complaint !== undefined) throw new OptimizerError(complaint);
    if (group.kind !== "frozen") refuseEmptyGroups(group, [...own, ...frozen]);
  }
}

/** The configuration for adapters that train only some of the parameters: none of its groups must have any. */
export function forSome(configured: Configured): Configured {
  checkConfigured(configured, "forSome");
  if (configured.kind !== "partition") return configured;
  const groups = Object.fromEntries(Object.entries(configured.groups).map(([l, c]) => [l, forSome(c)]));
  return { ...configured, groups, empty: undefined };
}

/** The same partition with every rule in it changed. */
export function mapLeaves(configured: Configured, change: (leaf: Leaf) => Leaf): Configured {
  checkConfigured(configured, "mapLeaves");
  takes("mapLeaves", "a function of a rule with its options", change, isCallback(change));
  if (configured.kind === "rule") return change(configured);
  if (configured.kind === "frozen") return configured;
  const groups = Object.fromEntries(Object.entries(configured.groups).map(([l, c]) => [l, mapLeaves(c, change)]));
  return { ...configured, groups };
}

/** The rule of one parameter. */
export interface Assignment {
  /** The labels on the way to the rule, joined by `/`; empty where nothing is partitioned. */
  readonly label: string;
  /** Nothing for a frozen parameter. */
  readonly leaf: Leaf | undefined;
}

/** The rule of every parameter. Throws one error that lists all parameters of no group or of several. */
export function assign(configured: Configured, parameters: readonly Parameter[]): Assignment[] {
  checkConfigured(configured, "assign");
  takes("assign", "a list of parameters", parameters, Array.isArray(parameters));
  const unmatched: string[] = [];
  const ambiguous: string[] = [];
  const of = (c: Configured, p: Parameter, path: readonly string[]): Assignment => {
    if (c.kind !== "partition") return { label: path.join("/"), leaf: c.kind === "rule" ? c : undefined };
    const labels = c.labels(p);
    const [label] = labels;
    if (labels.length > 1) ambiguous.push(`${p.name} (${labels.join(", ")})`);
    const group = label !== undefined && Object.hasOwn(c.groups, label) ? c.groups[label] : undefined;
    if (label !== undefined && group) return of(group, p, label === "" ? path : [...path, label]); // a group without a name is its partition's only one
    unmatched.push(label === undefined ? p.name : `${p.name} (${typeof label === "string" ? label : shown(label)})`);
    return { label: "", leaf: undefined };
  };
  const found = parameters.map((p) => of(configured, p, []));
  const wrong = [
    ...(unmatched.length > 0 ? [`${list(unmatched)} belong to no group`] : []),
    ...(ambiguous.length > 0 ? [`${list(ambiguous)} belong to several groups`] : []),
  ];
  if (wrong.length > 0)
    throw new OptimizerError(`partition: ${wrong.join("; ")}. Give every parameter exactly one group.`);
  return found;
}

import { isCallback, isRecord, OptimizerError, shown } from "./errors.ts";
import type { Parameter } from "./parameter.ts";
import { exportName, isRule, type Leaf } from "./rule.ts";

/** Parameters that are left as they are. */
export interface Frozen {
  readonly kind: "frozen";
}

/** Different rules, or different options, for different parameters. */
export interface Partition {
  readonly kind: "partition";
  /** The rule for the parameters of each label. */
  readonly groups: Readonly<Record<string, Configured>>;
  /** Every label whose group the parameter belongs to: exactly one, or the optimizer refuses to start. */
  labels(parameter: Parameter): readonly string[];
  /** The error message if a group has none of the parameters of these names; undefined for a group that may be empty. */
  readonly empty?: ((label: string, names: readonly string[]) => string | undefined) | undefined;
}

/** The configuration of an optimizer: a rule with its options, or a partition of them. */
export type Configured = Leaf | Frozen | Partition;

/** Partitions within partitions; nobody needs more, and a cycle has no end. */
const DEEPEST = 64;

/**
 * Throws unless `value` is what an optimizer can be made from. Every adapter, transform and group asks this of what it
 * is given, so that a rule that was never called, or another library's optimizer, does not train nothing in silence.
 * `where` names the call: `optimizer`, `clipByNorm`.
 */
export function checkConfigured(value: unknown, where: string): asserts value is Configured {
  check(value, `\`${where}\``, 0);
}

function check(value: unknown, where: string, depth: number): void {
  if (!isRecord(value)) refuse(value, where);
  if (value.kind === "rule") checkLeaf(value, where);
  else if (value.kind === "partition") {
    if (!isRecord(value.groups) || !isCallback(value.labels)) refuse(value, where);
    if (depth === DEEPEST) throw new OptimizerError(`${where}: partitions are nested more than ${DEEPEST} deep.`);
    for (const [label, group] of Object.entries(value.groups))
      check(group, depth === 0 ? `${where}, group \`${label}\`` : where, depth + 1);
  } else if (value.kind !== "frozen") refuse(value, where);
}

function checkLeaf(leaf: Readonly<Record<string, unknown>>, where: string): void {
  const { rule, hyper, decays } = leaf;
  const parts: Readonly<Record<string, unknown>> = isRule(rule) || isRecord(rule) ? { ...rule } : {};
  if (!isRecord(hyper) || !isRecord(parts.hyper) || !isRecord(parts.state) || !isRecord(parts.update))
    refuse(leaf, where);
  if (decays !== undefined && typeof decays !== "function") refuse(leaf, where);
  const missing = Object.keys(parts.hyper).find((name) => !Object.hasOwn(hyper, name));
  if (missing !== undefined) throw new OptimizerError(`${where}: the rule has no value for \`${missing}\`. ${CALL}`);
}

const CALL = "Call a rule to configure it: adamw(), or adamw({ lr: 1e-3 }).";

function refuse(value: unknown, where: string): never {
  throw new OptimizerError(`${where} ${complaint(value)}`);
}

/** Says what was given in place of a configuration, and shows the right call. */
function complaint(value: unknown): string {
  if (isRule(value)) {
    const name = exportName(value.id);
    return `got the rule \`${name}\`, which has not been called. Call it: ${name}(), or ${name}({ … }) with options.`;
  }
  if (typeof value === "string") return `got the name ${shown(value)}. Import the rule and call it: ${asCall(value)}.`;
  if (typeof value === "object" && value !== null) {
    if (has(value, "then")) return `got a promise. Await it first.`;
    if (has(value, "inspect") || (has(value, "update") && typeof Reflect.get(value, "update") === "function"))
      return `got an optimizer that exists already. Give it the rule that the optimizer was made from: adamw().`;
    if (has(value, "applyGradients") || has(value, "minimize"))
      return `got ${shown(value)}, another library's optimizer. ${CALL}`;
    if (isRecord(value) && has(value, "update") && has(value, "hyper"))
      return `got the description of a rule. Make a rule of it and call that: rule({ … })().`;
    if (isRecord(value) && has(value, "kind"))
      return `got an object of kind ${shown(value.kind)}, which is not a whole configuration. ${CALL}`;
    if (isRecord(value) && Object.keys(value).some((key) => /^(lr|learningRate|learning_rate)$/.test(key)))
      return `got options without a rule. Hand them to one: adamw({ lr: 1e-3 }).`;
  }
  return `needs a rule with its options; got ${shown(value)}. ${CALL}`;
}

const has = (value: object, key: string): boolean => {
  try {
    return key in value;
  } catch {
    return false; // a proxy that answers no question
  }
};

const asCall = (name: string): string => (/^[a-z]\w{0,30}$/i.test(name) ? `${name}()` : "adamw()");

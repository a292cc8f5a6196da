import { OptimizerError } from "./errors.ts";
import { type Configured, mapLeaves } from "./groups.ts";
import { checkHyper } from "./hyper.ts";
import type { Parameter } from "./parameter.ts";
import type { Leaf } from "./rule.ts";
import type { Equations, HyperValue, RuleSpec } from "./spec.ts";

/**
 * A transform puts equations in front of a rule's own, so it costs no pass over memory that its formula does not need.
 * Applied to a partition it changes every group. The outermost transform sees the gradient first.
 */
export function prepend(
  configured: Configured,
  title: string,
  hyper: Readonly<Record<string, HyperValue>>,
  equations: Equations,
): Configured {
  return mapLeaves(configured, (leaf) => extend(leaf, title, hyper, equations));
}

function extend(leaf: Leaf, title: string, hyper: Readonly<Record<string, HyperValue>>, equations: Equations): Leaf {
  for (const [name, value] of Object.entries(hyper)) {
    if (Object.hasOwn(leaf.rule.hyper, name))
      throw new OptimizerError(`${title}: ${leaf.rule.title} has an option \`${name}\` already. Set it there.`);
    checkHyper({ title }, name, value);
  }
  const defaults = Object.fromEntries(Object.keys(hyper).map((name) => [name, 0])); // always overridden by `hyper` below
  const spec: RuleSpec = {
    ...leaf.rule,
    hyper: { ...leaf.rule.hyper, ...defaults },
    before: [equations, ...(leaf.rule.before ?? [])],
  };
  return { ...leaf, rule: spec, hyper: { ...leaf.hyper, ...hyper } };
}

/** Cuts every gradient element off at ±`limit`. */
export const clipByValue = (configured: Configured, limit: HyperValue): Configured =>
  prepend(configured, "clipByValue", { limit }, { g: "clamp(g, -limit, limit)" });

/** Shortens each tensor's gradient to a Euclidean length of at most `maxNorm`, keeping its direction. */
export const clipByNorm = (configured: Configured, maxNorm: HyperValue): Configured =>
  prepend(configured, "clipByNorm", { maxNorm }, { g: "g * min(1, maxNorm / norm(g))" });

/**
 * Shortens the gradient of the whole model to a Euclidean length of at most `maxGlobalNorm`, keeping its direction
 * (Pascanu, Mikolov and Bengio, 2013, https://arxiv.org/abs/1211.5063). The norm is taken over all parameters stepped
 * together that are clipped, across groups; one pass over the gradients more.
 */
export const clipByGlobalNorm = (configured: Configured, maxGlobalNorm: HyperValue): Configured =>
  prepend(configured, "clipByGlobalNorm", { maxGlobalNorm }, { g: "g * min(1, maxGlobalNorm / totalNorm(g))" });

export interface DecayOptions {
  /** Which parameters decay; by default all but biases and normalisation scales. */
  readonly decays?: ((parameter: Parameter) => boolean) | undefined;
}

const masked = (configured: Configured, { decays }: DecayOptions): Configured =>
  decays ? mapLeaves(configured, (leaf) => ({ ...leaf, decays })) : configured;

/** Adds the gradient of the penalty ½·l2·‖p‖² (coupled decay): an adaptive rule rescales it with the rest. */
export const withL2 = (configured: Configured, l2: HyperValue, options: DecayOptions = {}): Configured =>
  masked(prepend(configured, "withL2", { l2 }, { g: "g + l2 * decays * p" }), options);

/** The equations of decoupled decay: shrink first, then step, as PyTorch's AdamW does. */
export const decay = { p: "(1 - lr * weightDecay * decays) * p" } as const;

/**
 * Shrinks parameters by the factor `1 - lr·weightDecay` before the step, apart from the gradient (Loshchilov and
 * Hutter, 2019, https://arxiv.org/abs/1711.05101). `decoupledDecay(adam(), 0.01)` is `adamw({ weightDecay: 0.01 })`.
 */
export const decoupledDecay = (
  configured: Configured,
  weightDecay: HyperValue,
  options: DecayOptions = {},
): Configured => masked(prepend(configured, "decoupledDecay", { weightDecay }, decay), options);

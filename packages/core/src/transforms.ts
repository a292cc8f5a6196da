import { checkEquations } from "./check.ts";
import { type Configured, checkConfigured } from "./configured.ts";
import { isRecord, OptimizerError, takes } from "./errors.ts";
import { mapLeaves } from "./groups.ts";
import { checkHyper } from "./hyper.ts";
import { knownOptions } from "./options.ts";
import type { Parameter } from "./parameter.ts";
import { checkDecays, type Leaf } from "./rule.ts";
import type { Equations, HyperValue, Ranges } from "./spec.ts";
import { trace } from "./trace/trace.ts";

/** Options that a transform adds to a rule, and the equations that it puts in front of the rule's own. */
export interface Prefix {
  /** Values of the options, by name. */
  readonly hyper: Readonly<Record<string, HyperValue>>;
  /** The values that the options may have. */
  readonly ranges?: Ranges | undefined;
  readonly equations: Equations;
}

/**
 * A transform puts equations in front of a rule's own, so it costs no pass over memory that its formula does not need.
 * Applied to a partition it changes every group. The outermost transform sees the gradient first. `name` is the
 * transform's, for errors.
 */
export function prepend(configured: Configured, name: string, prefix: Prefix): Configured {
  takes("prepend", "the name of a transform", name, typeof name === "string");
  checkConfigured(configured, name);
  takes("prepend", "{ hyper, equations }", prefix, isRecord(prefix) && isRecord(prefix.hyper));
  checkEquations(name, prefix.equations);
  return mapLeaves(configured, (leaf) => extend(leaf, name, prefix));
}

function extend(leaf: Leaf, transform: string, { hyper, ranges, equations }: Prefix): Leaf {
  const { rule } = leaf;
  for (const [name, value] of Object.entries(hyper)) {
    if (Object.hasOwn(rule.hyper, name))
      throw new OptimizerError(`${transform}: ${rule.title} has an option \`${name}\` already. Set it there.`);
    checkHyper({ title: transform, ranges }, name, value);
  }
  const defaults = Object.fromEntries(Object.keys(hyper).map((name) => [name, 0])); // always overridden by `hyper` below
  const extended = {
    ...rule,
    hyper: { ...rule.hyper, ...defaults },
    ...(ranges ? { ranges: { ...rule.ranges, ...ranges } } : {}),
    before: [equations, ...(rule.before ?? [])],
  };
  if (Object.keys(rule.macros ?? {}).length === 0) trace(extended); // decoupledDecay of a rule without `lr`, say
  return { ...leaf, rule: extended, hyper: { ...leaf.hyper, ...hyper } };
}

/** Cuts every gradient element off at ±`limit`, above 0. */
export const clipByValue = (configured: Configured, limit: HyperValue): Configured =>
  prepend(configured, "clipByValue", { hyper: { limit }, equations: { g: "clamp(g, -limit, limit)" } });

/** Shortens each tensor's gradient to a Euclidean length of at most `maxNorm`, above 0, keeping its direction. */
export const clipByNorm = (configured: Configured, maxNorm: HyperValue): Configured =>
  prepend(configured, "clipByNorm", { hyper: { maxNorm }, equations: { g: "g * min(1, maxNorm / norm(g))" } });

/**
 * Shortens the gradient of the whole model to a Euclidean length of at most `maxGlobalNorm`, above 0, keeping its
 * direction (Pascanu, Mikolov and Bengio, 2013, https://arxiv.org/abs/1211.5063). The norm is taken over all parameters
 * stepped together that are clipped, across groups; it costs one more pass over the gradients. The sum of squares is
 * taken in float64 on arrays, and scaled on ONNX graphs and where TensorFlow.js composes operators, so that it neither
 * overflows nor vanishes; on WebGPU it is float32, which holds norms from about 1e-19 to 1.8e19.
 */
export const clipByGlobalNorm = (configured: Configured, maxGlobalNorm: HyperValue): Configured =>
  prepend(configured, "clipByGlobalNorm", {
    hyper: { maxGlobalNorm },
    equations: { g: "g * min(1, maxGlobalNorm / totalNorm(g))" },
  });

/** Which parameters decay. */
export interface DecayOptions {
  /** Which parameters decay; by default all but biases and normalisation scales. */
  readonly decays?: ((parameter: Parameter) => boolean) | undefined;
}

function decaying(configured: Configured, name: string, prefix: Prefix, options: DecayOptions): Configured {
  const { decays } = knownOptions(name, options, ["decays"]);
  checkDecays(`\`${name}\``, decays);
  const extended = prepend(configured, name, prefix);
  return decays ? mapLeaves(extended, (leaf) => ({ ...leaf, decays })) : extended;
}

/** Adds the gradient of the penalty ½·l2·‖p‖² (coupled decay): an adaptive rule rescales it with the rest. */
export const withL2 = (configured: Configured, l2: HyperValue, options: DecayOptions = {}): Configured =>
  decaying(configured, "withL2", { hyper: { l2 }, equations: { g: "g + l2 * decays * p" } }, options);

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
): Configured => decaying(configured, "decoupledDecay", { hyper: { weightDecay }, equations: decay }, options);

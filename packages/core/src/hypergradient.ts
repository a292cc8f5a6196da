import { type Configured, checkConfigured } from "./configured.ts";
import { derivative } from "./derivative.ts";
import { OptimizerError } from "./errors.ts";
import { variable } from "./expr.ts";
import { mapLeaves } from "./groups.ts";
import { checkHyper } from "./hyper.ts";
import { notation } from "./notation.ts";
import { knownOptions, oneOf } from "./options.ts";
import type { Leaf } from "./rule.ts";
import type { HyperValue } from "./spec.ts";
import { trace, variesBySize } from "./trace/trace.ts";

/** Options of `hypergradient`. */
export interface HypergradientOptions {
  /** Whose rate follows whose gradient: one rate for the `"model"`, unless told otherwise, or one for each `"tensor"`. */
  readonly per?: "model" | "tensor" | undefined;
}

const LR = variable("lr", "host");

/**
 * Trains the learning rate too: `lr` follows its own gradient, the new gradient times the last step's derivative by `lr`,
 * which is found from the rule's equations (Baydin et al., 2018, https://arxiv.org/abs/1703.04782; their SGD-HD and Adam-HD
 * are `hypergradient(sgd(), β)` and `hypergradient(adam(), β)`). The rule's `lr` is where it starts.
 *
 * One rate for the model, or `{ per: "tensor" }` one for each; a parameter that misses an update keeps the rate it had. Costs
 * one more tensor of state and one more pass over the gradients. Throws an OptimizerError for rules with macros, without `lr`,
 * or with a schedule for it.
 */
export function hypergradient(
  configured: Configured,
  hyperLr: HyperValue,
  options: HypergradientOptions = {},
): Configured {
  checkConfigured(configured, "hypergradient");
  const { per = "model" } = knownOptions("hypergradient", options, ["per"]);
  oneOf("hypergradient", { per }, ["model", "tensor"]);
  return mapLeaves(configured, (leaf) => wrap(leaf, hyperLr, per));
}

function wrap(leaf: Leaf, hyperLr: HyperValue, per: "model" | "tensor"): Leaf {
  const { rule } = leaf;
  const refuse = (what: string): never => {
    throw new OptimizerError(`hypergradient: ${rule.title} ${what}.`);
  };
  if (!Object.hasOwn(rule.hyper, "lr")) refuse("has no option `lr` to train");
  if (typeof leaf.hyper.lr !== "number") refuse("has a schedule for `lr`. Give it the number to start from");
  if (Object.keys(rule.macros ?? {}).length > 0)
    refuse("has macros, whose derivative is not found. Use a rule of equations alone");
  if (variesBySize(rule)) refuse("keeps or makes matrices of its own size, which its derivative would need to know");
  const taken = ["hyperLr", "rate", "slope"].find((name) => Object.hasOwn({ ...rule.hyper, ...rule.state }, name));
  if (taken !== undefined) refuse(`has a symbol \`${taken}\` already`);
  checkHyper({ title: "hypergradient" }, "hyperLr", hyperLr);
  const wrapped = {
    ...rule,
    hyper: { ...rule.hyper, hyperLr: 0 },
    state: { ...rule.state, rate: { place: "scalar", init: "lr" }, slope: 0 },
    before: [
      {
        rate: `rate - hyperLr * ${per === "model" ? "total" : "sum"}(g * slope)`,
        lr: "rate",
        slope: notation(derivative(trace(rule).outputs.p!, LR)), // every rule has an equation for p
      },
      ...(rule.before ?? []),
    ],
  } as const;
  trace(wrapped);
  return { ...leaf, rule: wrapped, hyper: { ...leaf.hyper, hyperLr } };
}

import { OptimizerError } from "@descent/core";
import { knownOptions, type RuleSpec, shown } from "@descent/core/adapter";
import { DescentOptimizer } from "./optimizer.ts";
import { attendModels } from "./readouts.ts";
import { rules } from "./saved/rules.ts";

/**
 * Lets tf.loadLayersModel find this package's optimizer in a saved model; call it with the tf that loads. Where a page has several
 * copies of tfjs, it also lets the models of this one evaluate at the weights that a rule provides for that. `rules` with macros must be
 * given, because a file holds equations but no code.
 */
export function registerAll(
  tf: Pick<typeof import("@tensorflow/tfjs-core"), "serialization">,
  options: { readonly rules?: readonly RuleSpec[] | undefined } = {},
): void {
  if (typeof tf?.serialization?.registerClass !== "function")
    throw new OptimizerError(`registerAll takes the tf that loads models, registerAll(tf); got ${shown(tf)}.`);
  const given = knownOptions("registerAll", options, ["rules"]).rules ?? [];
  if (!Array.isArray(given) || !given.every((rule) => typeof rule?.title === "string"))
    throw new OptimizerError(`registerAll takes rules as a list, { rules: [muon] }; got ${shown(given)}.`);
  tf.serialization.registerClass(DescentOptimizer);
  attendModels(tf.serialization);
  for (const rule of given) rules[rule.title] = rule;
}

/** Rules printed as code for other languages and libraries. */
import { type Configured, OptimizerError } from "@descent/core";
import { isRecord, isRule, oneOf, type RuleSpec, takes } from "@descent/core/adapter";
import { latex } from "@descent/core/graph";
import { cFunction } from "./c.ts";
import { numpyModule } from "./numpy.ts";
import { optaxModule } from "./optax.ts";
import { scriptOf } from "./script.ts";
import { torchModule } from "./torch.ts";
import { wgslShader } from "./wgsl.ts";

const printers: Readonly<Record<Target, (rule: RuleSpec) => string>> = {
  torch: (rule) => torchModule(scriptOf(rule)),
  optax: (rule) => optaxModule(scriptOf(rule)),
  numpy: (rule) => numpyModule(scriptOf(rule)),
  c: (rule) => cFunction(scriptOf(rule)),
  wgsl: wgslShader,
  latex: (rule) => `${latex(rule)}\n`,
};

/** A language or library that rules are printed for. */
export type Target = "torch" | "optax" | "numpy" | "c" | "wgsl" | "latex";
/** Every language and library that `emit` prints for. */
export const targets: readonly Target[] = ["torch", "optax", "numpy", "c", "wgsl", "latex"];

/**
 * A rule as readable code, from its equations: a `torch.optim.Optimizer`, an Optax `GradientTransformationExtraArgs`, a
 * function of NumPy arrays, a loop in C, a compute shader in WGSL, or LaTeX. `emit(adamw, "torch")`; a rule with options, as `ema(adamw({ lr: 1e-2 }))`,
 * has those as defaults. Throws an OptimizerError with the reason if a target cannot express the rule.
 */
export function emit(rule: RuleSpec | Configured, target: Target): string {
  oneOf("emit", { target }, targets);
  const described = isRecord(rule) || isRule(rule);
  takes(
    "emit",
    "a rule, such as adamw",
    rule,
    described && ("kind" in rule || (isRecord(rule.update) && isRecord(rule.hyper))),
  );
  return printers[target](ruleOf(rule));
}

/** The rule itself, with the options it was called with. */
function ruleOf(given: RuleSpec | Configured): RuleSpec {
  if (!("kind" in given)) return given;
  if (given.kind !== "rule")
    throw new OptimizerError(`\`emit\` prints one rule at a time; got a configuration of several (\`${given.kind}\`).`);
  const hyper = Object.entries(given.hyper).map(([name, value]) => {
    if (typeof value === "number") return [name, value] as const;
    throw new OptimizerError(
      `\`emit\` prints numbers as defaults, and \`${name}\` is a schedule. Leave it out, and schedule it where the code is used.`,
    );
  });
  return { ...given.rule, hyper: Object.fromEntries(hyper) };
}

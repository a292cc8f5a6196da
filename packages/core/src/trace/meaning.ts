import { everyBlock, phasesOf, READOUT } from "../blocks.ts";
import { isDistribution } from "../draws.ts";
import { list, nearest, OptimizerError } from "../errors.ts";
import { variable } from "../expr.ts";
import { namesIn } from "../parse.ts";
import type { Program } from "../program.ts";
import { fixedOptions, type RuleSpec } from "../spec.ts";
import { resolve } from "./resolve.ts";
import { Misfit, taken, trace } from "./trace.ts";

/**
 * Throws where the equations of a rule do not make sense, so that its author hears of it when the rule is defined: a syntax
 * error, an unknown symbol, an option or a state that no equation reads, a state whose place does not hold its value. What macros do
 * with a size is known when a parameter is given, and so is what equations do whose matrices fit parameters of some sizes only.
 */
export function checkMeaning(spec: RuleSpec): void {
  for (const phase of [...phasesOf(spec), ...(spec.readout ? [READOUT] : [])]) {
    resolve(spec, { rows: 1, cols: 1 }, spec.hyper, { phase }, (name) => variable(name, "tensor"));
    const program = Object.keys(spec.macros ?? {}).length > 0 ? undefined : smallest(spec, phase);
    if (program) {
      const { length } = program.conditions;
      // Nothing may read an equation that is left out.
      for (let i = 0; i < length; i++) {
        const others = Array.from({ length }, (_, k) => k !== i);
        taken(program, others);
      }
      if (length > 1) taken(program, Array(length).fill(false));
    }
  }
  const unknown = namesIn(spec.readout?.p ?? "p").find(
    (name) => name === "g" || isDistribution(name) || Object.hasOwn(spec.inputs ?? {}, name),
  );
  if (unknown !== undefined)
    throw new OptimizerError(
      `${spec.title}: \`readout\` reads \`${unknown}\`, which is known in an update only. Keep what it needs as state.`,
    );
  const read = new Set<unknown>(fixedOptions(spec));
  const written = new Set(everyBlock(spec).flatMap(({ lines }) => lines.map(([name]) => name)));
  for (const slot of Object.values(spec.state)) read.add(typeof slot === "object" ? slot.init : slot);
  for (const { when = "1", lines } of everyBlock(spec))
    for (const source of [when, ...lines.map(([, text]) => text)])
      for (const name of namesIn(source)) read.add(name).add(isDistribution(name) ? "seed" : name);
  for (const name of written)
    if (!read.has(name) && nearest(name, ["when"]))
      throw new OptimizerError(
        `${spec.title} has an equation for \`${name}\`, which nothing reads. Did you mean \`when\`?`,
      );
  for (const [part, kind] of [
    ["hyper", "options"],
    ["state", "states"],
    ["inputs", "inputs"],
  ] as const) {
    const unread = Object.keys(spec[part] ?? {}).filter((name) => !read.has(name));
    const them = unread.length > 1 ? "them" : "it";
    if (unread.length > 0)
      throw new OptimizerError(
        `${spec.title} has ${list(unread)} among its ${kind}, and no equation reads ${them}. Use ${them}, or take ${them} out of \`${part}\`.`,
      );
  }
  for (const [name, slot] of Object.entries(spec.state)) {
    const init = typeof slot === "object" ? slot.init : slot;
    const constant = typeof init === "number" || Object.hasOwn(spec.hyper, init);
    if (constant && !written.has(name))
      throw new OptimizerError(
        `${spec.title} has \`${name}\` among its states, which starts as ${init}, and no equation changes it. Give it an equation, or make it an option.`,
      );
  }
}

/** The program of a parameter of one element, if the rule can be run on it. */
function smallest(spec: RuleSpec, phase: string): Program | undefined {
  try {
    return trace(spec, undefined, undefined, phase);
  } catch (error) {
    if (error instanceof Misfit) return undefined;
    throw error;
  }
}

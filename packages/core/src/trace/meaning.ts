import { everyBlock, phasesOf, READOUT } from "../blocks.ts";
import { isDistribution } from "../draws.ts";
import { list, OptimizerError } from "../errors.ts";
import { variable } from "../expr.ts";
import { namesIn } from "../parse.ts";
import { fixedOptions, type RuleSpec } from "../spec.ts";
import { resolve } from "./resolve.ts";
import { taken, trace } from "./trace.ts";

/**
 * Throws where the equations of a rule do not make sense, so that its author hears of it when the rule is defined: a syntax
 * error, an unknown symbol, an option or a state that no equation reads, a state whose place does not hold its value. What macros do
 * with a size is known when a parameter is given.
 */
export function checkMeaning(spec: RuleSpec): void {
  for (const phase of [...phasesOf(spec), ...(spec.readout ? [READOUT] : [])]) {
    if (Object.keys(spec.macros ?? {}).length > 0)
      resolve(spec, { rows: 1, cols: 1 }, spec.hyper, { phase }, (name) => variable(name, "tensor"));
    else {
      const program = trace(spec, undefined, undefined, phase);
      const { length } = program.conditions;
      // Nothing may read an equation that is left out.
      for (let i = 0; i < length; i++) {
        const others = Array.from({ length }, (_, k) => k !== i);
        taken(program, others);
      }
      if (length > 1) taken(program, Array(length).fill(false));
    }
  }
  const read = new Set<unknown>(fixedOptions(spec));
  const written = new Set(everyBlock(spec).flatMap(({ lines }) => lines.map(([name]) => name)));
  for (const slot of Object.values(spec.state)) read.add(typeof slot === "object" ? slot.init : slot);
  for (const { when = "1", lines } of everyBlock(spec))
    for (const source of [when, ...lines.map(([, text]) => text)])
      for (const name of namesIn(source)) read.add(name).add(isDistribution(name) ? "seed" : name);
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

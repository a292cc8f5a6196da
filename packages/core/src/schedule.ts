import { build } from "./build.ts";
import { OptimizerError, shown } from "./errors.ts";
import { variable } from "./expr.ts";
import { hostFunction } from "./host.ts";
import { parse } from "./parse.ts";

/**
 * A hyper-parameter that changes with the step: a pure function of the number of updates already done (0 at the first).
 * With `text` it is data, so it can be saved with a model, printed and sent to any backend.
 */
export interface Schedule {
  (step: number): number;
  readonly text?: string;
}

const STEP = variable("step", "host");

/**
 * A schedule is an equation in the one variable `step`: `schedule("1e-3 * 0.5 ^ floor(step / 1000)")`.
 * Throws a SyntaxError with a caret under the offending token.
 */
export function schedule(text: string): Schedule & { readonly text: string } {
  const value = hostFunction([build(parse(text), text, (name) => (name === "step" ? STEP : undefined), ["step"])]);
  const at = (step: number): number => {
    if (typeof step !== "number")
      throw new OptimizerError(`A schedule takes the number of updates done, and was given ${shown(step)}.`);
    return value({ step })[0]!; // one root, one value
  };
  return Object.assign(at, { text });
}

import { build } from "./build.ts";
import { OptimizerError, shown } from "./errors.ts";
import { variable } from "./expr.ts";
import { hostFunction } from "./host.ts";
import { knownOptions, positive, whole } from "./options.ts";
import { namesIn, parse } from "./parse.ts";

/**
 * A hyper-parameter that changes with the step: a pure function of the number of updates already done (0 at the first).
 * With `text` it is data, so it can be saved with a model, printed and sent to any backend.
 */
export interface Schedule {
  (step: number): number;
  /** The equation in `step` that it is, if it is one: only such a schedule can be saved. */
  readonly text?: string;
}

const STEP = variable("step", "host");

/** Options of `schedule`. */
export interface ScheduleOptions {
  /** The length of the run, in updates, for an equation that reads it: a whole number above 0. */
  readonly steps?: number | undefined;
}

/**
 * A schedule is an equation in `step`: `schedule("1e-3 * 0.5 ^ floor(step / 1000)")`. One that reads the length of the run is
 * told it: `schedule("3e-3 * (1 - step / steps)", { steps: 10_000 })`, and carries the number in its text.
 * Throws a SyntaxError with a caret under the offending token, and an OptimizerError if it reads `steps` and has none.
 */
export function schedule(text: string, options: ScheduleOptions = {}): Schedule & { readonly text: string } {
  const { steps } = knownOptions("schedule", options, ["steps"]);
  const reads = typeof text === "string" && namesIn(text).includes("steps");
  if (reads && steps === undefined)
    throw new OptimizerError(
      `The schedule ${shown(text)} reads \`steps\`, the length of the run. Give it: schedule(…, { steps: 10_000 }).`,
    );
  if (steps !== undefined && !reads)
    throw new OptimizerError(`The schedule ${shown(text)} does not read \`steps\`. Leave the option out.`);
  if (steps !== undefined) {
    whole("schedule", { steps });
    positive("schedule", { steps });
  }
  return equation(steps === undefined ? text : text.replace(/\bsteps\b/g, `${steps}`));
}

function equation(text: string): Schedule & { readonly text: string } {
  const value = hostFunction([build(parse(text), text, (name) => (name === "step" ? STEP : undefined), ["step"])]);
  const at = (step: number): number => {
    if (typeof step !== "number")
      throw new OptimizerError(`A schedule takes the number of updates done; got ${shown(step)}.`);
    return value({ step })[0]!; // one root, one value
  };
  return Object.assign(at, { text });
}

import type { Schedule } from "@descent/core";
import { finite, whole } from "@descent/core/adapter";
import { joined } from "./join.ts";
import { asSchedule, type Equation } from "./text.ts";

/**
 * A schedule whose step 0 is this step of the run, and which holds its first value before: for one that is set in mid-run,
 * `opt.set({ lr: startingAt(opt.step, cosine({ from: 1e-4, over: 500 })) })`.
 * An equation if it is given one. Throws if the step is not whole.
 */
export function startingAt(step: number, then: number | Equation): Equation;
export function startingAt(step: number, then: number | Schedule): Schedule;
export function startingAt(step: number, then: number | Schedule): Schedule {
  const where = "startingAt";
  whole(where, { step });
  const after = asSchedule(where, "then", then);
  if (step === 0) return after;
  const first = after(0);
  finite(where, { "then(0)": first });
  return joined(where, [
    [0, first],
    [step, after],
  ]);
}

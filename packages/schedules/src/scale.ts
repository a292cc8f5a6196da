import { type Schedule, schedule } from "@descent/core";
import { asSchedule, bracketed, type Equation, isEquation } from "./text.ts";

/**
 * A schedule times a number or another schedule, step by step: the same course at a tenth of the rate for one group of
 * parameters, say. An equation if both are, otherwise a plain function. Throws if a number is not finite.
 */
export function scale(inner: number | Equation, factor: number | Equation): Equation;
export function scale(inner: number | Schedule, factor: number | Schedule): Schedule;
export function scale(inner: number | Schedule, factor: number | Schedule): Schedule {
  const a = asSchedule("scale", "factor", factor);
  const b = asSchedule("scale", "schedule", inner);
  if (isEquation(a) && isEquation(b)) return schedule(`${bracketed(a.text)} * ${bracketed(b.text)}`);
  return (step) => a(step) * b(step);
}

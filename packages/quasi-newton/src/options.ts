import { OptimizerError } from "@descent/core";
import { shown } from "@descent/core/adapter";

/** Throws unless every value given is a number above `low` and below `high`. */
export function between(where: string, given: Readonly<Record<string, unknown>>, low: number, high: number): void {
  for (const [name, value] of Object.entries(given))
    if (!(typeof value === "number" && value > low && value < high))
      throw new OptimizerError(`\`${where}\`: ${name} must be above ${low} and below ${high}; got ${shown(value)}.`);
}

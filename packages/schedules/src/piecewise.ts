import { OptimizerError } from "@descent/core";
import { isRecord, shown } from "@descent/core/adapter";
import { joined } from "./join.ts";
import type { Equation } from "./text.ts";

/**
 * Constant between boundaries: `piecewise({ 0: 1e-2, 1000: 1e-3 })` is 0.001 from step 1000 on. The new value holds at the
 * boundary itself, as in torch's MultiStepLR and optax; Keras switches one step later.
 * Throws if a boundary is not a whole number, 0 is missing or a value is not finite.
 */
export function piecewise(values: Readonly<Record<number, number>>): Equation {
  if (!isRecord(values))
    throw new OptimizerError(
      `\`piecewise\` takes values by the step at which they begin, { 0: 1e-2, 1000: 1e-3 }; got ${shown(values)}.`,
    );
  const pieces = Object.entries(values).map(([start, value]) => [Number(start), value] as const);
  return joined(
    "piecewise",
    pieces.sort(([a], [b]) => a - b),
  ) as Equation; // numbers are equations, and so is what joins them
}

import { type Batch, miniBatches, type Surface, surface } from "@descent/viz/races";
import type { Conditions } from "./messages.ts";

/** The mini-batches of a race; undefined where steps see all. */
export const batchOf = ({ batch, seed }: Conditions): Batch | undefined =>
  batch > 0 ? { size: batch, seed } : undefined;

/** The surface as each step of a race sees it. */
export function seenBy(conditions: Conditions): (step: number) => Surface {
  const whole = surface(conditions.surface);
  const batch = batchOf(conditions);
  return batch ? miniBatches(whole, batch) : () => whole;
}

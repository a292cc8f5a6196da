import type { BlockingWorld } from "@descent/core/adapter";

/** The loss and fault of one rank's batch, or of all. */
interface Outcome {
  readonly loss: number;
  /** Why nothing may be written. */
  readonly fault: string | undefined;
}

/** The mean loss of all ranks, and a fault where any has one: what is refused on one rank is refused on all. */
export function agreeOn(world: BlockingWorld, { loss, fault }: Outcome): Outcome {
  const seen = Float64Array.of(loss, fault === undefined ? 0 : 1);
  world.sum(seen);
  const [sum = 0, faults = 0] = seen; // two were put in
  const elsewhere = faults > 0 ? `The loss or a gradient of ${faults} of ${world.size} ranks is not finite` : undefined;
  return { loss: sum / world.size, fault: fault ?? elsewhere };
}

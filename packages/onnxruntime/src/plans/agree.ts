import { type BlockingWorld, tell } from "@descent/core/adapter";

/** The loss and fault of one rank's batch, or of all. */
interface Outcome {
  readonly loss: number;
  /** Why nothing may be written. */
  readonly fault: string | undefined;
}

/**
 * The mean loss of all ranks, by their examples, and a fault where any has one: what is refused on one rank is refused on all.
 * `weight` is how much this rank counts; all of them together are the number of ranks.
 */
export function agreeOn(
  world: BlockingWorld,
  { loss, fault }: Outcome,
  examples = 1,
): Outcome & { readonly weight: number } {
  const seen = Float64Array.of(loss * examples, fault === undefined ? 0 : 1, examples);
  world.sum(seen);
  const [sum = 0, faults = 0, all = 1] = seen; // three were put in
  const weight = (examples * world.size) / all;
  if (faults === 0) return { loss: sum / all, fault: undefined, weight };
  const said = tell(world, fault ?? "");
  const rank = said.findIndex((text) => text !== ""); // at least one has a fault
  const more = faults > 1 ? `, and ${faults - 1} more of ${world.size} ranks have such a fault,` : "";
  return { loss: sum / all, fault: `${said[rank]} on rank ${rank}${more}`, weight };
}

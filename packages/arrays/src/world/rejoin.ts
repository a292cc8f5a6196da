import { decodeState, encodeState, type StateDict } from "@descent/core";
import { type BlockingWorld, byRank } from "@descent/core/adapter";
import { stretches } from "./exchange.ts";

/** A rank's training, as it stands after others were lost. */
export interface Left {
  /** Updates done. */
  readonly step: number;
  /** The parameters, in the same order on all ranks; a rank that is behind gets another's numbers in place. */
  readonly parameters: readonly Float32Array[];
  /** The state to give to ranks that are behind. */
  state(): StateDict;
  /** Called on a rank that was behind, once it has the parameters: continues from that state. */
  load(state: StateDict): void;
}

/**
 * Brings all ranks that are left to one step: a sum may have failed on some and ended on others, which have taken a step more. Those
 * behind are given the parameters and the state of one that has.
 */
export function rejoin(world: BlockingWorld, { step, parameters, state, load }: Left): void {
  const steps = byRank(world, step);
  const most = Math.max(...steps);
  if (steps.every((one) => one === most)) return;
  const from = steps.indexOf(most);
  const own = world.rank === from ? encodeState(state()) : undefined;
  const length = Float64Array.of(own?.length ?? 0);
  world.broadcast(length, from);
  const bytes = own ?? new Uint8Array(length[0]!); // it has one number
  world.broadcast(bytes, from);
  for (const stretch of stretches(parameters)) world.broadcast(stretch, from);
  if (step < most) load(decodeState(bytes));
}

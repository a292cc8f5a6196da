import { type BlockingWorld, byRank } from "@descent/core/adapter";

/** The arrays of a rank that its optimizer does not step, and how far it is. */
export interface Beside {
  readonly step: number;
  readonly arrays: readonly Float32Array[];
}

/**
 * A world that, where ranks are gone, gives those that are left the arrays of one that is furthest, before the optimizer gives them its
 * parameters and state. `lost` is called on each. A world that is not elastic stays as it is.
 */
export function sharing(world: BlockingWorld, lost: () => Beside): BlockingWorld {
  if (!world.survives) return world;
  const share = (): void => {
    const { step, arrays } = lost();
    const steps = byRank(world, step);
    const from = steps.indexOf(Math.max(...steps));
    for (const array of arrays) world.broadcast(array, from);
  };
  const survives = (error: unknown): boolean => {
    for (let cause = error; world.survives?.(cause); ) {
      try {
        share();
        return true;
      } catch (again) {
        cause = again;
      }
    }
    return false;
  };
  const { allToAll } = world;
  return {
    get rank() {
      return world.rank;
    },
    get size() {
      return world.size;
    },
    localRank: world.localRank,
    sum: (numbers, how) => world.sum(numbers, how),
    reduceScatter: (numbers, into, counts) => world.reduceScatter(numbers, into, counts),
    gather: (numbers, counts) => world.gather(numbers, counts),
    broadcast: (numbers, from) => world.broadcast(numbers, from),
    ...(allToAll && { allToAll: (numbers, into, counts) => allToAll.call(world, numbers, into, counts) }),
    at: (step) => world.at?.(step),
    compared: (step, same) => world.compared?.(step, same),
    saved: (step, checkpoint) => world.saved?.(step, checkpoint),
    survives,
  };
}

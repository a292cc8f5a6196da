import { checkHow, checkInto, checkRank, kindOf, startsOf } from "./check.ts";
import type { World } from "./world.ts";

/** The world of one process: everything is already summed, and arguments are checked as if it were not. */
export function alone(): World<void> {
  return {
    rank: 0,
    size: 1,
    localRank: 0,
    sum: (numbers, how = "sum") => {
      kindOf(numbers, "sum");
      checkHow(how);
    },
    reduceScatter: (numbers, into, counts) => {
      kindOf(numbers, "reduceScatter");
      startsOf("reduceScatter", counts, 1, numbers.length);
      checkInto("reduceScatter", numbers, into, numbers.length);
      into.set(numbers as never); // of one kind: checked above
    },
    allToAll: (numbers, into, counts) => {
      kindOf(numbers, "allToAll");
      startsOf("allToAll", counts, 1, numbers.length);
      checkInto("allToAll", numbers, into, numbers.length);
      into.set(numbers as never); // of one kind: checked above
    },
    gather: (numbers, counts) => {
      kindOf(numbers, "gather");
      startsOf("gather", counts, 1, numbers.length);
    },
    broadcast: (numbers, from) => {
      kindOf(numbers, "broadcast");
      checkRank("broadcast", from, 1);
    },
    barrier: () => {},
  };
}

import { transform } from "@descent/core";

/**
 * Gives the rule the mean of `every` gradients as one: micro-batches that fit into memory train as one big batch does. The rule's
 * own `t` counts its steps; schedules count micro-batches.
 * @property every how many updates make up a step (default 4)
 */
export const accumulate = transform({
  id: "accumulate",
  title: "Accumulation",
  hyper: { every: 4 },
  ranges: { every: [1, Infinity] },
  state: { sum: 0, count: { place: "host", init: 0 }, steps: { place: "host", init: 0 } },
  before: {
    sum: "sum + g",
    count: "count + 1",
    steps: "count >= every ? steps + 1 : steps",
    g: "sum / count",
  },
  when: "count + 1 >= every",
  t: "steps",
  after: { sum: "0", count: "0" },
});

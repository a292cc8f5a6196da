import { OptimizerError } from "@descent/core";
import { knownOptions, list, notNegative } from "@descent/core/adapter";
import {
  type PlateauOptions,
  plateau,
  plateauOptions,
  type RateFinder,
  type RateFinderOptions,
  rateFinder,
} from "@descent/schedules";
import type { Weights } from "../model.ts";
import type { Callback, Run } from "./callback.ts";
import { checkRun } from "./check.ts";
import { monitorOf } from "./monitor.ts";

/** Options of `reduceOnPlateau`: those of the schedule `plateau`, but for `from`. */
export interface ReduceOnPlateauOptions extends Omit<PlateauOptions, "from"> {
  /** The number in the logs that stalls; default `"val_loss"`. */
  readonly monitor?: string | undefined;
  /** The rate to begin with; by default that of the model. */
  readonly from?: number | undefined;
}

/**
 * Cuts the rate of all groups when a number has stalled for more than `patience` epochs: torch's ReduceLROnPlateau. Groups whose rates
 * differ keep their ratios. Replaces a schedule of the rate.
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions = {}): Callback {
  const where = "reduceOnPlateau";
  const { monitor: name, from, ...rest } = knownOptions(where, options, ["monitor", ...plateauOptions]);
  const monitor = monitorOf(where, { monitor: name, mode: rest.mode });
  if (from !== undefined) notNegative(where, { from });
  plateau({ ...rest, mode: monitor.mode, from: from ?? 1 }); // throws for wrong options at once
  let schedules = new Map<string, ReturnType<typeof plateau>>();
  let resumed: Readonly<Record<string, unknown>> = {};
  /** Makes a schedule for each group that has none yet: TensorFlow.js knows groups after the first step only. */
  const begin = async (run: Run): Promise<void> => {
    const rates = await run.rates();
    if (rates === undefined && from === undefined)
      throw new OptimizerError(`\`${where}\`: the model does not tell its rate. Give it one: { from: 1e-3 }.`);
    for (const [group, rate] of Object.entries(rates ?? { "": from! })) {
      if (schedules.has(group)) continue;
      const schedule = plateau({ ...rest, mode: monitor.mode, from: from ?? rate });
      if (Object.hasOwn(resumed, group)) schedule.load(resumed[group] as never); // its own
      schedules.set(group, schedule);
      if (schedule() !== rate) await run.set({ lr: schedule() }, group === "" ? undefined : group);
    }
  };
  return {
    name: where,
    async onTrainBegin(_, run) {
      checkRun(where, run);
      schedules = new Map();
      monitor.begin(run);
      await begin(run);
      resumed = {};
    },
    async onEpochEnd(_, logs, run) {
      const metric = monitor.of(logs, run);
      if (metric === undefined) return;
      await begin(run);
      for (const [group, schedule] of schedules) {
        const before = schedule();
        const rate = schedule.update(metric);
        if (rate !== before) await run.set({ lr: rate }, group === "" ? undefined : group);
      }
    },
    state: () => Object.fromEntries([...schedules].map(([group, one]) => [group, one.state()])),
    load(state: Readonly<Record<string, unknown>>) {
      resumed = state;
    },
  };
}

/** A range test for `fit`: its rates, and what they did to the loss. */
export interface RateFinderCallback extends Callback {
  /** The test: its points, and `suggestion()`. */
  readonly finder: RateFinder;
}

/**
 * The learning-rate range test as a callback: the rate grows with every batch until the loss explodes, then the run stops with the
 * weights it began with. `callback.finder.suggestion()` is the rate where the loss fell fastest. The optimizer's state has seen the
 * test: train with a new one.
 */
export function findRate(options: RateFinderOptions = {}): RateFinderCallback {
  const finder = rateFinder(options);
  let weights: Weights | undefined;
  const apply = async (run: Run, step: number): Promise<void> => {
    const groups = Object.keys((await run.rates()) ?? {});
    if (groups.length > 1)
      throw new OptimizerError(
        `\`findRate\` tries one rate, and there are groups ${list(groups)}. Train with one group, and scale the rates you find.`,
      );
    await run.set({ lr: finder.schedule(step) });
  };
  return {
    name: "findRate",
    finder,
    async onTrainBegin(_, run) {
      checkRun("findRate", run);
      if (finder.points.length > 0)
        throw new OptimizerError("`findRate`: this test has run. Make another for another run.");
      weights = await run.weights();
      await apply(run, 0);
    },
    async onBatchEnd(_, { loss }, run) {
      if (finder.record(loss!)) await apply(run, finder.points.length);
      else run.stop("the range test of the rate is over");
    },
    async onTrainEnd(_, run) {
      await run.setWeights(weights!); // of the beginning
    },
  };
}

import type { Kernel, KernelPlan } from "@descent/core/kernels";
import { CHUNK, isPlain } from "../kernels/call.ts";
import type { Need } from "../wasm/need.ts";
import type { Runner } from "../wasm/runner.ts";
import type { ArrayJob } from "./group.ts";

/** A step of some rows of a parameter, which takes them one by one as they lie. */
export interface RowsInPlace {
  run(): void;
}

/** The only loop of a plan over elements alone, which may as well run row by row. */
interface OnlyLoop {
  readonly kernel: Kernel;
  /** The plan's numbers, and where among them the kernel's arguments are. */
  readonly values: Float64Array;
  readonly args: readonly number[];
}
const loops = new WeakMap<KernelPlan, { readonly only: OnlyLoop | undefined }>();

function loopOf(plan: KernelPlan): OnlyLoop | undefined {
  let known = loops.get(plan);
  if (!known) loops.set(plan, (known = { only: find(plan) }));
  return known.only;
}

function find({ merges, model, sheet, stages, values, stores }: KernelPlan): OnlyLoop | undefined {
  if (!merges || model || stages.length > 1 || values.length > 0 || stores.length > 0) return undefined;
  const [only, another] = stages[0]?.work ?? [];
  if (only?.kind !== "loop" || another || only.kernel.sums.length > 0) return undefined;
  const { kernel } = only;
  return { kernel, values: sheet.row(), args: kernel.args.map(({ key }) => sheet.at(key)) };
}

/**
 * The step of a job of rows, ready to run in the memory that its state or its parameter lies in, or else in
 * `anyRunner`'s; undefined where the rows have to be copied out first. Nothing is grouped or bound: rows are others in every step.
 */
export function rowsInPlace(
  { tensors, inputs, scalars }: ArrayJob,
  plan: KernelPlan,
  need: Need,
  anyRunner: () => Runner,
): RowsInPlace | undefined {
  const loop = loopOf(plan);
  const { whole: p, places, width } = tensors.p!.rows!; // the job is one of rows
  const home = Object.values(tensors).find(({ rows }) => rows !== undefined && rows.whole !== p && rows.whole.runner)
    ?.rows?.whole.runner;
  const codes = Object.values(tensors).some(({ rows }) => rows?.whole.coded);
  if (!loop || codes || width > CHUNK || !Object.values(inputs).every(isPlain)) return undefined;
  const near: Runner | undefined = home ?? p.runner;
  const runner = near?.fits(need) ? near : anyRunner();
  const { kernel, values } = loop;
  const arrays = kernel.buffers.map(({ key }) => {
    const name = plan.stored.get(key) ?? (key.value as string); // by element only variables, which have names, are read and stored
    const whole = tensors[name]?.rows?.whole.array;
    return { array: whole ?? (inputs[name] as Float32Array), picked: whole !== undefined }; // all are arrays
  });
  runner.prepare(kernel);
  return {
    run: () => {
      for (let i = 0; i < scalars.length; i++) values[i] = scalars[i]!; // their places come first
      plan.stages[0]!.compute(values); // the stage of the loop
      const args = loop.args.map((place) => values[place]!); // a place on the sheet
      runner.runRows({ kernel, args, arrays, places, width });
    },
  };
}

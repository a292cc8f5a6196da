import { allocate, type OptimizerOptions, optimizer } from "@descent/arrays";
import type { Configured } from "@descent/core";
import { type Effort, median } from "./measure.ts";

/** A contender: milliseconds of the steps of one turn, times the share of a core that it got. */
export type Turn = (ms: number, least: number) => Promise<readonly number[]>;

/** An update on arrays; `group` steps are timed as one, where not all cost the same. */
export function ours(
  configured: Configured,
  rows: number,
  cols: number,
  options: OptimizerOptions = {},
  group = 1,
): Turn {
  const { parameters, gradients } = allocate({ w: [rows, cols] });
  for (let i = 0; i < rows * cols; i++) gradients.w[i] = Math.sin(i * i); // sin(i) would be of rank two
  const opt = optimizer(parameters, configured, options);
  const run = (): number => {
    const start = performance.now();
    for (let k = 0; k < group; k++) opt.update(gradients);
    return (performance.now() - start) / group;
  };
  run(); // compiles
  return async (ms, least) => {
    const [from, begin] = [process.cpuUsage(), performance.now()];
    const times: number[] = [];
    while (times.length < least || performance.now() < begin + ms) times.push(run());
    const { user, system } = process.cpuUsage(from);
    const busy = (user + system) / 1e3 / (performance.now() - begin);
    return times.map((each) => each * busy);
  };
}

/** Medians over rounds in which all contenders have turns, in milliseconds. */
export async function compare(turns: readonly Turn[], { rounds, turn, least }: Effort): Promise<readonly number[]> {
  const medians: number[][] = turns.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, take] of turns.entries()) medians[i]!.push(median(await take(turn, least)));
  return medians.map(median);
}

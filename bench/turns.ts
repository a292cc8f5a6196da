import { allocate, type OptimizerOptions, optimizer } from "@descent/arrays";
import type { Configured } from "@descent/core";
import { type Effort, median } from "./measure.ts";

/** A contender: milliseconds of a core that a step of one turn took, on average. */
export type Turn = (ms: number, least: number) => Promise<number>;

/** An update on arrays; `group` steps are counted as one, where not all cost the same. */
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
  const run = (): void => {
    for (let k = 0; k < group; k++) opt.update(gradients);
  };
  run(); // compiles
  return timed(run, group);
}

/** The turns of a step; `group` steps are counted as one. */
export function timed(run: () => void, group = 1): Turn {
  return async (ms, least) => {
    run(); // other contenders had the caches
    const [from, begin] = [process.cpuUsage(), performance.now()];
    let count = 0;
    while (count < least || performance.now() < begin + ms) {
      run();
      count++;
    }
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1e3 / (count * group);
  };
}

/** A contender's outcome. */
export interface Compared {
  /** Milliseconds, the median of rounds. */
  readonly ms: number;
  /** How many times as long the first contender took, the median of rounds: what disturbs one of a round disturbs both. */
  readonly times: number;
}

/** Outcomes of rounds in which all contenders have turns. */
export async function compare(turns: readonly Turn[], { rounds, turn, least }: Effort): Promise<readonly Compared[]> {
  const taken: number[][] = turns.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, take] of turns.entries()) taken[i]!.push(await take(turn, least));
  return taken.map((own) => ({
    ms: median(own),
    times: median(own.map((ms, round) => taken[0]![round]! / ms)), // all have as many
  }));
}

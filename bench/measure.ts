import { loadavg } from "node:os";
import type { ContenderProcess } from "./contender-process.ts";
import type { Task, Turn } from "./protocol.ts";

/** A contender in a match. */
export interface Entry {
  readonly id: string;
  /** Its name in the report. */
  readonly label: string;
  readonly threads: number;
  readonly process: ContenderProcess;
  readonly task: Task;
}

/** The length of a measurement. */
export interface Effort {
  readonly rounds: number;
  /** The length of one turn, in milliseconds. */
  readonly turn: number;
  /** The least number of steps in a turn. */
  readonly least: number;
  /** The length of a first turn that does not count, in milliseconds: JavaScript is slow until it is compiled. */
  readonly warm?: number | undefined;
}

export interface Measured {
  readonly entry: Entry;
  readonly turns: readonly Turn[];
  readonly proof: readonly number[];
}

export interface Match {
  readonly measured: readonly Measured[];
  readonly absent: readonly { readonly entry: Entry; readonly why: string }[];
  readonly versions: Readonly<Record<string, string>>;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
}
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The median over rounds of their median step: a disturbed round has fewer steps but counts the same. */
export const medianOf = ({ turns }: Measured): number => median(turns.map(({ times }) => median(times)));
/** The fastest step, which other work on the machine disturbs least. */
export const bestOf = ({ turns }: Measured): number => Math.min(...turns.flatMap(({ times }) => times));

export interface Ratio {
  readonly median: number;
  readonly range: readonly [number, number];
  /** The ratio of the fastest steps. */
  readonly best: number;
}

/**
 * The time over that of `base`. Medians of the same round are compared, so that a machine that is busy for a while is busy
 * for both; given are the median of the rounds and their middle half.
 */
export function ratio(of: Measured, base: Measured): Ratio {
  const rounds = of.turns.map(({ times }, i) => median(times) / median(base.turns[i]!.times)); // both took every turn
  return {
    median: median(rounds),
    range: [quantile(rounds, 0.25), quantile(rounds, 0.75)],
    best: bestOf(of) / bestOf(base),
  };
}

/** After a turn a contender's threads spin for a while before they sleep. */
const PAUSE = 50;
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Loads every contender, lets them take turns and drops them. One that fails is left out, with the reason. */
export async function play(entries: readonly Entry[], effort: Effort, say: (text: string) => void): Promise<Match> {
  const absent: { entry: Entry; why: string }[] = [];
  const playing = new Map<string, { entry: Entry; turns: Turn[]; proof: readonly number[] }>();
  const versions: Record<string, string> = {};
  const out = (entry: Entry, error: unknown): void => {
    playing.delete(entry.id);
    absent.push({ entry, why: error instanceof Error ? error.message : String(error) });
  };
  for (const entry of entries) {
    say(`loading ${entry.label}`);
    try {
      const answer = await entry.process.ask({ load: entry.task, id: entry.id });
      if ("absent" in answer) out(entry, answer.absent);
      else if ("loaded" in answer) {
        Object.assign(versions, answer.versions);
        playing.set(entry.id, { entry, turns: [], proof: answer.proof ?? [] });
      }
    } catch (error) {
      out(entry, error);
    }
  }
  for (let round = effort.warm === undefined ? 0 : -1; round < effort.rounds; round++) {
    const counts = round >= 0;
    const order = [...playing.values()];
    // The order alternates, so that no contender always follows the same one.
    for (const { entry, turns } of round % 2 === 0 ? order : order.reverse()) {
      say(`round ${round + 1} of ${effort.rounds}: ${entry.label}`);
      if (counts) await pause(PAUSE);
      try {
        const ms = counts ? effort.turn : (effort.warm ?? 0);
        const answer = await entry.process.ask({ go: entry.id, ms, least: counts ? effort.least : 1 });
        if (counts && "times" in answer) turns.push(answer);
      } catch (error) {
        out(entry, error);
      }
    }
  }
  for (const { entry } of [...playing.values()]) await entry.process.ask({ drop: entry.id }).catch(() => {});
  return { measured: [...playing.values()], absent, versions };
}

/** The load average of the last minute. */
export const load = (): number => loadavg()[0] ?? Number.NaN;

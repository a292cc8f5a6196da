import type { ContenderProcess } from "../contender-process.ts";
import { machine } from "../machine.ts";
import { load, pause } from "../measure.ts";
import { javascript, repository } from "../processes.ts";
import type { UpdateTask } from "../protocol.ts";
import { digits, table } from "../report.ts";
import { type Baseline, baseline } from "./baseline.ts";
import { type Claim, claims } from "./claims.ts";
import { insist, LIMIT, REPETITIONS, type Repetition, type Round, type Verdict, verdict } from "./judge.ts";
import { quiet } from "./quiet.ts";

/** Milliseconds of a turn, between turns, and of the first one, in which JavaScript is compiled. */
const [TURN, PAUSE, WARM] = [25, 20, 400];
/** Seconds to wait for a quiet machine: before the first repetition, and before each further one. */
const [PATIENCE, MORE_PATIENCE] = [60, 20];
/** Repetitions that a claim may have in all, those that noticed nothing included. */
const MOST = 2 * REPETITIONS;

export interface Guarded {
  readonly text: string;
  readonly ok: boolean;
}

/** Compares the time of updates with an earlier commit's, both measured now, in turns, on this machine. */
export async function guard(against: string | undefined, say: (text: string) => void): Promise<Guarded> {
  let base: Baseline;
  try {
    base = baseline(against, say);
  } catch (error) {
    return alone(error instanceof Error ? error.message : String(error), say);
  }
  const before = load();
  let waited = await quiet(PATIENCE);
  const results = new Map<Claim, Repetition[]>(claims.map((claim) => [claim, []]));
  const absent = new Map<Claim, string>();
  for (let repetition = 0; repetition < MOST; repetition++) {
    const open = claims.filter((claim) => verdict(results.get(claim)!) === "undecided" && !absent.has(claim));
    if (open.length === 0) break;
    if (repetition > 0) waited = (await quiet(MORE_PATIENCE)) && waited;
    for (const claim of open) {
      say(`${claim.name}, repetition ${repetition + 1}`);
      const found = await repeat(claim.task, base.root);
      if ("absent" in found) absent.set(claim, found.absent);
      else results.get(claim)!.push(found);
    }
  }
  const rows = claims.map((claim) => {
    const found = results.get(claim)!;
    const all = (of: (one: Repetition) => number): string => found.map((one) => digits(of(one))).join(", ");
    const said = absent.has(claim) ? `not compared: ${absent.get(claim)}` : words[verdict(found)];
    return [claim.name, all(({ ratio }) => ratio), all(({ control }) => control), said];
  });
  const slower = claims.filter((claim) => verdict(results.get(claim)!) === "slower");
  const text = [
    "## The guard: an update beside an earlier commit's",
    `Baseline: ${base.name}. ${machine()}; load average ${before.toFixed(1)} before, ${load().toFixed(1)} after.${waited ? "" : " Other work ran at the same time."}`,
    `Ratios are of the fastest steps, now over the baseline's, one per repetition. Above ${LIMIT} in ${REPETITIONS} repetitions fails. The control is the present code doing everything twice.`,
    table(["update", "ratio", "control", ""], rows),
  ].join("\n\n");
  return { text, ok: slower.length === 0 };
}

const words: Readonly<Record<Verdict, string>> = {
  holds: "holds",
  slower: "SLOWER",
  undecided: "undecided: the machine is too busy to notice doubled work",
};

/** One repetition of a claim, in new processes. */
async function repeat(task: UpdateTask, root: string): Promise<Repetition | { readonly absent: string }> {
  const processes: ContenderProcess[] = [];
  try {
    const start = async (root: string, task: UpdateTask): Promise<() => Promise<number>> => {
      const process = javascript(root);
      processes.push(process);
      const answer = await process.ask({ load: task, id: "it" });
      if ("absent" in answer) throw new Error(answer.absent);
      const turn = async (ms: number): Promise<number> => {
        const turn = await process.ask({ go: "it", ms, least: 3 });
        return "times" in turn ? Math.min(...turn.times) : Number.NaN;
      };
      await turn(WARM);
      return () => turn(TURN);
    };
    const who = {
      baseline: await start(root, task),
      current: await start(repository, task),
      doubled: await start(repository, { ...task, repeat: 2 }),
    };
    return await insist(async (i): Promise<Round> => {
      const round = { baseline: 0, current: 0, doubled: 0 };
      const order = ["baseline", "current", "doubled"] as const;
      // The order alternates, so that no contender always follows the same one.
      for (const one of i % 2 === 0 ? order : order.toReversed()) {
        await pause(PAUSE);
        round[one] = await who[one]();
      }
      return round;
    });
  } catch (error) {
    return { absent: error instanceof Error ? error.message : String(error) };
  } finally {
    for (const one of processes) one.close();
  }
}

/** Without a baseline there is nothing to fail: the present times are reported. */
async function alone(why: string, say: (text: string) => void): Promise<Guarded> {
  const rows: string[][] = [];
  for (const { name, task } of claims) {
    say(name);
    const process = javascript();
    try {
      const answer = await process.ask({ load: task, id: "it" });
      if ("absent" in answer) throw new Error(answer.absent);
      await process.ask({ go: "it", ms: WARM, least: 3 });
      const turn = await process.ask({ go: "it", ms: 4 * TURN, least: 3 });
      rows.push([name, "times" in turn ? digits(1000 * Math.min(...turn.times)) : "–"]);
    } catch (error) {
      rows.push([name, error instanceof Error ? error.message : String(error)]);
    } finally {
      process.close();
    }
  }
  const text = [
    "## The guard: no baseline",
    `There is nothing to compare with: ${why}. \`--against REF\` names a commit. ${machine()}.`,
    table(["update", "µs per step"], rows),
  ].join("\n\n");
  return { text, ok: true };
}

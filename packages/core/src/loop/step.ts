import { OptimizerError, takes } from "../errors.ts";
import { named } from "../given.ts";
import type { Answer, Course } from "./answer.ts";
import type { AsyncBackend, Job, OthersJob, Shares } from "./backend.ts";
import { Draft, type Numbers } from "./draft.ts";
import type { Flight, Roster } from "./roster.ts";
import type { World } from "./world.ts";

/** A step worked out and not yet taken. It ends once: by `commit` or by `cancel`. */
export interface Step<T, G = T> {
  readonly jobs: readonly Job<T, G>[];
  /** The jobs that other ranks have, where ranks divide the parameters. */
  readonly others: readonly OthersJob[];
  /** Whether no parameter takes part: such a step is cancelled, not committed. */
  readonly idle: boolean;
  /** Counts the step as taken. Throws if it has ended, or if the loop has loaded, removed or disposed since. */
  commit(): void;
  /** Ends the step as if it had not been begun; does nothing if it has ended. */
  cancel(): void;
}

/** Works out a step of the parameters given. Until it is committed nothing changes, except that their slots exist. */
export function begin<T, G>(roster: Roster<T>, shares: Shares<T, G>, numbers: Numbers = {}): Step<T, G> {
  roster.alive();
  if (roster.flight)
    throw new OptimizerError(
      "A step was begun and has not ended. Await update(), or call commit() or cancel() of the step, before the next one.",
    );
  takes("an update", "the tensors of parameters by name", shares, typeof shares === "object" && shares !== null);
  if (roster.shown)
    throw new OptimizerError(
      "The parameters to evaluate with are in place: withReadout() has not returned. Update after it.",
    );
  const flight: Flight = { ended: undefined };
  roster.flight = flight; // before schedules are called, which may be anybody's code
  try {
    const step = workOut(roster, shares, numbers, flight);
    if (flight.ended !== undefined)
      throw new OptimizerError(`This step cannot be taken: ${flight.ended}, by a schedule of its own.`);
    return step;
  } catch (error) {
    if (roster.flight === flight) roster.end("it failed");
    throw error;
  }
}

function workOut<T, G>(roster: Roster<T>, shares: Shares<T, G>, numbers: Numbers, flight: Flight): Step<T, G> {
  const draft = new Draft<T, G>(roster, numbers);
  for (const pair of Symbol.iterator in shares ? shares : named("The tensors of an update", shares)) {
    if (!Array.isArray(pair)) takes("an update", "pairs [name, { p, inputs }]", pair, false);
    draft.add(pair[0], pair[1]);
  }
  draft.check();
  const { jobs, others, stepped, values, ending, rounds } = draft;
  const phase = ending ? 0 : roster.phase + 1;
  return {
    jobs,
    others,
    idle: stepped.length === 0,
    commit: () => {
      if (flight.ended !== undefined)
        throw new OptimizerError(`This step cannot be committed: ${flight.ended}. Begin another.`);
      for (let i = 0; i < stepped.length; i++) {
        const member = stepped[i]!;
        if (ending) member.t++;
        if (rounds > 0) member.phase = phase;
        member.host = values[i]!.host;
      }
      if (ending) roster.step++;
      roster.phase = phase;
      roster.moved = ending ? 0 : rounds;
      roster.end("it was committed already");
    },
    cancel: () => {
      if (flight.ended === undefined) roster.end("it was cancelled");
    },
  };
}

/** Carries a step out on a backend, over the ranks of a world if there are several: reduce, run, gather, commit. */
export function* take<T, G>(
  backend: AsyncBackend<T, G>,
  { jobs, others, commit, cancel }: Step<T, G>,
  world: World | undefined,
  shard = false,
): Course<void> {
  try {
    if (world && world.size > 1) {
      yield backend.reduceGradients!(jobs, world); // checked when the loop was made
      yield backend.run(jobs, (sums): Answer => world.sum(sums), shard ? others : undefined);
      yield backend.gatherParameters?.(jobs, world);
    } else if (jobs.length > 0) yield backend.run(jobs);
  } catch (error) {
    cancel();
    throw error;
  }
  commit();
}

/** The means over all ranks of the numbers that an update is given, such as its loss; all ranks must be given the same ones. */
export function* shared(numbers: Numbers, world: World): Course<Numbers> {
  const names = Object.keys(numbers).sort();
  if (names.length === 0) return numbers;
  const sums = Float64Array.from(names, (name) => numbers[name]!); // a key of it
  yield world.sum(sums);
  return Object.fromEntries(names.map((name, i) => [name, sums[i]! / world.size])); // one each
}

/** Throws if a backend cannot train in this world. */
export function checkWorld(
  { name, reduceGradients }: { name: string; reduceGradients?: unknown },
  world?: World,
): void {
  const exchanges = (name: keyof World): boolean => typeof world?.[name] === "function";
  const whole = (["sum", "reduceScatter", "gather", "broadcast"] as const).every(exchanges);
  takes("a loop", "a world: { rank, size, localRank, sum, … }", world, world === undefined || whole);
  if (world && world.size > 1 && !reduceGradients)
    throw new OptimizerError(
      `The backend \`${name}\` trains in one process, and this world has ${world.size}. Leave out \`world\`, or start one process.`,
    );
}

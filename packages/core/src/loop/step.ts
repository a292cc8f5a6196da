import { OptimizerError, takes } from "../errors.ts";
import { named } from "../given.ts";
import type { Env } from "../host.ts";
import type { Answer, Course } from "./answer.ts";
import type { AsyncBackend, Job, Shares } from "./backend.ts";
import { type Group, hyperNow } from "./groups.ts";
import { type HostValues, hostPart, sameHost } from "./host-values.ts";
import { entry } from "./maps.ts";
import type { Cohort, Flight, Member, Roster } from "./roster.ts";
import { allocate, initialHost } from "./slots.ts";
import type { World } from "./world.ts";

/** A step worked out and not yet taken. It ends once: by `commit` or by `cancel`. */
export interface Step<T, G = T> {
  readonly jobs: readonly Job<T, G>[];
  /** Counts the step as taken. Throws if it has ended, or if the loop has loaded, removed or disposed since. */
  commit(): void;
  /** Ends the step as if it had not been begun; does nothing if it has ended. */
  cancel(): void;
}

/** Host values of all members of a cohort that were at the same `t` with the same host slots. */
interface Shared extends HostValues {
  readonly t: number;
  readonly before: Readonly<Record<string, number>>;
}

/** Works out a step of the parameters given. Nothing has changed until it is committed, but that their slots exist. */
export function begin<T, G>(roster: Roster<T>, shares: Shares<T, G>): Step<T, G> {
  roster.alive();
  if (roster.flight)
    throw new OptimizerError(
      "A step was begun and has not ended. Await update(), or call commit() or cancel() of the step, before the next one.",
    );
  takes("an update", "the tensors of parameters by name", shares, typeof shares === "object" && shares !== null);
  const flight: Flight = { ended: undefined };
  roster.flight = flight; // before schedules are called, which may be anybody's code
  try {
    const step = workOut(roster, shares, flight);
    if (flight.ended !== undefined)
      throw new OptimizerError(`This step cannot be taken: ${flight.ended}, by a schedule of its own.`);
    return step;
  } catch (error) {
    if (roster.flight === flight) roster.end("it failed");
    throw error;
  }
}

function workOut<T, G>(roster: Roster<T>, shares: Shares<T, G>, flight: Flight): Step<T, G> {
  const hypers = new Map<Group, Env>();
  const values = new Map<Cohort, Shared[]>();
  const jobs: Job<T, G>[] = [];
  const stepped: Member<T>[] = [];
  const next: HostValues[] = [];
  let highest = -1;
  let seen: Set<Member<T>> | undefined;
  let last: Cohort | undefined;
  let shared: Shared | undefined;
  for (const pair of Symbol.iterator in shares ? shares : named("The tensors of an update", shares)) {
    if (!Array.isArray(pair)) takes("an update", "pairs [name, { p, inputs }]", pair, false);
    const [name, share] = pair;
    const member = roster.get(name);
    if (typeof share?.inputs !== "object" || share.inputs === null)
      takes("an update", "{ p, inputs } of each parameter", share, false);
    const { p, inputs } = share;
    const { cohort, parameter, index } = member;
    if (!cohort) continue; // frozen
    // In the order in which they were added none comes twice, and nothing has to be remembered of them.
    if (index > highest) highest = index;
    else seen ??= new Set(stepped);
    if (seen?.has(member))
      throw new OptimizerError(`There are two gradients for \`${name}\` in one update. Add them up, and give the sum.`);
    seen?.add(member);
    const { group, program } = cohort;
    let hyper = hypers.get(group);
    if (!hyper) hypers.set(group, (hyper = hyperNow(group, roster.step)));
    const t = member.t + 1;
    const before = member.host ?? initialHost(program, hyper);
    // Nearly always as for the parameter before, or for all of its cohort.
    if (cohort !== last || t !== shared?.t || before !== shared.before) {
      const known = entry(values, cohort, () => []);
      shared = known.find((v) => v.t === t && sameHost(program, v.before, before));
      if (!shared) {
        const { scalars, host } = hostPart(program).evaluate(t, hyper, cohort.facts, before);
        known.push((shared = { scalars, host, t, before }));
      }
      last = cohort;
    }
    member.slots ??= allocate(roster.memory, parameter, program, hyper, p);
    if (member.tensors?.p !== p) member.tensors = Object.assign({ p }, member.slots);
    jobs.push({ program, parameter, tensors: member.tensors, inputs, scalars: shared.scalars, t });
    stepped.push(member);
    next.push(shared);
  }
  return {
    jobs,
    commit: () => {
      if (flight.ended !== undefined)
        throw new OptimizerError(`This step cannot be committed: ${flight.ended}. Begin another.`);
      for (let i = 0; i < stepped.length; i++) {
        stepped[i]!.t++;
        stepped[i]!.host = next[i]!.host;
      }
      roster.step++;
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
  { jobs, commit, cancel }: Step<T, G>,
  world: World | undefined,
): Course<void> {
  try {
    if (world && world.size > 1) {
      yield backend.reduceGradients!(jobs, world); // checked when the loop was made
      yield backend.run(jobs, (sums): Answer => world.sum(sums));
      yield backend.gatherParameters?.(jobs, world);
    } else yield backend.run(jobs);
  } catch (error) {
    cancel();
    throw error;
  }
  commit();
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

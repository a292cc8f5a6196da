import { drawing } from "../draws.ts";
import { list, OptimizerError, takes } from "../errors.ts";
import { named } from "../given.ts";
import type { Env } from "../host.ts";
import { type Parameter, size } from "../parameter.ts";
import type { Program } from "../program.ts";
import { taken } from "../trace/trace.ts";
import type { Answer, Course } from "./answer.ts";
import type { AsyncBackend, Job, Shares } from "./backend.ts";
import { type Group, hyperNow } from "./groups.ts";
import { type HostValues, hostPart, sameHost } from "./host-values.ts";
import { entry } from "./maps.ts";
import type { Cohort, Flight, Member, Roster } from "./roster.ts";
import { refuseDisagreement } from "./shared.ts";
import { allocate, initialHost } from "./slots.ts";
import type { World } from "./world.ts";

/** A step worked out and not yet taken. It ends once: by `commit` or by `cancel`. */
export interface Step<T, G = T> {
  readonly jobs: readonly Job<T, G>[];
  /** Whether no parameter takes part: such a step is cancelled, not committed. */
  readonly idle: boolean;
  /** Counts the step as taken. Throws if it has ended, or if the loop has loaded, removed or disposed since. */
  commit(): void;
  /** Ends the step as if it had not been begun; does nothing if it has ended. */
  cancel(): void;
}

/** The numbers that an update is given for the whole model, by name. */
export type Numbers = Readonly<Record<string, number>>;

/** Host values of all members of a cohort that were at the same `t` with the same host slots. */
interface Shared extends HostValues {
  readonly program: Program;
  /** Whether it computes anything: where all its equations are guarded, it may not. */
  readonly works: boolean;
  /** Its inputs besides the gradient, of which most have none. */
  readonly wants: readonly string[];
  readonly t: number;
  readonly before: Readonly<Record<string, number>>;
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
  const hypers = new Map<Group, Env>();
  const values = new Map<Cohort, Shared[]>();
  const jobs: Job<T, G>[] = [];
  const stepped: Member<T>[] = [];
  const next: HostValues[] = [];
  const { phase, phases } = roster;
  /** Whether this phase ends the round. */
  const ending = phase === phases.length - 1;
  let rounds = 0;
  let highest = -1;
  let seen: Set<Member<T>> | undefined;
  let sharing = false;
  let last: Cohort | undefined;
  let shared: Shared | undefined;
  for (const pair of Symbol.iterator in shares ? shares : named("The tensors of an update", shares)) {
    if (!Array.isArray(pair)) takes("an update", "pairs [name, { p, inputs }]", pair, false);
    const [name, share] = pair;
    const member = (share?.part && roster.parts.get(share.part)) ?? roster.get(name);
    if (typeof share?.inputs !== "object" || share.inputs === null)
      takes("an update", "{ p, inputs } of each parameter", share, false);
    const { p } = share;
    let { inputs } = share;
    const { cohort, parameter, index } = member;
    if (!cohort) continue; // frozen
    const several = cohort.phases.length > 1;
    if (several) {
      if (member.phase !== phase) throw unequal(roster, name);
      rounds++;
    } else if (!ending) continue; // it waits for the update
    // In the order in which they were added none comes twice, and nothing has to be remembered of them.
    if (index > highest) highest = index;
    else seen ??= new Set(stepped);
    if (seen?.has(member))
      throw new OptimizerError(`There are two gradients for \`${name}\` in one update. Add them up, and give the sum.`);
    seen?.add(member);
    const { group } = cohort;
    const whole = several ? cohort.phases[phase]! : cohort.program; // it has those of the roster
    let hyper = hypers.get(group);
    if (!hyper) hypers.set(group, (hyper = hyperNow(group, roster.step)));
    const t = member.t + 1;
    const before = member.host ?? initialHost(whole, hyper);
    // Nearly always as for the parameter before, or for all of its cohort.
    if (cohort !== last || t !== shared?.t || before !== shared.before) {
      const known = entry(values, cohort, () => []);
      shared = known.find((v) => v.t === t && sameHost(whole, v.before, before));
      if (!shared) {
        const env = whole.numbers.length > 0 ? { ...hyper, ...numbers } : hyper;
        const program =
          whole.conditions.length > 0 ? taken(whole, hostPart(whole).holds(t, env, cohort.facts, before)) : whole;
        const absent = program.numbers.find((one) => !Object.hasOwn(numbers, one));
        if (absent !== undefined) throw missing(program, absent, name);
        const { scalars, host } = hostPart(program).evaluate(t, env, cohort.facts, before);
        const works = Object.keys(program.outputs).length > 0;
        const wants = program.inputs.filter((one) => one !== "g");
        known.push((shared = { program, works, wants, scalars, host, t, before }));
      }
      last = cohort;
    }
    const { program } = shared;
    if (program.draws.length > 0) inputs = { ...inputs, ...draws<T, G>(roster, program, hyper, parameter, t) };
    if (shared.wants.length > 0)
      for (const one of shared.wants) if (inputs[one] === undefined) throw missing(program, one, name);
    member.slots ??= allocate(roster.memory, parameter, whole, hyper, p);
    if (member.tensors?.p !== p)
      member.tensors = Object.assign({ p }, member.slots, roster.shared.of(whole, parameter, hyper));
    sharing ||= whole.model.length > 0;
    if (shared.works) jobs.push({ program, parameter, tensors: member.tensors, inputs, scalars: shared.scalars, t });
    stepped.push(member);
    next.push(shared);
  }
  if (phase > 0 && rounds !== roster.moved) throw unequal(roster, undefined, stepped);
  if (sharing) refuseDisagreement(jobs);
  return {
    jobs,
    idle: stepped.length === 0,
    commit: () => {
      if (flight.ended !== undefined)
        throw new OptimizerError(`This step cannot be committed: ${flight.ended}. Begin another.`);
      for (let i = 0; i < stepped.length; i++) {
        const member = stepped[i]!;
        if (ending) member.t++;
        member.phase = ending ? 0 : phase + 1;
        member.host = next[i]!.host;
      }
      if (ending) roster.step++;
      roster.phase = ending ? 0 : phase + 1;
      roster.moved = ending ? 0 : rounds;
      roster.end("it was committed already");
    },
    cancel: () => {
      if (flight.ended === undefined) roster.end("it was cancelled");
    },
  };
}

/** The random inputs of a parameter's update. */
function draws<T, G>(
  { memory }: Roster<T>,
  { draws: all }: Program,
  hyper: Env,
  parameter: Parameter,
  t: number,
): Record<string, G> {
  const made: Record<string, G> = {};
  for (const draw of all) {
    const of = drawing(draw, hyper[draw.seed]!, { name: parameter.name, size: size(parameter.shape), t }); // an option of the rule
    made[draw.name] = memory.draw!(of, parameter) as G; // a backend without it was refused; it makes its own inputs
  }
  return made;
}

/** The error for an input that a rule reads and an update was not given. */
const missing = ({ title }: Program, input: string, parameter: string): OptimizerError =>
  new OptimizerError(
    `${title} reads \`${input}\`, which this update was not given for \`${parameter}\`. Pass it: update(gradients, { ${input} }).`,
  );

/** The error for parameters that do not go through all phases of a round. */
function unequal<T>(
  { phases, phase, members }: Roster<T>,
  name: string | undefined,
  stepped: readonly Member<T>[] = [],
): OptimizerError {
  const names =
    name === undefined
      ? [...members.values()].filter((m) => m.phase > 0 && !stepped.includes(m)).map((m) => m.parameter.name)
      : [name];
  const [before, now] = [phases[phase - 1], phases[phase]];
  return new OptimizerError(
    name === undefined
      ? `${list(names)} took part in the phase \`${before}\` and has no gradient in \`${now}\`. Give every phase of a round gradients of the same parameters.`
      : `${list(names)} has a gradient in the phase \`${now}\` and had none in \`${before}\`. Give every phase of a round gradients of the same parameters.`,
  );
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

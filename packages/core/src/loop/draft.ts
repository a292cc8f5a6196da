import { drawing } from "../draws.ts";
import { list, OptimizerError, takes } from "../errors.ts";
import type { Env } from "../host.ts";
import { type Parameter, size } from "../parameter.ts";
import type { Program } from "../program.ts";
import { taken } from "../trace/trace.ts";
import type { Job, OthersJob, RowPart, Share } from "./backend.ts";
import { type Group, hyperNow } from "./groups.ts";
import { type HostValues, hostPart, sameHost } from "./host-values.ts";
import { ownOf } from "./portions.ts";
import type { Cohort, Member, Roster } from "./roster.ts";
import { refuseDisagreement } from "./shared.ts";
import { allocateOwn, initialHost } from "./slots.ts";

/** The numbers that an update is given for the whole model, by name. */
export type Numbers = Readonly<Record<string, number>>;

/** The values that all members of a cohort share if they were at the same `t` with the same host slots. */
interface Common extends HostValues {
  /** The phase as the rule has it, and what is taken of it in this step. */
  readonly whole: Program;
  readonly program: Program;
  readonly hyper: Env;
  /** Whether it computes anything: where all its equations are guarded, it may not. */
  readonly works: boolean;
  /** Its inputs besides the gradient. */
  readonly wants: readonly string[];
  /** Whether it reads the gradient alone, as most do. */
  readonly plain: boolean;
  readonly t: number;
  readonly before: Readonly<Record<string, number>>;
}

/**
 * A step while it is worked out, parameter by parameter. `add` is where steps of many small tensors spend their time: one call costs
 * some tens of nanoseconds, for members come in order and have all in common with the one before.
 */
export class Draft<T, G> {
  readonly jobs: Job<T, G>[] = [];
  /** The jobs that other ranks have, where ranks divide the parameters. */
  readonly others: OthersJob[] = [];
  readonly stepped: Member<T>[] = [];
  /** The new host values of each. */
  readonly values: HostValues[] = [];
  /** Whether this phase ends the round. */
  readonly ending: boolean;
  /** How many of them take part in a round of several phases. */
  rounds = 0;
  readonly #roster: Roster<T>;
  readonly #order: readonly Member<T>[];
  readonly #phase: number;
  readonly #numbers: Numbers;
  readonly #hypers = new Map<Group, Env>();
  readonly #known = new Map<Cohort, Common[]>();
  /** Where the next member is, if they come in order. */
  #next = 0;
  #highest = -1;
  #seen: Set<Member<T>> | undefined;
  #last: Cohort | undefined;
  #common: Common | undefined;
  #sharing = false;

  constructor(roster: Roster<T>, numbers: Numbers) {
    this.#roster = roster;
    this.#order = roster.order;
    this.#phase = roster.phase;
    this.#numbers = numbers;
    this.ending = roster.phase === roster.phases.length - 1;
  }

  /** Takes a parameter's share in; one that is frozen, or has no part in this phase, is left out. */
  add(name: string, share: Share<T, G>): void {
    const member = this.#member(name, share?.part);
    if (typeof share?.inputs !== "object" || share.inputs === null)
      takes("an update", "{ p, inputs } of each parameter", share, false);
    const { cohort, index } = member;
    if (!cohort) return; // frozen
    let whole = cohort.program;
    if (cohort.phases.length > 1) {
      if (member.phase !== this.#phase) throw unequal(this.#roster, name);
      this.rounds++;
      whole = cohort.phases[this.#phase]!; // it has those of the roster
    } else if (!this.ending) return; // it waits for the update
    // In the order in which they were added none comes twice, and nothing has to be remembered of them.
    if (index > this.#highest && !this.#seen) this.#highest = index;
    else this.#refuseTwice(member, name);
    const t = member.t + 1;
    const before = member.host ?? initialHost(whole, this.#hyper(cohort.group));
    let common = this.#common;
    // Nearly always as for the parameter before, or for all of its cohort.
    if (cohort !== this.#last || !common || t !== common.t || before !== common.before) {
      this.#common = common = this.#commonOf(cohort, whole, t, before, name);
      this.#last = cohort;
    }
    const inputs = common.plain ? share.inputs : this.#inputs(common, member, share.inputs);
    if (!member.tensors || member.tensors.p !== share.p) this.#place(member, common, share.p);
    if (member.portion) this.#divided(member, common, inputs, t);
    else if (common.works)
      this.jobs.push({
        program: common.program,
        parameter: member.parameter,
        tensors: member.tensors!, // placed above
        inputs,
        scalars: common.scalars,
        t,
      });
    this.stepped.push(member);
    this.values.push(common);
  }

  /** The job of a parameter that ranks divide: this rank's, or another's. */
  #divided(member: Member<T>, { program, works, scalars }: Common, inputs: Share<T, G>["inputs"], t: number): void {
    if (!works) return;
    const parameter = ownOf(member);
    if (parameter)
      this.jobs.push({ program, parameter, tensors: member.tensors!, inputs, scalars, t }); // placed before
    else this.others.push({ program, parameter: member.parameter });
  }

  /** Throws if members of a round are missing, or if those that share state do not agree. */
  check(): void {
    if (this.#phase > 0 && this.rounds !== this.#roster.moved) throw unequal(this.#roster, undefined, this.stepped);
    if (this.#sharing) refuseDisagreement(this.jobs);
  }

  #member(name: string, part: RowPart | undefined): Member<T> {
    const next = this.#order[this.#next++];
    const known = part && this.#roster.parts.get(part);
    if (known) return known;
    return next && next.parameter.name === name ? next : this.#roster.get(name);
  }

  #refuseTwice(member: Member<T>, name: string): void {
    this.#seen ??= new Set(this.stepped);
    if (this.#seen.has(member))
      throw new OptimizerError(`There are two gradients for \`${name}\` in one update. Add them up, and give the sum.`);
    this.#seen.add(member);
  }

  #hyper(group: Group): Env {
    let hyper = this.#hypers.get(group);
    if (hyper === undefined) this.#hypers.set(group, (hyper = hyperNow(group, this.#roster.step)));
    return hyper;
  }

  #commonOf(cohort: Cohort, whole: Program, t: number, before: Common["before"], name: string): Common {
    const known = this.#known.get(cohort);
    const found = known?.find((one) => one.t === t && sameHost(whole, one.before, before));
    if (found) return found;
    const hyper = this.#hyper(cohort.group);
    const { facts } = cohort;
    const env = whole.numbers.length > 0 ? { ...hyper, ...this.#numbers } : hyper;
    const program = whole.conditions.length > 0 ? taken(whole, hostPart(whole).holds(t, env, facts, before)) : whole;
    for (const one of program.numbers) if (!Object.hasOwn(this.#numbers, one)) throw missing(program, one, name);
    const part = hostPart(program);
    const { works, wants } = part;
    const { scalars, host } = part.evaluate(t, env, facts, before);
    const plain = wants.length === 0 && program.draws.length === 0;
    this.#sharing ||= whole.model.length > 0;
    const common = { whole, program, hyper, works, wants, plain, scalars, host, t, before };
    if (known) known.push(common);
    else this.#known.set(cohort, [common]);
    return common;
  }

  #inputs({ program, hyper, wants }: Common, member: Member<T>, given: Share<T, G>["inputs"]): Share<T, G>["inputs"] {
    const { parameter, t } = member;
    const inputs =
      program.draws.length > 0 && ownOf(member)
        ? { ...given, ...draws<T, G>(this.#roster, program, hyper, parameter, t + 1) }
        : given;
    for (const one of wants) if (inputs[one] === undefined) throw missing(program, one, parameter.name);
    return inputs;
  }

  /** Gives a member's next job its tensors: `p` and the slots, which it may not have yet. */
  #place(member: Member<T>, { whole, hyper }: Common, p: T): void {
    const own = ownOf(member);
    member.slots ??= allocateOwn(this.#roster.memory, own, whole, hyper, p);
    member.tensors = Object.assign({ p }, member.slots, own && this.#roster.shared.of(whole, own, hyper));
  }
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

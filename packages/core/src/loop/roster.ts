import { type Configured, checkConfigured } from "../configured.ts";
import { among, isCallback, isRecord, OptimizerError, suggestion, takes } from "../errors.ts";
import { type Assignment, assign, refuseEmptyGroups } from "../groups.ts";
import { checkParameter, decaysByRole, matrix, type Parameter, saidOf, size } from "../parameter.ts";
import { type Program, trace } from "../program.ts";
import { shapes } from "../shapes.ts";
import type { Memory } from "./backend.ts";
import type { Group } from "./groups.ts";
import { hostPart } from "./host-values.ts";
import { entry } from "./maps.ts";

/** Parameters of one group with one program that agree in the facts it reads: at one `t` they get the same numbers. */
export interface Cohort {
  readonly group: Group;
  readonly program: Program;
  /** Those of its parameters; `count`, which is the model's, changes when parameters come and go. */
  readonly facts: Record<string, number>;
}

/** A parameter with all that the loop keeps of it. */
export interface Member<T> {
  /** Its place in the order in which members were added. */
  readonly index: number;
  readonly parameter: Parameter;
  /** Undefined for a frozen parameter. */
  readonly cohort: Cohort | undefined;
  readonly decays: boolean;
  /** Updates it has had. */
  t: number;
  /** Slots kept on the host; undefined before the first update. */
  host: Readonly<Record<string, number>> | undefined;
  slots: Readonly<Record<string, T>> | undefined;
  /** `p` and the slots, as the last job had them. */
  tensors: Readonly<Record<string, T>> | undefined;
}

/** A step that was begun: once `ended` it cannot be committed, and the text says why. */
export interface Flight {
  ended: string | undefined;
}

/** Who is trained by what, and how far: the one place where the loop keeps what changes. */
export class Roster<T> {
  readonly memory: Memory<T>;
  readonly #configured: Configured;
  readonly groups: Map<string, Group> = new Map();
  readonly members: Map<string, Member<T>> = new Map();
  readonly #cohorts = new Map<Program, readonly Cohort[]>();
  /** Updates done. */
  step = 0;
  /** Updates refused because gradients were not finite. */
  nonFinite = 0;
  /** How many numbers the parameters have that are not frozen. */
  #numbers = 0;
  /** Members ever added. */
  #added = 0;
  /** The step that was begun and has not ended. */
  flight: Flight | undefined;
  disposed = false;

  constructor(memory: Memory<T>, configured: Configured) {
    checkConfigured(configured, "optimizer");
    const { name, slot, free }: Partial<Memory<T>> = memory ?? {};
    const whole = typeof name === "string" && isCallback(slot) && isCallback(free);
    takes("a loop", "a backend: { name, slot, run, free }", memory, whole);
    this.memory = memory;
    this.#configured = configured;
  }

  /** Takes parameters in, giving each its group; unless `more` will follow, no group may stay empty. On an error none is taken. */
  add(parameters: readonly Parameter[], more: boolean): void {
    this.alive();
    takes("add", "a list of parameters", parameters, Array.isArray(parameters));
    const seen = new Set<string>();
    for (const parameter of parameters) {
      checkParameter(parameter);
      const { name } = parameter;
      if (this.members.has(name) || seen.has(name))
        throw new OptimizerError(
          `There are two parameters named \`${name}\`. Names tell their states apart; rename one.`,
        );
      seen.add(name);
    }
    const groups = new Map(this.groups);
    const cohorts = new Map(this.#cohorts);
    const members = assign(this.#configured, parameters).map(({ label, leaf }, i): Member<T> => {
      const parameter = parameters[i]!; // one assignment per parameter
      const fresh = { index: this.#added + i, parameter, t: 0, host: undefined, slots: undefined, tensors: undefined };
      if (!leaf) return { ...fresh, cohort: undefined, decays: false };
      const group = entry(groups, label, () => ({ label, leaf, hyper: { ...leaf.hyper } }));
      const { rows, cols } = matrix(parameter);
      const program = trace(leaf.rule, { rows, cols }, group.hyper);
      shapes(program, { rows, cols });
      this.memory.check?.(program, parameter);
      const decays = leaf.decays
        ? saidOf(`${leaf.rule.title}: decays`, parameter, leaf.decays(parameter))
        : decaysByRole(parameter);
      const { shape } = parameter;
      const facts: Cohort["facts"] = { rows, cols, size: size(shape), ndim: shape.length, decays: +decays, count: 0 };
      const { reads } = hostPart(program);
      const known = entry(cohorts, program, () => []);
      let cohort = known.find((c) => c.group === group && reads.every((name) => c.facts[name] === facts[name]));
      if (!cohort) cohorts.set(program, [...known, (cohort = { group, program, facts })]);
      return { ...fresh, cohort, decays };
    });
    if (!more)
      refuseEmptyGroups(
        this.#configured,
        [...this.members.values(), ...members].map(({ parameter }) => parameter),
      );
    for (const [program, all] of cohorts) this.#cohorts.set(program, all);
    for (const [label, group] of groups) this.groups.set(label, group);
    for (const member of members) this.members.set(member.parameter.name, member);
    this.#added += members.length;
    this.#count(members, 1);
  }

  /** Counts the numbers of parameters that come (1) or go (-1), and tells all cohorts how many the model has. */
  #count(members: readonly Member<T>[], sign: 1 | -1): void {
    for (const { cohort, parameter } of members) if (cohort) this.#numbers += sign * size(parameter.shape);
    for (const cohorts of this.#cohorts.values()) for (const { facts } of cohorts) facts.count = this.#numbers;
  }

  /** Forgets a parameter and frees its state. */
  remove(name: string): void {
    const member = this.get(name);
    this.end(`\`${name}\` was removed`);
    this.free(member);
    this.members.delete(name);
    this.#count([member], -1);
  }

  /**
   * Gives parameters other names, by their present ones: they keep their state, their counts and their rules. Throws, and
   * renames none, where a name is taken or the new one belongs to another group.
   */
  rename(names: Readonly<Record<string, string>>): void {
    this.alive();
    takes("rename", "new names by present ones: { old: new }", names, isRecord(names));
    const members = new Map(Object.keys(names).map((from) => [from, this.get(from)]));
    const kept = new Set([...this.members.keys()].filter((name) => !members.has(name)));
    const next = new Map<string, Member<T>>();
    for (const [from, member] of members) {
      const name = names[from]!; // it is one of the keys
      const parameter = { ...member.parameter, name };
      checkParameter(parameter);
      if (kept.has(name) || [...next.values()].some((other) => other.parameter.name === name))
        throw new OptimizerError(
          `\`rename\`: there would be two parameters named \`${name}\`. Names tell their states apart; choose another.`,
        );
      const [{ label, leaf }] = assign(this.#configured, [parameter]) as [Assignment]; // one per parameter
      const group = member.cohort?.group.label;
      if ((leaf ? label : undefined) !== group)
        throw new OptimizerError(
          `\`rename\`: \`${from}\` is ${group === undefined ? "frozen" : `in group \`${group}\``}, and \`${name}\` would be ${leaf ? `in group \`${label}\`` : "frozen"}. A name that says so cannot change the rule; choose another.`,
        );
      next.set(from, { ...member, parameter });
    }
    this.end("parameters were renamed");
    const all = [...this.members].map(([name, member]) => next.get(name) ?? member);
    this.members.clear();
    for (const member of all) this.members.set(member.parameter.name, member);
    for (const { cohort, parameter } of next.values()) if (cohort) this.memory.check?.(cohort.program, parameter);
  }

  /** The member of this name. Throws if there is none. */
  get(name: string): Member<T> {
    const member = this.members.get(name);
    if (member) return member;
    takes("a loop", "a parameter's name", name, typeof name === "string");
    const names = [...this.members.keys()];
    throw new OptimizerError(`There is no parameter \`${name}\` here; ${among(names)}.${suggestion(name, names)}`);
  }

  /** Ends the step under way, if there is one, so that it cannot be committed. */
  end(why: string): void {
    if (this.flight) this.flight.ended = why;
    this.flight = undefined;
  }

  /** Frees a member's state. */
  free(member: Member<T>): void {
    for (const tensor of Object.values(member.slots ?? {})) this.memory.free(tensor);
    member.slots = undefined;
    member.tensors = undefined;
  }

  /** Throws after `dispose`. */
  alive(): void {
    if (this.disposed) throw new OptimizerError("This optimizer was disposed of. Make a new one.");
  }

  /** Frees all state. The roster is empty from then on; a second call does nothing. */
  dispose(): void {
    this.end("the optimizer was disposed of");
    for (const member of this.members.values()) this.free(member);
    this.members.clear();
    this.groups.clear();
    this.#cohorts.clear();
    this.disposed = true;
  }
}

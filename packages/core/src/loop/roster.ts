import { phasesOf, READOUT, UPDATE } from "../blocks.ts";
import { type Configured, checkConfigured } from "../configured.ts";
import { among, isCallback, isRecord, list, OptimizerError, suggestion, takes } from "../errors.ts";
import type { Expr } from "../expr.ts";
import { type Assignment, assign, refuseEmptyGroups } from "../groups.ts";
import { type Arranged, arranged } from "../layout.ts";
import { checkParameter, decaysByRole, matrix, type Parameter, saidOf, size } from "../parameter.ts";
import { type Program, ROUND, restoring, TRAINED } from "../program.ts";
import { shapes } from "../shapes.ts";
import type { RuleSpec } from "../spec.ts";
import { trace } from "../trace/trace.ts";
import type { Memory, RowPart } from "./backend.ts";
import type { Group } from "./groups.ts";
import { hostPart } from "./host-values.ts";
import { entry } from "./maps.ts";
import { divide, type Portion, type Ranks } from "./portions.ts";
import { checkShared, Shared } from "./shared.ts";

/** Parameters of one group with one program that agree in the facts it reads: at one `t` they get the same numbers. */
export interface Cohort {
  readonly group: Group;
  /** The program of `update`. */
  readonly program: Program;
  /** The programs of the phases of a round; the last is `program`. */
  readonly phases: readonly Program[];
  /** Undo a round that is not finished; undefined where rounds have one phase. */
  readonly rewind: Program | undefined;
  /** Puts the parameter to evaluate with in place, and the trained one back; undefined where they are the same. */
  readonly readout: { readonly show: Program; readonly restore: Program } | undefined;
  /** Those of its parameters; `count`, which is the model's, changes when parameters come and go. */
  readonly facts: Record<string, number>;
}

/** A parameter with all that the loop keeps of it. */
export interface Member<T> {
  /** Its place in the order in which members were added. */
  readonly index: number;
  readonly parameter: Parameter;
  /** How ranks divide it; undefined where nothing is divided. */
  portion: Portion | undefined;
  /** Undefined for a frozen parameter. */
  readonly cohort: Cohort | undefined;
  readonly decays: boolean;
  /** Updates it has had. */
  t: number;
  /** Phases that it has had in this round. */
  phase: number;
  /** Slots kept on the host; undefined before the first update. */
  host: Readonly<Record<string, number>> | undefined;
  slots: Readonly<Record<string, T>> | undefined;
  /** The updates of each row, once it was given a gradient of some; `t` is then the most of them. */
  counts: Uint32Array | undefined;
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
  readonly shared: Shared<T>;
  /** The members behind parts of parameters. */
  readonly parts: WeakMap<RowPart, Member<T>> = new WeakMap();
  readonly #cohorts = new Map<Program, readonly Cohort[]>();
  readonly #totals = new Map<RuleSpec, Totals>();
  /** Updates done. */
  step = 0;
  /** The phases of a round: one, or those of the rules that have several. */
  phases: readonly string[] = [UPDATE];
  /** The next phase, from 0. */
  phase = 0;
  /** How many parameters are in the middle of a round. */
  moved = 0;
  /** The inputs of rules besides gradients, by name. */
  inputs: ReadonlyMap<string, "tensor" | "model"> = new Map();
  /** Updates refused because gradients were not finite. */
  nonFinite = 0;
  /** The members in a list, made when it is asked for. */
  #order: readonly Member<T>[] | undefined;
  /** How many numbers the parameters have that are not frozen. */
  #numbers = 0;
  /** Members ever added. */
  #added = 0;
  /** The step that was begun and has not ended. */
  flight: Flight | undefined;
  /** Whether the parameters to evaluate with are in place. */
  shown = false;
  disposed = false;
  /** The ranks that divide the parameters, and what each has of them; undefined where nothing is divided. */
  readonly #ranks: Ranks | undefined;
  readonly #loads: number[];

  constructor(memory: Memory<T>, configured: Configured, ranks?: Ranks) {
    checkConfigured(configured, "optimizer");
    const { name, slot, free }: Partial<Memory<T>> = memory ?? {};
    const whole = typeof name === "string" && isCallback(slot) && isCallback(free);
    takes("a loop", "a backend: { name, slot, run, free }", memory, whole);
    this.memory = memory;
    this.shared = new Shared(memory);
    this.#configured = configured;
    this.#ranks = ranks;
    this.#loads = ranks ? Array<number>(ranks.size).fill(0) : [];
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
    let { phases } = this;
    const inputs = new Map(this.inputs);
    const totals = new Map(this.#totals);
    const members = assign(this.#configured, parameters).map(({ label, leaf }, i): Member<T> => {
      const given = parameters[i]!; // one assignment per parameter
      const { parameter, lie, seen }: Arranged = leaf
        ? arranged(leaf.rule, given, leaf.hyper)
        : { parameter: given, lie: "straight", seen: matrix(given) };
      const index = this.#added + i;
      const fresh = {
        index,
        parameter,
        portion: undefined,
        t: 0,
        phase: 0,
        host: undefined,
        slots: undefined,
        counts: undefined,
        tensors: undefined,
      };
      if (!leaf) return { ...fresh, cohort: undefined, decays: false };
      const group = entry(groups, label, () => ({ label, leaf, hyper: { ...leaf.hyper } }));
      const lying = matrix(parameter);
      const { rows, cols } = seen;
      const names = phasesOf(leaf.rule);
      phases = sameRound(leaf.rule, names, phases);
      for (const [name, place] of Object.entries(leaf.rule.inputs ?? {})) {
        if (entry(inputs, name, () => place) !== place)
          throw new OptimizerError(
            `${leaf.rule.title} takes \`${name}\` by ${place}, and another rule here takes an input of that name otherwise. Rename one.`,
          );
      }
      const programs = names.map((phase) => trace(leaf.rule, { rows, cols }, group.hyper, phase, lie));
      sameTotals(totals, leaf.rule, programs, parameter);
      for (const one of programs) {
        if (one.draws.length > 0 && !this.memory.draw)
          throw new OptimizerError(
            `${leaf.rule.title} draws random numbers, which the backend \`${this.memory.name}\` does not. Use arrays, WebGPU, TensorFlow.js, or the plan "host" of ONNX Runtime.`,
          );
        shapes(one, lying);
        this.memory.check?.(one, parameter);
      }
      const program = programs.at(-1)!; // every rule has an update
      const rewind = names.length > 1 ? restoring(program, ROUND) : undefined;
      const show = leaf.rule.readout && trace(leaf.rule, { rows, cols }, group.hyper, READOUT, lie);
      if (show) this.memory.check?.(show, parameter);
      const readout = show && { show, restore: restoring(show, TRAINED) };
      const decays = leaf.decays
        ? saidOf(`${leaf.rule.title}: decays`, parameter, leaf.decays(parameter))
        : decaysByRole(parameter);
      const { length: ndim } = parameter.shape;
      const facts: Cohort["facts"] = { rows, cols, size: rows * cols, ndim, decays: +decays, count: 0 };
      const reads = [...programs, ...(show ? [show] : [])].flatMap((one) => hostPart(one).reads);
      const known = entry(cohorts, program, () => []);
      let cohort = known.find((c) => c.group === group && reads.every((name) => c.facts[name] === facts[name]));
      if (!cohort)
        cohorts.set(program, [...known, (cohort = { group, program, phases: programs, rewind, readout, facts })]);
      return { ...fresh, cohort, decays };
    });
    if (!more)
      refuseEmptyGroups(
        this.#configured,
        [...this.members.values(), ...members].map(({ parameter }) => parameter),
      );
    checkShared([...cohorts.values()].flat());
    this.phases = phases;
    this.inputs = inputs;
    for (const [program, all] of cohorts) this.#cohorts.set(program, all);
    for (const [rule, sums] of totals) this.#totals.set(rule, sums);
    for (const [label, group] of groups) this.groups.set(label, group);
    for (const member of members) this.members.set(member.parameter.name, member);
    this.#order = undefined;
    this.#divide(members);
    this.#added += members.length;
    this.#count(members, 1);
  }

  /** The members in the order in which they were added. */
  get order(): readonly Member<T>[] {
    return (this.#order ??= [...this.members.values()]);
  }

  /** Divides new members among the ranks. */
  #divide(members: readonly Member<T>[]): void {
    if (!this.#ranks) return;
    const trained = members.filter(({ cohort }) => cohort);
    const all = trained.map(({ parameter, cohort }) => ({
      parameter,
      programs: [...cohort!.phases, ...(cohort!.readout ? [cohort!.readout.show] : [])], // they have one
    }));
    for (const [i, portion] of divide(all, this.#loads, this.#ranks).entries()) trained[i]!.portion = portion; // one each
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
    if (member.phase > 0) this.moved--;
    if (this.moved === 0) this.phase = 0;
    this.members.delete(name);
    this.#order = undefined;
    const { id, model = [] } = member.cohort?.program ?? {};
    if (id !== undefined && model.length > 0) {
      if (![...this.members.values()].some(({ cohort }) => cohort?.program.id === id)) this.shared.free(id);
    }
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
      const own = member.portion?.own;
      const portion = member.portion && { ...member.portion, own: own && { ...own, name } };
      next.set(from, { ...member, parameter, portion });
    }
    this.end("parameters were renamed");
    const all = [...this.members].map(([name, member]) => next.get(name) ?? member);
    this.members.clear();
    this.#order = undefined;
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

  /** Frees the state that the parameters of a rule share. */
  freeShared(id: string): void {
    this.shared.free(id);
    for (const member of this.members.values()) if (member.cohort?.program.id === id) member.tensors = undefined;
  }

  /** Frees a member's state. */
  free(member: Member<T>): void {
    for (const tensor of Object.values(member.slots ?? {})) this.memory.free(tensor);
    member.slots = undefined;
    member.counts = undefined;
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
    this.shared.dispose();
    this.members.clear();
    this.#order = undefined;
    this.groups.clear();
    this.#cohorts.clear();
    this.#totals.clear();
    this.disposed = true;
  }
}

/** The formulas by which a rule adds up over the model, phase by phase, and the parameter that had them first. */
interface Totals {
  readonly parameter: Parameter;
  readonly sums: readonly Expr[];
}

/**
 * Throws if a rule's formulas of sums over the model depend on a parameter's shape or layout: sums are taken formula by
 * formula, so each would leave out the others' shares.
 */
function sameTotals(
  known: Map<RuleSpec, Totals>,
  rule: RuleSpec,
  programs: readonly Program[],
  parameter: Parameter,
): void {
  const sums = programs.flatMap(({ passes }) => passes.flat().filter(({ value }) => value === "model"));
  const first = entry(known, rule, () => ({ parameter, sums }));
  if (first.sums.length === sums.length && sums.every((e) => first.sums.includes(e))) return;
  const [a, b] = [first.parameter, parameter].map(({ name, shape }) => `\`${name}\` of shape [${shape.join(", ")}]`);
  throw new OptimizerError(
    `${rule.title} adds up over the model by one formula for ${a} and by another for ${b}, so neither would be the whole sum. Give one of them another rule: partition(…).`,
  );
}

/** The phases of a round of all rules: those of a rule with several, which all others with several must have too. */
function sameRound({ title }: RuleSpec, names: readonly string[], known: readonly string[]): readonly string[] {
  if (names.length === 1) return known;
  if (known.length > 1 && names.join() !== known.join())
    throw new OptimizerError(
      `${title} has the phases ${list(names)}, and another rule here has ${list(known)}. Rules stepped together must have the same, or none.`,
    );
  return names;
}

import type { Configured } from "../configured.ts";
import { flag, knownOptions } from "../options.ts";
import type { Parameter } from "../parameter.ts";
import type { HyperValue } from "../spec.ts";
import type { StateMeta } from "../state.ts";
import type { Memory } from "./backend.ts";
import { setHyper } from "./groups.ts";
import { type Given, readsNext, sorted } from "./inputs.ts";
import { type Divided, dividedSlots, type Inspection, inspect, type Kept, keptSlots, metaOf } from "./inspect.ts";
import type { Portion, Ranks } from "./portions.ts";
import { Roster } from "./roster.ts";
import { refuseLeaving } from "./swap.ts";

/** The part that both loops share. */
export class BaseLoop<T> {
  protected readonly roster: Roster<T>;

  constructor(memory: Memory<T>, configured: Configured, ranks?: Ranks) {
    this.roster = new Roster(memory, configured, ranks);
  }

  /** Updates done. */
  get step(): number {
    return this.roster.step;
  }

  /** The phase that the next update carries out: `update`, or one before it of a rule that asks for several gradients per round. */
  get phase(): string {
    return this.roster.phases[this.roster.phase]!; // always one of them
  }

  /** Whether a round is under way: its first phase was carried out, and its last was not. */
  get midRound(): boolean {
    return this.roster.moved > 0;
  }

  /** Whether a rule here reads an input of this name. */
  reads(input: string): boolean {
    return this.roster.inputs.has(input);
  }

  /** Whether the next update of all parameters reads it: not in steps in which `when` leaves out what does. */
  readsNext(input: string): boolean {
    return readsNext(this.roster, input);
  }

  /**
   * Tells apart what an update is given besides gradients: tensors by the name of the input, then of the parameter, and
   * numbers. Throws for a name that no rule reads, and for what is not a number.
   */
  given<V>(inputs: Readonly<Record<string, V | number>>): Given<V> {
    return sorted(this.roster, inputs);
  }

  /** Whether `dispose` was called. */
  get disposed(): boolean {
    return this.roster.disposed;
  }

  /** Whether the parameters to evaluate with are in place, within `withReadout`. */
  get shows(): boolean {
    return this.roster.shown;
  }

  /** Whether parameters to evaluate with differ from those that are trained. */
  get hasReadout(): boolean {
    return [...this.roster.members.values()].some(({ cohort, t }) => cohort?.readout !== undefined && t > 0);
  }

  /** Throws after `dispose`. */
  alive(): void {
    this.roster.alive();
  }

  /** Whether a parameter of this name was added. */
  has(name: string): boolean {
    return this.roster.members.has(name);
  }

  /**
   * Takes parameters in, giving each its group. Throws, and takes none, if one is of no group, known already or refused, or
   * if a group stays empty; with `more` it may, because other parameters will follow.
   */
  add(parameters: readonly Parameter[], options: { readonly more?: boolean } = {}): void {
    const { more = false } = knownOptions("add", options, ["more"]);
    flag("add", { more });
    this.roster.add(parameters, more);
  }

  /** Throws if a parameter that is to go is in the middle of a round: it would stay where a phase has taken it. */
  refuseLeaving(names: Iterable<string>): void {
    refuseLeaving(this.roster, names);
  }

  /** How ranks divide a parameter; undefined where it is frozen, or nothing is divided. */
  portion(name: string): Portion | undefined {
    return this.roster.get(name).portion;
  }

  /** Changes hyper-parameters from the next update on, in one group or in every group that has them. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void {
    this.roster.alive();
    setHyper(this.roster.groups, hyper, group);
  }

  /** The groups with their rules and current hyper-parameters, and what is known of every parameter. */
  inspect(): Inspection {
    return inspect(this.roster);
  }

  /** Counts an update that an adapter refused because gradients were not finite; `inspect()` shows how many. */
  countNonFinite(): void {
    this.roster.nonFinite++;
  }

  /** The state tensors there are, with the keys they are saved under. Parameters not yet updated have none. */
  slots(): Kept<T>[] {
    return keptSlots(this.roster);
  }

  /** The state that ranks keep together, in the same order on all of them. */
  divided(): Divided<T>[] {
    return dividedSlots(this.roster);
  }

  /** The part of the state that is not tensors. */
  meta(): StateMeta {
    return metaOf(this.roster);
  }
}

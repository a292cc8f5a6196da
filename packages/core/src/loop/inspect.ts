import type { Parameter, Role, Shape } from "../parameter.ts";
import { type ParameterState, type StateMeta, slotKey } from "../state.ts";
import { hyperNow, plainHyper } from "./groups.ts";
import { mapValues } from "./maps.ts";
import type { Roster } from "./roster.ts";
import { slotShape } from "./slots.ts";

/** The facts about one group. */
interface InspectedGroup {
  /** The title of its rule. */
  readonly rule: string;
  /** Hyper-parameters as the next update will use them. */
  readonly hyper: Readonly<Record<string, number>>;
  readonly parameters: readonly string[];
}

/** The facts about one parameter. */
interface InspectedParameter {
  /** Undefined if it is frozen. */
  readonly group: string | undefined;
  /** Updates it has had. */
  readonly t: number;
  /** Whether weight decay acts on it. */
  readonly decays: boolean;
  readonly shape: Shape;
  readonly role: Role | undefined;
}

/** The present condition of an optimizer; hyper-parameters as the next update will use them. */
export interface Inspection {
  /** Updates done. */
  readonly step: number;
  /** The phase that the next update carries out: `update`, but for rules that ask for several gradients per round. */
  readonly phase: string;
  /** Updates that were refused, with an error or without, because gradients were not finite. */
  readonly nonFinite: number;
  /** By label; the label is empty where nothing is partitioned. */
  readonly groups: Readonly<Record<string, InspectedGroup>>;
  readonly parameters: Readonly<Record<string, InspectedParameter>>;
}

/** A state tensor with the key that it is saved under. */
export interface Kept<T> {
  readonly key: string;
  readonly parameter: Parameter;
  readonly shape: Shape;
  readonly tensor: T;
}

/** The groups, parameters and counts of a roster. */
export function inspect<T>({ step, phase, phases, nonFinite, groups, members }: Roster<T>): Inspection {
  const all = [...members.values()];
  return {
    step,
    phase: phases[phase]!, // always one of them
    nonFinite,
    groups: Object.fromEntries(
      [...groups.values()].map((group): [string, InspectedGroup] => {
        const parameters = all.filter((m) => m.cohort?.group === group).map((m) => m.parameter.name);
        return [group.label, { rule: group.leaf.rule.title, hyper: { ...hyperNow(group, step) }, parameters }];
      }),
    ),
    parameters: Object.fromEntries(
      all.map(({ parameter: { name, shape, role }, cohort, t, decays }): [string, InspectedParameter] => [
        name,
        { group: cohort?.group.label, t, decays, shape, role },
      ]),
    ),
  };
}

/** The state tensors there are. Parameters not yet updated have none. */
export const keptSlots = <T>({ members }: Roster<T>): Kept<T>[] =>
  [...members.values()].flatMap(({ parameter, cohort, slots }) =>
    Object.entries(slots ?? {}).map(([slot, tensor]) => ({
      key: slotKey(slot, parameter.name),
      parameter,
      shape: slotShape(cohort!.program.slots[slot]!, parameter), // what has slots has a program that names them
      tensor,
    })),
  );

/** The part of the state that is not tensors. */
export function metaOf<T>({ step, phases, groups, members }: Roster<T>): StateMeta {
  const parameters = [...members.values()].flatMap(
    ({ parameter, cohort, t, phase, host }): [string, ParameterState][] => {
      if (!cohort) return [];
      const kept = host && Object.keys(host).length > 0 ? { host } : {};
      const moved = phase > 0 ? { phase: phases[phase]! } : {}; // always one of them
      return [[parameter.name, { group: cohort.group.label, shape: parameter.shape, t, ...moved, ...kept }]];
    },
  );
  return {
    version: 1,
    step,
    groups: Object.fromEntries(
      [...groups.values()].map(({ label, leaf, hyper }) => [
        label,
        { rule: leaf.rule.id, hyper: mapValues(hyper, plainHyper) },
      ]),
    ),
    parameters: Object.fromEntries(parameters),
  };
}

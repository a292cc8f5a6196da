import { type Parameter, type Role, type Shape, size } from "../parameter.ts";
import type { Program } from "../program.ts";
import { modelKey, type ParameterState, type StateMeta, slotKey } from "../state.ts";
import { tilesOf } from "../trace/tiled.ts";
import { hyperNow, plainHyper } from "./groups.ts";
import { mapValues } from "./maps.ts";
import type { Cohort, Roster } from "./roster.ts";
import { slotShape } from "./slots.ts";

/** The facts about one group. */
interface InspectedGroup {
  /** The title of its rule. */
  readonly rule: string;
  /** Hyper-parameters as the next update will use them. */
  readonly hyper: Readonly<Record<string, number>>;
  readonly parameters: readonly string[];
  /** The symbols of its state that are one number for the whole model. */
  readonly model: readonly string[];
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
  /**
   * The size of the matrix that its rule's equations see, and how many blocks of that size at most there are, each seen as a
   * matrix: where the rule says what rows are, or sees blocks.
   */
  readonly seen?: { readonly rows: number; readonly cols: number; readonly blocks: number };
  /** Its state by symbol: the shape of each tensor that is kept from step to step. */
  readonly state: Readonly<Record<string, Shape>>;
}

/** The present condition of an optimizer; hyper-parameters as the next update will use them. */
export interface Inspection {
  /** Updates done. */
  readonly step: number;
  /** The phase that the next update carries out: `update`, but for rules that ask for several gradients per round. */
  readonly phase: string;
  /** Whether a round of several phases is under way. */
  readonly midRound: boolean;
  /** Updates that were refused, with an error or without, because gradients were not finite. */
  readonly nonFinite: number;
  /** By label; the label is empty where nothing is partitioned. */
  readonly groups: Readonly<Record<string, InspectedGroup>>;
  /** Each parameter that has a rule, by name. */
  readonly parameters: Readonly<Record<string, InspectedParameter>>;
}

/** A state tensor with the key that it is saved under. */
export interface Kept<T> {
  /** `"m/w"`: the slot and the parameter's name. */
  readonly key: string;
  /** The parameter whose state it is; undefined for state of the whole model. */
  readonly parameter: Parameter | undefined;
  readonly shape: Shape;
  /** The backend's tensor itself, not a copy. */
  readonly tensor: T;
}

/** A state tensor of which each rank keeps a part. */
export interface Divided<T> {
  /** The key that it is saved under. */
  readonly key: string;
  /** The shape of the whole tensor. */
  readonly shape: Shape;
  /** How many of its numbers each rank keeps, in their order; undefined for one number that several ranks may keep. */
  readonly counts: readonly number[] | undefined;
  /** This rank's part; undefined where it keeps none. */
  readonly tensor: T | undefined;
}

/** The groups, parameters and counts of a roster. */
export function inspect<T>({ step, phase, phases, moved, nonFinite, groups, members }: Roster<T>): Inspection {
  const all = [...members.values()];
  return {
    step,
    phase: phases[phase]!, // always one of them
    midRound: moved > 0,
    nonFinite,
    groups: Object.fromEntries(
      [...groups.values()].map((group): [string, InspectedGroup] => {
        const mine = all.filter((m) => m.cohort?.group === group);
        const parameters = mine.map((m) => m.parameter.name);
        const model = mine[0]?.cohort?.program.model ?? [];
        return [group.label, { rule: group.leaf.rule.title, hyper: { ...hyperNow(group, step) }, parameters, model }];
      }),
    ),
    parameters: Object.fromEntries(
      all.map(({ parameter, parameter: { name, shape, role }, cohort, t, decays }): [string, InspectedParameter] => [
        name,
        {
          group: cohort?.group.label,
          t,
          decays,
          shape,
          role,
          ...(cohort ? seenBy(cohort, parameter) : {}),
          state: cohort ? stateOf(cohort.program, parameter) : {},
        },
      ]),
    ),
  };
}

function seenBy({ group: { leaf, hyper }, facts }: Cohort, parameter: Parameter): Pick<InspectedParameter, "seen"> {
  const { layout, blocks } = leaf.rule;
  if (!layout && !blocks) return {};
  const { rows, cols } = facts as { readonly rows: number; readonly cols: number }; // every cohort has them
  const tiles = tilesOf(leaf.rule, { rows, cols }, hyper);
  const [first] = tiles?.flat() ?? [];
  const seen = first ?? { rows, cols };
  return { seen: { rows: seen.rows, cols: seen.cols, blocks: tiles?.flat().length ?? parameter.blocks ?? 1 } };
}

const stateOf = ({ slots }: Program, parameter: Parameter): Record<string, Shape> =>
  Object.fromEntries(
    Object.entries(slots).flatMap(([slot, spec]) =>
      spec.place === "host" || spec.place === "model" ? [] : [[slot, slotShape(spec, parameter)] as const],
    ),
  );

/** The state tensors there are: those of parameters that were updated, then those of the whole model. */
export const keptSlots = <T>({ members, shared }: Roster<T>): Kept<T>[] => [
  ...[...members.values()].flatMap(({ parameter, cohort, slots }) =>
    Object.entries(slots ?? {}).map(([slot, tensor]) => ({
      key: slotKey(slot, parameter.name),
      parameter,
      shape: slotShape(cohort!.program.slots[slot]!, parameter), // what has slots has a program that names them
      tensor,
    })),
  ),
  ...[...shared.all()].map(([key, tensor]) => ({ key, parameter: undefined, shape: [], tensor })),
];

/** The state of parameters that ranks divide: those that were updated, then the numbers of the whole model. */
export function dividedSlots<T>({ members, shared }: Roster<T>): Divided<T>[] {
  const all: Divided<T>[] = [];
  const ofModel = new Map<string, T | undefined>();
  const numbers = new Map(shared.all());
  for (const { parameter, portion, cohort, slots } of members.values()) {
    if (!cohort || !portion || !slots) continue;
    const { id, model, slots: specs } = cohort.program;
    for (const [slot, spec] of Object.entries(specs)) {
      if (spec.place === "host" || spec.place === "model") continue;
      const shape = slotShape(spec, parameter);
      // A slot of another size belongs to a parameter that one rank has whole.
      const counts =
        spec.place === "tensor" && !spec.matrix
          ? portion.counts
          : portion.counts.map((count) => (count > 0 ? size(shape) : 0));
      all.push({ key: slotKey(slot, parameter.name), shape, counts, tensor: slots[slot] });
    }
    for (const slot of model) {
      const key = modelKey(slot, id);
      // Ranks without a part of any parameter of the rule do not learn its new value.
      ofModel.set(key, ofModel.get(key) ?? (portion.own && numbers.get(key)));
    }
  }
  return [...all, ...[...ofModel].map(([key, tensor]) => ({ key, shape: [], counts: undefined, tensor }))];
}

/** The part of the state that is not tensors. */
export function metaOf<T>({ step, phases, groups, members }: Roster<T>): StateMeta {
  const parameters = [...members.values()].flatMap(
    ({ parameter, cohort, t, phase, host }): [string, ParameterState][] => {
      if (!cohort) return [];
      const kept = host && Object.keys(host).length > 0 ? { host } : {};
      // The meaning of its dimensions, for a framework that lays them out otherwise.
      const axes = parameter.axes && parameter.shape.length > 1 ? { axes: parameter.axes } : {};
      const moved = phase > 0 ? { phase: phases[phase]! } : {}; // always one of them
      return [[parameter.name, { group: cohort.group.label, shape: parameter.shape, ...axes, t, ...moved, ...kept }]];
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

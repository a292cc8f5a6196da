import { phasesOf } from "../blocks.ts";
import { isCallback, isRecord, list, OptimizerError, shown, takes } from "../errors.ts";
import { flag, knownOptions } from "../options.ts";
import { size } from "../parameter.ts";
import type { Program } from "../program.ts";
import {
  checkTensor,
  MODEL,
  modelKey,
  type ParameterState,
  type StateDict,
  type StateMeta,
  slotKey,
  type TensorData,
} from "../state.ts";
import type { Course } from "./answer.ts";
import { type Group, hyperNow, plainHyper } from "./groups.ts";
import { hostPart } from "./host-values.ts";
import { moved, orderOf, unmovable } from "./moved.ts";
import { ownOf, partOf } from "./portions.ts";
import { type Rename, renamedState } from "./rename.ts";
import { dimensions, isWidened, widened } from "./resize.ts";
import type { Member, Roster } from "./roster.ts";
import { allocateOwn, slotShape } from "./slots.ts";

/** The result of `load`. After a strict load only `loaded` and `changed` may be non-empty. */
export interface LoadReport {
  /** Parameters whose state was taken over. */
  readonly loaded: readonly string[];
  /** Parameters of the optimizer that the state does not know. */
  readonly missing: readonly string[];
  /** Parameters of the state that the optimizer does not have, and state such as `vMax/w` that its rules do not keep. */
  readonly unexpected: readonly string[];
  /** Parameters whose state does not fit, and the reason: another shape, another rule. */
  readonly mismatched: readonly { readonly name: string; readonly why: string }[];
  /** Parameters that grew, whose new elements start without state. */
  readonly resized: readonly string[];
  /** Hyper-parameters that differ from those the state was saved with; the optimizer keeps its own. */
  readonly changed: readonly string[];
}

/** How a state is fitted to the current parameters. */
export interface LoadOptions {
  /** Whether everything must fit (the default); `false` takes what does, and reports the rest. */
  readonly strict?: boolean | undefined;
  /** Today's names of parameters by their saved names, or a function that tells them. Others keep theirs. */
  readonly rename?: Rename | undefined;
  /**
   * `"pad"` lets parameters have grown: their state stays in the corner where it was, and new elements start like those of a
   * new parameter. Refused for state that starts as the parameter. A state moves without it between frameworks that lay
   * parameters out differently, [out, in, H, W] and [H, W, in, out], where both know which dimensions are which (`axes`).
   */
  readonly resize?: "pad" | undefined;
}

/**
 * Gives a state tensor its numbers: at once if that cannot fail, else it makes what it needs and returns the function
 * that puts it in place. Those functions are called when everything is ready, and must not throw.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a callback that writes at once returns nothing
export type Write<T> = (tensor: T, data: Float32Array) => void | (() => void);

/** A parameter with what is saved of it, and that which will be its slots. */
interface Fit<T> {
  readonly member: Member<T>;
  readonly saved: ParameterState;
}

/**
 * Continues from a saved state, into the slots there are and new ones where there are none. Everything that can fail
 * comes before the first change, so that on an error nothing has changed.
 */
export function* load<T>(
  roster: Roster<T>,
  state: StateDict,
  write: Write<T>,
  options: LoadOptions,
): Course<LoadReport> {
  roster.alive();
  const { strict = true, rename, resize } = knownOptions("load", options, ["strict", "rename", "resize"]);
  flag("load", { strict });
  if (resize !== undefined && resize !== "pad")
    throw new OptimizerError(`\`load\`: resize must be "pad", or be left out; got ${shown(resize)}.`);
  if (!isRecord(state) || !isRecord(state.tensors))
    throw new OptimizerError(
      `\`load\` takes what state() returned, or decodeState(bytes) of a file; got ${shown(state)}.`,
    );
  takes("load", "a function that writes a tensor", write, isCallback(write));
  const { meta, tensors } = renamedState(state, rename);
  const { fits, report } = compare(roster, meta, tensors, { strict, pad: resize === "pad" });
  if (strict) refuse(report);
  const fresh = new Map<Member<T>, Readonly<Record<string, T>>>();
  const made = new Set<string>();
  const changes: (() => void)[] = [];
  const put = (tensor: T, data: Float32Array): void => {
    const change = write(tensor, data);
    takes("load", "a `write` that returns a function or nothing", change, !change || isCallback(change));
    if (change) changes.push(change);
  };
  try {
    for (const { member, saved } of fits) {
      const { group, program } = member.cohort!; // not frozen
      if (!begun(saved) || (member.slots && roster.shared.has(program))) continue;
      const hyper = hyperNow(group, roster.step);
      if (!member.slots) fresh.set(member, allocateOwn(roster.memory, ownOf(member), program, hyper));
      if (roster.shared.has(program)) continue;
      made.add(program.id);
      roster.shared.of(program, member.parameter, hyper);
    }
    yield roster.memory.settle?.();
    for (const { member, saved } of fits) {
      if (!begun(saved)) continue;
      for (const [slot, tensor] of Object.entries(member.slots ?? fresh.get(member)!)) {
        const found = tensors[slotKey(slot, member.parameter.name)]!; // checked by `mismatch`
        put(tensor, partOf(member.portion, member.parameter, numbers(roster, member, slot, saved, found)));
      }
    }
    for (const [key, tensor] of roster.shared.all()) if (Object.hasOwn(tensors, key)) put(tensor, tensors[key]!.data); // those of rules that fit are there
  } catch (error) {
    for (const slots of fresh.values()) for (const tensor of Object.values(slots)) roster.memory.free(tensor);
    for (const id of made) roster.freeShared(id);
    throw error;
  }
  roster.end("a state was loaded since it was begun");
  for (const change of changes) change();
  for (const { member, saved } of fits) {
    if (!begun(saved)) {
      roster.free(member);
      const { id } = member.cohort!.program; // not frozen
      if (!fits.some((fit) => begun(fit.saved) && fit.member.cohort!.program.id === id)) roster.freeShared(id); // as above
    } else member.slots ??= fresh.get(member);
    member.counts = roster.memory.rows ? countsOf(member, tensors) : undefined;
    member.t = saved.t;
    member.phase = Math.max(0, roster.phases.indexOf(saved.phase ?? ""));
    member.host = saved.host && kept(member, saved.host);
  }
  roster.step = meta.step;
  const moved = [...roster.members.values()].filter(({ phase }) => phase > 0);
  roster.moved = moved.length;
  roster.phase = moved[0]?.phase ?? 0;
  return report;
}

/** The numbers of a slot as they are saved, or as they are for a parameter that has grown or lies otherwise since. */
function numbers<T>(
  { step }: Roster<T>,
  { parameter, cohort }: Member<T>,
  slot: string,
  saved: ParameterState,
  found: TensorData,
): Float32Array {
  const { program, group } = cohort!; // not frozen
  const spec = program.slots[slot]!; // what has a tensor is a slot of it
  const { shape } = saved;
  const order = orderOf(saved, parameter);
  if (order) return moved(group.leaf.rule, group.leaf.rule.state[slot], saved, parameter, order, found.data);
  if (shape.join() === parameter.shape.join()) return found.data;
  const from = dimensions(spec, parameter, shape, found.shape);
  const to = dimensions(spec, parameter, parameter.shape, slotShape(spec, parameter));
  return widened(spec, slot, parameter, hyperNow(group, step), { from, to, data: found.data });
}

/** Whether a parameter had any share of a step, so that it has state. */
const begun = ({ t, phase }: ParameterState): boolean => t > 0 || phase !== undefined;

/** The parts of a state that fit, with their parameters, and everything that does not. */
function compare<T>(
  { groups, members, memory, shared }: Roster<T>,
  meta: StateMeta,
  tensors: StateDict["tensors"],
  { strict, pad }: { readonly strict: boolean; readonly pad: boolean },
): { readonly fits: readonly Fit<T>[]; readonly report: LoadReport } {
  const mismatched: { name: string; why: string }[] = [];
  const missing: string[] = [];
  const fits: Fit<T>[] = [];
  for (const member of members.values()) {
    if (!member.cohort) continue;
    const { name } = member.parameter;
    const saved = Object.hasOwn(meta.parameters, name) ? meta.parameters[name] : undefined;
    const kept = !strict && shared.has(member.cohort.program);
    const why = saved && mismatch(member, saved, meta, tensors, { pad, kept });
    if (!saved) missing.push(name);
    else if (why !== undefined) mismatched.push({ name, why });
    else fits.push({ member, saved });
  }
  const unexpected = Object.keys(meta.parameters).filter((name) => !members.get(name)?.cohort);
  const loaded = fits.map(({ member }) => member.parameter.name);
  const programs = [...members.values()].flatMap(({ cohort }) => cohort?.program ?? []);
  unexpected.push(...unkept(fits, programs, meta, tensors, memory.rows ?? false));
  const resized = fits.filter(({ member, saved }) => isWidened(saved.shape, member.parameter.shape));
  return {
    fits,
    report: {
      loaded,
      missing,
      unexpected,
      mismatched,
      resized: resized.map(({ member }) => member.parameter.name),
      changed: changedSince(meta, groups.values()),
    },
  };
}

/** Weights, and gradients that wait for their update: a checkpoint holds them beside the state. */
const besides = ["p", "g"];

/** The key of the updates of each row. No slot has this name, which is a fact's. */
const COUNTS = "t";

/** The updates of each row, if they were saved; new rows have had none. */
function countsOf<T>(
  { parameter: { name, shape } }: Member<T>,
  tensors: StateDict["tensors"],
): Uint32Array | undefined {
  const key = slotKey(COUNTS, name);
  if (!Object.hasOwn(tensors, key)) return undefined;
  const counts = new Uint32Array(shape[0] ?? 0);
  counts.set(tensors[key]!.data);
  return counts;
}

/** The keys of state that no rule here keeps, and of state of parameters that the metadata do not know. */
function unkept<T>(
  fits: readonly Fit<T>[],
  programs: readonly Program[],
  meta: StateMeta,
  tensors: StateDict["tensors"],
  rows: boolean,
): string[] {
  const slotsOf = new Map(
    fits.map(({ member: { parameter, cohort } }) => [parameter.name, cohort!.program.slots] as const), // not frozen
  );
  const ofModel = new Set(programs.flatMap(({ id, model }) => model.map((slot) => modelKey(slot, id))));
  const inTensors = Object.keys(tensors).filter((key) => {
    const at = key.indexOf("/"); // slot names have none
    const [slot, name] = [key.slice(0, at), key.slice(at + 1)];
    if (besides.includes(slot)) return false;
    if (slot === MODEL) return !ofModel.has(key);
    if (at < 0 || !Object.hasOwn(meta.parameters, name)) return true;
    const slots = slotsOf.get(name); // what does not fit is reported already
    if (slot === COUNTS && rows) return false;
    return slots !== undefined && !(Object.hasOwn(slots, slot) && slots[slot]!.place !== "host");
  });
  const onHost = fits.flatMap(({ member: { parameter, cohort }, saved: { host = {} } }) => {
    const { kept } = hostPart(cohort!.program); // not frozen
    return Object.keys(host)
      .filter((slot) => !kept.includes(slot))
      .map((slot) => slotKey(slot, parameter.name));
  });
  return [...inTensors, ...onHost];
}

/** The host slots of a state that the rule keeps. */
const kept = <T>({ cohort }: Member<T>, host: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(hostPart(cohort!.program).kept.map((slot) => [slot, host[slot]!])); // `mismatch` found them all

/** Throws one error with everything that keeps a state from being loaded whole. */
function refuse({ missing, unexpected, mismatched }: LoadReport): void {
  const problems = [
    ...(missing.length > 0 ? [`it does not know ${list(missing)}`] : []),
    ...(unexpected.length > 0 ? [`it has ${list(unexpected)}, which this optimizer does not train or keep`] : []),
    ...mismatched.map(({ name, why }) => `\`${name}\` ${why}`),
  ];
  const more = problems.length > 8 ? ` and ${problems.length - 8} more` : "";
  if (problems.length > 0)
    throw new OptimizerError(
      `The saved state does not fit: ${problems.slice(0, 8).join("; ")}${more}. Nothing was loaded; load with { strict: false } to take what fits.`,
    );
}

/** Why what is saved of a parameter does not fit it; undefined if it does. State of the model may be `kept` as it is. */
function mismatch<T>(
  { parameter, cohort }: Member<T>,
  saved: ParameterState,
  meta: StateMeta,
  tensors: StateDict["tensors"],
  { pad, kept }: { readonly pad: boolean; readonly kept: boolean },
): string | undefined {
  const order = orderOf(saved, parameter);
  const grown = !order && pad && isWidened(saved.shape, parameter.shape);
  if (!grown && !order && saved.shape.join() !== parameter.shape.join())
    return `was saved with shape [${saved.shape}] and has shape [${parameter.shape}]${pad ? ", which only growing dimensions may change" : isWidened(saved.shape, parameter.shape) ? ' (it has grown: { resize: "pad" } keeps what was learned)' : ""}`;
  const { group, program } = cohort!; // frozen parameters are not compared
  const rule = Object.hasOwn(meta.groups, saved.group) ? meta.groups[saved.group]!.rule : "an unknown rule";
  const { id, title } = group.leaf.rule;
  // States written before rules had ids hold titles.
  if (rule !== id && rule !== title) return `was trained by ${rule} and now has ${id}`;
  if (saved.phase !== undefined && !phasesOf(group.leaf.rule).includes(saved.phase))
    return `was saved before the phase ${shown(saved.phase)}, which its rule does not have`;
  if (!begun(saved)) return undefined;
  const counts = slotKey(COUNTS, parameter.name);
  if (order && Object.hasOwn(tensors, counts))
    return "counts the updates of each row, and has other rows now. Save it before rows of it are stepped";
  if (Object.hasOwn(tensors, counts)) {
    const found = tensors[counts]!;
    checkTensor(counts, found);
    if (found.data.length !== saved.shape[0] || !found.data.every((n) => Number.isInteger(n) && n >= 0 && n <= saved.t))
      return `has updates of rows that are not whole numbers up to ${saved.t}, one for each of ${saved.shape[0] ?? 0} rows`;
  }
  for (const [slot, spec] of Object.entries(program.slots)) {
    if (spec.place === "host") {
      if (!saved.host || !Object.hasOwn(saved.host, slot)) return `lacks the state \`${slot}\``;
      continue;
    }
    const key = spec.place === "model" ? modelKey(slot, program.id) : slotKey(slot, parameter.name);
    const found = Object.hasOwn(tensors, key) ? tensors[key] : undefined;
    if (!found && spec.place === "model" && kept) continue;
    if (!found) return `lacks the state \`${slot}\``;
    checkTensor(key, found);
    const tied = order && unmovable(group.leaf.rule, group.leaf.rule.state[slot], order, parameter);
    if (tied !== undefined)
      return `lies otherwise than it was saved, and ${tied}, so its state \`${slot}\` cannot be moved`;
    if (grown && spec.init === "p")
      return `starts the state \`${slot}\` as the parameter, and its value then is not known for new elements`;
    const shape = slotShape(spec, parameter);
    if (grown && spec.place !== "model") {
      const from = dimensions(spec, parameter, saved.shape, found.shape);
      const fits =
        found.data.length === size(from) && (from.join() === shape.join() || !spec.matrix || isWidened(from, shape));
      if (!fits)
        return `has a state \`${slot}\` of shape [${found.shape}], which does not belong to the shape [${saved.shape}]`;
    } else if (found.data.length !== size(shape) || (spec.matrix && found.shape.join() !== shape.join()))
      return `has a state \`${slot}\` of shape [${found.shape}], which should be [${shape}]`;
  }
  return undefined;
}

/** Hyper-parameters that differ from the saved ones. */
const changedSince = (meta: StateMeta, groups: Iterable<Group>): string[] =>
  [...groups].flatMap(({ label, hyper }) => {
    const saved = Object.hasOwn(meta.groups, label) ? meta.groups[label]!.hyper : {};
    const value = (name: string): unknown => (Object.hasOwn(saved, name) ? saved[name] : undefined);
    return Object.keys({ ...hyper, ...saved })
      .filter((name) => (Object.hasOwn(hyper, name) ? plainHyper(hyper[name]!) : undefined) !== value(name))
      .map((name) => (label === "" ? name : `${label}: ${name}`));
  });

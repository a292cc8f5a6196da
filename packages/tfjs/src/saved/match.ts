import type { StateDict } from "@descent/core";
import { MODEL } from "@descent/core/adapter";

/** A parameter of a saved state. */
export interface SavedParameter {
  readonly name: string;
  /** Unknown for parameters without state, such as frozen ones. */
  readonly shape: readonly number[] | undefined;
}

/** A variable that may continue one of them. */
export interface Candidate {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Matches {
  /** The saved name of each variable that continues one, by the variable's name. */
  readonly pairs: ReadonlyMap<string, string>;
  /** Names of variables that nothing was saved for. */
  readonly fresh: readonly string[];
  /** Variables that have the name of a saved parameter and another shape. */
  readonly reshaped: readonly { readonly name: string; readonly saved: string; readonly why: string }[];
}

/** tfjs makes the second variable of a name unique by a number. */
const withoutSuffix = (name: string): string => name.replace(/_\d+$/, "");

/** Without the numbers that tfjs gives to variables, and to layers without a name of their own (`dense_Dense3/kernel`). */
const withoutNumbers = (name: string): string => withoutSuffix(name).replace(/(_[A-Z]\w*?)\d+(?=\/)/g, "$1");

/** A variable made without a name is named by a number. */
const isAnonymous = (name: string): boolean => /^\d+$/.test(name);

/** Whether a variable's shape lets it continue what was saved. */
export type Fits = (saved: readonly number[], now: readonly number[]) => boolean;
const same: Fits = (saved, now) => saved.join() === now.join();

/**
 * Which saved parameter each variable continues. Loading a model beside another of the same names gives its variables
 * new ones, so names are compared as they are, then without the number tfjs appends; variables without a name are taken
 * in their order. Where all names have changed, as in a model that was built again, all of them must agree in order,
 * kind and shape. A variable that is left over starts fresh.
 */
export function match(
  saved: readonly SavedParameter[],
  variables: readonly Candidate[],
  shapesFit: Fits = same,
): Matches {
  const fits = ({ shape }: SavedParameter, to: Candidate): boolean => !shape || shapesFit(shape, to.shape);
  const pairs = new Map<string, string>();
  let theirs = [...saved];
  let ours = [...variables];
  const pair = (from: readonly SavedParameter[], to: readonly Candidate[]): void => {
    if (from.length !== to.length || !to.every((candidate, i) => fits(from[i]!, candidate))) return;
    for (const [i, { name }] of to.entries()) pairs.set(name, from[i]!.name);
    theirs = theirs.filter((one) => !from.includes(one));
    ours = ours.filter((one) => !to.includes(one));
  };
  const pairBy = (key: (name: string) => string): void => {
    for (const [k, to] of byKey(ours, key)) pair(byKey(theirs, key).get(k) ?? [], to);
  };
  pairBy((name) => name);
  pairBy(withoutSuffix);
  pair(
    theirs.filter(({ name }) => isAnonymous(name)),
    ours.filter(({ name }) => isAnonymous(name)),
  );
  const kin = (a: readonly { readonly name: string }[]): string => a.map(({ name }) => withoutNumbers(name)).join("\n");
  if (pairs.size === 0 && kin(theirs) === kin(ours)) pair(theirs, ours);
  const rest = byKey(theirs, withoutSuffix);
  const reshaped = ours.flatMap(({ name, shape }) => {
    const [one, ...more] = rest.get(withoutSuffix(name)) ?? [];
    if (!one || more.length > 0) return [];
    return [{ name, saved: one.name, why: `was saved with shape [${one.shape}] and has shape [${shape}]` }];
  });
  const changed = new Set(reshaped.map(({ name }) => name));
  return { pairs, fresh: ours.map(({ name }) => name).filter((name) => !changed.has(name)), reshaped };
}

/**
 * Whether a variable that was left over could be the one meant: one of another model, under the number that tfjs gave it.
 */
export function ambiguous(pairs: Matches["pairs"], variables: readonly Candidate[]): boolean {
  const kind = ({ name, shape }: Candidate): string => `${withoutNumbers(name)} ${shape}`;
  const chosen = new Set(variables.filter(({ name }) => pairs.has(name)).map(kind));
  return variables.some((one) => !pairs.has(one.name) && chosen.has(kind(one)));
}

function byKey<T extends { readonly name: string }>(
  all: readonly T[],
  key: (name: string) => string,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const k = key(one.name);
    const group = groups.get(k);
    if (group) group.push(one);
    else groups.set(k, [one]);
  }
  return groups;
}

/** The part of a state that belongs to these parameters, under their current names, or to the whole model. */
export function renamed(state: StateDict, names: ReadonlyMap<string, string>, step: number): StateDict {
  const now = new Map([...names].map(([name, then]) => [then, name]));
  // A frozen parameter has no entry.
  const parameters = Object.entries(state.meta.parameters).flatMap(([then, found]) => {
    const name = now.get(then);
    return name === undefined ? [] : [[name, found] as const];
  });
  const tensors = Object.entries(state.tensors).flatMap(([key, tensor]) => {
    if (key.startsWith(`${MODEL}/`)) return [[key, tensor] as const];
    const at = key.indexOf("/"); // slot names have none
    const name = now.get(key.slice(at + 1));
    return name === undefined ? [] : [[`${key.slice(0, at)}/${name}`, tensor] as const];
  });
  return {
    meta: { ...state.meta, step, parameters: Object.fromEntries(parameters) },
    tensors: Object.fromEntries(tensors),
  };
}

import { OptimizerError, type StateDict } from "@descent/core";
import {
  type Axes,
  checkMeta,
  checkTensor,
  isRecord,
  list,
  MODEL,
  type ParameterState,
  type Shape,
  type StateMeta,
  shown,
  size,
  slotKey,
  type TensorData,
} from "@descent/core/adapter";
import type { Form, Forms, SlotForm } from "./forms.ts";
import { type Laid, orderOf, permuted } from "./layout.ts";

/** A parameter in the other library: its name there, and its axes where they are not what that library has by default. */
export interface There {
  readonly name: string;
  readonly axes?: Axes | undefined;
}

/** Names in the other library by the names here; parameters that are not listed have the same name. */
export type Names = Readonly<Record<string, string | There>>;

/** Numbers of a state. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** A library, as far as states are concerned. */
export interface Library {
  readonly title: string;
  readonly forms: Forms;
  /** The axes of a parameter of two dimensions or more, where nothing else is said. */
  axes(rank: number): Axes;
}

/** A part of the state as the other library has it. */
export interface Piece extends Numbers {
  /** The parameter's name there; undefined where it is the whole model's. */
  readonly parameter: string | undefined;
  /** The name of the slot there. */
  readonly slot: string;
}

function thereOf(names: Names, name: string): There {
  const there = Object.hasOwn(names, name) ? names[name]! : name;
  if (typeof there === "string") return { name: there };
  if (isRecord(there) && typeof there.name === "string") return there;
  throw new OptimizerError(
    `\`names\` gives the other library's name of each parameter, "fc.weight" or { name, axes }; for \`${name}\` it has ${shown(there)}.`,
  );
}

/** The key of a number that the whole model has in a rule. */
const modelKey = (slot: string, rule: string): string => slotKey(MODEL, `${slot}/${rule}`);

function checkState(where: string, state: unknown): asserts state is StateDict {
  if (!isRecord(state) || !isRecord(state.meta) || !isRecord(state.tensors))
    throw new OptimizerError(`${where} takes what optimizer.state() gives; got ${shown(state)}.`);
  checkMeta(state.meta);
  for (const [key, tensor] of Object.entries(state.tensors)) checkTensor(key, tensor);
}

function checkNames(names: unknown): asserts names is Names {
  if (!isRecord(names))
    throw new OptimizerError(`\`names\` must be an object, { ours: "theirs" }; got ${shown(names)}.`);
}

function formOf({ title, forms }: Library, meta: StateMeta, { group }: ParameterState): Form {
  const id = meta.groups[group]?.rule ?? "";
  if (Object.hasOwn(forms, id)) return forms[id]!;
  throw new OptimizerError(
    `The state of the rule \`${id}\` has no counterpart in ${title}; these have: ${list(Object.keys(forms), 99)}.`,
  );
}

/** The slots of a parameter, by its shape there. */
function slotsOf({ slots, flat }: Form, there: Shape): [ours: string, theirs: SlotForm][] {
  const named = there.length < 2 && flat ? flat : typeof slots === "function" ? slots(there) : slots;
  return Object.entries(named).map(([ours, its]) => [ours, typeof its === "string" ? { name: its } : its]);
}

/** Both layouts of a parameter. */
function layouts(
  library: Library,
  saved: ParameterState,
  there: There,
): { readonly ours: Laid; readonly theirs: Laid } {
  const { shape, axes } = saved;
  const known = there.axes ?? (shape.length > 1 ? library.axes(shape.length) : undefined);
  const order = orderOf({ shape, axes }, { shape, axes: known });
  return { ours: { shape, axes }, theirs: { shape: order.map((d) => shape[d]!), axes: known } };
}

/** Where the numbers of the other library come from. */
export interface Source {
  /** The numbers of a slot, by the names there; undefined where there are none. */
  tensor(slot: string, parameter: string): Numbers | undefined;
  /** The number of the whole model that has this name there. Libraries whose forms have none need no answer. */
  model?(slot: string): Numbers | undefined;
  /** How many updates a parameter has had: 0 where the library keeps nothing of it. */
  count(parameter: string): number;
  /** Every parameter of which there is a slot that is called so. */
  parameters(slot: string): readonly string[];
}

/**
 * A state of the other library as one to load here: `like` is the state of the optimizer that is to go on, which says what its
 * parameters are and which rules they have. A parameter of which the other library has nothing has not been stepped. Throws,
 * and names it, where a part of a parameter's state is missing or has another shape.
 */
export function gathered(library: Library, like: StateDict, names: Names, source: Source, step?: number): StateDict {
  checkState(`A state of ${library.title}`, like);
  checkNames(names);
  const parameters: Record<string, ParameterState> = {};
  const tensors: Record<string, TensorData> = {};
  for (const [name, known] of Object.entries(like.meta.parameters)) {
    const { host: _, phase: __, ...saved } = known;
    const there = thereOf(names, name);
    const form = formOf(library, like.meta, known);
    const { ours, theirs } = layouts(library, known, there);
    const found = slotsOf(form, theirs.shape).map((slot) => [slot, source.tensor(slot[1].name, there.name)] as const);
    const hosts = Object.entries(form.host ?? {}).map(([own, its]) => [own, source.tensor(its, there.name)] as const);
    const whole = Object.entries(form.model ?? {}).map(([own, its]) => [own, its, source.model?.(its)] as const);
    const missing = [
      ...found.flatMap(([[, { name: its }], numbers]) => (numbers ? [] : [its])),
      ...whole.flatMap(([, its, numbers]) => (numbers ? [] : [its])),
    ];
    const t = found.length === 0 ? (step ?? source.count(there.name)) : source.count(there.name);
    if (t === 0) {
      parameters[name] = { ...saved, t: 0 };
      continue;
    }
    if (missing.length > 0 || hosts.some(([, numbers]) => !numbers))
      throw new OptimizerError(
        `${library.title}'s state of \`${there.name}\` lacks ${list([...missing, ...hosts.flatMap(([own, n]) => (n ? [] : [form.host![own]!]))])}, which \`${like.meta.groups[known.group]!.rule}\` needs.`,
      );
    for (const [[own, its], numbers] of found)
      tensors[slotKey(own, name)] = brought(library, there.name, its, { ours, theirs }, numbers!); // nothing is missing
    const { hyper, rule } = like.meta.groups[known.group]!;
    for (const [own, , numbers] of whole)
      tensors[modelKey(own, rule)] = { shape: [1], data: Float32Array.from(numbers!.data) };
    const host = {
      ...Object.fromEntries(hosts.map(([own, numbers]) => [own, numbers!.data[0]!])),
      ...Object.fromEntries(Object.entries(form.derived ?? {}).map(([own, of]) => [own, of(t, hyper)])),
    };
    parameters[name] = { ...saved, t, ...(Object.keys(host).length > 0 ? { host } : {}) };
  }
  refuseLeft(library, like, names, source);
  const most = Math.max(0, ...Object.values(parameters).map(({ t }) => t));
  return { meta: { ...like.meta, step: step ?? most, parameters }, tensors };
}

/** A state that belongs to no parameter here would be lost, most often because its name is another one. */
function refuseLeft(library: Library, { meta }: StateDict, names: Names, source: Source): void {
  const known = new Set(Object.keys(meta.parameters).map((name) => thereOf(names, name).name));
  const slots = new Set(
    Object.entries(meta.parameters).flatMap(([name, saved]) =>
      slotsOf(formOf(library, meta, saved), layouts(library, saved, thereOf(names, name)).theirs.shape).map(
        ([, slot]) => slot.name,
      ),
    ),
  );
  const left = new Set([...slots].flatMap((slot) => source.parameters(slot)).filter((name) => !known.has(name)));
  if (left.size > 0)
    throw new OptimizerError(
      `${library.title} has the state of ${list([...left])}, and no parameter here has that name; there are ${list([...known])}. Give \`names\`: { "ours": "theirs" }.`,
    );
}

const summaries = {
  mean: (xs: readonly number[]) => xs.reduce((sum, x) => sum + x, 0) / Math.max(xs.length, 1),
  max: (xs: readonly number[]) => xs.reduce((most, x) => Math.max(most, x), 0),
} as const;

/** One slot in our layout. One number per row or column, which lies alike everywhere, is told by its size. */
function brought(
  { title }: Library,
  parameter: string,
  { name: slot, times = 1, shape: shaped, summary }: SlotForm,
  { ours, theirs }: { readonly ours: Laid; readonly theirs: Laid },
  { shape, data }: Numbers,
): TensorData {
  const whole = size(ours.shape);
  if (summary) return { shape: [1], data: Float32Array.of(summaries[summary](Array.from(data))) };
  const scaled = times === 1 ? data : Array.from(data, (x) => x / times);
  if (data.length !== whole || whole === 1 || shaped) return { shape: [data.length], data: Float32Array.from(scaled) }; // of rows or columns: `load` checks it
  if (shape.join() !== theirs.shape.join())
    throw new OptimizerError(
      `${title}'s \`${slot}\` of \`${parameter}\` has shape [${shape.join(", ")}], and the parameter's there should be [${theirs.shape.join(", ")}]. Give its axes: { name: ${JSON.stringify(parameter)}, axes: { in: […], out: […] } }.`,
    );
  const order = orderOf({ shape, axes: theirs.axes }, ours);
  return { shape: ours.shape, data: permuted(scaled, shape, order) };
}

/** The parts of our state as the other library has them, parameter by parameter; a parameter that was not stepped has none. */
export function scattered(
  library: Library,
  state: StateDict,
  names: Names,
): { readonly parameter: string; readonly t: number; readonly pieces: readonly Piece[] }[] {
  checkState(`A state for ${library.title}`, state);
  checkNames(names);
  return Object.entries(state.meta.parameters).map(([name, saved]) => {
    const { name: parameter, axes } = thereOf(names, name);
    const { t, host = {} } = saved;
    if (t === 0) return { parameter, t, pieces: [] };
    const form = formOf(library, state.meta, saved);
    const { ours, theirs } = layouts(library, saved, { name: parameter, axes });
    const { hyper, rule } = state.meta.groups[saved.group]!;
    const single = (slot: string, x: number): Piece => ({ parameter, slot, shape: [], data: [x] });
    const slots = slotsOf(form, theirs.shape).filter(([, { summary }]) => summary === undefined);
    const pieces = slots.map(([own, { name: slot, times = 1, shape: shaped }]): Piece => {
      const found = state.tensors[slotKey(own, name)];
      if (!found) throw new OptimizerError(`The state has no \`${slotKey(own, name)}\`.`);
      const data = times === 1 ? found.data : found.data.map((x) => x * times);
      if (shaped) return { parameter, slot, shape: shaped(data.length), data };
      if (data.length !== size(ours.shape)) return { parameter, slot, shape: [data.length], data };
      return { parameter, slot, shape: theirs.shape, data: permuted(data, ours.shape, orderOf(ours, theirs)) };
    });
    const whole = Object.entries(form.model ?? {}).map(([own, slot]): Piece => {
      const found = state.tensors[modelKey(own, rule)];
      if (!found) throw new OptimizerError(`The state has no \`${modelKey(own, rule)}\`.`);
      return { parameter: undefined, slot, shape: [], data: found.data };
    });
    const hosts = Object.entries(form.host ?? {}).map(([own, slot]) => single(slot, host[own]!));
    const extra = Object.entries(form.extra ?? {}).map(([slot, of]) => single(slot, of(t, hyper)));
    return { parameter, t, pieces: [...pieces, ...whole, ...hosts, ...extra] };
  });
}

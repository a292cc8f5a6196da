import { OptimizerError, type StateDict } from "@descent/core";
import {
  type Axes,
  decodeSafetensors,
  encodeSafetensors,
  isRecord,
  knownOptions,
  refuseRepeated,
  type SafeTensor,
  shown,
} from "@descent/core/adapter";
import { gathered, type Library, type Names, type Numbers, scattered } from "../state/convert.ts";
import { numbersOf } from "../state/numbers.ts";
import { forms, uncounted } from "./forms.ts";

const torch: Library = { title: "PyTorch", forms, axes: () => ({ out: [0], in: [1] }) };

/** Options of `fromStateDict` and `toStateDict`. */
export interface StateDictOptions {
  /**
   * PyTorch's names in the order of its integer indices, as `model.named_parameters()` lists those that the optimizer was given.
   * Not needed where the file's metadata have them, because the optimizer was given names: `param_names`.
   */
  readonly order?: readonly string[] | undefined;
  /** PyTorch's names by ours; those not listed are the same. Linear and convolution weights lie [out, in, …] there. */
  readonly names?: Names | undefined;
}

/** Options of `fromStateDict`. */
export interface FromStateDictOptions extends StateDictOptions {
  /** Updates done, where PyTorch's state does not say: that of SGD and Muon. It is where schedules stand. */
  readonly step?: number | undefined;
}

const KEY = /^state\.(\d+)\.(\w+)$/;

/**
 * A PyTorch optimizer's `state_dict()` as a state to load: `opt.load(fromStateDict(bytes, opt.state()))`. The bytes are a
 * safetensors file with tensors `state.<index>.<name>` and the groups as JSON in its metadata `param_groups`; the README has
 * the four lines of Python. `like` is the state of the optimizer that is to go on. Options stay those of `like`.
 */
export function fromStateDict(bytes: Uint8Array, like: StateDict, options: FromStateDictOptions = {}): StateDict {
  const { names = {}, step, ...rest } = knownOptions("fromStateDict", options, ["order", "names", "step"]);
  const { tensors, metadata } = decodeSafetensors(bytes);
  const order = orderOf("fromStateDict", rest.order, metadata.param_groups);
  const states = new Map<string, Map<string, Numbers>>();
  for (const [key, tensor] of Object.entries(tensors)) {
    const [, index, slot] = KEY.exec(key) ?? [];
    if (index === undefined || slot === undefined)
      throw new OptimizerError(
        `fromStateDict: the file's \`${key}\` is not called state.<index>.<name>. Was it saved otherwise?`,
      );
    const name = order[Number(index)];
    if (name === undefined)
      throw new OptimizerError(
        `fromStateDict: the file has parameter ${index}, and \`order\` has ${order.length} names.`,
      );
    states.set(
      name,
      (states.get(name) ?? new Map<string, Numbers>()).set(slot, numbersOf("fromStateDict", key, tensor)),
    );
  }
  if (step !== undefined && !(Number.isSafeInteger(step) && step >= 0))
    throw new OptimizerError(`fromStateDict: \`step\` must be a whole number, 0 or above; got ${shown(step)}.`);
  const counts =
    isRecord(like) && isRecord(like.meta) && isRecord(like.meta.groups) ? Object.values(like.meta.groups) : [];
  const silent = counts.find((group) => isRecord(group) && uncounted.has(String(group.rule)));
  if (silent && step === undefined)
    throw new OptimizerError(
      `fromStateDict: PyTorch does not count the updates of \`${String(silent.rule)}\`. Say how many there were: { step: 1000 }.`,
    );
  refuseMore(like, states, names);
  return gathered(
    torch,
    like,
    names,
    {
      tensor: (slot, parameter) => states.get(parameter)?.get(slot),
      parameters: (slot) => [...states].flatMap(([name, slots]) => (slots.has(slot) ? [name] : [])),
      count: (parameter) => states.get(parameter)?.get("step")?.data[0] ?? (states.has(parameter) ? (step ?? 0) : 0),
    },
    step,
  );
}

/** The state of amsgrad, say, that is to go on without its maximum. */
function refuseMore(like: StateDict, states: ReadonlyMap<string, ReadonlyMap<string, Numbers>>, names: Names): void {
  const keeps = (id: string): ReadonlySet<string> => {
    const { slots, flat = {}, host = {}, extra = {} } = forms[id] ?? { slots: {} };
    const theirs = [...Object.values(slots), ...Object.values(flat)].map((there) =>
      typeof there === "string" ? there : there.name,
    );
    return new Set(["step", ...theirs, ...Object.values(host), ...Object.keys(extra)]);
  };
  if (!isRecord(like) || !isRecord(like.meta) || !isRecord(like.meta.parameters)) return; // gathered says so
  for (const [name, { group }] of Object.entries(like.meta.parameters)) {
    const there = isRecord(names) && Object.hasOwn(names, name) ? names[name]! : name;
    const parameter = typeof there === "string" ? there : there.name;
    const id = like.meta.groups[group]?.rule ?? "";
    const more = [...(states.get(parameter)?.keys() ?? [])].find((slot) => !keeps(id).has(slot));
    if (more !== undefined && Object.hasOwn(forms, id))
      throw new OptimizerError(
        `fromStateDict: PyTorch's state of \`${parameter}\` has \`${more}\`, which \`${id}\` does not keep. Was the optimizer made with other options?`,
      );
  }
}

/**
 * A state as the tensors of a PyTorch optimizer's `state_dict()`, in a safetensors file: `state.<index>.<name>`. In Python put
 * them in place of `optimizer.state_dict()["state"]` and call `load_state_dict`, as the README shows.
 */
export function toStateDict(state: StateDict, options: StateDictOptions = {}): Uint8Array<ArrayBuffer> {
  const { names = {}, order } = knownOptions("toStateDict", options, ["order", "names"]);
  const all = scattered(torch, state, names);
  const indices = orderOf("toStateDict", order, undefined);
  const unknown = all.find(({ parameter }) => !indices.includes(parameter));
  if (unknown) throw new OptimizerError(`toStateDict: \`order\` does not have \`${unknown.parameter}\`.`);
  const entries = all.flatMap(({ parameter, t, pieces }) => {
    const index = indices.indexOf(parameter);
    const counted = t > 0 && !pieces.every(({ slot }) => slot === "momentum_buffer");
    const step = { slot: "step", shape: [], data: [t] };
    return [...pieces, ...(counted ? [step] : [])].map(({ slot, shape, data }): [string, SafeTensor] => [
      `state.${index}.${slot}`,
      { dtype: "F32", shape, data: Float32Array.from(data) },
    ]);
  });
  return encodeSafetensors(Object.fromEntries(entries));
}

function orderOf(where: string, order: unknown, groups: string | undefined): readonly string[] {
  const named = order ?? (groups === undefined ? undefined : namesIn(where, groups));
  if (!Array.isArray(named) || !named.every((name): name is string => typeof name === "string"))
    throw new OptimizerError(
      `${where} needs \`order\`, PyTorch's names in the order of its indices: [n for n, _ in model.named_parameters()]; got ${shown(named)}.`,
    );
  refuseRepeated(`${where}: \`order\``, named);
  return named;
}

/** The names by index from the groups' `params` and `param_names`; undefined where they have none. */
function namesIn(where: string, text: string): string[] | undefined {
  let groups: unknown;
  try {
    groups = JSON.parse(text);
  } catch (cause) {
    throw new OptimizerError(`${where}: the file's metadata \`param_groups\` are not JSON.`, { cause });
  }
  const names: string[] = [];
  for (const group of Array.isArray(groups) ? (groups as unknown[]) : []) {
    const { params, param_names }: Readonly<Record<string, unknown>> = isRecord(group) ? group : {};
    if (!Array.isArray(params) || !Array.isArray(param_names)) return undefined;
    for (const [i, index] of params.entries()) names[Number(index)] = String(param_names[i]);
  }
  return names.length > 0 ? names : undefined;
}

/** A weight of `survey(graph)` of `@descent/onnx`, as far as names are concerned. */
export interface SurveyedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its part in a layer. */
  readonly role?: string | undefined;
  /** Its fan-in and fan-out dimensions. */
  readonly axes?: Axes | undefined;
  /** The parameters of Python that it holds. */
  readonly sources: readonly string[];
}

/**
 * PyTorch's names of the weights of an ONNX export, for `names`: `namesOf(survey(graph))` of `@descent/onnx`. Weights of matrix
 * products that the exporter transposed are known by their axes; embeddings and convolutions lie as in PyTorch. Weights of
 * which the file says nothing have their own names, and those that hold several parameters are left out.
 */
export function namesOf(weights: readonly SurveyedWeight[]): Names {
  if (
    !Array.isArray(weights) ||
    !weights.every((w) => isRecord(w) && Array.isArray(w.sources) && Array.isArray(w.shape))
  )
    throw new OptimizerError(`namesOf takes what survey(graph) of @descent/onnx gives; got ${shown(weights)}.`);
  return Object.fromEntries(
    weights.flatMap(({ name, shape, role, axes, sources }) => {
      if (sources.length > 1) return [];
      const [source = name] = sources;
      const alike = shape.length !== 2 || role === "embedding";
      return [[name, alike && axes ? { name: source, axes } : source] as const];
    }),
  );
}

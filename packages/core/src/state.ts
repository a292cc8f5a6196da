import { isRecord, OptimizerError, shown } from "./errors.ts";
import { type Axes, checkAxes, type Shape, size } from "./parameter.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** The part of an optimizer's state that is not tensors: plain JSON. */
export interface StateMeta {
  readonly version: 1;
  /** Updates done, which is where every schedule stands. */
  readonly step: number;
  /** By label: the id of the group's rule (its title, in files written before rules had ids) and its hyper-parameters. */
  readonly groups: Readonly<
    Record<string, { readonly rule: string; readonly hyper: Readonly<Record<string, number | string>> }>
  >;
  /** Each parameter's group and its count of updates. */
  readonly parameters: Readonly<Record<string, ParameterState>>;
}

/** The part of one parameter's state that is not tensors. */
export interface ParameterState {
  /** The label of its group. */
  readonly group: string;
  readonly shape: Shape;
  /** Which of its dimensions are inputs and outputs, where that is known. */
  readonly axes?: Axes | undefined;
  /** Updates this parameter has had. */
  readonly t: number;
  /** In the middle of a round, the phase that comes next. */
  readonly phase?: string | undefined;
  /** Slots kept on the host, in double precision. */
  readonly host?: Readonly<Record<string, number>> | undefined;
}

/** The numbers of a state tensor. */
export interface TensorData {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** An optimizer's state by name: tensor `m/conv1/kernel` is the slot `m` of the parameter `conv1/kernel`. */
export interface StateDict {
  /** Counts and hyper-parameters. */
  readonly meta: StateMeta;
  /** Keys are a slot and a parameter, `m/w`; a slot of the whole model is its name alone. */
  readonly tensors: Readonly<Record<string, TensorData>>;
}

/** The key of a slot among a state's tensors. Slot names hold no `/`, parameter names may. */
export const slotKey = (slot: string, parameter: string): string => `${slot}/${parameter}`;

/** Begins the keys of state that is one number for the whole model; no slot has this name. */
export const MODEL = "model";
/** The key of a slot that all parameters of a rule share. */
export const modelKey = (slot: string, rule: string): string => slotKey(MODEL, `${slot}/${rule}`);

const META = "descent";

/** The state as the bytes of a safetensors file, with the metadata in its header. */
export function encodeState(state: StateDict): Uint8Array<ArrayBuffer> {
  if (!isRecord(state) || !isRecord(state.tensors) || !isRecord(state.meta))
    throw new OptimizerError(`\`encodeState\` takes what optimizer.state() gives; got ${shown(state)}.`);
  return encodeSafetensors(
    Object.fromEntries(
      Object.entries(state.tensors).map(([key, { shape, data }]) => [key, { dtype: "F32" as const, shape, data }]),
    ),
    { [META]: JSON.stringify(state.meta) },
  );
}

/** Reads what `encodeState` wrote; tensors that are not optimizer state (model weights under `p/`) are kept too. */
export function decodeState(bytes: Uint8Array): StateDict {
  if (!ArrayBuffer.isView(bytes) || bytes.BYTES_PER_ELEMENT !== 1)
    throw new OptimizerError(
      `\`decodeState\` takes the bytes of a file, a Uint8Array or a Buffer; got ${shown(bytes)}.`,
    );
  const { tensors, metadata } = decodeSafetensors(bytes);
  const text = metadata[META];
  if (text === undefined)
    throw new OptimizerError(
      "This safetensors file holds no optimizer state: its metadata have no entry `descent`. Was it saved by another program?",
    );
  const named = Object.entries(tensors).map(([key, { dtype, shape, data }]): [string, TensorData] => {
    if (data instanceof Float32Array) return [key, { shape, data }];
    throw new OptimizerError(`The state's tensor \`${key}\` is ${dtype}; optimizer state is F32.`);
  });
  let meta: unknown;
  try {
    meta = JSON.parse(text);
  } catch (cause) {
    throw new OptimizerError("The metadata entry `descent` of the state is not JSON. The file is damaged.", { cause });
  }
  return { meta: checkMeta(meta), tensors: Object.fromEntries(named) };
}

const isCount = (x: unknown): x is number => typeof x === "number" && Number.isSafeInteger(x) && x >= 0;

/** Metadata from a file or from a structured clone, checked field by field. */
export function checkMeta(meta: unknown): StateMeta {
  const bad = (what: string): never => {
    throw new OptimizerError(`The optimizer state is damaged: ${what}.`);
  };
  if (!isRecord(meta)) return bad(`its metadata must be an object; got ${shown(meta)}`);
  const { version, step, groups, parameters } = meta;
  if (typeof version === "number" && Number.isSafeInteger(version) && version > 1)
    throw new OptimizerError(
      `The optimizer state has version ${version}, and this release reads version 1. Load it with the release that wrote it.`,
    );
  if (version !== 1) return bad(`its \`version\` must be the number 1; got ${shown(version)}`);
  if (!isCount(step)) return bad(`its \`step\` must be a whole number, 0 or above; got ${shown(step)}`);
  if (!isRecord(groups)) return bad(`its \`groups\` must be an object; got ${shown(groups)}`);
  for (const [label, group] of Object.entries(groups)) {
    if (!isRecord(group) || typeof group.rule !== "string" || !isRecord(group.hyper))
      return bad(`its group \`${label}\` must be { rule, hyper }; got ${shown(group)}`);
    for (const [name, value] of Object.entries(group.hyper))
      if (typeof value !== "number" && typeof value !== "string")
        return bad(`\`${name}\` of its group \`${label}\` must be a number or text; got ${shown(value)}`);
  }
  if (!isRecord(parameters)) return bad(`its \`parameters\` must be an object; got ${shown(parameters)}`);
  for (const [name, state] of Object.entries(parameters)) {
    if (!isRecord(state) || typeof state.group !== "string" || !isCount(state.t))
      return bad(`its parameter \`${name}\` must be { group, shape, t }; got ${shown(state)}`);
    const { shape, axes, host, phase } = state;
    if (phase !== undefined && typeof phase !== "string")
      return bad(`the phase of \`${name}\` must be text; got ${shown(phase)}`);
    if (!Array.isArray(shape) || !shape.every(isCount))
      return bad(`the shape of \`${name}\` must be a list of whole numbers; got ${shown(shape)}`);
    if (axes !== undefined) checkAxes(name, axes, shape);
    if (host !== undefined && !(isRecord(host) && Object.values(host).every((x) => typeof x === "number")))
      return bad(`the host state of \`${name}\` must be numbers by name; got ${shown(host)}`);
  }
  return meta as unknown as StateMeta; // every field was checked above
}

/** Throws unless it is a tensor of float32 numbers, as many as its shape says. */
export function checkTensor(key: string, tensor: unknown): asserts tensor is TensorData {
  const { shape, data }: Readonly<Record<string, unknown>> = isRecord(tensor) ? tensor : {};
  if (!Array.isArray(shape) || !shape.every(isCount))
    throw new OptimizerError(`The state's tensor \`${key}\` must be { shape, data }; got ${shown(tensor)}.`);
  // By tag: an array of another realm is as good.
  if (Object.prototype.toString.call(data) !== "[object Float32Array]")
    throw new OptimizerError(`The state's tensor \`${key}\` must hold its data in a Float32Array; got ${shown(data)}.`);
  const { length } = data as Float32Array; // as its tag says
  if (length !== size(shape))
    throw new OptimizerError(`The state's tensor \`${key}\` of shape [${shape}] holds ${length} numbers.`);
}

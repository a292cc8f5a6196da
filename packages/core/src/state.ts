import { isRecord, OptimizerError, shown } from "./errors.ts";
import { type Shape, size } from "./parameter.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** What of an optimizer's state is not a tensor: plain JSON. */
export interface StateMeta {
  readonly version: 1;
  /** Updates done, which is where every schedule stands. */
  readonly step: number;
  readonly groups: Readonly<
    Record<string, { readonly rule: string; readonly hyper: Readonly<Record<string, number | string>> }>
  >;
  readonly parameters: Readonly<Record<string, ParameterState>>;
}

export interface ParameterState {
  readonly group: string;
  readonly shape: Shape;
  /** Updates this parameter has had. */
  readonly t: number;
  /** Slots kept on the host, in double precision. */
  readonly host?: Readonly<Record<string, number>> | undefined;
}

export interface TensorData {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** An optimizer's state by name: tensor `m/conv1/kernel` is the slot `m` of the parameter `conv1/kernel`. */
export interface StateDict {
  readonly meta: StateMeta;
  readonly tensors: Readonly<Record<string, TensorData>>;
}

/** The key of a slot among a state's tensors. Slot names hold no `/`, parameter names may. */
export const slotKey = (slot: string, parameter: string): string => `${slot}/${parameter}`;

const META = "descent";

/** The state as the bytes of a safetensors file; the meta data travel in its header. */
export function encodeState(state: StateDict): Uint8Array<ArrayBuffer> {
  if (!isRecord(state) || !isRecord(state.tensors) || !isRecord(state.meta))
    throw new OptimizerError(`\`encodeState\` takes what optimizer.state() gives; it was given ${shown(state)}.`);
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
      `\`decodeState\` takes the bytes of a file, a Uint8Array or a Buffer; it was given ${shown(bytes)}.`,
    );
  const { tensors, metadata } = decodeSafetensors(bytes);
  const text = metadata[META];
  if (text === undefined)
    throw new OptimizerError(
      "This safetensors file holds no optimizer state: its metadata have no entry `descent`. Was it saved by another program?",
    );
  const out: Record<string, TensorData> = {};
  for (const [key, { dtype, shape, data }] of Object.entries(tensors)) {
    if (!(data instanceof Float32Array))
      throw new OptimizerError(`The state's tensor \`${key}\` is ${dtype}, and optimizer state is F32.`);
    out[key] = { shape, data };
  }
  let meta: unknown;
  try {
    meta = JSON.parse(text);
  } catch (cause) {
    throw new OptimizerError("The metadata entry `descent` of the state is not JSON. The file is damaged.", { cause });
  }
  return { meta: checkMeta(meta), tensors: out };
}

const isCount = (x: unknown): x is number => typeof x === "number" && Number.isSafeInteger(x) && x >= 0;

/** Meta data from a file or from a structured clone, checked field by field. */
export function checkMeta(meta: unknown): StateMeta {
  const bad = (what: string): never => {
    throw new OptimizerError(`The optimizer state is damaged: ${what}.`);
  };
  if (!isRecord(meta)) return bad("its meta data are no object");
  if (meta.version !== 1)
    throw new OptimizerError(
      `The optimizer state has version ${String(meta.version)}, and this release reads version 1. Load it with the release that wrote it.`,
    );
  if (!isCount(meta.step)) return bad("`step` is no count");
  const { groups, parameters } = meta;
  if (!isRecord(groups)) return bad("`groups` is no object");
  for (const [label, g] of Object.entries(groups)) {
    if (!isRecord(g) || typeof g.rule !== "string" || !isRecord(g.hyper)) return bad(`group \`${label}\``);
    for (const v of Object.values(g.hyper))
      if (typeof v !== "number" && typeof v !== "string") return bad(`a hyper-parameter of group \`${label}\``);
  }
  if (!isRecord(parameters)) return bad("`parameters` is no object");
  for (const [name, p] of Object.entries(parameters)) {
    if (!isRecord(p) || typeof p.group !== "string" || !isCount(p.t)) return bad(`parameter \`${name}\``);
    if (!Array.isArray(p.shape) || !p.shape.every(isCount)) return bad(`the shape of \`${name}\``);
    const host = p.host;
    if (host !== undefined && !(isRecord(host) && Object.values(host).every((x) => typeof x === "number")))
      return bad(`the host state of \`${name}\``);
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

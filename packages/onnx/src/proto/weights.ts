import { check, checkOptions, func, isRecord, model as wantedModel } from "../check.ts";
import { names, OnnxError } from "../errors.ts";
import { elemOf } from "./elem.ts";
import { externalPlace, without } from "./external.ts";
import { toBfloat16, toHalf } from "./half.ts";
import { decodeModel, encodeModel, type ModelProto, type NodeProto, type TensorProto } from "./model.ts";
import { checkTensor } from "./tensor.ts";

/** Options of `updateInitializers`. */
export interface UpdateOptions {
  /**
   * Writes a weight that is stored in a file beside the model back into that file. Without it such weights move into the model
   * itself.
   */
  readonly external?: (location: string, offset: number, bytes: Uint8Array) => void;
}

/**
 * The model with other weights and nothing else changed: every other byte stays the same. Names are those of
 * initializers, or of the outputs of Constant nodes; the element type stays, so float16 weights are rounded.
 */
export function updateInitializers(
  source: Uint8Array | ModelProto,
  weights: Readonly<Record<string, ArrayLike<number>>>,
  options: UpdateOptions = {},
): Uint8Array {
  check("The source of updateInitializers()", source, wantedModel);
  check("The weights of updateInitializers()", weights, {
    want: "numbers by name: { w: new Float32Array(12) }",
    fits: (x) => isRecord(x) && !(x instanceof Map) && Object.values(x).every(isNumbers),
  });
  checkOptions("updateInitializers", options, { external: func });
  const model = source instanceof Uint8Array ? decodeModel(source) : source;
  const { graph } = model;
  if (graph === undefined) throw new OnnxError("The model has no graph.");
  const left = new Set(Object.keys(weights));
  const update = (name: string, tensor: TensorProto): TensorProto => {
    const values = Object.hasOwn(weights, name) ? weights[name] : undefined;
    if (values === undefined) return tensor;
    left.delete(name);
    return replaced(name, tensor, values, options);
  };
  const initializer = graph.initializer?.map((tensor) => update(tensor.name ?? "", tensor));
  const node = graph.node?.map((n) => constantNode(n, update));
  if (left.size > 0) {
    const known = (graph.initializer ?? []).map((tensor) => tensor.name ?? "");
    throw new OnnxError(`The model has no weights ${names(left)}. It has ${names(known)}.`);
  }
  return encodeModel({
    ...model,
    graph: { ...graph, ...(initializer && { initializer }), ...(node && { node }) },
  });
}

const isNumbers = (x: unknown): boolean =>
  (ArrayBuffer.isView(x) && !(x instanceof DataView)) || (Array.isArray(x) && x.every((n) => typeof n === "number"));

function constantNode(node: NodeProto, update: (name: string, tensor: TensorProto) => TensorProto): NodeProto {
  if (node.opType !== "Constant" || node.attribute?.[0]?.t === undefined) return node;
  const attribute = node.attribute.map((a) =>
    a.t === undefined ? a : { ...a, t: update(node.output?.[0] ?? "", a.t) },
  );
  return { ...node, attribute };
}

/**
 * The tensor with other numbers, of the same element type: float16 and bfloat16 are rounded to nearest. A tensor that a file beside the model
 * holds moves into the model. Throws for a type that is not floating, or another count of numbers.
 */
export function withNumbers(tensor: TensorProto, values: ArrayLike<number>): TensorProto {
  checkTensor("The tensor that gets other numbers", tensor);
  check("The numbers of a tensor", values, { want: "a list of numbers", fits: isNumbers });
  return replaced(tensor.name ?? "", tensor, values, {});
}

/** The tensor with other numbers, stored in the same fields. */
function replaced(name: string, tensor: TensorProto, values: ArrayLike<number>, options: UpdateOptions): TensorProto {
  const elem = elemOf(tensor.dataType ?? 0);
  const dims = (tensor.dims ?? []).map(Number);
  const count = dims.reduce((a, b) => a * b, 1);
  if (values.length !== count) {
    throw new OnnxError(`\`${name}\` is [${dims.join(", ")}], which is ${count} numbers; got ${values.length}.`);
  }
  let data: Float32Array | Float64Array | Uint16Array;
  if (elem === "float32") data = values instanceof Float32Array ? values : Float32Array.from(values);
  else if (elem === "float64") data = Float64Array.from(values);
  else if (elem === "float16") data = Uint16Array.from(values, toHalf);
  else if (elem === "bfloat16") data = Uint16Array.from(values, toBfloat16);
  else
    throw new OnnxError(
      `\`${name}\` is ${elem ?? `of element type ${tensor.dataType}`} and cannot be trained: only floating types can.`,
    );
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (tensor.dataLocation === 1) {
    const { location, offset } = externalPlace(`Tensor \`${name}\``, tensor.externalData ?? []);
    if (options.external !== undefined) {
      options.external(location, offset, bytes);
      return tensor;
    }
    return { ...without(tensor), rawData: bytes };
  }
  if (tensor.rawData !== undefined) return { ...tensor, rawData: bytes };
  if (data instanceof Float32Array) return { ...tensor, floatData: data };
  if (data instanceof Float64Array) return { ...tensor, doubleData: data };
  return { ...tensor, int32Data: Int32Array.from(data) };
}

import { check, checkOptions, func, text, model as wantedModel } from "../check.ts";
import { type External, without } from "./external.ts";
import { decodeModel, encodeModel, type GraphProto, type ModelProto, type TensorProto } from "./model.ts";
import { constantOf, tensorOf } from "./tensor.ts";

/** Options of `externalize`. */
export interface ExternalOptions {
  /** The name of the file beside the model, as the model will refer to it. */
  readonly location: string;
  /** Tensors of at least this many bytes are moved. Default 1024. */
  readonly minimum?: number;
  /** Reads tensors that are external already. */
  readonly external?: External;
}

/**
 * Moves the weights of a model into a file beside it, as models of 2 GB and more require. `data` is that file in parts, to be
 * written one after the other; tensors begin at multiples of 4096, so that a runtime can map them into memory.
 */
export function externalize(
  source: Uint8Array | ModelProto,
  options: ExternalOptions,
): { readonly model: Uint8Array; readonly data: readonly Uint8Array[] } {
  check("The source of externalize()", source, wantedModel);
  checkOptions("externalize", options, {
    location: text,
    minimum: { want: "a number of bytes", fits: (x) => typeof x === "number" && x >= 0 },
    external: func,
  });
  const { location, minimum = 1024, external } = options;
  check("`location` of externalize", location, text);
  const model = source instanceof Uint8Array ? decodeModel(source) : source;
  const data: Uint8Array[] = [];
  let end = 0;
  const move = (tensor: TensorProto): TensorProto => {
    const value = constantOf(tensor, external);
    if (value.elem === "string" || value.data.byteLength < minimum) return tensor;
    const { rawData = new Uint8Array(0) } = tensorOf(tensor.name ?? "", value);
    const gap = (4096 - (end % 4096)) % 4096;
    if (gap > 0) data.push(new Uint8Array(gap));
    const offset = end + gap;
    end = offset + rawData.length;
    data.push(rawData);
    const place = { location, offset: String(offset), length: String(rawData.length) };
    return {
      ...without(tensor),
      externalData: Object.entries(place).map(([key, text]) => ({ key, value: text })),
      dataLocation: 1,
    };
  };
  const graph: GraphProto = { ...model.graph, initializer: (model.graph?.initializer ?? []).map(move) };
  return { model: encodeModel({ ...model, graph }), data };
}

import { encodeModel, type Graph } from "@descent/onnx";
import { modelOf } from "@descent/onnx/graph";

/** Smaller weights stay in the file, in bytes. */
const LEAST = 1 << 16;

/** A model whose large weights lie beside it, as onnxruntime-web takes them in `externalData`. */
export interface Mounted {
  readonly bytes: Uint8Array;
  /** Views of the graph's weights, each a file of its own. */
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/**
 * The model of a graph for WebAssembly, whose memory ends at 4 GB: within the file, a weight would be there three times while the
 * session is made, as bytes, as what was read from them and as a tensor.
 */
export function mounted(graph: Graph): Mounted {
  const model = modelOf(graph);
  const externalData: { path: string; data: Uint8Array }[] = [];
  const initializer = model.graph?.initializer?.map((tensor) => {
    const { rawData, ...rest } = tensor;
    if (rawData === undefined || rawData.length < LEAST) return tensor;
    const path = `weights.${externalData.length}`;
    externalData.push({ path, data: rawData });
    const place = { location: path, offset: "0", length: String(rawData.length) };
    return {
      ...rest,
      externalData: Object.entries(place).map(([key, value]) => ({ key, value })),
      dataLocation: 1,
    };
  });
  const bytes = encodeModel({ ...model, graph: { ...model.graph, ...(initializer ? { initializer } : {}) } });
  return { bytes, externalData };
}

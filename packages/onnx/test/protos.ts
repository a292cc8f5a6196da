import type { Dim } from "../src/graph/dims.ts";
import type { ModelProto } from "../src/index.ts";
import { elemCode } from "../src/proto/elem.ts";
import type { Constant, NodeProto, ValueInfoProto } from "../src/proto/index.ts";

/** A value of a graph with its type. */
export const info = (name: string, shape: readonly Dim[], elem: Constant["elem"] = "float32"): ValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: elemCode(elem),
      shape: { dim: shape.map((d) => (typeof d === "number" ? { dimValue: d } : { dimParam: d })) },
    },
  },
});
/** A node of ai.onnx. */
export const node = (
  opType: string,
  input: readonly string[],
  output: readonly string[],
  rest: NodeProto = {},
): NodeProto => ({
  opType,
  input,
  output,
  ...rest,
});
/** A model of operator set 20, and one of functions. */
export const model = (
  parts: Omit<ModelProto, "graph"> & { readonly graph: NonNullable<ModelProto["graph"]> },
): ModelProto => ({
  irVersion: 9,
  opsetImport: [{ version: 20 }, { domain: "mine", version: 1 }],
  ...parts,
  graph: { name: "g", ...parts.graph },
});

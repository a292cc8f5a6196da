import { type External, externalize, type ModelProto, updateInitializers } from "@descent/onnx";
import { constantOf, type NodeProto, type TensorProto, tensorOf } from "@descent/onnx/proto";
import { mapInitializers } from "../graphs/training-file.ts";
import type { Exported } from "./engine.ts";

/** The model with other weights, and all else untouched; see `Engine.exportModel`. */
export function exported(
  model: ModelProto,
  weights: Readonly<Record<string, Float32Array>>,
  external: External | undefined,
  inference: boolean,
  location: string | undefined,
): Exported {
  const proto = inference ? inferring(model) : model;
  if (location === undefined || !hasExternal(proto))
    return { model: updateInitializers(inlined(proto, external), weights), data: undefined };
  // tensor by tensor, because such a model may be too large to be encoded in one piece
  const updated = mapInitializers(proto, (tensor) => {
    const { [tensor.name ?? ""]: data } = weights;
    const dims = (tensor.dims ?? []).map(Number);
    return data ? tensorOf(tensor.name ?? "", { elem: "float32", dims, data }) : inside(tensor, external);
  });
  const moved = externalize(updated, { location });
  const names = new Set(proto.graph?.initializer?.map(({ name }) => name));
  const others = Object.entries(weights).filter(([name]) => !names.has(name)); // in Constant nodes
  return others.length > 0 ? { ...moved, model: updateInitializers(moved.model, Object.fromEntries(others)) } : moved;
}

const isExternal = ({ dataLocation }: TensorProto): boolean => dataLocation === 1;
const hasExternal = ({ graph }: ModelProto): boolean => graph?.initializer?.some(isExternal) ?? false;

/** A tensor with its numbers in the model, not in a file beside it. */
const inside = (tensor: TensorProto, external: External | undefined): TensorProto =>
  isExternal(tensor) ? tensorOf(tensor.name ?? "", constantOf(tensor, external)) : tensor;

/** The model with all its tensors inside. */
export const inlined = (model: ModelProto, external: External | undefined): ModelProto =>
  hasExternal(model) ? mapInitializers(model, (tensor) => inside(tensor, external)) : model;

/** The model in the mode of use: normalisation by running statistics, no dropout. */
function inferring(model: ModelProto): ModelProto {
  const { graph } = model;
  if (!graph?.node) return model;
  const read = new Set([...graph.node.flatMap((n) => n.input ?? []), ...(graph.output ?? []).map((o) => o.name ?? "")]);
  const node = graph.node.map((n): NodeProto => {
    const [first = "", ...rest] = n.output ?? [];
    if ((n.domain ?? "") !== "" || rest.some((name) => read.has(name))) return n;
    if (n.opType === "BatchNormalization" && n.attribute?.some((a) => a.name === "training_mode"))
      return { ...n, output: [first], attribute: n.attribute.filter((a) => a.name !== "training_mode") };
    return n.opType === "Dropout" && n.input?.[2] ? { ...n, output: [first], input: n.input.slice(0, 2) } : n;
  });
  return { ...model, graph: { ...graph, node } };
}

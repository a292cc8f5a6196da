import { OptimizerError } from "@descent/core";
import { type Graph, survey } from "@descent/onnx";
import { type Constant, floatsOf } from "@descent/onnx/proto";
import type { Layer } from "./layer.ts";
import { pythonName } from "./names.ts";

/** A tensor of the model that can be trained as it is. */
export interface Stored {
  /** Its name in the file. */
  readonly name: string;
  /** Its name in Python: "classifier.weight". */
  readonly python: string;
  /** Whether the file stores its transpose. */
  readonly turned: boolean;
  readonly value: Constant;
  readonly bias: boolean;
}

/** The model's own weights, with their names in Python. */
export function storedTensors(graph: Graph, layers: readonly Layer[]): readonly Stored[] {
  const kernels = new Map(layers.map((layer) => [layer.kernel.stored, layer] as const));
  const biases = new Map(layers.flatMap((layer) => (layer.bias === undefined ? [] : [[layer.bias, layer] as const])));
  const { kinds, sources, trained: marks } = graph.tags;
  // Where a file marks what is trained, all else is frozen, and its own verdicts are gone.
  const own = (name: string, role: string | undefined): boolean =>
    role !== undefined ||
    /\.(weight|bias)$/.test(name) ||
    (sources.get(name) ?? []).some((source) => kinds.get(source) === "parameter");
  return survey(graph).flatMap(({ name, role, trained, initial }) => {
    if (graph.tags.adapters.has(name) || !(trained || (marks.size > 0 && own(name, role)))) return [];
    const layer = kernels.get(name);
    const of = biases.get(name);
    const known = pythonName(graph, name);
    const python = known ?? (layer && `${layer.module}.weight`) ?? (of && `${of.module}.bias`) ?? name;
    const turned = layer?.kind === "linear" && layer.kernel.turned;
    return [{ name, python, turned, value: initial, bias: role === "bias" || /(^|\.)bias$/.test(python) }];
  });
}

/** A matrix by columns instead of rows. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!; // within
  return out;
}

/** The numbers of a tensor in PyTorch's order. */
export function inOrder({ value: { dims }, turned }: Stored, data: Float32Array): Float32Array {
  const [rows = 0, columns = 0] = dims;
  return turned ? transposed(data, rows, columns) : data;
}

/** The numbers of a tensor, given in PyTorch's order, in the file's. */
export function inGraphOrder({ value: { dims }, turned }: Stored, data: Float32Array): Float32Array {
  const [rows = 0, columns = 0] = dims;
  return turned ? transposed(data, columns, rows) : data;
}

/** The sizes of a tensor in PyTorch's order. */
export const shapeInOrder = ({ value: { dims }, turned }: Stored): readonly number[] =>
  turned ? [...dims].reverse() : dims;

/** The weight of a layer as float32, [out, in, …window], or the table of an embedding; throws where the file does not store it so. */
export function weightOf(where: string, graph: Graph, { module, kernel, in: into, out, kind }: Layer): Float32Array {
  const stored = graph.initializers.get(kernel.stored);
  if (!kernel.plain || stored === undefined)
    throw new OptimizerError(
      `\`${where}\` needs the numbers of \`${module}\`, and ${
        kernel.quantized
          ? `its weight \`${kernel.stored}\` is quantized. Use the model it was quantized from`
          : `the model computes its weight from \`${kernel.stored}\`. Export it with the weight itself`
      }, or leave the layer out.`,
    );
  const floats = floatsOf(stored);
  return kind === "linear" && kernel.turned ? transposed(floats, into, out) : floats;
}

import { OptimizerError } from "@descent/core";
import { knownOptions } from "@descent/core/adapter";
import { type External, encodeModel } from "@descent/onnx";
import { floatsOf } from "@descent/onnx/proto";
import { type Adaptation, adaptation, type PlannedLayer } from "./adaptation.ts";
import { type Adapter, type AdapterTensor, checkAdapter } from "./adapter.ts";
import { Editor } from "./graph/editor.ts";
import type { Layer } from "./layers/layer.ts";
import { inGraphOrder, transposed, weightOf } from "./layers/stored.ts";
import { checkReading, type Model, type Read, read } from "./model.ts";
import { columnNorms, rowNorms } from "./start.ts";

/** Options of `merge`. */
export interface MergeOptions {
  /** The name under which the export's wrapper holds the model, as `adapt` takes it. Found by itself where only one fits. */
  readonly prefix?: string | undefined;
  /** Reads the files in which a large model stores its tensors. */
  readonly external?: External | undefined;
}

/**
 * The model's file with an adapter added into its weights: W + s·BA, and nothing else changed, so that any runtime runs it at the cost of
 * the model itself. Weights keep their type: float16 and bfloat16 are rounded. Throws where a weight is quantized, or is read by more than
 * the layer that is adapted.
 */
export function merge(model: Model, adapter: Adapter, options: MergeOptions = {}): Uint8Array {
  const { prefix = "", external } = knownOptions("merge", options, ["prefix", "external"]);
  checkReading("merge", { prefix, external });
  checkAdapter("merge", adapter);
  const source = read("merge", model, external);
  const plan = adaptation("merge", source, adapter, prefix);
  const editor = new Editor(source.model, source.graph);
  for (const one of plan.layers) merged(editor, source, plan, one);
  for (const { stored, tensor } of plan.weights) {
    const { name, turned } = stored;
    editor.replace(name, turned ? inGraphOrder(stored, tensor.data) : tensor.data);
  }
  return encodeModel(editor.done());
}

/** Gives a layer's weight, and with (IA)³ its bias, the numbers that it has with its adapter. */
function merged(editor: Editor, source: Read, { method }: Adaptation, one: PlannedLayer): void {
  const { layer, tensors, scale, feedforward } = one;
  const { graph } = source;
  const { kernel, kind, bias } = layer;
  checkAlone(source, layer, kernel.stored);
  const weight = weightOf("merge", graph, layer);
  const put = (floats: Float32Array): void => {
    const turned = kind === "linear" && kernel.turned;
    editor.replace(kernel.stored, turned ? transposed(floats, layer.out, layer.in) : floats);
  };
  const factors = tensors.get("ia3_l");
  if (factors !== undefined) {
    put(scaled(layer, weight, factors.data, feedforward));
    if (bias !== undefined && !feedforward) {
      checkAlone(source, layer, bias);
      const stored = graph.initializers.get(bias);
      if (stored === undefined)
        throw new OptimizerError(
          `\`merge\`: the bias of \`${layer.module}\` is computed, and (IA)³ scales it. Export it as a weight.`,
        );
      editor.replace(
        bias,
        floatsOf(stored).map((b, i) => b * factors.data[i]!),
      ); // one for each output
    }
    return;
  }
  if (tensors.has("lora_B.bias"))
    throw new OptimizerError(
      `\`merge\`: the adapter has a bias of its own for \`${layer.module}\` (lora_bias). Keep the adapter beside the model: adapt(model, adapter).bytes().`,
    );
  if (layer.groups > 1)
    throw new OptimizerError(
      `\`merge\`: \`${layer.module}\` is a convolution of ${layer.groups} groups, and its adapter reads the inputs of all of them, which no weight of it can do. Keep the adapter beside the model: adapt(model, adapter).bytes().`,
    );
  const sum = updated(layer, weight, tensors, scale / layer.factor);
  const magnitude = tensors.get("lora_magnitude_vector");
  if (magnitude === undefined || method.kind !== "lora") put(sum);
  else put(lengthened(layer, sum, magnitude.data));
}

/** W + s·BA in the weight's order; of an embedding, the table plus s·AᵀBᵀ. */
function updated(
  { kind, in: into, out }: Layer,
  weight: Float32Array,
  tensors: ReadonlyMap<string, AdapterTensor>,
  scale: number,
): Float32Array {
  const table = kind === "embedding";
  const a = tensors.get(table ? "lora_embedding_A" : "lora_A.weight");
  const b = tensors.get(table ? "lora_embedding_B" : "lora_B.weight");
  if (a === undefined || b === undefined) return weight; // the plan has checked that both are there
  const rank = a.shape[0] ?? 0;
  const width = weight.length / out; // inputs, and the places of a window
  const sum = Float64Array.from(weight); // rounded once, at the end
  for (let o = 0; o < out; o++)
    for (let r = 0; r < rank; r++) {
      const factor = scale * b.data[o * rank + r]!;
      if (factor === 0) continue;
      if (table) for (let i = 0; i < into; i++) sum[i * out + o]! += factor * a.data[r * into + i]!;
      else for (let i = 0; i < width; i++) sum[o * width + i]! += factor * a.data[r * width + i]!;
    }
  return Float32Array.from(sum);
}

/** The rows, or an embedding's columns, with the lengths that DoRA has learnt. */
function lengthened({ kind, out, factor }: Layer, sum: Float32Array, magnitude: Float32Array): Float32Array {
  const norms = kind === "embedding" ? columnNorms(sum, out) : rowNorms(sum, out);
  const width = sum.length / out;
  return sum.map((w, i) => {
    const o = kind === "embedding" ? i % out : Math.floor(i / width);
    return (w * magnitude[o]!) / (norms[o]! * Math.abs(factor)); // one for each output
  });
}

/** A weight by (IA)³'s factors of its outputs or inputs. */
function scaled(
  { out, in: into, kind }: Layer,
  weight: Float32Array,
  factors: Float32Array,
  feedforward: boolean,
): Float32Array {
  const width = weight.length / out;
  const places = kind === "conv" ? width / into : 1;
  return weight.map((w, i) => w * factors[feedforward ? Math.floor((i % width) / places) : Math.floor(i / width)]!); // one for each
}

/** Operators that only move a weight's numbers on the way to its layer. */
const moving = new Set(["Identity", "Transpose", "Cast"]);

/** Throws where a tensor is read outside the layer too, which would then change as well. */
function checkAlone({ model }: Read, layer: Layer, name: string): void {
  const nodes = model.graph?.node ?? [];
  const count = (value: string): number =>
    nodes.reduce((n, { input = [], output = [], opType = "" }) => {
      if (!input.includes(value)) return n;
      return n + (moving.has(opType) ? output.reduce((m, one) => m + count(one), 0) : 1);
    }, 0);
  const readers = count(name);
  if (readers <= layer.sites.length) return;
  throw new OptimizerError(
    `\`merge\`: \`${name}\`, the weight of \`${layer.module}\`, is read by ${readers} operators, as a tied table is; adding the adapter to it would change the others. Keep the adapter beside the model: adapt(model, adapter).bytes().`,
  );
}

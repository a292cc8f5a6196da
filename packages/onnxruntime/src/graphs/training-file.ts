import { OptimizerError, type Parameter } from "@descent/core";
import { decodeModel, encodeModel, type Graph, importModel, type ModelProto } from "@descent/onnx";
import type { LabelInput, Target } from "@descent/onnx/autodiff";
import { modelOf, prune } from "@descent/onnx/graph";
import { type Constant, constantOf, type TensorProto, tensorOf } from "@descent/onnx/proto";
import type { Expected } from "../runtime/feeds.ts";
import { checkGraph, type Description, parseDescription } from "./description.ts";
import { SEEDS } from "./dropout.ts";
import {
  asInput,
  described,
  type EvaluationGraph,
  once,
  type Shapes,
  type Source,
  type Starts,
  type TrainingGraph,
  type Weight,
} from "./source.ts";

/** Weights and statistics by name. */
type Numbers = Readonly<Record<string, Float32Array>>;

// Keys of the file's metadata.
const TRAINING = "descent.training";
const EVALUATION = "descent.evaluation";
const MODEL = "descent.model";

/**
 * A training graph as an ONNX file: standard operators, the parameters inputs with their weights as initializers, the
 * loss and the gradients outputs, and metadata that name them. With it go the graph for evaluation and the model it was
 * made from, without the weights that the file has already.
 */
export function encodeTrainingFile(source: Source, target: Target, model: Uint8Array, weights: Numbers): Uint8Array {
  const training = source.training();
  const evaluation = source.evaluation();
  const description: Description = {
    version: 1,
    target,
    loss: training.loss,
    outputs: training.outputs,
    labels: source.labels,
    parameters: source.parameters.map(({ name, shape, role, axes }) => {
      return { name, shape, role, axes, grad: training.parameters.find((p) => p.name === name)!.grad }; // of the same names
    }),
    statistics: training.statistics.map(({ name, next }) => ({ name, next })),
    seeds: training.seeds,
    evaluation: { loss: evaluation.loss, outputs: evaluation.outputs },
  };
  const proto = modelOf(training.graph);
  const tensors = [...source.parameters, ...source.statistics].map(
    ({ name, shape }) => tensorOf(name, { elem: "float32", dims: shape, data: weights[name]! }), // every one has its weights
  );
  const initializer = [...tensors, ...(proto.graph?.initializer ?? [])];
  const known = byName(initializer);
  const metadata = {
    [TRAINING]: JSON.stringify(description),
    [EVALUATION]: base64(encodeModel(lightened(modelOf(evaluation.graph), known, weights))),
    [MODEL]: base64(encodeModel(lightened(decodeModel(model), known, weights))),
  };
  return encodeModel({
    ...proto,
    graph: { ...proto.graph, initializer },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
}

/** The graphs of a file that `encodeTrainingFile` wrote: nothing is differentiated. */
export class TrainingFile implements Source {
  readonly inputs: ReadonlyMap<string, Expected>;
  readonly labels: readonly LabelInput[];
  readonly parameters: readonly Parameter[];
  readonly statistics: readonly Parameter[];
  readonly take: () => Starts;
  readonly target: Target;
  readonly #description: Description;
  readonly #training: ModelProto;
  readonly #evaluation: ModelProto;
  readonly #model: () => Uint8Array;

  /** `trained` are the names of the parameters to train, all by default; the rest keep their values. */
  constructor(file: Uint8Array, trained?: readonly string[]) {
    const proto = decodeModel(file);
    const metadata = new Map(proto.metadataProps?.map(({ key = "", value = "" }) => [key, value]));
    const [description, evaluation, model] = [TRAINING, EVALUATION, MODEL].map((key) => metadata.get(key));
    if (description === undefined || evaluation === undefined || model === undefined)
      throw new OptimizerError(
        "This ONNX file is not a training graph: trainer.saveTrainingGraph() writes those. Trainer.create() trains a model.",
      );
    const parsed = parseDescription(description);
    const known = byName(proto.graph?.initializer);
    const initial = (name: string): { readonly shape: readonly number[]; readonly initial: Float32Array } => {
      const tensor = known.get(name);
      if (!tensor) throw new OptimizerError(`The training graph lacks the weights of \`${name}\`. Save it again.`);
      const { dims, data, elem } = constantOf(tensor);
      if (!(data instanceof Float32Array) || elem !== "float32")
        throw new OptimizerError(`The weights of \`${name}\` must be float32 in a training graph; got ${elem}.`);
      return { shape: dims, initial: data };
    };
    const weights = parsed.parameters.map(({ grad: _, ...p }): Weight => ({ ...p, ...initial(p.name) }));
    const chosen = (name: string): boolean => trained?.includes(name) ?? true;
    const started = weights.filter((w) => chosen(w.name));
    const kept = [
      ...parsed.statistics.map(({ name }) => ({ name, ...initial(name) })),
      ...weights.filter((w) => !chosen(w.name)),
    ];
    this.parameters = started.map(described);
    this.statistics = kept.map(described);
    this.take = once({ weights: started, statistics: kept });
    this.labels = parsed.labels;
    this.target = parsed.target;
    this.#description = parsed;
    this.#training = proto;
    this.#evaluation = filled(decodeModel(bytes(evaluation, EVALUATION)), known);
    this.#model = () => encodeModel(filled(decodeModel(bytes(model, MODEL)), known));
    const graph = this.#graph(proto);
    checkGraph(parsed, graph, this.#graph(this.#evaluation));
    this.inputs = new Map([...graph.inputs].filter(([name]) => name !== SEEDS && !known.has(name)));
  }

  /** The model that the file was made from. */
  get model(): Uint8Array {
    return this.#model();
  }

  training(shapes?: Shapes): TrainingGraph {
    const { loss, outputs, parameters, statistics, seeds } = this.#description;
    const graph = this.#graph(this.#training, shapes);
    const trained = new Set(this.parameters.map((p) => p.name));
    for (const { name, grad } of parameters) if (!trained.has(name)) graph.outputs.delete(grad);
    prune(graph);
    const kept = parameters.filter((p) => trained.has(p.name));
    return { graph, loss, outputs, parameters: kept, statistics, seeds };
  }

  evaluation(shapes?: Shapes): EvaluationGraph {
    return { graph: this.#graph(this.#evaluation, shapes), ...this.#description.evaluation };
  }

  prediction(shapes: Shapes): Omit<EvaluationGraph, "loss"> {
    const { graph, loss, outputs } = this.evaluation(shapes);
    if (!outputs.includes(loss)) graph.outputs.delete(loss);
    for (const { name } of this.labels) graph.inputs.delete(name);
    prune(graph);
    return { graph, outputs };
  }

  #graph(proto: ModelProto, shapes: Shapes = {}): Graph {
    const inputs = new Set(proto.graph?.input?.map(({ name }) => name));
    const given = Object.entries(shapes).filter(([name]) => inputs.has(name));
    const graph = importModel(proto, { shapes: Object.fromEntries(given) });
    for (const { name } of [...this.parameters, ...this.statistics]) asInput(graph, name);
    return graph;
  }
}

const byName = (tensors: readonly TensorProto[] = []): ReadonlyMap<string, TensorProto> =>
  new Map(tensors.map((tensor) => [tensor.name ?? "", tensor]));

/** The model without the numbers of tensors that are known elsewhere: by the same name, and equal unless they are trained. */
function lightened(model: ModelProto, known: ReadonlyMap<string, TensorProto>, trained: Numbers): ModelProto {
  return mapInitializers(model, (tensor) => {
    const name = tensor.name ?? "";
    const other = known.get(name);
    if (!other || !(tensor.rawData || tensor.floatData)) return tensor;
    if (!Object.hasOwn(trained, name) && !equal(constantOf(tensor), constantOf(other))) return tensor;
    const { rawData, floatData, ...rest } = tensor;
    return rawData ? { ...rest, rawData: new Uint8Array(0) } : rest;
  });
}

/** The model with the numbers that `lightened` took out, kept in the way they were kept. */
function filled(model: ModelProto, known: ReadonlyMap<string, TensorProto>): ModelProto {
  return mapInitializers(model, (tensor) => {
    const other = known.get(tensor.name ?? "");
    const count = (tensor.dims ?? []).reduce<number>((n, d) => n * Number(d), 1);
    if (!other || count === 0 || tensor.floatData?.length || tensor.rawData?.length) return tensor;
    const { data } = constantOf(other);
    if (tensor.rawData) return { ...tensor, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
    return data instanceof Float32Array ? { ...tensor, floatData: data } : tensor;
  });
}

/** The model with every initializer changed. */
export const mapInitializers = (model: ModelProto, change: (tensor: TensorProto) => TensorProto): ModelProto =>
  model.graph?.initializer
    ? { ...model, graph: { ...model.graph, initializer: model.graph.initializer.map(change) } }
    : model;

function equal(a: Constant, b: Constant): boolean {
  const [x, y] = [a, b].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) as [
    Uint8Array,
    Uint8Array,
  ]; // one each
  return a.elem === b.elem && a.dims.join() === b.dims.join() && x.every((v, i) => v === y[i]);
}

// A model's metadata are text.
function base64(data: Uint8Array): string {
  let text = "";
  for (let i = 0; i < data.length; i += 0x8000) text += String.fromCharCode(...data.subarray(i, i + 0x8000));
  return btoa(text);
}
function bytes(text: string, key: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch (cause) {
    throw new OptimizerError(`\`${key}\` of the training graph is damaged: it must be base64. Save it again.`, {
      cause,
    });
  }
}

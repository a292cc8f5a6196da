import { OptimizerError, type Parameter } from "@descent/core";
import {
  type Change,
  differentiate,
  type External,
  type Graph,
  type ImportOptions,
  importModel,
  type Loss,
  type Mended,
  type ModelProto,
  notes,
  OnnxError,
  type Surveyed,
  survey,
} from "@descent/onnx";
import type { GradientRule, LabelInput, LossFunction, Target } from "@descent/onnx/autodiff";
import { type BatchNorm, type Dim, int, isRewritten, prune } from "@descent/onnx/graph";
import type { Constant } from "@descent/onnx/proto";
import type { Expected } from "../runtime/feeds.ts";
import { seedDropouts } from "./dropout.ts";
import { widen } from "./masters.ts";
import {
  asInput,
  described,
  type EvaluationGraph,
  once,
  type Shapes,
  type Source,
  type Starts,
  type TrainingGraph,
} from "./source.ts";

/** Sizes of inputs, by number or name. */
export type FixedShapes = Readonly<Record<string, readonly Dim[]>>;

/** A floating tensor of the model. */
export interface Candidate extends Parameter, Pick<Surveyed, "trained" | "because" | "sources" | "modules"> {
  readonly elem: string;
}

/** How the model is read. */
export type Reading = Pick<ImportOptions, "fixed" | "stopGradient" | "paddingIdx" | "shapes">;

export interface ModelSourceOptions {
  readonly external?: External | undefined;
  readonly loss: Loss | LossFunction | undefined;
  /** Names. */
  readonly trained: readonly string[];
  /** Names of weights that are not trained now and have other values than the file's, because they were. */
  readonly held?: readonly string[] | undefined;
  readonly target: Target;
  /** The outputs that steps give back; all by default. */
  readonly outputs?: readonly string[] | undefined;
  /** Sizes of inputs that the model leaves open, along with their number of dimensions if that is open too. */
  readonly shapes?: FixedShapes | undefined;
  /** The statistics that BatchNormalizations normalise by while they train; by default as the file says. */
  readonly batchNorm?: BatchNorm | undefined;
  readonly reading?: Reading | undefined;
  readonly gradients?: Readonly<Record<string, GradientRule>> | undefined;
  readonly unreached?: "error" | "zeros" | "leave" | undefined;
  /** Computes blocks of the model again in the backward pass. */
  readonly checkpoint?: "blocks" | undefined;
  /** Tables whose gradients are of the rows looked up. */
  readonly rows?: readonly string[] | undefined;
}

/** The parts of a model that may be trained. */
export interface Candidates {
  /** Every floating tensor, those that are not trained by default among them. */
  readonly weights: readonly Candidate[];
  /** How the weights differ from the file's tensors. */
  readonly changes: readonly Change[];
  /** Facts about the whole file that say how training it may differ from Python. */
  readonly notes: readonly string[];
  /** Names of weights that are quantized, and cannot be. */
  readonly quantized: readonly string[];
}

export function candidates({ model, changes }: Mended, external: External | undefined, reading: Reading): Candidates {
  const graph = importModel(model, { ...reading, ...(external ? { external } : {}) });
  const weights = survey(graph).map(({ initial: _, ...weight }) => weight);
  const readers = graph.nodes.filter(({ op }) =>
    /^(DequantizeLinear|QLinear|MatMulInteger|ConvInteger|MatMulN)/.test(op),
  );
  // A file that marks what is trained, as one with an adapter does, leaves them as they are.
  const wanted = graph.tags.trained.size > 0 ? [] : readers;
  const quantized = wanted.flatMap(({ inputs }) =>
    inputs.filter((name) => {
      const constant = graph.initializers.get(name);
      return constant !== undefined && /^(u?int(2|4|8)|float8)/.test(constant.elem) && constant.data.length > 1;
    }),
  );
  return { weights, changes, notes: notes(graph), quantized: [...new Set(quantized)] };
}

/** Differentiates a model, again for each set of batch shapes: known sizes make leaner graphs. */
export class ModelSource implements Source {
  readonly inputs: ReadonlyMap<string, Expected>;
  readonly labels: readonly LabelInput[] = [];
  readonly parameters: readonly Parameter[];
  readonly statistics: readonly Parameter[];
  readonly take: () => Starts;
  #model: ModelProto;
  readonly #options: ModelSourceOptions;
  /** The rows that lookups do not train, some of which only the numbers of a table tell. */
  readonly #padding: Readonly<Record<string, number>>;

  constructor(model: ModelProto, options: ModelSourceOptions) {
    this.#model = model;
    this.#options = options;
    this.#padding = {};
    const source = this.#import();
    const looked = new Set(source.nodes.flatMap(({ op, inputs }) => (op === "Gather" ? inputs.slice(0, 1) : [])));
    this.#padding = Object.fromEntries([...source.paddingRows].filter(([name]) => looked.has(name)));
    const { graph, loss, parameters, statistics, labels } = this.#differentiated(source, options.checkpoint);
    const { elem } = graph.type(loss);
    if (/float16$/.test(elem))
      throw new OptimizerError(
        `The loss is ${elem}, and it is read as float32. Cast it in \`loss\`: (graph, [y]) => graph.op("Cast", [ … ], { to: "float32" })[0].`,
      );
    this.inputs = new Map<string, Expected>([...source.inputs, ...labels.map((l) => [l.name, l.type] as const)]);
    this.labels = labels;
    const weights = parameters.map(({ initial, ...parameter }) => ({
      ...described(parameter),
      initial: initial.data as Float32Array, // narrower ones were widened
    }));
    const held = this.#held.map((name) => ({ name, initial: source.initializers.get(name)! })); // weights of it
    const kept = [
      ...statistics.map(({ name, shape, initial }) => ({ name, shape, initial: floats(name, initial) })),
      ...held.map(({ name, initial }) => ({ name, shape: initial.dims, initial: floats(name, initial) })),
    ];
    this.parameters = weights.map(described);
    this.statistics = kept.map(described);
    this.take = once({ weights, statistics: kept });
  }

  /** Goes on with the model without the numbers of what is trained, which it does not need: they are inputs. */
  lighten(model: ModelProto): void {
    this.#model = model;
  }

  training(shapes?: Shapes): TrainingGraph {
    const source = this.#import(shapes);
    const seeds = seedDropouts(source);
    const training = this.#differentiated(source, this.#options.checkpoint);
    for (const name of this.#held) asInput(training.graph, name);
    return { ...training, seeds };
  }

  /** Weights that keep the values to which they were trained. */
  get #held(): readonly string[] {
    return this.#options.held ?? [];
  }

  evaluation(shapes?: Shapes): EvaluationGraph {
    const source = this.#import(shapes);
    inference(source);
    for (const { name } of this.statistics) asInput(source, name);
    const { graph, loss, outputs, parameters } = this.#differentiated(source);
    for (const { grad } of parameters) graph.outputs.delete(grad);
    prune(graph);
    return { graph, loss, outputs };
  }

  prediction(shapes: Shapes): Omit<EvaluationGraph, "loss"> {
    const graph = this.#import(shapes);
    inference(graph);
    for (const { name } of [...this.parameters, ...this.statistics]) asInput(graph, name);
    return { graph, outputs: [...graph.outputs.keys()] };
  }

  #import(shapes: Shapes = {}): Graph {
    const { external, shapes: fixed = {}, gradients = {}, batchNorm, reading } = this.#options;
    const given = Object.entries(shapes).filter(([name]) => !this.labels.some((l) => l.name === name));
    const graph = importModel(this.#model, {
      ...reading,
      paddingIdx: { ...this.#padding, ...reading?.paddingIdx },
      shapes: { ...fixed, ...Object.fromEntries(given) },
      keep: Object.keys(gradients).filter(isRewritten),
      batchNorm,
      ...(external ? { external } : {}),
    });
    widen(graph, [...this.#options.trained, ...this.#held]);
    return graph;
  }

  #differentiated(source: Graph, checkpoint?: "blocks"): ReturnType<typeof differentiate> {
    const { loss, trained, target, outputs, gradients, unreached, rows } = this.#options;
    try {
      return differentiate(source, {
        loss: typeof loss === "function" ? told(loss) : loss,
        wrt: trained,
        target,
        outputs,
        gradients,
        unreached,
        rows,
        checkpoint,
      });
    } catch (error) {
      if (!(error instanceof OnnxError)) throw error;
      // the trainer has this option under another name
      throw new OnnxError(error.message.replaceAll("`wrt`", "`trainable`"), { cause: error });
    }
  }
}

/** The loss as a function of the caller's, whose own errors say whose they are. */
const told =
  (loss: LossFunction): LossFunction =>
  (graph, outputs) => {
    try {
      return loss(graph, outputs);
    } catch (cause) {
      if (cause instanceof OnnxError) throw cause;
      throw new OptimizerError(`The function \`loss\` threw: ${(cause as Error).message}`, { cause });
    }
  };

/** Puts the graph into the mode of use: no dropout, normalisation by the running statistics. */
function inference(graph: Graph): void {
  graph.rewrite((node) => {
    const [output = ""] = node.outputs;
    if (node.domain !== "") return false;
    if (node.op === "Dropout" && node.outputs.slice(1).every((o) => o === "")) {
      graph.op("Identity", [node.inputs[0]!], {}, [output]);
      return true;
    }
    if (node.op === "BatchNormalization" && int(node, "training_mode", 0) === 1) {
      const { training_mode: _, ...attributes } = node.attributes;
      graph.add({ ...node, outputs: [output], attributes });
      return true;
    }
    return false;
  });
}

function floats(name: string, { elem, data }: Constant): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new OptimizerError(
    `The running statistic \`${name}\` is ${elem}, and training is in float32. Convert the model.`,
  );
}

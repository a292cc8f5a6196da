import type { Parameter } from "@descent/core";
import type { Graph } from "@descent/onnx";
import type { LabelInput } from "@descent/onnx/autodiff";
import type { Expected } from "../runtime/feeds.ts";

/** A tensor that training starts from. */
export interface Weight extends Parameter {
  readonly initial: Float32Array;
}

/** Weights and statistics with their first numbers. */
export interface Starts {
  readonly weights: readonly Weight[];
  readonly statistics: readonly Weight[];
}

/** Starts that are given once. */
export function once(starts: Starts): () => Starts {
  let left: Starts | undefined = starts;
  return () => {
    if (left === undefined) throw new RangeError("The numbers that training starts from were taken before.");
    const given = left;
    left = undefined;
    return given;
  };
}

/** A weight without its numbers. */
export const described = ({ name, shape, role, axes }: Parameter): Parameter => ({ name, shape, role, axes });

/** Sizes of a batch by input; none leaves them to the run. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** A parameter of a training graph. */
export interface Derived {
  readonly name: string;
  readonly shape: readonly number[];
  /** The output that is its gradient. */
  readonly grad: string;
  /** The output that says which rows the gradient is of, where it is of some. */
  readonly rows?: string | undefined;
  /** The row among them that is not trained. */
  readonly padding?: number | undefined;
}

/** Forward, loss and gradients. Weights and statistics are inputs. */
export interface TrainingGraph {
  readonly graph: Graph;
  /** The name of the output that is the loss. */
  readonly loss: string;
  /** The model's own outputs. */
  readonly outputs: readonly string[];
  readonly parameters: readonly Derived[];
  /** The values that the forward pass keeps, each with the output that is its next value. */
  readonly statistics: readonly { readonly name: string; readonly next: string }[];
  /** The number of seeds that the graph draws its dropout from. */
  readonly seeds: number;
}

/** The model as it is in use, with the loss. Weights and statistics are inputs. */
export interface EvaluationGraph {
  readonly graph: Graph;
  readonly loss: string;
  readonly outputs: readonly string[];
}

/** Where the graphs of a trainer come from: differentiated from a model, or read from a training graph that was saved. */
export interface Source {
  /** The model's inputs and the labels. */
  readonly inputs: ReadonlyMap<string, Expected>;
  readonly labels: readonly LabelInput[];
  readonly parameters: readonly Parameter[];
  /** Running statistics of normalisations that train. */
  readonly statistics: readonly Parameter[];
  /** The numbers that training starts from. They are given once: the plan copies them, and nothing else keeps them. */
  take(): Starts;
  training(shapes?: Shapes): TrainingGraph;
  evaluation(shapes?: Shapes): EvaluationGraph;
  prediction(shapes: Shapes): Omit<EvaluationGraph, "loss">;
}

/** Weights become inputs, so that one session serves all their values. */
export function asInput(graph: Graph, name: string): void {
  const constant = graph.initializers.get(name);
  if (constant) graph.input(name, { elem: constant.elem, shape: constant.dims });
}

import { OptimizerError } from "@descent/core";
import { differentiate, type Graph } from "@descent/onnx";
import type { Target } from "@descent/onnx/autodiff";
import type { TrainingGraph } from "./source.ts";

/** The input for a direction by its parameter, under a name that no model has. */
export const probeName = (parameter: string): string => `descent.probe/${parameter}`;

/** Products of the loss's Hessian with a direction, by parameter. */
export interface CurvatureGraph {
  readonly graph: Graph;
  /** The output that is the product, by parameter. */
  readonly products: ReadonlyMap<string, string>;
  readonly seeds: number;
}

/**
 * A training graph, differentiated again: the gradient of the sum of gradients times a direction is the Hessian times that
 * direction (Pearlmutter, 1994). It costs about as much as three passes forward and backward.
 */
export function curvature({ graph: once, parameters, seeds }: TrainingGraph, target: Target): CurvatureGraph {
  const table = parameters.find(({ rows }) => rows !== undefined);
  if (table !== undefined)
    throw new OptimizerError(
      `The gradient of \`${table.name}\` is of some rows, which is not differentiated again. Leave out \`rows\`.`,
    );
  for (const { name, shape } of parameters) once.input(probeName(name), { elem: "float32", shape });
  const { graph, inputs } = differentiate(once, {
    loss: (g) => {
      const along = parameters.map(({ name, grad }) => {
        const [product = ""] = g.op("Mul", [grad, probeName(name)]);
        return g.op("ReduceSum", [product], { keepdims: 0 })[0]!; // one output
      });
      return along.length > 1 ? g.op("Sum", along)[0]! : along[0]!; // one parameter is trained, or more
    },
    wrt: [],
    inputs: parameters.map(({ name }) => name),
    outputs: [],
    unreached: "zeros", // the gradient of a weight in which the loss is linear does not change
    target,
  });
  return { graph, products: new Map(inputs.map(({ name, grad }) => [name, grad])), seeds };
}

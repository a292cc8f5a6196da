import { OptimizerError, type Parameter } from "@descent/core";
import { size } from "@descent/core/adapter";
import { type Tensor, tensor, tidy, type Variable } from "@tensorflow/tfjs-core";
import { type Describe, parameterOf } from "./parameters.ts";

/** The part of a tf.LayersModel's weight that is used here. */
interface Weight {
  read(): Tensor;
  readonly constraint?: { apply(w: Tensor): Tensor } | null | undefined;
}
/** A tf.LayersModel, as far as it matters here. */
export interface LayersModel {
  readonly weights: readonly Weight[];
}

/**
 * Applies the constraints of a model's layers to its weights. tfjs accepts them and never does: call this after each
 * batch, as in `fit(x, y, { callbacks: { onBatchEnd: async () => applyConstraints(model) } })`.
 */
export function applyConstraints(model: LayersModel): void {
  for (const weight of model.weights) {
    const { constraint } = weight;
    if (!constraint) continue;
    const variable = weight.read() as Variable; // a layer's weight reads as the variable itself
    tidy(() => variable.assign(constraint.apply(variable)));
  }
}

/**
 * Starts a model's weights from numbers made elsewhere, such as `(p) => initialize(p, heNormal(), 42)` with
 * @descent/initializers; weights for which it gives nothing stay. Name the layers, so that names are the same each time.
 */
export function initializeModel(
  model: LayersModel,
  initial: (parameter: Parameter) => ArrayLike<number> | undefined,
  describe?: Describe,
): void {
  const made = model.weights.flatMap((weight) => {
    const variable = weight.read() as Variable; // a layer's weight reads as the variable itself
    const parameter = parameterOf(variable, describe);
    const numbers = initial(parameter);
    if (numbers && numbers.length !== size(parameter.shape))
      throw new OptimizerError(
        `\`${parameter.name}\` was given ${numbers.length} numbers, and its shape [${parameter.shape}] holds ${size(parameter.shape)}.`,
      );
    return numbers ? [{ variable, numbers }] : [];
  });
  for (const { variable, numbers } of made)
    tidy(() => variable.assign(tensor(Float32Array.from(numbers), variable.shape, "float32")));
}

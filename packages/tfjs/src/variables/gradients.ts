import { OptimizerError } from "@descent/core";
import { engine, type NamedTensorMap, type Tensor, type Variable } from "@tensorflow/tfjs-core";

/** Gradients as tfjs hands them over: by name, or as a list. A variable that had none has `null` or `undefined`. */
export type Gradients =
  | NamedTensorMap
  | readonly { readonly name: string; readonly tensor: Tensor | null | undefined }[];

/** A variable with its gradient. */
export interface Pair {
  readonly p: Variable;
  readonly g: Tensor;
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** The variables that have a gradient, by name. Throws an OptimizerError that names what is wrong. */
export function pairsOf(gradients: Gradients): Map<string, Pair> {
  if (typeof gradients !== "object" || gradients === null)
    throw new OptimizerError(
      "applyGradients takes gradients by the names of their variables, such as tf.variableGrads(f).grads.",
    );
  const { registeredVariables } = engine();
  const pairs = new Map<string, Pair>();
  const give = (name: string, g: Tensor | null | undefined): void => {
    if (g == null) return;
    const p = registeredVariables[name];
    if (!p) throw new OptimizerError(`There is no variable named \`${name}\`. Was it disposed of?`);
    if (!Array.isArray(g.shape))
      throw new OptimizerError(`The gradient of \`${name}\` is not a tensor. Give applyGradients tensors by name.`);
    if (g.dtype === "string" || g.dtype === "complex64")
      throw new OptimizerError(`The gradient of \`${name}\` holds ${g.dtype} values. Gradients must be numeric.`);
    if (g.isDisposed) throw new OptimizerError(`The gradient of \`${name}\` was disposed of before it was used.`);
    if (!sameShape(g.shape, p.shape))
      throw new OptimizerError(`\`${name}\` has shape [${p.shape}] but its gradient has shape [${g.shape}].`);
    pairs.set(name, { p, g });
  };
  if (Array.isArray(gradients)) for (const one of gradients) give(one?.name, one?.tensor);
  else for (const [name, tensor] of Object.entries(gradients as NamedTensorMap)) give(name, tensor); // not the array
  return pairs;
}

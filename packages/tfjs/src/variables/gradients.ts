import { OptimizerError } from "@descent/core";
import { isCallback, isRecord, shown } from "@descent/core/adapter";
import { engine, type Scalar, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { isRowGradient, isTensor, type RowGradient } from "./lookups.ts";

/** Gradients as tfjs hands them over: by name, or as a list. A variable that had none has `null` or `undefined`. */
export type Gradients =
  | Readonly<Record<string, Tensor | RowGradient | null | undefined>>
  | readonly { readonly name: string; readonly tensor: Tensor | RowGradient | null | undefined }[];

const sameShape = (a: readonly number[], b: readonly number[]): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** The inputs of rules besides gradients, by name: a number, or tensors by variable. */
export type Inputs = Readonly<Record<string, number | Gradients>>;

/** Puts the other inputs of rules beside the gradients of their variables. Throws as for gradients. */
export function addInputs(
  shares: ReadonlyMap<string, { readonly inputs: Record<string, Tensor> }>,
  inputs: readonly (readonly [input: string, tensors: Gradients])[],
): void {
  for (const [input, tensors] of inputs)
    for (const [name, { inputs: given }] of sharesOf(tensors)) {
      const share = shares.get(name);
      if (!share) throw new OptimizerError(`There is a \`${input}\` for \`${name}\`, which has no gradient.`);
      if (!given.g) throw new OptimizerError(`The \`${input}\` of \`${name}\` must be a tensor; got rows of one.`);
      share.inputs[input] = given.g;
    }
}

/** A variable with its gradient. */
export interface Given {
  readonly p: Variable;
  readonly inputs: Record<string, Tensor>;
  /** Its gradient, where it is of some rows; `inputs` are empty then. */
  readonly rows?: RowGradient | undefined;
}

/** The variables that have a gradient, by name. Throws an OptimizerError that names what is wrong. */
export function sharesOf(gradients: Gradients): Map<string, Given> {
  if (!Array.isArray(gradients) && !isRecord(gradients))
    throw new OptimizerError(
      `applyGradients takes gradients by the names of their variables, such as tf.variableGrads(f).grads; got ${shown(gradients)}.`,
    );
  const { registeredVariables } = engine();
  const shares = new Map<string, Given>();
  const give = (name: string, g: Tensor | RowGradient | null | undefined): void => {
    if (g == null) return;
    const p = typeof name === "string" ? registeredVariables[name] : undefined;
    if (!isTensor(p)) throw new OptimizerError(`There is no variable named ${shown(name)}. Was it disposed of?`);
    if (isRowGradient(g)) {
      if (shares.has(name))
        throw new OptimizerError(`There are two gradients for \`${name}\`. Add them up, and give one.`);
      shares.set(name, { p, inputs: {}, rows: g });
      return;
    }
    if (!Array.isArray(g.shape))
      throw new OptimizerError(`The gradient of \`${name}\` is not a tensor. Give applyGradients tensors by name.`);
    if (g.dtype === "string" || g.dtype === "complex64")
      throw new OptimizerError(`The gradient of \`${name}\` holds ${g.dtype} values. Gradients must be numeric.`);
    if (g.isDisposed) throw new OptimizerError(`The gradient of \`${name}\` was disposed of before it was used.`);
    if (!sameShape(g.shape, p.shape))
      throw new OptimizerError(`\`${name}\` has shape [${p.shape}] but its gradient has shape [${g.shape}].`);
    if (shares.has(name))
      throw new OptimizerError(`There are two gradients for \`${name}\`. Add them up, and give one.`);
    shares.set(name, { p, inputs: { g } });
  };
  if (Array.isArray(gradients))
    for (const one of gradients) {
      if (typeof one?.name !== "string" || !("tensor" in one))
        throw new OptimizerError(
          `applyGradients takes a list of { name, tensor }, by the names of variables; one entry is ${shown(one)}.`,
        );
      give(one.name, one.tensor);
    }
  else for (const [name, tensor] of Object.entries(gradients as Record<string, Tensor>)) give(name, tensor); // not the array
  return shares;
}

/** Throws unless these are variables of which one can be trained, or nothing: then tfjs takes all there are. */
export function checkVariables(variables: unknown): void {
  if (variables == null) return;
  const isVariable = (v: unknown): boolean => typeof v === "object" && v !== null && "trainable" in v && "name" in v;
  if (!Array.isArray(variables) || !variables.every(isVariable))
    throw new OptimizerError(`The variables to train must be a list of tf.Variables; got ${shown(variables)}.`);
  if (!variables.some(({ trainable }: Variable) => trainable))
    throw new OptimizerError(
      `None of the ${variables.length} variables to train is trainable. Make them with tf.variable(…, true).`,
    );
}

/** The loss function, with a clear error if it does not return a scalar. */
export function checkedLoss(f: () => Scalar): () => Scalar {
  if (!isCallback(f))
    throw new OptimizerError(`The loss must be a function that computes a scalar from the variables; got ${shown(f)}.`);
  return () => {
    const loss: unknown = f();
    const shape = (loss as Partial<Tensor> | null | undefined)?.shape;
    if (!Array.isArray(shape))
      throw new OptimizerError(`The loss function must return a tf.Scalar at once; it returned ${shown(loss)}.`);
    if (shape.length > 0)
      throw new OptimizerError(
        `The loss function must return a scalar; it returned shape [${shape}]. Take its mean: tf.mean(loss).`,
      );
    return loss as Scalar; // checked above
  };
}

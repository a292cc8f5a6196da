import { OptimizerError, type Parameter } from "@descent/core";
import { isCallback, shown, size } from "@descent/core/adapter";
import { type Tensor, tensor, tidy, type Variable } from "@tensorflow/tfjs-core";
import { checkDescribe, type Describe, parameterOf } from "./parameters.ts";

/** The part of a tf.LayersModel's weight that is used here. */
interface Weight {
  read(): Tensor;
  readonly constraint?: { apply(w: Tensor): Tensor } | null | undefined;
}
/** The part of a layer that is used here; it may contain layers, as a model does, or wrap one. */
interface Layer {
  getClassName(): string;
  readonly weights: readonly Weight[];
}
/** The part of a tf.LayersModel that is used here. */
export interface LayersModel {
  readonly weights: readonly Weight[];
  readonly layers?: readonly Layer[] | undefined;
}

/**
 * Applies the constraints of a model's layers to its weights. tfjs accepts them without ever applying them: call this after
 * each batch, as in `fit(x, y, { callbacks: { onBatchEnd: async () => applyConstraints(model) } })`.
 */
export function applyConstraints(model: LayersModel): void {
  for (const weight of weightsOf(model, "applyConstraints")) {
    const { constraint } = weight;
    if (!constraint) continue;
    const variable = weight.read() as Variable; // a layer's weight reads as the variable itself
    tidy(() => variable.assign(constraint.apply(variable)));
  }
}

/**
 * Starts a model's weights from numbers made elsewhere, such as `(p) => initialize(p, heNormal(), 42)` with
 * `@descent/initializers`; weights for which it returns nothing stay as they are. Name the layers, so that names, and with
 * them the random numbers, are the same each time. `describe` says which axes of a layer of your own are in and out.
 */
export function initializeModel(
  model: LayersModel,
  initial: (parameter: Parameter) => ArrayLike<number> | undefined,
  describe?: Describe,
): void {
  const weights = weightsOf(model, "initializeModel");
  checkDescribe(describe, "initializeModel: `describe`");
  if (!isCallback(initial))
    throw new OptimizerError(
      "initializeModel takes a function from a parameter to its numbers: initializeModel(model, (p) => initialize(p, heNormal(), 42)).",
    );
  const classes = classesOf(model.layers ?? []);
  const made = weights.flatMap((weight) => {
    const variable = weight.read() as Variable; // a layer's weight reads as the variable itself
    const parameter = parameterOf(variable, describe, classes.get(variable));
    const numbers = asked(initial, parameter);
    if (numbers !== undefined) checkNumbers(parameter, numbers);
    return numbers === undefined ? [] : [{ variable, numbers }];
  });
  for (const { variable, numbers } of made)
    tidy(() => variable.assign(tensor(Float32Array.from(numbers), variable.shape, "float32")));
}

/** Throws unless an initializer has returned the numbers of a parameter; undefined would leave it as it is. */
function checkNumbers({ name, shape }: Parameter, given: unknown): asserts given is ArrayLike<number> {
  const list = Array.isArray(given) || (ArrayBuffer.isView(given) && !(given instanceof DataView));
  const many = list && "length" in given ? given.length : shown(given);
  if (many !== size(shape))
    throw new OptimizerError(`\`${name}\` of shape [${shape}] needs ${size(shape)} numbers; got ${many}.`);
  const odd: unknown = Array.prototype.find.call(given, (x) => !Number.isFinite(x));
  if (odd !== undefined)
    throw new OptimizerError(`\`${name}\` of shape [${shape}] needs finite numbers; got ${shown(odd)}.`);
}

/** The numbers of one parameter. If an initializer needs axes that are missing, the error says how to give them here. */
function asked(
  initial: (parameter: Parameter) => ArrayLike<number> | undefined,
  parameter: Parameter,
): ArrayLike<number> | undefined {
  try {
    return initial(parameter);
  } catch (cause) {
    if (!(cause instanceof OptimizerError) || parameter.axes || parameter.shape.length < 2) throw cause;
    throw new OptimizerError(
      `${cause.message} initializeModel takes them as its third argument, \`describe\`: (variable) => ({ axes: layouts.hwio }).`,
      { cause },
    );
  }
}

function weightsOf(model: LayersModel, where: string): readonly Weight[] {
  const weights = (model as Partial<LayersModel> | null | undefined)?.weights;
  if (!Array.isArray(weights))
    throw new OptimizerError(
      `${where} takes a model of layers, such as tf.sequential() returns, as its first argument.`,
    );
  return weights;
}

/** The class of the layer that each variable belongs to. */
function classesOf(layers: readonly Layer[], found: Map<Tensor, string> = new Map()): Map<Tensor, string> {
  for (const layer of layers) {
    const { layers: inner, layer: wrapped } = layer as { layers?: readonly Layer[]; layer?: Layer }; // models and wrappers have them
    if (inner || wrapped) classesOf(inner ?? [wrapped!], found);
    else for (const weight of layer.weights) found.set(weight.read(), layer.getClassName());
  }
  return found;
}

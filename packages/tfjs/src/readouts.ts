import { isCallback } from "@descent/core/adapter";
import { engine, serialization, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { disown, ownerOf, type Trained } from "./trained.ts";

/*
 * A tf.LayersModel evaluates at the weights that its optimizer's rule provides for that. The class is not imported, but found where
 * tfjs-layers registers it, and some of its methods are replaced once, for all models; so is tfjs's function that computes gradients.
 */

/** The part of a tf.LayersModel 4 that is used here. */
interface Model {
  readonly weights: readonly { read(): Tensor }[];
  readonly optimizer?: object | undefined;
}
type Method = (this: Model, ...args: unknown[]) => unknown;

/** The methods that compute without training: of evaluate and fit's validation, of predict, and of data sets. */
const EVALUATING = ["testLoop", "predictLoop", "evaluateDataset"] as const;
/** The method that all training begins with. */
const TRAINING = "makeTrainFunction";

/** Classes whose methods were replaced. */
const known = new WeakSet<object>();
/** The variables of optimizers whose rules have a readout. */
const optimizers = new WeakMap<object, Trained>();
/** Optimizers that train a model of such a class. */
const attended = new WeakSet<object>();

/** Whether a model that this optimizer trains evaluates at the right weights. */
export const isAttended = (optimizer: object): boolean => attended.has(optimizer);

const variablesOf = ({ weights }: Model): readonly Variable[] => weights.map((weight) => weight.read() as Variable); // what layers' weights hold

/** The optimizers that stepped these weights last, if they have readouts and do not show them already. */
function showing(model: Model): readonly Trained[] {
  const variables = variablesOf(model);
  const own = model.optimizer && optimizers.get(model.optimizer);
  if (own && own.waiting.names.length > 0)
    own.take(variables.filter(({ trainable, dtype }) => trainable && dtype === "float32")); // state that was saved with the model
  return [...new Set(variables.flatMap((variable) => ownerOf(variable) ?? []))].filter(
    ({ loop }) => loop.hasReadout && !loop.disposed && !loop.shows,
  );
}

function evaluating(method: Method): Method {
  return function (...args) {
    // A loss may predict, and its gradient is one at the weights that are trained.
    if (engine().state.gradientDepth > 0) return method.apply(this, args);
    const all = showing(this).reduce<() => unknown>(
      (use, trained) => () => trained.evaluate(use),
      () => method.apply(this, args),
    );
    return all();
  };
}

function training(method: Method): Method {
  return function (...args) {
    const { optimizer } = this;
    if (optimizer && optimizers.has(optimizer)) attended.add(optimizer);
    else for (const variable of variablesOf(this)) disown(variable);
    return method.apply(this, args);
  };
}

/** Makes models of layers evaluate at readouts, where this tfjs knows such models. Returns whether it has just been done. */
export function attendModels(registry: Pick<typeof serialization, "SerializationMap"> = serialization): boolean {
  const [found] = registry.SerializationMap?.getMap().classNameMap.Model ?? []; // a class, and how it is read
  const model = (found as { readonly prototype?: object } | undefined)?.prototype as
    | Record<string, unknown>
    | undefined;
  if (!model || known.has(model) || ![...EVALUATING, TRAINING].every((name) => isCallback(model[name]))) return false;
  known.add(model);
  for (const name of EVALUATING) Object.assign(model, { [name]: evaluating(model[name] as Method) }); // as checked
  Object.assign(model, { [TRAINING]: training(model[TRAINING] as Method) });
  return true;
}

/** The engine whose gradients are attended to. */
let differentiating: object | undefined;

/**
 * Weights that are set after a state was loaded belong to it, and those that somebody steps do not. Whoever steps them computes
 * their gradients first, so what they are then belongs to the state, and what they become afterwards is a change.
 */
function attendGradients(): void {
  const own = engine();
  if (differentiating === own) return;
  differentiating = own;
  const gradients = own.gradients.bind(own);
  own.gradients = (f, xs, ...rest) => {
    for (const x of xs) ownerOf(x as Variable)?.settle(x as Variable); // others have no owner
    return gradients(f, xs, ...rest);
  };
}

/** Lets models that this optimizer trains evaluate at its readout. */
export function attend(optimizer: object, trained: Trained): void {
  optimizers.set(optimizer, trained);
  attendGradients();
  attendModels();
}

import { OptimizerError } from "@descent/core";
import { isCallback, shown } from "@descent/core/adapter";

/** The part of this package's optimizer that is used here. */
interface Optimizer {
  withReadout<R>(use: () => R): R;
}

/** Optimizers whose model evaluates at the right weights. */
const attended = new WeakSet<object>();

/** Whether a model that this optimizer trains was given to `withReadouts`. */
export const isAttended = (optimizer: object): boolean => attended.has(optimizer);

type Method = (this: object, ...args: unknown[]) => unknown;
type Model = Readonly<Record<string, unknown>>;

/** Models whose methods were replaced. */
const known = new WeakSet<object>();

/** The methods that compute without training: of tf.evaluate and fit's validation, of tf.predict, and of data sets. */
const evaluating = ["testLoop", "predictLoop", "evaluateDataset"] as const;
const training = ["fit", "fitDataset", "trainOnBatch"] as const;
const outer = ["evaluate", "evaluateDataset", "predict", "predictOnBatch", ...training] as const;

const isModel = (x: unknown): x is Model => typeof x === "object" && x !== null && !Array.isArray(x);
const isOptimizer = (x: unknown): x is Optimizer => isModel(x) && isCallback(x.withReadout);

/** Replaces methods of one model by what `change` makes of them. */
function replace(model: Model, names: readonly string[], change: (method: Method) => Method): void {
  const missing = names.find((name) => !isCallback(model[name]));
  if (missing !== undefined)
    throw new OptimizerError(
      `withReadouts takes a model of layers, such as tf.sequential() returns, of TensorFlow.js 4; got one without \`${missing}\`.`,
    );
  for (const name of names) Object.assign(model, { [name]: change(model[name] as Method) }); // as checked
}

/** A sequential model hands everything to a model inside, which it may make later. */
function wrapOuter(model: Model): void {
  known.add(model);
  replace(model, outer, (method) => (...args) => {
    if (isModel(model.model)) wrap(model.model);
    return method.apply(model, args);
  });
}

function wrapInner(model: Model): void {
  known.add(model);
  let evaluates = false;
  replace(model, training, (method) => (...args) => {
    if (isOptimizer(model.optimizer)) attended.add(model.optimizer);
    return method.apply(model, args);
  });
  replace(model, evaluating, (method) => (...args) => {
    const { optimizer } = model;
    if (evaluates || !isOptimizer(optimizer)) return method.apply(model, args);
    evaluates = true;
    const end = (): void => {
      evaluates = false;
    };
    let later = false;
    try {
      const result = optimizer.withReadout(() => method.apply(model, args));
      later = result instanceof Promise;
      return later ? (result as Promise<unknown>).finally(end) : result; // as seen
    } finally {
      if (!later) end();
    }
  });
}

function wrap(model: Model): void {
  if (known.has(model)) return;
  if (isCallback(model.add))
    wrapOuter(model); // it is sequential
  else wrapInner(model);
}

/**
 * The same model, which from now on evaluates and predicts (and so validates in `fit`) at the weights that its optimizer's rule
 * provides for that: the average of `ema`, the `x` of schedule-free rules. Training goes on at the others, which are back in place afterwards,
 * bit for bit, on errors too. With rules that have no such weights, and other optimizers, nothing changes:
 * `const model = withReadouts(tf.sequential({ layers }))`. `save` writes the weights that are trained; for the others, save within
 * `opt.withReadout(() => …)`.
 *
 * Throws an OptimizerError for anything but a tf.LayersModel.
 */
export function withReadouts<M extends object>(model: M): M {
  if (!isModel(model) || !("weights" in model) || !isCallback(model.fit))
    throw new OptimizerError(
      `withReadouts takes a model of layers, such as tf.sequential() returns; got ${shown(model)}.`,
    );
  wrap(model);
  return model;
}

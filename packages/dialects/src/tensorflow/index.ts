/** TensorFlow.js's `tf.train` with its arguments, defaults and formulas, wrong ones included. */

export { type Constructor, train } from "./train.ts";
export { fromWeights, type NamedWeight, type PlainWeight, toWeights, type WeightsOptions } from "./weights.ts";

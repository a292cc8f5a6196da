/** Optimizers for jax-js, in the shape of Optax. */
export type { State } from "./state.ts";
export { toStateDict } from "./state.ts";
export {
  applyUpdates,
  type Facts,
  type Inputs,
  type Transformation,
  type TransformationOptions,
  transformation,
} from "./transformation.ts";
export type { Tree } from "./tree.ts";

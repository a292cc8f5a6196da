/** Optax's aliases by Optax's names, with Optax's defaults and forms, and the pieces of chains that go before them. */

export { adafactor } from "./adafactor.ts";
export type { Alias, Mask } from "./alias.ts";
export {
  adabelief,
  adadelta,
  adagrad,
  adam,
  adamax,
  adamaxw,
  adamw,
  adan,
  adopt,
  amsgrad,
  fromage,
  lamb,
  lars,
  lion,
  madgrad,
  nadam,
  nadamw,
  novograd,
  optimistic_adam_v2,
  optimistic_gradient_descent,
  prodigy,
  radam,
  rmsprop,
  rprop,
  sgd,
  sign_sgd,
  signum,
  simplified_ademamix,
  sm3,
  yogi,
} from "./aliases.ts";
export {
  add_decayed_weights,
  chain,
  clip,
  clip_by_global_norm,
  type LookaheadOptions,
  lookahead,
  MultiSteps,
  type Piece,
} from "./chain.ts";
export { type FromTreeOptions, fromTree, type TreeOptions, toTree } from "./tree.ts";

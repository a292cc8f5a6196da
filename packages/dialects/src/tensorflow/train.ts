import { adagradEpsInside } from "@descent/adagrad";
import { adam as adamRule } from "@descent/adam";
import { type Configured, OptimizerError } from "@descent/core";
import type { HyperValue } from "@descent/core/adapter";
import { momentum as momentumRule, nesterov, sgd as sgdRule } from "@descent/sgd";
import { type Defaults, type Dialect, type Given, optimizer, type Values } from "../optimizer/optimizer.ts";
import { rmspropRateInside } from "../optimizer/rules.ts";
import { adadeltaOld, adamaxFalling, rmspropCenteredMinus } from "./rules.ts";

/** In place of a default: TensorFlow.js asks for these. */
const asked = Number.NaN;
/** The `epsilon()` of its backends in float32. */
const epsilon = 1e-7;

/** A constructor of `tf.train`, with its arguments in its order. */
export type Constructor<Args extends readonly unknown[]> = ((...args: Args) => Configured) &
  Pick<Dialect, "library" | "dialect" | "defaults" | "refuses">;

/** A constructor from the names of its arguments, in order, with their defaults. null is the default, as in TensorFlow.js. */
function positional<Args extends readonly unknown[], const D extends Defaults>(
  dialect: string,
  defaults: D,
  make: (values: Values<D>) => Configured,
): Constructor<Args> {
  const names = Object.keys(defaults);
  const inner = optimizer({
    library: "tensorflow",
    dialect: `tf.train.${dialect}`,
    defaults,
    make: (values) => {
      for (const [name, value] of Object.entries<unknown>(values))
        if (Number.isNaN(value)) throw new OptimizerError(`tf.train.${dialect} needs \`${name}\`.`);
      return make(values);
    },
  });
  const configure = (...args: Args): Configured => {
    if (args.length > names.length)
      throw new OptimizerError(
        `tf.train.${dialect} takes ${names.join(", ")} in this order; got ${args.length} arguments.`,
      );
    const given = names.flatMap((name, i) => (args[i] === undefined || args[i] === null ? [] : [[name, args[i]]]));
    return inner(Object.fromEntries(given) as Given<D>); // `read` checks each
  };
  const { library, refuses } = inner;
  return Object.assign(configure, { library, dialect, defaults, refuses });
}

type Rate = [learningRate: HyperValue];

/** `tf.train.sgd(learningRate)`: plain descent. */
export const sgd: Constructor<Rate> = positional("sgd", { learningRate: asked }, (o) =>
  sgdRule({ lr: o.learningRate }),
);

/** `tf.train.momentum(learningRate, momentum, useNesterov)`: the rate is outside the velocity. */
export const momentum: Constructor<[...Rate, momentum: HyperValue, useNesterov?: boolean]> = positional(
  "momentum",
  { learningRate: asked, momentum: asked, useNesterov: false },
  (o) => (o.useNesterov ? nesterov : momentumRule)({ lr: o.learningRate, momentum: o.momentum }),
);

/** `tf.train.adagrad(learningRate, initialAccumulatorValue)`: ε is inside the root. */
export const adagrad: Constructor<[...Rate, initialAccumulatorValue?: number]> = positional(
  "adagrad",
  { learningRate: asked, initialAccumulatorValue: 0.1 },
  (o) => adagradEpsInside({ lr: o.learningRate, initial: o.initialAccumulatorValue, eps: epsilon }),
);

/**
 * `tf.train.adadelta(learningRate, rho, epsilon)`, by the mean of squares before each gradient, as TensorFlow.js computes it:
 * the first step is lr · g, where the paper's and everybody else's is a thousandth of that. `adadelta` of `@descent/adagrad` is right.
 */
export const adadelta: Constructor<[learningRate?: HyperValue, rho?: HyperValue, epsilon?: HyperValue | null]> =
  positional("adadelta", { learningRate: 1e-3, rho: 0.95, epsilon }, (o) =>
    adadeltaOld({ lr: o.learningRate, rho: o.rho, eps: o.epsilon }),
  );

type Moments = [learningRate?: HyperValue, beta1?: HyperValue, beta2?: HyperValue, epsilon?: HyperValue | null];

/** `tf.train.adam(learningRate, beta1, beta2, epsilon)`: ε is 1e-7, outside the root. */
export const adam: Constructor<Moments> = positional(
  "adam",
  { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon },
  (o) => adamRule({ lr: o.learningRate, beta1: o.beta1, beta2: o.beta2, eps: o.epsilon }),
);

/** `tf.train.adamax(learningRate, beta1, beta2, epsilon, decay)`: ε is beside the maximum. */
export const adamax: Constructor<[...Moments, decay?: number]> = positional(
  "adamax",
  { learningRate: 2e-3, beta1: 0.9, beta2: 0.999, epsilon, decay: 0 },
  (o) => adamaxFalling({ lr: o.learningRate, beta1: o.beta1, beta2: o.beta2, eps: o.epsilon, decay: o.decay }),
);

/**
 * `tf.train.rmsprop(learningRate, decay, momentum, epsilon, centered)`: ε is inside the root, the rate inside the velocity. `centered` takes ε from the variance, as TensorFlow.js
 * computes it, and is NaN where the variance is below ε; `rmspropCentered` of `@descent/adagrad` adds it.
 */
export const rmsprop: Constructor<
  [...Rate, decay?: HyperValue, momentum?: HyperValue, epsilon?: HyperValue | null, centered?: boolean]
> = positional("rmsprop", { learningRate: asked, decay: 0.9, momentum: 0, epsilon, centered: false }, (o) =>
  (o.centered ? rmspropCenteredMinus : rmspropRateInside)({
    lr: o.learningRate,
    rho: o.decay,
    momentum: o.momentum,
    eps: o.epsilon,
  }),
);

/** `tf.train`: its seven optimizers, with their arguments in TensorFlow.js's order, their defaults and their defects. */
export const train = { sgd, momentum, adagrad, adadelta, adam, adamax, rmsprop };

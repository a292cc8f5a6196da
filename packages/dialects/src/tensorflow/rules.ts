import { adadelta } from "@descent/adagrad";
import { adamax } from "@descent/adam";
import { rule } from "@descent/core";
import { rmspropCenteredRateInside } from "../optimizer/rules.ts";

/** Adadelta by the mean of squares before this gradient, as TensorFlow.js has it: the first step is the gradient itself. */
export const adadeltaOld = rule({
  ...adadelta,
  id: "tensorflow/adadelta",
  title: "Adadelta of TensorFlow.js",
  update: {
    d: "sqrt(u + eps) / sqrt(v + eps) * g",
    v: adadelta.update.v,
    u: adadelta.update.u,
    p: adadelta.update.p,
  },
});

/** Adamax with ε beside the maximum and a rate that falls. */
export const adamaxFalling = rule({
  ...adamax,
  id: "tensorflow/adamax",
  title: "Adamax of TensorFlow.js",
  hyper: { ...adamax.hyper, decay: 0 },
  update: {
    m: adamax.update.m,
    u: "max(beta2 * u, abs(g))",
    p: "p - lr / (1 + decay * (t - 1)) / (1 - beta1^t) * m / (u + eps)",
  },
});

/** Centered RMSProp that takes ε from the variance, as TensorFlow.js has it: NaN where the variance is below ε. */
export const rmspropCenteredMinus = rule({
  ...rmspropCenteredRateInside,
  id: "tensorflow/rmsprop-centered",
  title: "Centered RMSProp of TensorFlow.js",
  update: { ...rmspropCenteredRateInside.update, b: "momentum * b + lr * g / sqrt(v - (gBar^2 + eps))" },
});

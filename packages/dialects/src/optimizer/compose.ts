import { type Configured, decoupledDecay, OptimizerError, withL2 } from "@descent/core";
import { type HyperValue, prepend } from "@descent/core/adapter";
import { on } from "./optimizer.ts";

/** Python's libraries decay every parameter unless told otherwise; Descent leaves biases and scales out. */
export const everyParameter = (): boolean => true;

/** The gradient of a penalty on all parameters, where it is not 0. */
export const coupled = (configured: Configured, weightDecay: HyperValue | null): Configured =>
  on(weightDecay) ? withL2(configured, weightDecay, { decays: everyParameter }) : configured;

/** Decay of all parameters apart from the gradient, where it is not 0. */
export const decoupled = (configured: Configured, weightDecay: HyperValue | null): Configured =>
  on(weightDecay) ? decoupledDecay(configured, weightDecay, { decays: everyParameter }) : configured;

/** Steps up the gradient instead of down. Outermost, because decay still shrinks. */
export const maximized = (configured: Configured, maximize: boolean): Configured =>
  maximize ? prepend(configured, "maximize", { hyper: {}, equations: { g: "-g" } }) : configured;

/** A configuration for vectors and matrices, because the library does with larger tensors what `theirs` says. */
export const flatOnly = (where: string, theirs: string, inner: Configured): Configured => ({
  kind: "partition",
  groups: { "": inner },
  labels: ({ name, shape }) => {
    if (shape.length <= 2) return [""];
    throw new OptimizerError(
      `${where}: ${theirs}, and \`${name}\` has shape [${shape.join(", ")}], for which that cannot be had here. Give it another optimizer: partition(…), or adafactor() of @descent/factored, which factors outputs against the rest.`,
    );
  },
});

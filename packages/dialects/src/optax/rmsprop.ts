import { rmsprop } from "@descent/adagrad";
import { rule } from "@descent/core";
import type { Equations } from "@descent/core/adapter";

/** The switches of Optax's rmsprop. */
export interface Switches {
  readonly centered: boolean;
  readonly eps_in_sqrt: boolean;
  readonly bias_correction: boolean;
  readonly nesterov: boolean;
  readonly momentum: boolean;
}

/** Optax's rmsprop with these switches. Its state names them, because each has equations of its own. */
export function rmspropOf({ centered, eps_in_sqrt, bias_correction, nesterov, momentum }: Switches) {
  const correction = bias_correction ? " / (1 - rho^t)" : "";
  const variance = `v${correction}${centered ? ` - (gBar${correction})^2` : ""}`;
  const update: Equations = {
    v: rmsprop.update.v,
    ...(centered ? { gBar: "rho * gBar + (1 - rho) * g" } : {}),
    variance,
    u: eps_in_sqrt ? "lr * g / sqrt(variance + eps)" : "lr * g / (sqrt(variance) + eps)",
    ...(momentum ? { b: "momentum * b + u" } : {}),
    p: !momentum ? "p - u" : nesterov ? "p - (u + momentum * b)" : "p - b",
  };
  const on = { centered, momentum, nesterov: nesterov && momentum, "bias-correction": bias_correction };
  const names = Object.entries(on).flatMap(([name, is]) => (is ? [name] : []));
  return rule({
    ...rmsprop,
    id: ["optax/rmsprop", ...names, ...(eps_in_sqrt ? [] : ["eps-outside"])].join("-"),
    title: "RMSProp of Optax",
    hyper: { ...rmsprop.hyper, initial: 0, ...(momentum ? { momentum: 0 } : {}) },
    state: { v: "initial", ...(centered ? { gBar: 0 } : {}), ...(momentum ? { b: 0 } : {}) },
    update,
  });
}

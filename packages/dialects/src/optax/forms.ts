import { alike, type Forms } from "../state/forms.ts";

const moments = { slots: { m: "mu", v: "nu" } };
/** Optax's velocity has the sign of the update where the rate is inside it. */
const against = { name: "trace", times: -1 };

/** The states of Optax's transformations by the rules that they are here. */
export const forms: Forms = {
  ...alike(
    [
      ...["adam", "adamw", "adabelief", "yogi", "radam", "lamb", "novograd", "simplified-ademamix"],
      ...["adam", "nadam", "adabelief", "adabelief-nesterov", "radam", "radam-nesterov", "lamb", "novograd"].map(
        (id) => `optax/${id}`,
      ),
    ],
    moments,
  ),
  "optax/amsgrad": { slots: { ...moments.slots, vMax: "nu_max" } },
  ...alike(["adamax", "adamaxw"], { slots: { m: "mu", u: "nu" } }),
  lion: { slots: { m: "mu" } },
  ...alike(["momentum", "nesterov"], { slots: { b: "trace" } }),
  "adagrad-eps-inside": { slots: { s: "sum_of_squares" } },
  adadelta: { slots: { v: "e_g", u: "e_x" } },
  "rmsprop-eps-inside": { slots: { v: "nu" } },
  "dialects/rmsprop-rate-inside": { slots: { v: "nu", b: against } },
  "dialects/rmsprop-centered-eps-inside": { slots: { v: "nu", gBar: "mu" } },
  "dialects/rmsprop-centered-rate-inside": { slots: { v: "nu", gBar: "mu", b: against } },
  "optax/adan": { slots: { m: "m", d: "v", n: "n", last: "g" } },
  madgrad: { slots: { x0: "x0", s: "s", v: "grad_sum_sq" } },
  ...alike(["optax/lars", "optax/lars-nesterov"], { slots: { v: against } }),
  sgd: { slots: {} },
};

import type { Shape } from "@descent/core/adapter";
import { alike, type Forms, type SlotForm, type Slots } from "../state/forms.ts";

const moments = { slots: { m: "mu", v: "nu" } };
/** Optax's velocity has the sign of the update where the rate is inside it. */
const against = { name: "trace", times: -1 };

/** One number per row or column, which is a list there too. */
const listed = (name: string): SlotForm => ({ name, shape: (n) => [n] });

/** Optax means over the longest dimension for `v_row`, over the next for `v_col`; our rows are outputs, which are last there. */
const byLength = ([inputs = 0, outputs = 0]: Shape): Slots => {
  const [row, column] = inputs > outputs ? ["v_row", "v_col"] : ["v_col", "v_row"];
  return { row: listed(row), column: listed(column) };
};

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
  "optax/adafactor": { slots: byLength },
  "optax/adafactor-whole": { slots: { v: "v" } },
  "optax/adafactor-momentum": { slots: (shape) => ({ ...byLength(shape), m: "ema" }) },
  "optax/adafactor-whole-momentum": { slots: { v: "v", m: "ema" } },
  // The bound of a vector's elements is one by one; that of its only row is the largest of them.
  sm3: {
    slots: { m: "nu", row: listed("mu/*/1"), column: listed("mu/*/0") },
    flat: { m: "nu", row: { name: "mu/*/0", summary: "max" }, column: "mu/*/0" },
  },
  prodigy: {
    slots: { m: "exp_avg", v: "exp_avg_sq", s: "grad_sum", x0: "params0" },
    model: { d: "estim_lr", r: "numerator_weighted" },
  },
  sgd: { slots: {} },
};

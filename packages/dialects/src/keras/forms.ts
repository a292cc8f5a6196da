import { alike, type Form, type Forms } from "../state/forms.ts";

const moments = { slots: { m: "momentum", v: "velocity" } };

/** Πμ of Dozat's schedule, of which Keras keeps one for all parameters. */
const product: Form["derived"] = {
  product: (t, { beta1, decay }) =>
    Array.from({ length: t }, (_, k) => Number(beta1) * (1 - 0.5 * 0.96 ** ((k + 1) * Number(decay)))).reduce(
      (all, mu) => all * mu,
      1,
    ),
};

const plain: Forms = {
  ...alike(["keras/adam", "keras/adam-share", "keras/lamb"], moments),
  "keras/amsgrad": { slots: { ...moments.slots, vMax: "velocity_hat" } },
  nadam: { ...moments, derived: product },
  "keras/adamax": { slots: { m: "momentum", u: "norm" } },
  ...alike(["classical-momentum", "keras/nesterov"], { slots: { v: "momentum" } }),
  "rmsprop-eps-inside": { slots: { v: "velocity" } },
  "dialects/rmsprop-rate-inside": { slots: { v: "velocity", b: "momentum" } },
  "dialects/rmsprop-centered-eps-inside": { slots: { v: "velocity", gBar: "average_gradient" } },
  "dialects/rmsprop-centered-rate-inside": {
    slots: { v: "velocity", gBar: "average_gradient", b: "momentum" },
  },
  "adagrad-eps-inside": { slots: { s: "accumulator" } },
  adadelta: { slots: { v: "accumulated_grad", u: "accumulated_delta_var" } },
  "keras/ftrl": { slots: { n: "accumulator", z: "linear" } },
  lion: { slots: { m: "momentum" } },
  ...alike(["keras/muon", "keras/muon-plain", "keras/muon-unmatched", "keras/muon-plain-unmatched"], {
    slots: { m: "momentum" },
  }),
  "keras/schedule-free-adamw": { slots: { z: "momentum", v: "velocity" } },
  sgd: { slots: {} },
};

/** The variables of Keras's optimizers by the rules that they are here, with the average of weights or without it. */
export const formsOf = (averaging: string | undefined): Forms =>
  averaging === undefined
    ? plain
    : Object.fromEntries(
        Object.entries(plain).map(([id, form]) => [
          id,
          { ...form, slots: { ...form.slots, [`${averaging}.average`]: "average" } },
        ]),
      );

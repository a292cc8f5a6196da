import { alike, type Forms } from "../state/forms.ts";

const moments = { slots: { m: "exp_avg", v: "exp_avg_sq" } };

/** The state of `torch.optim`'s optimizers by the rules that they are here. */
export const forms: Forms = {
  ...alike(["adam", "adamw", "radam", "radamw", "lazy-adam"], moments),
  amsgrad: { slots: { ...moments.slots, vMax: "max_exp_avg_sq" } },
  ...alike(["nadam", "nadamw"], { ...moments, host: { product: "mu_product" } }),
  adamax: { slots: { m: "exp_avg", u: "exp_inf" } },
  adagrad: { slots: { s: "sum" } },
  adadelta: { slots: { v: "square_avg", u: "acc_delta" } },
  rmsprop: { slots: { v: "square_avg" } },
  "rmsprop-momentum": { slots: { v: "square_avg", b: "momentum_buffer" } },
  "rmsprop-centered": { slots: { v: "square_avg", gBar: "grad_avg" } },
  "rmsprop-centered-momentum": { slots: { v: "square_avg", gBar: "grad_avg", b: "momentum_buffer" } },
  // PyTorch keeps the last gradient and we its sign, which is all that either reads.
  rprop: { slots: { last: "prev", step: "step_size" } },
  asgd: {
    slots: { average: "ax" },
    extra: {
      eta: (t, { lr, lambda, alpha }) => Number(lr) / (1 + Number(lambda) * Number(lr) * t) ** Number(alpha),
      mu: (t, { start }) => 1 / Math.max(1, t - Number(start)),
    },
  },
  ...alike(["momentum", "nesterov", "dampened-momentum"], { slots: { b: "momentum_buffer" } }),
  ...alike(["muon", "muon-match-rms", "torch/muon-plain", "torch/muon-plain-match-rms"], {
    slots: { m: "momentum_buffer" },
  }),
  // A vector is not factored there, and its state leaves out the mean, which the rule does not read.
  adafactor: {
    slots: { row: { name: "row_var", shape: (n) => [n, 1] }, column: { name: "col_var", shape: (n) => [1, n] } },
    flat: { row: { name: "variance", summary: "mean" }, column: "variance" },
  },
  sgd: { slots: {} },
};

/** Optimizers whose state in PyTorch has no count of updates. */
export const uncounted: ReadonlySet<string> = new Set([
  "sgd",
  "momentum",
  "nesterov",
  "dampened-momentum",
  "muon",
  "muon-match-rms",
  "torch/muon-plain",
  "torch/muon-plain-match-rms",
]);

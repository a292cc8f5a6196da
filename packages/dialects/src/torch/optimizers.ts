import {
  adadelta,
  adagrad,
  rmsprop,
  rmspropCentered,
  rmspropCenteredMomentum,
  rmspropMomentum,
} from "@descent/adagrad";
import { adam, adamax, adamw, amsgrad, lazyAdam, nadam, nadamw, radam, radamw } from "@descent/adam";
import { type Configured, OptimizerError } from "@descent/core";
import { type HyperValue, shown } from "@descent/core/adapter";
import { adafactor } from "@descent/factored";
import { muon, muonMatchRms } from "@descent/orthogonal";
import { asgd, dampenedMomentum, momentum, nesterov, rprop, sgd } from "@descent/sgd";
import { coupled, decoupled, everyParameter, flatOnly, maximized } from "../optimizer/compose.ts";
import { type Defaults, type Dialect, fixed, on, optimizer, type Values } from "../optimizer/optimizer.ts";
import { muonPlain, muonPlainMatchRms } from "./rules.ts";

/** Options of PyTorch that say how it computes and not what. */
const refuses = {
  foreach: "it says how PyTorch loops. Every backend here fuses its loops by itself.",
  fused: "it says how PyTorch loops. Every backend here fuses its loops by itself.",
  capturable: "it is about CUDA graphs.",
  differentiable: "an update is not recorded for gradients here.",
};

const torch = <const D extends Defaults>(
  dialect: string,
  defaults: D,
  make: (values: Values<D>) => Configured,
): Dialect<D> => optimizer({ library: "torch", dialect, defaults, refuses, make });

type Betas = readonly [beta1: HyperValue, beta2: HyperValue];
const betas: Betas = [0.9, 0.999];
const shared = { weight_decay: 0, maximize: false };

/** The options that every optimizer of Adam's kind takes first. */
const moments = (o: { readonly lr: HyperValue; readonly betas: Betas; readonly eps: HyperValue }) => ({
  lr: o.lr,
  beta1: o.betas[0],
  beta2: o.betas[1],
  eps: o.eps,
});

/** A penalty's gradient, then the sign: PyTorch's order. */
const finish = (made: Configured, o: { readonly weight_decay: HyperValue; readonly maximize: boolean }): Configured =>
  maximized(coupled(made, o.weight_decay), o.maximize);

/** `torch.optim.SGD`: momentum, dampening, Nesterov and a penalty, each off at first. */
export const SGD = torch("SGD", { lr: 1e-3, momentum: 0, dampening: 0, nesterov: false, ...shared }, (o) => {
  if (o.nesterov && (!on(o.momentum) || on(o.dampening)))
    throw new OptimizerError("SGD: `nesterov` needs a `momentum` above 0 and no `dampening`, as in PyTorch.");
  const { lr, dampening } = o;
  const inner = !on(o.momentum)
    ? sgd({ lr })
    : on(dampening)
      ? dampenedMomentum({ lr, momentum: o.momentum, dampening })
      : (o.nesterov ? nesterov : momentum)({ lr, momentum: o.momentum });
  return finish(inner, o);
});

/** `torch.optim.Adam`: its decay is a penalty, unless `decoupled_weight_decay` makes it AdamW's. */
export const Adam = torch(
  "Adam",
  { lr: 1e-3, betas, eps: 1e-8, amsgrad: false, decoupled_weight_decay: false, ...shared },
  (o) => (o.decoupled_weight_decay ? adamwOf(o) : finish((o.amsgrad ? amsgrad : adam)(moments(o)), o)),
);

/** `torch.optim.AdamW`: all parameters decay, biases and scales as well. */
export const AdamW = torch(
  "AdamW",
  { lr: 1e-3, betas, eps: 1e-8, amsgrad: false, ...shared, weight_decay: 1e-2 },
  (o) => adamwOf(o),
);

interface DecayingAdam {
  readonly lr: HyperValue;
  readonly betas: Betas;
  readonly eps: HyperValue;
  readonly amsgrad: boolean;
  readonly weight_decay: HyperValue;
  readonly maximize: boolean;
}

function adamwOf(o: DecayingAdam): Configured {
  const inner = o.amsgrad
    ? decoupled(amsgrad(moments(o)), o.weight_decay)
    : adamw({ ...moments(o), weightDecay: o.weight_decay, decays: everyParameter });
  return maximized(inner, o.maximize);
}

/** `torch.optim.NAdam`: the momentum of each step follows Dozat's schedule. */
export const NAdam = torch(
  "NAdam",
  { lr: 2e-3, betas, eps: 1e-8, momentum_decay: 4e-3, decoupled_weight_decay: false, ...shared },
  (o) => {
    const options = { ...moments(o), decay: o.momentum_decay };
    if (!o.decoupled_weight_decay) return finish(nadam(options), o);
    return maximized(nadamw({ ...options, weightDecay: o.weight_decay, decays: everyParameter }), o.maximize);
  },
);

/** `torch.optim.RAdam`: plain momentum until the variance of the rate is known. */
export const RAdam = torch("RAdam", { lr: 1e-3, betas, eps: 1e-8, decoupled_weight_decay: false, ...shared }, (o) => {
  if (!o.decoupled_weight_decay) return finish(radam(moments(o)), o);
  return maximized(radamw({ ...moments(o), weightDecay: o.weight_decay, decays: everyParameter }), o.maximize);
});

/** `torch.optim.Adamax`: ε is inside the maximum. */
export const Adamax = torch("Adamax", { lr: 2e-3, betas, eps: 1e-8, ...shared }, (o) => finish(adamax(moments(o)), o));

/** `torch.optim.SparseAdam`, for embeddings: rows without a gradient keep their values and their moments. */
export const SparseAdam = torch("SparseAdam", { lr: 1e-3, betas, eps: 1e-8, maximize: false }, (o) =>
  maximized(lazyAdam(moments(o)), o.maximize),
);

/** `torch.optim.Adagrad`: ε is outside the root, and sums start at `initial_accumulator_value`. */
export const Adagrad = torch(
  "Adagrad",
  { lr: 1e-2, lr_decay: 0, initial_accumulator_value: 0, eps: 1e-10, ...shared },
  (o) => {
    const { lr, lr_decay: decay, initial_accumulator_value: initial, eps } = o;
    return finish(adagrad({ lr, decay, initial, eps }), o);
  },
);

/** `torch.optim.Adadelta`, whose rate of 1 is the paper's. */
export const Adadelta = torch("Adadelta", { lr: 1, rho: 0.9, eps: 1e-6, ...shared }, (o) => {
  const { lr, rho, eps } = o;
  return finish(adadelta({ lr, rho, eps }), o);
});

/**
 * `torch.optim.RMSprop`: ε is outside the root, and the rate outside the velocity. Where rounding takes the variance of
 * `centered` below 0, PyTorch goes on with NaN, and this with 0.
 */
export const RMSprop = torch(
  "RMSprop",
  { lr: 1e-2, alpha: 0.99, eps: 1e-8, momentum: 0, centered: false, ...shared },
  (o) => {
    const { lr, alpha: rho, eps, momentum: kept } = o;
    const options = { lr, rho, eps };
    const inner = on(kept)
      ? (o.centered ? rmspropCenteredMomentum : rmspropMomentum)({ ...options, momentum: kept })
      : (o.centered ? rmspropCentered : rmsprop)(options);
    return finish(inner, o);
  },
);

/** `torch.optim.Rprop`, for whole batches. */
export const Rprop = torch(
  "Rprop",
  { lr: 1e-2, etas: [0.5, 1.2] as Betas, step_sizes: [1e-6, 50] as Betas, maximize: false },
  (o) =>
    maximized(
      rprop({ lr: o.lr, etaMinus: o.etas[0], etaPlus: o.etas[1], minStep: o.step_sizes[0], maxStep: o.step_sizes[1] }),
      o.maximize,
    ),
);

/**
 * `torch.optim.ASGD`: the rate falls, and the weights are averaged from step `t0` on. The mean, which PyTorch keeps in its state as `ax`, is the
 * readout here; until step `t0` it is the weights themselves.
 */
export const ASGD = torch("ASGD", { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, ...shared }, (o) => {
  const { lr, lambd: lambda, alpha, t0: start } = o;
  return finish(asgd({ lr, lambda, alpha, start }), o);
});

/**
 * `torch.optim.Adafactor`, for matrices and vectors. Of larger tensors PyTorch factors the last two dimensions, height and width
 * of a convolution's kernel, which cannot be had here: they are refused by name. `eps[0]` is float32's where it is null, as for PyTorch's float32.
 */
export const Adafactor = torch(
  "Adafactor",
  { lr: 1e-2, beta2_decay: -0.8, eps: [null, 1e-3] as readonly [HyperValue | null, HyperValue], d: 1, ...shared },
  (o) =>
    flatOnly(
      "Adafactor",
      "PyTorch factors the last two dimensions",
      maximized(
        adafactor({
          lr: o.lr,
          decay: -fixed("Adafactor", "beta2_decay", o.beta2_decay),
          clip: o.d,
          ...(o.eps[0] === null ? {} : { eps1: o.eps[0] }),
          eps2: o.eps[1],
          weightDecay: o.weight_decay,
          decays: everyParameter,
        }),
        o.maximize,
      ),
    ),
);

/** `torch.optim.Muon`, for matrices: `adjust_lr_fn` is `"original"` or `"match_rms_adamw"`. */
export const Muon = optimizer({
  library: "torch",
  dialect: "Muon",
  defaults: {
    lr: 1e-3,
    weight_decay: 0.1,
    momentum: 0.95,
    nesterov: true,
    adjust_lr_fn: null as "original" | "match_rms_adamw" | null,
  },
  refuses: {
    ...refuses,
    ns_coefficients:
      "the iteration is PyTorch's default, (3.4445, -4.775, 2.0315). Write a rule with a macro of your own.",
    ns_steps: "the iteration has PyTorch's default of five steps. Write a rule with a macro of your own.",
    eps: "the iteration has PyTorch's default, 1e-7. Write a rule with a macro of your own.",
  },
  make: (o) => {
    if (o.adjust_lr_fn !== null && o.adjust_lr_fn !== "original" && o.adjust_lr_fn !== "match_rms_adamw")
      throw new OptimizerError(
        `Muon: \`adjust_lr_fn\` must be "original" or "match_rms_adamw"; got ${shown(o.adjust_lr_fn)}.`,
      );
    const options = { lr: o.lr, momentum: o.momentum, weightDecay: o.weight_decay, decays: everyParameter };
    if (o.adjust_lr_fn === "match_rms_adamw") return (o.nesterov ? muonMatchRms : muonPlainMatchRms)(options);
    return (o.nesterov ? muon : muonPlain)(options);
  },
});

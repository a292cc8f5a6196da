import { adadelta as adadeltaRule, adagradEpsInside, madgrad as madgradRule, rmspropEpsInside } from "@descent/adagrad";
import {
  adabelief as adabeliefRule,
  adamax as adamaxRule,
  adamaxw as adamaxwRule,
  adam as adamRule,
  adamw as adamwRule,
  adopt as adoptRule,
  simplifiedAdemamix,
  yogi as yogiRule,
} from "@descent/adam";
import { type Configured, decoupledDecay, OptimizerError, withL2 } from "@descent/core";
import type { HyperValue } from "@descent/core/adapter";
import { sm3 as sm3Rule } from "@descent/factored";
import { prodigy as prodigyRule } from "@descent/parameter-free";
import {
  lion as lionRule,
  momentum as momentumRule,
  nesterov as nesterovRule,
  optimisticSgd,
  sgd as sgdRule,
  signSgd,
  signum as signumRule,
} from "@descent/sgd";
import { flatOnly } from "../optimizer/compose.ts";
import { fixed, on } from "../optimizer/optimizer.ts";
import { rmspropCenteredEpsInside, rmspropCenteredRateInside, rmspropRateInside } from "../optimizer/rules.ts";
import { alias, type Mask, masked } from "./alias.ts";
import { rmspropOf } from "./rmsprop.ts";
import * as rules from "./rules.ts";

const none = null as Mask;
const b1 = 0.9;
const b2 = 0.999;
const moments = { b1, b2, eps: 1e-8, eps_root: 0, nesterov: false };

interface Moments {
  readonly learning_rate: HyperValue;
  readonly b1: HyperValue;
  readonly b2: HyperValue;
  readonly eps: HyperValue;
}

const hyper = (o: Moments) => ({ lr: o.learning_rate, beta1: o.b1, beta2: o.b2, eps: o.eps });

interface RootedMoments extends Moments {
  readonly eps_root: HyperValue;
  readonly nesterov: boolean;
}

/** Adam as the family has it where it can, so that saved states are the family's. */
function adamOf(o: RootedMoments): Configured {
  if (!o.nesterov && !on(o.eps_root)) return adamRule(hyper(o));
  return (o.nesterov ? rules.nadamRooted : rules.adamRooted)({ ...hyper(o), epsRoot: o.eps_root });
}

const decaying = (made: Configured, weightDecay: HyperValue, decays: ReturnType<typeof masked>): Configured =>
  on(weightDecay) ? decoupledDecay(made, weightDecay, { decays }) : made;

/** `optax.sgd`: without `momentum` unless it is given. The rate is outside the velocity. */
export const sgd = alias("sgd", { momentum: null as HyperValue | null, nesterov: false }, (o) => {
  const { learning_rate: lr, momentum } = o;
  if (!on(momentum)) return sgdRule({ lr });
  return (o.nesterov ? nesterovRule : momentumRule)({ lr, momentum });
});

/** `optax.adam`: `eps_root` is an ε inside the root, `nesterov` a constant momentum's look ahead. */
export const adam = alias("adam", moments, adamOf);

const withDecay = { ...moments, weight_decay: 1e-4, mask: none };

/** `optax.adamw`: all parameters decay unless `mask`, a function of the parameter, says otherwise. */
export const adamw = alias("adamw", withDecay, (o) => {
  const decays = masked("adamw", o.mask);
  if (!o.nesterov && !on(o.eps_root)) return adamwRule({ ...hyper(o), weightDecay: o.weight_decay, decays });
  return decaying(adamOf(o), o.weight_decay, decays);
});

/** `optax.nadam`: Adam with Nesterov's look ahead at a constant momentum; PyTorch's and Keras's follow schedules. */
export const nadam = alias("nadam", { ...moments, nesterov: true }, adamOf);

/** `optax.nadamw`: the same, with decay. */
export const nadamw = alias("nadamw", { ...withDecay, nesterov: true }, (o) =>
  decaying(adamOf(o), o.weight_decay, masked("nadamw", o.mask)),
);

/** `optax.amsgrad`: the maximum is of corrected moments; the paper's and PyTorch's is of raw ones. */
export const amsgrad = alias(
  "amsgrad",
  { b1, b2, eps: 1e-8, eps_root: 0, bias_correction_mu: true, bias_correction_nu: true },
  (o) =>
    rules.amsgradCorrected({
      ...hyper(o),
      epsRoot: o.eps_root,
      correctM: o.bias_correction_mu ? 1 : 0,
      correctV: o.bias_correction_nu ? 1 : 0,
    }),
);

/** `optax.adamax`: ε is inside the maximum, as in PyTorch. */
export const adamax = alias("adamax", { b1, b2, eps: 1e-8 }, (o) => adamaxRule(hyper(o)));

/** `optax.adamaxw`: the same, with decay. */
export const adamaxw = alias("adamaxw", { b1, b2, eps: 1e-8, weight_decay: 1e-4, mask: none }, (o) =>
  adamaxwRule({ ...hyper(o), weightDecay: o.weight_decay, decays: masked("adamaxw", o.mask) }),
);

/** `optax.adabelief`: `eps_root` gathers in the state, `eps` is outside the root. */
export const adabelief = alias("adabelief", { b1, b2, eps: 1e-16, eps_root: 1e-16, nesterov: false }, (o) => {
  if (!o.nesterov && o.eps === o.eps_root) return adabeliefRule(hyper(o));
  return (o.nesterov ? rules.nadabelief : rules.adabeliefRooted)({ ...hyper(o), epsRoot: o.eps_root });
});

/** `optax.radam`: rectified from `threshold` on; ε is added to the corrected moment. */
export const radam = alias("radam", { ...moments, threshold: 5 }, (o) =>
  (o.nesterov ? rules.nradam : rules.radamRooted)({ ...hyper(o), epsRoot: o.eps_root, threshold: o.threshold }),
);

/** `optax.yogi`: both moments start at 1e-6. */
export const yogi = alias("yogi", { b1, b2, eps: 1e-3 }, (o) => yogiRule(hyper(o)));

/** `optax.adan` of Optax 0.2.8, whose change of the gradient counts 1 − b2 where the paper has b2. */
export const adan = alias(
  "adan",
  { b1: 0.98, b2: 0.92, b3: 0.99, eps: 1e-8, eps_root: 1e-8, weight_decay: 0, mask: none },
  (o) =>
    rules.adanOfOptax({
      ...hyper(o),
      beta3: o.b3,
      epsRoot: o.eps_root,
      weightDecay: o.weight_decay,
      decays: masked("adan", o.mask),
    }),
);

/** `optax.optimistic_adam_v2`: on top of Nesterov's Adam by default. */
export const optimistic_adam_v2 = alias(
  "optimistic_adam_v2",
  { alpha: 1, beta: 1, ...moments, nesterov: true },
  (o) => {
    if (!o.nesterov)
      throw new OptimizerError(
        "optimistic_adam_v2: without `nesterov` it is optimisticAdam({ lr, optimism: beta }) of @descent/adam.",
      );
    return rules.optimisticNadam({ ...hyper(o), alpha: o.alpha, optimism: o.beta, epsRoot: o.eps_root });
  },
);

/** `optax.optimistic_gradient_descent`: the gradient, and `beta` times its last change. */
export const optimistic_gradient_descent = alias("optimistic_gradient_descent", { alpha: 1, beta: 1 }, (o) => {
  const alpha = fixed("optimistic_gradient_descent", "alpha", o.alpha);
  const beta = fixed("optimistic_gradient_descent", "beta", o.beta);
  if (alpha === 1) return optimisticSgd({ lr: o.learning_rate, optimism: beta });
  if (!(alpha > 0)) throw new OptimizerError(`optimistic_gradient_descent: \`alpha\` must be above 0; got ${alpha}.`);
  const lr = fixed("optimistic_gradient_descent", "learning_rate", o.learning_rate);
  return optimisticSgd({ lr: lr * alpha, optimism: beta / alpha });
});

/** `optax.adagrad`: ε is inside the root, and sums start at 0.1. */
export const adagrad = alias("adagrad", { initial_accumulator_value: 0.1, eps: 1e-7 }, (o) =>
  adagradEpsInside({ lr: o.learning_rate, initial: o.initial_accumulator_value, eps: o.eps }),
);

/** `optax.adadelta`: its decay is a penalty's gradient. */
export const adadelta = alias("adadelta", { rho: 0.9, eps: 1e-6, weight_decay: 0, weight_decay_mask: none }, (o) => {
  const made = adadeltaRule({ lr: o.learning_rate, rho: o.rho, eps: o.eps });
  const decays = masked("adadelta", o.weight_decay_mask);
  return on(o.weight_decay) ? withL2(made, o.weight_decay, { decays }) : made;
});

/** `optax.rmsprop`: ε is inside the root unless `eps_in_sqrt` is false, and the rate inside the velocity. */
export const rmsprop = alias(
  "rmsprop",
  {
    decay: 0.9,
    eps: 1e-8,
    initial_scale: 0,
    eps_in_sqrt: true,
    centered: false,
    momentum: null as HyperValue | null,
    nesterov: false,
    bias_correction: false,
  },
  (o) => {
    const { learning_rate: lr, decay: rho, eps, initial_scale: initial, eps_in_sqrt, centered, momentum } = o;
    const usual = eps_in_sqrt && !o.bias_correction && !on(initial) && !(o.nesterov && on(momentum));
    if (usual && on(momentum))
      return (centered ? rmspropCenteredRateInside : rmspropRateInside)({ lr, rho, eps, momentum });
    if (usual) return (centered ? rmspropCenteredEpsInside : rmspropEpsInside)({ lr, rho, eps });
    const { bias_correction, nesterov } = o;
    const made = rmspropOf({ centered, eps_in_sqrt, bias_correction, nesterov, momentum: on(momentum) });
    return made({ lr, rho, eps, initial, ...(on(momentum) ? { momentum } : {}) });
  },
);

/** `optax.rprop` of Optax 0.2.8, which is a step late: each update is the one that was computed a step earlier, and the first is 0. */
export const rprop = alias("rprop", { eta_minus: 0.5, eta_plus: 1.2, min_step_size: 1e-6, max_step_size: 50 }, (o) =>
  rules.rpropLate({
    lr: o.learning_rate,
    etaMinus: o.eta_minus,
    etaPlus: o.eta_plus,
    minStep: o.min_step_size,
    maxStep: o.max_step_size,
  }),
);

/** `optax.sign_sgd`: every element moves by the rate. */
export const sign_sgd = alias("sign_sgd", {}, (o) => signSgd({ lr: o.learning_rate }));

/** `optax.signum`: the sign of a running mean. */
export const signum = alias("signum", { beta: 0.9 }, (o) => signumRule({ lr: o.learning_rate, momentum: o.beta }));

/** `optax.lion`: all parameters decay by 1e-3 unless told otherwise. */
export const lion = alias("lion", { b1: 0.9, b2: 0.99, weight_decay: 1e-3, mask: none }, (o) =>
  lionRule({
    lr: o.learning_rate,
    beta1: o.b1,
    beta2: o.b2,
    weightDecay: o.weight_decay,
    decays: masked("lion", o.mask),
  }),
);

/** `optax.lamb`: there is no clipping by the model's norm, and no decay unless asked for. */
export const lamb = alias("lamb", { b1, b2, eps: 1e-6, eps_root: 0, weight_decay: 0, mask: none }, (o) =>
  rules.lambRooted({ ...hyper(o), epsRoot: o.eps_root, weightDecay: o.weight_decay, decays: masked("lamb", o.mask) }),
);

/** `optax.lars`: the ratio is by the norm of gradient and decay together, and the rate inside the velocity. */
export const lars = alias(
  "lars",
  { weight_decay: 0, weight_decay_mask: none, trust_coefficient: 1e-3, eps: 0, momentum: 0.9, nesterov: false },
  (o) =>
    (o.nesterov ? rules.larsNesterov : rules.larsOfOptax)({
      lr: o.learning_rate,
      momentum: o.momentum,
      weightDecay: o.weight_decay,
      trust: o.trust_coefficient,
      eps: o.eps,
      decays: masked("lars", o.weight_decay_mask),
    }),
  { refuses: { trust_ratio_mask: "give those parameters another optimizer: partition(…)." } },
);

/** `optax.novograd`, whose b2 is 0.25. */
export const novograd = alias("novograd", { b1: 0.9, b2: 0.25, eps: 1e-6, eps_root: 0, weight_decay: 0 }, (o) =>
  rules.novogradRooted({
    ...hyper(o),
    epsRoot: o.eps_root,
    weightDecay: o.weight_decay,
    decays: masked("novograd", null),
  }),
);

/** `optax.fromage`: norms count as at least `min_norm`. */
export const fromage = alias("fromage", { min_norm: 1e-6 }, (o) =>
  rules.fromageOfOptax({ lr: o.learning_rate, minNorm: o.min_norm }),
);

/** `optax.sm3`, for matrices and vectors. Of larger tensors Optax bounds every dimension apart: they are refused by name. */
export const sm3 = alias("sm3", { momentum: 0.9 }, (o) =>
  flatOnly("sm3", "Optax bounds every dimension apart", sm3Rule({ lr: o.learning_rate, momentum: o.momentum })),
);

/** `optax.contrib.prodigy`, which finds its own rate: `learning_rate` is a factor on it, default 1. */
export const prodigy = alias(
  "prodigy",
  {
    betas: [0.9, 0.999] as readonly [HyperValue, HyperValue],
    eps: 1e-8,
    estim_lr0: 1e-6,
    estim_lr_coef: 1,
    weight_decay: 0,
  },
  (o) =>
    prodigyRule({
      lr: o.learning_rate,
      beta1: o.betas[0],
      beta2: o.betas[1],
      eps: o.eps,
      d0: o.estim_lr0,
      dCoef: o.estim_lr_coef,
      weightDecay: o.weight_decay,
      decays: masked("prodigy", null),
    }),
  {
    rate: 1,
    refuses: { beta3: "it is √β₂, as the authors have it.", safeguard_warmup: "the rule has no such switch." },
  },
);

/** `optax.contrib.adopt`, with its clipping by the fourth root of the step. */
export const adopt = alias(
  "adopt",
  { b1: 0.9, b2: 0.9999, eps: 1e-6, use_clipping: true },
  (o) => {
    if (!o.use_clipping)
      throw new OptimizerError("adopt: `use_clipping` must be true, as in the paper's second version.");
    return adoptRule(hyper(o));
  },
  { refuses: { nesterov: "the rule has no such form.", clip_value_fn: "the bound is the fourth root of the step." } },
);

/** `optax.contrib.simplified_ademamix`: the sum of gradients, and `alpha` times the newest. */
export const simplified_ademamix = alias(
  "simplified_ademamix",
  { b1: 0.99, b2: 0.95, alpha: 0, eps: 1e-8, weight_decay: 0, mask: none },
  (o) =>
    decaying(
      simplifiedAdemamix({ ...hyper(o), alpha: o.alpha }),
      o.weight_decay,
      masked("simplified_ademamix", o.mask),
    ),
  { refuses: { eps_root: "ε is outside the root alone, as in the paper." } },
);

/** `optax.contrib.madgrad`, whose decay is a penalty's gradient. */
export const madgrad = alias("madgrad", { momentum: 0.9, weight_decay: 0, eps: 1e-6 }, (o) => {
  const made = madgradRule({ lr: o.learning_rate, momentum: o.momentum, eps: o.eps });
  return on(o.weight_decay) ? withL2(made, o.weight_decay, { decays: masked("madgrad", null) }) : made;
});

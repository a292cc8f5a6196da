// Written by `npm run docs` from the doors themselves.
import type { DialectEntry } from "./entry.ts";

/** Every optimizer of other libraries that `@descent/dialects` has by its name there, by library. */
export const dialects: readonly DialectEntry[] = [
  {
    "name": "ASGD",
    "library": "torch",
    "rule": "asgd",
    "sentence": "`torch.optim.ASGD`: the rate falls, and the weights are averaged from step `t0` on.",
    "comment": "`torch.optim.ASGD`: the rate falls, and the weights are averaged from step `t0` on. The mean, which PyTorch keeps in its state as `ax`, is the readout here; until step `t0` it is the weights themselves.",
    "options": [
      { "name": "lr", "default": 0.01 },
      { "name": "lambd", "default": 0.0001 },
      { "name": "alpha", "default": 0.75 },
      { "name": "t0", "default": 1000000 },
      { "name": "weight_decay", "default": 0 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "Adadelta",
    "library": "torch",
    "rule": "adadelta",
    "sentence": "`torch.optim.Adadelta`, whose rate of 1 is the paper's.",
    "comment": "`torch.optim.Adadelta`, whose rate of 1 is the paper's.",
    "options": [
      { "name": "lr", "default": 1 },
      { "name": "rho", "default": 0.9 },
      { "name": "eps", "default": 0.000001 },
      { "name": "weight_decay", "default": 0 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "Adafactor",
    "library": "torch",
    "rule": "adafactor",
    "sentence": "`torch.optim.Adafactor`, for matrices and vectors.",
    "comment": "`torch.optim.Adafactor`, for matrices and vectors. Of larger tensors PyTorch factors the last two dimensions, height and width of a convolution's kernel, which cannot be had here: they are refused by name. `eps[0]` is float32's where it is null, as for PyTorch's float32.",
    "options": [
      { "name": "lr", "default": 0.01 },
      { "name": "beta2_decay", "default": -0.8 },
      {
        "name": "eps",
        "default": [null, 0.001]
      },
      { "name": "d", "default": 1 },
      { "name": "weight_decay", "default": 0 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "Adagrad",
    "library": "torch",
    "rule": "adagrad",
    "sentence": "`torch.optim.Adagrad`: ε is outside the root, and sums start at `initial_accumulator_value`.",
    "comment": "`torch.optim.Adagrad`: ε is outside the root, and sums start at `initial_accumulator_value`.",
    "options": [
      { "name": "lr", "default": 0.01 },
      { "name": "lr_decay", "default": 0 },
      { "name": "initial_accumulator_value", "default": 0 },
      { "name": "eps", "default": 1e-10 },
      { "name": "weight_decay", "default": 0 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "Adam",
    "library": "torch",
    "rule": "adam",
    "sentence": "`torch.optim.Adam`: its decay is a penalty, unless `decoupled_weight_decay` makes it AdamW's.",
    "comment": "`torch.optim.Adam`: its decay is a penalty, unless `decoupled_weight_decay` makes it AdamW's.",
    "options": [
      { "name": "lr", "default": 0.001 },
      {
        "name": "betas",
        "default": [0.9, 0.999]
      },
      { "name": "eps", "default": 1e-8 },
      { "name": "amsgrad", "default": false },
      { "name": "decoupled_weight_decay", "default": false },
      { "name": "weight_decay", "default": 0 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "AdamW",
    "library": "torch",
    "rule": "adamw",
    "sentence": "`torch.optim.AdamW`: all parameters decay, biases and scales as well.",
    "comment": "`torch.optim.AdamW`: all parameters decay, biases and scales as well.",
    "options": [
      { "name": "lr", "default": 0.001 },
      {
        "name": "betas",
        "default": [0.9, 0.999]
      },
      { "name": "eps", "default": 1e-8 },
      { "name": "amsgrad", "default": false },
      { "name": "weight_decay", "default": 0.01 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "Adamax",
    "library": "torch",
    "rule": "adamax",
    "sentence": "`torch.optim.Adamax`: ε is inside the maximum.",
    "comment": "`torch.optim.Adamax`: ε is inside the maximum.",
    "options": [
      { "name": "lr", "default": 0.002 },
      {
        "name": "betas",
        "default": [0.9, 0.999]
      },
      { "name": "eps", "default": 1e-8 },
      { "name": "weight_decay", "default": 0 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "Muon",
    "library": "torch",
    "rule": "muon",
    "sentence": "`torch.optim.Muon`, for matrices: `adjust_lr_fn` is `\"original\"` or `\"match_rms_adamw\"`.",
    "comment": "`torch.optim.Muon`, for matrices: `adjust_lr_fn` is `\"original\"` or `\"match_rms_adamw\"`.",
    "options": [
      { "name": "lr", "default": 0.001 },
      { "name": "weight_decay", "default": 0.1 },
      { "name": "momentum", "default": 0.95 },
      { "name": "nesterov", "default": true },
      { "name": "adjust_lr_fn", "default": null }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable", "ns_coefficients", "ns_steps", "eps"]
  },
  {
    "name": "NAdam",
    "library": "torch",
    "rule": "nadam",
    "sentence": "`torch.optim.NAdam`: the momentum of each step follows Dozat's schedule.",
    "comment": "`torch.optim.NAdam`: the momentum of each step follows Dozat's schedule.",
    "options": [
      { "name": "lr", "default": 0.002 },
      {
        "name": "betas",
        "default": [0.9, 0.999]
      },
      { "name": "eps", "default": 1e-8 },
      { "name": "momentum_decay", "default": 0.004 },
      { "name": "decoupled_weight_decay", "default": false },
      { "name": "weight_decay", "default": 0 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "RAdam",
    "library": "torch",
    "rule": "radam",
    "sentence": "`torch.optim.RAdam`: plain momentum until the variance of the rate is known.",
    "comment": "`torch.optim.RAdam`: plain momentum until the variance of the rate is known.",
    "options": [
      { "name": "lr", "default": 0.001 },
      {
        "name": "betas",
        "default": [0.9, 0.999]
      },
      { "name": "eps", "default": 1e-8 },
      { "name": "decoupled_weight_decay", "default": false },
      { "name": "weight_decay", "default": 0 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "RMSprop",
    "library": "torch",
    "rule": "rmsprop",
    "sentence": "`torch.optim.RMSprop`: ε is outside the root, and the rate outside the velocity.",
    "comment": "`torch.optim.RMSprop`: ε is outside the root, and the rate outside the velocity. Where rounding takes the variance of `centered` below 0, PyTorch goes on with NaN, and this with 0.",
    "options": [
      { "name": "lr", "default": 0.01 },
      { "name": "alpha", "default": 0.99 },
      { "name": "eps", "default": 1e-8 },
      { "name": "momentum", "default": 0 },
      { "name": "centered", "default": false },
      { "name": "weight_decay", "default": 0 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "Rprop",
    "library": "torch",
    "rule": "rprop",
    "sentence": "`torch.optim.Rprop`, for whole batches.",
    "comment": "`torch.optim.Rprop`, for whole batches.",
    "options": [
      { "name": "lr", "default": 0.01 },
      {
        "name": "etas",
        "default": [0.5, 1.2]
      },
      {
        "name": "step_sizes",
        "default": [0.000001, 50]
      },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "SGD",
    "library": "torch",
    "rule": "sgd",
    "sentence": "`torch.optim.SGD`: momentum, dampening, Nesterov and a penalty, each off at first.",
    "comment": "`torch.optim.SGD`: momentum, dampening, Nesterov and a penalty, each off at first.",
    "options": [
      { "name": "lr", "default": 0.001 },
      { "name": "momentum", "default": 0 },
      { "name": "dampening", "default": 0 },
      { "name": "nesterov", "default": false },
      { "name": "weight_decay", "default": 0 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "SparseAdam",
    "library": "torch",
    "rule": "lazy-adam",
    "sentence": "`torch.optim.SparseAdam`, for embeddings: rows without a gradient keep their values and their moments.",
    "comment": "`torch.optim.SparseAdam`, for embeddings: rows without a gradient keep their values and their moments.",
    "options": [
      { "name": "lr", "default": 0.001 },
      {
        "name": "betas",
        "default": [0.9, 0.999]
      },
      { "name": "eps", "default": 1e-8 },
      { "name": "maximize", "default": false }
    ],
    "refuses": ["foreach", "fused", "capturable", "differentiable"]
  },
  {
    "name": "adabelief",
    "library": "optax",
    "rule": "adabelief",
    "sentence": "`optax.adabelief`: `eps_root` gathers in the state, `eps` is outside the root.",
    "comment": "`optax.adabelief`: `eps_root` gathers in the state, `eps` is outside the root.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 1e-16 },
      { "name": "eps_root", "default": 1e-16 },
      { "name": "nesterov", "default": false }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "adadelta",
    "library": "optax",
    "rule": "adadelta",
    "sentence": "`optax.adadelta`: its decay is a penalty's gradient.",
    "comment": "`optax.adadelta`: its decay is a penalty's gradient.",
    "options": [
      { "name": "learning_rate" },
      { "name": "rho", "default": 0.9 },
      { "name": "eps", "default": 0.000001 },
      { "name": "weight_decay", "default": 0 },
      { "name": "weight_decay_mask", "default": null }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "adafactor",
    "library": "optax",
    "rule": "optax/adafactor",
    "sentence": "`optax.adafactor`, for matrices and vectors: matrices whose sides are both at least `min_dim_size_to_factor` are factored, and everything else keeps its second moment.",
    "comment": "`optax.adafactor`, for matrices and vectors: matrices whose sides are both at least `min_dim_size_to_factor` are factored, and everything else keeps its second moment. Optax factors the two largest dimensions of larger tensors, which is refused.",
    "options": [
      { "name": "learning_rate" },
      { "name": "min_dim_size_to_factor", "default": 128 },
      { "name": "decay_rate", "default": 0.8 },
      { "name": "multiply_by_parameter_scale", "default": true },
      { "name": "clipping_threshold", "default": 1 },
      { "name": "momentum", "default": null },
      { "name": "weight_decay_rate", "default": null },
      { "name": "eps", "default": 1e-30 },
      { "name": "factored", "default": true },
      { "name": "weight_decay_mask", "default": null }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype", "decay_offset", "dtype_momentum"]
  },
  {
    "name": "adagrad",
    "library": "optax",
    "rule": "adagrad-eps-inside",
    "sentence": "`optax.adagrad`: ε is inside the root, and sums start at 0.1.",
    "comment": "`optax.adagrad`: ε is inside the root, and sums start at 0.1.",
    "options": [
      { "name": "learning_rate" },
      { "name": "initial_accumulator_value", "default": 0.1 },
      { "name": "eps", "default": 1e-7 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "adam",
    "library": "optax",
    "rule": "adam",
    "sentence": "`optax.adam`: `eps_root` is an ε inside the root, `nesterov` a constant momentum's look ahead.",
    "comment": "`optax.adam`: `eps_root` is an ε inside the root, `nesterov` a constant momentum's look ahead.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 1e-8 },
      { "name": "eps_root", "default": 0 },
      { "name": "nesterov", "default": false }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "adamax",
    "library": "optax",
    "rule": "adamax",
    "sentence": "`optax.adamax`: ε is inside the maximum, as in PyTorch.",
    "comment": "`optax.adamax`: ε is inside the maximum, as in PyTorch.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 1e-8 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "adamaxw",
    "library": "optax",
    "rule": "adamaxw",
    "sentence": "`optax.adamaxw`: the same, with decay.",
    "comment": "`optax.adamaxw`: the same, with decay.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 1e-8 },
      { "name": "weight_decay", "default": 0.0001 },
      { "name": "mask", "default": null }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "adamw",
    "library": "optax",
    "rule": "adamw",
    "sentence": "`optax.adamw`: all parameters decay unless `mask`, a function of the parameter, says otherwise.",
    "comment": "`optax.adamw`: all parameters decay unless `mask`, a function of the parameter, says otherwise.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 1e-8 },
      { "name": "eps_root", "default": 0 },
      { "name": "nesterov", "default": false },
      { "name": "weight_decay", "default": 0.0001 },
      { "name": "mask", "default": null }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "adan",
    "library": "optax",
    "rule": "optax/adan",
    "sentence": "`optax.adan` of Optax 0.2.8, whose change of the gradient counts 1 − b2 where the paper has b2.",
    "comment": "`optax.adan` of Optax 0.2.8, whose change of the gradient counts 1 − b2 where the paper has b2.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.98 },
      { "name": "b2", "default": 0.92 },
      { "name": "b3", "default": 0.99 },
      { "name": "eps", "default": 1e-8 },
      { "name": "eps_root", "default": 1e-8 },
      { "name": "weight_decay", "default": 0 },
      { "name": "mask", "default": null }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "adopt",
    "library": "optax",
    "rule": "adopt",
    "sentence": "`optax.contrib.adopt`, with its clipping by the fourth root of the step.",
    "comment": "`optax.contrib.adopt`, with its clipping by the fourth root of the step.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.9999 },
      { "name": "eps", "default": 0.000001 },
      { "name": "use_clipping", "default": true }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype", "nesterov", "clip_value_fn"]
  },
  {
    "name": "amsgrad",
    "library": "optax",
    "rule": "optax/amsgrad",
    "sentence": "`optax.amsgrad`: the maximum is of corrected moments; the paper's and PyTorch's is of raw ones.",
    "comment": "`optax.amsgrad`: the maximum is of corrected moments; the paper's and PyTorch's is of raw ones.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 1e-8 },
      { "name": "eps_root", "default": 0 },
      { "name": "bias_correction_mu", "default": true },
      { "name": "bias_correction_nu", "default": true }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "fromage",
    "library": "optax",
    "rule": "optax/fromage",
    "sentence": "`optax.fromage`: norms count as at least `min_norm`.",
    "comment": "`optax.fromage`: norms count as at least `min_norm`.",
    "options": [
      { "name": "learning_rate" },
      { "name": "min_norm", "default": 0.000001 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "lamb",
    "library": "optax",
    "rule": "optax/lamb",
    "sentence": "`optax.lamb`: there is no clipping by the model's norm, and no decay unless asked for.",
    "comment": "`optax.lamb`: there is no clipping by the model's norm, and no decay unless asked for.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 0.000001 },
      { "name": "eps_root", "default": 0 },
      { "name": "weight_decay", "default": 0 },
      { "name": "mask", "default": null }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "lars",
    "library": "optax",
    "rule": "optax/lars",
    "sentence": "`optax.lars`: the ratio is by the norm of gradient and decay together, and the rate inside the velocity.",
    "comment": "`optax.lars`: the ratio is by the norm of gradient and decay together, and the rate inside the velocity.",
    "options": [
      { "name": "learning_rate" },
      { "name": "weight_decay", "default": 0 },
      { "name": "weight_decay_mask", "default": null },
      { "name": "trust_coefficient", "default": 0.001 },
      { "name": "eps", "default": 0 },
      { "name": "momentum", "default": 0.9 },
      { "name": "nesterov", "default": false }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype", "trust_ratio_mask"]
  },
  {
    "name": "lion",
    "library": "optax",
    "rule": "lion",
    "sentence": "`optax.lion`: all parameters decay by 1e-3 unless told otherwise.",
    "comment": "`optax.lion`: all parameters decay by 1e-3 unless told otherwise.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.99 },
      { "name": "weight_decay", "default": 0.001 },
      { "name": "mask", "default": null }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "madgrad",
    "library": "optax",
    "rule": "madgrad",
    "sentence": "`optax.contrib.madgrad`, whose decay is a penalty's gradient.",
    "comment": "`optax.contrib.madgrad`, whose decay is a penalty's gradient.",
    "options": [
      { "name": "learning_rate" },
      { "name": "momentum", "default": 0.9 },
      { "name": "weight_decay", "default": 0 },
      { "name": "eps", "default": 0.000001 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "nadam",
    "library": "optax",
    "rule": "optax/nadam",
    "sentence": "`optax.nadam`: Adam with Nesterov's look ahead at a constant momentum; PyTorch's and Keras's follow schedules.",
    "comment": "`optax.nadam`: Adam with Nesterov's look ahead at a constant momentum; PyTorch's and Keras's follow schedules.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 1e-8 },
      { "name": "eps_root", "default": 0 },
      { "name": "nesterov", "default": true }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "nadamw",
    "library": "optax",
    "rule": "optax/nadam",
    "sentence": "`optax.nadamw`: the same, with decay.",
    "comment": "`optax.nadamw`: the same, with decay.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 1e-8 },
      { "name": "eps_root", "default": 0 },
      { "name": "nesterov", "default": true },
      { "name": "weight_decay", "default": 0.0001 },
      { "name": "mask", "default": null }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "novograd",
    "library": "optax",
    "rule": "optax/novograd",
    "sentence": "`optax.novograd`, whose b2 is 0.25.",
    "comment": "`optax.novograd`, whose b2 is 0.25.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.25 },
      { "name": "eps", "default": 0.000001 },
      { "name": "eps_root", "default": 0 },
      { "name": "weight_decay", "default": 0 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "optimistic_adam_v2",
    "library": "optax",
    "rule": "optax/optimistic-adam",
    "sentence": "`optax.optimistic_adam_v2`: on top of Nesterov's Adam by default.",
    "comment": "`optax.optimistic_adam_v2`: on top of Nesterov's Adam by default.",
    "options": [
      { "name": "learning_rate" },
      { "name": "alpha", "default": 1 },
      { "name": "beta", "default": 1 },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 1e-8 },
      { "name": "eps_root", "default": 0 },
      { "name": "nesterov", "default": true }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "optimistic_gradient_descent",
    "library": "optax",
    "rule": "optimistic-sgd",
    "sentence": "`optax.optimistic_gradient_descent`: the gradient, and `beta` times its last change.",
    "comment": "`optax.optimistic_gradient_descent`: the gradient, and `beta` times its last change.",
    "options": [
      { "name": "learning_rate" },
      { "name": "alpha", "default": 1 },
      { "name": "beta", "default": 1 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "prodigy",
    "library": "optax",
    "rule": "prodigy",
    "sentence": "`optax.contrib.prodigy`, which finds its own rate: `learning_rate` is a factor on it, default 1.",
    "comment": "`optax.contrib.prodigy`, which finds its own rate: `learning_rate` is a factor on it, default 1.",
    "options": [
      { "name": "learning_rate" },
      {
        "name": "betas",
        "default": [0.9, 0.999]
      },
      { "name": "eps", "default": 1e-8 },
      { "name": "estim_lr0", "default": 0.000001 },
      { "name": "estim_lr_coef", "default": 1 },
      { "name": "weight_decay", "default": 0 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype", "beta3", "safeguard_warmup"]
  },
  {
    "name": "radam",
    "library": "optax",
    "rule": "optax/radam",
    "sentence": "`optax.radam`: rectified from `threshold` on; ε is added to the corrected moment.",
    "comment": "`optax.radam`: rectified from `threshold` on; ε is added to the corrected moment.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 1e-8 },
      { "name": "eps_root", "default": 0 },
      { "name": "nesterov", "default": false },
      { "name": "threshold", "default": 5 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "rmsprop",
    "library": "optax",
    "rule": "rmsprop-eps-inside",
    "sentence": "`optax.rmsprop`: ε is inside the root unless `eps_in_sqrt` is false, and the rate inside the velocity.",
    "comment": "`optax.rmsprop`: ε is inside the root unless `eps_in_sqrt` is false, and the rate inside the velocity.",
    "options": [
      { "name": "learning_rate" },
      { "name": "decay", "default": 0.9 },
      { "name": "eps", "default": 1e-8 },
      { "name": "initial_scale", "default": 0 },
      { "name": "eps_in_sqrt", "default": true },
      { "name": "centered", "default": false },
      { "name": "momentum", "default": null },
      { "name": "nesterov", "default": false },
      { "name": "bias_correction", "default": false }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "rprop",
    "library": "optax",
    "rule": "optax/rprop",
    "sentence": "`optax.rprop` of Optax 0.2.8, which is a step late: each update is the one that was computed a step earlier, and the first is 0.",
    "comment": "`optax.rprop` of Optax 0.2.8, which is a step late: each update is the one that was computed a step earlier, and the first is 0.",
    "options": [
      { "name": "learning_rate" },
      { "name": "eta_minus", "default": 0.5 },
      { "name": "eta_plus", "default": 1.2 },
      { "name": "min_step_size", "default": 0.000001 },
      { "name": "max_step_size", "default": 50 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "sgd",
    "library": "optax",
    "rule": "sgd",
    "sentence": "`optax.sgd`: without `momentum` unless it is given.",
    "comment": "`optax.sgd`: without `momentum` unless it is given. The rate is outside the velocity.",
    "options": [
      { "name": "learning_rate" },
      { "name": "momentum", "default": null },
      { "name": "nesterov", "default": false }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "sign_sgd",
    "library": "optax",
    "rule": "sign-sgd",
    "sentence": "`optax.sign_sgd`: every element moves by the rate.",
    "comment": "`optax.sign_sgd`: every element moves by the rate.",
    "options": [
      { "name": "learning_rate" }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "signum",
    "library": "optax",
    "rule": "signum",
    "sentence": "`optax.signum`: the sign of a running mean.",
    "comment": "`optax.signum`: the sign of a running mean.",
    "options": [
      { "name": "learning_rate" },
      { "name": "beta", "default": 0.9 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "simplified_ademamix",
    "library": "optax",
    "rule": "simplified-ademamix",
    "sentence": "`optax.contrib.simplified_ademamix`: the sum of gradients, and `alpha` times the newest.",
    "comment": "`optax.contrib.simplified_ademamix`: the sum of gradients, and `alpha` times the newest.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.99 },
      { "name": "b2", "default": 0.95 },
      { "name": "alpha", "default": 0 },
      { "name": "eps", "default": 1e-8 },
      { "name": "weight_decay", "default": 0 },
      { "name": "mask", "default": null }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype", "eps_root"]
  },
  {
    "name": "sm3",
    "library": "optax",
    "rule": "sm3",
    "sentence": "`optax.sm3`, for matrices and vectors.",
    "comment": "`optax.sm3`, for matrices and vectors. Of larger tensors Optax bounds every dimension apart: they are refused by name.",
    "options": [
      { "name": "learning_rate" },
      { "name": "momentum", "default": 0.9 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "yogi",
    "library": "optax",
    "rule": "yogi",
    "sentence": "`optax.yogi`: both moments start at 1e-6.",
    "comment": "`optax.yogi`: both moments start at 1e-6.",
    "options": [
      { "name": "learning_rate" },
      { "name": "b1", "default": 0.9 },
      { "name": "b2", "default": 0.999 },
      { "name": "eps", "default": 0.001 }
    ],
    "refuses": ["mu_dtype", "accumulator_dtype"]
  },
  {
    "name": "Adadelta",
    "library": "keras",
    "rule": "adadelta",
    "sentence": "`keras.optimizers.Adadelta`, whose rate of 0.001 is not the paper's 1.",
    "comment": "`keras.optimizers.Adadelta`, whose rate of 0.001 is not the paper's 1.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "rho", "default": 0.95 },
      { "name": "epsilon", "default": 1e-7 }
    ],
    "refuses": ["name"]
  },
  {
    "name": "Adafactor",
    "library": "keras",
    "rule": "keras/adafactor",
    "sentence": "`keras.optimizers.Adafactor`, for matrices and vectors.",
    "comment": "`keras.optimizers.Adafactor`, for matrices and vectors. Of larger tensors Keras factors the last two dimensions, inputs and outputs, for each place of a kernel, which cannot be had here: they are refused by name. `relative_step` changes nothing, in Keras either: the rate is at most 1/√t in both cases.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "beta_2_decay", "default": -0.8 },
      { "name": "epsilon_1", "default": 1e-30 },
      { "name": "epsilon_2", "default": 0.001 },
      { "name": "clip_threshold", "default": 1 },
      { "name": "relative_step", "default": true }
    ],
    "refuses": ["name"]
  },
  {
    "name": "Adagrad",
    "library": "keras",
    "rule": "adagrad-eps-inside",
    "sentence": "`keras.optimizers.Adagrad`: ε is inside the root, and sums start at 0.1.",
    "comment": "`keras.optimizers.Adagrad`: ε is inside the root, and sums start at 0.1.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "initial_accumulator_value", "default": 0.1 },
      { "name": "epsilon", "default": 1e-7 }
    ],
    "refuses": ["name"]
  },
  {
    "name": "Adam",
    "library": "keras",
    "rule": "keras/adam",
    "sentence": "`keras.optimizers.Adam`: ε is beside the root of the uncorrected moment, the paper's ε̂.",
    "comment": "`keras.optimizers.Adam`: ε is beside the root of the uncorrected moment, the paper's ε̂.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "beta_1", "default": 0.9 },
      { "name": "beta_2", "default": 0.999 },
      { "name": "epsilon", "default": 1e-7 },
      { "name": "amsgrad", "default": false }
    ],
    "refuses": ["name"]
  },
  {
    "name": "AdamW",
    "library": "keras",
    "rule": "keras/adam",
    "sentence": "`keras.optimizers.AdamW`: all parameters decay by 0.004.",
    "comment": "`keras.optimizers.AdamW`: all parameters decay by 0.004.",
    "options": [
      { "name": "weight_decay", "default": 0.004 },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "beta_1", "default": 0.9 },
      { "name": "beta_2", "default": 0.999 },
      { "name": "epsilon", "default": 1e-7 },
      { "name": "amsgrad", "default": false }
    ],
    "refuses": ["name"]
  },
  {
    "name": "Adamax",
    "library": "keras",
    "rule": "keras/adamax",
    "sentence": "`keras.optimizers.Adamax`: ε is beside the maximum.",
    "comment": "`keras.optimizers.Adamax`: ε is beside the maximum.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "beta_1", "default": 0.9 },
      { "name": "beta_2", "default": 0.999 },
      { "name": "epsilon", "default": 1e-7 }
    ],
    "refuses": ["name"]
  },
  {
    "name": "Ftrl",
    "library": "keras",
    "rule": "keras/ftrl",
    "sentence": "`keras.optimizers.Ftrl`: the sum of squares starts at 0.1, and half of `beta` over the rate is added to the L2 term.",
    "comment": "`keras.optimizers.Ftrl`: the sum of squares starts at 0.1, and half of `beta` over the rate is added to the L2 term.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "learning_rate_power", "default": -0.5 },
      { "name": "initial_accumulator_value", "default": 0.1 },
      { "name": "l1_regularization_strength", "default": 0 },
      { "name": "l2_regularization_strength", "default": 0 },
      { "name": "l2_shrinkage_regularization_strength", "default": 0 },
      { "name": "beta", "default": 0 }
    ],
    "refuses": ["name"]
  },
  {
    "name": "Lamb",
    "library": "keras",
    "rule": "keras/lamb",
    "sentence": "`keras.optimizers.Lamb`: decay is apart from the trust ratio, where the paper's is within.",
    "comment": "`keras.optimizers.Lamb`: decay is apart from the trust ratio, where the paper's is within.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "beta_1", "default": 0.9 },
      { "name": "beta_2", "default": 0.999 },
      { "name": "epsilon", "default": 1e-7 }
    ],
    "refuses": ["name"]
  },
  {
    "name": "Lion",
    "library": "keras",
    "rule": "lion",
    "sentence": "`keras.optimizers.Lion`, whose rate is ten times the paper's.",
    "comment": "`keras.optimizers.Lion`, whose rate is ten times the paper's.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "beta_1", "default": 0.9 },
      { "name": "beta_2", "default": 0.99 }
    ],
    "refuses": ["name"]
  },
  {
    "name": "Muon",
    "library": "keras",
    "rule": "keras/muon",
    "sentence": "`keras.optimizers.Muon`: matrices by Muon, everything else by Adam, and so are embeddings, unless `exclude_embeddings` is false, and what a pattern of `exclude_layers` finds in its name.",
    "comment": "`keras.optimizers.Muon`: matrices by Muon, everything else by Adam, and so are embeddings, unless `exclude_embeddings` is false, and what a pattern of `exclude_layers` finds in its name. `opt.set({ lr })` sets the rate of both, as `learning_rate` is of both in Keras. An embedding is one by its role, or by its name as in Keras. The iteration is in float32, and its numbers and steps are Keras's defaults.",
    "options": [
      { "name": "weight_decay", "default": 0.004 },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "adam_beta_1", "default": 0.9 },
      { "name": "adam_beta_2", "default": 0.999 },
      { "name": "adam_weight_decay", "default": 0.004 },
      { "name": "epsilon", "default": 1e-7 },
      { "name": "exclude_layers", "default": null },
      { "name": "exclude_embeddings", "default": true },
      { "name": "adam_lr_ratio", "default": 1 },
      { "name": "momentum", "default": 0.95 },
      { "name": "nesterov", "default": true },
      { "name": "rms_rate", "default": 0.2 }
    ],
    "refuses": ["name", "muon_a", "muon_b", "muon_c", "ns_steps"]
  },
  {
    "name": "Nadam",
    "library": "keras",
    "rule": "nadam",
    "sentence": "`keras.optimizers.Nadam`: Dozat's schedule of the momentum runs 250 times as fast as PyTorch's.",
    "comment": "`keras.optimizers.Nadam`: Dozat's schedule of the momentum runs 250 times as fast as PyTorch's.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "beta_1", "default": 0.9 },
      { "name": "beta_2", "default": 0.999 },
      { "name": "epsilon", "default": 1e-7 }
    ],
    "refuses": ["name"]
  },
  {
    "name": "RMSprop",
    "library": "keras",
    "rule": "rmsprop-eps-inside",
    "sentence": "`keras.optimizers.RMSprop`: ε is inside the root, the rate inside the velocity.",
    "comment": "`keras.optimizers.RMSprop`: ε is inside the root, the rate inside the velocity.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.001 },
      { "name": "rho", "default": 0.9 },
      { "name": "momentum", "default": 0 },
      { "name": "epsilon", "default": 1e-7 },
      { "name": "centered", "default": false }
    ],
    "refuses": ["name"]
  },
  {
    "name": "SGD",
    "library": "keras",
    "rule": "sgd",
    "sentence": "`keras.optimizers.SGD`: the rate is inside the velocity.",
    "comment": "`keras.optimizers.SGD`: the rate is inside the velocity.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.01 },
      { "name": "momentum", "default": 0 },
      { "name": "nesterov", "default": false }
    ],
    "refuses": ["name"]
  },
  {
    "name": "ScheduleFreeAdamW",
    "library": "keras",
    "rule": "keras/schedule-free-adamw",
    "sentence": "`keras.optimizers.ScheduleFreeAdamW`: every step counts alike in the average, and the warm-up is its own.",
    "comment": "`keras.optimizers.ScheduleFreeAdamW`: every step counts alike in the average, and the warm-up is its own. Keras never evaluates at the average, and this has it as its readout. As on JAX: on PyTorch, Keras 3.15 reads a moment that it has overwritten already.",
    "options": [
      { "name": "weight_decay", "default": null },
      { "name": "clipnorm", "default": null },
      { "name": "clipvalue", "default": null },
      { "name": "global_clipnorm", "default": null },
      { "name": "use_ema", "default": false },
      { "name": "ema_momentum", "default": 0.99 },
      { "name": "ema_overwrite_frequency", "default": null },
      { "name": "loss_scale_factor", "default": null },
      { "name": "gradient_accumulation_steps", "default": null },
      { "name": "learning_rate", "default": 0.0025 },
      { "name": "beta_1", "default": 0.9 },
      { "name": "beta_2", "default": 0.999 },
      { "name": "epsilon", "default": 1e-8 },
      { "name": "warmup_steps", "default": 0 }
    ],
    "refuses": ["name"]
  },
  {
    "name": "adadelta",
    "library": "tensorflow",
    "rule": "tensorflow/adadelta",
    "sentence": "`tf.train.adadelta(learningRate, rho, epsilon)`, by the mean of squares before each gradient, as TensorFlow.js computes it: the first step is lr · g, where the paper's and everybody else's is a thousandth of that.",
    "comment": "`tf.train.adadelta(learningRate, rho, epsilon)`, by the mean of squares before each gradient, as TensorFlow.js computes it: the first step is lr · g, where the paper's and everybody else's is a thousandth of that. `adadelta` of `@descent/adagrad` is right.",
    "options": [
      { "name": "learningRate", "default": 0.001 },
      { "name": "rho", "default": 0.95 },
      { "name": "epsilon", "default": 1e-7 }
    ],
    "refuses": []
  },
  {
    "name": "adagrad",
    "library": "tensorflow",
    "rule": "adagrad-eps-inside",
    "sentence": "`tf.train.adagrad(learningRate, initialAccumulatorValue)`: ε is inside the root.",
    "comment": "`tf.train.adagrad(learningRate, initialAccumulatorValue)`: ε is inside the root.",
    "options": [
      { "name": "learningRate" },
      { "name": "initialAccumulatorValue", "default": 0.1 }
    ],
    "refuses": []
  },
  {
    "name": "adam",
    "library": "tensorflow",
    "rule": "adam",
    "sentence": "`tf.train.adam(learningRate, beta1, beta2, epsilon)`: ε is 1e-7, outside the root.",
    "comment": "`tf.train.adam(learningRate, beta1, beta2, epsilon)`: ε is 1e-7, outside the root.",
    "options": [
      { "name": "learningRate", "default": 0.001 },
      { "name": "beta1", "default": 0.9 },
      { "name": "beta2", "default": 0.999 },
      { "name": "epsilon", "default": 1e-7 }
    ],
    "refuses": []
  },
  {
    "name": "adamax",
    "library": "tensorflow",
    "rule": "tensorflow/adamax",
    "sentence": "`tf.train.adamax(learningRate, beta1, beta2, epsilon, decay)`: ε is beside the maximum.",
    "comment": "`tf.train.adamax(learningRate, beta1, beta2, epsilon, decay)`: ε is beside the maximum.",
    "options": [
      { "name": "learningRate", "default": 0.002 },
      { "name": "beta1", "default": 0.9 },
      { "name": "beta2", "default": 0.999 },
      { "name": "epsilon", "default": 1e-7 },
      { "name": "decay", "default": 0 }
    ],
    "refuses": []
  },
  {
    "name": "momentum",
    "library": "tensorflow",
    "rule": "momentum",
    "sentence": "`tf.train.momentum(learningRate, momentum, useNesterov)`: the rate is outside the velocity.",
    "comment": "`tf.train.momentum(learningRate, momentum, useNesterov)`: the rate is outside the velocity.",
    "options": [
      { "name": "learningRate" },
      { "name": "momentum" },
      { "name": "useNesterov", "default": false }
    ],
    "refuses": []
  },
  {
    "name": "rmsprop",
    "library": "tensorflow",
    "rule": "dialects/rmsprop-rate-inside",
    "sentence": "`tf.train.rmsprop(learningRate, decay, momentum, epsilon, centered)`: ε is inside the root, the rate inside the velocity.",
    "comment": "`tf.train.rmsprop(learningRate, decay, momentum, epsilon, centered)`: ε is inside the root, the rate inside the velocity. `centered` takes ε from the variance, as TensorFlow.js computes it, and is NaN where the variance is below ε; `rmspropCentered` of `@descent/adagrad` adds it.",
    "options": [
      { "name": "learningRate" },
      { "name": "decay", "default": 0.9 },
      { "name": "momentum", "default": 0 },
      { "name": "epsilon", "default": 1e-7 },
      { "name": "centered", "default": false }
    ],
    "refuses": []
  },
  {
    "name": "sgd",
    "library": "tensorflow",
    "rule": "sgd",
    "sentence": "`tf.train.sgd(learningRate)`: plain descent.",
    "comment": "`tf.train.sgd(learningRate)`: plain descent.",
    "options": [
      { "name": "learningRate" }
    ],
    "refuses": []
  }
];

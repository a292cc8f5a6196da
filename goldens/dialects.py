"""Optimizers of other libraries by their own names: every case is a call in the library's spelling, and where it led.

One file per library. Cases share the starts and gradients of a setting, and keep the parameters after some steps only.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")  # schedules.py wants the same

import inspect
import json
import subprocess
import sys
from functools import partial

import keras
import numpy as np
import optax
import optax.contrib
import torch

from common import (
    DEFAULTS, NOTHING, OPTAX, OPTIONS, ROWS, TINY, TORCH, WIDE, ZERO, gradients, start, tensors_json, torch_path, visible, optax_path, ROLES,
)
from orthogonal import exactly

keras.config.set_floatx("float64")
KERAS = f"keras {keras.__version__}"

KEPT = (0, 1, 4, 9)
# Every optimizer's options in the library's spelling, by the setting whose gradients they meet. Rates move visibly.
TORCH_CASES = [
    ("SGD", [(DEFAULTS, {"lr": 0.05}), (OPTIONS, {"lr": 0.05, "momentum": 0.6, "weight_decay": 0.3}), (OPTIONS, {"lr": 0.05, "momentum": 0.6, "nesterov": True, "maximize": True, "weight_decay": 0.2}), (OPTIONS, {"lr": 0.05, "momentum": 0.6, "dampening": 0.3}), (NOTHING, {"lr": 0.1, "weight_decay": 0.3, "maximize": True})]),
    ("Adam", [(DEFAULTS, {"lr": 0.05}), (OPTIONS, {"lr": 0.05, "betas": [0.6, 0.8], "eps": 0.05, "weight_decay": 0.3, "maximize": True}), (OPTIONS, {"lr": 0.05, "betas": [0.6, 0.8], "eps": 0.05, "amsgrad": True, "weight_decay": 0.3}), (OPTIONS, {"lr": 0.05, "amsgrad": True, "decoupled_weight_decay": True, "weight_decay": 0.3}), (TINY, {"lr": 0.05}), (ZERO, {"lr": 0.05})]),
    ("AdamW", [(DEFAULTS, {"lr": 0.05}), (OPTIONS, {"lr": 0.1, "betas": [0.6, 0.8], "eps": 0.05, "weight_decay": 0.3}), (OPTIONS, {"lr": 0.1, "amsgrad": True, "maximize": True, "weight_decay": 0.3}), (OPTIONS, {"lr": 0.1, "weight_decay": 0}), (TINY, {"lr": 0.05})]),
    ("NAdam", [(DEFAULTS, {"lr": 0.05}), (OPTIONS, {"lr": 0.05, "betas": [0.6, 0.8], "eps": 0.05, "momentum_decay": 0.3, "weight_decay": 0.3}), (OPTIONS, {"lr": 0.05, "decoupled_weight_decay": True, "weight_decay": 0.3, "maximize": True}), (TINY, {"lr": 0.05})]),
    ("RAdam", [(DEFAULTS, {"lr": 0.05}), (OPTIONS, {"lr": 0.05, "betas": [0.6, 0.9], "eps": 0.05, "weight_decay": 0.3}), (OPTIONS, {"lr": 0.05, "decoupled_weight_decay": True, "weight_decay": 0.3, "maximize": True}), (TINY, {"lr": 1e5})]),
    ("Adamax", [(DEFAULTS, {"lr": 0.05}), (OPTIONS, {"lr": 0.05, "betas": [0.6, 0.8], "eps": 0.05, "weight_decay": 0.3, "maximize": True}), (TINY, {"lr": 0.05})]),
    ("SparseAdam", [(ROWS, {"lr": 0.05}), (ROWS, {"lr": 0.1, "betas": [0.6, 0.8], "eps": 0.05, "maximize": True})]),
    ("Adagrad", [(DEFAULTS, {"lr": 0.1}), (OPTIONS, {"lr": 0.1, "lr_decay": 0.2, "weight_decay": 0.3, "initial_accumulator_value": 0.4, "eps": 0.05, "maximize": True}), (TINY, {"lr": 0.1})]),
    ("Adadelta", [(DEFAULTS, {"lr": 30}), (OPTIONS, {"lr": 3, "rho": 0.6, "eps": 0.01, "weight_decay": 0.3, "maximize": True}), (TINY, {"lr": 1e5})]),
    ("RMSprop", [(DEFAULTS, {"lr": 0.02}), (OPTIONS, {"lr": 0.02, "alpha": 0.8, "eps": 0.05, "weight_decay": 0.3}), (OPTIONS, {"lr": 0.02, "alpha": 0.8, "eps": 0.05, "momentum": 0.6, "maximize": True}), (OPTIONS, {"lr": 0.02, "alpha": 0.8, "eps": 0.05, "centered": True}), (OPTIONS, {"lr": 0.02, "alpha": 0.8, "eps": 0.05, "centered": True, "momentum": 0.6}), (TINY, {"lr": 0.02})]),
    ("Rprop", [(DEFAULTS, {}), (OPTIONS, {"lr": 0.05, "etas": [0.3, 1.5], "step_sizes": [0.02, 0.1], "maximize": True}), (TINY, {"lr": 0.05})]),
    ("ASGD", [(DEFAULTS, {"lr": 0.05}), (OPTIONS, {"lr": 0.1, "lambd": 0.3, "alpha": 0.5, "t0": 3, "weight_decay": 0.2, "maximize": True})]),
    ("Adafactor", [(WIDE, {"lr": 0.1, "eps": [2**-23, 1e-3]}), (DEFAULTS, {"lr": 0.5, "eps": [2**-23, 0.2]}), (OPTIONS, {"lr": 0.3, "beta2_decay": -0.6, "eps": [0.05, 0.3], "d": 1.2, "weight_decay": 0.3, "maximize": True})]),
    ("Muon", [(WIDE, {"lr": 0.05}), (WIDE, {"lr": 0.05, "momentum": 0.6, "nesterov": False, "weight_decay": 0.3}), (WIDE, {"lr": 0.1, "adjust_lr_fn": "match_rms_adamw"}), (WIDE, {"lr": 0.1, "adjust_lr_fn": "match_rms_adamw", "nesterov": False})]),
]


def python(value):
    return tuple(value) if isinstance(value, list) else value


def sparse_path(make, p, steps):
    """Gradients as torch's sparse tensors of the rows that are not 0."""
    tensors = {name: torch.tensor(x, requires_grad=True) for name, x in p.items()}
    optimizer, path = make(tensors), []
    for now in steps:
        for name, x in tensors.items():
            dense = torch.tensor(now[name])
            rows = dense.abs().sum(1).nonzero()[:, 0]
            x.grad = torch.sparse_coo_tensor(rows[None], dense[rows], dense.shape)
        optimizer.step()
        path.append({name: x.detach().numpy().copy() for name, x in tensors.items()})
    return path


def run_torch(name, options, p, steps):
    make = lambda tensors: getattr(torch.optim, name)(list(tensors.values()), **{k: python(v) for k, v in options.items()})
    with exactly():
        return (sparse_path if name == "SparseAdam" else torch_path)(make, p, steps)


def library(source, cases, run):
    settings = sorted({setting for _, each in cases for setting, _ in each})
    data = {setting: (start(setting), gradients(setting, 1e-6 if setting == TINY else 1.0)) for setting in settings}
    out = []
    for name, each in cases:
        for setting, options in each:
            p, steps = data[setting]
            path = run(name, options, p, steps)
            visible(f"{name}, {json.dumps(options)}", path, p)
            out.append({"name": name, "options": options, "data": setting, "path": {f"{k}": tensors_json(path[k]) for k in KEPT}})
    return {
        "source": f"{source}, float64",
        "data": {
            setting: {
                "parameters": {n: {"shape": list(x.shape), "role": ROLES[n], "start": x.ravel().tolist()} for n, x in p.items()},
                "gradients": [tensors_json(now) for now in steps],
            }
            for setting, (p, steps) in data.items()
        },
        "cases": out,
    }


OPTAX_CASES = [
    ("sgd", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "momentum": 0.6}), (OPTIONS, {"learning_rate": 0.05, "momentum": 0.6, "nesterov": True})]),
    ("adam", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05, "eps_root": 0.02}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05, "nesterov": True}), (TINY, {"learning_rate": 0.05})]),
    ("adamw", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05, "eps_root": 0.02, "weight_decay": 0.3, "nesterov": True}), (OPTIONS, {"learning_rate": 0.05, "weight_decay": 0.3})]),
    ("nadam", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05, "eps_root": 0.02})]),
    ("nadamw", [(OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05, "weight_decay": 0.3})]),
    ("amsgrad", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05, "eps_root": 0.02}), (OPTIONS, {"learning_rate": 0.05, "bias_correction_mu": False, "bias_correction_nu": False})]),
    ("adamax", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05})]),
    ("adamaxw", [(OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05, "weight_decay": 0.3})]),
    ("adabelief", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05, "eps_root": 0.02}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05, "nesterov": True})]),
    ("radam", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.9, "eps": 0.05, "eps_root": 0.02}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.9, "eps": 0.05, "threshold": 6.5, "nesterov": True})]),
    ("yogi", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05})]),
    ("adan", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.7, "b2": 0.6, "b3": 0.8, "eps": 0.05, "eps_root": 0.02, "weight_decay": 0.3})]),
    ("optimistic_adam_v2", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "alpha": 0.7, "beta": 0.4, "b1": 0.6, "b2": 0.8, "eps": 0.05, "eps_root": 0.02})]),
    ("optimistic_gradient_descent", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "alpha": 0.7, "beta": 0.4})]),
    ("adagrad", [(DEFAULTS, {"learning_rate": 0.1}), (OPTIONS, {"learning_rate": 0.1, "initial_accumulator_value": 0.4, "eps": 0.05})]),
    ("adadelta", [(DEFAULTS, {"learning_rate": 30}), (OPTIONS, {"learning_rate": 3, "rho": 0.6, "eps": 0.01, "weight_decay": 0.3})]),
    ("rmsprop", [(DEFAULTS, {"learning_rate": 0.02}), (OPTIONS, {"learning_rate": 0.02, "decay": 0.8, "eps": 0.05, "momentum": 0.6}), (OPTIONS, {"learning_rate": 0.02, "decay": 0.8, "eps": 0.05, "centered": True}), (OPTIONS, {"learning_rate": 0.02, "decay": 0.8, "eps": 0.05, "centered": True, "momentum": 0.6}), (OPTIONS, {"learning_rate": 0.02, "decay": 0.8, "eps": 0.05, "initial_scale": 0.3, "eps_in_sqrt": False, "momentum": 0.6, "nesterov": True}), (OPTIONS, {"learning_rate": 0.02, "decay": 0.8, "eps": 0.05, "centered": True, "bias_correction": True}), (OPTIONS, {"learning_rate": 0.02, "decay": 0.8, "eps": 0.05, "eps_in_sqrt": False, "centered": True, "momentum": 0.6})]),
    ("rprop", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "eta_minus": 0.3, "eta_plus": 1.5, "min_step_size": 0.02, "max_step_size": 0.1})]),
    ("sign_sgd", [(DEFAULTS, {"learning_rate": 0.05})]),
    ("signum", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "beta": 0.5})]),
    ("lion", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "weight_decay": 0.3})]),
    ("lamb", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.1, "b1": 0.6, "b2": 0.8, "eps": 0.05, "eps_root": 0.02, "weight_decay": 0.3}), (ZERO, {"learning_rate": 0.05})]),
    ("lars", [(DEFAULTS, {"learning_rate": 30}), (OPTIONS, {"learning_rate": 1, "weight_decay": 0.3, "trust_coefficient": 0.1, "eps": 0.2, "momentum": 0.6}), (OPTIONS, {"learning_rate": 1, "weight_decay": 0.3, "trust_coefficient": 0.1, "momentum": 0.6, "nesterov": True})]),
    ("novograd", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05, "eps_root": 0.2, "weight_decay": 0.3})]),
    ("fromage", [(DEFAULTS, {"learning_rate": 0.1}), (OPTIONS, {"learning_rate": 0.1, "min_norm": 0.7})]),
    ("sm3", [(WIDE, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "momentum": 0.6})]),
    ("adafactor", [(WIDE, {"learning_rate": 0.3, "min_dim_size_to_factor": 2}), (OPTIONS, {"learning_rate": 0.5, "min_dim_size_to_factor": 2, "decay_rate": 0.6, "clipping_threshold": 0.7, "momentum": 0.6, "weight_decay_rate": 0.05, "eps": 0.02}), (DEFAULTS, {"learning_rate": 0.05, "multiply_by_parameter_scale": False, "clipping_threshold": None})]),
    ("prodigy", [(DEFAULTS, {"learning_rate": 5000.0}), (OPTIONS, {"learning_rate": 5.0, "betas": [0.6, 0.8], "eps": 0.05, "estim_lr0": 0.01, "estim_lr_coef": 1.5, "weight_decay": 0.3})]),
    ("adopt", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "eps": 0.05})]),
    ("simplified_ademamix", [(DEFAULTS, {"learning_rate": 0.01}), (OPTIONS, {"learning_rate": 0.05, "b1": 0.6, "b2": 0.8, "alpha": 0.4, "eps": 0.05, "weight_decay": 0.3})]),
    ("madgrad", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "momentum": 0.6, "weight_decay": 0.3, "eps": 0.05})]),
]
KERAS_CASES = [
    ("SGD", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "momentum": 0.6, "weight_decay": 0.3}), (OPTIONS, {"learning_rate": 0.05, "momentum": 0.6, "nesterov": True, "global_clipnorm": 1.5}), (OPTIONS, {"learning_rate": 0.05, "clipnorm": 0.8}), (OPTIONS, {"learning_rate": 0.05, "clipvalue": 0.3, "loss_scale_factor": 2.0}), (OPTIONS, {"learning_rate": 0.05, "use_ema": True, "ema_momentum": 0.6, "ema_overwrite_frequency": 3})]),
    ("RMSprop", [(DEFAULTS, {"learning_rate": 0.02}), (OPTIONS, {"learning_rate": 0.02, "rho": 0.8, "momentum": 0.6, "epsilon": 0.05, "weight_decay": 0.3}), (OPTIONS, {"learning_rate": 0.02, "rho": 0.8, "epsilon": 0.05, "centered": True}), (OPTIONS, {"learning_rate": 0.02, "rho": 0.8, "momentum": 0.6, "epsilon": 0.05, "centered": True})]),
    ("Adam", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "beta_1": 0.6, "beta_2": 0.8, "epsilon": 0.05, "amsgrad": True, "weight_decay": 0.3, "global_clipnorm": 1.5}), (TINY, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "gradient_accumulation_steps": 2, "clipnorm": 0.7})]),
    ("AdamW", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "beta_1": 0.6, "beta_2": 0.8, "epsilon": 0.05, "weight_decay": 0.3}), (OPTIONS, {"learning_rate": 0.05, "amsgrad": True, "weight_decay": 0.3})]),
    ("Nadam", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "beta_1": 0.6, "beta_2": 0.8, "epsilon": 0.05})]),
    ("Adamax", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "beta_1": 0.6, "beta_2": 0.8, "epsilon": 0.05})]),
    ("Adagrad", [(DEFAULTS, {"learning_rate": 0.1}), (OPTIONS, {"learning_rate": 0.1, "initial_accumulator_value": 0.4, "epsilon": 0.05})]),
    ("Adadelta", [(DEFAULTS, {"learning_rate": 100.0}), (OPTIONS, {"learning_rate": 3.0, "rho": 0.6, "epsilon": 0.01})]),
    ("Adafactor", [(WIDE, {"learning_rate": 0.1}), (OPTIONS, {"learning_rate": 0.3, "beta_2_decay": -0.6, "epsilon_1": 0.02, "epsilon_2": 0.3, "clip_threshold": 1.2, "relative_step": False})]),
    ("Ftrl", [(DEFAULTS, {"learning_rate": 0.1}), (OPTIONS, {"learning_rate": 0.2, "learning_rate_power": -0.7, "initial_accumulator_value": 0.3, "l1_regularization_strength": 0.05, "l2_regularization_strength": 0.2, "l2_shrinkage_regularization_strength": 0.1, "beta": 0.4})]),
    ("Lion", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "beta_1": 0.6, "beta_2": 0.8, "weight_decay": 0.3})]),
    ("Lamb", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.1, "beta_1": 0.6, "beta_2": 0.8, "epsilon": 0.05, "weight_decay": 0.3})]),
    ("Muon", [(WIDE, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "adam_beta_1": 0.6, "adam_beta_2": 0.8, "adam_weight_decay": 0.3, "adam_lr_ratio": 0.5, "epsilon": 0.05, "weight_decay": 0.2, "momentum": 0.6, "nesterov": False, "rms_rate": 0.4}), (WIDE, {"learning_rate": 0.05, "rms_rate": None, "exclude_layers": ["^k"], "weight_decay": None, "adam_weight_decay": None})]),
    ("ScheduleFreeAdamW", [(DEFAULTS, {"learning_rate": 0.05}), (OPTIONS, {"learning_rate": 0.05, "beta_1": 0.6, "beta_2": 0.8, "epsilon": 0.05, "warmup_steps": 4, "weight_decay": 0.3}), (TINY, {"learning_rate": 0.05})]),
]


def run_optax(name, options, p, steps):
    make = getattr(optax, name, None) or getattr(optax.contrib, name)
    return optax_path(make(**{k: python(v) for k, v in options.items()}), p, steps)


ON_JAX = """
import json, sys, keras, numpy as np
keras.config.set_floatx("float64")
name, options, p, steps = json.load(sys.stdin)
variables = {n: keras.Variable(np.array(x), dtype="float64", name=n) for n, x in p.items()}
optimizer, path = getattr(keras.optimizers, name)(**options), []
optimizer.build(list(variables.values()))
for now in steps:
    optimizer.apply([keras.ops.convert_to_tensor(np.array(now[n])) for n in variables], list(variables.values()))
    path.append({n: np.array(x).tolist() for n, x in variables.items()})
json.dump(path, sys.stdout)
"""


def run_keras_on_jax(name, options, p, steps):
    """In a process of its own: a process has one backend."""
    plain = lambda tensors: {n: x.tolist() for n, x in tensors.items()}
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1"}
    given = json.dumps([name, options, plain(p), [plain(now) for now in steps]])
    ran = subprocess.run([sys.executable, "-c", ON_JAX], input=given, env=environment, check=True, capture_output=True, text=True)
    return [{n: np.array(x) for n, x in now.items()} for now in json.loads(ran.stdout)]


def run_keras(name, options, p, steps):
    if name == "ScheduleFreeAdamW":  # on PyTorch it reads a variable that it has just overwritten
        return run_keras_on_jax(name, options, p, steps)
    optimizer, path = getattr(keras.optimizers, name)(**options), []
    variables = {n: keras.Variable(x, dtype="float64", name=n) for n, x in p.items()}
    optimizer.build(list(variables.values()))
    for now in steps:
        optimizer.apply([keras.ops.convert_to_tensor(now[n]) for n in variables], list(variables.values()))
        path.append({n: np.array(keras.ops.convert_to_numpy(x)) for n, x in variables.items()})
    return path


# Every scheduler: its rate, its options, and for SequentialLR its parts.
WALK = [0, 1, 2, 3, 5, 9, 10, 11, 15, 20, 29, 33]
TORCH_SCHEDULES = [
    ("StepLR", 0.3, {"step_size": 5, "gamma": 0.4}), ("MultiStepLR", 0.3, {"milestones": [3, 10, 10, 20], "gamma": 0.5}),
    ("ConstantLR", 0.3, {}), ("ConstantLR", 0.3, {"factor": 0.2, "total_iters": 10}), ("LinearLR", 0.3, {}), ("LinearLR", 0.3, {"start_factor": 0.1, "end_factor": 0.7, "total_iters": 11}),
    ("ExponentialLR", 0.3, {"gamma": 0.9}), ("PolynomialLR", 0.3, {"total_iters": 20, "power": 2}), ("PolynomialLR", 0.3, {}),
    ("CosineAnnealingLR", 0.3, {"T_max": 10, "eta_min": 0.01}), ("CosineAnnealingWarmRestarts", 0.3, {"T_0": 5, "T_mult": 2, "eta_min": 0.02}), ("CosineAnnealingWarmRestarts", 0.3, {"T_0": 5}),
    ("OneCycleLR", None, {"max_lr": 0.3, "total_steps": 40}), ("OneCycleLR", None, {"max_lr": 0.3, "epochs": 8, "steps_per_epoch": 5, "pct_start": 0.4, "anneal_strategy": "linear", "three_phase": True, "base_momentum": 0.7, "max_momentum": 0.9, "div_factor": 10, "final_div_factor": 100}),
    ("CyclicLR", None, {"base_lr": 0.1, "max_lr": 0.4, "step_size_up": 4, "step_size_down": 6}), ("CyclicLR", None, {"base_lr": 0.1, "max_lr": 0.4, "step_size_up": 5, "mode": "triangular2"}), ("CyclicLR", None, {"base_lr": 0.1, "max_lr": 0.4, "step_size_up": 5, "mode": "exp_range", "gamma": 0.9, "base_momentum": 0.6}),
]
SEQUENCE = [("LinearLR", 0.3, {"start_factor": 0.1, "total_iters": 10}), ("ConstantLR", 0.3, {"factor": 0.5, "total_iters": 4}), ("CosineAnnealingLR", 0.3, {"T_max": 18})]

# Schedulers that change one rate together; the cosine's restart adds to what the others left.
CHAINS = [
    [("LinearLR", 0.3, {"start_factor": 0.1, "total_iters": 10}), ("ExponentialLR", 0.3, {"gamma": 0.9})],
    [("ConstantLR", 0.3, {"factor": 0.5, "total_iters": 4}), ("StepLR", 0.3, {"step_size": 5, "gamma": 0.6}), ("MultiStepLR", 0.3, {"milestones": [3, 20], "gamma": 0.7}), ("PolynomialLR", 0.3, {"total_iters": 25, "power": 2})],
    [("LinearLR", 0.3, {"start_factor": 0.1, "total_iters": 5}), ("CosineAnnealingLR", 0.3, {"T_max": 10, "eta_min": 0.02}), ("PolynomialLR", 0.3, {"total_iters": 20})],
]


def schedule_values(make, rate):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate or 0.1, momentum=0.9)
    scheduler, rates, momenta = make(optimizer), [], []
    for _ in range(WALK[-1] + 1):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        scheduler.step()
    return [rates[k] for k in WALK], [momenta[k] for k in WALK]


def torch_schedules():
    kinds, out = torch.optim.lr_scheduler, []
    for name, rate, options in TORCH_SCHEDULES:
        rates, momenta = schedule_values(lambda o: getattr(kinds, name)(o, **options), rate)
        out.append({"name": name, "rate": rate, "options": options, "values": rates, **({} if rate else {"momentum": momenta})})
    milestones = [11, 16]
    sequence = lambda o: kinds.SequentialLR(o, [getattr(kinds, name)(o, **options) for name, _, options in SEQUENCE], milestones)
    out.append({"name": "SequentialLR", "parts": SEQUENCE, "options": {"milestones": milestones}, "values": schedule_values(sequence, 0.3)[0]})
    for name, f in (("LambdaLR", lambda k: 1 / (1 + k)), ("MultiplicativeLR", lambda k: 1 - 1 / (k + 2))):
        out.append({"name": name, "rate": 0.3, "lambda": [f(k) for k in range(WALK[-1] + 1)], "values": schedule_values(lambda o: getattr(kinds, name)(o, f), 0.3)[0]})
    for name, rate, options in (("SWALR", 0.3, {"swa_lr": 0.05}), ("SWALR", 0.3, {"swa_lr": 0.5, "anneal_epochs": 15, "anneal_strategy": "linear"}), ("SWALR", 0.3, {"swa_lr": 0.05, "anneal_epochs": 0})):
        values, _ = schedule_values(lambda o: torch.optim.swa_utils.SWALR(o, **options), rate)
        out.append({"name": name, "rate": rate, "options": options, "values": values})
    for parts in CHAINS:
        chain = lambda o: kinds.ChainedScheduler([getattr(kinds, name)(o, **options) for name, _, options in parts])
        out.append({"name": "ChainedScheduler", "parts": parts, "values": schedule_values(chain, 0.3)[0]})
    return {"steps": WALK, "cases": out}


# The options of one schedule each, and steps around every boundary.
OPTAX_SCHEDULES = [
    ("constant_schedule", 0.3), ("linear_schedule", {"init_value": 0.3, "end_value": 0.05, "transition_steps": 10}), ("linear_schedule", {"init_value": 0.1, "end_value": 0.4, "transition_steps": 9, "transition_begin": 11}), ("linear_schedule", {"init_value": 0.1, "end_value": 0.4, "transition_steps": 0}),
    ("polynomial_schedule", {"init_value": 0.3, "end_value": 0.05, "transition_steps": 10, "power": 2.5}), ("polynomial_schedule", {"init_value": 0.3, "end_value": 0.05, "transition_steps": 10, "power": 0.5, "transition_begin": 5}),
    ("exponential_decay", {"init_value": 0.3, "transition_steps": 5, "decay_rate": 0.6}), ("exponential_decay", {"init_value": 0.3, "transition_steps": 5, "decay_rate": 0.6, "transition_begin": 4, "staircase": True, "end_value": 0.1}), ("exponential_decay", {"init_value": 0.1, "transition_steps": 5, "decay_rate": 1.5, "end_value": 0.2}), ("exponential_decay", {"init_value": 0.1, "transition_steps": 5, "decay_rate": 0}),
    ("cosine_decay_schedule", {"init_value": 0.3, "decay_steps": 20}), ("cosine_decay_schedule", {"init_value": 0.3, "decay_steps": 20, "alpha": 0.2, "exponent": 1.5}),
    ("piecewise_constant_schedule", {"init_value": 0.3, "boundaries_and_scales": {"20": 0.2, "3": 0.5, "10": 2}}), ("piecewise_constant_schedule", {"init_value": 0.3}),
    ("piecewise_interpolate_schedule", {"interpolate_type": "linear", "init_value": 0.3, "boundaries_and_scales": {"20": 0.2, "3": 0.5, "10": 2}}), ("piecewise_interpolate_schedule", {"interpolate_type": "cosine", "init_value": 0.3, "boundaries_and_scales": {"20": 0.2, "3": 0.5, "10": 2}}),
    ("linear_onecycle_schedule", {"transition_steps": 33, "peak_value": 0.3}), ("linear_onecycle_schedule", {"transition_steps": 30, "peak_value": 0.3, "pct_start": 0.35, "pct_final": 0.7, "div_factor": 5, "final_div_factor": 100}),
    ("cosine_onecycle_schedule", {"transition_steps": 33, "peak_value": 0.3}), ("cosine_onecycle_schedule", {"transition_steps": 20, "peak_value": 0.3, "pct_start": 0.5, "div_factor": 5, "final_div_factor": 100}),
    ("warmup_constant_schedule", {"init_value": 0.05, "peak_value": 0.3, "warmup_steps": 10}), ("warmup_cosine_decay_schedule", {"init_value": 0.05, "peak_value": 0.3, "warmup_steps": 10, "decay_steps": 30}), ("warmup_cosine_decay_schedule", {"init_value": 0, "peak_value": 0.3, "warmup_steps": 3, "decay_steps": 20, "end_value": 0.02, "exponent": 0.7}),
    ("warmup_cosine_decay_schedule", {"init_value": 0.1, "peak_value": 0.3, "warmup_steps": 0, "decay_steps": 20}), ("warmup_exponential_decay_schedule", {"init_value": 0.05, "peak_value": 0.3, "warmup_steps": 9, "transition_steps": 4, "decay_rate": 0.7, "transition_begin": 2, "staircase": True, "end_value": 0.1}),
    ("sgdr_schedule", [{"init_value": 0.05, "peak_value": 0.3, "warmup_steps": 3, "decay_steps": 10, "end_value": 0.02}, {"init_value": 0.02, "peak_value": 0.2, "warmup_steps": 5, "decay_steps": 19, "exponent": 2}]),
]
RATE = {"initial_learning_rate": 0.3}
KERAS_SCHEDULES = [
    ("CosineDecay", {**RATE, "decay_steps": 20}), ("CosineDecay", {**RATE, "decay_steps": 20, "alpha": 0.2, "warmup_target": 0.5, "warmup_steps": 10}), ("CosineDecay", {**RATE, "decay_steps": 20, "warmup_target": 0.5}),
    ("CosineDecayRestarts", {**RATE, "first_decay_steps": 5}), ("CosineDecayRestarts", {**RATE, "first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.7, "alpha": 0.2}), ("CosineDecayRestarts", {**RATE, "first_decay_steps": 3, "t_mul": 2.0, "m_mul": 0.6, "alpha": 0.1}),
    ("ExponentialDecay", {**RATE, "decay_steps": 5, "decay_rate": 0.6}), ("ExponentialDecay", {**RATE, "decay_steps": 5, "decay_rate": 0.6, "staircase": True}), ("InverseTimeDecay", {**RATE, "decay_steps": 5, "decay_rate": 0.6}), ("InverseTimeDecay", {**RATE, "decay_steps": 5, "decay_rate": 0.6, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [2, 10, 10, 19], "values": [0.3, 0.1, 0.7, 0.2, 0.05]}), ("PiecewiseConstantDecay", {"boundaries": [0], "values": [0.3, 0.1]}),
    ("PolynomialDecay", {**RATE, "decay_steps": 10}), ("PolynomialDecay", {**RATE, "decay_steps": 10, "end_learning_rate": 0.05, "power": 2.5}), ("PolynomialDecay", {**RATE, "decay_steps": 10, "end_learning_rate": 0.05, "power": 0.5, "cycle": True}),
]


def schedule_cases(calls, of):
    """Values at every step of the walk; the library's own, in its own precision."""
    cases = []
    for name, options in calls:
        made = of(name, options)
        cases.append({"name": name, "options": options, "values": [float(np.asarray(made(k))) for k in WALK]})
    return {"steps": WALK, "cases": cases}


def optax_schedule(name, options):
    make = getattr(optax.schedules, name)
    if not isinstance(options, dict):
        return make(options)
    return make(**{k: {int(at): scale for at, scale in v.items()} if isinstance(v, dict) else v for k, v in options.items()})


def keras_schedule(name, options):
    made = getattr(keras.optimizers.schedules, name)(**options)
    return lambda step: keras.ops.convert_to_numpy(made(keras.ops.convert_to_tensor(step)))


def torch_tools():
    """Clipping and averages of weights around SGD."""
    out = {}
    p, steps = start(OPTIONS), gradients(OPTIONS)

    def run(clip=None, average=None):
        tensors = {name: torch.tensor(x, requires_grad=True) for name, x in p.items()}
        model = torch.nn.ParameterDict({name: torch.nn.Parameter(x.detach().clone()) for name, x in tensors.items()})
        optimizer, path = torch.optim.SGD(model.parameters(), lr=0.05), []
        averaged = torch.optim.swa_utils.AveragedModel(model, **average) if average is not None else None
        for now in steps:
            for name, x in model.items():
                x.grad = torch.tensor(now[name])
            if clip:
                clip(list(model.parameters()))
            optimizer.step()
            if averaged:
                averaged.update_parameters(model)
            path.append({name: x.detach().numpy().copy() for name, x in (averaged.module if averaged else model).items()})
        return {f"{k}": tensors_json(path[k]) for k in KEPT}

    out["clip_grad_norm_"] = run(lambda xs: torch.nn.utils.clip_grad_norm_(xs, 1.5))
    out["clip_grad_value_"] = run(lambda xs: torch.nn.utils.clip_grad_value_(xs, 0.4))
    out["AveragedModel"] = run(average={})
    out["get_ema_multi_avg_fn"] = run(average={"multi_avg_fn": torch.optim.swa_utils.get_ema_multi_avg_fn(0.6)})
    return out


# Methods that several libraries have, as tools/dialects.ts lists them, with options that switch them on.
FIRSTS = {
    "torch": [("SGD", {"momentum": 0.9}), ("SGD", {"momentum": 0.9, "nesterov": True}), ("Adagrad", {}), ("Adadelta", {}), ("RMSprop", {}), ("RMSprop", {"centered": True}), ("Adam", {}), ("AdamW", {}), ("Adam", {"amsgrad": True}), ("NAdam", {}), ("RAdam", {}), ("Adamax", {}), ("Adafactor", {})],
    "optax": [("sgd", {"momentum": 0.9}), ("sgd", {"momentum": 0.9, "nesterov": True}), ("adagrad", {}), ("adadelta", {}), ("rmsprop", {}), ("rmsprop", {"centered": True}), ("adam", {}), ("adamw", {}), ("amsgrad", {}), ("nadam", {}), ("radam", {}), ("adamax", {}), ("lion", {}), ("lamb", {})],
    "keras": [("SGD", {"momentum": 0.9}), ("SGD", {"momentum": 0.9, "nesterov": True}), ("Adagrad", {}), ("Adadelta", {}), ("RMSprop", {}), ("RMSprop", {"centered": True}), ("Adam", {}), ("AdamW", {}), ("Adam", {"amsgrad": True}), ("Nadam", {}), ("Adamax", {}), ("Lion", {}), ("Lamb", {}), ("Adafactor", {})],
}
RUNS = {"torch": (run_torch, "lr"), "optax": (run_optax, "learning_rate"), "keras": (run_keras, "learning_rate")}


def firsts():
    """How far the first update goes from 0 at a rate of 1, for a gradient of 1 and one near the usual ε."""
    out = []
    for library_, calls in FIRSTS.items():
        run, rate = RUNS[library_]
        for name, options in calls:
            steps = [-float(run(name, {rate: 1.0, **options}, {"w": np.zeros(1)}, [{"w": np.full(1, g)}])[0]["w"][0]) for g in (1.0, 1e-6)]
            out.append({"library": library_, "name": name, "options": options, "steps": steps})
    return out


def signatures():
    """Every option of the libraries' optimizers with its default; null too where there is none, or it is not a plain value."""

    def plain(x):
        if isinstance(x, tuple):
            return [plain(y) for y in x]
        return x if isinstance(x, (bool, int, float, str)) else None

    def of(f):
        return {k: plain(p.default) for k, p in inspect.signature(f).parameters.items() if k not in ("self", "params", "kwargs")}

    return {
        "torch": {name: of(getattr(torch.optim, name).__init__) for name, _ in TORCH_CASES},
        "optax": {name: of(getattr(optax, name, None) or getattr(optax.contrib, name)) for name, _ in OPTAX_CASES},
        "keras": {name: of(getattr(keras.optimizers, name).__init__) for name, _ in KERAS_CASES},
    }


# Problems of LBFGS, its options, and how many steps.
LBFGS_CASES = [
    ("logistic", {}, 3),
    ("logistic", {"lr": 0.3, "max_iter": 3, "history_size": 2}, 6),
    ("logistic", {"max_iter": 7, "max_eval": 4, "line_search_fn": "strong_wolfe"}, 4),
    ("logistic", {"tolerance_grad": 1e-2}, 2),
    ("logistic", {"tolerance_change": 1e-3}, 2),
    ("rosenbrock", {"line_search_fn": "strong_wolfe"}, 4),
    ("rosenbrock", {"lr": 0.5, "max_iter": 4, "history_size": 3, "line_search_fn": "strong_wolfe"}, 8),
    ("rosenbrock", {"lr": 20, "max_iter": 5, "line_search_fn": "strong_wolfe"}, 4),
    ("rosenbrock", {"lr": 1e-3, "max_iter": 5}, 3),
    ("rosenbrock", {"max_iter": 3, "max_eval": 1, "line_search_fn": "strong_wolfe"}, 2),
]


def lbfgs():
    """The losses of torch.optim.LBFGS at every evaluation, and the parameters after every step, in float64."""
    random = np.random.default_rng([20251122, 77])
    features, labels = np.round(random.normal(size=(12, 3)), 2), random.integers(0, 2, 12).tolist()
    x, y = torch.tensor(features), torch.tensor(labels, dtype=torch.float64)
    starts = {"rosenbrock": {"a": [-1.2, 1.0, -0.7, 0.4], "b": [1.3, -0.2]}, "logistic": {"w": [0.3, -0.2, 0.1], "b": [0.5]}}

    def loss_of(problem, p):
        if problem == "rosenbrock":
            z = torch.cat([p["a"], p["b"]])
            return ((1 - z[:-1]) ** 2 + 100 * (z[1:] - z[:-1] ** 2) ** 2).sum()
        return torch.nn.functional.binary_cross_entropy_with_logits(x @ p["w"] + p["b"], y) + 0.05 * (p["w"] ** 2).sum()

    cases = []
    for problem, options, count in LBFGS_CASES:
        p = {name: torch.tensor(at, requires_grad=True) for name, at in starts[problem].items()}
        optimizer, asked, steps = torch.optim.LBFGS(list(p.values()), **options), [], []

        def closure():
            optimizer.zero_grad()
            loss = loss_of(problem, p)
            loss.backward()
            asked.append(float(loss))
            return loss

        for _ in range(count):
            before = len(asked)
            returned = float(optimizer.step(closure))
            steps.append({"returned": returned, "losses": asked[before:], "parameters": {name: at.detach().tolist() for name, at in p.items()}})
        cases.append({"problem": problem, "options": options, "steps": steps})
    return {"source": f"{TORCH}, torch.optim.LBFGS, float64", "features": features.tolist(), "labels": labels, "starts": starts, "cases": cases}


def goldens():
    folder = "packages/dialects/test/golden"
    with_torch = {**library(f"{TORCH}, torch.optim", TORCH_CASES, run_torch), "schedules": torch_schedules(), "tools": torch_tools()}
    return {
        f"{folder}/torch.json": with_torch,
        f"{folder}/lbfgs.json": lbfgs(),
        f"{folder}/optax.json": {**library(f"{OPTAX}, its aliases", OPTAX_CASES, run_optax), "schedules": schedule_cases(OPTAX_SCHEDULES, optax_schedule)},
        f"{folder}/differences.json": {"firsts": firsts(), "signatures": signatures()},
        f"{folder}/keras.json": {**library(f"{KERAS}, keras.optimizers", KERAS_CASES, run_keras), "schedules": schedule_cases(KERAS_SCHEDULES, keras_schedule)},
    }

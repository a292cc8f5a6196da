"""Runs of other libraries, saved in the middle: the optimizer's state after five steps in float32, and where five more steps led.

Names of tensors are those that the README's lines of Python write.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import json
import subprocess
import sys
from pathlib import Path

import jax
import keras
import numpy as np
import optax
import optax.contrib
import torch

from common import OPTAX, SEED, TORCH

KERAS = f"keras {keras.__version__}"
STEPS, SAVED = 10, 5
# Of PyTorch's layout; the others keep kernels with inputs and outputs last.
SHAPES = {"fc.weight": (4, 3), "fc.bias": (4,), "conv.weight": (2, 3, 2, 1)}
MATRIX = {"fc.weight": (4, 3)}
KERAS_SHAPES = {"kernel": (3, 4), "bias": (4,), "conv": (2, 1, 3, 2)}

TORCH_CASES = [
    ("SGD", {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.1}), ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}), ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3}),
    ("Adam", {"lr": 0.05}), ("Adam", {"lr": 0.05, "amsgrad": True}), ("AdamW", {"lr": 0.05, "weight_decay": 0.1}), ("NAdam", {"lr": 0.05}), ("RAdam", {"lr": 0.05}), ("Adamax", {"lr": 0.05}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1}), ("Adadelta", {"lr": 30.0}), ("RMSprop", {"lr": 0.02}), ("RMSprop", {"lr": 0.02, "momentum": 0.9}), ("RMSprop", {"lr": 0.02, "centered": True, "eps": 0.01}), ("RMSprop", {"lr": 0.02, "centered": True, "momentum": 0.9, "eps": 0.01}),
    ("Rprop", {"lr": 0.05}), ("ASGD", {"lr": 0.05, "lambd": 0.01, "t0": 3}), ("Muon", {"lr": 0.05}), ("Adafactor", {"lr": 0.1}), ("Adafactor", {"lr": 0.1, "weight_decay": 0.1, "eps": (1e-7, 0.2)}),
]
OPTAX_CASES = [
    ("sgd", {"learning_rate": 0.05, "momentum": 0.9}), ("adam", {"learning_rate": 0.05}), ("adamw", {"learning_rate": 0.05, "weight_decay": 0.1}), ("amsgrad", {"learning_rate": 0.05}), ("adamax", {"learning_rate": 0.05}),
    ("radam", {"learning_rate": 0.05}), ("yogi", {"learning_rate": 0.05}), ("adabelief", {"learning_rate": 0.05}), ("lion", {"learning_rate": 0.02}), ("adagrad", {"learning_rate": 0.1}), ("adadelta", {"learning_rate": 30.0}),
    ("rmsprop", {"learning_rate": 0.02}), ("rmsprop", {"learning_rate": 0.02, "momentum": 0.9}), ("rmsprop", {"learning_rate": 0.02, "centered": True, "eps": 0.01}), ("lamb", {"learning_rate": 0.05, "weight_decay": 0.1}), ("novograd", {"learning_rate": 0.05}),
    ("adan", {"learning_rate": 0.05}), ("lars", {"learning_rate": 5.0, "weight_decay": 0.1}), ("lars", {"learning_rate": 5.0, "nesterov": True}), ("madgrad", {"learning_rate": 0.05}),
    ("sm3", {"learning_rate": 0.05}), ("prodigy", {"estim_lr0": 0.01, "weight_decay": 0.1}), ("adafactor", {"learning_rate": 0.05, "min_dim_size_to_factor": 2}), ("adafactor", {"learning_rate": 0.5, "min_dim_size_to_factor": 2, "momentum": 0.9, "weight_decay_rate": 0.01}),
]
# Optax has rows and columns by length: a matrix of more inputs than outputs too, and none of more dimensions, which are refused.
OPTAX_FLAT = {"sm3", "adafactor"}
# Keras raises betas to the step in float32, where 1 - 0.999^t is off by 1e-5: betas that float32 has exactly.
EXACT = {"beta_1": 0.875, "beta_2": 63 / 64}
KERAS_CASES = [
    ("SGD", {"learning_rate": 0.05, "momentum": 0.9}), ("Adam", {"learning_rate": 0.05, **EXACT}), ("Adam", {"learning_rate": 0.05, **EXACT, "amsgrad": True}), ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.1, **EXACT, "use_ema": True}), ("Nadam", {"learning_rate": 0.05, **EXACT}), ("Adamax", {"learning_rate": 0.05, **EXACT}),
    ("Adagrad", {"learning_rate": 0.1}), ("Adadelta", {"learning_rate": 100.0}), ("RMSprop", {"learning_rate": 0.02, "momentum": 0.9}), ("RMSprop", {"learning_rate": 0.02, "momentum": 0.9, "centered": True, "epsilon": 0.01}), ("Ftrl", {"learning_rate": 0.1}), ("Lion", {"learning_rate": 0.02}), ("Lamb", {"learning_rate": 0.05, **EXACT}),
    ("Muon", {"learning_rate": 0.05, "adam_beta_1": 0.875, "adam_beta_2": 63 / 64, "adam_lr_ratio": 0.5}), ("Muon", {"learning_rate": 0.05, "adam_beta_1": 0.875, "adam_beta_2": 63 / 64, "nesterov": False, "rms_rate": None}),
    ("ScheduleFreeAdamW", {"learning_rate": 0.05, **EXACT, "warmup_steps": 7}),
]


def data(shapes):
    random = np.random.default_rng([SEED, 77])
    start = {name: random.uniform(0.1, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}
    last, steps = {name: random.normal(size=shape) for name, shape in shapes.items()}, []
    for _ in range(STEPS):
        last = {name: 0.6 * g + 0.8 * random.normal(size=g.shape) for name, g in last.items()}
        steps.append({name: g.astype(np.float32) for name, g in last.items()})
    return start, steps


def numbers(x):
    x = np.asarray(x)
    return {"shape": list(x.shape), "data": [float(v) for v in x.ravel()]}


def case(library, name, options, state, at, after, **more):
    return {"library": library, "name": name, "options": options, **more, "state": {k: numbers(v) for k, v in state.items()}, "at": {k: numbers(v) for k, v in at.items()}, "after": {k: numbers(v) for k, v in after.items()}}


def by_torch(name, options):
    torch.set_default_dtype(torch.float32)
    try:
        start, steps = data(MATRIX if name == "Muon" else SHAPES)
        if name == "Adafactor":  # which convolutions are not had of
            start, *steps = ({n: x for n, x in one.items() if x.ndim < 3} for one in (start, *steps))
        tensors = {n: torch.tensor(x, requires_grad=True) for n, x in start.items()}
        optimizer = getattr(torch.optim, name)(list(tensors.items()), **options)
        for k, now in enumerate(steps):
            for n, x in tensors.items():
                x.grad = torch.tensor(now[n])
            optimizer.step()
            if k + 1 == SAVED:
                saved = optimizer.state_dict()
                state = {f"state.{i}.{key}": torch.as_tensor(value).detach().clone().numpy() for i, slots in saved["state"].items() for key, value in slots.items() if value is not None}
                groups = json.dumps(saved["param_groups"])
                at = {n: x.detach().numpy().copy() for n, x in tensors.items()}
        return case("torch", name, options, state, at, {n: x.detach().numpy().copy() for n, x in tensors.items()}, groups=groups)
    finally:
        torch.set_default_dtype(torch.float64)


def by_optax(name, options):
    start, steps = data(KERAS_SHAPES)
    if name in OPTAX_FLAT:
        tall = lambda one: {n: x.reshape(6, 2) if n == "conv" else x for n, x in one.items()}
        start, steps = tall(start), [tall(now) for now in steps]
    transform = optax.chain(optax.clip_by_global_norm(100.0), (getattr(optax, name, None) or getattr(optax.contrib, name))(**options))
    tensors = {n: jax.numpy.asarray(x, jax.numpy.float32) for n, x in start.items()}
    state = transform.init(tensors)
    for k, now in enumerate(steps):
        updates, state = transform.update({n: jax.numpy.asarray(g, jax.numpy.float32) for n, g in now.items()}, state, tensors)
        tensors = optax.apply_updates(tensors, updates)
        if k + 1 == SAVED:
            flat = {jax.tree_util.keystr(path, simple=True, separator="/"): np.asarray(x) for path, x in jax.tree_util.tree_flatten_with_path(state)[0]}
            at = {n: np.asarray(x) for n, x in tensors.items()}
    return case("optax", name, options, flat, at, {n: np.asarray(x) for n, x in tensors.items()})


def by_keras(name, options):
    if name == "ScheduleFreeAdamW" and keras.backend.backend() != "jax":  # on PyTorch it reads a variable that it has just overwritten
        code = f"import json, dialect_states; print(json.dumps(dialect_states.by_keras({name!r}, {options!r})))"
        ran = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, env={**os.environ, "KERAS_BACKEND": "jax"}, check=True, capture_output=True, text=True)
        return json.loads(ran.stdout.splitlines()[-1])
    keras.config.set_floatx("float32")
    try:
        start, steps = data(KERAS_SHAPES)
        optimizer = getattr(keras.optimizers, name)(**options)
        variables = {n: keras.Variable(x, dtype="float32", name=n) for n, x in start.items()}
        optimizer.build(list(variables.values()))
        for k, now in enumerate(steps):
            optimizer.apply([keras.ops.convert_to_tensor(now[n]) for n in variables], list(variables.values()))
            if k + 1 == SAVED:
                state = {v.path: np.array(v.numpy()) for v in optimizer.variables}
                at = {n: np.array(x.numpy()) for n, x in variables.items()}
        return case("keras", name, options, state, at, {n: np.array(x.numpy()) for n, x in variables.items()})
    finally:
        keras.config.set_floatx("float64")


def goldens():
    files = {"torch": (TORCH, SHAPES, by_torch, TORCH_CASES), "optax": (OPTAX, KERAS_SHAPES, by_optax, OPTAX_CASES), "keras": (KERAS, KERAS_SHAPES, by_keras, KERAS_CASES)}
    return {
        f"packages/dialects/test/golden/{library}-states.json": {
            "source": f"{source}, float32",
            "start": {n: [float(v) for v in x.ravel()] for n, x in data(shapes)[0].items()},
            "matrixStart": {n: [float(v) for v in x.ravel()] for n, x in data(MATRIX)[0].items()},
            "gradients": [{n: [float(v) for v in g.ravel()] for n, g in now.items()} for now in data(shapes)[1][SAVED:]],
            "matrix": [{n: [float(v) for v in g.ravel()] for n, g in now.items()} for now in data(MATRIX)[1][SAVED:]],
            "cases": [run(name, options) for name, options in cases],
        }
        for library, (source, shapes, run, cases) in files.items()
    }


def agrees(a, b):
    """float32, whose last digits differ between processors."""
    from common import same

    return same(a, b, 1e-5)

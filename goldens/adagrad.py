"""Adagrad, RMSprop in its four forms and Adadelta, from torch.optim: ε outside the square root, except in Adadelta."""

import numpy as np
import torch

from common import CONSTANT, DEFAULTS, OPTIONS, TINY, TORCH, golden, torch_path


def run_adagrad(o, p, steps):
    make = lambda ts: torch.optim.Adagrad(ts.values(), lr=o["lr"], lr_decay=o["decay"], initial_accumulator_value=o["initial"], eps=o["eps"])
    return torch_path(make, p, steps)


def adagrad(p, gradients, role, lr, decay, initial, eps):
    s = 0 * p + initial
    for t, g in enumerate(gradients, 1):
        s = s + g**2
        p = p - lr / (1 + (t - 1) * decay) * g / (np.sqrt(s) + eps)
        yield p


def run_rmsprop(centered=False):
    def path(o, p, steps):
        make = lambda ts: torch.optim.RMSprop(ts.values(), lr=o["lr"], alpha=o["rho"], eps=o["eps"], momentum=o.get("momentum", 0), centered=centered)
        return torch_path(make, p, steps)

    return path


def rmsprop(centered=False):
    def box(p, gradients, role, lr, rho, eps, momentum=0.0):
        v, mean, b = 0 * p, 0 * p, 0 * p
        for g in gradients:
            v = rho * v + (1 - rho) * g**2
            mean = rho * mean + (1 - rho) * g
            b = momentum * b + g / (np.sqrt(v - mean**2 if centered else v) + eps)
            p = p - lr * b
            yield p

    return box


def run_adadelta(o, p, steps):
    return torch_path(lambda ts: torch.optim.Adadelta(ts.values(), lr=o["lr"], rho=o["rho"], eps=o["eps"]), p, steps)


def adadelta(p, gradients, role, lr, rho, eps):
    v, d = 0 * p, 0 * p
    for g in gradients:
        v = rho * v + (1 - rho) * g**2
        step = np.sqrt(d + eps) / np.sqrt(v + eps) * g
        d = rho * d + (1 - rho) * step**2
        p = p - lr * step
        yield p


def goldens():
    def rms(name, lrs, momentum, centered):
        hyper = {"lr": 1e-2, "rho": 0.99, "eps": 1e-8, **({"momentum": 0.9} if momentum else {})}
        off = {"rho": 0.6, "eps": 0.03, **({"momentum": 0.4} if momentum else {})}
        settings = {DEFAULTS: {"lr": lrs[0]}, OPTIONS: {"lr": lrs[1], **off}, TINY: {"lr": lrs[2]}}
        if centered:
            # The variance falls to rho^10 of g²: positive in double precision, below zero by rounding in single. The
            # large eps keeps that error out of p, unless somebody takes the square root of a negative number.
            settings[CONSTANT] = {"lr": 10.0, "rho": 0.1, "eps": 100.0}
        said = ", ".join(["alpha = rho"] + ["centered=True"] * centered)
        return golden(name, f"{TORCH}, torch.optim.RMSprop ({said}), float64", settings, run_rmsprop(centered), rmsprop(centered), hyper)

    out = {
        "adagrad": golden(
            "adagrad",
            f"{TORCH}, torch.optim.Adagrad (lr_decay = decay, initial_accumulator_value = initial), float64",
            {DEFAULTS: {"lr": 0.1}, OPTIONS: {"lr": 0.3, "decay": 0.2, "initial": 0.25, "eps": 0.05}, TINY: {"lr": 0.1}},
            run_adagrad, adagrad, {"lr": 1e-2, "decay": 0, "initial": 0, "eps": 1e-10},
        ),
        "rmsprop": rms("rmsprop", (0.01, 0.1, 0.02), False, False),
        "rmspropMomentum": rms("rmspropMomentum", (0.005, 0.07, 0.01), True, False),
        "rmspropCentered": rms("rmspropCentered", (0.01, 0.05, 0.02), False, True),
        "rmspropCenteredMomentum": rms("rmspropCenteredMomentum", (0.005, 0.04, 0.01), True, True),
        "adadelta": golden(
            "adadelta",
            f"{TORCH}, torch.optim.Adadelta, float64",
            {DEFAULTS: {"lr": 5.0}, OPTIONS: {"lr": 1.5, "rho": 0.6, "eps": 0.01}, TINY: {"lr": 5e4}},
            run_adadelta, adadelta, {"lr": 1.0, "rho": 0.9, "eps": 1e-6},
        ),
    }
    return {f"packages/conformance/goldens/adagrad/{name}.json": value for name, value in out.items()}

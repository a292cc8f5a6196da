"""Adagrad and its kin: torch.optim, Optax, pytorch_optimizer. ε is outside the square root where a name does not say otherwise, except in Adadelta."""

import numpy as np
import optax
import pytorch_optimizer
import torch

from common import CONSTANT, DEFAULTS, NUMPY, OPTIONS, TINY, TORCH, by_optax, by_torch, golden, three, torch_path


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


def adagrad_norm(o, p, steps):
    """Ward, Wu and Bottou, 2019, algorithm 1: one b for the whole model."""
    b, p, path = o["initial"], dict(p), []
    for now in steps:
        b = np.sqrt(b**2 + sum(float((g**2).sum()) for g in now.values()))
        p = {n: x - o["lr"] / b * now[n] for n, x in p.items()}
        path.append(p)
    return path


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
    out |= {
        "adagradEpsInside": by_optax(
            "adagradEpsInside", "adagrad", lambda o: optax.adagrad(o["lr"], initial_accumulator_value=o["initial"], eps=o["eps"]),
            three(0.1, 0.3, 50.0, initial=0.25, eps=0.05), {"lr": 1e-2, "initial": 0, "eps": 1e-7},
        ),
        "rmspropEpsInside": by_optax(
            "rmspropEpsInside", "rmsprop(eps_in_sqrt=True)", lambda o: optax.rmsprop(o["lr"], o["rho"], eps=o["eps"], eps_in_sqrt=True),
            three(0.02, 0.1, 5.0, rho=0.6, eps=0.03), {"lr": 1e-3, "rho": 0.9, "eps": 1e-8},
        ),
        "ftrl": by_torch(
            "ftrl", pytorch_optimizer.FTRL, lambda o: {"lr": o["lr"], "beta": o["beta"], "lambda_1": o["l1"], "lambda_2": o["l2"]},
            {**three(0.1, 0.3, 1e5, l1=0.3, l2=0.5, beta=0.4), CONSTANT: {"lr": 0.2, "beta": 0, "l1": 0.5}}, {"lr": 1e-3, "l1": 0, "l2": 0, "beta": 1},
        ),
        "madgrad": by_optax(
            "madgrad", "contrib.madgrad", lambda o: optax.contrib.madgrad(o["lr"], o["momentum"], eps=o["eps"]),
            three(0.1, 0.3, 1e3, momentum=0.4, eps=0.05), {"lr": 1e-2, "momentum": 0.9, "eps": 1e-6},
        ),
        "cocob": by_optax(
            "cocob", "contrib.cocob", lambda o: optax.contrib.cocob(alpha=o["alpha"], eps=o["eps"]),
            {DEFAULTS: {"alpha": 20}, OPTIONS: {"alpha": 2, "eps": 0.5}, TINY: {"alpha": 5}}, {"alpha": 100, "eps": 1e-8},
        ),
    }
    out["adagradNorm"] = golden(
        "adagradNorm", f"{NUMPY}, a float64 transcription of arXiv:1806.01811, Algorithm 1: b_j² ← b_(j−1)² + ‖G_(j−1)‖², then x_j ← x_(j−1) − (η / b_j) G_(j−1); "
        "the authors' code (github.com/xwuShirley/pytorch, 06f3d31, torch/optim/adagradnorm.py) has a b for each row instead",
        {DEFAULTS: {}, OPTIONS: {"lr": 0.3, "initial": 2}, TINY: {"lr": 0.5, "initial": 1e-6}}, adagrad_norm, None, {"lr": 1, "initial": 1e-2},
    )
    return {f"packages/conformance/goldens/adagrad/{name}.json": value for name, value in out.items()}

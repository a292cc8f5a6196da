"""The family schedule-free: the authors' code, whose numbers the paper's box must give, which keeps the average itself."""

from importlib.metadata import version

import numpy as np
import schedulefree

from common import COURSE, DEFAULTS, OPTIONS, TINY, decayed, golden, torch_path


RATES = [0.0, 0.1, 0.3, 0.1, 0.05, 0.4, 0.2, 0.01, 0.3, 0.1]


def by(kind, arguments):
    def run(o, p, steps):
        rates = o["lr"] if isinstance(o["lr"], list) else None

        def make(ts):
            optimizer = kind(decayed(ts, o["weightDecay"]), lr=rates[0] if rates else o["lr"], r=o["power"], foreach=False, **arguments(o))
            optimizer.train()
            return optimizer

        return torch_path(make, p, steps, rates)

    return run


def moments(o):
    return {"betas": (o["beta1"], o["beta2"]), "eps": o["eps"]}


def schedule_free_adamw(p, gradients, role, lr, beta1, beta2, eps, weightDecay, power):
    """Defazio et al., 2024, algorithm 1: x is the average, z the iterate, y between them is where the gradient is taken."""
    x, z, y, v, weights = p, p, p, 0 * p, 0.0
    for t, g in enumerate(gradients, 1):
        v = beta2 * v + (1 - beta2) * g**2
        step = g / (np.sqrt(v / (1 - beta2**t)) + eps) + (0 if role == "bias" else weightDecay) * y
        z = z - lr * step
        weight = t**power * lr**2
        weights += weight
        x = (1 - weight / weights) * x + weight / weights * z
        y = (1 - beta1) * z + beta1 * x
        yield y


def goldens():
    out = {
        "scheduleFreeAdamw": golden(
            "scheduleFreeAdamw", f"schedulefree {version('schedulefree')}, schedulefree.AdamWScheduleFree, no decay where the role is bias, float64",
            {
                DEFAULTS: {"lr": 0.02},
                OPTIONS: {"lr": 0.05, "beta1": 0.6, "beta2": 0.8, "eps": 0.1, "weightDecay": 0.3, "power": 1.5},
                TINY: {"lr": 0.02},
                COURSE: {"lr": RATES, "beta1": 0.7, "beta2": 0.9, "eps": 1e-3, "power": 1},
            },
            by(schedulefree.AdamWScheduleFree, moments), schedule_free_adamw,
            {"lr": 2.5e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weightDecay": 0.0, "power": 0.0},
        ),
        "scheduleFreeSgd": golden(
            "scheduleFreeSgd", f"schedulefree {version('schedulefree')}, schedulefree.SGDScheduleFree, no decay where the role is bias, float64",
            {DEFAULTS: {"lr": 0.1}, OPTIONS: {"lr": 0.2, "momentum": 0.6, "weightDecay": 0.3, "power": 1.5}, TINY: {"lr": 1e5}, COURSE: {"lr": RATES, "momentum": 0.7, "power": 1}},
            by(schedulefree.SGDScheduleFree, lambda o: {"momentum": o["momentum"]}), None, {"lr": 1, "momentum": 0.9, "weightDecay": 0.0, "power": 0.0},
        ),
        "scheduleFreeRadam": golden(
            "scheduleFreeRadam", f"schedulefree {version('schedulefree')}, schedulefree.RAdamScheduleFree, no decay where the role is bias, float64",
            {
                DEFAULTS: {"lr": 1.5},
                OPTIONS: {"lr": 0.5, "beta1": 0.6, "beta2": 0.8, "eps": 0.1, "weightDecay": 0.3, "power": 1.5},
                TINY: {"lr": 1.5},
                COURSE: {"lr": RATES, "beta1": 0.7, "beta2": 0.9, "eps": 1e-3, "power": 1},
            },
            by(schedulefree.RAdamScheduleFree, moments), None, {"lr": 2.5e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weightDecay": 0.0, "power": 0.0},
        ),
    }
    return {f"packages/conformance/goldens/schedule-free/{rule}.json": value for rule, value in out.items()}

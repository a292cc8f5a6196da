"""Adam and its kin: torch.optim, and Optax where PyTorch has none (Yogi, AdaBelief)."""

import numpy as np
import optax
import torch

from common import DEFAULTS, NOTHING, OPTIONS, OPTAX, ROLES, TINY, TORCH, golden, optax_path, torch_path


def betas(o):
    return {"lr": o["lr"], "betas": (o["beta1"], o["beta2"]), "eps": o["eps"]}


def run_torch(kind, extra=lambda o: {}):
    return lambda o, p, steps: torch_path(lambda ts: kind(ts.values(), **betas(o), **extra(o)), p, steps)


def run_adamw(o, p, steps):
    def make(ts):
        groups = [{"params": [x], "weight_decay": 0 if ROLES[name] == "bias" else o["weightDecay"]} for name, x in ts.items()]
        return torch.optim.AdamW(groups, **betas(o))

    return torch_path(make, p, steps)


def run_yogi(o, p, steps):
    # Not optax.yogi, which does not hand `initial` through.
    scale = optax.scale_by_yogi(o["beta1"], o["beta2"], eps=o["eps"], initial_accumulator_value=o["initial"])
    return optax_path(optax.chain(scale, optax.scale_by_learning_rate(o["lr"])), p, steps)


def run_adabelief(o, p, steps):
    # The paper and its authors' code add one ε to the state at every step and the same ε to the root; Optax has two.
    return optax_path(optax.adabelief(o["lr"], o["beta1"], o["beta2"], eps=o["eps"], eps_root=o["eps"]), p, steps)


def moments(p, gradients, beta1, beta2, initial=0.0):
    """m, v and their bias corrections, step by step."""
    m, v = 0 * p + initial, 0 * p + initial
    for t, g in enumerate(gradients, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        yield t, g, m, v, 1 - beta1**t, 1 - beta2**t


def adam(p, gradients, role, lr, beta1, beta2, eps):
    for _, _, m, v, c1, c2 in moments(p, gradients, beta1, beta2):
        p = p - lr * (m / c1) / (np.sqrt(v / c2) + eps)
        yield p


def adamw(p, gradients, role, lr, beta1, beta2, eps, weightDecay):
    for _, _, m, v, c1, c2 in moments(p, gradients, beta1, beta2):
        p = p - lr * ((m / c1) / (np.sqrt(v / c2) + eps) + (0 if role == "bias" else weightDecay) * p)
        yield p


def amsgrad(p, gradients, role, lr, beta1, beta2, eps):
    largest = 0 * p
    for _, _, m, v, c1, c2 in moments(p, gradients, beta1, beta2):
        largest = np.maximum(largest, v)
        p = p - lr * (m / c1) / (np.sqrt(largest / c2) + eps)
        yield p


def adamax(p, gradients, role, lr, beta1, beta2, eps):
    u = 0 * p
    for _, g, m, _, c1, _ in moments(p, gradients, beta1, beta2):
        u = np.maximum(beta2 * u, np.abs(g) + eps)
        p = p - lr * (m / c1) / u
        yield p


def nadam(p, gradients, role, lr, beta1, beta2, eps, decay):
    product = 1.0
    for t, g, m, v, _, c2 in moments(p, gradients, beta1, beta2):
        mu = beta1 * (1 - 0.5 * 0.96 ** (t * decay))
        following = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * decay))
        product = product * mu
        mHat = following * m / (1 - product * following) + (1 - mu) * g / (1 - product)
        p = p - lr * mHat / (np.sqrt(v / c2) + eps)
        yield p


def radam(p, gradients, role, lr, beta1, beta2, eps):
    longest = 2 / (1 - beta2) - 1
    for t, _, m, v, c1, c2 in moments(p, gradients, beta1, beta2):
        rho = longest - 2 * t * beta2**t / c2
        scale = 1.0
        if rho > 5:
            r = np.sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))
            scale = r * np.sqrt(c2) / (np.sqrt(v) + eps)
        p = p - lr * (m / c1) * scale
        yield p


def yogi(p, gradients, role, lr, beta1, beta2, eps, initial):
    v = 0 * p + initial
    for _, g, m, _, c1, c2 in moments(p, gradients, beta1, beta2, initial):
        v = v - (1 - beta2) * np.sign(v - g**2) * g**2
        p = p - lr * (m / c1) / (np.sqrt(v / c2) + eps)
        yield p


def adabelief(p, gradients, role, lr, beta1, beta2, eps):
    s = 0 * p
    for _, g, m, _, c1, c2 in moments(p, gradients, beta1, beta2):
        s = beta2 * s + (1 - beta2) * (g - m) ** 2 + eps
        p = p - lr * (m / c1) / (np.sqrt(s / c2) + eps)
        yield p


def goldens():
    hyper = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    off = {"beta1": 0.6, "beta2": 0.85, "eps": 0.05}
    settings = lambda usual, other, tiny, **more: {DEFAULTS: {"lr": usual}, OPTIONS: {"lr": other, **{**off, **more}}, TINY: {"lr": tiny}}
    three = settings(0.05, 0.1, 0.05)

    def torch_golden(name, kind, settings, box, defaults=hyper, said="", extra=lambda o: {}, **more):
        return golden(name, f"{TORCH}, torch.optim.{kind.__name__}{said}, float64", settings, run_torch(kind, extra), box, defaults, **more)

    out = {
        "adam": torch_golden("adam", torch.optim.Adam, three, adam),
        "adamw": golden(
            "adamw", f"{TORCH}, torch.optim.AdamW, one group per tensor, weight_decay 0 where the role is bias, float64",
            settings(0.05, 0.1, 0.05, weightDecay=0.3), run_adamw, adamw, {**hyper, "weightDecay": 1e-2},
        ),
        "amsgrad": torch_golden("amsgrad", torch.optim.Adam, three, amsgrad, said=" (amsgrad=True)", extra=lambda o: {"amsgrad": True}),
        "adamax": torch_golden("adamax", torch.optim.Adamax, three, adamax, {**hyper, "lr": 2e-3}),
        "nadam": torch_golden(
            "nadam", torch.optim.NAdam, settings(0.05, 0.1, 0.05, decay=3.0), nadam, {**hyper, "lr": 2e-3, "decay": 4e-3},
            said=" (momentum_decay = decay)", extra=lambda o: {"momentum_decay": o["decay"]},
        ),
        # Before the rectification p moves by lr·mHat, about 1e-6 among tiny gradients: hence p_0 about 1e-5 there.
        # ρ passes 5 at step 6 with beta2 = 0.999, at step 7 with beta2 = 0.8.
        "radam": torch_golden("radam", torch.optim.RAdam, settings(0.1, 0.2, 1.0, beta2=0.8), radam, starts=2.0**-15),
        "yogi": golden(
            "yogi", f"{OPTAX}, optax.scale_by_yogi and scale_by_learning_rate, float64",
            # sign(v − g²) is 0 where neither has ever been anything else.
            {**settings(0.02, 0.1, 3e3, initial=0.25), NOTHING: {"lr": 0.02, "initial": 0.0}}, run_yogi, yogi, {**hyper, "lr": 1e-2, "eps": 1e-3, "initial": 1e-6},
        ),
        "adabelief": golden(
            "adabelief", f"{OPTAX}, optax.adabelief (eps_root = eps), float64",
            settings(0.02, 0.1, 0.02), run_adabelief, adabelief, {**hyper, "eps": 1e-16},
        ),
    }
    return {f"packages/conformance/goldens/adam/{name}.json": value for name, value in out.items()}

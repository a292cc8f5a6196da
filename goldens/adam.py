"""Adam and its kin: torch.optim; Optax, pytorch_optimizer, timm and the authors' code where PyTorch has none."""

from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import optax
import pytorch_optimizer
import timm.optim
import torch

from authors import authors, by_authors
from common import CONSTANT, DEFAULTS, FAINT, KOZISTR, LATE, MORE, NOTHING, OPTIONS, OPTAX, ROLES, ROWS, SMALL, TINY, TORCH, WIDE, by_optax, by_torch, golden, optax_path, torch_path


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


def run_sparse(o, p, steps):
    tensors, path = {name: torch.nn.Parameter(torch.tensor(x)) for name, x in p.items()}, []
    optimizer = torch.optim.SparseAdam(tensors.values(), **betas(o))
    for now in steps:
        for name, x in tensors.items():
            rows = [i for i, row in enumerate(now[name]) if row.any()]
            x.grad = torch.sparse_coo_tensor([rows], torch.tensor(now[name][rows]), x.shape)
        optimizer.step()
        path.append({name: x.detach().numpy().copy() for name, x in tensors.items()})
    return path


def run_ranger(o, p, steps):
    """The authors' code calls methods of old signatures, and rounds to float32."""
    kind = authors("lessw2020/Ranger-Deep-Learning-Optimizer", "c82a304", "ranger/ranger.py").Ranger
    names = ("add_", "addcmul_", "addcdiv_", "float")
    old = {name: getattr(torch.Tensor, name) for name in names}

    def add(self, first, *other, **more):
        return old["add_"](self, other[0], alpha=first) if other else old["add_"](self, first, **more)

    torch.Tensor.add_ = add
    torch.Tensor.addcmul_ = lambda self, value, a, b: old["addcmul_"](self, a, b, value=value)
    torch.Tensor.addcdiv_ = lambda self, value, a, b: old["addcdiv_"](self, a, b, value=value)
    torch.Tensor.float = lambda self: self.clone()
    try:
        groups = lambda ts: [{"params": [x], "weight_decay": 0 if ROLES[name] == "bias" else o["weightDecay"]} for name, x in ts.items()]
        with redirect_stdout(StringIO()):
            return torch_path(lambda ts: kind(groups(ts), **betas(o), k=o["every"], alpha=o["alpha"]), p, steps)
    finally:
        for name, method in old.items():
            setattr(torch.Tensor, name, method)


def run_ranger21(o, p, steps):
    groups = lambda ts: [{"params": [x], "weight_decay": 0 if ROLES[name] == "bias" else o["weightDecay"]} for name, x in ts.items()]
    make = lambda ts: pytorch_optimizer.Ranger21(
        groups(ts), 100, **betas(o), beta0=o["beta0"], beta_softplus=o["smooth"], disable_lr_scheduler=True, agc_clipping_value=o["clip"],
        lookahead_merge_time=o["every"], lookahead_blending_alpha=o["alpha"], norm_loss_factor=o["normLoss"], foreach=False,
    )
    return torch_path(make, p, steps)


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
    some = pytorch_optimizer

    def with_mask(make):
        return lambda o: make(o, {"w": True, "b": False})

    decaying = settings(0.05, 0.1, 0.05, weightDecay=0.3)
    out |= {
        "adamaxw": by_optax(
            "adamaxw", "adamaxw, decay masked where the role is bias",
            with_mask(lambda o, mask: optax.adamaxw(o["lr"], o["beta1"], o["beta2"], eps=o["eps"], weight_decay=o["weightDecay"], mask=mask)),
            decaying, {**hyper, "lr": 2e-3, "weightDecay": 1e-2},
        ),
        "nadamw": by_torch(
            "nadamw", torch.optim.NAdam, lambda o: {**betas(o), "momentum_decay": o["decay"], "decoupled_weight_decay": True},
            settings(0.05, 0.1, 0.05, decay=3.0, weightDecay=0.3), {**hyper, "lr": 2e-3, "decay": 4e-3, "weightDecay": 1e-2}, " (decoupled_weight_decay=True)",
        ),
        "radamw": by_torch(
            "radamw", torch.optim.RAdam, lambda o: {**betas(o), "decoupled_weight_decay": True},
            # In the first steps p moves by lr·mHat, which among tiny gradients is nothing beside the decay.
            {DEFAULTS: {"lr": 0.1}, OPTIONS: {"lr": 0.2, **off, "beta2": 0.8, "weightDecay": 0.3}, CONSTANT: {"lr": 0.1, "eps": 0.2}}, {**hyper, "weightDecay": 1e-2}, " (decoupled_weight_decay=True)",
        ),
        "adamEpsInside": by_optax(
            "adamEpsInside", "adam(eps=0, eps_root=eps)", lambda o: optax.adam(o["lr"], o["beta1"], o["beta2"], eps=0, eps_root=o["eps"]),
            settings(0.05, 0.1, 5.0), hyper,
        ),
        "adan": by_torch(
            "adan", some.Adan, lambda o: {"lr": o["lr"], "betas": (o["beta1"], o["beta2"], o["beta3"]), "eps": o["eps"], "weight_decouple": False, "max_grad_norm": 0},
            settings(0.05, 0.1, 0.05, beta2=0.7, beta3=0.8, weightDecay=0.3),
            {"lr": 1e-3, "beta1": 0.98, "beta2": 0.92, "beta3": 0.99, "eps": 1e-8, "weightDecay": 0.0}, " (weight_decouple=False)",
        ),
        "adanw": by_torch(
            "adanw", some.Adan, lambda o: {"lr": o["lr"], "betas": (o["beta1"], o["beta2"], o["beta3"]), "eps": o["eps"], "weight_decouple": True, "max_grad_norm": 0},
            settings(0.05, 0.1, 0.05, beta2=0.7, beta3=0.8, weightDecay=0.3),
            {"lr": 1e-3, "beta1": 0.98, "beta2": 0.92, "beta3": 0.99, "eps": 1e-8, "weightDecay": 0.0}, " (weight_decouple=True)",
        ),
        "adopt": by_optax(
            "adopt", "contrib.adopt", lambda o: optax.contrib.adopt(o["lr"], o["beta1"], o["beta2"], eps=o["eps"]),
            settings(0.05, 0.1, 0.2, beta2=0.7), {"lr": 1e-3, "beta1": 0.9, "beta2": 0.9999, "eps": 1e-6},
        ),
        "ademamix": by_torch(
            "ademamix", some.AdEMAMix,
            lambda o: {**betas(o), "betas": (o["beta1"], o["beta2"], o["beta3"]), "alpha": o["alpha"], "t_alpha_beta3": o["warmup"] or None},
            settings(0.05, 0.1, 0.05, beta3=0.95, alpha=2.0, warmup=7), {**hyper, "beta3": 0.9999, "alpha": 5, "warmup": 0}, " (t_alpha_beta3 = warmup)",
        ),
        "simplifiedAdemamix": by_optax(
            "simplifiedAdemamix", "contrib.simplified_ademamix",
            lambda o: optax.contrib.simplified_ademamix(o["lr"], o["beta1"], o["beta2"], alpha=o["alpha"], eps=o["eps"]),
            settings(0.02, 0.03, 0.02, alpha=1.5), {"lr": 1e-4, "beta1": 0.99, "beta2": 0.95, "alpha": 0, "eps": 1e-8},
        ),
        "mars": by_authors(
            "mars", "AGI-Arena/MARS", "4831e28", "MARS/optimizers/mars.py", "MARS",
            lambda o: {**betas(o), "gamma": o["gamma"], "optimize_1d": True, "lr_1d": o["lr"]},
            settings(0.05, 0.1, 0.05, gamma=0.3, weightDecay=0.3), {"lr": 3e-3, "beta1": 0.95, "beta2": 0.99, "gamma": 0.025, "eps": 1e-8, "weightDecay": 0.0},
            " (mars-adamw, optimize_1d=True)",
        ),
        "marsLion": by_authors(
            "marsLion", "AGI-Arena/MARS", "4831e28", "MARS/optimizers/mars.py", "MARS",
            lambda o: {"lr": o["lr"], "betas": (o["beta1"], 0.99), "gamma": o["gamma"], "optimize_1d": True, "lr_1d": o["lr"], "mars_type": "mars-lion"},
            {DEFAULTS: {"lr": 0.02}, OPTIONS: {"lr": 0.05, "beta1": 0.6, "gamma": 0.3, "weightDecay": 0.3}, TINY: {"lr": 0.03}},
            {"lr": 3e-3, "beta1": 0.95, "gamma": 0.025, "weightDecay": 0.0}, " (mars-lion, optimize_1d=True)",
        ),
        "grams": by_torch("grams", some.Grams, betas, three, {**hyper, "eps": 1e-6}),
        "cautiousAdamw": by_torch(
            "cautiousAdamw", timm.optim.AdamWLegacy, lambda o: {**betas(o), "caution": True, "foreach": False}, {**decaying, SMALL: {"lr": 0.05}}, {**hyper, "weightDecay": 1e-2}, " (caution=True)",
        ),
        "laprop": by_authors(
            "laprop", "Z-T-WANG/LaProp-Optimizer", "a419916", "laprop.py", "LaProp", betas, three, {"lr": 4e-4, "beta1": 0.9, "beta2": 0.999, "eps": 1e-15},
        ),
        "stableAdamw": by_torch(
            "stableAdamw", some.StableAdamW, lambda o: {**betas(o), "kahan_sum": False}, settings(0.05, 0.2, 0.05, weightDecay=0.3), {**hyper, "beta2": 0.99, "weightDecay": 1e-2},
        ),
        "adabound": by_authors(
            "adabound", "Luolc/AdaBound", "2e928c3", "adabound/adabound.py", "AdaBound", lambda o: {**betas(o), "final_lr": o["finalLr"], "gamma": o["gamma"]},
            {**settings(0.05, 0.1, 0.05, finalLr=0.3, gamma=0.1), CONSTANT: {"lr": 0.05, "finalLr": 0.2, "gamma": 0.3}, TINY: {"lr": 0.05, "finalLr": 1e5}}, {**hyper, "finalLr": 0.1, "gamma": 1e-3},
        ),
        "amsbound": by_authors(
            "amsbound", "Luolc/AdaBound", "2e928c3", "adabound/adabound.py", "AdaBound", lambda o: {**betas(o), "final_lr": o["finalLr"], "gamma": o["gamma"], "amsbound": True},
            {**settings(0.05, 0.1, 0.05, finalLr=0.3, gamma=0.1), CONSTANT: {"lr": 0.05, "finalLr": 0.2, "gamma": 0.3}, TINY: {"lr": 0.05, "finalLr": 1e5}}, {**hyper, "finalLr": 0.1, "gamma": 1e-3}, ", amsbound=True",
        ),
        "qhadam": by_authors(
            "qhadam", "facebookresearch/qhoptim", "e81dea3", "qhoptim/pyt/qhadam.py", "QHAdam", lambda o: {**betas(o), "nus": (o["nu1"], o["nu2"])},
            settings(0.05, 0.1, 0.05, nu1=0.4, nu2=0.6), {**hyper, "beta1": 0.995, "nu1": 0.7, "nu2": 1},
        ),
        "padam": by_authors(
            "padam", "uclaml/Padam", "586a02b", "Padam.py", "Padam", lambda o: {**betas(o), "partial": o["partial"]}, settings(0.05, 0.1, 50.0, partial=0.35), {**hyper, "lr": 0.1, "partial": 0.25},
        ),
        "diffgrad": by_authors("diffgrad", "shivram1987/diffGrad", "73233ba", "diffGrad.py", "diffgrad", betas, three, hyper),
        "acprop": by_authors(
            "acprop", "juntang-zhuang/ACProp-Optimizer", "a880843", "optimizers/ACProp.py", "ACProp", lambda o: {**betas(o), "rectify": False},
            {DEFAULTS: {"lr": 0.02}, OPTIONS: {"lr": 0.1, **off}, CONSTANT: {"lr": 0.05, "eps": 0.3}}, {**hyper, "eps": 1e-16}, ", rectify=False",
        ),
        "adai": by_authors(
            "adai", "zeke-xie/adaptive-inertia-adai", "e6c1b9d", "adai_optim/adai.py", "Adai", lambda o: {"lr": o["lr"], "betas": (o["beta0"], o["beta2"]), "eps": o["eps"]},
            {DEFAULTS: {"lr": 0.1}, OPTIONS: {"lr": 0.2, "beta0": 0.5, "beta2": 0.7, "eps": 0.3}, TINY: {"lr": 1e5}, LATE: {"lr": 0.1, "beta0": 0.4}}, {"lr": 1, "beta0": 0.1, "beta2": 0.99, "eps": 1e-3},
        ),
        "adamod": by_authors(
            "adamod", "lancopku/AdaMod", "d866407", "adamod/adamod.py", "AdaMod", lambda o: {**betas(o), "beta3": o["beta3"]}, settings(5.0, 0.3, 20.0, beta3=0.6), {**hyper, "beta3": 0.999},
        ),
    }
    def run_bcos(o, p, steps):
        kind = authors("facebookresearch/bcos", "d617b5c", "bcos.py").BCOS
        groups = lambda ts: [{"params": [x], "wd": 0 if ROLES[name] == "bias" else o["weightDecay"]} for name, x in ts.items()]
        return torch_path(lambda ts: kind(groups(ts), lr=o["lr"], beta=o["beta1"], eps=o["eps"]), p, steps)

    out |= {
        "adamAtan2": by_authors(
            "adamAtan2", "lucidrains/adam-atan2-pytorch", "b42d7cb", "adam_atan2_pytorch/adam_atan2.py", "AdamAtan2", lambda o: {"lr": o["lr"], "betas": (o["beta1"], o["beta2"]), "a": o["scale"]},
            {DEFAULTS: {"lr": 0.05}, OPTIONS: {"lr": 0.1, "beta1": 0.6, "beta2": 0.85, "scale": 0.7}, TINY: {"lr": 0.05}}, {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "scale": 1.27},
        ),
        "optimisticAdam": by_optax(
            "optimisticAdam", "optimistic_adam_v2(alpha=1, beta=optimism, nesterov=False)",
            lambda o: optax.optimistic_adam_v2(o["lr"], alpha=1.0, beta=o["optimism"], b1=o["beta1"], b2=o["beta2"], eps=o["eps"], nesterov=False),
            settings(0.05, 0.1, 0.05, optimism=0.4), {**hyper, "optimism": 1},
        ),
        "adanorm": by_authors(
            "adanorm", "shivram1987/AdaNorm", "8f90abc", "CIFAR10/AdamNorm.py", "AdamNorm", betas,
            {DEFAULTS: {"lr": 0.05}, OPTIONS: {"lr": 0.1, **off}, TINY: {"lr": 20.0}, CONSTANT: {"lr": 0.05, "eps": 0.01}}, hyper,
        ),
        "adapnm": by_authors(
            "adapnm", "zeke-xie/Positive-Negative-Momentum", "9ffd201", "pnm_optim/adapnm.py", "AdaPNM", lambda o: {**betas(o), "betas": (o["beta1"], o["beta2"], o["beta0"])},
            settings(0.05, 0.1, 0.05, beta0=0.4), {"lr": 1e-3, "beta0": 1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        ),
        "adams": by_authors(
            "adams", "zeke-xie/stable-weight-decay-regularization", "e0abb1d", "swd_optim/adams.py", "AdamS", betas,
            {**settings(0.05, 0.1, 0.05, weightDecay=0.3), LATE: {"lr": 0.05, "weightDecay": 0.5, "beta2": 0.9}}, {**hyper, "weightDecay": 1e-4},
        ),
        "fadam": by_authors(
            "fadam", "lessw2020/FAdam_PyTorch", "c32faab", "fadam.py", "FAdam",
            lambda o: {**betas(o), "p": o["power"], "clip": o["clip"], "momentum_dtype": torch.float64, "fim_dtype": torch.float64},
            settings(0.05, 0.1, 0.05, power=0.4, clip=0.6, weightDecay=0.3), {**hyper, "power": 0.5, "clip": 1, "weightDecay": 0.1},
        ),
        "stableSpam": by_torch(
            "stableSpam", some.StableSPAM,
            lambda o: {**betas(o), "theta": o["theta"], "gamma1": o["gamma1"], "gamma2": o["gamma2"], "update_proj_gap": o["every"]},
            settings(0.05, 0.1, 0.05, theta=0.7, gamma1=0.4, gamma2=0.75, every=4), {**hyper, "theta": 0.999, "gamma1": 0.7, "gamma2": 0.9, "every": 1000},
        ),
        "spam": by_torch(
            "spam", some.SPAM,
            lambda o: {**betas(o), "threshold": o["threshold"], "update_proj_gap": o["every"], "warmup_epoch": o["warmup"], "grad_accu_steps": o["settle"], "foreach": False},
            {**settings(0.5, 0.3, 2.0, weightDecay=0.2, threshold=1.5, every=5, warmup=3, settle=2), CONSTANT: {"lr": 0.3, "threshold": 0.5, "settle": 4, "warmup": 4}},
            {**hyper, "eps": 1e-6, "weightDecay": 0, "threshold": 5000, "every": 500, "warmup": 50, "settle": 20},
        ),
        "adagc": by_torch(
            "adagc", some.AdaGC,
            lambda o: {**betas(o), "beta": o["beta3"], "lambda_rel": o["lambdaRel"], "lambda_abs": o["lambdaAbs"], "warmup_steps": o["warmup"], "foreach": False},
            {**settings(0.05, 0.1, 0.05, beta3=0.6, lambdaRel=0.9, lambdaAbs=1.2, warmup=6, weightDecay=0.3), CONSTANT: {"lr": 0.05, "warmup": 0, "lambdaRel": 0.8}},
            {**hyper, "beta3": 0.98, "lambdaRel": 1.05, "lambdaAbs": 1, "warmup": 100, "weightDecay": 0.1},
        ),
        "amos": by_torch(
            "amos", some.Amos, lambda o: {"lr": o["lr"], "beta": o["beta2"], "eps": o["eps"], "c_coef": o["c"], "d_coef": o["d"], "foreach": False},
            {DEFAULTS: {"lr": 0.2}, OPTIONS: {"lr": 0.3, "beta2": 0.7, "eps": 0.05, "c": 3, "d": 2}, TINY: {"lr": 0.1}}, {"lr": 1e-3, "beta2": 0.999, "eps": 1e-18, "c": 0.25, "d": 0.25},
        ),
        "lazyAdam": golden(
            "lazyAdam", f"{TORCH}, torch.optim.SparseAdam, float64",
            {WIDE: {"lr": 0.05}, MORE: {"lr": 0.1, **off}, FAINT: {"lr": 0.2}, ROWS: {"lr": 0.05}}, run_sparse, None, hyper,
        ),
        "ranger": golden(
            "ranger", "the authors' code (github.com/lessw2020/Ranger-Deep-Learning-Optimizer, c82a304), in float64",
            {**settings(0.1, 0.2, 1.0, weightDecay=0.3, every=3, alpha=0.3, beta2=0.8), CONSTANT: {"lr": 0.1, "eps": 0.2, "every": 4}}, run_ranger, None,
            {"lr": 1e-3, "beta1": 0.95, "beta2": 0.999, "eps": 1e-5, "weightDecay": 0, "every": 6, "alpha": 0.5}, starts=2.0**-15,
        ),
        "ranger21": golden(
            "ranger21", f"{KOZISTR}, Ranger21 (disable_lr_scheduler=True), no decay where the role is bias, float64",
            {
                DEFAULTS: {"lr": 0.05},
                OPTIONS: {
                    "lr": 0.2, "beta0": 0.4, "beta1": 0.6, "beta2": 0.8, "eps": 0.05, "weightDecay": 0.3, "clip": 0.2, "smooth": 3, "normLoss": 0.2, "every": 3, "alpha": 0.3,
                },
                TINY: {"lr": 0.05}, SMALL: {"lr": 0.05, "smooth": 30, "clip": 3},
            },
            run_ranger21, None,
            {"lr": 1e-3, "beta0": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weightDecay": 1e-4, "clip": 1e-2, "smooth": 50, "normLoss": 1e-4, "every": 5, "alpha": 0.5},
        ),
        "exadam": by_authors("exadam", "AhmedMostafa16/EXAdam", "989d7b6", "exadam.py", "EXAdam", betas, three, hyper),
        "ano": by_torch("ano", some.Ano, betas, settings(0.05, 0.1, 0.05, weightDecay=0.3), {"lr": 1e-4, "beta1": 0.92, "beta2": 0.99, "eps": 1e-8, "weightDecay": 0.0}),
        "bcos": golden(
            "bcos", "the authors' code (github.com/facebookresearch/bcos, d617b5c), float64",
            {DEFAULTS: {"lr": 0.02}, OPTIONS: {"lr": 0.1, "beta1": 0.6, "eps": 0.05, "weightDecay": 0.3}, TINY: {"lr": 0.05, "weightDecay": 0}}, run_bcos, None, {"lr": 1e-3, "beta1": 0.9, "eps": 1e-6, "weightDecay": 0.1},
        ),
        "adasmooth": by_torch(
            "adasmooth", some.AdaSmooth, lambda o: {"lr": o["lr"], "betas": (o["fast"], o["slow"]), "eps": o["eps"]},
            {DEFAULTS: {"lr": 0.02}, OPTIONS: {"lr": 0.1, "fast": 0.3, "slow": 0.8, "eps": 0.05}, TINY: {"lr": 50.0}}, {"lr": 1e-3, "fast": 0.5, "slow": 0.99, "eps": 1e-6},
        ),
    }
    return {f"packages/conformance/goldens/adam/{name}.json": value for name, value in out.items()}

"""SGD and its kin: torch.optim, Optax, pytorch_optimizer, the authors' code. In PyTorch's dialect the rate stays outside the buffer."""

import math
from types import SimpleNamespace

import numpy as np
import optax
import pytorch_optimizer
import timm.optim
import torch

from authors import authors
from common import CONSTANT, DEFAULTS, NOTHING, OPTAX, OPTIONS, ROLES, SMALL, TINY, TORCH, by_optax, by_torch, decayed, golden, noise, optax_path, three, torch_path


def run(nesterov=False):
    def path(options, p, steps):
        make = lambda ts: torch.optim.SGD(ts.values(), lr=options["lr"], momentum=options.get("momentum", 0), nesterov=nesterov)
        return torch_path(make, p, steps)

    return path


def sgd(p, gradients, role, lr):
    for g in gradients:
        p = p - lr * g
        yield p


def momentum(p, gradients, role, lr, momentum):
    b = 0 * p
    for g in gradients:
        b = momentum * b + g
        p = p - lr * b
        yield p


def nesterov(p, gradients, role, lr, momentum):
    b = 0 * p
    for g in gradients:
        b = momentum * b + g
        p = p - lr * (g + momentum * b)
        yield p


def ahead(o, p, steps):
    """Every other gradient, at torch's parameter, which is the point ahead; the point itself is what momentum added to it back."""
    buffers, out = {name: 0 * x for name, x in p.items()}, []
    points = [p, *run(nesterov=True)(o, p, steps[1::2])]
    for k, now in enumerate(steps[1::2]):
        buffers = {name: o["momentum"] * buffers[name] + now[name] for name in p}
        out += [points[k], {name: x + o["lr"] * o["momentum"] * buffers[name] for name, x in points[k + 1].items()}]
    return out


def nesterov_lookahead(p, gradients, role, lr, momentum):
    v = 0 * p
    for k, g in enumerate(gradients):
        if k % 2 == 0:
            yield p + momentum * v
        else:
            v = momentum * v - lr * g
            p = p + v
            yield p


def run_sgld(o, p, steps):
    """Plain SGD on the gradient less the noise over the rate: torch knows nothing of noise."""
    scale = math.sqrt(2 * o["temperature"] / o["lr"])
    noisy = [{name: g - scale * noise(o["seed"], t, name, g.shape) for name, g in now.items()} for t, now in enumerate(steps, 1)]
    return run()({"lr": o["lr"]}, p, noisy)


def run_lion(o, p, steps):
    mask = {name: ROLES[name] != "bias" for name in p}
    return optax_path(optax.lion(o["lr"], o["beta1"], o["beta2"], weight_decay=o["weightDecay"], mask=mask), p, steps)


def lion(p, gradients, role, lr, beta1, beta2, weightDecay):
    m = 0 * p
    for g in gradients:
        p = p - lr * ((0 if role == "bias" else weightDecay) * p + np.sign(beta1 * m + (1 - beta1) * g))
        m = beta2 * m + (1 - beta2) * g
        yield p


def goldens():
    source = f"{TORCH}, torch.optim.SGD, float64"
    hyper = {"lr": 1e-3, "momentum": 0.9}
    heavy = {DEFAULTS: {"lr": 0.02}, OPTIONS: {"lr": 0.08, "momentum": 0.55}, TINY: {"lr": 2e4}}

    def run_kate(o, p, steps):
        kind = authors("nazya/KATE", "97d8503", "codes/optimizers.py").KATE
        return torch_path(lambda ts: kind(ts.values(), SimpleNamespace(lr=o["lr"], eta_=o["eta"], eps=o["eps"], weight_decay=0), "cpu"), p, steps)

    def run_sai(o, p, steps):
        kind = authors("AnonymousAlethiometer/SGD_SaI", "e213080", "sgd_sai/sgd_sai.py").SGD_sai
        return torch_path(lambda ts: kind(decayed(ts, o["weightDecay"]), lr=o["lr"], momentum=o["momentum"], eps=o["eps"]), p, steps)

    some = pytorch_optimizer
    rate = lambda o: {"lr": o["lr"]}
    with_momentum = lambda o: {"lr": o["lr"], "momentum": o["momentum"]}
    out = {
        "sgd": golden("sgd", source, {DEFAULTS: {"lr": 0.05}, OPTIONS: {"lr": 0.3}, TINY: {"lr": 5e4}}, run(), sgd, {"lr": 1e-3}),
        "momentum": golden("momentum", source, heavy, run(), momentum, hyper),
        "nesterov": golden("nesterov", source + ", nesterov=True", heavy, run(nesterov=True), nesterov, hyper),
        "classicalMomentum": by_optax(
            "classicalMomentum", "scale(-lr) and then trace(momentum)",
            lambda o: optax.chain(optax.scale(-o["lr"]), optax.trace(o["momentum"])), heavy, hyper,
        ),
        "dampenedMomentum": by_torch(
            "dampenedMomentum", torch.optim.SGD, lambda o: {**with_momentum(o), "dampening": o["dampening"]},
            three(0.05, 0.1, 5e4, momentum=0.7, dampening=0.4), {**hyper, "dampening": 0.9},
        ),
        "sgdw": by_torch(
            "sgdw", some.SGDW, with_momentum, three(0.02, 0.08, 2e4, momentum=0.55, weightDecay=0.3), {**hyper, "weightDecay": 0.01},
        ),
        "rprop": by_torch(
            "rprop", torch.optim.Rprop,
            lambda o: {"lr": o["lr"], "etas": (o["etaMinus"], o["etaPlus"]), "step_sizes": (o["minStep"], o["maxStep"])},
            three(0.02, 0.05, 0.03, etaMinus=0.3, etaPlus=1.7, minStep=0.02, maxStep=0.1),
            {"lr": 1e-2, "etaMinus": 0.5, "etaPlus": 1.2, "minStep": 1e-6, "maxStep": 50},
        ),
        "signSgd": by_optax("signSgd", "sign_sgd", lambda o: optax.sign_sgd(o["lr"]), {DEFAULTS: {"lr": 0.02}, OPTIONS: {"lr": 0.05}, TINY: {"lr": 0.03}}, {"lr": 1e-3}),
        "signum": by_optax(
            "signum", "signum", lambda o: optax.signum(o["lr"], o["momentum"]), three(0.02, 0.05, 0.03, momentum=0.4), hyper,
        ),
        "lion": golden(
            "lion", f"{OPTAX}, optax.lion, decay masked where the role is bias, float64",
            {DEFAULTS: {"lr": 0.02}, OPTIONS: {"lr": 0.05, "beta1": 0.6, "beta2": 0.8, "weightDecay": 0.3}, TINY: {"lr": 0.02}},
            run_lion, lion, {"lr": 1e-4, "beta1": 0.9, "beta2": 0.99, "weightDecay": 0.0},
        ),
        "cautiousLion": by_torch(
            "cautiousLion", timm.optim.Lion, lambda o: {"lr": o["lr"], "betas": (o["beta1"], o["beta2"]), "caution": True, "foreach": False},
            {**three(0.02, 0.05, 0.02, beta1=0.6, beta2=0.8, weightDecay=0.3), SMALL: {"lr": 0.02}}, {"lr": 1e-4, "beta1": 0.9, "beta2": 0.99, "weightDecay": 0.0}, " (caution=True)",
        ),
        "tiger": by_torch(
            "tiger", some.Tiger, lambda o: {"lr": o["lr"], "beta": o["momentum"]}, three(0.02, 0.05, 0.03, momentum=0.4, weightDecay=0.3),
            {"lr": 1e-3, "momentum": 0.965, "weightDecay": 0.01},
        ),
        "optimisticSgd": by_optax(
            "optimisticSgd", "optimistic_gradient_descent(alpha=1, beta=optimism)", lambda o: optax.optimistic_gradient_descent(o["lr"], 1.0, o["optimism"]),
            three(0.05, 0.1, 5e4, optimism=0.3), {"lr": 1e-3, "optimism": 1},
        ),
        "qhm": by_torch(
            "qhm", some.QHM, lambda o: {**rate(o), "momentum": o["beta1"], "nu": o["nu"]}, three(0.1, 0.2, 1e5, beta1=0.6, nu=0.4),
            {"lr": 1, "beta1": 0.999, "nu": 0.7},
        ),
        "aggmo": by_torch(
            "aggmo", some.AggMo, lambda o: {**rate(o), "betas": (o["momentum1"], o["momentum2"], o["momentum3"])},
            three(0.02, 0.05, 2e4, momentum1=0.3, momentum2=0.6, momentum3=0.85), {"lr": 1e-3, "momentum1": 0, "momentum2": 0.9, "momentum3": 0.99},
        ),
        "pnm": by_torch(
            "pnm", some.PNM, lambda o: {**rate(o), "betas": (o["beta1"], o["beta0"])}, three(0.1, 0.2, 1e5, beta1=0.6, beta0=0.4),
            {"lr": 1e-3, "beta0": 1, "beta1": 0.9},
        ),
        "sgdp": by_torch(
            "sgdp", some.SGDP,
            lambda o: {**with_momentum(o), "eps": o["eps"], "delta": o["delta"], "wd_ratio": o["decayRatio"]},
            {
                **three(0.02, 0.05, 2e4, momentum=0.6, eps=0.03, weightDecay=0.2, delta=1.5, decayRatio=0.4),
                CONSTANT: {"lr": 0.02, "delta": 0.9, "weightDecay": 0.5}, NOTHING: {"lr": 0.02, "delta": 0.6, "weightDecay": 0.5},
                SMALL: {"lr": 0.02, "delta": 1.2, "weightDecay": 0.5},
            },
            {"lr": 1e-3, "momentum": 0.9, "eps": 1e-8, "weightDecay": 0, "delta": 0.1, "decayRatio": 0.1},
        ),
        "asgd": by_torch(
            "asgd", torch.optim.ASGD, lambda o: {**rate(o), "lambd": o["lambda"], "alpha": o["alpha"], "t0": o["start"]},
            {DEFAULTS: {"lr": 0.05}, OPTIONS: {"lr": 0.3, "lambda": 0.4, "alpha": 1.5, "start": 3}, TINY: {"lr": 5e4, "lambda": 1e-6}},
            {"lr": 1e-2, "lambda": 1e-4, "alpha": 0.75, "start": 1e6}, keep=lambda state: {"average": state["ax"]},
        ),
        "kate": golden(
            "kate", "the authors' code (github.com/nazya/KATE, 97d8503), float64", three(0.05, 0.1, 0.05, eta=0.4, eps=0.05), run_kate, None,
            {"lr": 1e-3, "eta": 0.9, "eps": 1e-8},
        ),
        "sgdSai": golden(
            "sgdSai", "the authors' code (github.com/AnonymousAlethiometer/SGD_SaI, e213080), float64",
            {**three(0.02, 0.05, 2e4, momentum=0.6, eps=0.3, weightDecay=0.2), SMALL: {"lr": 0.02, "eps": 0.5}}, run_sai, None,
            {"lr": 1e-2, "momentum": 0.9, "eps": 1e-8, "weightDecay": 1e-2},
        ),
        "nesterovLookahead": golden("nesterovLookahead", f"{source}, nesterov=True, and the point behind its parameter", heavy, ahead, nesterov_lookahead, hyper),
        "sgld": golden(
            "sgld", f"{source}, with noise of Philox4x32-10 in plain Python, checked against Random123",
            {DEFAULTS: {"lr": 0.05}, OPTIONS: {"lr": 0.1, "temperature": 0.3, "seed": 2**40 + 7}, TINY: {"lr": 5e4, "temperature": 1e-8}},
            run_sgld, None, {"lr": 1e-3, "temperature": 1, "seed": 0},
        ),
        "accsgd": by_torch(
            "accsgd", some.AccSGD, lambda o: {**rate(o), "kappa": o["kappa"], "xi": o["xi"], "constant": o["constant"]},
            three(0.05, 0.05, 5e4, kappa=20, xi=4, constant=0.5), {"lr": 1e-3, "kappa": 1000, "xi": 10, "constant": 0.7},
        ),
        "pid": by_torch(
            "pid", some.PID, lambda o: {**with_momentum(o), "integral": o["integral"], "derivative": o["derivative"]},
            three(0.005, 0.02, 5e3, momentum=0.6, integral=2, derivative=3), {"lr": 1e-3, "momentum": 0.9, "integral": 5, "derivative": 10},
        ),
    }
    return {f"packages/conformance/goldens/sgd/{name}.json": value for name, value in out.items()}

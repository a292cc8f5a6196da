"""SGD, Polyak's momentum and its Nesterov form, from torch.optim.SGD. In PyTorch's dialect the rate stays outside the buffer."""

import torch

from common import DEFAULTS, OPTIONS, TINY, TORCH, golden, torch_path


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


def goldens():
    source = f"{TORCH}, torch.optim.SGD, float64"
    hyper = {"lr": 1e-3, "momentum": 0.9}
    heavy = {DEFAULTS: {"lr": 0.02}, OPTIONS: {"lr": 0.08, "momentum": 0.55}, TINY: {"lr": 2e4}}
    out = {
        "sgd": golden("sgd", source, {DEFAULTS: {"lr": 0.05}, OPTIONS: {"lr": 0.3}, TINY: {"lr": 5e4}}, run(), sgd, {"lr": 1e-3}),
        "momentum": golden("momentum", source, heavy, run(), momentum, hyper),
        "nesterov": golden("nesterov", source + ", nesterov=True", heavy, run(nesterov=True), nesterov, hyper),
    }
    return {f"packages/conformance/goldens/sgd/{name}.json": value for name, value in out.items()}

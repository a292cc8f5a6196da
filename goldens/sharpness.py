"""The family sharpness, of rules that take several gradients per step: the authors' code, and the papers' boxes in NumPy.

A path has the point after each gradient: where the next one is asked for, then the step."""

import numpy as np
import torch
from authors import authors
from common import golden, three


def run(kind, arguments):
    def path(o, p, steps):
        tensors = {name: torch.tensor(x, requires_grad=True) for name, x in p.items()}
        module = authors("GauthierGidel/Variational-Inequality-GAN", "141122a", "optim/extragradient.py")
        optimizer, out = getattr(module, kind)(tensors.values(), **arguments(o)), []
        for k, now in enumerate(steps):
            for name, x in tensors.items():
                x.grad = torch.tensor(now[name])
            optimizer.step() if k % 2 else optimizer.extrapolation()
            out.append({name: x.detach().numpy().copy() for name, x in tensors.items()})
        return out

    return path


def extragradient(p, gradients, role, lr):
    for k, g in enumerate(gradients):
        now = p - lr * g
        p = now if k % 2 else p
        yield now


def extra_adam(p, gradients, role, lr, beta1, beta2, eps):
    m, v = 0 * p, 0 * p
    for k, g in enumerate(gradients):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        now = p - lr * (m / (1 - beta1 ** (k + 1))) / (np.sqrt(v / (1 - beta2 ** (k + 1))) + eps / np.sqrt(1 - beta2 ** (k + 1)))
        p = now if k % 2 else p
        yield now


def goldens():
    source = "the authors' code (github.com/GauthierGidel/Variational-Inequality-GAN, 141122a), {}, float64"
    out = {
        "extragradient": golden(
            "extragradient", source.format("ExtraSGD"), three(0.05, 0.3, 5e4), run("ExtraSGD", lambda o: {"lr": o["lr"]}), extragradient, {"lr": 1e-3}
        ),
        "extraAdam": golden(
            "extraAdam", source.format("ExtraAdam"), three(0.02, 0.05, 0.02, beta1=0.6, beta2=0.8, eps=0.05),
            run("ExtraAdam", lambda o: {"lr": o["lr"], "betas": (o["beta1"], o["beta2"]), "eps": o["eps"]}), extra_adam,
            {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        ),
    }
    return {f"packages/conformance/goldens/sharpness/{rule}.json": value for rule, value in out.items()}

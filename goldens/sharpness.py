"""The family sharpness, of rules that take several gradients per step: the authors' code, and the papers' boxes in NumPy.

A path has the point after each gradient: where the next one is asked for, then the step."""

import numpy as np
import torch
from authors import authors
from common import DEFAULTS, NUMPY, OPTIONS, TINY, golden, noise, three, torch_path


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


def run_msam(o, p, steps):
    kind = authors("MarlonBecker/MSAM", "780fa4f", "optimizer/msam.py").MSAM
    return torch_path(lambda ts: kind(list(ts.values()), lr=o["lr"], momentum=o["momentum"], rho=o["radius"], weight_decay=0), p, steps)


def bsam(o, p, steps):
    """Möllenhoff and Khan, 2023, algorithm 1: two gradients in turn."""
    mean, path, drawn = dict(p), [], {n: 0 * x for n, x in p.items()}
    m, s = {n: 0 * x for n, x in p.items()}, {n: 0 * x + 1 for n, x in p.items()}
    for k, (first, second) in enumerate(zip(steps[::2], steps[1::2], strict=True), 1):
        path.append({n: mean[n] + o["radius"] * first[n] / s[n] for n in p})
        for n in p:
            m[n] = o["beta1"] * m[n] + (1 - o["beta1"]) * (second[n] + o["delta"] * mean[n])
            s[n] = o["beta2"] * s[n] + (1 - o["beta2"]) * (np.sqrt(s[n]) * np.abs(first[n]) + o["delta"] + o["damping"])
            mean[n] = mean[n] - o["lr"] * m[n] / s[n]
            drawn[n] = noise(o["seed"], k, n, p[n].shape, site=2**16) / np.sqrt(o["examples"] * s[n])
        path.append({n: mean[n] + drawn[n] for n in p})
    return path


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
    out["msam"] = golden(
        "msam", "the authors' code (github.com/MarlonBecker/MSAM, 780fa4f), float64",
        {DEFAULTS: {"lr": 0.02}, OPTIONS: {"lr": 0.05, "momentum": 0.6, "radius": 0.7}, TINY: {"lr": 2e4}}, run_msam, None,
        {"lr": 0.1, "momentum": 0.9, "radius": 0.3},
    )
    out["bsam"] = golden(
        "bsam",
        f"{NUMPY}, a float64 transcription of arXiv:2210.01620, Algorithm 1, with noise of Philox4x32-10 in plain Python, none before the first step; "
        "the authors' code (github.com/team-approx-bayes/bayesian-sam, 936eec1, optim.py) has the two gradients in lines 128 to 139 and the update in "
        "lines 158 to 167, where the mean steps by the precision from before",
        {
            DEFAULTS: {"lr": 0.3}, OPTIONS: {"lr": 0.2, "beta1": 0.6, "beta2": 0.7, "radius": 0.3, "delta": 0.2, "damping": 0.3, "examples": 100, "seed": 2**40 + 7},
            TINY: {"lr": 3e5, "radius": 3e4, "examples": 1e15},
        },
        bsam, None, {"lr": 0.5, "beta1": 0.9, "beta2": 0.999, "radius": 0.05, "delta": 1e-4, "damping": 0.1, "examples": 5e4, "seed": 0},
    )
    return {f"packages/conformance/goldens/sharpness/{rule}.json": value for rule, value in out.items()}

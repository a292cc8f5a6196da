"""The family second-order: pytorch_optimizer and the authors' code, and the papers' boxes in NumPy that must agree with them."""

import numpy as np
import pytorch_optimizer
import torch
from authors import authors
from common import DEFAULTS, KOZISTR, LARGE, OPTIONS, TINY, box_path, decayed, golden, noise


def sophia(p, gradients, role, h, lr, beta1, beta2, gamma, eps, weightDecay, every):
    m, v = 0 * p, 0 * p
    for t, g in enumerate(gradients):
        m = beta1 * m + (1 - beta1) * g
        if t % every == 0:
            v = beta2 * v + (1 - beta2) * h[t]
        p = p - lr * (0 if role == "bias" else weightDecay) * p
        p = p - lr * np.clip(m / np.maximum(gamma * v, eps), -1, 1)
        yield p


def run_sophia(o, p, steps, inputs):
    """pytorch_optimizer has the factor gamma outside: its rate is lr / gamma, its bound gamma, its eps eps / gamma."""
    tensors = {name: torch.tensor(x, requires_grad=True) for name, x in p.items()}
    optimizer = pytorch_optimizer.SophiaH(
        decayed(tensors, o["weightDecay"] * o["gamma"]), lr=o["lr"] / o["gamma"], betas=(o["beta1"], o["beta2"]),
        p=o["gamma"], eps=o["eps"] / o["gamma"], update_period=10**9,
    )
    path = []
    for t, (now, beside) in enumerate(zip(steps, inputs, strict=True)):
        for name, x in tensors.items():
            x.grad = torch.tensor(now[name])
        optimizer.step(hessian=[torch.tensor(h) for h in beside["h"].values()] if t % o["every"] == 0 else None)
        path.append({name: x.detach().numpy().copy() for name, x in tensors.items()})
    return path


def sophia_g(p, gradients, role, sampled, lr, beta1, beta2, gamma, batch, eps, weightDecay, every):
    m, v = 0 * p, 0 * p
    for t, g in enumerate(gradients):
        m = beta1 * m + (1 - beta1) * g
        if t % every == 0:
            v = beta2 * v + (1 - beta2) * sampled[t] ** 2
        p = (1 - lr * (0 if role == "bias" else weightDecay)) * p
        p = p - lr * np.sign(m) * np.minimum(np.abs(m) / (gamma * batch * v + eps), 1)
        yield p


def run_sophia_g(o, p, steps, inputs):
    if o["eps"] != 1e-15:  # written into the authors' code
        return box_path(sophia_g, o, p, steps, inputs)
    tensors = {name: torch.tensor(x, requires_grad=True) for name, x in p.items()}
    kind = authors("Liuhong99/Sophia", "a7e1572", "sophia.py").SophiaG
    optimizer = kind(decayed(tensors, o["weightDecay"]), lr=o["lr"], betas=(o["beta1"], o["beta2"]), rho=o["gamma"])
    path = []
    for t, (now, beside) in enumerate(zip(steps, inputs, strict=True)):
        if t % o["every"] == 0:
            for name, x in tensors.items():
                x.grad = torch.tensor(beside["sampled"][name])
            optimizer.update_hessian()
        for name, x in tensors.items():
            x.grad = torch.tensor(now[name])
        optimizer.step(bs=o["batch"])
        path.append({name: x.detach().numpy().copy() for name, x in tensors.items()})
    return path




def run_adahessian(o, p, steps, inputs):
    tensors = {name: torch.tensor(x, requires_grad=True) for name, x in p.items()}
    optimizer = pytorch_optimizer.AdaHessian(
        decayed(tensors, o["weightDecay"]), lr=o["lr"], betas=(o["beta1"], o["beta2"]), eps=o["eps"], hessian_power=o["power"], foreach=False
    )
    path = []
    for now, beside in zip(steps, inputs, strict=True):
        for name, x in tensors.items():
            x.grad = torch.tensor(now[name])
        optimizer.step(hessian=[torch.tensor(h) for h in beside["h"].values()])
        path.append({name: x.detach().numpy().copy() for name, x in tensors.items()})
    return path


def run_ivon(o, p, steps):
    kind, made = authors("team-approx-bayes/ivon", "86ad687", "ivon/_ivon.py").IVON, torch.randn
    drawn = iter(range(len(steps) + 1))

    def numbers(count, **_):
        t = next(drawn)
        all_ = [0 * x if t == 0 else noise(o["seed"], t, name, x.shape) for name, x in p.items()]
        return torch.tensor(np.concatenate([x.ravel() for x in all_]))

    tensors = {name: torch.nn.Parameter(torch.tensor(x)) for name, x in p.items()}
    optimizer, path = kind(list(tensors.values()), o["lr"], o["ess"], o["initial"], o["beta1"], o["beta2"], o["delta"]), []
    torch.randn = numbers
    try:
        for k, now in enumerate(steps):
            with optimizer.sampled_params(train=True):
                if k > 0:
                    path.append({name: x.detach().numpy().copy() for name, x in tensors.items()})
                for name, x in tensors.items():
                    x.grad = torch.tensor(now[name])
            optimizer.step()
        with optimizer.sampled_params():
            path.append({name: x.detach().numpy().copy() for name, x in tensors.items()})
    finally:
        torch.randn = made
    return path


def goldens():
    out = {
        "sophia": golden(
            "sophia", f"{KOZISTR}, pytorch_optimizer.SophiaH with given estimates, gamma moved inside, float64",
            {
                DEFAULTS: {"lr": 0.05},
                OPTIONS: {"lr": 0.1, "beta1": 0.6, "beta2": 0.8, "gamma": 1e-3, "eps": 0.5, "weightDecay": 0.3, "every": 3},
                TINY: {"lr": 0.05},
            },
            run_sophia, sophia,
            {"lr": 6e-4, "beta1": 0.96, "beta2": 0.99, "gamma": 0.01, "eps": 1e-12, "weightDecay": 0.2, "every": 10},
            scales={"h": {DEFAULTS: 1000, OPTIONS: 3000, TINY: 1e-3}},
        ),
        "sophiaG": golden(
            "sophiaG", "the authors' code (github.com/Liuhong99/Sophia, a7e1572), SophiaG; the setting with a large eps is a float64 transcription of sophia.py, lines 56 and 185 to 200, with it in place of 1e-15 in line 199",
            {
                DEFAULTS: {"lr": 0.05},
                OPTIONS: {"lr": 0.1, "beta1": 0.6, "beta2": 0.8, "gamma": 0.01, "batch": 300, "weightDecay": 0.3, "every": 3},
                TINY: {"lr": 0.05},
                LARGE: {"lr": 0.1, "beta1": 0.6, "beta2": 0.7, "eps": 0.3, "gamma": 0.01, "batch": 100, "every": 4},
            },
            run_sophia_g, sophia_g,
            {"lr": 6e-4, "beta1": 0.965, "beta2": 0.99, "gamma": 0.04, "batch": 5120, "eps": 1e-15, "weightDecay": 0.1, "every": 10},
            scales={"sampled": {DEFAULTS: 0.3, OPTIONS: 1, TINY: 3e-4, LARGE: 1}},
        ),
    }
    out["adahessian"] = golden(
        "adahessian", f"{KOZISTR}, AdaHessian with given estimates, float64",
        {
            DEFAULTS: {"lr": 0.05}, OPTIONS: {"lr": 0.1, "beta1": 0.6, "beta2": 0.8, "eps": 0.3, "power": 0.7, "weightDecay": 0.2},
            TINY: {"lr": 0.05, "eps": 1e-12},
        },
        run_adahessian, None, {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "power": 1, "weightDecay": 0},
        scales={"h": {DEFAULTS: 1, OPTIONS: 2, TINY: 1e-6}},
    )
    out["ivon"] = golden(
        "ivon", "the authors' code (github.com/team-approx-bayes/ivon, 86ad687), float64, with noise of Philox4x32-10 in plain Python, none before the first step",
        {
            DEFAULTS: {"lr": 0.05}, OPTIONS: {"lr": 0.02, "beta1": 0.6, "beta2": 0.7, "delta": 0.3, "ess": 100, "initial": 0.5, "seed": 2**40 + 7},
            TINY: {"lr": 5e4, "ess": 1e15},
        },
        run_ivon, None, {"lr": 0.1, "beta1": 0.9, "beta2": 0.99999, "delta": 1e-4, "ess": 1e5, "initial": 1, "seed": 0},
    )
    return {f"packages/conformance/goldens/second-order/{rule}.json": value for rule, value in out.items()}

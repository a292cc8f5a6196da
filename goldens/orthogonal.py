"""The family orthogonal: numbers computed by published code, and the papers' boxes in NumPy that must agree with them."""

import functools
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import timm.optim
import torch

from authors import authors
from common import FAINT, MORE, NUMPY, ROWS, TIMM, TORCH, WIDE, box_path, golden, normals, torch_path


@contextmanager
def exactly():
    """Iterations in the precision of their input, uncompiled, on one process."""
    rounded, half, compiled, gather = torch.Tensor.bfloat16, torch.bfloat16, torch.compile, torch.distributed.all_gather_into_tensor
    empty = torch.empty

    def gathered(out, x, **_):
        out.copy_(x.reshape(out.shape))
        return SimpleNamespace(wait=lambda: None)

    torch.Tensor.bfloat16 = torch.Tensor.clone  # a copy, as the rounding makes one: the iteration works in place
    torch.bfloat16 = torch.float64
    torch.compile = lambda f=None, **_: f if f else lambda g: g
    torch.distributed.all_gather_into_tensor = gathered
    torch.empty = lambda *size, device=None, **more: empty(*size, **more)
    try:
        yield
    finally:
        torch.Tensor.bfloat16, torch.bfloat16, torch.compile, torch.empty = rounded, half, compiled, empty
        torch.distributed.all_gather_into_tensor = gather


def run_muon(o, p, steps, **more):
    with exactly():
        return torch_path(lambda t: torch.optim.Muon(t.values(), lr=o["lr"], momentum=o["momentum"], weight_decay=o["weightDecay"], **more), p, steps)


def run_polar_express(o, p, steps):
    module, given = sys.modules["timm.optim.muon"], sys.modules["timm.optim.muon"].zeropower_via_newtonschulz
    module.zeropower_via_newtonschulz = functools.partial(given, dtype=torch.float64)
    try:
        make = lambda t: timm.optim.Muon(
            [{"params": list(t.values()), "use_muon": True}], lr=o["lr"], momentum=o["momentum"], nesterov=True, weight_decay=o["weightDecay"],
            ns_coefficients="polar_express", adjust_lr_fn="original", safety_factor=1.01,
        )
        return torch_path(make, p, steps)
    finally:
        module.zeropower_via_newtonschulz = given


def by_class(repository, commit, file, kind, arguments, keep=None):
    """A class of the authors, its iteration in float64."""

    def run(o, p, steps):
        with exactly():
            make = getattr(authors(repository, commit, file), kind)
            return torch_path(lambda t: make(list(t.values()), **arguments(o)), p, steps, keep=keep)

    return run


def run_dion(o, p, steps):
    with exactly():
        kind = authors("microsoft/dion", "0a059a4", "dion/dion_simple.py").Dion
        single, torch.float32 = torch.float32, torch.float64

        def make(t):
            optimizer = kind(list(t.values()), o["lr"], mu=o["momentum"], weight_decay=o["weightDecay"], rank=o["rank"], epsilon=o["eps"])
            for name, x in t.items():
                optimizer._init_opt_state_dion(x, optimizer.state[x])
                q = optimizer.state[x]["Q"]
                q.copy_(torch.tensor(normals(q.shape, f"q/{name}")))
            return optimizer

        try:
            return torch_path(make, p, steps)
        finally:
            torch.float32 = single


def run_spectral_sphere(o, p, steps):
    """The authors' class in float64, its root to the last digits, and found every time."""
    with exactly():
        module = authors("Unakar/Spectral-Sphere-Optimizer", "304d7a4", "sso.py")
        solve = module._solve_lambda

        def solved(G, Theta, msign_steps, **more):
            found = solve(G, Theta, msign_steps=msign_steps, **more)
            left = module._f_lambda(G, Theta, found, msign_steps)
            assert abs(left) < 1e-9, left
            return found

        module._solve_lambda = solved
        single, plain, torch.float32, torch.Tensor.float = torch.float32, torch.Tensor.float, torch.float64, lambda x: x
        try:
            make = lambda ts: module.SSO(
                list(ts.values()), lr=o["lr"], momentum=o["momentum"], radius_scaler=o["radius"], solver_tol=1e-14, solver_max_iter=100
            )
            return torch_path(make, p, steps)
        finally:
            torch.float32, torch.Tensor.float = single, plain


def run_osgdm(o, p, steps):
    def make(t):
        optimizer = torch.optim.SGD(t.values(), lr=o["lr"], momentum=o["momentum"])
        optimizer.param_groups[0]["orth"] = True
        prepare = authors("MarkTuddenham/Orthogonal-Optimisers", "579d6c0", "src/orth_optim/__init__.py")._orth_grads
        step = optimizer.step

        def orthogonal_step():
            prepare(optimizer)
            step()

        optimizer.step = orthogonal_step
        return optimizer

    return torch_path(make, p, steps)


def swan(p, gradients, role, lr):
    """Ma et al., 2024, algorithms 1 to 3; the inverse root by ten steps of the coupled Newton–Schulz iteration."""
    for g in gradients:
        centred = g - g.mean(1, keepdims=True)
        n = centred / np.sqrt((centred**2).mean(1, keepdims=True))
        y, z = n @ n.T / np.linalg.norm(n @ n.T), np.eye(len(n))
        for _ in range(10):
            turn = (3 * np.eye(len(n)) - z @ y) / 2
            y, z = y @ turn, turn @ z
        w = z @ n
        p = p - lr * np.linalg.norm(n) / np.linalg.norm(w) * w
        yield p


def muon(p, gradients, role, lr, momentum, weightDecay):
    m = 0 * p
    for g in gradients:
        m = momentum * m + (1 - momentum) * g
        u = momentum * m + (1 - momentum) * g
        x = u.T if u.shape[0] > u.shape[1] else u
        x = x / max(np.linalg.norm(x), 1e-7)
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.775 * a + 2.0315 * a @ a) @ x
        x = x.T if u.shape[0] > u.shape[1] else x
        p = (1 - lr * weightDecay) * p - lr * np.sqrt(max(1, p.shape[0] / p.shape[1])) * x
        yield p


def goldens():
    exact = ", its iteration in float64 in place of bfloat16"
    usual = {WIDE: {"lr": 0.02}, MORE: {"lr": 0.05, "momentum": 0.6, "weightDecay": 0.4}, FAINT: {"lr": 0.02}}

    def code(repository, commit):
        return f"the authors' code (github.com/{repository}, {commit}){exact}"

    scion = lambda kind: by_class(
        "LIONS-EPFL/scion", "f58a393", "scion.py", "Scion",
        lambda o: {"lr": o["lr"], "momentum": 1 - o["momentum"], "norm": kind, "scale": o["scale"], "unconstrained": o["weightDecay"] == 0},
    )
    # The authors' class knows 1 and 0.
    scions = {WIDE: {"lr": 0.05}, MORE: {"lr": 0.1, "momentum": 0.6, "scale": 1.5}, FAINT: {"lr": 0.05}, ROWS: {"lr": 0.04, "scale": 0.7, "weightDecay": 0}}
    out = {
        "muon": golden(
            "muon", f"{TORCH}, torch.optim.Muon{exact}", usual, run_muon, muon, {"lr": 1e-3, "momentum": 0.95, "weightDecay": 0.1},
        ),
        "muonMatchRms": golden(
            "muonMatchRms", f"{TORCH}, torch.optim.Muon (adjust_lr_fn=match_rms_adamw){exact}", usual,
            lambda o, p, steps: run_muon(o, p, steps, adjust_lr_fn="match_rms_adamw"), None, {"lr": 1e-3, "momentum": 0.95, "weightDecay": 0.1},
        ),
        "muonPolarExpress": golden(
            "muonPolarExpress", f"{TIMM}, Muon (ns_coefficients=polar_express, safety_factor=1.01){exact}", usual, run_polar_express, None,
            {"lr": 1e-3, "momentum": 0.95, "weightDecay": 0.1},
        ),
        "adamuon": golden(
            "adamuon", code("Chongjie-Si/AdaMuon", "369f0b3"), {WIDE: {"lr": 0.1, "eps": 1e-3}, MORE: {"lr": 0.2, "momentum": 0.6, "eps": 0.3, "weightDecay": 0.4}, FAINT: {"lr": 0.1}},
            by_class(
                "Chongjie-Si/AdaMuon", "369f0b3", "gpt2/models/optimizers/adamuon.py", "AdaMuon",
                lambda o: {"lr": o["lr"], "weight_decay": o["weightDecay"], "momentum": o["momentum"], "eps": o["eps"], "rank": 0, "world_size": 1},
            ), None, {"lr": 0.02, "momentum": 0.95, "eps": 1e-8, "weightDecay": 0.01},
        ),
        "normuon": golden(
            "normuon", code("zichongli5/NorMuon", "d45c9a4"), {WIDE: {"lr": 0.02}, MORE: {"lr": 0.05, "momentum": 0.6, "beta2": 0.8, "weightDecay": 0.4}, FAINT: {"lr": 0.02}},
            by_class(
                "zichongli5/NorMuon", "d45c9a4", "normuon.py", "SingleDeviceNorMuon",
                lambda o: {"lr": o["lr"], "weight_decay": o["weightDecay"], "momentum": o["momentum"], "beta2": o["beta2"]},
                lambda state: {"v": state["second_momentum_buffer"]},
            ), None, {"lr": 0.02, "momentum": 0.95, "beta2": 0.95, "weightDecay": 0},
        ),
        "scion": golden("scion", code("LIONS-EPFL/scion", "f58a393"), scions, scion("Spectral"), None, {"lr": 1e-3, "momentum": 0.9, "scale": 1, "weightDecay": 1}),
        "scionSign": golden("scionSign", code("LIONS-EPFL/scion", "f58a393"), scions, scion("Sign"), None, {"lr": 1e-3, "momentum": 0.9, "scale": 1, "weightDecay": 1}),
        "swan": golden(
            "swan",
            f"{NUMPY}, a float64 transcription of arXiv:2412.13148v3, Algorithm 1, whose steps are Algorithm 3 (GradNorm) and Algorithm 2 "
            "(GradWhitening: Y ← ½ Y (3I − ZY), Z ← ½ (3I − ZY) Z, ten times here)",
            {WIDE: {"lr": 0.02}, MORE: {"lr": 0.05}, FAINT: {"lr": 0.02}}, lambda o, p, steps: box_path(swan, o, p, steps), None, {"lr": 1e-3},
        ),
        "spectralSphere": golden(
            "spectralSphere", code("Unakar/Spectral-Sphere-Optimizer", "304d7a4") + ", its root to 1e-9",
            {WIDE: {"lr": 0.05}, MORE: {"lr": 0.1, "momentum": 0.6, "radius": 1.5}, FAINT: {"lr": 0.05}},
            run_spectral_sphere, None, {"lr": 0.02, "momentum": 0.9, "radius": 1},
        ),
        "osgdm": golden(
            "osgdm", "the authors' code (github.com/MarkTuddenham/Orthogonal-Optimisers, 579d6c0), torch.optim.SGD, float64",
            {WIDE: {"lr": 0.02}, MORE: {"lr": 0.05, "momentum": 0.6}, FAINT: {"lr": 0.02}}, run_osgdm, None, {"lr": 1e-3, "momentum": 0.9},
        ),
        "marsShampoo": golden(
            "marsShampoo", code("AGI-Arena/MARS", "4831e28"), {WIDE: {"lr": 0.05}, MORE: {"lr": 0.1, "beta1": 0.6, "gamma": 0.3, "weightDecay": 0.3}, FAINT: {"lr": 0.05}},
            by_class(
                "AGI-Arena/MARS", "4831e28", "MARS/optimizers/mars.py", "MARS",
                lambda o: {
                    "lr": o["lr"], "betas": (o["beta1"], 0.99), "gamma": o["gamma"], "weight_decay": o["weightDecay"], "eps": 1e-7,
                    "optimize_1d": True, "lr_1d": o["lr"], "mars_type": "mars-shampoo",
                },
            ), None, {"lr": 3e-3, "beta1": 0.95, "gamma": 0.025, "weightDecay": 0.0},
        ),
        "dion": golden(
            "dion", "the authors' code (github.com/microsoft/dion, 0a059a4, dion_simple.py), float64",
            {WIDE: {"lr": 0.02}, MORE: {"lr": 0.05, "momentum": 0.6, "eps": 0.3, "rank": 2, "weightDecay": 0.3}, FAINT: {"lr": 0.02, "eps": 1e-14}},
            run_dion, None, {"lr": 0.01, "momentum": 0.95, "eps": 1e-8, "rank": 768, "weightDecay": 0.01},
        ),
    }
    return {f"packages/conformance/goldens/orthogonal/{rule}.json": value for rule, value in out.items()}

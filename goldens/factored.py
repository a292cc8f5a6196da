"""The family factored: numbers computed by published code, and the papers' boxes in NumPy that must agree with them."""

from contextlib import contextmanager, redirect_stdout
from importlib.metadata import version
from io import StringIO

import numpy as np
import optax
import pytorch_optimizer
import timm.optim
import torch

from authors import authors
from common import (
    DEFAULTS, FAINT, FLAT, FLAT_FAINT, FLAT_MORE, HEADS, HEADS_FAINT, HEADS_MORE, IMAGES, KOZISTR, MORE, OPTAX, OPTIONS, ROLES, ROWS, TIMM, TINY, TORCH, WIDE,
    by_torch, decayed, golden, normals, optax_path, torch_path,
)

EPS1 = 2.0**-23


def flat(x):
    """A tensor as a matrix of outputs against the rest, which PyTorch would see as a stack of matrices."""
    return x.reshape(x.shape[0], -1) if x.ndim > 2 else x


def run_adafactor(o, p, steps):
    def make(tensors):
        groups = decayed(tensors, o["weightDecay"])
        return torch.optim.Adafactor(groups, lr=o["lr"], beta2_decay=-o["decay"], eps=(o["eps1"], o["eps2"]), d=o["clip"])

    path = torch_path(make, {n: flat(x) for n, x in p.items()}, [{n: flat(g) for n, g in now.items()} for now in steps])
    return [{n: x.reshape(p[n].shape) for n, x in now.items()} for now in path]


def adafactor(p, gradients, role, lr, decay, clip, eps1, eps2, weightDecay):
    shape, p = p.shape, np.atleast_2d(flat(p))
    row, column = np.zeros((p.shape[0], 1)), np.zeros((1, p.shape[1]))
    for t, g in enumerate(gradients, 1):
        g, newest = flat(g).reshape(p.shape), t**-decay
        row = (1 - newest) * row + newest * (g**2).mean(1, keepdims=True)
        column = (1 - newest) * column + newest * (g**2).mean(0, keepdims=True)
        v = row * column / max(row.mean(), eps1) if len(shape) > 1 else column
        u = g / np.sqrt(np.maximum(v, eps1**2))
        rate = max(eps2, np.sqrt((p**2).mean())) * min(lr, t**-0.5)
        p = (1 - (0 if role == "bias" else lr * weightDecay)) * p - rate / max(1, np.sqrt((u**2).mean()) / clip) * u
        yield p.reshape(shape)


def run_adafactor_t5(o, p, steps):
    import transformers

    def make(tensors):
        groups = decayed(tensors, o["weightDecay"])
        return transformers.Adafactor(
            groups, lr=None, eps=(o["eps1"], o["eps2"]), clip_threshold=o["clip"], decay_rate=-o["decay"], relative_step=True, scale_parameter=True
        )

    def relative(group, state):
        """As the class has it, with the rate where it has a literal 1e-2."""
        return max(group["eps"][1], state["RMS"]) * min(o["lr"], state["step"] ** -0.5)

    transformers.Adafactor._get_lr = staticmethod(relative)
    path = torch_path(make, {n: flat(x) for n, x in p.items()}, [{n: flat(g) for n, g in now.items()} for now in steps])
    return [{n: x.reshape(p[n].shape) for n, x in now.items()} for now in path]


def run_adafactor_bv(o, p, steps):
    def make(tensors):
        return timm.optim.AdafactorBigVision(
            decayed(tensors, o["weightDecay"]), lr=o["lr"], min_dim_size_to_factor=2, decay_rate=o["decay"], beta2_cap=o["cap"],
            momentum=o["beta1"], momentum_dtype=torch.float64, eps=o["eps1"],
        )

    path = torch_path(make, {n: flat(x) for n, x in p.items()}, [{n: flat(g) for n, g in now.items()} for now in steps])
    return [{n: x.reshape(p[n].shape) for n, x in now.items()} for now in path]


def run_sm3(o, p, steps):
    return optax_path(optax.chain(optax.scale_by_sm3(o["momentum"], 1.0, o["eps"]), optax.scale(-o["lr"])), p, steps)


def sm3(p, gradients, role, lr, momentum, eps):
    shape, p = p.shape, np.atleast_2d(p)
    m, row, column = 0 * p, np.zeros((p.shape[0], 1)), np.zeros((1, p.shape[1]))
    for g in gradients:
        g = g.reshape(p.shape)
        v = g**2 + np.minimum(row, column) if len(shape) > 1 else g**2 + column
        row, column = v.max(1, keepdims=True), v.max(0, keepdims=True)
        m = momentum * m + (1 - momentum) * np.where(v > 0, g / np.sqrt(v + eps), 0)
        p = p - lr * m
        yield p.reshape(shape)


def run_adalomo(o, p, steps):
    """One model per tensor, whose loss has the given gradient; in float64 where the class says float32."""
    single, paths = torch.float32, {}
    torch.float32 = torch.float64
    try:
        for n, x in p.items():
            model = torch.nn.Module()
            model.register_parameter(n, torch.nn.Parameter(torch.tensor(flat(x))))
            decay = 0 if ROLES[n] == "bias" else o["weightDecay"]
            optimizer = pytorch_optimizer.AdaLOMO(
                model, lr=o["lr"], weight_decay=decay, loss_scale=0.0, clip_threshold=o["clip"], decay_rate=-o["decay"], eps1=o["eps1"], eps2=o["eps2"]
            )
            paths[n] = []
            for now in steps:
                weights = model.get_parameter(n)
                optimizer.fused_backward((weights * torch.tensor(flat(now[n]))).sum(), o["lr"])
                paths[n].append(weights.detach().numpy().copy().reshape(x.shape))
    finally:
        torch.float32 = single
    return [{n: path[k] for n, path in paths.items()} for k in range(len(steps))]


def run_came(o, p, steps):
    make = lambda ts: pytorch_optimizer.CAME(
        decayed(ts, o["weightDecay"]), lr=o["lr"], betas=(o["beta1"], o["beta2"], o["beta3"]), clip_threshold=o["clip"], eps1=o["eps1"], eps2=o["eps2"], foreach=False
    )
    path = torch_path(make, {n: flat(x) for n, x in p.items()}, [{n: flat(g) for n, g in now.items()} for now in steps])
    return [{n: x.reshape(p[n].shape) for n, x in now.items()} for now in path]


@contextmanager
def signed():
    """Decompositions in float64 whose vectors have a positive largest element: otherwise a recomputed basis would turn around by chance."""
    svd, rounded = torch.linalg.svd, torch.Tensor.float

    def fixed(x, **more):
        u, s, vh = svd(x, **more)
        turn = torch.sign(u.gather(0, u.abs().argmax(0, keepdim=True)))
        return u * turn, s, vh * turn.T

    torch.linalg.svd, torch.Tensor.float = fixed, lambda x: x
    try:
        yield
    finally:
        torch.linalg.svd, torch.Tensor.float = svd, rounded


def run_projected(kind):
    def run(o, p, steps):
        # rank None is all of them
        projector = {"rank": o["rank"], "update_proj_gap": o["every"], "scale": o["scale"], "projection_type": "left"}
        with signed():
            make = lambda ts: kind(
                [{"params": list(ts.values()), **projector}], lr=o["lr"], betas=(o["beta1"], o["beta2"]), eps=o["eps"], weight_decay=o["weightDecay"], foreach=False
            )
            return torch_path(make, p, steps)

    return run


def run_conda(o, p, steps):
    with signed():
        make = lambda ts: pytorch_optimizer.Conda(
            ts.values(), lr=o["lr"], betas=(o["beta1"], o["beta2"]), eps=o["eps"], weight_decay=o["weightDecay"],
            update_proj_gap=o["every"], scale=o["scale"], projection_type="left", foreach=False,
        )
        return torch_path(make, p, steps)


def run_apollo(kind):
    """The authors' class with the projection that Descent starts from, drawn once."""

    def run(o, p, steps):
        module = authors("zhuhanqing/APOLLO", "76b3472", "apollo_torch/apollo.py")
        random = authors("zhuhanqing/APOLLO", "76b3472", "apollo_torch/random_projector.py")
        names = iter(p)

        class Projector(random.GradientProjector):
            def update_ortho_matrix(self, x, proj_type):
                assert proj_type == "left"
                self.ortho_matrix = torch.tensor(normals((x.shape[0], o["rank"]), f"q/{next(names)}")) / o["rank"] ** 0.5

        module.GradientProjector, module.require_version = Projector, lambda _: None
        group = {"rank": o["rank"], "update_proj_gap": 10**9, "scale": o["scale"], "proj": "random", "proj_type": "std", "scale_type": kind}
        make = lambda ts: module.AdamW(
            [{"params": list(ts.values()), **group}], lr=o["lr"], betas=(o["beta1"], o["beta2"]), eps=o["eps"], weight_decay=o["weightDecay"]
        )
        return torch_path(make, p, steps)

    return run


def run_adam_mini(o, p, steps):
    kind = authors("zyushun/Adam-mini", "402aadf", "adam_mini/adam_mini.py").Adam_mini

    def make(ts):
        named = [(f"{'mlp' if ROLES[name] == 'kernel' else 'norm'}.{name}", x) for name, x in ts.items()]
        optimizer = kind(named_parameters=named, lr=o["lr"], betas=(o["beta1"], o["beta2"]), eps=o["eps"], weight_decay=o["weightDecay"], dim=8, n_heads=2)
        optimizer.check_block_name = False
        return optimizer

    with redirect_stdout(StringIO()):
        return torch_path(make, p, steps)


def run_adam_mini_heads(o, p, steps):
    """One optimizer for each matrix: the authors' count a head's numbers once for all."""
    kind = authors("zyushun/Adam-mini", "402aadf", "adam_mini/adam_mini.py").Adam_mini

    def alone(name):
        def make(ts):
            optimizer = kind(
                named_parameters=[(f"wq.{name}", ts[name])], lr=o["lr"], betas=(o["beta1"], o["beta2"]), eps=o["eps"],
                weight_decay=0 if ROLES[name] == "bias" else o["weightDecay"], dim=8, n_heads=2,
            )
            optimizer.check_block_name, optimizer.head_numel = False, p[name].size // o["heads"]
            return optimizer

        return torch_path(make, {name: p[name]}, steps)

    with redirect_stdout(StringIO()):
        paths = [alone(name) for name in p]
    return [{name: x for now in together for name, x in now.items()} for together in zip(*paths)]


def goldens():
    out = {
        "adafactor": golden(
            "adafactor", f"{TORCH}, torch.optim.Adafactor, float64, without decay where the role is bias; a convolution as a matrix",
            {
                DEFAULTS: {"lr": 0.3},
                OPTIONS: {"lr": 0.5, "decay": 0.6, "clip": 1.2, "eps1": 0.3, "eps2": 0.6, "weightDecay": 0.1},
                TINY: {"lr": 0.3, "eps1": 1e-8},
                IMAGES: {"lr": 0.3},
            },
            run_adafactor, adafactor, {"lr": 1e-2, "decay": 0.8, "clip": 1, "eps1": EPS1, "eps2": 1e-3, "weightDecay": 0},
        ),
        "sm3": golden(
            "sm3", f"{OPTAX}, optax.scale_by_sm3, float64",
            {DEFAULTS: {}, OPTIONS: {"lr": 0.3, "momentum": 0.6, "eps": 0.2}, TINY: {"eps": 1e-14}},
            run_sm3, sm3, {"lr": 0.1, "momentum": 0.9, "eps": 1e-8},
        ),
    }
    said = ", float64; a convolution as a matrix"
    out |= {
        "adafactorT5": golden(
            "adafactorT5", f"transformers {version('transformers')}, transformers.Adafactor, its literal 1e-2 as the rate{said}",
            {
                DEFAULTS: {"lr": 0.3},
                OPTIONS: {"lr": 0.5, "decay": 0.6, "clip": 1.2, "eps1": 0.3, "eps2": 0.6, "weightDecay": 0.1},
                TINY: {"lr": 0.3},
                IMAGES: {"lr": 0.3},
            },
            run_adafactor_t5, None, {"lr": 1e-2, "decay": 0.8, "clip": 1, "eps1": 1e-30, "eps2": 1e-3, "weightDecay": 0},
        ),
        "adafactorBv": golden(
            "adafactorBv", f"{TIMM}, timm.optim.AdafactorBigVision with its mean in float64{said}",
            {
                DEFAULTS: {"lr": 0.1},
                OPTIONS: {"lr": 0.2, "beta1": 0.6, "decay": 0.6, "cap": 0.7, "eps1": 0.3, "weightDecay": 0.1},
                TINY: {"lr": 0.1},
                IMAGES: {"lr": 0.1},
            },
            run_adafactor_bv, None, {"lr": 1e-3, "beta1": 0.9, "decay": 0.8, "cap": 0.999, "eps1": 1e-30, "weightDecay": 0},
        ),
        "came": golden(
            "came", f"{KOZISTR}, CAME{said}",
            {
                DEFAULTS: {"lr": 0.1}, OPTIONS: {"lr": 0.02, "beta1": 0.6, "beta2": 0.8, "beta3": 0.7, "clip": 0.6, "eps1": 0.2, "eps2": 0.25, "weightDecay": 0.3},
                TINY: {"lr": 0.1}, IMAGES: {"lr": 0.1},
            },
            run_came, None, {"lr": 2e-4, "beta1": 0.9, "beta2": 0.999, "beta3": 0.9999, "clip": 1, "eps1": 1e-30, "eps2": 1e-16, "weightDecay": 0},
        ),
        "adalomo": golden(
            "adalomo", f"{KOZISTR}, AdaLOMO, without decay where the role is bias{said}",
            {
                DEFAULTS: {"lr": 0.3}, OPTIONS: {"lr": 0.5, "decay": 0.6, "clip": 0.7, "eps1": 0.3, "eps2": 0.6, "weightDecay": 0.1},
                TINY: {"lr": 0.3}, IMAGES: {"lr": 0.3},
            },
            run_adalomo, None, {"lr": 1e-3, "decay": 0.8, "clip": 1, "eps1": 1e-30, "eps2": 1e-3, "weightDecay": 0},
        ),
    }
    adam = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-6, "weightDecay": 0}
    off = {"beta1": 0.6, "beta2": 0.8, "eps": 0.05, "weightDecay": 0.3}
    low = lambda usual, other, tiny, **more: {WIDE: {"lr": usual, "rank": 2}, MORE: {"lr": other, **off, "rank": 2, "every": 3, **more}, FAINT: {"lr": tiny, "rank": 2}}
    basis = f", float64, projection_type=left, singular vectors with a positive largest element"
    drawn = "the authors' code (github.com/zhuhanqing/APOLLO, 76b3472), float64, one projection drawn by Descent's generator"
    flat = lambda usual, other, tiny, rank, **more: {FLAT: {"lr": usual, "rank": rank}, FLAT_MORE: {"lr": other, **off, "rank": rank, "scale": 2}, FLAT_FAINT: {"lr": tiny, "rank": rank}}
    out |= {
        "galore": golden("galore", f"{KOZISTR}, GaLore{basis}", low(0.2, 0.1, 1.0, scale=0.6), run_projected(pytorch_optimizer.GaLore), None, {**adam, "rank": 128, "every": 200, "scale": 0.25}),
        "fira": golden("fira", f"{KOZISTR}, Fira{basis}", low(0.1, 0.1, 0.5, scale=0.6), run_projected(pytorch_optimizer.Fira), None, {**adam, "rank": 128, "every": 200, "scale": 1}),
        "conda": golden(
            "conda", f"{KOZISTR}, Conda{basis}", {WIDE: {"lr": 0.1, "eps": 0.01}, MORE: {"lr": 0.2, **off, "every": 3, "scale": 0.6}, FAINT: {"lr": 0.1}}, run_conda, None,
            {**adam, "eps": 1e-8, "rank": 1e6, "every": 2000, "scale": 1},
        ),
        "apollo": golden("apollo", drawn, flat(0.1, 0.2, 0.2, 2), run_apollo("channel"), None, {**adam, "lr": 1e-2, "rank": 256, "scale": 1}),
        "apolloMini": golden("apolloMini", drawn, flat(0.02, 0.2, 0.02, 1), run_apollo("tensor"), None, {**adam, "lr": 1e-2, "rank": 1, "scale": 128}),
        "racs": by_torch(
            "racs", pytorch_optimizer.RACS,
            lambda o: {"lr": o["lr"], "beta": o["rho"], "alpha": o["alpha"], "gamma": o["gamma"], "eps": o["eps"]},
            {WIDE: {"lr": 0.2}, MORE: {"lr": 0.1, "rho": 0.6, "alpha": 0.3, "gamma": 1.1, "eps": 0.1, "weightDecay": 0.3}, FAINT: {"lr": 200.0}, ROWS: {"lr": 0.2}},
            {"lr": 1e-3, "rho": 0.9, "alpha": 0.05, "gamma": 1.01, "eps": 1e-8, "weightDecay": 0},
        ),
    }
    out["adamMini"] = golden(
        "adamMini", "the authors' code (github.com/zyushun/Adam-mini, 402aadf), the matrix as one of a feed-forward layer, float64",
        {DEFAULTS: {"lr": 0.05}, OPTIONS: {"lr": 0.1, "beta1": 0.6, "beta2": 0.8, "eps": 0.05, "weightDecay": 0.3}, TINY: {"lr": 0.05}}, run_adam_mini, None,
        {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weightDecay": 0},
    )
    out["adamMiniHeads"] = golden(
        "adamMiniHeads", "the authors' code (github.com/zyushun/Adam-mini, 402aadf), matrices as those of queries and keys, float64",
        {
            HEADS: {"lr": 0.05, "heads": 2},
            HEADS_MORE: {"lr": 0.1, "beta1": 0.6, "beta2": 0.8, "eps": 0.05, "weightDecay": 0.3, "heads": 4},
            HEADS_FAINT: {"lr": 0.05, "heads": 2},
        },
        run_adam_mini_heads, None, {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weightDecay": 0, "heads": 1},
    )
    return {f"packages/conformance/goldens/factored/{rule}.json": value for rule, value in out.items()}

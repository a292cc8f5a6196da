"""Rules that scale by the norms of layers: Optax, pytorch_optimizer, timm and the authors' code."""

import optax
import pytorch_optimizer
import timm.optim

from authors import by_authors
from common import CONSTANT, DEFAULTS, NOTHING, OPTIONS, SMALL, TINY, ZERO, by_optax, by_torch, three


def goldens():
    moments = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weightDecay": 0}
    betas = lambda o: {"lr": o["lr"], "betas": (o["beta1"], o["beta2"]), "eps": o["eps"]}
    off = {"beta1": 0.6, "beta2": 0.85, "eps": 0.05}
    layer = {"lr": 1, "momentum": 0.9, "weightDecay": 0, "trust": 1e-3}
    lars = lambda clip: lambda o: {"lr": o["lr"], "momentum": o["momentum"], "trust_coeff": o["trust"], "eps": 0.0, "always_adapt": True, "trust_clip": clip, "foreach": False}
    mask = {"w": True, "b": False}
    projected = {DEFAULTS: {"lr": 0.02}, CONSTANT: {"lr": 0.02, "delta": 0.9, "weightDecay": 0.5}, NOTHING: {"lr": 0.02, "delta": 0.6, "weightDecay": 0.5}, SMALL: {"lr": 0.02, "delta": 1.2, "weightDecay": 0.5}}
    out = {
        "lars": by_torch("lars", timm.optim.Lars, lars(False), {**three(50.0, 0.5, 50.0, momentum=0.6, weightDecay=0.3, trust=0.2), ZERO: {"lr": 0.5, "trust": 0.2}}, layer, " (always_adapt=True, eps=0)"),
        "larc": by_torch(
            "larc", timm.optim.Lars, lars(True),
            {DEFAULTS: {"lr": 0.1, "trust": 0.1}, OPTIONS: {"lr": 0.08, "momentum": 0.6, "weightDecay": 0.3, "trust": 0.1}, ZERO: {"lr": 0.6, "trust": 0.1, "weightDecay": 0.3}}, {**layer, "lr": 0.1},
            " (trust_clip=True, always_adapt=True, eps=0)",
        ),
        "lamb": by_optax(
            "lamb", "lamb, decay masked where the role is bias",
            lambda o: optax.lamb(o["lr"], o["beta1"], o["beta2"], eps=o["eps"], weight_decay=o["weightDecay"], mask=mask),
            {**three(0.05, 0.1, 0.05, **off, weightDecay=0.3), ZERO: {"lr": 0.05, "beta1": 0, "weightDecay": 0}}, {**moments, "eps": 1e-6, "weightDecay": 1e-2},
        ),
        "novograd": by_torch("novograd", pytorch_optimizer.NovoGrad, betas, three(0.05, 0.1, 0.05, **off, weightDecay=0.3), {**moments, "lr": 1e-2, "beta1": 0.95, "beta2": 0.98}),
        "fromage": by_torch("fromage", pytorch_optimizer.Fromage, lambda o: {"lr": o["lr"]}, {DEFAULTS: {"lr": 0.05}, OPTIONS: {"lr": 0.3}, TINY: {"lr": 0.05}, ZERO: {"lr": 0.1}}, {"lr": 1e-2}),
        "adamp": by_authors(
            "adamp", "clovaai/AdamP", "7f6f038", "adamp/adamp.py", "AdamP", lambda o: {**betas(o), "delta": o["delta"], "wd_ratio": o["decayRatio"]},
            {**three(0.02, 0.05, 0.02, **off, weightDecay=0.2, delta=1.5, decayRatio=0.4), **projected}, {**moments, "delta": 0.1, "decayRatio": 0.1},
        ),
        "nero": by_authors(
            "nero", "jxbz/nero", "32436c0", "nero.py", "Nero", lambda o: {"lr": o["lr"], "beta": o["beta2"]},
            {**three(0.05, 0.1, 0.05, beta2=0.7), SMALL: {"lr": 0.05}, ZERO: {"lr": 0.5}}, {"lr": 1e-2, "beta2": 0.999},
        ),
    }
    return {f"packages/conformance/goldens/layerwise/{name}.json": value for name, value in out.items()}

"""The family parameter-free: numbers computed by published code, and the papers' boxes in NumPy that must agree with them."""

import numpy as np
import optax
from common import DEFAULTS, LATE, OPTAX, OPTIONS, ROLES, TINY, agree, golden, optax_path


def prodigy(o, p, steps):
    """The whole model: the estimate of the distance is one number for all tensors."""
    p0, p = p, dict(p)
    zeros = {n: 0 * x for n, x in p.items()}
    m, v, s, count = dict(zeros), dict(zeros), dict(zeros), dict.fromkeys(p, 0)
    d, r, beta3, path = o["d0"], 0.0, o["beta2"] ** 0.5, []
    for now in steps:
        r *= beta3
        rate = {}
        for n, g in now.items():
            count[n] += 1
            rate[n] = d * o["lr"] * (1 - o["beta2"] ** count[n]) ** 0.5 / (1 - o["beta1"] ** count[n])
            m[n] = o["beta1"] * m[n] + (1 - o["beta1"]) * d * g
            v[n] = o["beta2"] * v[n] + (1 - o["beta2"]) * (d * g) ** 2
            s[n] = beta3 * s[n] + rate[n] * d / o["d0"] * g
            r += rate[n] * d / o["d0"] * float((g * (p0[n] - p[n])).sum())
        d = max(d, o["dCoef"] * r / sum(float(np.abs(s[n]).sum()) for n in now))
        for n in now:
            decay = 0 if ROLES[n] == "bias" else o["weightDecay"]
            p[n] = (1 - decay * rate[n]) * p[n] - rate[n] * m[n] / (np.sqrt(v[n]) + d * o["eps"])
        path.append(dict(p))
    return path


def run_prodigy(o, p, steps):
    path = prodigy(o, p, steps)
    if o["weightDecay"] == 0 and all(len(now) == len(p) for now in steps):
        library = optax.contrib.prodigy(o["lr"], (o["beta1"], o["beta2"]), eps=o["eps"], estim_lr0=o["d0"], estim_lr_coef=o["dCoef"])
        agree("prodigy", optax_path(library, p, steps), path, p)
    return path


def goldens():
    out = {
        "prodigy": golden(
            "prodigy", f"{OPTAX}, optax.contrib.prodigy, float64; with decay or a tensor that joins late, a transcription that agrees with it",
            {
                DEFAULTS: {"d0": 0.01},
                OPTIONS: {"lr": 1.3, "beta1": 0.6, "beta2": 0.8, "eps": 0.05, "d0": 0.02, "dCoef": 4, "weightDecay": 0.2},
                TINY: {"d0": 0.01, "eps": 1e-12},
                LATE: {"d0": 0.01},
            },
            run_prodigy, None,
            {"lr": 1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "d0": 1e-6, "dCoef": 1, "weightDecay": 0},
        ),
    }
    return {f"packages/conformance/goldens/parameter-free/{rule}.json": value for rule, value in out.items()}

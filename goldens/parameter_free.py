"""The family parameter-free: numbers computed by published code, and the papers' boxes in NumPy that must agree with them."""

from contextlib import redirect_stdout
from io import StringIO

import jax
import numpy as np
import optax
from authors import authors, by_authors
from common import CONSTANT, DEFAULTS, LATE, NOTHING, OPTAX, OPTIONS, ROLES, SMALL, TINY, agree, by_optax, decayed, golden, optax_path, torch_path


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
    elif all(len(now) == len(p) for now in steps):
        kind = authors("konstmish/prodigy", "3efb213", "prodigyopt/prodigy_reference.py").ProdigyReference
        made = lambda ts: kind(
            decayed(ts, o["weightDecay"]), lr=o["lr"], betas=(o["beta1"], o["beta2"]), eps=o["eps"], d0=o["d0"], d_coef=o["dCoef"], use_bias_correction=True
        )
        with redirect_stdout(StringIO()):
            agree("prodigy with decay", torch_path(made, p, steps), path, p)
    return path


def run_dog(kind):
    """One group for the whole model: its distances are those of a group."""

    def run(o, p, steps):
        made = getattr(authors("formll/dog", "8d45cf5", "src/dog/dog.py"), kind)
        return torch_path(lambda ts: made(list(ts.values()), lr=o["lr"], reps_rel=o["initial"], eps=o["eps"]), p, steps)

    return run


def by_value(make):
    """Optax with the value of the loss."""

    def run(o, p, steps, inputs):
        transform, tensors = make(o), {n: jax.numpy.asarray(x) for n, x in p.items()}
        state, path = transform.init(tensors), []
        for now, beside in zip(steps, inputs, strict=True):
            updates, state = transform.update({n: jax.numpy.asarray(g) for n, g in now.items()}, state, tensors, value=beside["loss"])
            tensors = optax.apply_updates(tensors, updates)
            path.append({n: np.asarray(x) for n, x in tensors.items()})
        return path

    return run


def goldens():
    out = {
        "prodigy": golden(
            "prodigy",
            f"{OPTAX}, optax.contrib.prodigy, float64; with decay, the authors' code (github.com/konstmish/prodigy, 3efb213); with a tensor that joins late, "
            "a float64 transcription that agrees with both (prodigy_reference.py, lines 119 to 132, 157 to 193, 216 to 220 and 244 to 252)",
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
    def dadapt(name, file, kind, arguments, off, defaults, usual=0.01, constant=0.1, further={}, **more):
        settings = {DEFAULTS: {"d0": usual}, OPTIONS: {"lr": 1.3, "d0": 0.02, **off}, TINY: {"d0": 0.01, **more}, CONSTANT: {"lr": 0.7, **off, "d0": constant}, **further}
        return by_authors(
            name, "facebookresearch/dadaptation", "c984980", f"dadaptation/{file}.py", kind, lambda o: {"lr": o["lr"], "d0": o["d0"], **arguments(o)}, settings, {"lr": 1, "d0": 1e-6, **defaults},
        )

    out |= {
        "dadaptAdam": dadapt(
            "dadaptAdam", "dadapt_adam", "DAdaptAdam", lambda o: {"betas": (o["beta1"], o["beta2"]), "eps": o["eps"], "decouple": True},
            {"beta1": 0.6, "beta2": 0.8, "eps": 0.05, "weightDecay": 0.2}, {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weightDecay": 0}, eps=1e-12,
        ),
        "dadaptSgd": dadapt("dadaptSgd", "dadapt_sgd", "DAdaptSGD", lambda o: {"momentum": o["momentum"]}, {"momentum": 0.6, "d0": 0.1}, {"momentum": 0.9}, d0=0.5, usual=0.5),
        "dadaptAdagrad": dadapt(
            "dadaptAdagrad", "dadapt_adagrad", "DAdaptAdaGrad", lambda o: {"momentum": o["momentum"], "eps": o["eps"]},
            {"momentum": 0.4, "eps": 0.05}, {"momentum": 0, "eps": 1e-6, "initial": 1e-6}, constant=1, d0=5,
        ),
        "dadaptAdan": dadapt(
            "dadaptAdan", "dadapt_adan", "DAdaptAdan", lambda o: {"betas": (o["beta1"], o["beta2"], o["beta3"]), "eps": o["eps"]},
            {"beta1": 0.6, "beta2": 0.7, "beta3": 0.8, "eps": 0.05, "weightDecay": 0.25}, {"beta1": 0.98, "beta2": 0.92, "beta3": 0.99, "eps": 1e-8, "weightDecay": 0}, usual=0.05, eps=1e-12, d0=0.05,
        ),
        "dadaptLion": dadapt(
            "dadaptLion", "dadapt_lion", "DAdaptLion", lambda o: {"betas": (o["beta1"], o["beta2"])},
            {"beta1": 0.6, "beta2": 0.8, "weightDecay": 0.2}, {"beta1": 0.9, "beta2": 0.99, "weightDecay": 0},
            further={NOTHING: {"lr": 3, "d0": 0.15, "beta1": 0.7, "beta2": 0.5}, SMALL: {"lr": 0.4, "d0": 0.6, "beta1": 0.8, "beta2": 0.3}},
        ),
    }
    dogs = {DEFAULTS: {"initial": 0.02}, OPTIONS: {"lr": 1.3, "eps": 3, "initial": 0.05}, TINY: {"initial": 0.02, "eps": 1e-20}}
    for name, kind in (("dog", "DoG"), ("ldog", "LDoG")):
        out[name] = golden(name, "the authors' code (github.com/formll/dog, 8d45cf5), float64", dogs, run_dog(kind), None, {"lr": 1, "eps": 1e-8, "initial": 1e-6})
    out["dowg"] = by_optax(
        "dowg", "contrib.dowg (init_estim_sq_dist = initial²)", lambda o: optax.contrib.dowg(o["lr"], o["initial"] ** 2, o["eps"]),
        {DEFAULTS: {"initial": 0.02}, OPTIONS: {"lr": 1.3, "eps": 0.3, "initial": 0.1}, TINY: {"initial": 0.02, "eps": 1e-10}}, {"lr": 1, "eps": 1e-4, "initial": 1e-2},
    )
    loss = lambda usual, other, tiny: {"loss": {DEFAULTS: usual, OPTIONS: other, TINY: tiny}}
    out |= {
        "polyakSgd": golden(
            "polyakSgd", f"{OPTAX}, optax.polyak_sgd (variant=sps+) and scale(lr), float64",
            {DEFAULTS: {}, OPTIONS: {"lr": 1.3, "most": 0.15, "least": 0.4, "eps": 3}, TINY: {"most": 1e6}},
            by_value(lambda o: optax.chain(optax.polyak_sgd(o["most"], 1.0, o["least"], o["eps"], variant="sps+"), optax.scale(o["lr"]))), None,
            {"lr": 1, "most": 1, "least": 0, "eps": 0}, scales=loss(1, 1.5, 1e-6),
        ),
        "momo": golden(
            "momo", f"{OPTAX}, optax.contrib.momo, float64",
            {DEFAULTS: {}, OPTIONS: {"lr": 0.2, "beta1": 0.6, "least": 0.4}, TINY: {"lr": 1e6}},
            by_value(lambda o: optax.contrib.momo(o["lr"], o["beta1"], o["least"])), None, {"lr": 1, "beta1": 0.9, "least": 0}, scales=loss(2, 3, 1e-6),
        ),
        "momoAdam": golden(
            "momoAdam", f"{OPTAX}, optax.contrib.momo_adam, float64",
            {DEFAULTS: {"lr": 0.5}, OPTIONS: {"lr": 0.4, "beta1": 0.6, "beta2": 0.8, "eps": 0.3, "least": 0.4}, TINY: {"lr": 0.5, "eps": 1e-12}},
            by_value(lambda o: optax.contrib.momo_adam(o["lr"], o["beta1"], o["beta2"], o["eps"], o["least"])), None,
            {"lr": 1e-2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "least": 0}, scales=loss(1, 2, 1e-6),
        ),
    }
    return {f"packages/conformance/goldens/parameter-free/{rule}.json": value for rule, value in out.items()}

"""What happens to a gradient before an inner rule sees it: Optax for clipping, PyTorch for L2 and decoupled decay."""

import numpy as np
import optax
import torch

from common import DEFAULTS, OPTAX, OPTIONS, ROLES, TORCH, agree, box_path, gradients, optax_path, setting_json, start, torch_path, visible

SGD, ADAM = {"lr": 0.1}, {"lr": 0.05}
HYPER = {"sgd": SGD, "adam": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, **ADAM}}
OPTAX_INNER = {"sgd": lambda: optax.sgd(SGD["lr"]), "adam": lambda: optax.adam(ADAM["lr"])}


def decays(name):
    return 0.0 if ROLES[name] == "bias" else 1.0


def clip_by_value(value, inner, p, steps):
    return optax_path(optax.chain(optax.clip(value), OPTAX_INNER[inner]()), p, steps)


def clip_by_norm(value, inner, p, steps):
    # Optax has the global norm alone; a partition of one tensor each makes it the norm of that tensor.
    each = optax.partition({name: optax.clip_by_global_norm(value) for name in p}, {name: name for name in p})
    return optax_path(optax.chain(each, OPTAX_INNER[inner]()), p, steps)


def clip_by_global_norm(value, inner, p, steps):
    return optax_path(optax.chain(optax.clip_by_global_norm(value), OPTAX_INNER[inner]()), p, steps)


def with_l2(value, inner, p, steps):
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[inner]
    groups = lambda ts: [{"params": [x], "weight_decay": value * decays(name)} for name, x in ts.items()]
    return torch_path(lambda ts: kind(groups(ts), lr=HYPER[inner]["lr"]), p, steps)


def decoupled_decay(value, inner, p, steps):
    if inner == "adam":
        groups = lambda ts: [{"params": [x], "weight_decay": value * decays(name)} for name, x in ts.items()]
        return torch_path(lambda ts: torch.optim.AdamW(groups(ts), lr=ADAM["lr"]), p, steps)
    mask = {name: bool(decays(name)) for name in p}
    return optax_path(optax.chain(optax.add_decayed_weights(value, mask), optax.sgd(SGD["lr"])), p, steps)


def step_of(inner, t, lr, p, m, v, g):
    """One step of the inner rule in torch, whose autograd knows its derivative by `lr`."""
    if inner == "sgd":
        return p - lr * g, m, v
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    return p - lr * (m / (1 - beta1**t)) / (torch.sqrt(v / (1 - beta2**t)) + eps), m, v


def hypergradient(value, inner, p, steps):
    """The loss after a step, to first order, is g times the new p: its derivative by lr is autograd's."""
    zeros = lambda: {n: torch.zeros(x.shape) for n, x in p.items()}
    now, m, v, path = {n: torch.tensor(x) for n, x in p.items()}, zeros(), zeros(), []
    rate = torch.tensor(HYPER[inner]["lr"])
    ahead = None
    for t, g in enumerate(steps, 1):
        g = {n: torch.tensor(x) for n, x in g.items()}
        if ahead is not None:
            at, new = ahead
            (slope,) = torch.autograd.grad(sum((g[n] * new[n]).sum() for n in new), at)
            rate = rate - value * slope
        at = rate.detach().clone().requires_grad_()
        new = {}
        for n in p:
            new[n], m[n], v[n] = step_of(inner, t, at, now[n], m[n], v[n], g[n])
        ahead = (at, new)
        now = {n: x.detach() for n, x in new.items()}
        path.append({n: x.numpy().copy() for n, x in now.items()})
    return path


def hypergradient_box(inner, value, p, steps):
    """Baydin et al., 2018, algorithms 4 and 6: h = g_t · (−u_{t−1}), lr moves against it."""
    rate, last, path = HYPER[inner]["lr"], None, []
    now, m, v = dict(p), {n: 0 * x for n, x in p.items()}, {n: 0 * x for n, x in p.items()}
    for t, g in enumerate(steps, 1):
        if last is not None:
            rate = rate + value * sum(np.sum(g[n] * last[n]) for n in p)
        if inner == "sgd":
            last = dict(g)
        else:
            m = {n: 0.9 * m[n] + 0.1 * g[n] for n in p}
            v = {n: 0.999 * v[n] + (1 - 0.999) * g[n] ** 2 for n in p}
            last = {n: m[n] / (1 - 0.9**t) / (np.sqrt(v[n] / (1 - 0.999**t)) + 1e-8) for n in p}
        now = {n: now[n] - rate * last[n] for n in p}
        path.append(now)
    return path


def norm(g):
    return np.sqrt(np.sum(g**2))


def shrink(g, size, limit):
    return g if size <= limit else g * (limit / size)


# The transcriptions: (gradients of all tensors, value) → gradients that the inner rule sees.
CLIPS = {
    "clipByValue": lambda now, limit: {n: np.minimum(np.maximum(g, -limit), limit) for n, g in now.items()},
    "clipByNorm": lambda now, limit: {n: shrink(g, norm(g), limit) for n, g in now.items()},
    "clipByGlobalNorm": lambda now, limit: {n: shrink(g, norm(np.concatenate([x.ravel() for x in now.values()])), limit) for n, g in now.items()},
}


def sgd_box(p, gradients, role, lr, l2=0.0, decay=0.0):
    l2, decay = (0.0, 0.0) if role == "bias" else (l2, decay)
    for g in gradients:
        p = p * (1 - lr * decay) - lr * (g + l2 * p)
        yield p


def adam_box(p, gradients, role, lr, beta1, beta2, eps, l2=0.0, decay=0.0):
    l2, decay = (0.0, 0.0) if role == "bias" else (l2, decay)
    m, v = 0 * p, 0 * p
    for t, g in enumerate(gradients, 1):
        g = g + l2 * p
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        p = p * (1 - lr * decay) - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
        yield p


BOXES = {"sgd": sgd_box, "adam": adam_box}


def goldens():
    chain = f"{OPTAX}, optax.chain of {{}} and optax.sgd or optax.adam, float64"
    table = {
        "clipByValue": (clip_by_value, 0.6, chain.format("optax.clip")),
        "clipByNorm": (clip_by_norm, 1.5, chain.format("optax.partition of one optax.clip_by_global_norm per tensor")),
        "clipByGlobalNorm": (clip_by_global_norm, 2.5, chain.format("optax.clip_by_global_norm")),
        "withL2": (with_l2, 0.3, f"{TORCH}, weight_decay of torch.optim.SGD and torch.optim.Adam, 0 where the role is bias, float64"),
        "decoupledDecay": (
            decoupled_decay, 0.2,
            f"{TORCH}, torch.optim.AdamW; {OPTAX}, optax.add_decayed_weights and optax.sgd; no decay where the role is bias, float64",
        ),
        "hypergradient": (hypergradient, 0.01, "torch.autograd by the learning rate of the step before, one for all tensors, float64"),
    }
    out = {}
    for name, (run, value, source) in table.items():
        settings = []
        for inner, data in (("sgd", DEFAULTS), ("adam", OPTIONS)):
            p, steps = start(data), gradients(data)
            # One step without a gradient in b, one without any: a norm of zero must not divide.
            steps[3]["b"] = 0 * steps[3]["b"]
            steps[7] = {n: 0 * g for n, g in steps[7].items()}
            path = run(value, inner, p, steps)
            what = f"{name} of {inner}"
            if name in CLIPS:
                seen = [CLIPS[name](now, value) for now in steps]
                clipped = [any((seen[k][n] != now[n]).any() for n in now) for k, now in enumerate(steps)]
                if all(clipped) or not any(clipped):
                    raise AssertionError(f"{what}: the clip must act in some steps and not in others, not {clipped}")
                extra = {}
            else:
                seen, extra = steps, {"withL2": {"l2": value}, "decoupledDecay": {"decay": value}}.get(name, {})
            box = hypergradient_box(inner, value, p, steps) if name == "hypergradient" else box_path(BOXES[inner], {**HYPER[inner], **extra}, p, seen)
            agree(what, box, path, p)
            visible(what, path, p)
            fields = {"value": value, "inner": inner, "innerOptions": {"sgd": SGD, "adam": ADAM}[inner]}
            settings.append(setting_json(f"of {inner}", fields, p, steps, path))
        out[f"packages/core/test/golden/{name}.json"] = {"transform": name, "source": source, "settings": settings}
    return out

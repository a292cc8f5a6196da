"""Averages and rounds of several gradients around any rule: pytorch_optimizer, timm and Optax, and the papers' boxes in NumPy."""

from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from types import SimpleNamespace

import jax
import numpy as np
import optax
import optax.contrib
import pytorch_optimizer
import schedulefree
import timm.optim
import timm.utils
import torch

from authors import authors
from common import DEFAULTS, KOZISTR, LATE, NOTHING, OPTAX, OPTIONS, ROLES, TIMM, TINY, TORCH, WIDE, ZERO, Path_, Tensors, agree, gradients, noise, optax_path, setting_json, start, torch_path, visible
from preconditioned import META, run_shampoo
from sgd import momentum
from transforms import HYPER, adam_box, box_path, sgd_box

INNER = {"sgd": lambda ps: torch.optim.SGD(ps, lr=HYPER["sgd"]["lr"]), "adam": lambda ps: torch.optim.Adam(ps, lr=HYPER["adam"]["lr"])}
BOXES = {"sgd": sgd_box, "adam": adam_box}
# For what is nothing without momentum.
MOMENTUM = {"lr": 0.05, "momentum": 0.8}


class Model(torch.nn.Module):
    def __init__(self, p: Tensors):
        super().__init__()
        for name, x in p.items():
            self.register_parameter(name, torch.nn.Parameter(torch.tensor(x)))

    def give(self, g: Tensors):
        for name, x in self.named_parameters():
            x.grad = torch.tensor(g[name]) if name in g else None

    def read(self) -> Tensors:
        return {name: x.detach().numpy().copy() for name, x in self.named_parameters()}


def lookahead(options, inner, p, steps) -> Path_:
    model, path = Model(p), []
    optimizer = pytorch_optimizer.Lookahead(INNER[inner](model.parameters()), k=options["every"], alpha=options["alpha"])
    for g in steps:
        model.give(g)
        optimizer.step()
        path.append(model.read())
    return path


def lookahead_box(options, inner, p, steps) -> Path_:
    """The inner rule's displacement does not depend on p here, so it is taken from a path of its own."""
    ahead = box_path(BOXES[inner], HYPER[inner], p, steps)
    now, slow, path = dict(p), dict(p), []
    for t, after in enumerate(ahead, 1):
        before = p if t == 1 else ahead[t - 2]
        now = {n: now[n] + (after[n] - before[n]) for n in p}
        if t % options["every"] == 0:
            slow = {n: slow[n] + options["alpha"] * (now[n] - slow[n]) for n in p}
            now = dict(slow)
        path.append(dict(now))
    return path


def ema(options, inner, p, steps) -> Path_:
    model, path = Model(p), []
    optimizer = INNER[inner](model.parameters())
    average = timm.utils.ModelEmaV2(model, decay=options["decay"])
    for g in steps:
        model.give(g)
        optimizer.step()
        average.update(model)
        path.append(average.module.read())
    return path


def ema_box(options, inner, p, steps) -> Path_:
    average, path = dict(p), []
    for now in box_path(BOXES[inner], HYPER[inner], p, steps):
        average = {n: options["decay"] * average[n] + (1 - options["decay"]) * now[n] for n in p}
        path.append(average)
    return path


def swa(options, inner, p, steps) -> Path_:
    """torch takes no weights before the first that it is given, and its mean is what it was until the next."""
    model, path = Model(p), []
    optimizer = INNER[inner](model.parameters())
    average = torch.optim.swa_utils.AveragedModel(model)
    for t, g in enumerate(steps, 1):
        model.give(g)
        optimizer.step()
        if t >= options["start"] and (t - options["start"]) % options["every"] == 0:
            average.update_parameters(model)
        path.append((average.module if t >= options["start"] else model).read())
    return path


def swa_box(options, inner, p, steps) -> Path_:
    ahead, path = box_path(BOXES[inner], HYPER[inner], p, steps), []
    for t in range(1, len(steps) + 1):
        taken = ahead[options["start"] - 1 : t : options["every"]] or [ahead[t - 1]]
        path.append({n: np.mean([now[n] for now in taken], axis=0) for n in p})
    return path


def accumulate(options, inner, p, steps) -> Path_:
    """As in PyTorch, where backward adds up; optax.MultiSteps divides in float32."""
    model, path = Model(p), []
    optimizer = INNER[inner](model.parameters())
    for t, g in enumerate(steps, 1):
        for name, x in model.named_parameters():
            share = torch.tensor(g[name]) / options["every"]
            x.grad = share if x.grad is None else x.grad + share
        if t % options["every"] == 0:
            optimizer.step()
            optimizer.zero_grad()
        path.append(model.read())
    return path


def accumulate_box(options, inner, p, steps) -> Path_:
    every = options["every"]
    means = [{n: np.mean([g[n] for g in steps[k : k + every]], axis=0) for n in p} for k in range(0, len(steps) - every + 1, every)]
    after = [p, *box_path(BOXES[inner], HYPER[inner], p, means)]
    return [after[t // every] for t in range(1, len(steps) + 1)]


def cautious(options, inner, p, steps) -> Path_:
    """timm's, whose least share of elements is a literal, 1e-3."""
    kinds = {
        "momentum": lambda ps: timm.optim.SGDW(ps, **MOMENTUM, caution=True),
        "adam": lambda ps: timm.optim.AdamWLegacy(ps, lr=HYPER["adam"]["lr"], weight_decay=0, caution=True),
    }
    model, path = Model(p), []
    optimizer = kinds[inner](model.parameters())
    for g in steps:
        model.give(g)
        optimizer.step()
        path.append(model.read())
    return path


def cautious_box(options, inner, p, steps) -> Path_:
    """As in lookahead_box: the inner rule's displacement does not depend on p."""
    ahead = [p, *(box_path(adam_box, HYPER["adam"], p, steps) if inner == "adam" else box_path(momentum, MOMENTUM, p, steps))]
    now, path = dict(p), []
    for t, g in enumerate(steps):
        moved = {n: ahead[t + 1][n] - ahead[t][n] for n in p}
        mask = {n: moved[n] * g[n] < 0 for n in p}
        now = {n: now[n] + moved[n] * mask[n] / max(mask[n].mean(), options["eps"]) for n in p}
        path.append(now)
    return path


def graft(direction, length, p, steps) -> Path_:
    """torch's displacements: neither depends on where the parameters are."""
    far = [p, *torch_path(lambda ts: torch.optim.SGD(ts.values(), **length), p, steps)]
    way = [p, *torch_path(lambda ts: torch.optim.Adam(ts.values(), **direction), p, steps)]
    now, path = dict(p), []
    for t in range(len(steps)):
        ways = {n: way[t + 1][n] - way[t][n] for n in p}
        now = {n: now[n] + np.linalg.norm(far[t + 1][n] - far[t][n]) / np.linalg.norm(ways[n]) * ways[n] for n in p}
        path.append(now)
    return path


def grafts():
    settings = []
    for name, length, direction in ((DEFAULTS, {"lr": 0.05}, {"lr": 0.3}), (OPTIONS, {"lr": 0.2}, {"lr": 0.1, "eps": 0.05})):
        p, steps = start(name), gradients(name)
        path = graft(direction, length, p, steps)
        visible("graft", path, p)
        settings.append(setting_json(name, {"options": {}, "length": length, "direction": direction}, p, steps, path))
    source = f"{TORCH}, the direction of torch.optim.Adam with the length of torch.optim.SGD, float64"
    return {"packages/transforms/test/golden/graft.json": {"transform": "graft", "source": source, "settings": settings}} | meta_grafts()


def meta_grafts():
    """Meta's Shampoo in blocks, each with the length that another rule gives that block."""
    rules = {
        "sgd": ({"lr": 0.25}, lambda module: module.SGDPreconditionerConfig()),
        "adagrad": ({"lr": 0.25, "eps": 0.01}, lambda module: module.AdaGradPreconditionerConfig(epsilon=0.01)),
        "rmsprop": ({"lr": 0.0625, "rho": 0.75, "eps": 0.01}, lambda module: module.RMSpropPreconditionerConfig(beta2=0.75, epsilon=0.01)),
        "adam": ({"lr": 0.0625, "beta1": 0, "beta2": 0.75, "eps": 0.01}, lambda module: module.AdamPreconditionerConfig(beta2=0.75, epsilon=0.01)),
    }
    settings = []
    for rule, (length, made) in rules.items():
        for size in (3, 1024):
            p, steps = start(WIDE), gradients(WIDE)
            path = run_shampoo({"lr": length["lr"], "eps": 1e-3}, p, steps, size, made)
            visible("graft of shampoo", path, p)
            fields = {"options": {}, "inner": rule, "length": length, "direction": {"lr": 1, "eps": 1e-3, "blockSize": size}}
            settings.append(setting_json(f"{rule}, blocks of {size}", fields, p, steps, path))
    source = f"Meta's code (github.com/{META[0]}, {META[1]}) with sums for running means, float64"
    return {"packages/transforms/test/golden/graft-shampoo.json": {"transform": "graft", "source": source, "settings": settings}}


def sam(options, inner, p, steps) -> Path_:
    """Two gradients in turn; the path has the point climbed to, then the point after the step."""
    adversary = optax.chain(optax.contrib.normalize(), optax.sgd(options["rho"]))
    outer = {"sgd": optax.sgd, "adam": optax.adam}[inner](HYPER[inner]["lr"])
    return optax_path(optax.contrib.sam(outer, adversary), p, steps)


def sam_box(options, inner, p, steps) -> Path_:
    after = box_path(BOXES[inner], HYPER[inner], p, steps[1::2])
    path = []
    for k, g in enumerate(steps[::2]):
        at = p if k == 0 else after[k - 1]
        length = np.sqrt(sum(np.sum(x**2) for x in g.values()))
        path += [{n: at[n] + options["rho"] * g[n] / length for n in p}, after[k]]
    return path


@contextmanager
def double():
    """pytorch_optimizer measures gradients in float32."""
    single, torch.float32 = torch.float32, torch.float64
    try:
        yield
    finally:
        torch.float32 = single


def climbing(make, climb, step):
    """Two gradients in turn, for wrappers of pytorch_optimizer: `make(model, inner)`, `climb(wrapper)`, `step(wrapper)`."""

    def run(options, inner, p, steps) -> Path_:
        model, path = Model(p), []
        with double():
            wrapper = make(options, model, INNER[inner](model.parameters()))
            for k, g in enumerate(steps):
                model.give(g)
                (step if k % 2 else climb)(options, wrapper)
                path.append(model.read())
        return path

    return run


def first(_, wrapper):
    wrapper.first_step()


def second(_, wrapper):
    wrapper.second_step()


asam = climbing(lambda o, model, inner: pytorch_optimizer.SAM(model.parameters(), type(inner), rho=o["rho"], adaptive=True, foreach=False, lr=inner.defaults["lr"]), first, second)
plain_sam = climbing(lambda o, model, inner: pytorch_optimizer.SAM(model.parameters(), type(inner), rho=o["rho"], foreach=False, lr=inner.defaults["lr"]), first, second)
wsam = climbing(
    lambda o, model, inner: pytorch_optimizer.WSAM(
        model, model.parameters(), type(inner), rho=o["rho"], gamma=o["gamma"], decouple=False, foreach=False, lr=inner.defaults["lr"]
    ), first, second
)
friendly_sam = climbing(
    lambda o, model, inner: pytorch_optimizer.FriendlySAM(
        model.parameters(), type(inner), rho=o["rho"], sigma=o["sigma"], lmbda=o["lambda"], foreach=False, lr=inner.defaults["lr"]
    ), first, second
)


def descend_gsam(options, wrapper):
    wrapper.gradient_decompose(options["alpha"])
    wrapper.un_perturb()
    wrapper.base_optimizer.step()


gsam = climbing(
    lambda o, model, inner: pytorch_optimizer.GSAM(model.parameters(), inner, model, SimpleNamespace(step=lambda: o["rho"]), alpha=o["alpha"], foreach=False),
    lambda o, wrapper: wrapper.perturb_weights(o["rho"]), descend_gsam,
)


def look_sam(options, inner, p, steps) -> Path_:
    """One gradient per update: the first of each `every` + 1 climbs, and those after the second repeat what it found."""
    model, path = Model(p), []
    optimizer = INNER[inner](model.parameters())
    with double():
        wrapper = pytorch_optimizer.LookSAM(
            model.parameters(), type(optimizer), rho=options["rho"], k=options["every"], alpha=options["alpha"], foreach=False, lr=optimizer.defaults["lr"]
        )
        for k, g in enumerate(steps):
            model.give(g)
            (wrapper.second_step if k % (options["every"] + 1) else wrapper.first_step)()
            path.append(model.read())
    return path


def averaged(average):
    """The path of an average: `average(options, t, model, read)` gives it after update t."""

    def run(options, inner, p, steps) -> Path_:
        model, path = Model(p), []
        optimizer, state = INNER[inner](model.parameters()), {}
        for t, g in enumerate(steps, 1):
            model.give(g)
            optimizer.step()
            path.append(average(options, t, model, state))
        return path

    return run


def polyak_of(options, t, model, state):
    """Shamir and Zhang, 2013, equation 10: weights of polynomial decay."""
    now, power = model.read(), options["power"]
    state["average"] = now if t == 1 else {n: (1 - (power + 1) / (t + power)) * x + (power + 1) / (t + power) * now[n] for n, x in state["average"].items()}
    return state["average"]


def debiased_of(options, t, model, state):
    if "ema" not in state:
        state["ema"] = optax.ema(options["decay"], debias=True)
        state["state"] = state["ema"].init({n: jax.numpy.asarray(x) for n, x in model.read().items()})
    out, state["state"] = state["ema"].update({n: jax.numpy.asarray(x) for n, x in model.read().items()}, state["state"])
    return {n: np.asarray(x) for n, x in out.items()}


def warmed(options, inner, p, steps) -> Path_:
    """torch's swa_utils with the decay that TensorFlow computes from the number of updates."""
    model, path = Model(p), []
    optimizer = INNER[inner](model.parameters())
    average = torch.optim.swa_utils.AveragedModel(
        model, avg_fn=lambda old, now, count: old + (1 - min(options["decay"], (1 + count) / (10 + count))) * (now - old)
    )
    average.n_averaged.fill_(1)  # it begins as the weights before the first update
    for g in steps:
        model.give(g)
        optimizer.step()
        average.update_parameters(model)
        path.append({name.removeprefix("module."): x.detach().numpy().copy() for name, x in average.named_parameters()})
    return path


def by_wrapper(make):
    """A wrapper of Optax around optax.sgd or optax.adam."""
    return lambda options, inner, p, steps: optax_path(make(options, {"sgd": optax.sgd, "adam": optax.adam}[inner](HYPER[inner]["lr"])), p, steps)


def trac(options, inner, p, steps) -> Path_:
    model, path = Model(p), []
    optimizer = pytorch_optimizer.TRAC(INNER[inner](model.parameters()), s_prev=options["initial"], eps=options["eps"])
    for g in steps:
        model.give(g)
        optimizer.step()
        path.append(model.read())
    return path


def schedule_free(options, inner, p, steps) -> Path_:
    """Optax, which knows no power; with one, the authors' wrapper, which torch's Adam does not get along with."""
    if "power" not in options:
        return by_wrapper(lambda o, made: optax.contrib.schedule_free(made, learning_rate=1.0, b1=o["beta"]))(options, inner, p, steps)
    model, path = Model(p), []
    optimizer = schedulefree.ScheduleFreeWrapper(INNER[inner](model.parameters()), momentum=options["beta"], r=options["power"])
    optimizer.train()
    for g in steps:
        model.give(g)
        optimizer.step()
        path.append(model.read())
    return path



mechanic = by_wrapper(lambda o, inner: optax.contrib.mechanize(inner, weight_decay=o["decay"], eps=o["eps"], s_init=o["initial"]))


def before_step(change):
    """torch.optim.SGD or Adam, whose gradients `change(model, options, memory)` rewrites first; memory is what it returned."""

    def run(options, inner, p, steps) -> Path_:
        model, path, memory = Model(p), [], None
        optimizer = INNER[inner](model.parameters())
        for g in steps:
            model.give(g)
            memory = change(model, options, memory)
            optimizer.step()
            path.append(model.read())
        return path

    return run


def before_optax(make):
    """optax.sgd or adam after a transform of Optax."""
    return lambda options, inner, p, steps: optax_path(optax.chain(make(options), {"sgd": optax.sgd, "adam": optax.adam}[inner](HYPER[inner]["lr"])), p, steps)


def agc(model, options, _):
    timm.utils.adaptive_clip_grad(model.parameters(), options["clip"], options["eps"])


def orthograd(model, options, _):
    pytorch_optimizer.base.optimizer.BaseOptimizer.apply_orthogonal_gradients(model.parameters(), eps=options["eps"])


def grokfast(model, options, memory):
    return pytorch_optimizer.optimizer.grokfast.gradfilter_ema(model, memory, alpha=options["decay"], lamb=options["strength"])


def grokfast_ma(model, options, memory):
    return pytorch_optimizer.optimizer.grokfast.gradfilter_ma(model, memory, window_size=options["window"], lamb=options["strength"])


def zclip(mode):
    """The authors' ZClip, called after the gradients are known and before the step."""

    def run(options, inner, p, steps) -> Path_:
        kind = authors("bluorion-com/ZClip", "584ce4f", "zclip/zclip.py").ZClip
        clip = kind(options["decay"], options["threshold"], options["maxNorm"], options.get("eps", 0.0), options["warmup"], mode)
        model, path, clipped = Model(p), [], 0
        optimizer = INNER[inner](model.parameters())
        for g in steps:
            model.give(g)
            clip.step(model)
            clipped += any((x.grad.numpy() != g[n]).any() for n, x in model.named_parameters() if n in g)
            optimizer.step()
            path.append(model.read())
        assert 2 < clipped < len(steps) - 2, clipped
        return path

    return run


def noisy(options, inner, p, steps) -> Path_:
    """Neelakantan et al., 2015, section 3: σ² = η / (1 + t)^γ, t from 0."""
    moved = [{n: x + np.sqrt(options["eta"] / t ** options["gamma"]) * noise(options["seed"], t, n, x.shape) for n, x in g.items()} for t, g in enumerate(steps, 1)]
    return torch_path(lambda ts: INNER[inner](ts.values()), p, moved)


def after_optax(make):
    return lambda options, inner, p, steps: optax_path(optax.chain({"sgd": optax.sgd, "adam": optax.adam}[inner](HYPER[inner]["lr"]), make(options)), p, steps)


def rates(factor):
    """A rate of its own for each tensor, by torch's groups."""

    def run(options, inner, p, steps) -> Path_:
        kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[inner]
        groups = lambda ts: [{"params": [x], "lr": HYPER[inner]["lr"] * factor(options, x)} for x in ts.values()]
        return torch_path(lambda ts: kind(groups(ts)), p, steps)

    return run


# A rate whose products are exact: a last digit may round a bfloat16 the other way.
EXACT = {"lr": 0.125}


def kahan_sum(options, inner, p, steps) -> Path_:
    """The order of operations of optimi's low-precision AdamW, on torch's own bfloat16 tensors; steps and differences are torch's in float32."""
    now = {n: torch.tensor(x).to(torch.bfloat16) for n, x in p.items()}
    lost = {n: torch.zeros_like(x) for n, x in now.items()}
    wide = {n: torch.nn.Parameter(x.float()) for n, x in now.items()}
    optimizer, path = torch.optim.SGD(wide.values(), **EXACT), []
    for g in steps:
        for n, x in wide.items():
            x.data.copy_(now[n].float())
            x.grad = torch.tensor(g[n], dtype=torch.float32)
        optimizer.step()
        for n, x in wide.items():
            before = now[n].clone()
            lost[n].copy_((x.data - before.float()) + lost[n].float())
            now[n].add_(lost[n])
            lost[n].copy_(lost[n].float() - (now[n].float() - before.float()))
        path.append({n: x.double().numpy().copy() for n, x in now.items()})
    return path


# The kinds of weight decay: Optax's, pytorch_optimizer's and timm's, and the papers' boxes where none has them.
STRENGTH, PEAK = 0.3, 0.2


def rate_of(inner, k):
    """A rate that falls, so that kinds which follow it differ from those that do not."""
    return HYPER[inner]["lr"] * (1 - k / 20)


def decays_box(kind):
    def run(options, inner, p, steps) -> Path_:
        s = {n: 0.0 if ROLES[n] == "bias" else options["strength"] for n in p}
        now, path = dict(p), []
        m, v = {n: 0 * x for n, x in p.items()}, {n: 0 * x for n, x in p.items()}
        for k, g in enumerate(steps):
            lr = rate_of(inner, k)
            for n in p:
                x, grad = now[n], g[n]
                if kind == "coupled":
                    grad = grad + s[n] * x
                share = {"decoupled": lr, "independent": 1.0, "corrected": lr**2 / options.get("maxLr", 1)}.get(kind, 0.0)
                start_ = x * (1 - share * s[n])
                if inner == "sgd":
                    u = grad
                else:
                    m[n], v[n] = 0.9 * m[n] + 0.1 * grad, 0.999 * v[n] + 0.001 * grad**2
                    u = m[n] / (1 - 0.9 ** (k + 1)) / (np.sqrt(v[n] / (1 - 0.999 ** (k + 1))) + 1e-8)
                new = start_ - lr * u
                if kind == "cautious":  # Chen et al., 2025, algorithm 1: decay where u and x have one sign
                    new = new - lr * s[n] * (u * x >= 0) * x
                now[n] = new / (1 + lr * s[n]) if kind == "proximal" else new
            path.append(dict(now))
        return path

    return run


def scheduled(make):
    """A library's optimizer with the falling rate set before each step."""

    def run(options, inner, p, steps) -> Path_:
        tensors = {n: torch.tensor(x, requires_grad=True) for n, x in p.items()}
        groups = [{"params": [x], "weight_decay": 0 if ROLES[n] == "bias" else options["strength"]} for n, x in tensors.items()]
        optimizer, path = make(options, inner, groups), []
        for k, g in enumerate(steps):
            for group in optimizer.param_groups:
                group["lr"] = rate_of(inner, k)
            for n, x in tensors.items():
                x.grad = torch.tensor(g[n])
            optimizer.step()
            path.append({n: x.detach().numpy().copy() for n, x in tensors.items()})
        return path

    return run


def fixed_decay(options, inner, p, steps) -> Path_:
    """Optax adds the decay after the rate, so that it does not depend on it."""
    mask = {n: ROLES[n] != "bias" for n in p}
    rate = lambda count: HYPER[inner]["lr"] * (1 - jax.numpy.asarray(count, float) / 20)
    rule = {"sgd": optax.sgd, "adam": optax.adam}[inner](rate)
    return optax_path(optax.chain(rule, optax.add_decayed_weights(-options["strength"], mask)), p, steps)


def decay_goldens():
    torch_kind = lambda plain, adamw: lambda o, inner, groups: (plain if inner == "sgd" else adamw)(groups, lr=1.0)
    corrected = lambda o, inner, groups: (
        timm.optim.SGDW(groups, lr=o["maxLr"], corrected_weight_decay=True) if inner == "sgd" else timm.optim.AdamWLegacy(groups, lr=o["maxLr"], corrected_weight_decay=True)
    )
    kinds = {
        "coupled": (scheduled(torch_kind(torch.optim.SGD, torch.optim.Adam)), {}, f"{TORCH}, weight_decay of torch.optim.SGD and Adam, float64"),
        "decoupled": (scheduled(torch_kind(timm.optim.SGDW, torch.optim.AdamW)), {}, f"{TIMM}, timm.optim.SGDW; {TORCH}, torch.optim.AdamW, float64"),
        "independent": (fixed_decay, {}, f"{OPTAX}, optax.add_decayed_weights after optax.sgd or optax.adam, float64"),
        "corrected": (scheduled(corrected), {"maxLr": PEAK}, f"{TIMM}, timm.optim.SGDW and AdamWLegacy with corrected_weight_decay, float64"),
        "cautious": (None, {}, "a float64 transcription of the update of arXiv:2510.12402, Algorithm 1: x ← x − η (u + λ 1[u x ≥ 0] x)"),
        "proximal": (None, {}, "a float64 transcription of arXiv:2208.06677, Algorithm 1, line 7: θ ← (1 + λη)⁻¹ (θ − η u), around SGD and Adam"),
    }
    settings = []
    for kind, (run, more, source) in kinds.items():
        for inner, data in (("sgd", DEFAULTS), ("adam", OPTIONS)):
            options = {"strength": 0.05 if kind == "independent" else 3.0 if kind == "corrected" else STRENGTH, **more}
            p, steps = start(data), gradients(data)
            box = decays_box(kind)(options, inner, p, steps)
            path = run(options, inner, p, steps) if run else box
            agree(f"weight decay, {kind}, of {inner}", box, path, p, 1e-10)
            visible(f"weight decay, {kind}", path, p)
            fields = {"kind": kind, "source": source, "options": options, "inner": inner, "innerOptions": {"lr": HYPER[inner]["lr"]}}
            settings.append(setting_json(f"{kind} of {inner}", fields, p, steps, path))
    source = "; ".join(f"{kind}: {source}" for kind, (_, _, source) in kinds.items())
    return {"packages/transforms/test/golden/weightDecay.json": {"transform": "weightDecay", "source": source, "settings": settings}}


def spiky():
    """A parameter that joins late, and gradients far longer than before: one at the end of the warm-up of 4, others later."""
    steps = gradients(LATE) + gradients(LATE)[3:]
    for k, times in ((3, 2.5), (8, 3.0), (9, 1.4), (13, 1.8), (15, 5.0)):
        steps[k] = {n: g * times for n, g in steps[k].items()}
    return start(LATE), steps


def along():
    """A first gradient along the weights of one tensor."""
    p, steps = start(NOTHING), gradients(NOTHING)
    steps[0]["w"] = np.float32(-1.7 * p["w"]).astype(float)
    return p, steps


def nearly():
    """First gradients that are along the weights but for one coordinate, of which the last digits of float32 still tell: too little is left of one."""
    left = {"w": (4.0, 1.0, 1e-6), "b": (1.0, 4.0, 1.2e-6), "k": (1.0, 1.0, 5.02e-7)}
    axis = lambda name, *x: np.pad(np.float32(x).astype(float), (0, (12 if name == "w" else 4) - len(x))).reshape((3, 4) if name == "w" else 4)
    return {n: axis(n, at) for n, (at, _, _) in left.items()}, [{n: axis(n, along, across) for n, (_, along, across) in left.items()}]


def faint():
    """Rounds of which one gradient is about as long as the 1e-12 that lengths are kept above: the first of some, the second of others."""
    p, steps = start(DEFAULTS), gradients(DEFAULTS)
    return p, [{n: np.float32(x * (3e-13 if k % 4 in (0, 3) else 1)).astype(float) for n, x in g.items()} for k, g in enumerate(steps)]


def still(run):
    """The first gradient of one tensor is along its weights: it leaves nothing, where the library divides two roundings."""

    def moved(options, inner, p, steps) -> Path_:
        return run(options, inner, p, [{n: g for n, g in steps[0].items() if n != "w"}, *steps[1:]])

    return moved


def paused():
    """No gradient at all in one step, and none of one tensor in another."""
    p, steps = start(NOTHING), gradients(NOTHING)
    steps[4] = {n: 0 * g for n, g in steps[4].items()}
    steps[6]["b"] = 0 * steps[6]["b"]
    return p, steps


def without(k, run):
    """SGD does not move by a gradient of 0, which the library would divide by its length."""

    def moved(options, inner, p, steps) -> Path_:
        path = run(options, inner, p, [*steps[:k], *steps[k + 1 :]])
        return [*path[:k], path[k - 1], *path[k:]]

    return moved


def coarse():
    """Weights and steps on a grid whose sums, and in b the steps themselves, lie midway between bfloat16 numbers; some are 0."""
    random = np.random.default_rng([20251122, 5])
    p = {"w": np.array([1.0, -1.0, 1.5, 255.0, 0.0, 2.0, -3.984375, 0.0078125, -64.5, 1.9921875, 0.0, 128.0]).reshape(3, 4), "b": np.array([1.5, -1.5, 24.0, 0.09375])}
    unit = 2.0 ** (np.floor(np.log2(np.abs(p["w"]) + (p["w"] == 0))) - 8) / EXACT["lr"]
    odd = lambda most, shape: 2 * random.integers(-most, most, shape) + 1
    # Odd multiples of half the distance between bfloat16 numbers, then of a quarter, then anything.
    rows = [unit * odd(9, unit.shape) for _ in range(8)] + [unit / 2 * odd(9, unit.shape) for _ in range(8)]
    rows += [np.float32(unit * random.normal(size=unit.shape) * 2.0 ** random.integers(-6, 8, unit.shape)).astype(float) for _ in range(8)]
    for g in rows[::5]:
        g[0, 2:] = 0
    rows[0][1, 0] = rows[1][1, 0] = 0  # of a weight of 0
    # Odd numbers of nine bits, up and down by turns, of a unit that what is owed is a multiple of twice.
    scale = np.array([1.0, 1.0, 16.0, 1 / 16]) * 2.0**-12 / EXACT["lr"]
    return p, [{"w": g, "b": scale * (-1) ** k * (380 + odd(40, 4))} for k, g in enumerate(rows)]


# More settings, for lines that the two of every transform cannot show: of SGD with a rate, other data and options.
MORE = {
    "agc": [("tiny gradients of weights at 0", 1e6, lambda: (start(ZERO), gradients(ZERO, 1e-7)), {"clip": 1e-5, "eps": 1e-3}, None)],
    "normalize": [("a gradient of 0", 0.1, paused, {}, lambda run: without(4, run))],
    "orthograd": [
        ("a gradient along the weights", 0.1, along, {"eps": 1e-9}, still),
        ("gradients nearly along the weights", 0.1, nearly, {"eps": 1e-30}, lambda run: lambda o, inner, p, steps: run(o, inner, p, [{n: g for n, g in steps[0].items() if n != "b"}])),
    ],
    "sam": [(f"one gradient of a round next to nothing, by {KOZISTR}, SAM", 0.1, faint, {"rho": 0.3}, lambda _: plain_sam)],
    "gsam": [("one gradient of a round next to nothing", 0.1, faint, {"rho": 0.3, "alpha": 0.6}, None)],
    **{
        name: [
            ("spikes, and a parameter that joins late", 0.05, spiky, {"decay": 0.8, "threshold": 1.2, "maxNorm": 6.5, "warmup": 4, **eps(0.02)}, None),
            ("tiny gradients", 1e5, lambda: (start(TINY), gradients(TINY, 1e-6)), {"decay": 0.7, "threshold": 0.9, "maxNorm": 4e-6, "warmup": 3, **eps(1e-9)}, None),
        ]
        for name, eps in (("zclip", lambda x: {"eps": x}), ("zclipPercentile", lambda _: {}))
    },
    "kahan": [("halves between bfloat16 numbers", EXACT["lr"], coarse, {}, None)],
}


def goldens():
    around = "around torch.optim.SGD or torch.optim.Adam, float64"
    table = {
        "averaging/test/golden/lookahead": (lookahead, lookahead_box, {"every": 3, "alpha": 0.4}, f"{KOZISTR}, pytorch_optimizer.Lookahead, float64"),
        "averaging/test/golden/ema": (ema, ema_box, {"decay": 0.7}, f"{TIMM}, timm.utils.ModelEmaV2, float64"),
        "averaging/test/golden/swa": (swa, swa_box, {"start": 3, "every": 2}, f"{TORCH}, torch.optim.swa_utils.AveragedModel, float64"),
        "transforms/test/golden/accumulate": (accumulate, accumulate_box, {"every": 3}, f"{TORCH}, torch.optim on gradients that were added up, float64"),
        "transforms/test/golden/cautious": (cautious, cautious_box, {"eps": 1e-3}, f"{TIMM}, timm.optim.SGDW and AdamW with caution=True, float64"),
        "sharpness/test/golden/sam": (sam, sam_box, {"rho": 0.3}, f"{OPTAX}, optax.contrib.sam around optax.sgd or optax.adam, float64"),
        "sharpness/test/golden/asam": (asam, None, {"rho": 0.3}, f"{KOZISTR}, SAM (adaptive=True) {around}"),
        "sharpness/test/golden/gsam": (gsam, None, {"rho": 0.3, "alpha": 0.6}, f"{KOZISTR}, GSAM {around}"),
        "sharpness/test/golden/wsam": (wsam, None, {"rho": 0.3, "gamma": 0.6}, f"{KOZISTR}, WSAM (decouple=False) {around}"),
        "sharpness/test/golden/friendly-sam": (friendly_sam, None, {"rho": 0.3, "sigma": 0.7, "lambda": 0.6}, f"{KOZISTR}, FriendlySAM {around}"),
        "sharpness/test/golden/look-sam": (look_sam, None, {"rho": 0.3, "every": 3, "alpha": 0.6}, f"{KOZISTR}, LookSAM {around}"),
        "averaging/test/golden/polyak-average": (averaged(polyak_of), None, {"power": 2}, f"a float64 transcription of arXiv:1212.1824, equation 10, {around}"),
        "averaging/test/golden/ema-debiased": (averaged(debiased_of), None, {"decay": 0.7}, f"{OPTAX}, optax.ema (debias=True) {around}"),
        "averaging/test/golden/ema-warmed": (warmed, None, {"decay": 0.4}, f"{TORCH}, torch.optim.swa_utils.AveragedModel {around}"),
        "schedule-free/test/golden/schedule-free": (
            schedule_free, None, lambda inner: {"beta": 0.7} if inner == "adam" else {"beta": 0.6, "power": 1.5},
            f"{OPTAX}, optax.contrib.schedule_free around optax.adam; schedulefree {version('schedulefree')}, ScheduleFreeWrapper around torch.optim.SGD, float64",
        ),
        "parameter-free/test/golden/trac": (trac, None, {"eps": 2e-8, "initial": 0.2}, f"{KOZISTR}, TRAC {around}"),
        "parameter-free/test/golden/mechanic": (mechanic, None, {"decay": 0.3, "eps": 1e-3, "initial": 0.2}, f"{OPTAX}, optax.contrib.mechanize around optax.sgd or optax.adam, float64"),
    }
    transforms = {
        "centralize": (before_optax(lambda o: optax.centralize()), {}, f"{OPTAX}, optax.centralize before optax.sgd or optax.adam, float64"),
        "agc": (before_step(agc), {"clip": 0.8, "eps": 0.5}, f"{TIMM}, timm.utils.adaptive_clip_grad {around}"),
        "clipByBlockRms": (before_optax(lambda o: optax.clip_by_block_rms(o["limit"])), {"limit": 0.6}, f"{OPTAX}, optax.clip_by_block_rms before optax.sgd or optax.adam, float64"),
        "zclip": (zclip("zscore"), {"decay": 0.7, "threshold": 0.5, "maxNorm": 3.5, "warmup": 3, "eps": 0.01}, f"the authors' code (github.com/bluorion-com/ZClip, 584ce4f) {around}"),
        "zclipPercentile": (zclip("percentile"), {"decay": 0.7, "threshold": 0.5, "maxNorm": 3.5, "warmup": 3}, f"the authors' code (github.com/bluorion-com/ZClip, 584ce4f) {around}"),
        "normalize": (before_optax(lambda o: optax.contrib.normalize()), {}, f"{OPTAX}, optax.contrib.normalize before optax.sgd or optax.adam, float64"),
        "orthograd": (before_step(orthograd), {"eps": 0.01}, f"{KOZISTR}, apply_orthogonal_gradients {around}"),
        "grokfast": (before_step(grokfast), {"decay": 0.7, "strength": 1.5}, f"{KOZISTR}, gradfilter_ema {around}"),
        "grokfastMa": (before_step(grokfast_ma), {"window": 3, "strength": 1.5}, f"{KOZISTR}, gradfilter_ma {around}"),
        "gradientNoise": (noisy, {"eta": 0.2, "gamma": 0.7, "seed": 7}, f"{TORCH}, torch.optim on gradients with Descent's random numbers"),
        "clipUpdate": (after_optax(lambda o: optax.clip_by_block_rms(o["limit"])), {"limit": 0.04}, f"{OPTAX}, optax.clip_by_block_rms after optax.sgd or optax.adam, float64"),
        "scaleUpdate": (rates(lambda o, x: o["factor"]), {"factor": 0.4}, f"{TORCH}, another lr of torch.optim.SGD or torch.optim.Adam, float64"),
        "mup": (rates(lambda o, x: o["base"] / x.shape[1] if x.ndim > 1 else 1), {"base": 3}, f"{TORCH}, lr / width_mult of hidden matrices as mup.MuAdam has it, float64"),
        "kahan": (kahan_sum, {}, f"{TORCH}, torch.bfloat16 tensors in the order of operations of optimi's Kahan sum, differences in float32"),
    }
    table |= {f"transforms/test/golden/{name}": (run, None, options, source) for name, (run, options, source) in transforms.items()}
    out = grafts() | decay_goldens()
    for file, (run, box, given, source) in table.items():
        settings = []
        for inner, data in ((("momentum" if run is cautious else "sgd"), DEFAULTS), ("sgd" if run is kahan_sum else "adam", OPTIONS)):
            p, steps = start(data), gradients(data)
            if run is kahan_sum:  # weights that are bfloat16 before the first step
                p = {n: torch.tensor(x).to(torch.bfloat16).double().numpy() for n, x in p.items()}
            options = given(inner) if callable(given) else given
            path = run(options, inner, p, steps)
            if box:
                agree(f"{file} of {inner}", box(options, inner, p, steps), path, p, 1e-10)
            visible(file, path, p)
            fields = {"options": options, "inner": inner, "innerOptions": MOMENTUM if inner == "momentum" else EXACT if run is kahan_sum else {"lr": HYPER[inner]["lr"]}}
            if file.startswith("averaging/") and run is not lookahead:
                fields["readout"] = True
            settings.append(setting_json(f"of {inner}", fields, p, steps, path))
        for name, lr, data, options, change in MORE.get(file.rsplit("/", 1)[-1], []):
            p, steps = data()
            INNER["sgd"], kept = partial(torch.optim.SGD, lr=lr), INNER["sgd"]
            HYPER["sgd"], usual = {**HYPER["sgd"], "lr": lr}, HYPER["sgd"]
            try:
                path = (change(run) if change else run)(options, "sgd", p, steps)
            finally:
                INNER["sgd"], HYPER["sgd"] = kept, usual
            settings.append(setting_json(f"of sgd, {name}", {"options": options, "inner": "sgd", "innerOptions": {"lr": lr}}, p, steps, path))
        out[f"packages/{file}.json"] = {"transform": file.rsplit("/", 1)[-1], "source": source, "settings": settings}
    return out

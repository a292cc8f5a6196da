"""Averages and rounds of several gradients around any rule: pytorch_optimizer, timm and Optax, and the papers' boxes in NumPy."""

from contextlib import contextmanager
from types import SimpleNamespace

import jax
import numpy as np
import optax
import optax.contrib
import pytorch_optimizer
import timm.optim
import timm.utils
import torch

from common import DEFAULTS, KOZISTR, OPTAX, OPTIONS, TIMM, TORCH, Path_, Tensors, agree, gradients, optax_path, setting_json, start, torch_path, visible
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
            x.grad = torch.tensor(g[name])

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
    return {"packages/transforms/test/golden/graft.json": {"transform": "graft", "source": source, "settings": settings}}


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
    """Shamir and Zhang, 2013, equation 3: weights of polynomial decay."""
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


schedule_free = by_wrapper(lambda o, inner: optax.contrib.schedule_free(inner, learning_rate=1.0, b1=o["beta"]))
mechanic = by_wrapper(lambda o, inner: optax.contrib.mechanize(inner, weight_decay=o["decay"], eps=o["eps"], s_init=o["initial"]))


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
        "averaging/test/golden/polyak-average": (averaged(polyak_of), None, {"power": 2}, f"a float64 transcription of equation 3, {around}"),
        "averaging/test/golden/ema-debiased": (averaged(debiased_of), None, {"decay": 0.7}, f"{OPTAX}, optax.ema (debias=True) {around}"),
        "averaging/test/golden/ema-warmed": (warmed, None, {"decay": 0.4}, f"{TORCH}, torch.optim.swa_utils.AveragedModel {around}"),
        "schedule-free/test/golden/schedule-free": (schedule_free, None, {"beta": 0.7}, f"{OPTAX}, optax.contrib.schedule_free around optax.sgd or optax.adam, float64"),
        "parameter-free/test/golden/mechanic": (mechanic, None, {"decay": 0.3, "eps": 1e-3, "initial": 0.2}, f"{OPTAX}, optax.contrib.mechanize around optax.sgd or optax.adam, float64"),
    }
    out = grafts()
    for file, (run, box, options, source) in table.items():
        settings = []
        for inner, data in ((("momentum" if run is cautious else "sgd"), DEFAULTS), ("adam", OPTIONS)):
            p, steps = start(data), gradients(data)
            path = run(options, inner, p, steps)
            if box:
                agree(f"{file} of {inner}", box(options, inner, p, steps), path, p, 1e-10)
            visible(file, path, p)
            fields = {"options": options, "inner": inner, "innerOptions": MOMENTUM if inner == "momentum" else {"lr": HYPER[inner]["lr"]}}
            settings.append(setting_json(f"of {inner}", fields, p, steps, path))
        out[f"packages/{file}.json"] = {"transform": file.rsplit("/", 1)[-1], "source": source, "settings": settings}
    return out

"""Averages and rounds of several gradients around any rule: pytorch_optimizer, timm and Optax, and the papers' boxes in NumPy."""

import numpy as np
import optax
import optax.contrib
import pytorch_optimizer
import timm.utils
import torch

from common import DEFAULTS, KOZISTR, OPTAX, OPTIONS, TIMM, Path_, Tensors, agree, gradients, optax_path, setting_json, start, visible
from transforms import HYPER, adam_box, box_path, sgd_box

INNER = {"sgd": lambda ps: torch.optim.SGD(ps, lr=HYPER["sgd"]["lr"]), "adam": lambda ps: torch.optim.Adam(ps, lr=HYPER["adam"]["lr"])}
BOXES = {"sgd": sgd_box, "adam": adam_box}


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


def goldens():
    table = {
        "averaging/test/golden/lookahead": (lookahead, lookahead_box, {"every": 3, "alpha": 0.4}, f"{KOZISTR}, pytorch_optimizer.Lookahead, float64"),
        "averaging/test/golden/ema": (ema, ema_box, {"decay": 0.7}, f"{TIMM}, timm.utils.ModelEmaV2, float64"),
        "sharpness/test/golden/sam": (sam, sam_box, {"rho": 0.3}, f"{OPTAX}, optax.contrib.sam around optax.sgd or optax.adam, float64"),
    }
    out = {}
    for file, (run, box, options, source) in table.items():
        settings = []
        for inner, data in (("sgd", DEFAULTS), ("adam", OPTIONS)):
            p, steps = start(data), gradients(data)
            path = run(options, inner, p, steps)
            agree(f"{file} of {inner}", box(options, inner, p, steps), path, p, 1e-10)
            visible(file, path, p)
            fields = {"options": options, "inner": inner, "innerOptions": {"lr": HYPER[inner]["lr"]}}
            settings.append(setting_json(f"of {inner}", fields, p, steps, path))
        out[f"packages/{file}.json"] = {"transform": file.rsplit("/", 1)[-1], "source": source, "settings": settings}
    return out

"""Runs emitted code along goldens, in double precision. Reads {"cases": [...]} from standard input, writes the largest
displacement error of each case, or what went wrong, as JSON."""

import ctypes
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import types

import numpy as np


def snake(name):
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return name + "_" if name in ("lambda",) else name


def module(text, name):
    made = types.ModuleType(name)
    exec(compile(text, name, "exec"), made.__dict__)
    return made


def arrays(numbers, shapes):
    return {k: np.array(numbers[k], dtype=np.float64).reshape(shapes[k]["shape"]) for k in numbers}


class Skipped(Exception):
    pass


class Torch:
    def __init__(self, case, setting, start):
        import torch

        torch.set_default_dtype(torch.float64)
        self.torch = torch
        made = module(case["code"], "emitted")
        [kind] = [x for x in vars(made).values() if isinstance(x, type) and issubclass(x, torch.optim.Optimizer)]
        self.p = {k: torch.tensor(x, requires_grad=True) for k, x in start.items()}
        decays = "decays=True" in case["code"]
        groups = [{"params": [p], **({"decays": setting["parameters"][k]["role"] not in ("bias", "norm")} if decays else {})} for k, p in self.p.items()]
        self.opt = kind(groups, **{snake(k): v for k, v in setting["options"].items()})
        self.readout_text = "def readout" in case["code"]

    def round(self, gradients, inputs):
        turns = iter(gradients)

        def closure():
            for k, g in next(turns).items():
                self.p[k].grad = self.torch.tensor(g)
            missing = set(self.p) - set(gradients[0])
            for k in missing:
                self.p[k].grad = None
            return 0.0

        given = {}
        for k, x in inputs.items():
            given[snake(k)] = {self.p[n]: self.torch.tensor(a) for n, a in x.items()} if isinstance(x, dict) else x
        self.opt.step(closure, **given)
        before = {k: p.detach().clone() for k, p in self.p.items()}
        if self.readout_text:
            with self.opt.readout():
                pass
        assert all(bool((before[k] == p).all()) for k, p in self.p.items())
        saved = self.opt.state_dict()
        self.opt.load_state_dict(saved)
        return {k: p.detach().numpy() for k, p in self.p.items()}


class NumPy:
    def __init__(self, case, setting, start):
        made = module(case["code"], "emitted")
        self.step = getattr(made, case["function"])
        self.p, self.state = start, None
        self.options = {snake(k): v for k, v in setting["options"].items()}
        if "decays=None" in case["code"]:
            roles = {k: x["role"] for k, x in setting["parameters"].items()}
            self.options["decays"] = lambda name: roles[name] not in ("bias", "norm")

    def round(self, gradients, inputs):
        given = {snake(k): x for k, x in inputs.items()}
        for g in gradients:
            self.p, self.state = self.step(self.p, g, self.state, **given, **self.options)
        return self.p


class Optax:
    def __init__(self, case, setting, start):
        import jax

        jax.config.update("jax_enable_x64", True)
        self.jax = jax
        made = module(case["code"], "emitted")
        options = {snake(k): v for k, v in setting["options"].items()}
        if any(set(g) != set(start) for g in setting["gradients"]):
            raise Skipped("Optax has a gradient for every parameter in each update")
        roles = {k: x["role"] for k, x in setting["parameters"].items()}
        if "decays=None" in case["code"]:
            options["decays"] = {k: r not in ("bias", "norm") for k, r in roles.items()}
        self.turned = case["turned"]
        self.p = {k: jax.numpy.asarray(self.turn(x)) for k, x in start.items()}
        self.shapes = {k: x.shape for k, x in start.items()}
        self.made = getattr(made, case["function"])(**options)
        self.state = self.made.init(self.p)
        self.update = jax.jit(self.made.update)

    def turn(self, x):
        """Outputs last, as JAX's libraries have them."""
        return x.reshape(len(x), -1).T if self.turned and x.ndim > 1 else x

    def back(self, x, shape):
        return np.asarray(x).T.reshape(shape) if self.turned and len(shape) > 1 else np.asarray(x)

    def round(self, gradients, inputs):
        import optax

        [g] = gradients
        g = {k: self.jax.numpy.asarray(self.turn(x)) for k, x in g.items()}
        given = {snake(k): {n: self.jax.numpy.asarray(self.turn(a)) for n, a in x.items()} if isinstance(x, dict) else x for k, x in inputs.items()}
        updates, self.state = self.update(g, self.state, self.p, **given)
        self.p = optax.apply_updates(self.p, updates)
        return {k: self.back(x, self.shapes[k]) for k, x in self.p.items()}


def find(values, name):
    """By a name that may end in `_`, here or there, because a language has reserved it."""
    [found] = [x for key, x in values.items() if key.rstrip("_") == name.rstrip("_")]
    return found


class C:
    def __init__(self, case, setting, start):
        with tempfile.TemporaryDirectory() as folder:
            source, library = os.path.join(folder, "rule.c"), os.path.join(folder, "rule.so")
            with open(source, "w") as f:
                f.write(case["code"])
            flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-ffp-contract=off", "-O1", "-DREAL=double"]
            subprocess.run([os.environ.get("CC", "cc"), *flags, "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)
            self.function = getattr(ctypes.CDLL(library), case["function"])
        signature = re.search(r"void \w+\((.*?)\)\n", case["code"], re.S).group(1)
        self.parameters = [x.strip() for x in signature.split(",")]
        self.hyper = {snake(k): v for k, v in {**case["hyper"], **setting["options"]}.items()}
        self.roles = {k: x["role"] for k, x in setting["parameters"].items()}
        self.p = {k: x.copy() for k, x in start.items()}
        self.t = dict.fromkeys(start, 0)
        option = lambda x: float(self.hyper[snake(x)] if isinstance(x, str) else x)
        self.state = {}
        for k, x in start.items():
            kept = {}
            for name, slot in case["state"].items():
                slot = slot if isinstance(slot, dict) else {"init": slot}
                single = slot.get("place", "tensor") != "tensor"
                kept[snake(name)] = np.array([option(slot["init"])]) if single else x.copy() if slot["init"] == "p" else np.full_like(x, option(slot["init"]))
            self.state[k] = kept

    def round(self, gradients, inputs):
        [g] = gradients
        given = {snake(k): x for k, x in inputs.items()}
        for k, gradient in g.items():
            self.t[k] += 1
            facts = {"t": self.t[k], "ndim": self.p[k].ndim, "decays": self.roles[k] not in ("bias", "norm")}
            args = []
            for parameter in self.parameters:
                name = re.search(r"\w+$", parameter).group(0)
                plain = name.removesuffix("_kept")
                if parameter.startswith("size_t"):
                    args.append(ctypes.c_size_t(self.p[k].size))
                elif "*" in parameter:
                    known = {"p": self.p[k], "g": gradient, **self.state[k], **{n: x[k] for n, x in given.items() if isinstance(x, dict)}}
                    array = find(known, plain)
                    assert array.flags.c_contiguous
                    args.append(array.ctypes.data_as(ctypes.POINTER(ctypes.c_double)))
                else:
                    values = {**{n: x for n, x in given.items() if not isinstance(x, dict)}, **self.hyper, **facts}
                    args.append(ctypes.c_double(find(values, plain)))
            self.function(*args)
        return {k: x.copy() for k, x in self.p.items()}


kinds = {"torch": Torch, "numpy": NumPy, "optax": Optax, "c": C}


def follow(case, setting):
    if "schedules" in setting:
        raise Skipped("options are numbers here")
    shapes = setting["parameters"]
    start = {k: np.array(x["start"], dtype=np.float64).reshape(x["shape"]) for k, x in shapes.items()}
    run = kinds[case["target"]](case, setting, {k: x.copy() for k, x in start.items()})
    worst = 0.0
    inputs, phases = setting.get("inputs"), case["phases"]
    for k in range(0, len(setting["gradients"]), phases):
        gradients = [arrays(g, shapes) for g in setting["gradients"][k : k + phases]]
        given = {} if inputs is None else {n: x if not isinstance(x, dict) else arrays(x, shapes) for n, x in inputs[k].items()}
        now = run.round(gradients, given)
        for name, want in arrays(setting["path"][k + phases - 1], shapes).items():
            moved = np.linalg.norm(want - start[name])
            error = np.linalg.norm(now[name] - want) / moved if moved > 0 else np.linalg.norm(now[name] - want)
            worst = max(worst, error if np.isfinite(error) else float("inf"))
    return worst


def main():
    results = []
    for case in json.load(sys.stdin)["cases"]:
        with open(case["golden"]) as f:
            golden = json.load(f)
        for setting in golden["settings"]:
            about = {"rule": case["rule"], "target": case["target"], "setting": setting["name"]}
            try:
                results.append({**about, "error": follow(case, setting)})
            except Skipped as reason:
                results.append({**about, "skipped": str(reason)})
            except Exception as error:
                results.append({**about, "wrong": f"{type(error).__name__}: {error}"})
    json.dump(results, sys.stdout)


main()

"""Looks up every name and option of peers.json in the libraries that are installed, and their optimizers that it does not name.

    KERAS_BACKEND=torch python tools/peers.py
"""

import inspect
import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

import keras
import optax
import optax.contrib
import optax._src.alias
import pytorch_optimizer
import timm.optim
import timm.utils
import torch
import torch.optim.swa_utils

peers = json.loads((Path(__file__).parent / "peers.json").read_text())

def attribute(module, name):
    for part in name.split("."):
        module = getattr(module, part)
    return module


def of_timm(name):
    for module in (timm.optim, timm.utils):
        if inspect.isclass(getattr(module, name, None)):
            return getattr(module, name)
    try:
        return timm.optim.get_optimizer_class(name, bind_defaults=False)
    except AssertionError:  # it is listed, and needs a package that is not installed
        return lambda: name


def of_kozistr(name):
    found = getattr(pytorch_optimizer, name, None)
    return found if inspect.isclass(found) else pytorch_optimizer.load_optimizer(name)


FIND = {
    "torch": lambda name: attribute(torch.optim, name),
    "optax": lambda name: attribute(optax, name),
    "keras": lambda name: attribute(keras.optimizers, name),
    "timm": of_timm,
    "pytorch_optimizer": of_kozistr,
}
ALL = {
    "torch": [n for n, k in vars(torch.optim).items() if isinstance(k, type) and issubclass(k, torch.optim.Optimizer) and n != "Optimizer"],
    "optax": [n for n, f in vars(optax._src.alias).items() if inspect.isfunction(f) and hasattr(optax, n) and "learning_rate" in inspect.signature(f).parameters],
    "keras": [n for n, k in vars(keras.optimizers).items() if isinstance(k, type) and issubclass(k, keras.optimizers.Optimizer) and n != "Optimizer"],
    "timm": timm.optim.list_optimizers(),
    "pytorch_optimizer": pytorch_optimizer.get_supported_optimizers(),
}

wrong = []
named = {library: set() for library in FIND}
for entry, libraries in [*peers["rules"].items(), *((one["name"], one["libraries"]) for one in peers["absent"])]:
    for library, text in libraries.items():
        if library not in FIND:
            continue
        for name, options in re.findall(r"([\w.]+)(?:\(([^)]*)\))?", text):
            named[library].add(name)
            try:
                found = FIND[library](name)
            except Exception as error:
                wrong.append(f"{entry}: {library} has no {name} ({type(error).__name__})")
                continue
            known = set(inspect.signature(found).parameters)
            wrong += [f"{entry}: {library}'s {name} has no option {option}" for option in re.findall(r"\w+", options) if option not in known]
for library, at in ((one["id"], one["version"]) for one in peers["libraries"]):
    if library in FIND and version(library) != at:
        wrong.append(f"{library} is {version(library)} here, and peers.json was written for {at}")
for library, names in ALL.items():
    print(f"{library}: not named are {', '.join(n for n in names if n not in named[library])}")
print("\n".join(wrong) or "every name and option is there")
sys.exit(1 if wrong else 0)

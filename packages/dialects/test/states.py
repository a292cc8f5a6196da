"""Runs of PyTorch, Keras and Optax that are saved and loaded by the README's own lines.

    states.py save README FOLDER   five steps, the files, and where ten more steps lead without a stop
    states.py load README FOLDER   goes on for five steps from what came back
"""

import json
import re
import sys
from pathlib import Path

import keras
import numpy as np
import optax

job, readme, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
for block in re.findall(r"^```py\n(.*?)^```", readme.read_text(), re.M | re.S):
    exec(block)

START = {"w": np.linspace(-0.5, 0.6, 12, dtype=np.float32).reshape(3, 4), "b": np.linspace(0.1, 0.4, 4, dtype=np.float32)}


def gradient(k, shape):
    return np.array([[np.cos(i * (1 + k / 7)) + 0.3 * np.sin(k)] for i in range(int(np.prod(shape)))], np.float32).reshape(shape)


def by_torch(p):
    tensors = {n: torch.tensor(x, requires_grad=True) for n, x in p.items()}
    optimizer = torch.optim.AdamW(list(tensors.items()), lr=0.05, weight_decay=0.1)

    def step(k):
        for x in tensors.values():
            x.grad = torch.tensor(gradient(k, tuple(x.shape)))
        optimizer.step()

    return step, lambda path: save_optimizer(optimizer, path), lambda path: load_optimizer(optimizer, path), lambda: {n: x.detach().numpy().copy() for n, x in tensors.items()}


def by_keras(p):
    variables = {n: keras.Variable(x, dtype="float32", name=n) for n, x in p.items()}
    optimizer = keras.optimizers.Adam(learning_rate=0.05, beta_1=0.875, beta_2=63 / 64, name="adam")
    optimizer.build(list(variables.values()))

    def step(k):
        optimizer.apply([keras.ops.convert_to_tensor(gradient(k, tuple(x.shape))) for x in variables.values()], list(variables.values()))

    return step, lambda path: save_variables(optimizer, path), lambda path: load_variables(optimizer, path), lambda: {n: np.array(x.numpy()) for n, x in variables.items()}


def by_optax(p):
    transform = optax.adamw(0.05, b1=0.875, b2=63 / 64, weight_decay=0.1)
    now = {"p": {n: jax.numpy.asarray(x) for n, x in p.items()}}
    now["state"] = transform.init(now["p"])

    def step(k):
        updates, now["state"] = transform.update({n: jax.numpy.asarray(gradient(k, x.shape)) for n, x in now["p"].items()}, now["state"], now["p"])
        now["p"] = optax.apply_updates(now["p"], updates)

    def load(path):
        now["state"] = load_tree(now["state"], path)

    return step, lambda path: save_tree(now["state"], path), load, lambda: {n: np.asarray(x) for n, x in now["p"].items()}


def plain(p):
    return {n: x.ravel().tolist() for n, x in p.items()}


out = {}
for name, make in (("torch", by_torch), ("keras", by_keras), ("optax", by_optax)):
    if job == "save":
        step, save, load, read = make(START)
        for k in range(5):
            step(k)
        save(folder / f"{name}.safetensors")
        at = plain(read())
        for k in range(5, 15):
            step(k)
        out[name] = {"start": plain(START), "at": at, "after": plain(read())}
    else:
        p = {n: np.array(x, np.float32).reshape(START[n].shape) for n, x in json.loads((folder / f"{name}.json").read_text()).items()}
        step, save, load, read = make(p)
        load(folder / f"{name}-back.safetensors")
        for k in range(10, 15):
            step(k)
        out[name] = plain(read())
print(json.dumps(out))

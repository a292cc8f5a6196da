"""Runs the blocks of Python on a guide's page, one after the other as a reader would, on a small model. Its arguments: the page, and the library."""

import re
import sys

page, library = sys.argv[1:]
blocks = re.findall(r"^```python\n(.*?)^```$", open(page, encoding="utf8").read(), re.S | re.M)
assert blocks, page
if library == "optax":
    import jax.numpy as jnp
    import optax

    params = {"w": jnp.array([3.0, -2.0])}
    names = {"optax": optax, "params": params, "grads": {"w": 2 * params["w"]}, "label_fn": lambda tree: {"w": "head"}}
elif library == "keras":
    import keras
    import numpy as np

    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1, name="head")])
    names = {"keras": keras, "model": model, "x": np.ones((4, 3), "float32"), "y": np.ones((4, 1), "float32")}
else:
    raise SystemExit(f"no names for {library}")
for block in blocks:
    exec(compile(block, page, "exec"), names)
print(len(blocks))

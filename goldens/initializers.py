"""Fans of the layouts that frameworks use, gains, the scale that each initializer must have, and what holds no chance."""

import math
import os

os.environ["KERAS_BACKEND"] = "torch"

import jax
import keras
import numpy as np
import torch
from scipy.linalg import hadamard
from jax._src.nn.initializers import _compute_fans as jax_fans
from keras.src.initializers.random_initializers import compute_fans as keras_fans

from common import JAX, TORCH

KERAS = f"keras {keras.__version__}"
# Standard deviation of a standard normal cut at ±2; dividing by it restores the variance.
CUT = 0.87962566103423978


def fans():
    out = []

    def add(layout, source, shape, axes, fan_in, fan_out):
        out.append({"layout": layout, "source": source, "shape": shape, "axes": axes, "fanIn": int(fan_in), "fanOut": int(fan_out)})
        jax_in, jax_out = jax_fans(shape, axes["in"], axes["out"], axes.get("batch", ()))
        if (round(jax_in), round(jax_out)) != (fan_in, fan_out):
            raise AssertionError(f"{layout} {shape}: jax says {jax_in}, {jax_out}, {source} {fan_in}, {fan_out}")

    for layout, shape in (
        ("dense [out, in]", [128, 784]), ("conv OIK", [32, 16, 5]), ("conv OIHW", [64, 3, 3, 3]), ("conv OIHW", [8, 8, 1, 1]), ("conv OIDHW", [4, 2, 3, 5, 7]),
    ):
        add(layout, f"{TORCH}, torch.nn.init._calculate_fan_in_and_fan_out", shape, {"in": [1], "out": [0]}, *torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape)))
    for layout, shape in (("dense [in, out]", [784, 128]), ("conv KIO", [5, 16, 32]), ("conv HWIO", [3, 3, 3, 64]), ("conv DHWIO", [3, 5, 7, 2, 4])):
        n = len(shape)
        add(layout, f"{KERAS}, compute_fans", shape, {"in": [n - 2], "out": [n - 1]}, *keras_fans(shape))
    for layout, shape, axes in (
        ("conv OHWI", [64, 3, 3, 3], {"in": [3], "out": [0]}),
        ("conv transpose HWOI", [4, 4, 16, 8], {"in": [3], "out": [2]}),
        ("attention [in, heads, size]", [64, 8, 16], {"in": [0], "out": [1, 2]}),
        ("attention [heads, size, out]", [8, 16, 64], {"in": [0, 1], "out": [2]}),
        ("dense per expert [experts, in, out]", [6, 32, 48], {"in": [1], "out": [2], "batch": [0]}),
        ("depthwise conv HWIM", [3, 3, 32, 2], {"in": [], "out": [3], "batch": [2]}),
    ):
        add(layout, f"{JAX}, jax.nn.initializers (in_axis, out_axis, batch_axis)", shape, axes, *map(round, jax_fans(shape, axes["in"], axes["out"], axes.get("batch", ()))))
    return out


def library_fans():
    """What PyTorch and Keras compute for the kernels of their own layers, and the axes of those kernels here, in either order of dimensions."""
    out = []

    def add(by, source, kind, kernels, fan_in, fan_out):
        out.extend({"by": by, "source": source, "layer": kind, "shape": list(shape), "axes": axes, "fanIn": int(fan_in), "fanOut": int(fan_out)} for shape, axes in kernels)

    nn = torch.nn
    for kind, layer, here in (
        ("Linear", nn.Linear(7, 5), lambda o, i: [((o, i), {"out": [0], "in": [1]}), ((i, o), {"in": [0], "out": [1]})]),
        ("Conv2d in 2 groups", nn.Conv2d(6, 8, (4, 3), groups=2), lambda o, i, h, w: [((o, i, h, w), {"out": [0], "in": [1]}), ((h, w, i, o), {"in": [2], "out": [3]})]),
        ("Conv2d, depthwise", nn.Conv2d(6, 12, (4, 3), groups=6), lambda o, i, h, w: [((o, i, h, w), {"out": [0], "in": [1]}), ((h, w, 6, o // 6), {"batch": [2], "in": [], "out": [3]})]),
        ("ConvTranspose2d in 2 groups", nn.ConvTranspose2d(6, 8, (4, 3), groups=2), lambda i, o, h, w: [((i, o, h, w), {"in": [0], "out": [1]}), ((h, w, o, i), {"out": [2], "in": [3]})]),
        ("ConvTranspose1d", nn.ConvTranspose1d(6, 8, 5), lambda i, o, w: [((i, o, w), {"in": [0], "out": [1]}), ((w, o, i), {"out": [1], "in": [2]})]),
    ):
        shape = layer.weight.shape
        add("torch", f"{TORCH}, torch.nn.init._calculate_fan_in_and_fan_out of torch.nn.{kind.split()[0].strip(',')}", kind, here(*shape), *nn.init._calculate_fan_in_and_fan_out(layer.weight))
    layers = keras.layers
    for kind, layer, channels, here in (
        ("Conv2D in 2 groups", layers.Conv2D(8, (4, 3), groups=2), 6, lambda h, w, i, o: [((h, w, i, o), {"in": [2], "out": [3]}), ((o, i, h, w), {"out": [0], "in": [1]})]),
        ("DepthwiseConv2D", layers.DepthwiseConv2D((4, 3), depth_multiplier=2), 6, lambda h, w, c, m: [((h, w, c, m), {"batch": [2], "in": [], "out": [3]})]),
        ("Conv2DTranspose", layers.Conv2DTranspose(8, (4, 3)), 6, lambda h, w, o, i: [((h, w, o, i), {"out": [2], "in": [3]}), ((i, o, h, w), {"in": [0], "out": [1]})]),
    ):
        layer.build((None, 16, 16, channels))
        shape = tuple(layer.kernel.shape)
        add("keras", f"{KERAS}, compute_fans of keras.layers.{kind.split()[0]}", kind, here(*shape), *keras_fans(shape))
    return out


def gains():
    gain = torch.nn.init.calculate_gain
    plain = [{"nonlinearity": name, "gain": float(gain(name))} for name in ("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu")]
    return plain + [{"nonlinearity": "leaky_relu", "slope": slope, "gain": float(gain("leaky_relu", slope))} for slope in (0.0, 0.2, math.sqrt(5))]


def observed(fill, shape):
    """The standard deviation of a sample: a check of the formula, not the expected value."""
    torch.manual_seed(1)
    x = torch.empty(shape)
    fill(x)
    return float(x.std(correction=0)), float(x.abs().max())


def scales():
    out = []
    init = torch.nn.init
    for shape in ([400, 300], [32, 16, 3, 3], [100, 900]):
        fan_in, fan_out = init._calculate_fan_in_and_fan_out(torch.empty(shape))

        def add(initializer, options, std, distribution, fill=None, shape=shape):
            entry = {"initializer": initializer, "options": options, "shape": shape, "axes": {"in": [1], "out": [0]}, "distribution": distribution, "std": std}
            if distribution == "uniform":
                entry["limit"] = math.sqrt(3) * std
            elif distribution == "truncated":
                entry["limit"] = 2 * std / CUT
            if fill is not None:
                seen, largest = observed(fill, shape)
                # 4,608 to 120,000 samples: the sampled deviation is within 1/√(2·4608) ≈ 1 % (one sigma) of the expected.
                if abs(seen / std - 1) > 0.04 or largest > entry.get("limit", math.inf):
                    raise AssertionError(f"{initializer} {options} {shape}: expected std {std}, torch drew {seen}")
                entry["source"] = f"formula of {TORCH}, confirmed on a sample of its own"
            else:
                entry["source"] = f"formula of {JAX} (variance_scaling), confirmed on a sample of its own"
            out.append(entry)

        for gain in (1.0, 5 / 3):
            std = gain * math.sqrt(2 / (fan_in + fan_out))
            add("xavierUniform", {"gain": gain}, std, "uniform", lambda x: init.xavier_uniform_(x, gain))
            add("xavierNormal", {"gain": gain}, std, "normal", lambda x: init.xavier_normal_(x, gain))
        for mode, fan in (("in", fan_in), ("out", fan_out)):
            std = math.sqrt(2 / fan)
            add("heUniform", {"mode": mode}, std, "uniform", lambda x: init.kaiming_uniform_(x, mode=f"fan_{mode}", nonlinearity="relu"))
            add("heNormal", {"mode": mode}, std, "normal", lambda x: init.kaiming_normal_(x, mode=f"fan_{mode}", nonlinearity="relu"))
        slope = math.sqrt(5)
        add("heUniform", {"mode": "in", "slope": slope}, math.sqrt(2 / (1 + slope**2) / fan_in), "uniform", lambda x: init.kaiming_uniform_(x, a=slope))
        for distribution, kind in (("uniform", "uniform"), ("truncated", "truncated_normal")):
            std = math.sqrt(1 / fan_in)
            drawn = np.asarray(jax.nn.initializers.variance_scaling(1.0, "fan_in", kind, 1, 0)(jax.random.key(1), tuple(shape)))
            limit = math.sqrt(3) * std if distribution == "uniform" else 2 * std / CUT
            if abs(drawn.std() / std - 1) > 0.04 or np.abs(drawn).max() > limit * (1 + 1e-6):
                raise AssertionError(f"lecun {kind} {shape}: expected std {std}, jax drew {drawn.std()}")
            add("lecunUniform" if distribution == "uniform" else "lecunNormal", {}, std, distribution)
    return out


def truncated():
    """Moments of a standard normal cut at ±2 and divided by CUT, and its distribution function for a goodness-of-fit test."""
    density = lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    below = lambda x: 0.5 * math.erfc(-x / math.sqrt(2))
    inside = below(2) - below(-2)
    variance = 1 - 2 * 2 * density(2) / inside
    if not math.isclose(math.sqrt(variance), CUT, rel_tol=1e-14):
        raise AssertionError(f"the deviation of the cut normal is {math.sqrt(variance)}")
    fourth = 3 * variance - 2 * 2**3 * density(2) / inside
    points = [-1.75, -1.25, -0.75, -0.25, 0.0, 0.5, 1.0, 1.5, 2.0]
    return {
        "source": "closed form of the normal distribution cut at ±2, divided by its deviation",
        "cut": 2,
        "rescale": CUT,
        "limit": 2 / CUT,
        "mean": 0,
        "std": 1,
        "kurtosis": fourth / variance**2,
        "meanAbsolute": 2 * (density(0) - density(2)) / inside / CUT,
        "distribution": [{"x": x, "below": (below(x * CUT) - below(-2)) / inside} for x in points],
    }


def patterns():
    """What holds no chance, or holds whatever is drawn: whole tensors, counts of zeros, places of what is not zero."""
    out = []
    for shape, groups in (([3, 5], 1), ([6, 4, 3], 1), ([4, 6, 3, 5], 1), ([6, 2, 4, 4], 3), ([8, 4, 1, 2], 2)):
        tensor = torch.empty(shape)
        torch.nn.init.eye_(tensor) if len(shape) == 2 else torch.nn.init.dirac_(tensor, groups)
        out.append({"initializer": "identity", "source": f"{TORCH}, {'eye_' if len(shape) == 2 else 'dirac_'}", "shape": shape, "options": {"groups": groups}, "values": tensor.flatten().tolist()})
    for m, n in ((3, 5), (4, 4), (5, 3), (8, 2), (13, 6)):
        p = 2 ** math.ceil(math.log2(m))
        matrix = np.eye(m, n) if m <= n else np.eye(m, p) @ (hadamard(p) / math.sqrt(p)) @ np.eye(p, n)
        out.append({"initializer": "zerO", "source": "algorithm 1 of https://arxiv.org/abs/2110.12661 with SciPy's hadamard", "shape": [m, n], "options": {}, "values": matrix.flatten().tolist()})
    for shape, sparsity in (([10, 4], 0.25), ([7, 3], 0.9), ([5, 5], 0.0)):
        tensor = torch.empty(shape)
        torch.nn.init.sparse_(tensor, sparsity, std=0.5)
        zeros = (tensor == 0).sum(dim=0)
        assert (zeros == zeros[0]).all()
        out.append({"initializer": "sparse", "source": f"{TORCH}, sparse_", "shape": shape, "options": {"sparsity": sparsity, "std": 0.5}, "zerosPerInput": int(zeros[0])})
    for field, i, o in (([3, 3], 4, 6), ([4, 5], 3, 3), ([2], 2, 5)):
        tensor = np.asarray(jax.nn.initializers.delta_orthogonal(2.0)(jax.random.key(3), (*field, i, o)))
        places = np.argwhere(np.abs(tensor).sum(axis=(-1, -2)) > 0)
        assert len(places) == 1
        centre = tensor[tuple(places[0])]
        gram = centre @ centre.T
        assert np.allclose(gram, 4 * np.eye(i), atol=1e-5), gram
        out.append({"initializer": "deltaOrthogonal", "source": f"{JAX}, delta_orthogonal", "shape": [o, i, *field], "options": {"gain": 2}, "place": places[0].tolist()})
    return out


def goldens():
    return {"packages/initializers/test/golden/fans.json": {"fans": fans(), "libraryFans": library_fans(), "gains": gains(), "scales": scales(), "truncatedNormal": truncated(), "patterns": patterns()}}

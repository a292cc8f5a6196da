"""Files written by the official safetensors package, and what they hold as JSON."""

import ml_dtypes
import numpy as np
from importlib.metadata import version
from safetensors.numpy import save

from common import dump

FOLDER = "packages/core/test/fixtures"


def numbers(x):
    """JSON has no NaN and no infinities: those are words. 64-bit integers are decimal strings."""
    if x.dtype.kind in "iu" and x.dtype.itemsize == 8:
        return [str(v) for v in x.ravel().tolist()]
    words = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    return [words.get(str(v), v) for v in x.astype(np.float64).ravel().tolist()]


def fixtures():
    random = np.random.default_rng(20251122)
    f32 = {
        "dense/kernel": random.normal(size=(3, 5)).astype(np.float32),
        "dense/bias": np.zeros(5, np.float32),
        "conv/kernel": random.normal(size=(2, 3, 1, 4)).astype(np.float32),
        "scalar": np.array(0.1, np.float32),
        "empty": np.zeros((0, 4), np.float32),
        "special": np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45, 3.4028234663852886e38], np.float32),
        "имя с пробелом / 重み": np.array([1, 2], np.float32),
    }
    mixed = {
        "f64": np.array([[0.1, -1e300], [5e-324, 1 / 3]], np.float64),
        "f16": np.array([0.1, -65504, 6e-8, np.inf], np.float16),
        "bf16": np.array([[0.1], [-3e38], [1e-40]], ml_dtypes.bfloat16),
        "i64": np.array([0, -1, 2**63 - 1, -(2**63), 2**53 + 1], np.int64),
        "f32": np.array([0.1], np.float32),
    }
    words = {"F32": np.float32, "F64": np.float64, "F16": np.float16, "BF16": ml_dtypes.bfloat16, "I64": np.int64}
    names = {np.dtype(kind): word for word, kind in words.items()}
    out = {}
    # One entry of metadata at most: the package writes several in the random order of a hash map.
    for file, tensors, metadata in (
        ("float32", f32, None),
        ("metadata", {"w": np.array([1.5, -2.5], np.float32)}, {"note": 'a "quoted" word, a \\ and ε'}),
        ("mixed", mixed, None),
        ("nothing", {}, None),
    ):
        data = save(tensors, metadata)
        out[f"{FOLDER}/{file}.safetensors"] = data
        out[f"{FOLDER}/{file}.json"] = dump({
            "source": f"safetensors {version('safetensors')}, safetensors.numpy.save",
            "metadata": metadata,
            "tensors": {n: {"dtype": names[x.dtype], "shape": list(x.shape), "data": numbers(x)} for n, x in tensors.items()},
        })
    return out


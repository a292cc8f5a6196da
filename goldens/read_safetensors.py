"""Reads a .safetensors file with the official package and prints what is in it: a check by hand of files that Descent wrote."""

import sys

import ml_dtypes  # noqa: F401 (teaches NumPy the word bfloat16)
from safetensors import safe_open

for path in sys.argv[1:]:
    with safe_open(path, framework="numpy") as file:
        print(path)
        for key, value in (file.metadata() or {}).items():
            print(f"  {key}: {value if len(value) <= 200 else value[:197] + '...'}")
        for name in sorted(file.keys()):
            x = file.get_tensor(name)
            print(f"  {name}: {x.dtype} {list(x.shape)}, first {x.ravel()[:4].tolist()}")

"""The quintic Newton–Schulz iteration of Muon (https://kellerjordan.github.io/posts/muon/), by PyTorch in float64. torch.optim.Muon itself iterates in bfloat16."""

import numpy as np
import torch

from common import SEED, TORCH, float32

A, B, C = 3.4445, -4.775, 2.0315
SHAPES = [(6, 10), (12, 5), (7, 7)]


def by_torch(given):
    x = torch.tensor(given)
    x = x.mT if x.shape[0] > x.shape[1] else x
    x = x / (torch.linalg.matrix_norm(x) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = A * x + torch.addmm(B * gram, gram, gram, alpha=C) @ x
    return (x.mT if given.shape[0] > given.shape[1] else x).numpy()


def by_singular_values(given):
    """The iteration is an odd polynomial, so it changes the singular values and nothing else."""
    u, s, v = np.linalg.svd(given, full_matrices=False)
    s = s / (np.sqrt(np.sum(s**2)) + 1e-7)
    for _ in range(5):
        s = A * s + B * s**3 + C * s**5
    return (u * s) @ v


def goldens():
    random = np.random.default_rng([SEED, 5])
    cases = []
    for shape in SHAPES:
        given = float32(random.normal(size=shape))
        result = by_torch(given)
        if not np.abs(result - by_singular_values(given)).max() < 1e-11:
            raise AssertionError(f"newton-schulz of {shape}: the sources differ")
        cases.append({"shape": list(shape), "given": given.ravel().tolist(), "result": result.ravel().tolist()})
    return {"packages/arrays/test/golden/newton-schulz.json": {"source": f"{TORCH}, matrix products in float64", "cases": cases}}

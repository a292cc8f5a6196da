"""Gradients of some rows: torch.optim.SparseAdam, each row a parameter of its own, so that it counts its own updates."""

import numpy as np
import torch

from common import SEED, float32

ROWS, COLS, STEPS = 6, 4, 12
OPTIONS = {"lr": 0.05, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3}


def goldens():
    random = np.random.default_rng([SEED, 7])
    start = float32(random.normal(size=(ROWS, COLS)))
    steps = []
    for t in range(STEPS):
        # Row 0 never comes, row 1 nearly always, and some rows twice.
        rows = sorted({1, *random.integers(1, ROWS, 2)} - ({1} if t == 5 else set()))
        rows = [int(r) for r in rows] + ([int(rows[0])] if t % 3 == 0 else [])
        steps.append({"rows": rows, "data": float32(random.normal(size=(len(rows), COLS)))})
    weights = [torch.tensor(start[r : r + 1], requires_grad=True) for r in range(ROWS)]
    optimizer = torch.optim.SparseAdam(weights, lr=OPTIONS["lr"], betas=(OPTIONS["beta1"], OPTIONS["beta2"]), eps=OPTIONS["eps"])
    path = []
    for step in steps:
        for r, w in enumerate(weights):
            values = [step["data"][i] for i, row in enumerate(step["rows"]) if row == r]
            w.grad = torch.sparse_coo_tensor([[0] * len(values)], torch.tensor(np.array(values)), (1, COLS)) if values else None
        optimizer.step()
        path.append(np.concatenate([w.detach().numpy() for w in weights]).ravel().tolist())
    return {
        "packages/arrays/test/golden/sparse-adam.json": {
            "source": "torch.optim.SparseAdam, one parameter per row, float64",
            "options": OPTIONS,
            "shape": [ROWS, COLS],
            "start": start.ravel().tolist(),
            "steps": [{"rows": s["rows"], "data": s["data"].ravel().tolist()} for s in steps],
            "path": path,
        }
    }

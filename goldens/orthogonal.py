"""The family orthogonal: numbers computed by published code, and the papers' boxes in NumPy that must agree with them."""

import numpy as np
import torch
from common import FAINT, MORE, TORCH, WIDE, golden, torch_path


def run_muon(o, p, steps):
    rounded = torch.Tensor.bfloat16
    torch.Tensor.bfloat16 = lambda x: x  # the iteration in the precision of its input
    try:
        return torch_path(lambda t: torch.optim.Muon(t.values(), lr=o["lr"], momentum=o["momentum"], weight_decay=o["weightDecay"]), p, steps)
    finally:
        torch.Tensor.bfloat16 = rounded


def muon(p, gradients, role, lr, momentum, weightDecay):
    m = 0 * p
    for g in gradients:
        m = momentum * m + (1 - momentum) * g
        u = momentum * m + (1 - momentum) * g
        x = u.T if u.shape[0] > u.shape[1] else u
        x = x / max(np.linalg.norm(x), 1e-7)
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.775 * a + 2.0315 * a @ a) @ x
        x = x.T if u.shape[0] > u.shape[1] else x
        p = (1 - lr * weightDecay) * p - lr * np.sqrt(max(1, p.shape[0] / p.shape[1])) * x
        yield p


def goldens():
    out = {
        "muon": golden(
            "muon", f"{TORCH}, torch.optim.Muon, its iteration in float64 in place of bfloat16",
            {WIDE: {"lr": 0.02}, MORE: {"lr": 0.05, "momentum": 0.6, "weightDecay": 0.4}, FAINT: {"lr": 0.02}},
            run_muon, muon, {"lr": 1e-3, "momentum": 0.95, "weightDecay": 0.1},
        ),
    }
    return {f"packages/conformance/goldens/orthogonal/{rule}.json": value for rule, value in out.items()}

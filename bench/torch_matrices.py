"""Rules and functions of matrices by PyTorch; as matrices.ts asks for them."""

import sys

import torch

from torch_serve import serve

torch.set_num_threads(int(sys.argv[1]))


def load(task):
    work, shape = task["work"], (task["rows"], task["cols"])
    g = torch.sin(torch.arange(shape[0] * shape[1], dtype=torch.float32)).reshape(shape)
    if work == "muon":
        if not hasattr(torch.optim, "Muon"):
            raise LookupError("this PyTorch has no torch.optim.Muon")
        p = torch.zeros(shape, requires_grad=True)
        p.grad = g
        return torch.optim.Muon([p], lr=1e-9).step, []
    if work == "qr":
        return lambda: torch.linalg.qr(g), []
    if work == "eigh":
        symmetric = g + g.T
        return lambda: torch.linalg.eigh(symmetric), []
    raise LookupError("PyTorch has no such optimizer")


serve(load, {"PyTorch": torch.__version__})

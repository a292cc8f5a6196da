"""Rules and functions of matrices by PyTorch; as matrices.ts asks for them."""

import sys

import torch

from torch_serve import serve

torch.set_num_threads(int(sys.argv[1]))


def load(task):
    work, shape = task["work"], (task["rows"], task["cols"])
    g = torch.sin(torch.arange(shape[0] * shape[1], dtype=torch.float64) ** 2).float().reshape(shape)
    if work == "muon":
        if not hasattr(torch.optim, "Muon"):
            raise LookupError("this PyTorch has no torch.optim.Muon")
        p = torch.zeros(shape, requires_grad=True)
        p.grad = g
        return torch.optim.Muon([p], lr=1e-9).step, []
    if work == "products":
        wide = (g if shape[0] <= shape[1] else g.T) * 1e-9

        def five():
            x = wide
            for _ in range(5):
                a = x @ x.T
                b = torch.addmm(a, a, a, beta=-4.775, alpha=2.0315)
                x = torch.addmm(x, b, x, beta=3.4445)

        return five, []
    if work in ("shampoo", "soap"):
        try:
            import pytorch_optimizer
        except ImportError:
            raise LookupError("this Python has no pytorch_optimizer") from None
        p = torch.zeros(shape, requires_grad=True)
        if work == "shampoo":
            optimizer = pytorch_optimizer.Shampoo([p], lr=1e-9, preconditioning_compute_steps=10, matrix_eps=1e-4)
        else:
            optimizer = pytorch_optimizer.SOAP([p], lr=1e-9, precondition_frequency=10)

        def ten():
            for _ in range(10):
                p.grad = g.clone()  # Shampoo turns it in place
                optimizer.step()

        return ten, []
    if work == "qr":
        return lambda: torch.linalg.qr(g), []
    if work == "eigh":
        symmetric = g + g.T
        return lambda: torch.linalg.eigh(symmetric), []
    raise LookupError("PyTorch has no such optimizer")


serve(load, {"PyTorch": torch.__version__})

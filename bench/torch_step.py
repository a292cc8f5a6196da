"""One update of all parameters by PyTorch's optimizers; as step.ts asks for them."""

import sys

import torch

from torch_serve import serve

torch.set_num_threads(int(sys.argv[1]))

optimizers = {
    "torch foreach": lambda p: torch.optim.AdamW(p, lr=1e-3, foreach=True),
    "torch fused": lambda p: torch.optim.AdamW(p, lr=1e-3, fused=True),
    "torch clip": lambda p: torch.optim.AdamW(p, lr=1e-3, foreach=True),
    "torch momentum": lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9, foreach=True),
}


def load(task):
    who = task["who"]
    if who not in optimizers:
        raise LookupError(f"there is no {who}")
    gradient = torch.sin(torch.arange(task["size"], dtype=torch.float32))
    parameters = [torch.zeros(task["size"], requires_grad=True) for _ in range(task["count"])]
    for p in parameters:
        p.grad = gradient.clone()
    optimizer = optimizers[who](parameters)

    def clipped():
        # the limit is above the norm after the first time, as gradients are clipped in place; the work is the same
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()

    return (clipped if who == "torch clip" else optimizer.step), []


serve(load, {"PyTorch": torch.__version__})

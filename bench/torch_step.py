"""One update of all parameters by PyTorch's optimizers; as step.ts asks for them."""

import sys

import torch

from torch_serve import serve

torch.set_num_threads(int(sys.argv[1]))

PROOF = 5  # steps after which a few parameters are told

optimizers = {
    "torch foreach adamw": lambda p, lr: torch.optim.AdamW(p, lr=lr, foreach=True),
    "torch fused adamw": lambda p, lr: torch.optim.AdamW(p, lr=lr, fused=True),
    "torch foreach clip": lambda p, lr: torch.optim.AdamW(p, lr=lr, foreach=True),
    "torch fused clip": lambda p, lr: torch.optim.AdamW(p, lr=lr, fused=True),
    "torch foreach momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, foreach=True),
    "torch fused momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, fused=True),
}


def load(task):
    who = f"{task['who']} {task['rule']}"
    if who not in optimizers:
        raise LookupError(f"there is no {who}")
    sine = torch.sin(torch.arange(task["size"], dtype=torch.float32))
    parameters = [sine.clone().requires_grad_() for _ in range(task["count"])]
    for p in parameters:
        p.grad = sine.clone()
    optimizer = optimizers[who](parameters, task["rate"])

    def clipped():
        # the limit is above the norm after the first time, as gradients are clipped in place; the work is the same
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()

    step = clipped if task["rule"] == "clip" else optimizer.step
    for _ in range(PROOF):
        step()
    proof = parameters[-1][1:4].tolist()
    for group in optimizer.param_groups:
        group["lr"] = task["still"]
    return step, proof


serve(load, {"PyTorch": torch.__version__})

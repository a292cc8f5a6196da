"""First gradients and first losses of torch_training.py in float32 and in float64: python torch_gradients.py THREADS TASK.

The task names a folder with Descent's gradients, in the order of the weights, in gradients.bin. Prints one line of JSON: of each
weight the relative error of both float32 sides against float64, and the losses of the rules in the task in both precisions."""

import copy
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

from torch_training import prepare

task = json.loads(sys.argv[2])
model, x, labels, spec = prepare(task)
models = {"float32": model, "float64": copy.deepcopy(model).double()}


def loss_of(model, dtype):
    logits = model(x.to(dtype) if x.is_floating_point() else x)
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels)


optimizers = {
    "adamw": lambda parameters, rate: torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01),
    "sgd": lambda parameters, rate: torch.optim.SGD(parameters, lr=rate),
}
first, gradients, losses = {}, {}, {}
for name, one in models.items():
    dtype = getattr(torch, name)
    again = copy.deepcopy(one)
    loss = loss_of(again, dtype)
    loss.backward()
    first[name] = loss.item()
    gradients[name] = {key: p.grad.double() for key, p in again.named_parameters()}
    for rule, rate in task["rules"]:
        again = copy.deepcopy(one)
        optimizer = optimizers[rule](list(again.parameters()), rate)
        found = []
        for _ in range(task["steps"]):
            optimizer.zero_grad()
            loss = loss_of(again, dtype)
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        losses.setdefault(rule, {})[name] = found

data = bytearray((Path(task["folder"]) / "gradients.bin").read_bytes())
at, errors = 0, []
for w in spec["weights"]:
    count = torch.Size(w["shape"]).numel()
    ours = torch.frombuffer(data, dtype=torch.float32, count=count, offset=at).reshape(w["shape"]).double()
    at += 4 * count
    truth, peer = gradients["float64"][w["name"]], gradients["float32"][w["name"]]
    if w["turned"]:
        ours = ours.T
    size = truth.norm()
    errors.append(
        {"name": w["name"], "ours": ((ours - truth).norm() / size).item(), "peer": ((peer - truth).norm() / size).item()}
    )
print(json.dumps({"first": first, "errors": errors, "losses": losses, "version": torch.__version__}))

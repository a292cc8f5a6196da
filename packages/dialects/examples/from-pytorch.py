"""A training in PyTorch. from-pytorch.ts is the same training here."""

import json
import math
import sys

import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


def batch(step):
    x = [[math.sin(1.7 * step + 0.9 * i + j * j) for j in range(4)] for i in range(32)]
    labels = [0 if a + b * c < -0.5 else 2 if a + b * c > 0.4 else 1 for a, b, c, _ in x]
    return torch.tensor(x), torch.tensor(labels)


torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.Tanh(), torch.nn.Linear(16, 3))
if len(sys.argv) > 1:  # where to put the model as it is before training
    torch.onnx.export(
        model, (batch(0)[0],), sys.argv[1], dynamo=False, do_constant_folding=False, input_names=["x"], output_names=["logits"], dynamic_axes={"x": {0: "batch"}}
    )

optimizer = AdamW(model.parameters(), lr=0.03, betas=(0.9, 0.98), weight_decay=0.1)
warmup = LinearLR(optimizer, start_factor=0.1, total_iters=10)
cosine = CosineAnnealingLR(optimizer, T_max=40)
scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[10])
averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))

losses = []
for step in range(50):
    x, labels = batch(step)
    optimizer.zero_grad()
    loss = cross_entropy(model(x), labels)
    loss.backward()
    clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    scheduler.step()
    averaged.update_parameters(model)
    losses.append(loss.item())

x, labels = batch(50)
evaluated = cross_entropy(averaged(x), labels).item()
print(json.dumps({"losses": losses, "evaluated": evaluated}))

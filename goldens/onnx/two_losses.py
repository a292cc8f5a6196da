"""A model of two outputs trained by two losses of them, with ten losses of PyTorch's AdamW: python two_losses.py FOLDER."""

import json
import os
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from corpus import strip


class Tasks(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.classes, self.number = nn.Sequential(nn.Linear(5, 7), nn.ReLU()), nn.Linear(7, 4), nn.Linear(7, 2)

    def forward(self, x):
        h = self.body(x)
        return self.classes(h), self.number(h)


torch.manual_seed(3)
model = Tasks()
x, kind, size = torch.randn(6, 5), torch.randint(0, 4, (6,)), torch.randn(6, 2)
path = os.path.join(sys.argv[1], "two-losses.onnx")
torch.onnx.export(
    model, (x,), path, dynamo=True, optimize=False, verbose=False, external_data=False, input_names=["x"], output_names=["classes", "number"],
    dynamic_shapes=({0: torch.export.Dim("batch")},),
)  # fmt: skip
strip(path)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.01)
losses = []
for _ in range(10):
    optimizer.zero_grad()
    classes, number = model(x)
    loss = F.cross_entropy(classes, kind, label_smoothing=0.1) + 0.3 * F.huber_loss(number, size)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
save_file({"x": x, "kind": kind, "size": size}, path.replace(".onnx", ".safetensors"), metadata={"losses": json.dumps(losses)})

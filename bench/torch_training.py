"""The models of models.ts in PyTorch, as one writes them there, trained with AdamW from the same weights on the same batch."""

import functools
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from torch_serve import serve

torch.set_num_threads(int(sys.argv[1]))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        short = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
        self.short = nn.Identity() if inputs == outputs else nn.Sequential(short, nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + self.short(x))


class ResNet(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.blocks = nn.Sequential(
            Block(width, width, 1), Block(width, 2 * width, 2), Block(2 * width, 4 * width, 2)
        )
        self.head = nn.Linear(4 * width, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.conv(x))), 3, 2, 1)
        return self.head(torch.flatten(F.adaptive_avg_pool2d(self.blocks(x), 1), 1))


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride, act):
        super().__init__()
        self.act = act
        outputs = 4 * width
        self.conv1, self.norm1 = nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.norm2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.norm3 = nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs)
        short = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
        self.short = nn.Identity() if inputs == outputs else nn.Sequential(short, nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.act(self.norm2(self.conv2(self.act(self.norm1(self.conv1(x))))))
        return self.act(self.norm3(self.conv3(y)) + self.short(x))


class ResNet50(nn.Module):
    def __init__(self, act=F.relu):
        super().__init__()
        self.act = act
        self.conv, self.norm = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        blocks, inputs = [], 64
        for stage, count in enumerate([3, 4, 6, 3]):
            for i in range(count):
                blocks.append(Bottleneck(inputs, 64 << stage, 2 if stage > 0 and i == 0 else 1, act))
                inputs = 256 << stage
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(2048, 1000)

    def forward(self, x):
        x = F.max_pool2d(self.act(self.norm(self.conv(x))), 3, 2, 1)
        return self.head(torch.flatten(F.adaptive_avg_pool2d(self.blocks(x), 1), 1))


class Layer(nn.Module):
    def __init__(self, d, heads, causal):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x):
        batch, time, d = x.shape
        parts = self.qkv(self.norm1(x)).split(d, dim=2)
        q, k, v = (part.view(batch, time, self.heads, -1).transpose(1, 2) for part in parts)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, time, d))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class GPT(nn.Module):
    def __init__(self, vocabulary=65, d=128, heads=4, layers=4, time=64, causal=True):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, d), nn.Embedding(time, d)
        self.blocks = nn.Sequential(*(Layer(d, heads, causal) for _ in range(layers)))
        self.norm = nn.LayerNorm(d)

    def forward(self, x):
        x = self.wte(x) + self.wpe.weight[: x.shape[1]]
        return self.norm(self.blocks(x)) @ self.wte.weight.T


models = {
    "mlp": lambda: nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)),
    "cnn": lambda: nn.Sequential(
        *(nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
    ),
    "resnet": ResNet,
    "gpt": GPT,
}


def adapted(model, targets):
    """The model with PEFT's adapters. PEFT is loaded for them alone: its libraries take a third of PyTorch's own memory."""
    try:
        import peft
    except ImportError as error:
        raise LookupError("peft is not installed") from error
    versions["PEFT"] = peft.__version__
    config = peft.LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0, target_modules=targets)
    return peft.get_peft_model(model, config)


def prepare(task):
    """The model with the weights in the task's folder, the batch, its labels, and what the folder says besides."""
    folder = Path(task["folder"])
    spec = json.loads((folder / "spec.json").read_text())
    data = bytearray((folder / "data.bin").read_bytes())

    def tensor(of):
        dtype = getattr(torch, of["type"])
        count = torch.Size(of["shape"]).numel()
        return torch.frombuffer(data, dtype=dtype, count=count, offset=of["at"]).reshape(of["shape"]).clone()

    size = spec["size"]
    if not size:
        model = models[task["model"]]()
    elif "images" in size:
        smooth = functools.partial(F.gelu, approximate="tanh")
        model = ResNet50(smooth if size.get("smooth") else F.relu)
    else:
        model = GPT(*(size[key] for key in ("vocabulary", "width", "heads", "layers", "time", "causal")))
    weights = {w["name"]: tensor(w).T if w["turned"] else tensor(w) for w in spec["weights"]}
    missing = model.load_state_dict({k: v.contiguous() for k, v in weights.items()}, strict=False)
    # running statistics start as PyTorch makes them
    assert not missing.unexpected_keys and all(
        "running" in k or "batches" in k for k in missing.missing_keys
    ), missing
    x, labels = tensor(spec["input"]), tensor(spec["labels"]).flatten()
    if task.get("lora"):
        model = adapted(model, task["targets"])
    return model, x, labels, spec


def load(task):
    model, x, labels, spec = prepare(task)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=spec["rate"], weight_decay=0.01, foreach=True)

    def step():
        optimizer.zero_grad()
        logits = model(x)
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    losses = [step() for _ in range(task["check"])]
    for group in optimizer.param_groups:
        group["lr"] = spec["still"]
    return step, losses


versions = {"PyTorch": torch.__version__}
if __name__ == "__main__":
    serve(load, versions)

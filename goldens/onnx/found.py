"""Small files in which faults were found, one of a kind: python found.py FOLDER. Beside them, losses of PyTorch where it trains them."""

import json
import os
import sys
import warnings

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh
from torch import nn

from corpus import strip

warnings.filterwarnings("ignore")
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def exported(name, model, x, axes=("batch",), **how):
    path = os.path.join(folder, f"{name}.onnx")
    if how.get("dynamo", True):
        shapes = ({i: torch.export.Dim(axis) for i, axis in enumerate(axes)},)
        torch.onnx.export(model, (x,), path, dynamo=True, input_names=["x"], output_names=["y"], dynamic_shapes=shapes, external_data=False, verbose=False, **how)
    else:
        torch.onnx.export(model, (x,), path, input_names=["x"], output_names=["y"], dynamic_axes={"x": dict(enumerate(axes))}, **how)
    strip(path)


def written(name, nodes, inputs, outputs, tensors=(), domains=()):
    value = lambda name, elem, shape: h.make_tensor_value_info(name, elem, shape)
    graph = h.make_graph(nodes, "g", [value(*i) for i in inputs], [value(*o) for o in outputs], [nh.from_array(a, k) for k, a in dict(tensors).items()])
    opsets = [h.make_opsetid("", 17), *(h.make_opsetid(d, 1) for d in domains)]
    onnx.save(h.make_model(graph, opset_imports=opsets, ir_version=8), os.path.join(folder, f"{name}.onnx"))


def losses(model, x, y, loss, steps=50):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.01)
    found = []
    for _ in range(steps):
        optimizer.zero_grad()
        one = loss(model(x), y)
        one.backward()
        optimizer.step()
        found.append(one.item())
    return {"x": x.flatten().tolist(), "labels": y.flatten().tolist(), "losses": found}


class Waves(nn.Module):
    """2π, ε and a buffer become initializers in PyTorch's default export."""

    def __init__(self):
        super().__init__()
        self.register_buffer("B", torch.randn(2, 4))
        self.f, self.g = nn.Linear(4, 4), nn.Linear(4, 1)

    def forward(self, x):
        return self.g(torch.log(torch.relu(self.f(torch.sin(2 * torch.pi * x @ self.B))) + 1e-2))


class Soft(nn.Module):
    """Softplus, whose threshold is an initializer."""

    def __init__(self):
        super().__init__()
        self.f, self.g = nn.Linear(2, 4), nn.Linear(4, 1)

    def forward(self, x):
        return self.g(F.softplus(self.f(x)))


class Segments(nn.Module):
    """Ends as FCN, DeepLab, FPN and SegFormer do: up to the size of another map."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 4, 3, 2, 1)

    def forward(self, x):
        a = self.a(x)
        return F.interpolate(self.b(a), size=a.shape[2:], mode="bilinear", align_corners=False)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.l, self.f = nn.LSTM(3, 4, batch_first=True), nn.Linear(4, 2)

    def forward(self, x):
        return self.f(self.l(x)[0][:, -1])


class Halves(nn.Module):
    """x.split() is SplitToSequence and SequenceAt with optimize=False."""

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(4, 6)

    def forward(self, x):
        a, b = self.f(x).split(3, 1)
        return a * b


class Spectrum(nn.Module):
    def __init__(self):
        super().__init__()
        self.f, self.g = nn.Linear(8, 8), nn.Linear(5, 2)

    def forward(self, x):
        return self.g(torch.fft.rfft(self.f(x)).abs())


class Tied(nn.Module):
    """The default export stores the head's transpose beside the table."""

    def __init__(self):
        super().__init__()
        self.e, self.l, self.h = nn.Embedding(6, 4), nn.Linear(4, 4), nn.Linear(4, 6, bias=False)
        self.h.weight = self.e.weight

    def forward(self, x):
        return self.h(torch.tanh(self.l(self.e(x))))


def main():
    torch.manual_seed(0)
    trained = {}
    exported("constants", Waves(), torch.randn(5, 2))
    exported("threshold", Soft(), torch.randn(5, 2))

    # Equal when new, and stored once.
    model = nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.Tanh(), nn.Linear(8, 8), nn.LayerNorm(8), nn.Tanh(), nn.Linear(8, 1))
    exported("equal", model, torch.randn(16, 4))
    exported("equal-legacy", model, torch.randn(16, 4), dynamo=False)
    trained["equal"] = losses(model, torch.randn(16, 4), torch.randn(16, 1), F.mse_loss)

    exported("resize", Segments(), torch.randn(2, 3, 16, 16))
    exported("resize-legacy", Segments(), torch.randn(2, 3, 16, 16), dynamo=False, opset_version=18)
    exported("lstm-legacy", Recurrent(), torch.randn(2, 5, 3), ("batch", "steps"), dynamo=False, opset_version=18)
    exported("halves", Halves(), torch.randn(2, 4), optimize=False)
    exported("spectrum", Spectrum(), torch.randn(2, 8))
    normal = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2)).train()
    exported("normalized", normal, torch.randn(6, 4))
    exported("normalized-raw", normal, torch.randn(6, 4), optimize=False)

    model, x = Tied(), torch.randint(0, 6, (2, 5))
    exported("tied", model, x)
    exported("tied-raw", model, x, optimize=False)
    trained["tied"] = losses(model, x, torch.randint(0, 6, (2, 5)), lambda y, labels: F.cross_entropy(y.flatten(0, 1), labels.flatten()))
    json.dump(trained, open(os.path.join(folder, "losses.json"), "w"))

    draw = np.random.RandomState(0)
    w = lambda *shape: draw.randn(*shape).astype("f")
    node = h.make_node
    # As tf2onnx writes it: bounds of Slice that are int32 and known in the run.
    written(
        "slice-int32", [node("MatMul", ["x", "v"], ["a"]), node("Slice", ["a", "s", "e", "axis"], ["b"]), node("MatMul", ["b", "w"], ["y"])],
        [("x", T.FLOAT, ["b", 3]), ("s", T.INT32, [1]), ("e", T.INT32, [1])], [("y", T.FLOAT, ["k", 2])], {"w": w(3, 2), "v": w(3, 3), "axis": np.array([0], "i4")},
    )  # fmt: skip
    # As paddle2onnx writes it: every weight a Constant node.
    constant = lambda name, *shape: node("Constant", [], [name], value=nh.from_array(w(*shape), name))
    written(
        "constant-weights", [constant("w1", 4, 8), node("MatMul", ["x", "w1"], ["a"]), node("Relu", ["a"], ["b"]), constant("w2", 8, 3), node("MatMul", ["b", "w2"], ["y"])],
        [("x", T.FLOAT, ["b", 4])], [("y", T.FLOAT, ["b", 3])],
    )  # fmt: skip
    # As ONNX Runtime's optimizers write it, with nothing that tells the type of its output.
    skip = [node("MatMul", ["x", "w"], ["a"]), node("SkipLayerNormalization", ["a", "x", "g", "b"], ["c"], domain="com.microsoft")]
    tensors = {"w": w(4, 4), "g": w(4), "b": w(4), "v": w(4, 2)}
    ends = [("x", T.FLOAT, ["n", 1, 4])], [("y", T.FLOAT, ["n", 1, 2])]
    written("skip", [*skip, node("Relu", ["c"], ["d"]), node("MatMul", ["d", "v"], ["y"])], *ends, tensors, ["com.microsoft"])
    cut = {**tensors, "s": np.array([0]), "e": np.array([1]), "axis": np.array([1])}
    written("skip-cut", [*skip, node("Slice", ["c", "s", "e", "axis"], ["p"]), node("Tanh", ["p"], ["d"]), node("MatMul", ["d", "v"], ["y"])], *ends, cut, ["com.microsoft"])


if __name__ == "__main__":
    main()

"""Models of the corpus with odd uses of modules: extra keys, straight-through estimates, statistics beside scales, loops over cells."""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrize

from architectures import case, x


class ExtraKeys(nn.Module):
    """Attention to other widths, with a learnt key and one of zeros beside; its own biases and that of its output begin as zeros."""

    def __init__(self):
        super().__init__()
        self.a = nn.MultiheadAttention(8, 2, kdim=6, vdim=10, add_bias_kv=True, add_zero_attn=True)
        self.b = nn.MultiheadAttention(8, 4, bias=False)

    def forward(self, q, k, v):
        y, weights = self.a(q, k, v)
        return self.b(y, q, q, need_weights=False)[0] + weights.mean()


@case("extra-keys", lambda: {"q": torch.randn(5, 2, 8), "k": torch.randn(7, 2, 6), "v": torch.randn(7, 2, 10)}, dynamic={})
def extra_keys():
    return ExtraKeys()


class StraightThrough(nn.Module):
    """A code book and a rounding, both straight through: values differ, gradients are those of the input."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(6, 3)
        self.book = nn.Parameter(torch.randn(5, 6))

    def forward(self, x):
        z = self.a(x)
        e = self.book[(z[:, None] - self.book[None]).pow(2).sum(-1).argmin(-1)]
        commitment = (z - e.detach()).pow(2).mean(-1, keepdim=True) + (e - z.detach()).pow(2).mean(-1, keepdim=True)
        return self.b(z + (e - z).detach() + z + (z.round() - z).detach()) + commitment


@case("straight-through", x(6, 4), hides="detach")
def straight_through():
    return StraightThrough()


class Statistics(nn.Module):
    """Normalizations with running statistics that are equal to scales and shifts when new."""

    def __init__(self):
        super().__init__()
        self.c, self.q = nn.Conv1d(6, 6, 1), nn.BatchNorm1d(6, momentum=None)
        self.b, self.i = nn.BatchNorm1d(6, affine=False), nn.InstanceNorm1d(6, affine=True, track_running_stats=True)

    def forward(self, x):
        y = self.q(self.c(x))
        return self.b(y) * 0.5 + self.i(y) + F.local_response_norm(y, 3) + F.normalize(y, dim=1)


@case("statistics", x(4, 6, 5), modes=("eval",))
def statistics():
    return Statistics()


class PadModes(nn.Module):
    """Padding of every mode; `same` with holes is written as `auto_pad` by the older exporter."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 4, 3, padding="same", dilation=2)
        self.b = nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular")
        self.c = nn.Conv2d(4, 4, 3, padding=2, padding_mode="reflect", stride=2)
        self.d = nn.Conv1d(4, 2, 4, padding="same", padding_mode="replicate")

    def forward(self, x):
        return self.d(torch.relu(self.c(torch.relu(self.b(torch.relu(self.a(x)))))).flatten(2))


@case("pad-modes", x(2, 3, 8, 8))
def pad_modes():
    return PadModes()


class LearntPlaces(nn.Module):
    """Places that are learnt, under a name that tables of sines often have, and a token that is added to every image."""

    def __init__(self):
        super().__init__()
        self.patch, self.pe = nn.Conv2d(3, 6, 4, stride=4), nn.Parameter(torch.randn(1, 5, 6) * 0.02)
        self.first = nn.Parameter(torch.zeros(1, 1, 6))
        self.layer = nn.TransformerEncoderLayer(6, 2, 8, dropout=0.0, norm_first=True, batch_first=True)

    def forward(self, x):
        h = torch.cat([self.first.expand(2, -1, -1), self.patch(x).flatten(2).transpose(1, 2)], 1)
        return self.layer(h + self.pe)


@case("learnt-places", x(2, 3, 8, 8), dynamic={})
def learnt_places():
    return LearntPlaces()


class Cells(nn.Module):
    """A loop in Python over a cell whose state begins as zeros: the exporter computes the first product."""

    def __init__(self):
        super().__init__()
        self.c, self.h = nn.LSTMCell(3, 4), nn.Linear(4, 2)

    def forward(self, x):
        h = c = torch.zeros(x.shape[1], 4)
        out = []
        for step in x:
            h, c = self.c(step, (h, c))
            out.append(self.h(h))
        return torch.stack(out)


@case("cells-from-zeros", x(5, 2, 3), dynamic={})
def cells_from_zeros():
    return Cells()


class Symmetric(nn.Module):
    def forward(self, weight):
        return weight.triu() + weight.triu(1).T


class Positive(nn.Module):
    def forward(self, weight):
        return F.softplus(weight)


@case("parametrized", x(5, 4))
def parametrized():
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 3))
    parametrize.register_parametrization(model[0], "weight", Symmetric())
    parametrize.register_parametrization(model[2], "weight", Positive())
    return model


class Flow(nn.Module):
    """An equation solved by Runge and Kutta's method with a learnt step: one layer is called twelve times."""

    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(4, 8), nn.Softplus(), nn.Linear(8, 3))
        self.step = nn.Parameter(torch.tensor(math.log(0.3)))

    def slope(self, t, y):
        return self.f(torch.cat([y, y.new_full((y.shape[0], 1), t)], 1))

    def forward(self, x):
        h = self.step.exp()
        for t in (0.0, 0.3, 0.6):
            a = self.slope(t, x)
            b = self.slope(t + 0.15, x + h * a / 2)
            c = self.slope(t + 0.15, x + h * b / 2)
            x = x + h / 6 * (a + 2 * b + 2 * c + self.slope(t + 0.3, x + h * c))
        return x


@case("flow", x(4, 3))
def flow():
    return Flow()


class Buffers(nn.Module):
    """Buffers where kernels stand: a projection that the older exporter transposes and renames, one that keeps its name, a filter that
    smooths each channel, and the matrix of a graph."""

    def __init__(self):
        super().__init__()
        self.a, self.c, self.d = nn.Linear(6, 4, bias=False), nn.Conv1d(5, 5, 3, padding=1), nn.Linear(8, 3)
        near = (torch.rand(5, 5) < 0.4).float()
        near = near + near.T + torch.eye(5)
        self.register_buffer("projection", torch.randn(6, 4))
        self.register_buffer("basis", torch.randn(6, 8) / 2)
        self.register_buffer("smooth", torch.tensor([[[1.0, 2, 1]]]).repeat(5, 1, 1) / 4)
        self.register_buffer("near", near / (near.sum(0)[None] * near.sum(1)[:, None]).sqrt())

    def forward(self, x):
        h = self.c(F.linear(torch.relu(self.a(x)), self.projection))
        h = F.conv1d(h, self.smooth, padding=1, groups=5)
        return self.d(torch.tanh(self.near @ h @ self.basis))


@case("buffers-as-kernels", x(4, 5, 6), dynamic={})
def buffers_as_kernels():
    return Buffers()


class Hard(nn.Module):
    """Values that are rounded, chosen, looked up or only signs, each with the gradient of what it was made from."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(6, 3)
        self.book = nn.Parameter(torch.randn(5, 6))

    def forward(self, x):
        z = self.a(x)
        rounded = z + (z.round() - z).detach()
        soft = z.softmax(-1)
        chosen = F.one_hot(soft.argmax(-1), 6).float() - soft.detach() + soft
        found = z + (self.book[(z[:, None] - self.book).pow(2).sum(-1).argmin(-1)] - z).detach()
        return self.b(torch.cat([rounded * 0.5, chosen, found, (z.sign() - z).detach() + z]).reshape(4, -1, 6).sum(0))


@case("hard-choices", x(6, 4), dynamic={})
def hard_choices():
    return Hard()

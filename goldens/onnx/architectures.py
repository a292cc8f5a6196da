"""The models of the corpus: small ones of every kind that people export. Each entry makes a model and the inputs of one batch."""

import math
from dataclasses import dataclass
from typing import Callable

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Case:
    """`make` gives the model; `inputs` its tensors by name. The labels follow from `loss`: "mse" (numbers of the output's shape) or
    "cross-entropy" (classes, of the output's shape without its last axis, or its axis 1 for images), unless the model gives its "own"."""

    make: Callable[[], nn.Module]
    inputs: Callable[[], dict[str, torch.Tensor]]
    loss: str = "mse"
    """Axes that the file leaves open, by input. None leaves every batch axis open, and {} none."""
    dynamic: dict[str, dict[int, str]] | None = None
    """Modes in which the model is exported."""
    modes: tuple[str, ...] = ("train", "eval")
    """A thing of Python that the older exporter does not write."""
    hides: str | None = None
    """Whether the model takes one dictionary."""
    packs: bool = False


def x(*shape):
    return lambda: {"x": torch.randn(*shape)}


def ids(vocabulary, *shape):
    return lambda: {"ids": torch.randint(1, vocabulary, shape)}


CASES: dict[str, Case] = {}


def case(name, inputs, loss="mse", **more):
    def add(make):
        CASES[name] = Case(make, inputs, loss, **more)
        return make

    return add


def sequential(*layers):
    return lambda: nn.Sequential(*[layer() for layer in layers])


# --- building blocks ----------------------------------------------------------------------------------------------------------------


@case("mlp", x(6, 5), "cross-entropy")
def mlp():
    return nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 3))


@case("mlp-norms", x(6, 5))
def mlp_norms():
    return nn.Sequential(
        nn.Linear(5, 8), nn.LayerNorm(8), nn.Tanh(), nn.Linear(8, 8), nn.LayerNorm(8), nn.SiLU(), nn.Linear(8, 1)
    )


@case("rms-norms", x(6, 5))
def rms_norms():
    return nn.Sequential(nn.Linear(5, 8), nn.RMSNorm(8), nn.Tanh(), nn.Linear(8, 8), nn.RMSNorm(8), nn.Linear(8, 1))


class Activations(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(6, 6) for _ in range(9))
        self.prelu, self.each = nn.PReLU(), nn.PReLU(6)

    def forward(self, x):
        kinds = [F.softplus, F.mish, F.hardswish, F.elu, F.selu, F.leaky_relu, F.logsigmoid, self.prelu, self.each]
        for layer, kind in zip(self.layers, kinds):
            x = kind(layer(x))
        return x


@case("activations", x(4, 6))
def activations():
    return Activations()


class Fourier(nn.Module):
    """A frozen table of frequencies, and constants of the computation."""

    def __init__(self):
        super().__init__()
        self.register_buffer("B", torch.randn(2, 4))
        self.f, self.g = nn.Linear(8, 6), nn.Linear(6, 1)

    def forward(self, x):
        z = 2 * math.pi * x @ self.B
        h = torch.log(torch.relu(self.f(torch.cat([z.sin(), z.cos()], -1))) + 1e-2)
        return self.g(h)


@case("fourier-features", x(6, 2))
def fourier():
    return Fourier()


class Scaled(nn.Module):
    """Scalars and small tensors that are learnt, beside ones that are not."""

    def __init__(self):
        super().__init__()
        self.mean = nn.Buffer(torch.tensor([0.2, -0.3, 0.5, 0.1]))
        self.std = nn.Buffer(torch.tensor([1.2, 0.8, 0.9, 1.1]))
        self.body = nn.Linear(4, 4)
        self.gamma = nn.Parameter(torch.full((4,), 0.1))
        self.temperature = nn.Parameter(torch.tensor(0.7))
        self.shift = nn.Parameter(torch.randn(1, 4) * 0.1)

    def forward(self, x):
        x = (x - self.mean) / self.std
        return (x + self.gamma * torch.tanh(self.body(x)) + self.shift) * self.temperature.exp()


@case("learnt-scalars", x(5, 4))
def scaled():
    return Scaled()


class TiedLM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.body = nn.Embedding(11, 6), nn.Linear(6, 6)
        self.head = nn.Linear(6, 11, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, ids):
        return self.head(torch.tanh(self.body(self.embed(ids))))


@case("tied-lm", ids(11, 3, 5), "cross-entropy")
def tied():
    return TiedLM()


class Padded(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.out = nn.Embedding(9, 6, padding_idx=0), nn.Linear(6, 3)

    def forward(self, ids):
        return self.out(self.embed(ids).mean(1))


def padded_ids():
    return {"ids": torch.tensor([[1, 2, 3, 0], [4, 0, 0, 0], [5, 6, 7, 8]])}


@case("padding-idx", padded_ids, "cross-entropy")
def padded():
    return Padded()


class Frozen(nn.Module):
    """A gate whose input is detached."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(5, 5), nn.Linear(5, 5), nn.Linear(5, 2)

    def forward(self, x):
        h = torch.tanh(self.b(torch.tanh(self.a(x))))
        return self.c(h) * torch.sigmoid(h.detach().sum(-1, keepdim=True))


@case("detached", x(5, 5), hides="detach()")
def frozen():
    return Frozen()


class Reused(nn.Module):
    """One layer used three times, and a copy that only begins with the same numbers."""

    def __init__(self):
        super().__init__()
        import copy

        self.shared, self.norm = nn.Linear(6, 6), nn.LayerNorm(6)
        self.copied = copy.deepcopy(self.shared)
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        for _ in range(3):
            x = self.norm(torch.tanh(self.shared(x)))
        return self.out(torch.tanh(self.copied(x)))


@case("shared-and-copied", x(4, 3, 6))
def reused():
    return Reused()


@case("cnn", x(2, 3, 8, 8), "cross-entropy")
def cnn():
    return nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3), nn.Tanh(), nn.Flatten(), nn.Linear(32, 5))


@case("cnn-batchnorm", x(4, 3, 8, 8), "cross-entropy")
def cnn_bn():
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU(),
        nn.Conv2d(6, 6, 3, padding=1, groups=6, bias=False), nn.BatchNorm2d(6), nn.ReLU6(), nn.Conv2d(6, 8, 1), nn.BatchNorm2d(8),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5),
    )  # fmt: skip


@case("conv-1d-3d", lambda: {"x": torch.randn(2, 3, 12), "v": torch.randn(2, 2, 4, 4, 4)})
def conv_1d_3d():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv1d(3, 5, 3, stride=2, padding=1, dilation=1), nn.Conv3d(2, 5, 2)
            self.norm = nn.GroupNorm(5, 5)

        def forward(self, x, v):
            return F.gelu(self.norm(self.a(x))).mean(-1) + self.b(v).mean((2, 3, 4))

    return M()


@case("conv-transpose", x(2, 4, 5, 5))
def conv_transpose():
    return nn.Sequential(
        nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1), nn.InstanceNorm2d(6, affine=True), nn.ELU(), nn.ConvTranspose2d(6, 3, 2, stride=2), nn.Sigmoid()
    )


@case("norms-2d", x(3, 6, 6, 6))
def norms_2d():
    return nn.Sequential(
        nn.Conv2d(6, 6, 3), nn.GroupNorm(2, 6), nn.Hardswish(), nn.LocalResponseNorm(3), nn.Conv2d(6, 4, 2), nn.LayerNorm([4, 3, 3]), nn.AvgPool2d(3), nn.Flatten(), nn.Linear(4, 2)
    )


@case("upsample", x(2, 3, 5, 5))
def upsample():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(4, 4, 3), nn.Upsample(scale_factor=2), nn.Conv2d(4, 8, 3), nn.PixelShuffle(2)
    )


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(2, 4, 3, 1, 1), nn.Conv2d(4, 8, 3, 2, 1), nn.Conv2d(12, 3, 3, 1, 1)

    def forward(self, x):
        a = F.relu(self.a(x))
        up = F.interpolate(F.relu(self.b(a)), size=a.shape[2:], mode="bilinear", align_corners=False)
        return self.c(torch.cat([a, up], 1))


@case("unet", x(2, 2, 8, 8), "cross-entropy")
def unet():
    return UNet()


class Weighted(nn.Module):
    """Kernels that are computed from parameters: weight and spectral normalization, weight standardization."""

    def __init__(self):
        super().__init__()
        from torch.nn.utils.parametrizations import spectral_norm, weight_norm

        self.a = weight_norm(nn.Linear(5, 6))
        self.b = weight_norm(nn.Conv1d(6, 4, 3))
        self.c = spectral_norm(nn.Linear(4, 3))
        self.d = nn.Parameter(torch.randn(3, 3))

    def forward(self, x):
        h = torch.tanh(self.a(x)).transpose(1, 2)
        h = torch.tanh(self.b(h)).mean(-1)
        w = (self.d - self.d.mean(1, keepdim=True)) / (self.d.std(1, keepdim=True) + 1e-5)
        return F.linear(self.c(h), w)


@case("normalized-weights", x(4, 7, 5), modes=("eval",))
def weighted():
    return Weighted()


class Recurrent(nn.Module):
    def __init__(self, kind, **more):
        super().__init__()
        self.rnn = kind(4, 6, batch_first=True, **more)
        self.out = nn.Linear(12 if more.get("bidirectional") else 6, 3)

    def forward(self, x):
        return self.out(self.rnn(x)[0][:, -1])


@case("lstm", x(3, 5, 4), "cross-entropy")
def lstm():
    return Recurrent(nn.LSTM, num_layers=2)


@case("lstm-bidirectional", x(3, 5, 4), "cross-entropy")
def lstm_bi():
    return Recurrent(nn.LSTM, bidirectional=True)


@case("gru", x(3, 5, 4), "cross-entropy")
def gru():
    return Recurrent(nn.GRU, num_layers=2)


@case("rnn", x(3, 5, 4), "cross-entropy")
def rnn():
    return Recurrent(nn.RNN, nonlinearity="relu")


class Cells(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.gru, self.out = nn.LSTMCell(3, 5), nn.GRUCell(5, 5), nn.Linear(5, 2)

    def forward(self, x):
        h, c, g = x.new_zeros(x.shape[0], 5), x.new_zeros(x.shape[0], 5), x.new_zeros(x.shape[0], 5)
        for step in range(4):
            h, c = self.cell(x[:, step], (h, c))
            g = self.gru(h, g)
        return self.out(g)


@case("cells", x(3, 4, 3))
def cells():
    return Cells()


@case("transformer-encoder", x(2, 5, 8))
def encoder():
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


@case("transformer", lambda: {"x": torch.randn(2, 5, 8), "y": torch.randn(2, 4, 8)})
def transformer():
    return nn.Transformer(8, 2, 1, 2, 16, dropout=0.0, batch_first=True, norm_first=True)


class Attending(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention, self.out = nn.MultiheadAttention(8, 2, batch_first=True, bias=True), nn.Linear(8, 3)

    def forward(self, x):
        mask = torch.full((x.shape[1], x.shape[1]), float("-inf")).triu(1)
        return self.out(self.attention(x, x, x, attn_mask=mask, need_weights=False)[0])


@case("attention", x(2, 5, 8))
def attention():
    return Attending()


class Sinusoid(nn.Module):
    """A fixed table of sines as a buffer, a learnt one, a class token, rotary angles and a causal mask."""

    def __init__(self, width=8, steps=12):
        super().__init__()
        at = torch.arange(steps)[:, None] * torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        self.register_buffer("pe", torch.stack([at.sin(), at.cos()], -1).flatten(1)[None])
        self.register_buffer("cos_cached", torch.cat([at, at], -1).cos()[:, :width])
        self.register_buffer("sin_cached", torch.cat([at, at], -1).sin()[:, :width])
        self.register_buffer("mask", torch.ones(steps, steps).tril())
        self.cls = nn.Parameter(torch.randn(1, 1, width) * 0.1)
        self.pos_embed = nn.Parameter(torch.randn(1, steps, width) * 0.1)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, 3)

    def forward(self, x):
        n = x.shape[1] + 1
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.pe[:, :n] + self.pos_embed[:, :n]
        q, k, v = self.qkv(x).chunk(3, -1)
        turn = lambda t: t * self.cos_cached[:n] + torch.cat([-t[..., 4:], t[..., :4]], -1) * self.sin_cached[:n]
        scores = turn(q) @ turn(k).transpose(1, 2) / math.sqrt(8)
        scores = scores.masked_fill(self.mask[:n, :n] == 0, float("-inf"))
        return self.out(scores.softmax(-1) @ v)


@case("tables-of-angles", x(2, 6, 8))
def sinusoid():
    return Sinusoid()


class MiniGPT(nn.Module):
    """As nanoGPT: a causal mask in a buffer, learnt positions, tied tables."""

    def __init__(self, vocabulary=13, width=8, steps=10):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, width), nn.Embedding(steps, width)
        self.ln_1, self.ln_2, self.ln_f = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc, self.proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.register_buffer("bias", torch.tril(torch.ones(steps, steps))[None, None])
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.wte.weight = self.head.weight

    def forward(self, ids):
        b, t = ids.shape
        h = self.wte(ids) + self.wpe(torch.arange(t))
        q, k, v = (p.view(b, t, 2, -1).transpose(1, 2) for p in self.c_attn(self.ln_1(h)).split(8, 2))
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(k.shape[-1])
        scores = scores.masked_fill(self.bias[:, :, :t, :t] == 0, float("-inf"))
        h = h + self.c_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, -1))
        h = h + self.proj(F.gelu(self.fc(self.ln_2(h)), approximate="tanh"))
        return self.head(self.ln_f(h))


@case("mini-gpt", ids(13, 2, 6), "cross-entropy")
def mini_gpt():
    return MiniGPT()


class Experts(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate, self.w1, self.w2 = nn.Linear(6, 3), nn.Parameter(torch.randn(3, 6, 8) * 0.3), nn.Parameter(torch.randn(3, 8, 6) * 0.3)

    def forward(self, x):
        gates = self.gate(x).softmax(-1)
        every = torch.einsum("bi,eij->bej", x, self.w1).relu()
        return torch.einsum("bej,ejo,be->bo", every, self.w2, gates)


@case("experts", x(5, 6))
def experts():
    return Experts()


class Bilinear(nn.Module):
    def __init__(self):
        super().__init__()
        self.f, self.bag, self.scale = nn.Bilinear(4, 3, 5), nn.EmbeddingBag(10, 3, mode="mean"), nn.Parameter(torch.ones(5))

    def forward(self, x, ids):
        return F.normalize(self.f(x, self.bag(ids)), dim=-1) * self.scale


@case("bilinear", lambda: {"x": torch.randn(4, 4), "ids": torch.randint(0, 10, (4, 3))}, dynamic={})
def bilinear():
    return Bilinear()


class Graph(nn.Module):
    """A graph convolution: messages are gathered by edges and summed."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(6, 2)

    def forward(self, x, edges):
        for layer in (self.a, self.b):
            h = layer(x)
            x = torch.zeros_like(h).index_add(0, edges[1], h[edges[0]]).tanh()
        return x


@case("graph-convolution", lambda: {"x": torch.randn(6, 4), "edges": torch.randint(0, 6, (2, 9))}, dynamic={})
def graph():
    return Graph()


class Spectral(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.w, self.b = nn.Linear(8, 8), nn.Parameter(torch.randn(5, 2) * 0.5), nn.Linear(8, 2)

    def forward(self, x):
        z = torch.fft.rfft(self.a(x), dim=-1)
        z = torch.view_as_real(z)
        z = torch.view_as_complex(torch.stack([z[..., 0] * self.w[:, 0] - z[..., 1] * self.w[:, 1], z[..., 0] * self.w[:, 1] + z[..., 1] * self.w[:, 0]], -1))
        return self.b(torch.fft.irfft(z, n=8, dim=-1))


@case("fourier-layer", x(3, 8), dynamic={})
def spectral():
    return Spectral()


class Chunks(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 12), nn.Linear(6, 2)

    def forward(self, x):
        a, b = self.a(x).chunk(2, -1)
        parts = torch.split(a * b.sigmoid(), 2, dim=-1)
        y = torch.stack(parts, 1).flip(1).cumsum(1)
        return self.b(y.flatten(1).clamp(-2, 2) + torch.roll(x, 1, -1).abs().sqrt())


@case("movement", x(4, 6))
def chunks():
    return Chunks()


class Quantized(nn.Module):
    """Fake quantization around a kernel, as quantization-aware training writes it."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(5, 6), nn.Linear(6, 2)

    def forward(self, x):
        w = torch.fake_quantize_per_tensor_affine(self.a.weight, 0.01, 0, -128, 127)
        return self.b(torch.tanh(F.linear(x, w, self.a.bias)))


@case("fake-quantized", x(4, 5))
def quantized():
    return Quantized()


# --- torchvision --------------------------------------------------------------------------------------------------------------------

image = x(4, 3, 64, 64)


@case("resnet", image, "cross-entropy")
def resnet():
    from torchvision.models.resnet import BasicBlock, ResNet

    class Narrow(ResNet):
        def __init__(self):
            super().__init__(BasicBlock, [1, 1, 1, 1], num_classes=5)

        def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
            self.inplanes = self.inplanes if planes > 64 else 64
            return super()._make_layer(block, planes, blocks, stride, dilate)

    torch.manual_seed(0)
    net = ResNet.__new__(ResNet)
    nn.Module.__init__(net)
    net._norm_layer, net.inplanes, net.dilation, net.groups, net.base_width = nn.BatchNorm2d, 8, 1, 1, 64
    net.conv1, net.bn1, net.relu, net.maxpool = nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
    net.layer1, net.layer2 = net._make_layer(BasicBlock, 8, 1), net._make_layer(BasicBlock, 16, 1, 2)
    net.layer3, net.layer4 = net._make_layer(BasicBlock, 16, 1, 2), net._make_layer(BasicBlock, 16, 1, 2)
    net.avgpool, net.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(16, 5)
    return net


def inception(*sizes):
    from torchvision.models.googlenet import Inception

    return Inception(*sizes)


def vision(name, size=64, **options):
    @case(name, x(4, 3, size, size), "cross-entropy")
    def make():
        import torchvision

        return options["function"](torchvision.models)

    return make


vision("mobilenet-v2", function=lambda m: m.MobileNetV2(num_classes=5, width_mult=0.1, inverted_residual_setting=[[1, 8, 1, 1], [6, 16, 2, 2]], round_nearest=4, dropout=0.0))
vision("mobilenet-v3", function=lambda m: m.MobileNetV3([
    m.mobilenetv3.InvertedResidualConfig(8, 3, 16, 8, True, "RE", 2, 1, 1.0), m.mobilenetv3.InvertedResidualConfig(8, 5, 24, 12, True, "HS", 1, 1, 1.0)
], last_channel=16, num_classes=5, dropout=0.0))  # fmt: skip
vision("densenet", function=lambda m: m.DenseNet(4, (2, 2), 8, num_classes=5))
vision("squeezenet", 64, function=lambda m: nn.Sequential(
    nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), m.squeezenet.Fire(8, 4, 8, 8), m.squeezenet.Fire(16, 4, 8, 8), nn.Conv2d(16, 5, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()
))  # fmt: skip
vision("shufflenet", function=lambda m: m.ShuffleNetV2([2, 2, 1], [8, 16, 16, 16, 32], num_classes=5))
vision("efficientnet", function=lambda m: m.EfficientNet([
    m.efficientnet.MBConvConfig(1, 3, 1, 8, 8, 1), m.efficientnet.MBConvConfig(4, 3, 2, 8, 16, 1), m.efficientnet.FusedMBConvConfig(4, 3, 1, 16, 16, 1)
], dropout=0.0, stochastic_depth_prob=0.0, num_classes=5, last_channel=16))  # fmt: skip
vision("convnext", function=lambda m: m.ConvNeXt([m.convnext.CNBlockConfig(8, 16, 1), m.convnext.CNBlockConfig(16, None, 1)], 0.0, num_classes=5))
vision("regnet", function=lambda m: m.RegNet(m.regnet.BlockParams([1, 1], [8, 16], [8, 8], [1.0, 1.0], [2, 2], se_ratio=0.25), num_classes=5, stem_width=8))
vision("googlenet", 32, function=lambda m: nn.Sequential(nn.Conv2d(3, 8, 3, 2), inception(8, 4, 4, 4, 2, 4, 4), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5)))
vision("vision-transformer", 32, function=lambda m: m.VisionTransformer(32, 8, 2, 2, 16, 32, num_classes=5))
vision("swin", function=lambda m: m.SwinTransformer([4, 4], 8, [1, 2], [2, 2], [4, 4], stochastic_depth_prob=0.0, num_classes=5))
vision("swin-v2", function=lambda m: m.SwinTransformer([4, 4], 8, [1, 2], [2, 2], [4, 4], stochastic_depth_prob=0.0, num_classes=5, block=m.swin_transformer.SwinTransformerBlockV2, downsample_layer=m.swin_transformer.PatchMergingV2))
vision("maxvit", 32, function=lambda m: m.MaxVit((32, 32), 8, 4, [8, 16], [1, 1], 8, 0.0, num_classes=5))


@case("segmentation", x(2, 3, 32, 32), "cross-entropy", dynamic={})
def segmentation():
    from torchvision.models.segmentation.deeplabv3 import ASPP

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.aspp, self.head = nn.Conv2d(3, 8, 3, 4, 1), ASPP(8, [2, 3], 8), nn.Conv2d(8, 3, 1)
            for module in self.aspp.modules():
                if isinstance(module, nn.Dropout):
                    module.p = 0.0

        def forward(self, x):
            return F.interpolate(self.head(self.aspp(self.stem(x).relu())), size=x.shape[-2:], mode="bilinear", align_corners=False)

    return Net()


# --- timm ---------------------------------------------------------------------------------------------------------------------------


def timm_case(name, model, size=32, **options):
    @case(name, x(2, 3, size, size), "cross-entropy", dynamic={})
    def make():
        import timm

        return timm.create_model(model, num_classes=5, **options)

    return make


timm_case("timm-vit", "vit_tiny_patch16_224", img_size=32, patch_size=8, embed_dim=16, depth=2, num_heads=2, init_values=0.1)
timm_case("timm-deit", "deit_tiny_distilled_patch16_224", img_size=32, patch_size=8, embed_dim=16, depth=1, num_heads=2)
timm_case("timm-eva", "eva02_tiny_patch14_224", img_size=28, patch_size=7, embed_dim=16, depth=2, num_heads=2, size=28)
timm_case("timm-nfnet", "test_nfnet", size=64)
timm_case("timm-resnet", "test_resnet", size=64)
timm_case("timm-efficientnet", "test_efficientnet", size=64)
timm_case("timm-byobnet", "test_byobnet", size=64)

# --- transformers -------------------------------------------------------------------------------------------------------------------


class First(nn.Module):
    """The first output of a model that returns many, its inputs by name."""

    def __init__(self, model, names, **more):
        super().__init__()
        self.model, self.names, self.more = model, names, more

    def forward(self, *args):
        out = self.model(**dict(zip(self.names, args)), **self.more)
        return out[0] if isinstance(out, (tuple, list)) else (out.logits if "logits" in out else out.last_hidden_state)


def text_case(name, kind, config, attention=True, head="classes", steps=7, vocabulary=31, **more):
    def inputs():
        given = {"input_ids": torch.randint(3, vocabulary, (2, steps))}
        if attention:
            given["attention_mask"] = torch.ones(2, steps, dtype=torch.long)
            given["attention_mask"][0, -2:] = 0 if name not in CAUSAL else 1
        return given

    @case(name, inputs, "cross-entropy", dynamic={})
    def make():
        import transformers

        names = ["input_ids"] + (["attention_mask"] if attention else [])
        settings = getattr(transformers, f"{kind[0]}Config")(**{**TINY, **config})
        model = getattr(transformers, kind[1])._from_config(settings, attn_implementation=more.get("attn", "eager"))
        extra = {"use_cache": False} if name in CAUSAL else {}
        return First(model, names, **extra)

    return make


TINY = dict(
    vocab_size=31, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, max_position_embeddings=16, num_labels=3,
    hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attention_dropout=0.0, hidden_dropout=0.0, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
    pad_token_id=0, bos_token_id=1, eos_token_id=2,
)  # fmt: skip
CAUSAL = {"gpt2", "gpt-neo", "gpt-neox", "opt", "bloom", "llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "phi", "phi3", "falcon", "stablelm", "smollm3", "olmo2", "mamba", "mixtral", "gpt-bigcode", "codegen", "cohere", "granite"}
text_case("bert", ("Bert", "BertForSequenceClassification"), {})
text_case("bert-mlm", ("Bert", "BertForMaskedLM"), {}, attn="sdpa")
text_case("distilbert", ("DistilBert", "DistilBertForSequenceClassification"), dict(dim=16, n_layers=2, n_heads=2, hidden_dim=32, dropout=0.0, seq_classif_dropout=0.0))
text_case("roberta", ("Roberta", "RobertaForSequenceClassification"), dict(pad_token_id=1, max_position_embeddings=18))
text_case("albert", ("Albert", "AlbertForSequenceClassification"), dict(embedding_size=8, classifier_dropout_prob=0.0))
text_case("electra", ("Electra", "ElectraForSequenceClassification"), dict(embedding_size=8))
text_case("mobilebert", ("MobileBert", "MobileBertForSequenceClassification"), dict(embedding_size=16, intra_bottleneck_size=16, true_hidden_size=16, num_feedforward_networks=2))
text_case("deberta-v2", ("DebertaV2", "DebertaV2ForSequenceClassification"), dict(relative_attention=True, pos_att_type=["p2c", "c2p"], max_relative_positions=8, position_buckets=4, pooler_dropout=0.0))
text_case("modernbert", ("ModernBert", "ModernBertForSequenceClassification"), dict(global_attn_every_n_layers=2, local_attention=4, mlp_dropout=0.0, embedding_dropout=0.0, classifier_dropout=0.0, reference_compile=False))
text_case("gpt2", ("GPT2", "GPT2LMHeadModel"), dict(n_embd=16, n_layer=2, n_head=2, n_positions=16), attention=False)
text_case("gpt-neo", ("GPTNeo", "GPTNeoForCausalLM"), dict(num_layers=2, num_heads=2, attention_types=[[["global", "local"], 1]], window_size=4, embed_dropout=0.0), attention=False)
text_case("gpt-neox", ("GPTNeoX", "GPTNeoXForCausalLM"), {}, attention=False)
text_case("opt", ("OPT", "OPTForCausalLM"), dict(ffn_dim=32, word_embed_proj_dim=16, dropout=0.0, activation_dropout=0.0), attention=False)
text_case("bloom", ("Bloom", "BloomForCausalLM"), dict(n_layer=2, n_head=2), attention=True)
text_case("llama", ("Llama", "LlamaForCausalLM"), dict(num_key_value_heads=1), attention=False)
text_case("mistral", ("Mistral", "MistralForCausalLM"), dict(num_key_value_heads=1, sliding_window=4), attention=False, attn="sdpa")
text_case("qwen2", ("Qwen2", "Qwen2ForCausalLM"), dict(num_key_value_heads=1), attention=False)
text_case("qwen3", ("Qwen3", "Qwen3ForCausalLM"), dict(num_key_value_heads=1, head_dim=8, tie_word_embeddings=True), attention=False)
text_case("gemma", ("Gemma", "GemmaForCausalLM"), dict(num_key_value_heads=1, head_dim=8), attention=False)
text_case("gemma2", ("Gemma2", "Gemma2ForCausalLM"), dict(num_key_value_heads=1, head_dim=8, sliding_window=4), attention=False)
text_case("phi", ("Phi", "PhiForCausalLM"), {}, attention=False)
text_case("falcon", ("Falcon", "FalconForCausalLM"), dict(alibi=False), attention=False)
text_case("stablelm", ("StableLm", "StableLmForCausalLM"), dict(num_key_value_heads=2), attention=False)


def seq2seq(name, kind, config):
    def inputs():
        return {"input_ids": torch.randint(3, 31, (2, 7)), "decoder_input_ids": torch.randint(3, 31, (2, 5))}

    @case(name, inputs, "cross-entropy", dynamic={})
    def make():
        import transformers

        settings = getattr(transformers, f"{kind[0]}Config")(**{**TINY, **config})
        model = getattr(transformers, kind[1])._from_config(settings, attn_implementation="eager")
        return First(model, ["input_ids", "decoder_input_ids"], use_cache=False)

    return make


seq2seq("t5", ("T5", "T5ForConditionalGeneration"), dict(d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2, dropout_rate=0.0, decoder_start_token_id=0))
seq2seq("bart", ("Bart", "BartForConditionalGeneration"), dict(d_model=16, encoder_layers=1, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, dropout=0.0, decoder_start_token_id=2))


def image_case(name, kind, config, size=32):
    @case(name, lambda: {"pixel_values": torch.randn(2, 3, size, size)}, "cross-entropy", dynamic={})
    def make():
        import transformers

        settings = getattr(transformers, f"{kind[0]}Config")(**{**TINY, "image_size": size, "patch_size": 8, **config})
        cls = getattr(transformers, kind[1])
        try:
            model = cls._from_config(settings, attn_implementation="eager")
        except Exception:
            model = cls(settings)
        return First(model, ["pixel_values"])

    return make


image_case("hf-vit", ("ViT", "ViTForImageClassification"), {})
image_case("hf-deit", ("DeiT", "DeiTForImageClassification"), {})
image_case("hf-beit", ("Beit", "BeitForImageClassification"), dict(use_relative_position_bias=True, drop_path_rate=0.0, out_indices=[1]))
image_case("hf-dinov2", ("Dinov2", "Dinov2ForImageClassification"), {})
image_case("hf-convnext", ("ConvNext", "ConvNextForImageClassification"), dict(hidden_sizes=[8, 16], depths=[1, 1], patch_size=2, num_stages=2, drop_path_rate=0.0))
image_case("segformer", ("Segformer", "SegformerForSemanticSegmentation"), dict(depths=[1, 1], hidden_sizes=[8, 16], num_encoder_blocks=2, num_attention_heads=[1, 2], decoder_hidden_size=16, sr_ratios=[2, 1], patch_sizes=[7, 3], strides=[4, 2], mlp_ratios=[2, 2], classifier_dropout_prob=0.0, drop_path_rate=0.0))


@case("wav2vec2", lambda: {"input_values": torch.randn(2, 400)}, "cross-entropy", dynamic={})
def wav2vec2():
    import transformers

    settings = transformers.Wav2Vec2Config(**{**TINY, "conv_dim": [8, 8], "conv_stride": [5, 2], "conv_kernel": [10, 3], "num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2,
        "feat_proj_dropout": 0.0, "activation_dropout": 0.0, "final_dropout": 0.0, "layerdrop": 0.0, "mask_time_prob": 0.0, "apply_spec_augment": False, "classifier_proj_size": 8})  # fmt: skip
    return First(transformers.Wav2Vec2ForCTC(settings), ["input_values"])


@case("whisper", lambda: {"input_features": torch.randn(2, 8, 32), "decoder_input_ids": torch.randint(3, 31, (2, 5))}, "cross-entropy", dynamic={})
def whisper():
    import transformers

    settings = transformers.WhisperConfig(**{**TINY, "d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 32,
        "decoder_ffn_dim": 32, "num_mel_bins": 8, "max_source_positions": 16, "max_target_positions": 8, "dropout": 0.0, "decoder_start_token_id": 1, "suppress_tokens": None, "begin_suppress_tokens": None})  # fmt: skip
    return First(transformers.WhisperForConditionalGeneration._from_config(settings, attn_implementation="eager"), ["input_features", "decoder_input_ids"], use_cache=False)


@case("clip", lambda: {"input_ids": torch.randint(3, 31, (2, 6)), "pixel_values": torch.randn(2, 3, 32, 32)}, "cross-entropy", dynamic={})
def clip():
    import transformers

    text = {k: v for k, v in {**TINY, "projection_dim": 8, "eos_token_id": 2}.items()}
    image = {**TINY, "image_size": 32, "patch_size": 8, "projection_dim": 8}
    settings = transformers.CLIPConfig(text_config=text, vision_config=image, projection_dim=8)
    model = transformers.CLIPModel(settings)

    class Logits(nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, pixel_values):
            return self.model(input_ids=input_ids, pixel_values=pixel_values).logits_per_image

    return Logits()

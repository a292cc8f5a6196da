"""More models of the corpus: modules as people write them, with functional operators, shared layers and tensors of their own."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from architectures import case, ids, x


class Normed(nn.Module):
    """The weight normalization of old code, by hooks."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.utils.weight_norm(nn.Conv1d(3, 6, 3)), nn.utils.weight_norm(nn.Linear(6, 2), dim=None)

    def forward(self, x):
        return self.b(F.leaky_relu(self.a(x), 0.2).mean(-1))


@case("weight-norm", x(4, 3, 9))
def normed():
    return Normed()


class Spectral(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.utils.spectral_norm(nn.Conv2d(2, 4, 3)), nn.utils.spectral_norm(nn.Linear(4, 1))

    def forward(self, x):
        return self.b(F.leaky_relu(self.a(x), 0.1).mean((2, 3)))


@case("spectral-norm", x(4, 2, 6, 6), modes=("eval",))
def spectral():
    return Spectral()


class Einsums(nn.Module):
    """Attention as einsum writes it, with a learnt bias by relative position."""

    def __init__(self, width=8, heads=2, steps=6):
        super().__init__()
        self.wq, self.wk, self.wv = (nn.Parameter(torch.randn(width, heads, width // heads) * 0.3) for _ in range(3))
        self.wo, self.rel = nn.Parameter(torch.randn(heads, width // heads, 3) * 0.3), nn.Embedding(2 * steps - 1, heads)
        self.register_buffer("at", torch.arange(steps)[:, None] - torch.arange(steps) + steps - 1, persistent=False)

    def forward(self, x):
        q, k, v = (torch.einsum("btd,dhe->bhte", x, w) for w in (self.wq, self.wk, self.wv))
        scores = torch.einsum("bhie,bhje->bhij", q, k) / math.sqrt(q.shape[-1]) + self.rel(self.at).permute(2, 0, 1)
        return torch.einsum("bhij,bhje,heo->bio", scores.softmax(-1), v, self.wo)


@case("einsum-attention", x(2, 6, 8))
def einsums():
    return Einsums()


class Slices(nn.Module):
    """Steps, negative bounds, lists of places, masks and writing in place."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(8, 8), nn.Linear(4, 3), nn.Linear(3, 2)
        self.register_buffer("order", torch.tensor([3, 0, 2, 1]), persistent=False)

    def forward(self, x):
        h = self.a(x)
        h = h[..., ::2] * h[..., 1::2].sigmoid() + h[:, :, -4:]
        h = h[..., self.order] + h[:, [1, 0, 2]]
        out = torch.zeros_like(h)
        out[:, 1:] = h[:, :-1]
        out[:, 0, :2] += 1.5 * h[:, 0, 2:]
        out = torch.where(out > 0, out, 0.1 * out.tanh())
        y = self.b(out[:, -2:].reshape(x.shape[0], 2, -1))
        return self.c(y.masked_fill(y.abs() < 0.05, 0.0).max(1).values)


@case("slices", x(3, 3, 8))
def slices():
    return Slices()


class Autoencoder(nn.Module):
    """A decoder that is the encoder's transpose."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(7, 5), nn.Linear(5, 3)
        self.bias = nn.ParameterList([nn.Parameter(torch.randn(5) * 0.1), nn.Parameter(torch.randn(7) * 0.1)])

    def forward(self, x):
        h = torch.tanh(self.b(torch.tanh(self.a(x))))
        h = torch.tanh(F.linear(h, self.b.weight.t(), self.bias[0]))
        return h @ self.a.weight + self.bias[1]


@case("tied-autoencoder", x(5, 7))
def autoencoder():
    return Autoencoder()


class Recycled(nn.Module):
    """One block called again and again by a list, as ALBERT and universal transformers do, and steps of Runge and Kutta."""

    def __init__(self):
        super().__init__()
        block = nn.Sequential(nn.Linear(6, 12), nn.SiLU(), nn.Linear(12, 6))
        self.blocks, self.norm, self.out = nn.ModuleList([block] * 3), nn.LayerNorm(6), nn.Linear(6, 2)
        self.field = nn.Sequential(nn.Linear(6, 6), nn.Tanh())

    def forward(self, x):
        for block in self.blocks:
            x = x + block(self.norm(x))
        for _ in range(2):
            k1 = self.field(x)
            k2 = self.field(x + 0.25 * k1)
            x = x + 0.5 * k2
        return self.out(x)


@case("recycled-blocks", x(4, 6))
def recycled():
    return Recycled()


class OwnLoss(nn.Module):
    """The loss is computed by the model, as Hugging Face's models do when they are given labels."""

    def __init__(self):
        super().__init__()
        self.embed, self.body, self.head = nn.Embedding(9, 6), nn.GRU(6, 6, batch_first=True), nn.Linear(6, 9)

    def forward(self, ids, target):
        logits = self.head(self.body(self.embed(ids))[0])
        loss = F.cross_entropy(logits[:, :-1].reshape(-1, 9), target[:, 1:].reshape(-1), ignore_index=0)
        return loss + 0.01 * logits.logsumexp(-1).square().mean()


@case("own-loss", lambda: {"ids": torch.randint(1, 9, (3, 5)), "target": torch.randint(0, 9, (3, 5))}, "own", dynamic={})
def own_loss():
    return OwnLoss()


class Tabular(nn.Module):
    """Integer columns and float columns, as tables have them."""

    def __init__(self):
        super().__init__()
        self.tables = nn.ModuleList([nn.Embedding(n, 3) for n in (4, 7, 5)])
        self.scale, self.shift, self.first, self.out = nn.Parameter(torch.ones(2)), nn.Parameter(torch.zeros(2)), nn.Linear(11, 8), nn.Linear(8, 2)
        self.columns = nn.Parameter(torch.randn(3, 3) * 0.1)

    def forward(self, kinds, numbers):
        parts = torch.stack([table(kinds[:, i]) for i, table in enumerate(self.tables)], 1) + self.columns
        h = torch.cat([parts.flatten(1), numbers.log1p() * self.scale + self.shift], 1)
        return self.out(F.dropout(F.relu(self.first(h)), 0.0, self.training))


@case("tabular", lambda: {"kinds": torch.randint(0, 4, (5, 3)), "numbers": torch.rand(5, 2)}, "cross-entropy")
def tabular():
    return Tabular()


class Dropped(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 8), nn.GELU(), nn.AlphaDropout(0.2), nn.Linear(8, 3))

    def forward(self, x):
        return self.net(x)


@case("dropout", x(6, 5), "cross-entropy", modes=("eval",))
def dropped():
    return Dropped()


class Crossed(nn.Module):
    """Attention over keys of another width, with padding, and a key and value that are learnt."""

    def __init__(self):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(8, 2, batch_first=True)
        self.cross = nn.MultiheadAttention(8, 4, kdim=5, vdim=6, batch_first=True, add_bias_kv=True)
        self.norm = nn.LayerNorm(8)

    def forward(self, x, keys, values, padding):
        h = self.norm(x + self.self_attn(x, x, x, need_weights=False)[0])
        return self.cross(h, keys, values, key_padding_mask=padding > 0.5)[0]


@case("cross-attention", lambda: {"x": torch.randn(2, 3, 8), "keys": torch.randn(2, 4, 5), "values": torch.randn(2, 4, 6), "padding": torch.tensor([[0.0, 0, 0, 1], [0, 0, 1, 1]])}, dynamic={})
def crossed():
    return Crossed()


class Captioner(nn.Module):
    """A decoder of nn.TransformerDecoder over features of an image."""

    def __init__(self):
        super().__init__()
        self.features, self.embed = nn.Conv2d(3, 8, 4, 4), nn.Embedding(11, 8)
        layer = nn.TransformerDecoderLayer(8, 2, 16, dropout=0.0, batch_first=True, activation="gelu")
        self.decoder, self.head = nn.TransformerDecoder(layer, 2, nn.LayerNorm(8)), nn.Linear(8, 11)
        self.place = nn.Parameter(torch.zeros(1, 5, 8))
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(5), persistent=False)

    def forward(self, image, ids):
        memory = self.features(image).flatten(2).transpose(1, 2)
        return self.head(self.decoder(self.embed(ids) * math.sqrt(8) + self.place, memory, tgt_mask=self.mask, tgt_is_causal=True))


@case("captioner", lambda: {"image": torch.randn(2, 3, 8, 8), "ids": torch.randint(0, 11, (2, 5))}, "cross-entropy", dynamic={})
def captioner():
    return Captioner()


@case("transformer-post-norm", lambda: {"x": torch.randn(2, 5, 8), "y": torch.randn(2, 4, 8)}, dynamic={})
def post_norm():
    return nn.Transformer(8, 2, 2, 1, 16, dropout=0.0, batch_first=True, activation="gelu")


@case("norms-of-all-kinds", x(4, 6, 8))
def norms():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.bn, self.inorm, self.gn = nn.BatchNorm1d(6), nn.InstanceNorm1d(6, affine=True), nn.GroupNorm(3, 6)
            self.a, self.b, self.plain = nn.Conv1d(6, 6, 1), nn.Conv1d(6, 6, 3, padding=1), nn.LayerNorm(8, elementwise_affine=False)

        def forward(self, x):
            return self.plain(self.gn(self.b(F.mish(self.inorm(self.a(torch.tanh(self.bn(x))))))))

    return M()


class SpatialTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.where, self.a = nn.Linear(36, 6), nn.Conv2d(1, 2, 3, padding=1)
        nn.init.normal_(self.where.weight, std=0.02)
        self.where.bias.data.copy_(torch.tensor([1.0, 0.1, 0.05, -0.1, 0.9, 0.02]))

    def forward(self, x):
        theta = self.where(x.flatten(1)).view(-1, 2, 3)
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)
        return self.a(F.grid_sample(x, grid, padding_mode="border", align_corners=False))


@case("spatial-transformer", x(3, 1, 6, 6), dynamic={})
def spatial_transformer():
    return SpatialTransformer()


class Scales(nn.Module):
    """Every kind of resizing, and pixels moved to channels and back."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 12, 1)

    def forward(self, x):
        h = self.a(x)
        h = F.interpolate(h, scale_factor=2, mode="bicubic", align_corners=False)
        h = F.interpolate(h, size=(9, 7), mode="bilinear", align_corners=True) + F.interpolate(h, size=(9, 7), mode="nearest-exact")
        h = F.pad(h, (1, 0, 2, 1), mode="reflect")
        h = F.pixel_shuffle(self.b(h), 2)
        return F.pixel_unshuffle(F.pad(h, (0, 0, 1, 1), mode="replicate"), 2) + F.adaptive_avg_pool2d(h, (13, 8)).mean(1, keepdim=True)


@case("scales", x(2, 3, 5, 5), dynamic={})
def scales():
    return Scales()


class Deformable(nn.Module):
    def __init__(self):
        super().__init__()
        from torchvision.ops import DeformConv2d

        self.offset, self.mask, self.conv = nn.Conv2d(2, 18, 3, padding=1), nn.Conv2d(2, 9, 3, padding=1), DeformConv2d(2, 4, 3, padding=1)

    def forward(self, x):
        return self.conv(x, self.offset(x), self.mask(x).sigmoid()).mean((2, 3))


@case("deformable", x(2, 2, 6, 6), dynamic={})
def deformable():
    return Deformable()


class Packed(nn.Module):
    """A GRU over sequences of several lengths."""

    def __init__(self):
        super().__init__()
        self.rnn, self.out = nn.GRU(4, 5, batch_first=True, bidirectional=True), nn.Linear(10, 2)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, h = self.rnn(packed)
        out, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=6)
        return self.out(torch.cat([h[0], h[1]], -1) + out.sum(1))


@case("packed-gru", lambda: {"x": torch.randn(3, 6, 4), "lengths": torch.tensor([6, 4, 2])}, dynamic={})
def packed():
    return Packed()


class States(nn.Module):
    """LSTMs with learnt first states, a projection, and several layers in two directions."""

    def __init__(self):
        super().__init__()
        self.h, self.c = nn.Parameter(torch.randn(1, 1, 5) * 0.1), nn.Parameter(torch.randn(1, 1, 5) * 0.1)
        self.a, self.b, self.out = nn.LSTM(3, 5), nn.LSTM(5, 4, num_layers=2, bidirectional=True), nn.Linear(8, 2)

    def forward(self, x):
        n = x.shape[1]
        y, _ = self.a(x, (self.h.expand(-1, n, -1).contiguous(), self.c.expand(-1, n, -1).contiguous()))
        y, (h, c) = self.b(y)
        return self.out(y[-1] + torch.cat([h[-1], c[-1]], -1))


@case("lstm-states", x(4, 3, 3), dynamic={})
def states():
    return States()


class TimeUNet(nn.Module):
    """A denoiser of diffusion: sines of the time step shift and scale the maps, with attention in the middle."""

    def __init__(self, width=8):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(width, 16), nn.SiLU(), nn.Linear(16, 2 * width))
        self.first, self.down = nn.Conv2d(2, width, 3, padding=1), nn.Conv2d(width, width, 3, 2, 1)
        self.n1, self.n2, self.qkv, self.proj = nn.GroupNorm(4, width), nn.GroupNorm(2, width), nn.Conv2d(width, 3 * width, 1), nn.Conv2d(width, width, 1)
        self.up, self.last, self.width = nn.ConvTranspose2d(width, width, 4, 2, 1), nn.Conv2d(2 * width, 2, 3, padding=1), width

    def forward(self, x, t):
        freqs = torch.exp(-math.log(10000.0) * torch.arange(self.width // 2, dtype=torch.float32) / (self.width // 2))
        angles = t[:, None].to(x.dtype) * freqs.to(x.dtype)
        scale, shift = self.time(torch.cat([angles.sin(), angles.cos()], -1))[:, :, None, None].chunk(2, 1)
        a = F.silu(self.n1(self.first(x)) * (1 + scale) + shift)
        h = self.down(a)
        b, c, hh, w = h.shape
        q, k, v = self.qkv(self.n2(h)).reshape(b, 3, c, hh * w).unbind(1)
        q, k, v = (p.reshape(b, 2, c // 2, hh * w).transpose(2, 3) for p in (q, k, v))
        h = h + self.proj(F.scaled_dot_product_attention(q, k, v).transpose(2, 3).reshape(b, c, hh, w))
        return self.last(torch.cat([a, self.up(F.silu(h))], 1))


@case("diffusion-unet", lambda: {"x": torch.randn(2, 2, 8, 8), "t": torch.randint(0, 1000, (2,))}, dynamic={})
def time_unet():
    return TimeUNet()


class GraphAttention(nn.Module):
    """Messages along edges, weighted by a softmax over each node's own, and their mean and maximum."""

    def __init__(self):
        super().__init__()
        self.w, self.att, self.out = nn.Linear(4, 6, bias=False), nn.Parameter(torch.randn(12) * 0.3), nn.Linear(18, 2)

    def forward(self, x, edges):
        h, n = self.w(x), x.shape[0]
        source, target = edges[0], edges[1]
        score = F.leaky_relu(torch.cat([h[source], h[target]], -1) @ self.att, 0.2)
        weight = (score - score.max()).exp()
        total = torch.zeros(n, dtype=x.dtype).scatter_add(0, target, weight)
        message = h[source] * (weight / (total[target] + 1e-9))[:, None]
        place = target[:, None].expand(-1, 6)
        added = torch.zeros(n, 6, dtype=x.dtype).scatter_add(0, place, message)
        mean = torch.zeros(n, 6, dtype=x.dtype).scatter_reduce(0, place, message, "sum") / (torch.zeros(n, dtype=x.dtype).scatter_add(0, target, torch.ones_like(weight)) + 1)[:, None]
        highest = torch.full((n, 6), -1.0, dtype=x.dtype).scatter_reduce(0, place, message, "amax")
        return self.out(torch.cat([added, mean, highest], -1))


@case("graph-attention", lambda: {"x": torch.randn(5, 4), "edges": torch.randint(0, 5, (2, 11))}, dynamic={})
def graph_attention():
    return GraphAttention()


class WaveNet(nn.Module):
    """Dilated causal convolutions with gates, residuals and skips."""

    def __init__(self, width=6):
        super().__init__()
        self.first = nn.Conv1d(1, width, 1)
        self.gates = nn.ModuleList(nn.Conv1d(width, 2 * width, 2, dilation=2**i) for i in range(3))
        self.skips, self.residuals = (nn.ModuleList(nn.Conv1d(width, width, 1) for _ in range(3)) for _ in range(2))
        self.last = nn.Conv1d(width, 1, 1)

    def forward(self, x):
        h, skipped = self.first(x), 0
        for i, (gate, skip, residual) in enumerate(zip(self.gates, self.skips, self.residuals)):
            a, b = gate(F.pad(h, (2**i, 0))).chunk(2, 1)
            z = torch.tanh(a) * torch.sigmoid(b)
            skipped, h = skipped + skip(z), h + residual(z)
        return self.last(F.relu(skipped))


@case("wavenet", x(2, 1, 12))
def wavenet():
    return WaveNet()


class Spectrogram(nn.Module):
    """Audio by a fixed window and Fourier transform, a bank of filters in a buffer, and a small network over it."""

    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(16))
        self.register_buffer("bank", torch.rand(9, 5))
        self.a, self.b = nn.Conv1d(5, 6, 3), nn.Linear(6, 3)

    def forward(self, x):
        z = torch.stft(x, 16, 8, window=self.window, center=False, return_complex=True)
        power = torch.view_as_real(z).square().sum(-1)
        mel = (power.transpose(1, 2) @ self.bank).clamp(min=1e-5).log10()
        return self.b(F.relu(self.a(mel.transpose(1, 2))).mean(-1))


@case("spectrogram", x(2, 64), "cross-entropy", dynamic={})
def spectrogram():
    return Spectrogram()


class PointNet(nn.Module):
    """A set of points, turned by a matrix that is predicted, with maxima over the set."""

    def __init__(self):
        super().__init__()
        self.t1, self.t2, self.a, self.bn, self.b = nn.Conv1d(3, 6, 1), nn.Linear(6, 9), nn.Conv1d(3, 8, 1), nn.BatchNorm1d(8), nn.Linear(8, 4)
        nn.init.normal_(self.t2.weight, std=0.05)

    def forward(self, x):
        turn = self.t2(self.t1(x).max(2)[0]).view(-1, 3, 3) + torch.eye(3, dtype=x.dtype)
        h = F.relu(self.bn(self.a(torch.bmm(x.transpose(1, 2), turn).transpose(1, 2))))
        return self.b(torch.max(h, 2)[0])


@case("pointnet", x(3, 3, 7), "cross-entropy")
def pointnet():
    return PointNet()


class TopExperts(nn.Module):
    """A router that keeps the two best experts of each token."""

    def __init__(self, experts=4):
        super().__init__()
        self.router = nn.Linear(6, experts, bias=False)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 6)) for _ in range(experts))

    def forward(self, x):
        weights, chosen = self.router(x).softmax(-1).topk(2, -1)
        weights = weights / weights.sum(-1, keepdim=True)
        gate = torch.zeros(*x.shape[:-1], len(self.experts), dtype=x.dtype).scatter(-1, chosen, weights)
        return sum(gate[..., i : i + 1] * expert(x) for i, expert in enumerate(self.experts))


@case("top-experts", x(2, 5, 6), dynamic={})
def top_experts():
    return TopExperts()


class StateSpace(nn.Module):
    """A selective state space of Mamba, its recurrence written out."""

    def __init__(self, width=6, state=4):
        super().__init__()
        self.inner, self.conv = nn.Linear(width, 2 * width), nn.Conv1d(width, width, 3, padding=2, groups=width)
        self.project, self.dt, self.out = nn.Linear(width, 2 * state + 2, bias=False), nn.Linear(2, width), nn.Linear(width, width)
        self.A_log, self.D, self.state = nn.Parameter(torch.log(torch.arange(1, state + 1).float()).repeat(width, 1)), nn.Parameter(torch.ones(width)), state

    def forward(self, x):
        h, z = self.inner(x).chunk(2, -1)
        h = F.silu(self.conv(h.transpose(1, 2))[..., : x.shape[1]]).transpose(1, 2)
        dt, b, c = self.project(h).split([2, self.state, self.state], -1)
        dt = F.softplus(self.dt(dt))
        decay, fed = torch.exp(dt[..., None] * -torch.exp(self.A_log)), dt[..., None] * b[:, :, None] * h[..., None]
        s, ys = torch.zeros_like(fed[:, 0]), []
        for t in range(x.shape[1]):
            s = decay[:, t] * s + fed[:, t]
            ys.append((s * c[:, t, None]).sum(-1))
        return self.out((torch.stack(ys, 1) + h * self.D) * F.silu(z))


@case("state-space", x(2, 5, 6), dynamic={})
def state_space():
    return StateSpace()


class Hyper(nn.Module):
    """Kernels that a network computes from the input, and low-rank parts beside a layer's own."""

    def __init__(self):
        super().__init__()
        self.maker, self.base = nn.Linear(3, 24), nn.Linear(6, 4)
        self.A, self.B = nn.Parameter(torch.randn(2, 6) * 0.2), nn.Parameter(torch.randn(4, 2) * 0.2)
        self.film, self.conv = nn.Linear(3, 8), nn.Parameter(torch.randn(4, 1, 3) * 0.3)

    def forward(self, x, z):
        w = self.maker(z).view(-1, 6, 4)
        h = torch.bmm(x[:, None], w)[:, 0] + self.base(x) + 2.0 * (x @ self.A.T @ self.B.T)
        gamma, beta = self.film(z).chunk(2, -1)
        h = h * (1 + gamma) + beta
        return F.conv1d(h[:, :, None].expand(-1, -1, 5), self.conv, groups=4).mean(-1)


@case("hypernetwork", lambda: {"x": torch.randn(4, 6), "z": torch.randn(4, 3)})
def hyper():
    return Hyper()


class Siren(nn.Module):
    """Sines of lines, and splines of learnt heights."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(2, 8), nn.Linear(8, 8), nn.Linear(8, 1)
        self.register_buffer("knots", torch.linspace(-1, 1, 6))
        self.heights, self.omega = nn.Parameter(torch.randn(6, 8) * 0.2), 5.0

    def forward(self, x):
        h = torch.sin(self.omega * self.b(torch.sin(self.omega * self.a(x))))
        hats = (1 - (h[..., None] - self.knots).abs() / 0.4).clamp(min=0)
        return self.c(torch.einsum("bdk,kd->bd", hats, self.heights) + h)


@case("siren-splines", x(5, 2))
def siren():
    return Siren()


class Metric(nn.Module):
    """Distances, similarities and a learnt temperature, as contrastive losses use them."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.centers = nn.Linear(6, 4), nn.Linear(5, 4), nn.Parameter(torch.randn(3, 4))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def forward(self, x, y):
        a, b = F.normalize(self.a(x), dim=-1), F.normalize(self.b(y), dim=-1)
        far = torch.cdist(a + 0.1, self.centers)
        scores = self.logit_scale.exp().clamp(max=100) * a @ b.t()
        return torch.cat([scores, -far, F.cosine_similarity(a, b, dim=-1)[:, None]], -1)


@case("contrastive", lambda: {"x": torch.randn(4, 6), "y": torch.randn(4, 5)}, "cross-entropy", dynamic={})
def metric():
    return Metric()


class Unfolded(nn.Module):
    """Patches taken apart and put together, pools of other kinds."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(12, 12), nn.Conv2d(3, 4, 3)

    def forward(self, x):
        patches = F.unfold(x, 2, stride=2).transpose(1, 2)
        h = F.fold(torch.tanh(self.a(patches)).transpose(1, 2), (8, 8), 2, stride=2)
        h = self.b(h)
        return torch.cat([F.adaptive_max_pool2d(h, 2), F.avg_pool2d(h, 3, 2, 1, count_include_pad=False)[..., :2, :2], F.lp_pool2d(h.abs() + 0.1, 2, 3)[..., :2, :2]], 1)


@case("patches", x(2, 3, 8, 8), dynamic={})
def unfolded():
    return Unfolded()


class Numbers(nn.Module):
    """Operators that are seldom seen, one after another."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.w = nn.Linear(6, 6), nn.Linear(6, 2), nn.Parameter(torch.randn(2, 3) * 0.5)

    def forward(self, x):
        h = self.a(x)
        h = torch.lerp(h, h.sin(), 0.3) + torch.addcmul(h, h, h.cos(), value=0.2) + torch.kron(self.w, torch.ones(1, 2, dtype=x.dtype)).sum(0)
        v, m = torch.var_mean(h, -1, keepdim=True)
        h = (h - m) * torch.rsqrt(v + 1e-3) + torch.cumsum(h, -1).atan() + torch.atan2(h, h.abs() + 1) + torch.logcumsumexp(h, -1) * 0.1
        s = torch.sort(h, -1).values
        h = h + 0.3 * s.flip(-1) + torch.tensordot(h, torch.outer(self.w[0], self.w[1]).repeat(2, 2), 1) + torch.diag_embed(self.w[0].repeat(2)).sum(0)
        return self.b(h * torch.sign(h).detach() + torch.erf(h) + torch.expm1(h * 0.1) + h.square().add(1).log2() + torch.remainder(h, 1.7))


@case("seldom-operators", x(4, 6), dynamic={}, hides="detach()")
def numbers():
    return Numbers()


class Bag(nn.Module):
    """Words in bags of several sizes."""

    def __init__(self):
        super().__init__()
        self.bag, self.out = nn.EmbeddingBag(10, 4, mode="sum"), nn.Linear(4, 3)

    def forward(self, ids, offsets):
        return self.out(self.bag(ids, offsets))


@case("embedding-bag", lambda: {"ids": torch.randint(0, 10, (7,)), "offsets": torch.tensor([0, 2, 5])}, "cross-entropy", dynamic={"ids": {0: "words"}, "offsets": {0: "bags"}})
def bag():
    return Bag()


class Batched(nn.Module):
    """A dictionary of tensors comes in, as loaders give it."""

    def __init__(self):
        super().__init__()
        self.words, self.numbers, self.out = nn.Embedding(8, 4), nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, batch):
        return self.out(torch.tanh(self.words(batch["ids"]).mean(1) + self.numbers(batch["numbers"])))


@case("dictionary-input", lambda: {"ids": torch.randint(0, 8, (3, 4)), "numbers": torch.randn(3, 3)}, "cross-entropy", dynamic={}, packs=True)
def batched():
    return Batched()


class Recommender(nn.Module):
    """Factors of users and items, their products, and a head of detection: scores and boxes from one map."""

    def __init__(self):
        super().__init__()
        self.users, self.items, self.bu, self.bi = nn.Embedding(6, 4), nn.Embedding(7, 4), nn.Embedding(6, 1), nn.Embedding(7, 1)
        self.mean, self.deep = nn.Parameter(torch.tensor(3.1)), nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 1))

    def forward(self, user, item):
        u, i = self.users(user), self.items(item)
        return (u * i).sum(-1) + self.bu(user)[:, 0] + self.bi(item).squeeze(-1) + self.mean + self.deep(torch.cat([u, i], -1))[:, 0]


@case("recommender", lambda: {"user": torch.randint(0, 6, (5,)), "item": torch.randint(0, 7, (5,))})
def recommender():
    return Recommender()


class Detector(nn.Module):
    """A pyramid of maps, and heads shared by its levels that give scores and boxes."""

    def __init__(self):
        super().__init__()
        self.stem, self.c2, self.c3 = nn.Conv2d(3, 6, 3, 2, 1), nn.Conv2d(6, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 2, 1)
        self.l2, self.l3 = nn.Conv2d(8, 6, 1), nn.Conv2d(8, 6, 1)
        self.tower = nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.GroupNorm(2, 6), nn.ReLU())
        self.scores, self.boxes = nn.Conv2d(6, 3, 3, padding=1), nn.Conv2d(6, 4, 3, padding=1)
        self.scale = nn.Parameter(torch.ones(2))

    def forward(self, x):
        c2 = F.relu(self.c2(F.relu(self.stem(x))))
        c3 = F.relu(self.c3(c2))
        p3 = self.l3(c3)
        p2 = self.l2(c2) + F.interpolate(p3, size=c2.shape[-2:], mode="nearest")
        out = []
        for i, p in enumerate((p2, p3)):
            t = self.tower(p)
            both = torch.cat([self.scores(t), (self.boxes(t) * self.scale[i]).exp()], 1)
            out.append(both.permute(0, 2, 3, 1).flatten(1, 2))
        return torch.cat(out, 1)


@case("detector", x(2, 3, 32, 32), dynamic={})
def detector():
    return Detector()


class Conditional(nn.Module):
    """Blocks of a diffusion transformer: norms whose scale and shift come from the condition, gates that begin at zero."""

    def __init__(self, width=8):
        super().__init__()
        self.patch, self.t, self.label = nn.Linear(4, width), nn.Linear(6, width), nn.Embedding(5, width)
        self.norm1, self.norm2 = (nn.LayerNorm(width, elementwise_affine=False, eps=1e-6) for _ in range(2))
        self.attn, self.mlp = nn.MultiheadAttention(width, 2, batch_first=True), nn.Sequential(nn.Linear(width, 16), nn.GELU("tanh"), nn.Linear(16, width))
        self.ada, self.last = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width)), nn.Linear(width, 4)
        nn.init.zeros_(self.last.bias), nn.init.zeros_(self.ada[1].bias)

    def forward(self, x, t, label):
        c = self.t(t) + self.label(label)
        h = self.patch(x)
        s1, b1, g1, s2, b2, g2 = self.ada(c)[:, None].chunk(6, -1)
        n = self.norm1(h) * (1 + s1) + b1
        h = h + g1 * self.attn(n, n, n, need_weights=False)[0]
        return self.last(h + g2 * self.mlp(self.norm2(h) * (1 + s2) + b2))


@case("diffusion-transformer", lambda: {"x": torch.randn(2, 5, 4), "t": torch.randn(2, 6), "label": torch.randint(0, 5, (2,))}, dynamic={})
def conditional():
    return Conditional()


class Standardized(nn.Module):
    """Weight standardization as its authors write it, quantized straight-through activations, and a norm of the batch without running numbers."""

    def __init__(self):
        super().__init__()
        self.conv, self.head, self.bn = nn.Conv2d(3, 6, 3), nn.Linear(6, 3), nn.BatchNorm2d(6, track_running_stats=False)

    def forward(self, x):
        w = self.conv.weight
        w = (w - w.mean((1, 2, 3), keepdim=True)) / (w.std((1, 2, 3), keepdim=True) + 1e-5)
        h = F.conv2d(x, w, self.conv.bias)
        return self.head(F.relu(self.bn(h)).mean((2, 3)))


@case("weight-standardization", x(4, 3, 6, 6), "cross-entropy", modes=("train",))
def standardized():
    return Standardized()


class Tokens(nn.Module):
    """Two tokens of zeros, repeated for each example, before learnt patches at positions that are fixed (a parameter without a gradient)."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Parameter(torch.zeros(1, 1, 8)), nn.Parameter(torch.zeros(1, 1, 8))
        angles = torch.arange(8)[:, None] * 10000 ** (-torch.arange(0, 8, 2) / 8)
        waves = torch.stack([angles.sin(), angles.cos()], -1).flatten(1)
        self.places = nn.Parameter((waves - waves.mean()) / (10 * waves.std()), requires_grad=False)
        self.a, self.b = nn.Linear(4, 8), nn.Linear(8, 3)

    def forward(self, x):
        tokens = [self.first.expand(len(x), -1, -1), self.second.expand(len(x), -1, -1)]
        h = torch.cat([*tokens, self.a(x)], 1) + self.places
        return self.b(torch.tanh(h * h.flip(1)))


@case("tokens", x(2, 6, 4), dynamic={})
def tokens():
    return Tokens()


class CalledTwice(nn.Module):
    """A convolution with a bias of zeros that two maps pass, and one whose kernel is reparametrized before it; equal norms of groups."""

    def __init__(self):
        super().__init__()
        self.stem = nn.utils.parametrizations.weight_norm(nn.Conv1d(2, 4, 3, padding=1), dim=2)
        self.group, self.layer, self.head = nn.GroupNorm(4, 4), nn.LayerNorm(4), nn.Conv1d(4, 2, 3)
        nn.init.zeros_(self.stem.bias), nn.init.zeros_(self.head.bias)

    def forward(self, x):
        a = torch.relu(self.group(self.stem(x)))
        b = self.layer(a.transpose(1, 2)).transpose(1, 2)
        return torch.cat([self.head(b), self.head(F.max_pool1d(b, 2))], -1)


@case("called-twice", x(2, 2, 8), dynamic={})
def called_twice():
    return CalledTwice()


class Queries(nn.Module):
    """Learnt queries, repeated for each example, that one of two equal norms reads; decays that are computed from equal numbers."""

    def __init__(self):
        super().__init__()
        self.queries = nn.Parameter(torch.randn(3, 4))
        self.norms, self.last = nn.ModuleList([nn.LayerNorm(4), nn.LayerNorm(4)]), nn.Linear(4, 2)
        self.decays = nn.ModuleList([Decay(), Decay()])

    def forward(self, x):
        q = self.norms[1](self.queries.expand(len(x), -1, -1))
        h = torch.softmax(q @ self.norms[0](x).mT, -1) @ x
        return self.last(self.decays[1](torch.tanh(self.decays[0](h))))


class Decay(nn.Module):
    def __init__(self):
        super().__init__()
        self.log = nn.Parameter(torch.log(torch.arange(1.0, 5.0)))

    def forward(self, x):
        return torch.exp((-torch.exp(self.log))[None] * torch.sigmoid(x)) * x


@case("queries", x(2, 5, 4), dynamic={})
def queries():
    return Queries()


class FrozenStatistics(nn.Module):
    """Buffers in the places of parameters: the mean and deviation of inputs, a frozen normalization, and a bias of logits that nobody trains."""

    def __init__(self):
        super().__init__()
        from torchvision.ops import FrozenBatchNorm2d

        self.register_buffer("center", torch.zeros(2))
        self.register_buffer("scale", torch.ones(2))
        self.register_buffer("final_logits_bias", torch.zeros(1, 3))
        self.a, self.bn, self.b = nn.Conv2d(2, 4, 3), FrozenBatchNorm2d(4), nn.Linear(4, 3, bias=False)

    def forward(self, x):
        h = ((x - self.center) / self.scale).permute(0, 3, 1, 2)
        h = torch.relu(self.bn(self.a(h))).mean((2, 3))
        return self.b(h) + self.final_logits_bias.to(h.device)


@case("frozen-statistics", x(2, 5, 5, 2), dynamic={})
def frozen_statistics():
    return FrozenStatistics()


class Clip3d(nn.Module):
    """Convolutions of videos without a bias, and positions that are resampled for them."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv3d(2, 3, (1, 3, 3), bias=False), nn.Linear(3, 2)
        self.places = nn.Parameter(torch.randn(1, 3, 4, 4))

    def forward(self, x):
        places = F.interpolate(self.places[:, 1:], (3, 3), mode="bicubic", antialias=True)
        h = self.a(x).mean(2) + torch.cat([self.places[:, :1, :3, :3], places], 1)
        return self.b(torch.tanh(h).mean((2, 3)))


@case("clip-3d", x(2, 2, 2, 5, 5), dynamic={})
def clip_3d():
    return Clip3d()

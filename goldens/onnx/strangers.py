"""Models of the corpus from families that nobody had in mind when the importer was written. Each is exported in one mode, the one in which
people would."""

import torch
import torch.nn.functional as F
from torch import nn

from architectures import First, TINY, case, x

# --- torchvision and timm -----------------------------------------------------------------------------------------------------------


@case("vgg-bn", x(2, 3, 32, 32), "cross-entropy", dynamic={}, modes=("train",))
def vgg():
    from torchvision.models.vgg import make_layers

    return nn.Sequential(make_layers([4, "M", 8, "M", 8, 8, "M"], batch_norm=True), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 12), nn.ReLU(True), nn.Linear(12, 5))


@case("inception", x(2, 8, 9, 9), "cross-entropy", dynamic={}, modes=("eval",))
def inception():
    from torchvision.models.inception import InceptionA, InceptionB, InceptionC

    return nn.Sequential(InceptionA(8, 4), nn.Conv2d(228, 8, 1), InceptionB(8), nn.Conv2d(488, 8, 1), InceptionC(8, 4), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(768, 5))


def timm_stranger(name, model, size=32, mode="train", **options):
    @case(name, x(2, 3, size, size), "cross-entropy", dynamic={}, modes=(mode,))
    def make():
        import timm

        return timm.create_model(model, num_classes=5, **options)


timm_stranger("timm-levit", "levit_128s", 64, embed_dim=(16, 16, 16), key_dim=4, num_heads=(2, 2, 2), depth=(1, 1, 1), img_size=64)
timm_stranger("timm-convit", "convit_tiny", 32, "eval", img_size=32, patch_size=8, embed_dim=16, depth=2, num_heads=2, local_up_to_layer=1)
timm_stranger("timm-twins", "twins_svt_small", 64, "eval", img_size=64, embed_dims=(8, 8, 16, 16), num_heads=(1, 1, 2, 2), depths=(1, 1, 1, 1), sr_ratios=(2, 2, 1, 1), wss=(4, 4, 2, 2))


@case("timm-focalnet", x(2, 3, 32, 32), "cross-entropy", dynamic={}, modes=("eval",))
def focalnet():
    from timm.models.focalnet import FocalNet

    return FocalNet(num_classes=5, embed_dim=8, depths=(1, 1), focal_levels=(2, 2), focal_windows=(3, 3))


@case("timm-ghostnet", x(2, 8, 16, 16), "cross-entropy", dynamic={}, modes=("train",))
def ghostnet():
    from timm.models.ghostnet import GhostBottleneck

    return nn.Sequential(GhostBottleneck(8, 12, 8, 3, 1, se_ratio=0.25), GhostBottleneck(8, 24, 12, 5, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 5))


# --- transformers -------------------------------------------------------------------------------------------------------------------


def stranger(name, kind, config, inputs, mode="eval", more=None):
    @case(name, inputs, "cross-entropy", dynamic={}, modes=(mode,))
    def make():
        import transformers

        settings = getattr(transformers, f"{kind[0]}Config")(**{k: v for k, v in {**TINY, **config}.items() if v is not None})
        cls = getattr(transformers, kind[1])
        try:
            model = cls._from_config(settings, attn_implementation="eager")
        except ValueError:
            model = cls(settings)
        return First(model, list(inputs()), **(more or {}))


def tokens(*names, steps=7):
    def inputs():
        given = {}
        for name in names:
            given[name] = torch.randint(3, 31, (2, steps))
            if name.endswith("mask"):
                given[name] = torch.ones(2, steps, dtype=torch.long)
                given[name][0, -2:] = 0
        return given

    return inputs


SEQ = dict(d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, dropout=0.0, activation_dropout=0.0, decoder_start_token_id=0)
PLAIN = {"use_cache": False}
stranger("xlnet", ("XLNet", "XLNetForSequenceClassification"), dict(max_position_embeddings=None, d_model=16, n_layer=2, n_head=2, d_inner=32, dropout=0.0, summary_last_dropout=0.0), tokens("input_ids", "attention_mask"), more={"use_mems": False})
stranger("funnel", ("Funnel", "FunnelForSequenceClassification"), dict(num_hidden_layers=None, d_model=16, n_head=2, d_head=8, d_inner=32, block_sizes=[1, 1], num_decoder_layers=1), tokens("input_ids", "attention_mask"))
stranger("marian", ("Marian", "MarianMTModel"), SEQ, tokens("input_ids", "decoder_input_ids"), more=PLAIN)
stranger("pegasus", ("Pegasus", "PegasusForConditionalGeneration"), SEQ, tokens("input_ids", "decoder_input_ids"), more=PLAIN)
stranger("esm", ("Esm", "EsmForMaskedLM"), dict(pad_token_id=1, mask_token_id=2, position_embedding_type="rotary", token_dropout=False), tokens("input_ids", "attention_mask"))
stranger("biogpt", ("BioGpt", "BioGptForCausalLM"), dict(activation_dropout=0.0, layerdrop=0.0), tokens("input_ids"), more=PLAIN)
stranger("timesformer", ("Timesformer", "TimesformerForVideoClassification"), dict(image_size=16, patch_size=8, num_frames=2, drop_path_rate=0), lambda: {"pixel_values": torch.randn(2, 2, 3, 16, 16)})
stranger("speech-to-text", ("Speech2Text", "Speech2TextForConditionalGeneration"), dict(SEQ, num_conv_layers=1, conv_kernel_sizes=[3], conv_channels=16, input_feat_per_channel=8, input_channels=1, max_source_positions=16, max_target_positions=16), lambda: {"input_features": torch.randn(2, 12, 8), "decoder_input_ids": torch.randint(3, 31, (2, 5))}, more=PLAIN)

# --- by hand ------------------------------------------------------------------------------------------------------------------------


class OddUnet(nn.Module):
    """A U-Net over images of odd sizes, whose way up is cut to the size of the way down."""

    def __init__(self):
        super().__init__()
        block = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.LeakyReLU(0.1), nn.Conv2d(o, o, 3, padding=1), nn.GroupNorm(2, o), nn.SiLU())
        self.down, self.next, self.low = block(3, 4), block(4, 8), block(8, 8)
        self.ups = nn.ModuleList([nn.ConvTranspose2d(8, 8, 2, 2), nn.ConvTranspose2d(8, 4, 3, 2, output_padding=1)])
        self.joins, self.out = nn.ModuleList([block(16, 8), block(8, 4)]), nn.Conv2d(4, 3, 1)

    def forward(self, x):
        a = self.down(x)
        b = self.next(F.max_pool2d(a, 2, ceil_mode=True))
        c = self.low(F.avg_pool2d(b, 3, 2, 1, count_include_pad=False))
        for up, join, skip in zip(self.ups, self.joins, (b, a)):
            c = up(c)
            c = F.pad(c, (0, skip.shape[3] - c.shape[3], 0, skip.shape[2] - c.shape[2]))
            c = join(torch.cat([skip, c], 1))
        return self.out(c)


@case("odd-unet", x(2, 3, 21, 30), "cross-entropy", modes=("train",))
def odd_unet():
    return OddUnet()


class Translator(nn.Module):
    """An encoder of LSTMs, and a decoder that attends to it (Luong), fed with the right answers; padding is masked."""

    def __init__(self):
        super().__init__()
        self.source, self.target = nn.Embedding(20, 6, padding_idx=0), nn.Embedding(15, 6)
        self.encoder, self.decoder = nn.LSTM(6, 5, 2, batch_first=True, bidirectional=True), nn.LSTM(6, 10, batch_first=True)
        self.bridge, self.score, self.join, self.out = nn.Linear(10, 10), nn.Linear(10, 10, bias=False), nn.Linear(20, 8), nn.Linear(8, 15)

    def forward(self, source, target):
        memory, (h, c) = self.encoder(self.source(source))
        first = torch.tanh(self.bridge(torch.cat([h[-2], h[-1]], -1)))[None]
        states, _ = self.decoder(self.target(target), (first, torch.zeros_like(first)))
        scores = states @ self.score(memory).transpose(1, 2)
        scores = scores.masked_fill((source == 0)[:, None], float("-inf"))
        context = scores.softmax(-1) @ memory
        return self.out(torch.tanh(self.join(torch.cat([states, context], -1))))


@case("translator", lambda: {"source": torch.tensor([[3, 7, 9, 4, 0, 0], [5, 2, 8, 11, 6, 1]]), "target": torch.randint(0, 15, (2, 4))}, "cross-entropy", dynamic={}, modes=("eval",))
def translator():
    return Translator()


class Lengths(nn.Module):
    """Two layers of GRUs in two directions over packed sequences, and the mean over the steps that there are."""

    def __init__(self):
        super().__init__()
        self.rnn, self.out = nn.GRU(4, 3, 2, batch_first=True, bidirectional=True), nn.Linear(12, 2)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
        y, h = self.rnn(packed)
        y, n = nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=7)
        mean = y.sum(1) / n[:, None]
        return self.out(torch.cat([mean, h[-2], h[-1]], -1))


@case("packed-gru-two-ways", lambda: {"x": torch.randn(3, 7, 4), "lengths": torch.tensor([7, 5, 2])}, dynamic={}, modes=("eval",))
def packed_two_ways():
    return Lengths()


class Tasks(nn.Module):
    """Three losses of one body, weighed by learnt uncertainties (Kendall, Gal and Cipolla, 2018)."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 8), nn.LayerNorm(8), nn.ReLU())
        self.classes, self.number, self.marks, self.logs = nn.Linear(8, 4), nn.Linear(8, 1), nn.Linear(8, 3), nn.Parameter(torch.zeros(3))

    def forward(self, x, classes, number, marks):
        h = self.body(x)
        losses = torch.stack([
            F.cross_entropy(self.classes(h), classes, label_smoothing=0.1),
            F.smooth_l1_loss(self.number(h).squeeze(-1), number),
            F.binary_cross_entropy_with_logits(self.marks(h), marks, pos_weight=torch.tensor([1.0, 2.0, 0.5])),
        ])  # fmt: skip
        return (torch.exp(-self.logs) * losses + self.logs).sum()


@case("tasks", lambda: {"x": torch.randn(5, 6), "classes": torch.randint(0, 4, (5,)), "number": torch.randn(5), "marks": (torch.rand(5, 3) < 0.5).float()}, "own", dynamic={}, modes=("train",))
def tasks():
    return Tasks()


class Cached(nn.Module):
    """A decoder that takes the keys and values of earlier tokens, and gives those of all: as text is generated."""

    def __init__(self):
        super().__init__()
        self.embed, self.norm, self.out = nn.Embedding(17, 8), nn.RMSNorm(8), nn.Linear(8, 17, bias=False)
        self.qkv, self.proj = nn.Linear(8, 24, bias=False), nn.Linear(8, 8, bias=False)

    def forward(self, ids, past_key, past_value):
        h = self.embed(ids)
        q, k, v = (t.unflatten(-1, (2, 4)).transpose(1, 2) for t in self.qkv(self.norm(h)).chunk(3, -1))
        k, v = torch.cat([past_key, k], 2), torch.cat([past_value, v], 2)
        n, m = q.shape[2], k.shape[2]
        mask = torch.ones(n, m, dtype=torch.bool, device=ids.device).tril(m - n)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2)
        return self.out(h + self.proj(y))


@case("cached-decoder", lambda: {"ids": torch.randint(0, 17, (2, 4)), "past_key": torch.randn(2, 2, 3, 4), "past_value": torch.randn(2, 2, 3, 4)}, "cross-entropy", dynamic={"ids": {1: "steps"}, "past_key": {2: "before"}, "past_value": {2: "before"}}, modes=("eval",))
def cached_decoder():
    return Cached()


class Mixture(nn.Module):
    """A network of mixture densities: the negative logarithm of a likelihood is the loss."""

    def __init__(self):
        super().__init__()
        self.body, self.weights, self.means, self.scales = nn.Linear(3, 8), nn.Linear(8, 4), nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x, y):
        h = torch.tanh(self.body(x))
        means, scales = self.means(h).unflatten(-1, (4, 2)), F.softplus(self.scales(h).unflatten(-1, (4, 2))) + 1e-3
        each = -0.5 * ((y[:, None] - means) / scales).square() - scales.log() - 0.9189385
        return -torch.logsumexp(self.weights(h).log_softmax(-1) + each.sum(-1), -1).mean()


@case("mixture-density", lambda: {"x": torch.randn(6, 3), "y": torch.randn(6, 2)}, "own", dynamic={}, modes=("train",))
def mixture():
    return Mixture()


class Chain(nn.Module):
    """A conditional random field: the sum over all labellings by a loop in Python, less the score of the right one."""

    def __init__(self):
        super().__init__()
        self.emit, self.move, self.start = nn.Linear(5, 4), nn.Parameter(torch.randn(4, 4) * 0.1), nn.Parameter(torch.randn(4) * 0.1)

    def forward(self, x, tags):
        e = self.emit(x)
        alpha = self.start + e[:, 0]
        for t in range(1, 6):
            alpha = torch.logsumexp(alpha[:, :, None] + self.move, 1) + e[:, t]
        right = e.gather(2, tags[..., None]).sum((1, 2)) + self.start[tags[:, 0]] + self.move[tags[:, :-1], tags[:, 1:]].sum(1)
        return (alpha.logsumexp(1) - right).mean()


@case("conditional-random-field", lambda: {"x": torch.randn(3, 6, 5), "tags": torch.randint(0, 4, (3, 6))}, "own", dynamic={}, modes=("train",))
def chain():
    return Chain()


class Coupling(nn.Module):
    """A flow of affine couplings (RealNVP) whose masks are buffers, with the logarithm of the determinant."""

    def __init__(self):
        super().__init__()
        self.nets = nn.ModuleList(nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 8)) for _ in range(3))
        self.scale = nn.Parameter(torch.full((3, 4), 0.5))
        self.register_buffer("masks", torch.tensor([[1.0, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]]))

    def forward(self, x):
        total = x.new_zeros(x.shape[0])
        for net, mask, scale in zip(self.nets, self.masks, self.scale):
            s, t = net(x * mask).chunk(2, -1)
            s = torch.tanh(s) * scale * (1 - mask)
            x, total = x * s.exp() + t * (1 - mask), total + s.sum(-1)
        return (0.5 * x.square().sum(-1) - total).mean()


@case("coupling-flow", x(6, 4), "own", dynamic={}, modes=("train",))
def coupling():
    return Coupling()


class Angular(nn.Module):
    """ArcFace: a margin on the angle between features and the rows of a table, both of length one."""

    def __init__(self):
        super().__init__()
        self.body, self.table = nn.Sequential(nn.Linear(5, 8), nn.PReLU(8), nn.Linear(8, 6)), nn.Parameter(torch.randn(4, 6))

    def forward(self, x, labels_of):
        cosine = F.linear(F.normalize(self.body(x)), F.normalize(self.table))
        phi = cosine * 0.8776 - torch.sqrt((1 - cosine.square()).clamp(1e-6, 1)) * 0.4794
        one = F.one_hot(labels_of, 4).to(cosine.dtype)
        return F.cross_entropy(8.0 * torch.where(one > 0, torch.where(cosine > -0.8776, phi, cosine - 0.2397), cosine), labels_of)


@case("angular-margin", lambda: {"x": torch.randn(6, 5), "labels_of": torch.randint(0, 4, (6,))}, "own", dynamic={}, modes=("train",))
def angular():
    return Angular()


class Capsules(nn.Module):
    """Capsules that agree by routing: the agreement is computed from detached predictions, but in the last round."""

    def __init__(self):
        super().__init__()
        self.stem, self.route = nn.Conv2d(1, 8, 3, 2), nn.Parameter(torch.randn(3, 18, 4, 6) * 0.2)

    def squash(self, s):
        n = s.square().sum(-1, keepdim=True)
        return n / (1 + n) * s / (n + 1e-8).sqrt()

    def forward(self, x):
        u = self.squash(self.stem(x).flatten(1).unflatten(1, (18, 4)))
        hat = torch.einsum("bni,jnio->bjno", u, self.route)
        still, b = hat.detach(), torch.zeros(x.shape[0], 3, 18, 1)
        for _ in range(2):
            v = self.squash((b.softmax(1) * still).sum(2, keepdim=True))
            b = b + (still * v).sum(-1, keepdim=True)
        return self.squash((b.softmax(1) * hat).sum(2)).norm(dim=-1)


@case("capsules", x(4, 1, 8, 8), dynamic={}, modes=("eval",), hides="detach")
def capsules():
    return Capsules()


class Gated(nn.Module):
    """gMLP: a layer over places gates, with weights near zero and biases of one."""

    def __init__(self):
        super().__init__()
        self.embed, self.norm, self.up, self.down, self.out = nn.Embedding(20, 8), nn.LayerNorm(8), nn.Linear(8, 16), nn.Linear(8, 8), nn.Linear(8, 3)
        self.inner, self.places = nn.LayerNorm(8), nn.Conv1d(6, 6, 1)
        nn.init.normal_(self.places.weight, std=1e-3), nn.init.ones_(self.places.bias)

    def forward(self, ids):
        h = self.embed(ids)
        u, v = F.gelu(self.up(self.norm(h))).chunk(2, -1)
        return self.out((h + self.down(u * self.places(self.inner(v)))).mean(1))


@case("gated-mlp", lambda: {"ids": torch.randint(0, 20, (3, 6))}, "cross-entropy", modes=("eval",))
def gated():
    return Gated()

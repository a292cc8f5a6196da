"""Training by curvature that torch computes: u ⊙ Hu by autograd twice, with directions of Philox, steps of pytorch_optimizer."""

import numpy as np
import pytorch_optimizer
import torch
from common import KOZISTR, TORCH
from streams import MASK, philox


def directions(seed, t, name, count, site):
    """−1 and 1 by the highest bit of each word of Philox, as draws of rules are numbered."""
    hashed = 0x811C9DC5
    for letter in name:
        hashed = (hashed ^ ord(letter)) * 0x01000193 & MASK
    return np.array([1.0 if philox([i // 4, t, site, hashed], [seed & MASK, seed >> 32])[i % 4] >> 31 else -1.0 for i in range(count)])


def perceptron():
    """The weights and the data of the test's perceptron."""
    count = 0

    def numbers(*shape):
        nonlocal count
        n = int(np.prod(shape))
        count += n
        return np.sin(1.3 * np.arange(count - n, count)).astype(np.float32).astype(float).reshape(shape)

    return {"w1": numbers(4, 3), "b1": numbers(4), "w2": numbers(4, 2), "b2": numbers(2)}, numbers(5, 3), numbers(5, 2)


def run(make, steps, samples, seed, every=1):
    start, x, labels = perceptron()
    weights = {name: torch.tensor(w, requires_grad=True) for name, w in start.items()}
    x, labels = torch.tensor(x), torch.tensor(labels)
    optimizer = make(list(weights.values()))
    first, losses = None, []
    for t in range(1, steps + 1):
        loss = torch.nn.functional.mse_loss(torch.tanh(x @ weights["w1"].T + weights["b1"]) @ weights["w2"] + weights["b2"], labels)
        losses.append(float(loss.detach()))
        gradients = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
        mean = [torch.zeros_like(w) for w in weights.values()]
        for site in range(samples):
            u = [torch.tensor(directions(seed, t, name, w.numel(), site).reshape(w.shape)) for name, w in weights.items()]
            products = torch.autograd.grad(gradients, list(weights.values()), u, retain_graph=True)
            mean = [m + v * p / samples for m, v, p in zip(mean, u, products, strict=True)]
        first = first or [m.flatten().tolist() for m in mean]
        for w, g in zip(weights.values(), gradients, strict=True):
            w.grad = g.detach()
        optimizer.step(hessian=mean if (t - 1) % every == 0 else None)
    return {"h": dict(zip(weights, first, strict=True)), "losses": losses, "after": {name: w.detach().flatten().tolist() for name, w in weights.items()}}


def hessian():
    """The whole Hessian at the start: its product with sin(0.7 i), its trace, diagonal and the eigenvalue that is largest by size."""
    start, x, labels = perceptron()
    shapes = {name: w.shape for name, w in start.items()}
    x, labels = torch.tensor(x), torch.tensor(labels)

    def loss(flat):
        parts = flat.split([int(np.prod(shape)) for shape in shapes.values()])
        w = {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}
        return torch.nn.functional.mse_loss(torch.tanh(x @ w["w1"].T + w["b1"]) @ w["w2"] + w["b2"], labels)

    whole = torch.autograd.functional.hessian(loss, torch.tensor(np.concatenate([w.flatten() for w in start.values()]))).numpy()
    values = np.linalg.eigvalsh(whole)
    vector = np.sin(0.7 * np.arange(len(whole)))
    return {
        "product": (whole @ vector).tolist(),
        "diagonal": np.diag(whole).tolist(),
        "trace": float(np.trace(whole)),
        "largest": float(values[np.argmax(np.abs(values))]),
    }


def goldens():
    def adahessian(weights):
        return pytorch_optimizer.AdaHessian(weights, lr=0.05, betas=(0.9, 0.999), eps=1e-8, foreach=False)

    def sophia(weights):  # whose factor gamma is outside there
        gamma = 0.01
        return pytorch_optimizer.SophiaH(weights, lr=0.05 / gamma, betas=(0.96, 0.99), p=gamma, eps=1e-12 / gamma, update_period=10**9)

    return {
        "packages/onnxruntime/test/fixtures/hutchinson.json": {
            "source": f"{TORCH}, autograd twice, float64; steps by {KOZISTR}; directions of Philox4x32-10 in plain Python",
            "adahessian": run(adahessian, 6, 1, 0),
            "adahessianOfThree": run(adahessian, 4, 3, 2**33 + 5),
            "sophia": run(sophia, 6, 1, 7, every=3),
            "hessian": hessian(),
        }
    }

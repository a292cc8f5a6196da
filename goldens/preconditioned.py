"""The family preconditioned: the papers' boxes in NumPy, with the factorizations of LAPACK and SciPy."""

from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytorch_optimizer
import scipy.linalg
import torch

from authors import authors
from common import FAINT, FLAT, FLAT_FAINT, FLAT_MORE, KOZISTR, MORE, NUMPY, WIDE, box_path, golden, torch_path


def fourth_root(a):
    """a^(-1/4) from SciPy's square roots, which know nothing of eigenvalues of symmetric matrices."""
    return np.linalg.inv(np.real(scipy.linalg.sqrtm(scipy.linalg.sqrtm(a))))


def shampoo(root):
    def box(p, gradients, role, lr, eps):
        left, right = eps * np.eye(p.shape[0]), eps * np.eye(p.shape[1])
        for g in gradients:
            left, right = left + g @ g.T, right + g.T @ g
            p = p - lr * root(left) @ g @ root(right)
            yield p

    return box


def spectral(a, power=-0.25):
    values, vectors = np.linalg.eigh(a)
    return vectors @ np.diag(values**power) @ vectors.T


def one_sided(root):
    def box(p, gradients, role, lr, eps):
        left = eps * np.eye(p.shape[0])
        for g in gradients:
            left = left + g @ g.T
            p = p - lr * root(left) @ g
            yield p

    return box


def run_splus(o, p, steps):
    rounded, torch.Tensor.float = torch.Tensor.float, lambda x: x
    try:
        make = lambda ts: pytorch_optimizer.SPlus(
            ts.values(), lr=o["lr"], betas=(o["beta1"], o["beta2"]), weight_decay=o["weightDecay"], inverse_steps=o["every"], foreach=False
        )
        return torch_path(make, p, steps)
    finally:
        torch.Tensor.float = rounded


def shifted(a):
    return a + 0.01 * np.linalg.norm(a) * np.eye(len(a))


def upright(a):
    q, r = np.linalg.qr(a)
    return q * np.sign(np.diag(r))


def soap(p, gradients, role, lr, beta1, beta2, eps, weightDecay, every, right_too=True):
    m, v = 0 * p, 0 * p
    left, right = np.zeros((p.shape[0],) * 2), np.zeros((p.shape[1],) * 2)
    a, b = np.eye(p.shape[0]), np.eye(p.shape[1])
    for t, g in enumerate(gradients, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * (a.T @ g @ b) ** 2
        n = (a.T @ m @ b) / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
        left, right = beta2 * left + (1 - beta2) * g @ g.T, beta2 * right + (1 - beta2) * g.T @ g
        p = (1 - lr * weightDecay) * p - lr * a @ n @ b.T
        if t == 1 or t % every == 0:
            a, b = upright(shifted(left) @ a), upright(shifted(right) @ b) if right_too else b
        yield p


def factors(g, left, right, beta2, damping):
    """Both from what they were: each from gradients that the other whitens."""
    rows, cols = g.shape
    new_left = beta2 * left + (1 - beta2) / cols * g @ np.linalg.inv(right + damping * np.eye(cols)) @ g.T
    return new_left, beta2 * right + (1 - beta2) / rows * g.T @ np.linalg.inv(left + damping * np.eye(rows)) @ g


def kl_shampoo(p, gradients, role, lr, beta1, beta2, eps, weightDecay):
    m, left, right = 0 * p, np.eye(p.shape[0]), np.eye(p.shape[1])
    for g in gradients:
        m = beta1 * m + (1 - beta1) * g
        left, right = factors(g, left, right, beta2, eps)
        root = lambda a: np.linalg.inv(np.real(scipy.linalg.sqrtm(a + eps * np.eye(len(a)))))
        p = (1 - lr * weightDecay) * p - lr * root(left) @ m @ root(right)
        yield p


def kl_soap(p, gradients, role, lr, beta1, beta2, eps, weightDecay, every, damping):
    m, v = 0 * p, 0 * p
    left, right = np.eye(p.shape[0]), np.eye(p.shape[1])
    a, b = np.eye(p.shape[0]), np.eye(p.shape[1])
    for t, g in enumerate(gradients, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * (a.T @ g @ b) ** 2
        n = (a.T @ m @ b) / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
        left, right = factors(g, left, right, beta2, damping)
        p = (1 - lr * weightDecay) * p - lr * a @ n @ b.T
        if t == 1 or t % every == 0:
            a, b = upright(shifted(left) @ a), upright(shifted(right) @ b)
        yield p


def run_quad(o, p, steps):
    compiled, torch.compile = torch.compile, lambda f=None, **_: f if f else lambda g: g
    try:
        module = authors("evanatyourservice/quad_torch", "a4aea1c", "quad_torch/_psgd.py")
    finally:
        torch.compile = compiled
    module._norm_lower_bound = torch.linalg.matrix_norm
    made = lambda ts: module.PSGD(
        list(ts.values()), lr=o["lr"], momentum=o["momentum"], weight_decay=o["weightDecay"], psgd_type="quad", max_skew_dense=100.0,
        preconditioner_lr=o["rate"], preconditioner_init_scale=o["scale"], noise_scale=0.0,
    )
    with redirect_stdout(StringIO()):
        return torch_path(made, p, steps)


def goldens():
    out = {
        "shampoo": golden(
            "shampoo", f"{NUMPY}, a float64 transcription of Algorithm 1, roots by numpy.linalg.eigh and by scipy.linalg.sqrtm",
            {WIDE: {}, MORE: {"lr": 0.3, "eps": 0.5}, FAINT: {"eps": 1e-13}},
            lambda o, p, steps: box_path(shampoo(spectral), o, p, steps), shampoo(fourth_root), {"lr": 0.1, "eps": 1e-4},
        ),
        "soap": golden(
            "soap", f"{NUMPY}, a float64 transcription of Algorithm 3 with numpy.linalg.qr",
            {
                WIDE: {"lr": 0.02},
                MORE: {"lr": 0.05, "beta1": 0.6, "beta2": 0.8, "eps": 0.2, "weightDecay": 0.3, "every": 3},
                FAINT: {"lr": 0.02, "eps": 1e-12},
            },
            lambda o, p, steps: box_path(soap, o, p, steps), None,
            {"lr": 3e-3, "beta1": 0.95, "beta2": 0.95, "eps": 1e-8, "weightDecay": 0.01, "every": 10},
        ),
    }
    out |= {
        "shampooOneSided": golden(
            "shampooOneSided", f"{NUMPY}, a float64 transcription of Algorithm 1 with ρ = 1/2, roots by numpy.linalg.eigh and by scipy.linalg.sqrtm",
            {WIDE: {"eps": 1e-3}, MORE: {"lr": 0.3, "eps": 0.5}, FAINT: {"eps": 1e-13}},
            lambda o, p, steps: box_path(one_sided(lambda a: spectral(a, -0.5)), o, p, steps),
            one_sided(lambda a: np.linalg.inv(np.real(scipy.linalg.sqrtm(a)))), {"lr": 0.1, "eps": 1e-4},
        ),
        "soapOneSided": golden(
            "soapOneSided", f"{NUMPY}, a float64 transcription of Algorithm 3 without the right basis",
            {
                WIDE: {"lr": 0.02},
                MORE: {"lr": 0.05, "beta1": 0.6, "beta2": 0.8, "eps": 0.2, "weightDecay": 0.3, "every": 3},
                FAINT: {"lr": 0.02, "eps": 1e-12},
            },
            lambda o, p, steps: box_path(lambda p, g, role, **more: soap(p, g, role, right_too=False, **more), o, p, steps), None,
            {"lr": 3e-3, "beta1": 0.95, "beta2": 0.95, "eps": 1e-8, "weightDecay": 0.01, "every": 10},
        ),
        "splus": golden(
            "splus", f"{KOZISTR}, SPlus, its decompositions in float64",
            {FLAT: {"lr": 0.3}, FLAT_MORE: {"lr": 0.5, "beta1": 0.6, "beta2": 0.8, "weightDecay": 0.3, "every": 3}, FLAT_FAINT: {"lr": 0.3}},
            run_splus, None, {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "weightDecay": 1e-2, "every": 100},
        ),
    }
    out |= {
        "klShampoo": golden(
            "klShampoo", f"{NUMPY}, a float64 transcription of the idealized scheme (claim 2), factors from the identity",
            {WIDE: {"lr": 0.1}, MORE: {"lr": 0.3, "beta1": 0.6, "beta2": 0.7, "eps": 0.3, "weightDecay": 0.2}, FAINT: {"lr": 1e5, "weightDecay": 1e-7}},
            lambda o, p, steps: box_path(kl_shampoo, o, p, steps), None, {"lr": 1e-3, "beta1": 0.9, "beta2": 0.98, "eps": 1e-8, "weightDecay": 0.01},
        ),
        "klSoap": golden(
            "klSoap", f"{NUMPY}, a float64 transcription of SOAP with the factors of KL-Shampoo",
            {
                WIDE: {"lr": 0.02},
                MORE: {"lr": 0.05, "beta1": 0.6, "beta2": 0.7, "eps": 0.2, "weightDecay": 0.3, "every": 3, "damping": 0.3},
                FAINT: {"lr": 0.02, "eps": 1e-12},
            },
            lambda o, p, steps: box_path(kl_soap, o, p, steps), None,
            {"lr": 3e-3, "beta1": 0.95, "beta2": 0.95, "eps": 1e-8, "weightDecay": 0.01, "every": 10, "damping": 1e-8},
        ),
        "psgdQuad": golden(
            "psgdQuad", "the authors' code (github.com/evanatyourservice/quad_torch, a4aea1c), QUAD without noise, its spectral norms replaced by Frobenius norms, float64",
            {WIDE: {"lr": 0.3}, MORE: {"lr": 0.5, "momentum": 0.6, "weightDecay": 0.2, "rate": 1.4, "scale": 0.6}, FAINT: {"lr": 0.5, "scale": 300}},
            run_quad, None, {"lr": 1e-3, "momentum": 0.95, "weightDecay": 0.1, "rate": 0.7, "scale": 1},
        ),
    }
    return {f"packages/conformance/goldens/preconditioned/{rule}.json": value for rule, value in out.items()}

"""The family preconditioned: the papers' boxes in NumPy, with the factorizations of LAPACK and SciPy."""

import numpy as np
import scipy.linalg
from common import FAINT, MORE, NUMPY, WIDE, box_path, golden


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


def spectral(a):
    values, vectors = np.linalg.eigh(a)
    return vectors @ np.diag(values**-0.25) @ vectors.T


def shifted(a):
    return a + 0.01 * np.linalg.norm(a) * np.eye(len(a))


def upright(a):
    q, r = np.linalg.qr(a)
    return q * np.sign(np.diag(r))


def soap(p, gradients, role, lr, beta1, beta2, eps, weightDecay, every):
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
            a, b = upright(shifted(left) @ a), upright(shifted(right) @ b)
        yield p


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
    return {f"packages/conformance/goldens/preconditioned/{rule}.json": value for rule, value in out.items()}

"""The family preconditioned: authors' code, and the papers' boxes in NumPy with the factorizations of LAPACK and SciPy."""

from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytorch_optimizer
import scipy.linalg
import timm.optim.kron
import torch

from authors import authors, authors_package
from common import FAINT, FLAT, FLAT_FAINT, FLAT_MORE, KOZISTR, MORE, NUMPY, TIMM, WIDE, box_path, decayed, golden, noise, torch_path


def fourth_root(a):
    """a^(-1/4) from SciPy's square roots, which know nothing of eigenvalues of symmetric matrices."""
    return np.linalg.inv(np.real(scipy.linalg.sqrtm(scipy.linalg.sqrtm(a))))


KL = "github.com/yorkerlin/KL-Methods, a02e622, optim/kl_opt.py"
META = ("facebookresearch/optimizers", "f606606")


def run_shampoo(o, p, steps, block=1024, graft=lambda module: None, **roots):
    """Meta's Shampoo without what it adds to the paper's: no mean of gradients, sums instead of running means, grafting only on request; in float64."""
    module = authors_package(*META, "distributed_shampoo")
    precise = module.RootInvShampooPreconditionerConfig(factor_matrix_dtype=torch.float64, inv_factor_matrix_dtype=torch.float64, **roots)
    make = lambda ts: module.DistributedShampoo(
        ts.values(), lr=o["lr"], betas=(0.0, 1.0), epsilon=o["eps"], max_preconditioner_dim=block, preconditioner_config=precise, grafting_config=graft(module),
        precondition_frequency=1, start_preconditioning_step=1,
        distributed_config=module.SingleDeviceDistributedConfig(target_parameter_dimensionality=2),  # no dimensions are merged
    )
    return torch_path(make, p, steps)


def run_soap(o, p, steps, widest=lambda x: 10000):
    """The authors' SOAP in three respects as ours: bases start from the identity, are found from factors with a shift, and keep their order."""
    module = authors("nikhilvyas/SOAP", "a1e5535", "soap.py")

    class Ours(module.SOAP):
        def get_orthogonal_matrix(self, factors):
            return [torch.eye(len(l)) for l in factors]

        def get_orthogonal_matrix_QR(self, state, *rest):
            plain = state["GG"]
            state["GG"] = [l + 0.01 * torch.linalg.matrix_norm(l) * torch.eye(len(l)) if len(l) else l for l in plain]
            made = super().get_orthogonal_matrix_QR(state, *rest)
            state["GG"] = plain
            return made

    ordered, qr, single = torch.argsort, torch.linalg.qr, torch.Tensor.float
    torch.argsort = lambda x, **_: torch.arange(len(x))
    torch.linalg.qr = lambda a: (lambda q, r: (q * torch.sign(torch.diag(r)), r))(*qr(a))
    torch.Tensor.float = lambda x: x
    tensors = {name: torch.tensor(x, requires_grad=True) for name, x in p.items()}
    groups = [{"params": [x], "max_precond_dim": widest(x)} for x in tensors.values()]
    optimizer = Ours(groups, lr=o["lr"], betas=(o["beta1"], o["beta2"]), weight_decay=0)
    path = []
    try:
        for x in tensors.values():
            x.grad = torch.zeros_like(x)
        optimizer.step()  # their first step only makes the state, here from a gradient of 0
        for t, now in enumerate(steps, 1):
            for group in optimizer.param_groups:
                group["eps"] = o["eps"] * (1 - o["beta2"] ** t) ** 0.5  # theirs is added before the correction, as in PyTorch's old Adam
            for name, x in tensors.items():
                optimizer.state[x]["precondition_frequency"] = 1 if t == 1 else o["every"]
                x.grad = torch.tensor(now[name])
                with torch.no_grad():
                    x.mul_(1 - o["lr"] * o["weightDecay"])  # theirs decays after the step
            optimizer.step()
            path.append({name: x.detach().numpy().copy() for name, x in tensors.items()})
    finally:
        torch.argsort, torch.linalg.qr, torch.Tensor.float = ordered, qr, single
    return path


def blocked(box):
    """A box for every block of a matrix, of at most so many rows and columns."""

    def boxes(p, gradients, role, blockSize, **options):
        parts = [(slice(i, i + blockSize), slice(j, j + blockSize)) for i in range(0, p.shape[0], blockSize) for j in range(0, p.shape[1], blockSize)]
        paths = [box(p[part], [g[part] for g in gradients], role, **options) for part in parts]
        for _ in gradients:
            p = p.copy()
            for part, path in zip(parts, paths, strict=True):
                p[part] = next(path)
            yield p

    return boxes


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
        return torch_path(make, p, steps, keep=lambda state: {"m": state["momentum"], "l": state["sides"][0], "r": state["sides"][1]})
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


def run_kron(o, p, steps):
    """timm's Kron, compiled by nothing, its triangular solve in float64, and its noise from Philox."""
    names, calls = list(p), iter(range(len(p) * len(steps)))

    def drawn(shape, **_):
        call = next(calls)
        return torch.tensor(noise(o["seed"], o["every"] * (call // len(names) + 1), names[call % len(names)], tuple(shape)))

    compiled, normal, single = torch.compile, torch.randn, torch.float32
    torch.compile, torch.randn, torch.float32 = (lambda f, **_: f), drawn, torch.float64
    try:
        made = lambda ts: timm.optim.kron.Kron(
            decayed(ts, o["weightDecay"]), lr=o["lr"], momentum=o["momentum"], preconditioner_update_probability=1 / o["every"], precond_lr=o["rate"]
        )
        return torch_path(made, p, steps)
    finally:
        torch.compile, torch.randn, torch.float32 = compiled, normal, single


def goldens():
    out = {
        "shampoo": golden(
            "shampoo", f"Meta's code (github.com/{META[0]}, {META[1]}) with sums for running means, float64",
            {WIDE: {"lr": 0.125}, MORE: {"lr": 0.3125, "eps": 0.5}, FAINT: {"lr": 0.125, "eps": 1e-13}},  # they keep lr in float32
            run_shampoo, shampoo(fourth_root), {"lr": 0.1, "eps": 1e-4},
        ),
        "shampooBlocked": golden(
            "shampooBlocked", f"Meta's code (github.com/{META[0]}, {META[1]}) with sums for running means, float64",
            {WIDE: {"lr": 0.125, "blockSize": 3}, MORE: {"lr": 0.3125, "eps": 0.5, "blockSize": 2}, FAINT: {"lr": 0.125, "eps": 1e-13, "blockSize": 2}},
            lambda o, p, steps: run_shampoo(o, p, steps, o["blockSize"]), blocked(shampoo(fourth_root)), {"lr": 0.1, "eps": 1e-4, "blockSize": 1024},
        ),
        "soap": golden(
            "soap", "the authors' code (github.com/nikhilvyas/SOAP, a1e5535), its bases from the identity, shifted and in order, float64",
            {
                WIDE: {"lr": 0.02},
                MORE: {"lr": 0.05, "beta1": 0.6, "beta2": 0.8, "eps": 0.2, "weightDecay": 0.3, "every": 3},
                FAINT: {"lr": 0.02, "eps": 1e-12},
            },
            run_soap, soap, {"lr": 3e-3, "beta1": 0.95, "beta2": 0.95, "eps": 1e-8, "weightDecay": 0.01, "every": 10},
        ),
    }
    out |= {
        "shampooOneSided": golden(
            "shampooOneSided", f"Meta's code (github.com/{META[0]}, {META[1]}) with sums for running means and an exponent of 0 for columns, float64",
            {WIDE: {"lr": 0.125, "eps": 1e-3}, MORE: {"lr": 0.3125, "eps": 0.5}, FAINT: {"lr": 0.125, "eps": 1e-13}},
            lambda o, p, steps: run_shampoo(o, p, steps, inverse_exponent_override={2: {0: 0.5, 1: 0.0}}),
            one_sided(lambda a: np.linalg.inv(np.real(scipy.linalg.sqrtm(a)))), {"lr": 0.1, "eps": 1e-4},
        ),
        "soapOneSided": golden(
            "soapOneSided", "the authors' code (github.com/nikhilvyas/SOAP, a1e5535), with max_precond_dim the number of rows, its bases from the identity, shifted and in order, float64",
            {
                FLAT: {"lr": 0.02},
                FLAT_MORE: {"lr": 0.05, "beta1": 0.6, "beta2": 0.8, "eps": 0.2, "weightDecay": 0.3, "every": 3},
                FLAT_FAINT: {"lr": 0.02, "eps": 1e-12},
            },
            lambda o, p, steps: run_soap(o, p, steps, widest=len), lambda p, g, role, **more: soap(p, g, role, right_too=False, **more),
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
            "klShampoo",
            f"{NUMPY}, a float64 transcription of the idealized scheme of arXiv:2509.03378 (claim 2), factors from the identity; the authors' code "
            f"({KL}) has its factors in lines 102 to 104 and 172 to 184, its step in lines 306 to 322, and estimates eigenvalues in bfloat16",
            {WIDE: {"lr": 0.1}, MORE: {"lr": 0.3, "beta1": 0.6, "beta2": 0.7, "eps": 0.3, "weightDecay": 0.2}, FAINT: {"lr": 1e5, "weightDecay": 1e-7}},
            lambda o, p, steps: box_path(kl_shampoo, o, p, steps), None, {"lr": 1e-3, "beta1": 0.9, "beta2": 0.98, "eps": 1e-8, "weightDecay": 0.01},
        ),
        "klSoap": golden(
            "klSoap",
            f"{NUMPY}, a float64 transcription of SOAP with the factors of KL-Shampoo (arXiv:2509.03378); the authors' code ({KL}) has the factors in "
            "lines 102 to 104 and 172 to 184, Adam in their axes in lines 325 to 337, and works in bfloat16",
            {
                WIDE: {"lr": 0.02},
                MORE: {"lr": 0.05, "beta1": 0.6, "beta2": 0.7, "eps": 0.2, "weightDecay": 0.3, "every": 3, "damping": 0.3},
                FAINT: {"lr": 0.02, "eps": 1e-12},
            },
            lambda o, p, steps: box_path(kl_soap, o, p, steps), None,
            {"lr": 3e-3, "beta1": 0.95, "beta2": 0.95, "eps": 1e-8, "weightDecay": 0.01, "every": 10, "damping": 1e-8},
        ),
        "psgdKron": golden(
            "psgdKron", f"{TIMM}, timm.optim.Kron with its triangular solve in float64, with noise of Philox4x32-10 in plain Python, checked against Random123",
            {
                WIDE: {"lr": 0.3},
                MORE: {"lr": 0.5, "momentum": 0.6, "weightDecay": 0.2, "rate": 0.4, "every": 2, "seed": 7},
                FAINT: {"lr": 1e5, "rate": 0.9},
            },
            run_kron, None, {"lr": 1e-3, "momentum": 0.9, "weightDecay": 0, "rate": 0.1, "every": 1, "seed": 0},
        ),
        "psgdQuad": golden(
            "psgdQuad", "the authors' code (github.com/evanatyourservice/quad_torch, a4aea1c), QUAD without noise, its spectral norms replaced by Frobenius norms, float64",
            {WIDE: {"lr": 0.3}, MORE: {"lr": 0.5, "momentum": 0.6, "weightDecay": 0.2, "rate": 1.4, "scale": 0.6}, FAINT: {"lr": 0.5, "scale": 300}},
            run_quad, None, {"lr": 1e-3, "momentum": 0.95, "weightDecay": 0.1, "rate": 0.7, "scale": 1},
        ),
    }
    return {f"packages/conformance/goldens/preconditioned/{rule}.json": value for rule, value in out.items()}

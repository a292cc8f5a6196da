"""Projections and proximal steps: Optax's, and where it has none SciPy's or NumPy's; each checked to be the nearest point."""

import jax.numpy as jnp
import numpy as np
import optax
import scipy
import torch

from common import OPTAX, TORCH

NUMPY, SCIPY = f"numpy {np.__version__}", f"scipy {scipy.__version__}"
projections = optax.projections


def penalties():
    """Values and gradients by torch's autograd in float64."""
    draws = np.random.default_rng(12)
    cross = torch.nn.functional.cross_entropy
    identity = lambda n: torch.eye(n, dtype=torch.float64)
    kinds = {
        "penaltyL1": ({"strength": 0.3}, lambda x: 0.3 * x.abs().sum()),
        "penaltyL2": ({"strength": 0.3}, lambda x: 0.15 * x.square().sum()),
        "penaltyElasticNet": ({"l1": 0.3, "l2": 0.7}, lambda x: 0.3 * x.abs().sum() + 0.35 * x.square().sum()),
        "penaltyGroup": ({"strength": 0.3, "size": 2}, lambda x: 0.3 * x.reshape(-1, 2).norm(dim=1).sum()),
    }
    shaped = {
        "penaltyOrthogonality": lambda x: 0.3 * ((x @ x.T if x.shape[0] <= x.shape[1] else x.T @ x) - identity(min(x.shape))).square().sum(),
        "penaltySpectralNorm": lambda x: 0.15 * torch.linalg.matrix_norm(x, 2) ** 2,
        "penaltyEntropy": lambda x: -0.3 * torch.distributions.Categorical(logits=x).entropy().mean(),
        # The cross entropy with smoothed labels, less its part that knows them.
        "penaltyLabelSmoothing": lambda x: cross(x, torch.zeros(len(x), dtype=int), label_smoothing=0.3) - 0.7 * cross(x, torch.zeros(len(x), dtype=int)),
    }
    out = []
    for shape in ((3, 4), (4, 2)):
        for scale in (1.0, 30.0):
            for name, (options, f) in {**kinds, **{name: ({"strength": 0.3, "shape": list(shape)}, f) for name, f in shaped.items()}}.items():
                x = torch.tensor(draws.normal(size=shape) * scale, requires_grad=True)
                f(x).backward()
                out.append({"name": name, "x": x.detach().flatten().tolist(), "options": options, "value": float(f(x).detach()), "gradient": x.grad.flatten().tolist()})
    return {"source": f"{TORCH}, autograd, float64", "penalties": out}


def gradient_penalties():
    """Gradients of losses with gradients in them, by torch's create_graph, of the perceptron that the test builds."""
    count = 0

    def numbers(*shape):
        nonlocal count
        n = int(np.prod(shape))
        count += n
        return torch.tensor(np.sin(1.3 * np.arange(count - n, count)).astype(np.float32).astype(float).reshape(shape), requires_grad=True)

    w1, b1, w2, b2 = weights = numbers(4, 3), numbers(4), numbers(4, 2), numbers(2)
    x, labels = numbers(5, 3), numbers(5, 2).detach()
    loss = torch.nn.functional.mse_loss(torch.tanh(x @ w1.T + b1) @ w2 + b2, labels)
    ofs = {
        "doubleBackpropagation": loss + 1.5 * sum(g.square().sum() for g in torch.autograd.grad(loss, [x], create_graph=True)),
        "gradientNorm": loss + 0.7 * torch.sqrt(sum(g.square().sum() for g in torch.autograd.grad(loss, weights, create_graph=True))),
    }
    out = {name: {"value": float(f.detach()), "gradients": [g.flatten().tolist() for g in torch.autograd.grad(f, weights, retain_graph=True)]} for name, f in ofs.items()}
    return {"source": f"{TORCH}, autograd with create_graph, float64", **out}


def goldens():
    draws = np.random.default_rng(11)
    out = []

    def add(name, source, x, options, value):
        x, value = np.asarray(x, dtype=np.float64), np.asarray(value, dtype=np.float64)
        assert x.size == value.size, name
        out.append({"name": name, "source": source, "x": x.flatten().tolist(), "options": options, "value": value.flatten().tolist()})

    for n, scale in ((1, 1.0), (7, 1.0), (40, 3.0)):
        x = draws.normal(size=n) * scale
        add("projectNonNegative", f"{OPTAX}, projection_non_negative", x, {}, projections.projection_non_negative(jnp.asarray(x)))
        add("projectBox", f"{OPTAX}, projection_box", x, {"min": -0.5, "max": 0.25}, projections.projection_box(jnp.asarray(x), -0.5, 0.25))
        low = draws.normal(size=n) - 1
        high = low + draws.uniform(size=n)
        add("projectBox", f"{OPTAX}, projection_box", x, {"min": low.tolist(), "max": high.tolist()}, projections.projection_box(jnp.asarray(x), jnp.asarray(low), jnp.asarray(high)))
        for size in (0.3, 2.5):
            add("projectSimplex", f"{OPTAX}, projection_simplex", x, {"sum": size}, projections.projection_simplex(jnp.asarray(x), size))
            add("projectL1Ball", f"{OPTAX}, projection_l1_ball", x, {"radius": size}, projections.projection_l1_ball(jnp.asarray(x), size))
            add("projectL2Ball", f"{OPTAX}, projection_l2_ball", x, {"radius": size}, projections.projection_l2_ball(jnp.asarray(x), size))
            add("projectSphere", f"{OPTAX}, projection_l2_sphere", x, {"radius": size}, projections.projection_l2_sphere(jnp.asarray(x), size))
            add("projectLInfBall", f"{OPTAX}, projection_linf_ball", x, {"radius": size}, projections.projection_linf_ball(jnp.asarray(x), size))
        normal = draws.normal(size=n)
        for offset in (-1.0, 0.5):
            options = {"normal": normal.tolist(), "offset": offset}
            add("projectHyperplane", f"{OPTAX}, projection_hyperplane", x, options, projections.projection_hyperplane(jnp.asarray(x), jnp.asarray(normal), offset))
            add("projectHalfSpace", f"{OPTAX}, projection_halfspace", x, options, projections.projection_halfspace(jnp.asarray(x), jnp.asarray(normal), offset))

    for n in (1, 3, 6):
        a = draws.normal(size=(n, n))
        values, vectors = np.linalg.eigh((a + a.T) / 2)
        add("projectPsd", f"{NUMPY}, eigh", a, {}, (vectors * np.maximum(values, 0)) @ vectors.T)
    for rows, n in ((1, 4), (3, 6), (4, 4)):
        a, x = draws.normal(size=(rows, n)), draws.normal(size=n)
        b = a @ draws.normal(size=n)
        if rows == 3:
            a[2], b[2] = a[0] + a[1], b[0] + b[1]  # the last equation says nothing new
        add("projectAffine", f"{NUMPY}, pinv", x, {"matrix": a.flatten().tolist(), "rhs": b.tolist()}, x - np.linalg.pinv(a) @ (a @ x - b))
    for rows, cols in ((4, 3), (3, 5)):
        a = draws.normal(size=(rows, cols))
        for units, axis in (("rows", 1), ("columns", 0)):
            lengths = np.linalg.norm(a, axis=axis, keepdims=True)
            add("projectMaxNorm", f"{NUMPY}, linalg.norm", a, {"shape": [rows, cols], "units": units, "max": 1.5}, a * np.minimum(1, 1.5 / lengths))
            add("projectUnitNorm", f"{NUMPY}, linalg.norm", a, {"shape": [rows, cols], "units": units}, a / lengths)
        u, s, v = np.linalg.svd(a, full_matrices=False)
        for strength in (0.4, 1.5):
            add("proxNuclear", f"{NUMPY}, svd", a, {"shape": [rows, cols], "strength": strength}, (u * np.maximum(s - strength, 0)) @ v)

    # A proximal step is a minimum: found here number by number, or group by group, by SciPy.
    def least(penalty, v):
        best = min((scipy.optimize.minimize_scalar(lambda z: 0.5 * (z - v) ** 2 + penalty(z), bounds=bounds, method="bounded", options={"xatol": 1e-12}) for bounds in ((-6, 0), (0, 6))), key=lambda r: r.fun)
        at_zero = 0.5 * v**2 + penalty(0.0)
        return 0.0 if at_zero <= best.fun + 1e-15 else best.x

    x = draws.normal(size=12) * 2
    minimized = f"{SCIPY}, minimize_scalar"
    for strength in (0.3, 1.1):
        add("proxL1", minimized, x, {"strength": strength}, [least(lambda z: strength * abs(z), v) for v in x])
        add("proxRidge", minimized, x, {"strength": strength}, [least(lambda z: strength * z * z / 2, v) for v in x])
        add("proxElasticNet", minimized, x, {"l1": strength, "l2": 0.7}, [least(lambda z: strength * abs(z) + 0.35 * z * z, v) for v in x])
        add("proxL0", minimized, x, {"strength": strength}, [least(lambda z: strength * (z != 0), v) for v in x])
        add("proxNonNegative", minimized, x, {"strength": strength}, [max(0.0, least(lambda z: strength * abs(z), v)) for v in x])
        groups = []
        for group in x.reshape(-1, 4):
            length = np.linalg.norm(group)  # along the group, where the minimum must lie
            groups.append(group / length * max(0.0, least(lambda z: strength * abs(z), length)))
        add("proxGroup", minimized, x, {"strength": strength, "size": 4}, np.concatenate(groups))

    # Several sets at once: the nearest point by quadratic programming.
    x = draws.normal(size=6)
    nearest = scipy.optimize.minimize(
        lambda z: 0.5 * np.sum((z - x) ** 2), np.full(6, 1 / 6), jac=lambda z: z - x, method="SLSQP", bounds=[(0, 0.3)] * 6,
        constraints=[{"type": "eq", "fun": lambda z: z.sum() - 1, "jac": lambda z: np.ones(6)}], options={"ftol": 1e-16, "maxiter": 1000},
    )
    add("projectDykstra", f"{SCIPY}, SLSQP: the simplex, every number at most 0.3", x, {}, np.round(nearest.x, 10))  # a 0 is 1e-15 on some processors
    return {"packages/regularizers/test/golden/regularizers.json": out, "packages/regularizers/test/golden/penalties.json": penalties(), "packages/onnx/test/fixtures/gradient_penalties.json": gradient_penalties()}

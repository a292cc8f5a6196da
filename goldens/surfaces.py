"""Surfaces of @descent/viz: values, gradients and second derivatives by PyTorch's autograd, global minima by SciPy, paths by torch.optim."""

import numpy as np
import scipy
import torch
from scipy.optimize import differential_evolution

SOURCE = f"torch {torch.__version__.split('+')[0]} (autograd and torch.optim, float64); scipy {scipy.__version__}, differential_evolution"
PI = torch.pi


def cliff(x, y):
    h = torch.zeros((), dtype=torch.float64)
    for _ in range(50):
        h = x * torch.sigmoid(h) + y
    return (torch.sigmoid(h) - 0.7) ** 2


SURFACES = {
    "ellipse": lambda x, y: 0.5 * (x**2 + 20 * y**2),
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "beale": lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    "himmelblau": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    "saddle": lambda x, y: x**2 - y**2 + y**4 / 4,
    "styblinski-tang": lambda x, y: sum(v**4 - 16 * v**2 + 5 * v for v in (x, y)) / 2,
    "six-hump-camel": lambda x, y: (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2,
    "rastrigin": lambda x, y: 20 + sum(v**2 - 10 * torch.cos(2 * PI * v) for v in (x, y)),
    "ackley": lambda x, y: -20 * torch.exp(-0.2 * torch.sqrt((x**2 + y**2) / 2))
    - torch.exp((torch.cos(2 * PI * x) + torch.cos(2 * PI * y)) / 2)
    + 20
    + torch.e,
    "easom": lambda x, y: -torch.cos(x) * torch.cos(y) * torch.exp(-((x - PI) ** 2) - (y - PI) ** 2),
    "booth": lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
    "three-hump-camel": lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2,
    "mccormick": lambda x, y: torch.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
    "cliff": cliff,
}
BOXES = {"cliff": ((2, 8), (-4, -1.5)), "easom": ((0, 6.3), (0, 6.3)), "mccormick": ((-1.5, 4), (-3, 4))}
BOX = ((-4, 4), (-4, 4))

# rule, its options in torch and here, surface, start, steps: rates that move the point visibly without chaos.
RACES = (
    ("sgd", torch.optim.SGD, {"lr": 0.05}, "ellipse", (-4.5, 1.6), 60),
    ("momentum", torch.optim.SGD, {"lr": 0.02, "momentum": 0.9}, "ellipse", (-4.5, 1.6), 60),
    ("adam", torch.optim.Adam, {"lr": 0.1}, "beale", (0.7, 1.5), 80),
    ("rmsprop", torch.optim.RMSprop, {"lr": 0.02}, "rosenbrock", (-1.4, 2.2), 60),
    ("adagrad", torch.optim.Adagrad, {"lr": 0.5}, "himmelblau", (-0.4, -0.8), 60),
)


def number(x):
    return torch.tensor(x, dtype=torch.float64, requires_grad=True)


def point(f, at):
    x, y = map(number, at)
    value = f(x, y)
    slopes = torch.autograd.grad(value, (x, y), create_graph=True)
    curvature = [torch.autograd.grad(slope, v, retain_graph=True)[0].item() for slope, v in zip(slopes, (x, y))]
    return {"at": list(at), "value": value.item(), "gradient": [slope.item() for slope in slopes], "curvature": curvature}


def least(f, box):
    with torch.no_grad():
        found = differential_evolution(lambda p: f(*torch.tensor(p, dtype=torch.float64)).item(), box, seed=1, tol=1e-12, polish=True, maxiter=300)
    return float(found.fun)


def path(kind, options, f, start, steps):
    p = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = kind([p], **options)
    out = [list(start)]
    for _ in range(steps):
        optimizer.zero_grad()
        f(p[0], p[1]).backward()
        optimizer.step()
        out.append(p.tolist())
    return out


def goldens():
    draws = np.random.default_rng(19)
    surfaces = {}
    for name, f in SURFACES.items():
        box = BOXES.get(name, BOX)
        at = [tuple(float(draws.uniform(*side)) for side in box) for _ in range(5)]
        surfaces[name] = {"least": least(f, box), "points": [point(f, p) for p in at]}
    races = [
        {"rule": rule, "options": options, "surface": name, "path": path(kind, options, SURFACES[name], start, steps)}
        for rule, kind, options, name, start, steps in RACES
    ]
    return {"packages/viz/test/golden/surfaces.json": {"source": SOURCE, "surfaces": surfaces, "races": races}}

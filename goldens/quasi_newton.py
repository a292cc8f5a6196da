"""SciPy's runs on problems of Moré, Garbow and Hillstrom (ACM TOMS 7, 1981, 17–41): the minimum, and what it cost.

The residuals are written here again, apart from those of the tests, and differentiated by JAX. Both sides stop when no
element of the gradient is larger than 1e-5, SciPy's own default.
"""

import jax
import jax.numpy as jnp
import numpy as np
import scipy
from scipy.optimize import least_squares, minimize
from scipy.optimize._linesearch import line_search_armijo

from common import same

jax.config.update("jax_enable_x64", True)
GTOL = 1e-5
BARD = np.array([0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39])
GAUSSIAN = np.array([0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989, 0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009])
KOWALIK_Y = np.array([0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246])
KOWALIK_U = np.array([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625])


def i(m):
    return jnp.arange(1.0, m + 1)


def bard(x):
    u = i(15)
    v = 16 - u
    return BARD - (x[0] + u / (v * x[1] + jnp.minimum(u, v) * x[2]))


def brown_dennis(x):
    t = i(20) / 5
    return (x[0] + t * x[1] - jnp.exp(t)) ** 2 + (x[2] + x[3] * jnp.sin(t) - jnp.cos(t)) ** 2


def box(x):
    t = i(10) / 10
    return jnp.exp(-t * x[0]) - jnp.exp(-t * x[1]) - x[2] * (jnp.exp(-t) - jnp.exp(-10 * t))


def biggs(x):
    t = i(13) / 10
    y = jnp.exp(-t) - 5 * jnp.exp(-10 * t) + 3 * jnp.exp(-4 * t)
    return x[2] * jnp.exp(-t * x[0]) - x[3] * jnp.exp(-t * x[1]) + x[5] * jnp.exp(-t * x[4]) - y


def watson(x):
    n = x.shape[0]
    t = (i(29) / 29)[:, None]
    powers = t ** jnp.arange(n)[None, :]
    slope = jnp.sum(jnp.arange(1, n)[None, :] * powers[:, : n - 1] * x[None, 1:], axis=1)
    value = jnp.sum(powers * x[None, :], axis=1)
    return jnp.concatenate([slope - value**2 - 1, jnp.array([x[0], x[1] - x[0] ** 2 - 1])])


def extended_rosenbrock(x):
    odd, even = x[0::2], x[1::2]
    return jnp.concatenate([10 * (even - odd**2), 1 - odd])


def penalty1(x):
    return jnp.concatenate([jnp.sqrt(1e-5) * (x - 1), jnp.array([jnp.sum(x**2) - 0.25])])


def variably(x):
    s = jnp.sum(i(x.shape[0]) * (x - 1))
    return jnp.concatenate([x - 1, jnp.array([s, s**2])])


def trigonometric(x):
    n = x.shape[0]
    return n - jnp.sum(jnp.cos(x)) + i(n) * (1 - jnp.cos(x)) - jnp.sin(x)


def brown_almost_linear(x):
    n = x.shape[0]
    return jnp.concatenate([x[:-1] + jnp.sum(x) - (n + 1), jnp.array([jnp.prod(x) - 1])])


def padded(x):
    zero = jnp.zeros(1)
    return jnp.concatenate([zero, x[:-1]]), jnp.concatenate([x[1:], zero])


def tridiagonal(x):
    before, after = padded(x)
    return (3 - 2 * x) * x - before - 2 * after + 1


def boundary(x):
    before, after = padded(x)
    h = 1 / (x.shape[0] + 1)
    return 2 * x - before - after + h**2 * (x + i(x.shape[0]) * h + 1) ** 3 / 2


def linear(x):
    n, m = x.shape[0], 20
    return jnp.concatenate([x, jnp.zeros(m - n)]) - 2 / m * jnp.sum(x) - 1


T10 = np.arange(1, 11)
PROBLEMS = {
    "rosenbrock": ([-1.2, 1], lambda x: jnp.array([10 * (x[1] - x[0] ** 2), 1 - x[0]])),
    "freudenstein-roth": ([0.5, -2], lambda x: jnp.array([-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]])),
    "beale": ([1, 1], lambda x: jnp.array([1.5 - x[0] * (1 - x[1]), 2.25 - x[0] * (1 - x[1] ** 2), 2.625 - x[0] * (1 - x[1] ** 3)])),
    "jennrich-sampson": ([0.3, 0.4], lambda x: 2 + 2 * i(10) - (jnp.exp(i(10) * x[0]) + jnp.exp(i(10) * x[1]))),
    "bard": ([1, 1, 1], bard),
    "gaussian": ([0.4, 1, 0], lambda x: x[0] * jnp.exp(-x[1] * ((8 - i(15)) / 2 - x[2]) ** 2 / 2) - GAUSSIAN),
    "box-3d": ([0, 10, 20], box),
    "powell-singular": ([3, -1, 0, 1], lambda x: jnp.array([x[0] + 10 * x[1], jnp.sqrt(5.0) * (x[2] - x[3]), (x[1] - 2 * x[2]) ** 2, jnp.sqrt(10.0) * (x[0] - x[3]) ** 2])),
    "wood": ([-3, -1, -3, -1], lambda x: jnp.array([10 * (x[1] - x[0] ** 2), 1 - x[0], jnp.sqrt(90.0) * (x[3] - x[2] ** 2), 1 - x[2], jnp.sqrt(10.0) * (x[1] + x[3] - 2), (x[1] - x[3]) / jnp.sqrt(10.0)])),
    "kowalik-osborne": ([0.25, 0.39, 0.415, 0.39], lambda x: KOWALIK_Y - x[0] * (KOWALIK_U**2 + KOWALIK_U * x[1]) / (KOWALIK_U**2 + KOWALIK_U * x[2] + x[3])),
    "brown-dennis": ([25, 5, -5, -1], brown_dennis),
    "biggs-exp6": ([1, 2, 1, 1, 1, 1], biggs),
    "watson": ([0] * 6, watson),
    "extended-rosenbrock": ([-1.2, 1] * 5, extended_rosenbrock),
    "penalty-1": (list(range(1, 11)), penalty1),
    "variably-dimensioned": (list(1 - T10 / 10), variably),
    "trigonometric": ([0.1] * 10, trigonometric),
    "brown-almost-linear": ([0.5] * 10, brown_almost_linear),
    "broyden-tridiagonal": ([-1] * 10, tridiagonal),
    "discrete-boundary-value": (list(T10 / 11 * (T10 / 11 - 1)), boundary),
    "linear-full-rank": ([1] * 10, linear),
}

METHODS = {
    "bfgs": ("BFGS", {"gtol": GTOL}, ""),
    "lbfgs": ("L-BFGS-B", {"gtol": GTOL, "ftol": 0, "maxfun": 10**6, "maxiter": 10**6}, ""),
    "nonlinear-cg": ("CG", {"gtol": GTOL}, ""),
    "newton-cg": ("Newton-CG", {"xtol": 1e-9}, "product"),
    "dogleg": ("dogleg", {"gtol": GTOL}, "hessian"),
    "steihaug": ("trust-ncg", {"gtol": GTOL}, "product"),
}


def digits(x, n):
    """Where a run ends depends on rounding in later digits."""
    return float(f"{x:.{n}g}")


def counted(f):
    def g(*a):
        g.calls += 1
        return f(*a)

    g.calls = 0
    return g


def run(residuals, start, kind, options, needs):
    value = lambda x: jnp.sum(residuals(x) ** 2)
    both = jax.jit(jax.value_and_grad(value))
    evaluations = counted(lambda x: [np.asarray(y, float) for y in both(x)])
    derivative = {}
    if needs == "hessian":
        derivative["hess"] = counted(jax.jit(jax.hessian(value)))
    if needs == "product":
        derivative["hessp"] = counted(jax.jit(lambda x, v: jax.jvp(jax.grad(value), (x,), (v,))[1]))
    try:
        done = minimize(evaluations, start, jac=True, method=kind, options=options, **derivative)
    except Exception as error:  # dogleg needs a positive definite Hessian, and says so
        return {"failed": type(error).__name__}
    out = {"value": digits(done.fun, 7), "gradientNorm": digits(np.abs(done.jac).max(), 1), "evaluations": evaluations.calls}
    return {**out, "products": next(iter(derivative.values())).calls} if derivative else out


def fit(residuals, start, kind, gtol=1e-8, **options):
    r, j = jax.jit(residuals), jax.jit(jax.jacobian(residuals))
    calls = counted(lambda x: np.asarray(r(x)))
    done = least_squares(calls, start, jac=lambda x: np.asarray(j(x)), method=kind, gtol=gtol, ftol=1e-15, xtol=1e-15, **options)
    return {"value": digits(2 * done.cost, 7), "gradientNorm": digits(done.optimality, 1), "evaluations": calls.calls}


# Problems of Hock and Schittkowski (Test Examples for Nonlinear Programming Codes, 1981) whose only constraints are bounds.
HS = {
    "hs1": ([-2, 1], [None, -1.5], [None, None], lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2),
    "hs2": ([-2, 1], [None, 1.5], [None, None], lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2),
    "hs3": ([10, 1], [None, 0], [None, None], lambda x: x[1] + 1e-5 * (x[1] - x[0]) ** 2),
    "hs4": ([1.125, 0.125], [1, 0], [None, None], lambda x: (x[0] + 1) ** 3 / 3 + x[1]),
    "hs5": ([0, 0], [-1.5, -3], [4, 3], lambda x: jnp.sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1),
    "hs38": ([-3, -1, -3, -1], [-10] * 4, [10] * 4, lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2 + 90 * (x[3] - x[2] ** 2) ** 2 + (1 - x[2]) ** 2 + 10.1 * ((x[1] - 1) ** 2 + (x[3] - 1) ** 2) + 19.8 * (x[1] - 1) * (x[3] - 1)),
    "hs45": ([2] * 5, [0] * 5, [1, 2, 3, 4, 5], lambda x: 2 - jnp.prod(x) / 120),
    "hs110": ([9] * 10, [2.001] * 10, [9.999] * 10, lambda x: jnp.sum(jnp.log(x - 2) ** 2 + jnp.log(10 - x) ** 2) - jnp.prod(x) ** 0.2),
}


def bounds_of(residuals, start):
    """One number of three is held above the minimum without bounds, one below it, and one is free."""
    lowest = minimize(lambda x: [np.asarray(y, float) for y in jax.value_and_grad(lambda z: jnp.sum(residuals(z) ** 2))(x)], start, jac=True, method="BFGS").x
    room = [round(0.1 * (1 + abs(v)), 2) for v in lowest]
    low = [round(v + r, 2) if k % 3 == 0 else None for k, (v, r) in enumerate(zip(lowest, room))]
    high = [round(v - r, 2) if k % 3 == 1 else None for k, (v, r) in enumerate(zip(lowest, room))]
    return low, high


def held_apart(bounds, free):
    return np.array([free if b is None else b for b in bounds], float)


def bounded():
    problems = dict(HS)
    for name, (start, residuals) in PROBLEMS.items():
        problems[name] = (start, *bounds_of(residuals, np.array(start, float)), lambda x, r=residuals: jnp.sum(r(x) ** 2))
    squares = {"hs1": PROBLEMS["rosenbrock"][1], "hs2": PROBLEMS["rosenbrock"][1]} | {name: residuals for name, (_, residuals) in PROBLEMS.items()}
    out = []
    for name, (start, low, high, value) in problems.items():
        both = jax.jit(jax.value_and_grad(value))
        calls = counted(lambda x: [np.asarray(y, float) for y in both(x)])
        done = minimize(calls, np.array(start, float), jac=True, method="L-BFGS-B", bounds=list(zip(low, high)), options={"gtol": GTOL, "ftol": 0, "maxfun": 10**6, "maxiter": 10**6})
        held = np.clip(done.x - done.jac, [-np.inf if b is None else b for b in low], [np.inf if b is None else b for b in high])
        end = {"value": digits(done.fun, 7), "gradientNorm": digits(np.abs(done.x - held).max(), 1), "evaluations": calls.calls}
        within = {}
        if name in squares:  # both sides stop at a gradient of 1e-7, SciPy's scaled by the distance from the bounds
            low, high = held_apart(low, -np.inf), held_apart(high, np.inf)
            inside = np.clip(np.array(start, float), low, high)
            within = {"leastSquares": fit(squares[name], inside, "trf", gtol=1e-7, bounds=(low, high))}
        out.append({"name": name, "start": [float(x) for x in start], "min": problems[name][1], "max": problems[name][2], "run": end, **within})
    return {"source": f"scipy {scipy.__version__}, scipy.optimize.minimize, L-BFGS-B, and least_squares, trf; gradients by jax, float64", "problems": out}


def logistic():
    """A logistic regression with four weights, whose data the test writes again, and its minimum by SciPy's trust-exact."""
    k = np.arange(1, 61)
    x = np.stack([np.ones(60), np.sin(k), np.cos(2 * k), 3 * np.sin(5 * k)], 1)
    y = np.where(x @ np.array([0.3, 1.5, -1.0, 0.4]) + 1.5 * np.sin(7 * k) > 0, 1.0, -1.0)
    out = []
    for l2 in (0.0, 1.0):
        value = lambda w, l2=l2: jnp.sum(jnp.logaddexp(0.0, -y * (x @ w))) + l2 / 2 * jnp.sum(w**2)
        done = minimize(jax.jit(value), np.zeros(4), jac=jax.jit(jax.grad(value)), hess=jax.jit(jax.hessian(value)), method="trust-exact", options={"gtol": 1e-10})
        out.append({"l2": l2, "x": [digits(v, 9) for v in done.x], "value": digits(done.fun, 12)})
    return {"source": f"scipy {scipy.__version__}, scipy.optimize.minimize, trust-exact; derivatives by jax, float64", "minima": out}


def backtracked(both, x, value, gradient, first, c1=1e-4):
    """Nocedal and Wright's Algorithm 3.1 (Numerical Optimization, 2006, p. 37) along -gradient: shortened to the minimum of (3.58),
    the parabola through both values and the slope, which is kept within a tenth and a half of the step."""
    slope, step, trials = -(gradient @ gradient), first, 0
    while True:
        trials += 1
        new, slopes = both(x - step * gradient)
        if new <= value + c1 * step * slope:
            return step, new, slopes, trials
        parabola = -slope * step**2 / (2 * (new - value - slope * step))
        step = min(max(parabola, 0.1 * step), 0.5 * step)


def descent(iterations=15):
    """Steepest descent with Armijo's condition, by the book, its first trial by (3.60). SciPy's line_search_armijo, which does not keep its
    parabola within bounds and goes on with cubics, must find the same step where the first or the second trial does and the bounds did not matter."""
    out, same_as_scipy, steps = [], 0, 0
    for name, (start, residuals) in PROBLEMS.items():
        value_and_slopes = jax.jit(jax.value_and_grad(lambda x, r=residuals: jnp.sum(r(x) ** 2)))
        both = lambda x: [np.asarray(y, float) for y in value_and_slopes(x)]
        x, path, evaluations, decrease = np.array(start, float), [], 1, None
        value, gradient = both(x)
        for _ in range(iterations):
            if np.abs(gradient).max() < 1e-3:  # what is left is as small as rounding makes it differ
                break
            square = gradient @ gradient
            first = 2 * decrease / square if decrease else min(1, 1 / np.sqrt(square))
            step, new, slopes, trials = backtracked(both, x, value, gradient, first)
            found, _, _ = line_search_armijo(lambda z: float(both(z)[0]), x, -gradient, gradient, float(value), c1=1e-4, alpha0=first)
            steps += 1
            if trials == 1 or (trials == 2 and 0.1 * first < step < 0.5 * first):
                assert np.isclose(found, step, rtol=1e-9), (name, found, step)
                same_as_scipy += 1
            x, evaluations = x - step * gradient, evaluations + trials
            path.append({"x": x.tolist(), "step": float(step), "value": float(new), "evaluations": evaluations})
            decrease, value, gradient = float(value - new), new, slopes
        out.append({"name": name, "start": [float(v) for v in start], "path": path})
    assert same_as_scipy > 0.6 * steps, (same_as_scipy, steps)
    source = f"Nocedal and Wright's Algorithm 3.1 with (3.58) and (3.60), in float64; {same_as_scipy} of {steps} steps are those of scipy {scipy.__version__}, line_search_armijo; gradients by jax"
    return {"source": source, "problems": out}


def agrees(old, new):
    """Whether two processors may have computed these. Along a run of many steps the last digits of exp and sin grow into
    other steps, so runs are compared by what does not hang on them: who fails, the minima that are reached, and the median of evaluations."""
    if "problems" not in old or "runs" not in old["problems"][0]:
        return same(old, new)
    apart = lambda golden: {**golden, "problems": [{**p, "runs": sorted(p["runs"])} for p in golden["problems"]]}
    if not same(apart(old), apart(new)):
        return False
    for method in old["problems"][0]["runs"]:
        pairs = [(a["runs"][method], b["runs"][method]) for a, b in zip(old["problems"], new["problems"])]
        if any(sorted(a) != sorted(b) or a.get("failed") != b.get("failed") for a, b in pairs):
            return False
        done = [(a, b) for a, b in pairs if "failed" not in a and max(a["gradientNorm"], b["gradientNorm"]) < 1e-3]
        if any(not np.isclose(a["value"], b["value"], rtol=1e-4, atol=1e-6) for a, b in done):
            return False
        if not 0.9 <= np.median([b["evaluations"] / a["evaluations"] for a, b in done]) <= 1.1:
            return False
    return True


def goldens():
    out = []
    for name, (start, residuals) in PROBLEMS.items():
        x = np.array(start, float)
        value, gradient = jax.value_and_grad(lambda z: jnp.sum(residuals(z) ** 2))(x)
        runs = {method: run(residuals, x, *how) for method, how in METHODS.items()}
        runs["levenberg-marquardt"] = fit(residuals, x, "lm")
        runs["gauss-newton"] = fit(residuals, x, "dogbox")  # Gauss and Newton's steps within a trust region; SciPy has none with a line search
        out.append({"name": name, "start": x.tolist(), "value": float(value), "gradient": np.asarray(gradient).tolist(), "runs": runs})
    source = f"scipy {scipy.__version__}, scipy.optimize.minimize and least_squares; gradients by jax, float64"
    return {
        "packages/quasi-newton/test/golden/mgh.json": {"source": source, "gradientTolerance": GTOL, "problems": out},
        "packages/quasi-newton/test/golden/gradient-descent.json": descent(),
        "packages/quasi-newton/test/golden/bounds.json": bounded(),
        "packages/quasi-newton/test/golden/logistic.json": logistic(),
    }

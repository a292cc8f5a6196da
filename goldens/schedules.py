"""Schedules as values at steps, by the library that has them (Optax, PyTorch, Keras, timm, transformers); checked against plain formulas."""

import math
import os
import random
from importlib.metadata import version

os.environ["KERAS_BACKEND"] = "torch"

import keras
import optax
import pytorch_optimizer
import timm.scheduler
import torch
import transformers
from pytorch_optimizer.lr_scheduler.chebyshev import get_chebyshev_perm_steps

from common import OPTAX, TORCH

keras.config.set_floatx("float64")
KERAS = f"keras {keras.__version__}"
TIMM = f"timm {timm.__version__}"
HF = f"transformers {transformers.__version__}"
ZOO = f"pytorch_optimizer {version('pytorch_optimizer')}"


def values(schedule, steps):
    return [float(schedule(step)) for step in steps]


def torch_values(make, steps, rate):
    """What torch's scheduler sets for each step of a run."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler, rates = make(optimizer), []
    for _ in range(max(steps) + 1):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return [rates[step] for step in steps]


def part(step, over, staircase=False):
    return step // over if staircase else step / over


def clamp(step, over):
    return min(step, over) / over


def cosine(a, b, over):
    return lambda step: b + (a - b) * 0.5 * (1 + math.cos(math.pi * clamp(step, over)))


def goldens():
    out = []

    def add(name, source, options, steps, got, formula):
        for step, x in zip(steps, got, strict=True):
            y = formula(step)
            if not math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-17):
                raise AssertionError(f"{name} at step {step}: {source} says {x}, the formula {y}")
        out.append({"name": name, "source": source, "options": options, "steps": steps, "values": got})

    steps = [0, 1, 7, 1000]
    add("constant", f"{OPTAX}, constant_schedule", {"value": 0.03}, steps, values(optax.constant_schedule(0.03), steps), lambda s: 0.03)

    steps = [0, 1, 25, 50, 99, 100, 101, 500]
    for a, b in ((0.1, 0.01), (0.0, 0.5)):
        add("linear", f"{OPTAX}, linear_schedule", {"from": a, "to": b, "over": 100}, steps, values(optax.linear_schedule(a, b, 100), steps), lambda s: a + (b - a) * clamp(s, 100))

    steps = [0, 1, 99, 100, 101, 249, 250, 251, 1000]
    add(
        "piecewise", f"{OPTAX}, piecewise_constant_schedule (scales 0.1 and 0.5 at 100 and 250)",
        {"values": {"0": 0.2, "100": 0.02, "250": 0.01}}, steps,
        values(optax.piecewise_constant_schedule(0.2, {100: 0.1, 250: 0.5}), steps),
        lambda s: 0.2 if s < 100 else 0.02 if s < 250 else 0.01,
    )

    steps = [0, 1, 9, 10, 11, 25, 30, 100]
    for staircase in (False, True):
        add(
            "exponential", f"{OPTAX}, exponential_decay", {"from": 0.1, "rate": 0.7, "over": 10, "staircase": staircase}, steps,
            values(optax.exponential_decay(0.1, 10, 0.7, staircase=staircase), steps), lambda s: 0.1 * 0.7 ** part(s, 10, staircase),
        )

    steps = [0, 1, 25, 50, 99, 100, 101, 500]
    for b, power in ((0.01, 2), (0.0, 0.5), (0.2, 3)):
        add(
            "polynomial", f"{OPTAX}, polynomial_schedule", {"from": 0.1, "to": b, "over": 100, "power": power}, steps,
            values(optax.polynomial_schedule(0.1, b, power, 100), steps), lambda s: b + (0.1 - b) * (1 - clamp(s, 100)) ** power,
        )

    steps = [0, 1, 9, 10, 11, 25, 30, 1000]
    for staircase in (False, True):
        add(
            "inverseTime", f"{KERAS}, InverseTimeDecay", {"from": 0.1, "rate": 0.5, "over": 10, "staircase": staircase}, steps,
            values(keras.optimizers.schedules.InverseTimeDecay(0.1, 10, 0.5, staircase=staircase), steps),
            lambda s: 0.1 / (1 + 0.5 * part(s, 10, staircase)),
        )

    steps = [0, 1, 25, 50, 99, 100, 101, 500]
    for a, b in ((0.1, 0.0), (0.1, 0.02)):
        add("cosine", f"{OPTAX}, cosine_decay_schedule (alpha = to / from)", {"from": a, "to": b, "over": 100}, steps, values(optax.cosine_decay_schedule(a, 100, alpha=b / a), steps), cosine(a, b, 100))

    # The first update already takes 1/W of the peak, and the last of the warm-up all of it.
    steps = [0, 1, 4, 8, 9, 10, 11, 30, 60, 109, 110, 111, 300]
    ramp = lambda s, then: then(0) * (s + 1) / 10 if s < 10 else then(s - 10)
    linear_ramp = optax.linear_schedule(0.1 / 10, 0.1, 9)
    wave = cosine(0.1, 0.001, 100)
    add(
        "warmup", f"{OPTAX}, join_schedules of linear_schedule(peak / 10, peak, 9) and cosine_decay_schedule",
        {"steps": 10, "then": {"cosine": {"from": 0.1, "to": 0.001, "over": 100}}}, steps,
        values(optax.join_schedules([linear_ramp, optax.cosine_decay_schedule(0.1, 100, alpha=0.01)], [10]), steps), lambda s: ramp(s, wave),
    )
    add(
        "warmup", f"{TORCH}, LinearLR(start_factor=1/10, total_iters=9)", {"steps": 10, "then": {"constant": {"value": 0.1}}}, steps,
        torch_values(lambda o: torch.optim.lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=9), steps, 0.1), lambda s: ramp(s, lambda _: 0.1),
    )
    steps = [0, 1, 2]
    add("warmup", f"{OPTAX}, constant_schedule", {"steps": 1, "then": {"constant": {"value": 0.1}}}, steps, values(optax.constant_schedule(0.1), steps), lambda s: 0.1)

    steps = [0, 1, 50, 99, 100, 101, 150, 199, 200, 201, 249, 250, 400]
    add(
        "join", f"{OPTAX}, join_schedules",
        {"parts": [[0, {"linear": {"from": 0.0, "to": 0.1, "over": 100}}], [100, {"constant": {"value": 0.1}}], [200, {"polynomial": {"from": 0.1, "to": 0.0, "over": 50, "power": 2}}]]},
        steps,
        values(optax.join_schedules([optax.linear_schedule(0.0, 0.1, 100), optax.constant_schedule(0.1), optax.polynomial_schedule(0.1, 0.0, 2, 50)], [100, 200]), steps),
        lambda s: 0.1 * s / 100 if s < 100 else 0.1 if s < 200 else 0.1 * (1 - clamp(s - 200, 50)) ** 2,
    )
    # What changes shape: k-decay, cycles, powers.
    steps = [0, 1, 13, 50, 99, 100, 101, 500]
    for k in (0.5, 2.0):
        timm_cosine = values_of_timm(timm.scheduler.CosineLRScheduler, dict(t_initial=100, lr_min=0.01, k_decay=k), steps, 0.1)
        add("cosine", f"{TIMM}, CosineLRScheduler", {"from": 0.1, "to": 0.01, "over": 100, "k": k}, steps, timm_cosine, lambda s: cosine(0.1, 0.01, 1)((clamp(s, 100)) ** k))
        timm_poly = values_of_timm(timm.scheduler.PolyLRScheduler, dict(t_initial=100, lr_min=0.01, k_decay=k, power=0.5), steps, 0.1)
        add("polynomial", f"{TIMM}, PolyLRScheduler", {"from": 0.1, "to": 0.01, "over": 100, "k": k, "power": 0.5}, steps, timm_poly, lambda s: 0.01 + 0.09 * (1 - clamp(s, 100) ** k) ** 0.5)

    def cycled(s):
        over = 100 * max(1, math.ceil(s / 100))
        return 0.02 + 0.08 * (1 - s / over) ** 2

    steps = [0, 1, 50, 99, 100, 101, 150, 200, 201, 250, 1001]
    add("polynomial", f"{KERAS}, PolynomialDecay", {"from": 0.1, "to": 0.02, "over": 100, "power": 2, "cycle": True}, steps, values(keras.optimizers.schedules.PolynomialDecay(0.1, 100, 0.02, power=2, cycle=True), steps), cycled)

    # Beyond the warm-up transformers' inverse square root is ours from its peak on.
    steps = [0, 1, 9, 10, 11, 500, 100_000]
    hf = values_of_lambda(transformers.get_inverse_sqrt_schedule, dict(num_warmup_steps=40), [s + 40 for s in steps], 0.1)
    add("inverseSqrt", f"{HF}, get_inverse_sqrt_schedule(num_warmup_steps=40), 40 steps later", {"from": 0.1, "over": 40}, steps, hf, lambda s: 0.1 / math.sqrt(1 + s / 40))
    for power in (0.6, 2.0):
        formula = lambda s: 0.1 * (1 + 0.3 * s / 5) ** -power
        add("inverseTime", "the lecture's formula in double precision", {"from": 0.1, "rate": 0.3, "over": 5, "power": power}, steps, [formula(s) for s in steps], formula)

    # Restarts.
    def restarts(s, mul, high):
        i, start, over = 0, 0, 40
        while s >= start + over:
            i, start, over = i + 1, start + over, over * mul
        return i, (s - start) / over, 0.1 * high ** i

    steps = [0, 1, 20, 39, 40, 41, 79, 80, 119, 120, 121, 279, 280, 281, 1239, 1240, 1241]
    for mul in (1, 2):
        add("cosineRestarts", f"{TORCH}, CosineAnnealingWarmRestarts", {"from": 0.1, "to": 0.01, "over": 40, "growth": mul}, steps,
            torch_values(lambda o: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 40, T_mult=mul, eta_min=0.01), steps, 0.1),
            lambda s: cosine(restarts(s, mul, 1)[2], 0.01, 1)(restarts(s, mul, 1)[1]))
        add("cosineRestarts", f"{KERAS}, CosineDecayRestarts", {"from": 0.1, "over": 40, "growth": mul, "decay": 0.7}, steps,
            values(keras.optimizers.schedules.CosineDecayRestarts(0.1, 40, t_mul=float(mul), m_mul=0.7), steps),
            lambda s: cosine(restarts(s, mul, 0.7)[2], 0, 1)(restarts(s, mul, 0.7)[1]))
        saw = lambda s: 0.02 + (0.1 - 0.02) * (1 - restarts(s, mul, 1)[1])
        add("sawtooth", "its formula in double precision, cycle by cycle", {"from": 0.1, "to": 0.02, "over": 40, "growth": mul}, steps, [saw(s) for s in steps], saw)

    # Cycles.
    steps = [0, 1, 15, 29, 30, 31, 50, 99, 100, 101, 130, 199, 200, 230, 399, 400]
    for mode, ours, rate in (("triangular", "triangular", None), ("triangular2", "triangular2", None), ("exp_range", "exponential", 0.995)):
        def formula(s):
            lap, x = divmod(s, 100)
            height = x / 30 if x <= 30 else (100 - x) / 70
            return 0.01 + 0.09 * height * (1 if mode == "triangular" else 0.5 ** lap if mode == "triangular2" else 0.995 ** s)

        options = {"low": 0.01, "high": 0.1, "up": 30, "down": 70, "shape": ours} | ({"rate": rate} if rate else {})
        add("cyclic", f"{TORCH}, CyclicLR(mode={mode!r})", options, steps,
            torch_values(lambda o: torch.optim.lr_scheduler.CyclicLR(o, 0.01, 0.1, step_size_up=30, step_size_down=70, mode=mode, gamma=rate or 1.0, cycle_momentum=False), steps, 0.1), formula)

    def two_phases(up, down, a, b, c, shape):
        def value(s):
            x = s / up if s < up else min(1, (s - up) / down)
            x = x if shape == "linear" else (1 - math.cos(math.pi * x)) / 2
            return a + (b - a) * x if s < up else b + (c - b) * x
        return value

    steps = [0, 1, 15, 28, 29, 30, 31, 60, 98, 99]
    for shape in ("cosine", "linear"):
        made = []
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1, momentum=0.9)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=100, pct_start=0.3, anneal_strategy="cos" if shape == "cosine" else "linear")
        for s in range(100):
            made.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]))
            optimizer.step()
            if s < 99:
                cycle.step()
        options = {"up": 29, "down": 70, "shape": shape}
        add("oneCycle", f"{TORCH}, OneCycleLR, its rate", {"peak": 0.5} | options, steps, [made[s][0] for s in steps], two_phases(29, 70, 0.02, 0.5, 0.02 / 1e4, shape))
        add("oneCycle", f"{TORCH}, OneCycleLR, its momentum", {"from": 0.95, "peak": 0.85, "to": 0.95} | options, steps, [made[s][1] for s in steps], two_phases(29, 70, 0.95, 0.85, 0.95, shape))
    steps = [0, 1, 29, 30, 31, 60, 99, 100, 101, 400]
    # Optax multiplies in single precision there; its numbers are rounded further than 1e-12.
    for shape, kind in (("cosine", "cosine"), ("linear", "linear")):
        formula = two_phases(30, 70, 0.1, 0.4, 0.04, shape)
        optaxs = values(optax.piecewise_interpolate_schedule(kind, 0.1, {30: 4.0, 100: 0.1}), steps)
        for s, x in zip(steps, optaxs, strict=True):
            assert math.isclose(x, formula(s), rel_tol=1e-12), (kind, s, x, formula(s))
        add("interpolate", f"{OPTAX}, piecewise_interpolate_schedule", {"points": {"0": 0.1, "30": 0.4, "100": 0.04}, "shape": shape}, steps, optaxs, formula)

    # Warm-up, stable, decay: from the peak on.
    steps = [0, 1, 199, 200, 201, 250, 299, 300, 301, 1000]
    for tail, theirs in (("linear", "linear"), ("cosine", "cosine"), ("sqrt", "1-sqrt")):
        left = {"linear": lambda x: 1 - x, "cosine": lambda x: (1 + math.cos(math.pi * x)) / 2, "sqrt": lambda x: 1 - math.sqrt(x)}[tail]
        add("wsd", f"{HF}, get_wsd_schedule({theirs!r})", {"peak": 0.1, "stable": 200, "decay": 100, "to": 0.01, "tail": tail}, steps,
            values_of_lambda(transformers.get_wsd_schedule, dict(num_warmup_steps=0, num_stable_steps=200, num_decay_steps=100, decay_type=theirs, min_lr_ratio=0.1), steps, 0.1),
            lambda s: 0.1 if s < 200 else 0.01 + 0.09 * left(clamp(s - 200, 100)))

    steps = [0, 1, 99, 100, 3998, 3999, 4000, 4001, 100_000]
    noam = lambda s: 2 * 512 ** -0.5 * min((s + 1) ** -0.5, (s + 1) * 4000 ** -1.5)
    add("noam", "eq. 3 of https://arxiv.org/abs/1706.03762 in double precision", {"width": 512, "warmup": 4000, "factor": 2}, steps, [noam(s) for s in steps], noam)

    steps = [0, 1, 50, 98, 99, 100, 101, 500]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler, rates = pytorch_optimizer.REXScheduler(optimizer, total_steps=100, max_lr=0.1, min_lr=0.01), {}
    for scheduler.step_t in steps:
        rates[scheduler.step_t] = scheduler.get_linear_lr()
    add("rex", f"{ZOO}, REXScheduler", {"from": 0.1, "to": 0.01, "over": 100}, steps, [rates[s] for s in steps], lambda s: 0.01 + 0.09 * (1 - clamp(s, 100)) / (1 - clamp(s, 100) / 2))

    add("tanh", f"{TIMM}, TanhLRScheduler", {"from": 0.1, "to": 0.01, "over": 100, "low": -6, "high": 4}, steps,
        values_of_timm(timm.scheduler.TanhLRScheduler, dict(t_initial=100, lr_min=0.01, lb=-6.0, ub=4.0), steps, 0.1),
        lambda s: 0.01 if s >= 100 else 0.01 + 0.045 * (1 - math.tanh(-6 + 10 * s / 100)))

    for over in (8, 32):
        steps = list(range(over))
        theirs = [float(x) for x in get_chebyshev_perm_steps(over)]

        def fractal(s, over=over):
            order = [1]
            while len(order) < over:
                order = [i for j in order for i in (j, 2 * len(order) + 1 - j)]
            return 1 / (1.05 / 2 - 0.95 / 2 * math.cos((order[s] - 0.5) * math.pi / over))

        add("chebyshev", f"{ZOO}, get_chebyshev_perm_steps", {"least": 0.05, "greatest": 1, "over": over}, steps, theirs, fractal)
    return {"packages/schedules/test/golden/schedules.json": out, "packages/schedules/test/golden/metrics.json": metrics()}


def values_of_timm(make, options, steps, rate):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler = make(optimizer, **options)
    return [scheduler._get_lr(step)[0] for step in steps]


def values_of_lambda(make, options, steps, rate):
    """A scheduler that multiplies the rate by a function of the step, asked for single steps."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler = make(optimizer, **options)
    return [rate * scheduler.lr_lambdas[0](step) for step in steps]


def metrics():
    """What schedules that follow a metric set after each of a run of losses; NaN is written as null."""
    draws = random.Random(7)
    losses, level = [], 2.0
    for i in range(400):
        level *= 0.97 if i % 90 < 30 else 1.0 if i % 90 < 70 else 1.01
        losses.append(round(level + draws.uniform(0, 0.05 if i % 90 >= 20 else 0.001), 6))
    losses[123] = math.nan
    out = []

    def add(name, source, make, options, theirs, sign=1):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        scheduler, rates = make(optimizer, **theirs), []
        for loss in losses:
            scheduler.step(sign * loss)
            rates.append(optimizer.param_groups[0]["lr"])
        assert len(set(rates)) > 3, (name, options)
        out.append({"name": name, "source": source, "options": {"from": 0.1, **options}, "metrics": [None if math.isnan(x) else sign * x for x in losses], "values": rates})

    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau
    add("plateau", f"{TORCH}, ReduceLROnPlateau", plateau, {"factor": 0.5, "patience": 5}, dict(factor=0.5, patience=5))
    add("plateau", f"{TORCH}, ReduceLROnPlateau", plateau,
        {"factor": 0.3, "patience": 2, "cooldown": 4, "min": 1e-3, "threshold": 0.01, "thresholdMode": "abs"},
        dict(factor=0.3, patience=2, cooldown=4, min_lr=1e-3, threshold=0.01, threshold_mode="abs"))
    add("plateau", f"{TORCH}, ReduceLROnPlateau", plateau, {"factor": 0.6, "patience": 3, "mode": "max", "threshold": 0.02, "thresholdMode": "rel"}, dict(factor=0.6, patience=3, mode="max", threshold=0.02, threshold_mode="rel"), -1)
    add("greedy", f"{HF}, GreedyLR", transformers.GreedyLR, {"factor": 0.9, "patience": 2}, dict(factor=0.9, patience=2))
    add("greedy", f"{HF}, GreedyLR", transformers.GreedyLR,
        {"factor": 0.7, "patience": 1, "cooldown": 3, "warmup": 2, "min": 0.02, "max": 0.3, "reset": 4},
        dict(factor=0.7, patience=1, cooldown=3, warmup=2, min_lr=0.02, max_lr=0.3, reset_start=4))
    return out

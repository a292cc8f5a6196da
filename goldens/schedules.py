"""Schedules as values at steps: Optax, PyTorch for the warm-up, Keras for the inverse time; checked against plain formulas."""

import math
import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import optax
import torch

from common import OPTAX, TORCH

keras.config.set_floatx("float64")
KERAS = f"keras {keras.__version__}"


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
    return {"packages/schedules/test/golden/schedules.json": out}

"""The part that every golden shares: the data, the runners of the libraries, the comparison with a transcription, the file format."""

import json
import math
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import jax
import numpy as np
import optax
import torch

from streams import draws

jax.config.update("jax_enable_x64", True)
# Not only the parameters: torch keeps NAdam's running product and the step counts in the default dtype.
torch.set_default_dtype(torch.float64)

ROOT = Path(__file__).resolve().parent.parent
STEPS = 10
SEED = 20251122
SHAPES = {"w": (3, 4), "b": (4,)}
ROLES = {"w": "kernel", "b": "bias", "k": "kernel"}

TORCH = f"torch {torch.__version__.split('+')[0]}"
OPTAX = f"optax {optax.__version__}"
KOZISTR = f"pytorch_optimizer {version('pytorch_optimizer')}"
TIMM = f"timm {version('timm')}"
JAX = f"jax {jax.__version__}"
NUMPY = f"numpy {np.__version__}"

Tensors = dict[str, np.ndarray]
Path_ = list[Tensors]
DEFAULTS, OPTIONS, TINY = "defaults", "every option off its default, large eps", "tiny gradients"
# A fourth, for rules with a line that the three cannot show.
CONSTANT, NOTHING = "a constant gradient", "an initial value of 0"
# For rules of matrices: the three for matrices of odd sizes; and a model with a convolution, outputs first.
WIDE, MORE, FAINT = "matrices", "matrices, every option off its default", "matrices, tiny gradients"
IMAGES = "a model with a convolution"
# For rules that look at the shape.
SMALL = "two rows, and a single element"
# For rules that compare tensors.
LATE = "a parameter that joins late"
# For rules that divide by norms.
ZERO = "a parameter at 0, and gradients of 0"
# For rules of low rank: matrices that have fewer rows than columns.
FLAT, FLAT_MORE, FLAT_FAINT = "wide matrices", "wide matrices, every option off its default", "wide matrices, tiny gradients"
# For rules of embeddings.
ROWS = "matrices, some rows without gradients"
# For rules that see blocks of rows: an even number of them.
HEADS, HEADS_MORE, HEADS_FAINT = "matrices of heads", "matrices of heads, every option off its default", "matrices of heads, tiny gradients"
# For rules whose source has a literal where Descent has an option.
LARGE = "a large eps"
# For rules that remember rates.
COURSE = "a rate that is 0 at first, rises and falls"

# How large the gradients of each step are. They grow, shrink and nearly vanish, so that a maximum over time, a clip
# and a decay rate each have something to do.
ENVELOPE = {
    DEFAULTS: [1.0, 1.5, 0.5, 0.9, 0.15, 1.2, 0.7, 0.25, 1.0, 0.6],
    OPTIONS: [1.3, 0.4, 1.0, 0.1, 0.6, 1.4, 0.3, 0.2, 0.9, 0.5],
    TINY: [1.0, 0.6, 1.4, 0.3, 1.1, 0.5, 0.1, 0.8, 1.2, 0.4],
    CONSTANT: [1.0] * STEPS,
    NOTHING: [0.8, 1.3, 0.6, 0.2, 1.1, 0.9, 0.4, 1.2, 0.3, 0.7],
    SMALL: [0.7, 1.2, 0.9, 0.3, 1.3, 0.5, 1.0, 0.4, 0.8, 0.6],
    LATE: [1.1, 0.6, 1.3, 0.8, 0.4, 1.0, 0.3, 0.9, 1.2, 0.7],
    ZERO: [0.9, 1.2, 0.7, 1.0, 0.5, 1.3, 0.6, 0.8, 1.1, 0.4],
    WIDE: [1.2, 0.5, 1.0, 0.8, 0.3, 1.4, 0.6, 0.9, 0.2, 1.1],
    MORE: [0.6, 1.3, 0.9, 0.2, 1.0, 0.4, 1.5, 0.7, 1.1, 0.5],
    FAINT: [1.0, 0.5, 1.2, 0.4, 0.9, 1.3, 0.2, 0.7, 1.1, 0.6],
    IMAGES: [0.9, 1.2, 0.4, 1.0, 0.6, 1.3, 0.3, 0.8, 0.5, 1.1],
    FLAT: [0.8, 1.2, 0.5, 1.1, 0.4, 1.3, 0.9, 0.6, 1.0, 0.7],
    FLAT_MORE: [1.2, 0.6, 1.0, 0.4, 1.3, 0.7, 0.9, 1.1, 0.5, 0.8],
    FLAT_FAINT: [1.0, 0.7, 1.2, 0.5, 0.9, 1.4, 0.6, 1.1, 0.8, 0.4],
    ROWS: [1.1, 0.7, 1.3, 0.5, 0.9, 1.2, 0.4, 1.0, 0.6, 0.8],
    LARGE: [0.8, 1.0, 0.5, 1.3, 0.2, 0.9, 0.6, 1.2, 0.4, 1.1],
    HEADS: [0.9, 1.3, 0.5, 1.1, 0.2, 0.8, 1.2, 0.6, 1.0, 0.4],
    HEADS_MORE: [1.1, 0.4, 1.2, 0.7, 1.3, 0.3, 0.9, 0.6, 1.0, 0.8],
    HEADS_FAINT: [1.0, 0.8, 1.3, 0.4, 1.1, 0.6, 0.9, 0.2, 1.2, 0.7],
    COURSE: [1.0, 0.7, 1.2, 0.4, 0.9, 1.3, 0.6, 0.5, 1.1, 0.8],
}


def shapes(setting: str) -> dict[str, tuple[int, ...]]:
    if setting in (WIDE, MORE, FAINT, ROWS):
        return {"w": (3, 4), "k": (5, 3)}
    if setting in (FLAT, FLAT_MORE, FLAT_FAINT):
        return {"w": (3, 4), "k": (2, 3)}
    if setting in (HEADS, HEADS_MORE, HEADS_FAINT):
        return {"w": (4, 3), "b": (4,)}
    if setting == IMAGES:
        return {**SHAPES, "k": (4, 3, 2, 1)}
    return {"w": (2, 3), "b": (1,)} if setting == SMALL else SHAPES


def float32(x: np.ndarray) -> np.ndarray:
    """The nearest float32, as float64: what the library reads is exactly what the reference read."""
    return np.asarray(x, np.float32).astype(np.float64)


def start(setting: str, scale: float = 1.0) -> Tensors:
    """Magnitudes from 0.05 to 0.5, both signs."""
    random = np.random.default_rng([SEED, 1, list(ENVELOPE).index(setting)])
    made = {
        name: float32(scale * random.choice([-1.0, 1.0], shape) * random.uniform(0.05, 0.5, shape))
        for name, shape in shapes(setting).items()
    }
    return made | {"b": np.zeros(4)} if setting == ZERO else made


def gradients(setting: str, scale: float = 1.0) -> list[Tensors]:
    """Correlated over time (0.6 from step to step), of changing size; w[1,1] never has one, b[1] not in the first three."""
    random = np.random.default_rng([SEED, 2, list(ENVELOPE).index(setting)])
    steps, last = [], {name: random.normal(size=shape) for name, shape in shapes(setting).items()}
    for t, size in enumerate(ENVELOPE[setting]):
        last = {name: 0.6 * g + 0.8 * random.normal(size=g.shape) for name, g in last.items()}
        now = {name: float32(scale * size * g) for name, g in last.items()}
        now["w"][1, 1] = 0
        if t < 3 and setting != SMALL and "b" in now:
            now["b"][1] = 0
        if t < 3 and setting == LATE:
            del now["b"]
        if setting == ROWS:
            now["k"][[t % 5, (t + 2) % 5]] = 0
            now["w"][0, 0] *= t % 2
        if setting == ZERO and t in (4, 7):
            now["w" if t == 4 else "b"][:] = 0
        steps.append(now)
    return steps if setting != CONSTANT else steps[:1] * STEPS


def beside(setting: str, scales: dict[str, dict[str, float]]) -> list[dict[str, Tensors]]:
    """Inputs besides gradients by name, of the sizes that `scales` gives for each setting: positive two times in three; the loss is a number."""
    random = np.random.default_rng([SEED, 3, list(ENVELOPE).index(setting)])

    def tensors(scale: float) -> Tensors:
        return {name: float32(scale * (0.4 + random.normal(size=shape))) for name, shape in shapes(setting).items()}

    def one(key: str, scale: float) -> Tensors | float:
        return float(float32(scale * random.uniform(0.5, 1.5))) if key == "loss" else tensors(scale)

    return [{key: one(key, scale[setting]) for key, scale in scales.items()} for _ in range(STEPS)]


def noise(seed: int, t: int, name: str, shape: tuple[int, ...], site: int = 0) -> np.ndarray:
    """What `normal()` is in update t of a parameter, rounded to float32."""
    return float32(np.array(draws(seed, t, name, math.prod(shape), site)).reshape(shape))


def splitmix(text):
    """Numbers above 0 and at most 1: splitmix32 from the FNV-1a hash of a text, in plain Python."""
    mask, state = 2**32 - 1, 0x811C9DC5
    for letter in text:
        state = (state ^ ord(letter)) * 0x01000193 & mask
    while True:
        state = (state + 0x9E3779B9) & mask
        x = (state ^ (state >> 16)) * 0x21F0AAAD & mask
        x = (x ^ (x >> 15)) * 0x735A2D97 & mask
        yield ((x ^ (x >> 15)) + 1) / 2**32


def normals(shape, text):
    """The start of a state that is called normal, in float32: Box and Muller's pairs."""
    numbers, count = splitmix(text), int(np.prod(shape))
    out = []
    while len(out) < count:
        radius, angle = math.sqrt(-2 * math.log(next(numbers))), 2 * math.pi * next(numbers)
        out += [radius * math.cos(angle), radius * math.sin(angle)]
    return np.array(out[:count], np.float32).astype(np.float64).reshape(shape)


def torch_path(
    make: Callable[[dict[str, torch.Tensor]], torch.optim.Optimizer], p: Tensors, steps: list[Tensors], rates: list[float] | None = None, keep: Callable | None = None
) -> Path_:
    """`rates` are those of each step; `keep` takes slots by name from a parameter's state at the end, for `KEPT`."""
    tensors = {name: torch.tensor(x, requires_grad=True) for name, x in p.items()}
    optimizer, path = make(tensors), []
    for t, now in enumerate(steps):
        for group in optimizer.param_groups if rates else []:
            group["lr"] = rates[t]
        for name, x in tensors.items():
            x.grad = torch.tensor(now[name]) if name in now else None
        optimizer.step()
        path.append({name: x.detach().numpy().copy() for name, x in tensors.items()})
    KEPT.clear()
    for name, x in tensors.items() if keep else []:
        for slot, value in keep(optimizer.state[x]).items():
            KEPT.setdefault(slot, {})[name] = value.detach().numpy().copy()
    return path


# Slots at the end of the last path, by name and parameter, where `keep` told them.
KEPT: dict[str, Tensors] = {}


def optax_path(transform: optax.GradientTransformation, p: Tensors, steps: list[Tensors]) -> Path_:
    tensors = {name: jax.numpy.asarray(x) for name, x in p.items()}
    state, path = transform.init(tensors), []
    for now in steps:
        updates, state = transform.update({name: jax.numpy.asarray(g) for name, g in now.items()}, state, tensors)
        tensors = optax.apply_updates(tensors, updates)
        path.append({name: np.asarray(x) for name, x in tensors.items()})
    return path


def decayed(tensors: dict[str, torch.Tensor], weight_decay: float) -> list[dict]:
    """One group per tensor, without decay where the role is bias."""
    return [{"params": [x], "weight_decay": 0 if ROLES[name] == "bias" else weight_decay} for name, x in tensors.items()]


Box = Callable[..., Iterator[np.ndarray]]


def box_path(box: Box, options: dict, p: Tensors, steps: list[Tensors], inputs: list[dict[str, Tensors]] | None = None) -> Path_:
    """A paper's box, tensor by tensor: `box(p, gradients, role, **inputs, **options)` yields p after each step."""

    def given(name: str) -> dict:
        return {key: [now[key][name] for now in inputs] for key in inputs[0]} if inputs else {}

    each = {name: list(box(x, [now[name] for now in steps], ROLES[name], **given(name), **options)) for name, x in p.items()}
    return [{name: xs[k] for name, xs in each.items()} for k in range(len(steps))]


def apart(a: Path_, b: Path_, p: Tensors) -> float:
    """The largest ‖a_k − b_k‖ / ‖b_k − p_0‖ over steps and tensors: the measure that the tests use."""
    worst = 0.0
    for now, other in zip(a, b, strict=True):
        for name, x in other.items():
            moved = np.linalg.norm(x - p[name])
            worst = max(worst, float(np.linalg.norm(now[name] - x) / moved) if moved > 0 else float(np.abs(now[name] - x).max()))
    return worst


def agree(what: str, a: Path_, b: Path_, p: Tensors, tolerance: float = 1e-11) -> None:
    """Two independent sources must tell the same numbers, up to the rounding of float64 (1e-16, cancellation, ten steps)."""
    worst = apart(a, b, p)
    if not worst <= tolerance:
        raise AssertionError(f"{what}: the sources differ by {worst:.2e} of the displacement")


def visible(what: str, path: Path_, p: Tensors) -> None:
    """float32 stores p with a relative error of 6e-8; the displacement must be far above it at every step."""
    for k, now in enumerate(path):
        for name, x in now.items():
            # A tensor that has not moved at all (a gradient clipped or absent) is compared exactly.
            moved, size = np.linalg.norm(x - p[name]), max(np.linalg.norm(x), np.linalg.norm(p[name]))
            if 0 < moved < 0.01 * size:
                raise AssertionError(f"{what}: {name} moved only {moved / size:.1e} of its norm by step {k + 1}")


def tensors_json(tensors: Tensors) -> dict:
    return {name: x.ravel().tolist() for name, x in tensors.items()}


def setting_json(name: str, fields: dict, p: Tensors, steps: list[Tensors], path: Path_, inputs: list[dict[str, Tensors]] | None = None) -> dict:
    return {
        "name": name,
        **fields,
        "parameters": {n: {"shape": list(x.shape), "role": ROLES[n], "start": x.ravel().tolist()} for n, x in p.items()},
        "gradients": [tensors_json(now) for now in steps],
        **({"slots": {slot: tensors_json(tensors) for slot, tensors in KEPT.items()}} if KEPT else {}),
        **({"inputs": [{key: x if isinstance(x, float) else tensors_json(x) for key, x in now.items()} for now in inputs]} if inputs else {}),
        "path": [tensors_json(now) for now in path],
    }


# The rules that make.py was asked for by name; all of them if it is empty.
ONLY: set[str] = set()


def golden(rule: str, source: str, settings: dict[str, dict], run: Callable[..., Path_], box: Box | None, defaults: dict, starts: float = 1.0, scales: dict[str, dict[str, float]] | None = None) -> dict | None:
    """One rule: `run` is the source, `box` a transcription that must agree with it, `defaults` the options a setting leaves out.

    An option that is a list has these values by step. `starts` scales p_0 where gradients are tiny. `scales` makes inputs besides gradients, which `run` gets after them. None for
    a rule that was not asked for.
    """
    if ONLY and rule not in ONLY:
        return None
    out = []
    for name, options in settings.items():
        tiny = name in (TINY, FAINT, FLAT_FAINT, HEADS_FAINT)
        p = start(name, starts if tiny else 1.0)
        steps = gradients(name, 1e-6 if tiny else 1.0)
        full = {**defaults, **options}
        schedules = {option: value for option, value in options.items() if isinstance(value, list)}
        options = {option: value for option, value in options.items() if option not in schedules}
        KEPT.clear()
        inputs = beside(name, scales) if scales else None
        path = run(full, p, steps, inputs) if inputs else run(full, p, steps)
        what = f"{rule}, {name}"
        if box and not schedules:
            agree(what, box_path(box, full, p, steps, inputs), path, p)
        visible(what, path, p)
        out.append(setting_json(name, {"options": options, **({"schedules": schedules} if schedules else {})}, p, steps, path, inputs))
    return {"rule": rule, "source": source, "hyper": defaults, "settings": out}


def three(usual: float, other: float, tiny: float, **more: float) -> dict[str, dict]:
    """The three settings that every rule has: three rates, and the other options off their defaults."""
    return {DEFAULTS: {"lr": usual}, OPTIONS: {"lr": other, **more}, TINY: {"lr": tiny}}


LIBRARIES = {"torch.": TORCH, "pytorch_optimizer.": KOZISTR, "timm.": TIMM}


def by_torch(name: str, kind: type | Callable[[], type], arguments: Callable[[dict], dict], settings: dict, defaults: dict, said: str = "", source: str | None = None, keep: Callable | None = None) -> dict | None:
    """A rule whose source is an optimizer of PyTorch's form: a class, or what gives one when the golden is made."""

    def run(o: dict, p: Tensors, steps: list[Tensors]) -> Path_:
        made = kind if isinstance(kind, type) else kind()
        return torch_path(lambda ts: made(decayed(ts, o.get("weightDecay", 0)), **arguments(o)), p, steps, keep=keep)

    if source is None:
        library = next(title for start, title in LIBRARIES.items() if kind.__module__.startswith(start))
        source = f"{library}, {kind.__name__}"
    return golden(name, f"{source}{said}, float64", settings, run, None, defaults)


def by_optax(name: str, said: str, make: Callable[[dict], optax.GradientTransformation], settings: dict, defaults: dict) -> dict | None:
    """A rule whose source is a transformation of Optax."""
    return golden(name, f"{OPTAX}, {said}, float64", settings, lambda o, p, steps: optax_path(make(o), p, steps), None, defaults)


def dump(value: object) -> str:
    """JSON with one line per list of numbers; Python prints the shortest decimal that reads back as the same float64."""

    def flat(v: object) -> bool:
        return not isinstance(v, (dict, list)) or (isinstance(v, list) and all(not isinstance(x, (dict, list)) for x in v))

    def write(v: object, indent: str) -> str:
        if flat(v):
            return json.dumps(v, ensure_ascii=False)
        if isinstance(v, dict) and all(flat(x) for x in v.values()) and len(json.dumps(v)) <= 110:
            return json.dumps(v, ensure_ascii=False)
        inner = indent + "  "
        if isinstance(v, list):
            return "[\n" + ",\n".join(inner + write(x, inner) for x in v) + f"\n{indent}]"
        return "{\n" + ",\n".join(f"{inner}{json.dumps(k)}: {write(x, inner)}" for k, x in v.items()) + f"\n{indent}}}"

    return write(value, "") + "\n"


def same(a: object, b: object, tolerance: float = 1e-11) -> bool:
    """Equal up to the last digits of a float64, which another processor's libm may round differently."""
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[k], b[k], tolerance) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b))
    if isinstance(a, float) or isinstance(b, float):
        return isinstance(a, (int, float)) and isinstance(b, (int, float)) and math.isclose(a, b, rel_tol=tolerance, abs_tol=1e-300)
    return a == b

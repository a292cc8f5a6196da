"""Optimizers that Descent printed beside PyTorch's own, eager and under torch.compile; as emitted.ts asks for them, once.

Standard input has the tasks as JSON; each answers with milliseconds per step of every contender, the median of rounds in which all
have turns. The parameters after five steps are compared.
"""

import json
import statistics
import sys
import time
import types

import torch

torch.set_num_threads(1)


def module(code):
    made = types.ModuleType("printed")
    exec(compile(code, "printed", "exec"), made.__dict__)
    return made


def parameters(shapes):
    made = []
    for i, shape in enumerate(shapes):
        n = torch.arange(torch.Size(shape).numel(), dtype=torch.float32) + i
        p = torch.sin(n).reshape(shape).requires_grad_()
        p.grad = torch.sin(n * n / 7).reshape(shape)
        made.append(p)
    return made


def compiled(step):
    return torch.compile(step)


def contenders(task):
    name, options = task["class"], task["options"]
    theirs = getattr(torch.optim, name)
    plain, fast = module(task["code"]), module(task["code"])
    fast._update = torch.compile(fast._update)
    out = {
        "printed, eager": lambda p: getattr(plain, name)(p, **options).step,
        "printed, torch.compile": lambda p: getattr(fast, name)(p, **options).step,
        "PyTorch's own": lambda p: theirs(p, **task["own"]).step,
        "PyTorch's own, torch.compile": lambda p: compiled(theirs(p, **task["own"]).step),
    }
    if task["fused"]:
        out["PyTorch's own, fused"] = lambda p: theirs(p, **task["own"], fused=True).step
    return out


def run(task, rounds, turn):
    steps, absent, proof = {}, {}, {}
    for name, make in contenders(task).items():
        try:
            ps = parameters(task["shapes"])
            step = make(ps)
            for _ in range(5):
                step()
            proof[name] = torch.cat([p.detach().ravel() for p in ps])
            steps[name] = step
        except Exception as error:  # no compiler, say: the report says which contender is missing
            absent[name] = f"{type(error).__name__}: {error}".splitlines()[0]
    base = proof["PyTorch's own"]
    start = torch.cat([p.detach().ravel() for p in parameters(task["shapes"])])
    apart = {name: float((x - base).norm() / (base - start).norm()) for name, x in proof.items()}
    medians = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            times, end = [], time.perf_counter() + turn / 1e3
            while len(times) < 3 or time.perf_counter() < end:
                begin = time.perf_counter()
                step()
                times.append((time.perf_counter() - begin) * 1e3)
            medians[name].append(statistics.median(times))
    return {"ms": {name: statistics.median(each) for name, each in medians.items()}, "apart": apart, "absent": absent}


asked = json.load(sys.stdin)
print(json.dumps({"torch": torch.__version__, "results": [run(task, asked["rounds"], asked["turn"]) for task in asked["tasks"]]}))

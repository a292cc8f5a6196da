"""Shared by processes of PyTorch contenders: reads requests, one per line, and answers each, as serve.ts does."""

import json
import math
import resource
import sys
import time

MARK = "@answer "
GROUP = 0.3e-3  # seconds, against which reading the clock is nothing
LONG = 1  # seconds, of a step that one run measures well enough


def peak():
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def turn(step, ms, least):
    """Steps for about that many milliseconds, at least that often; the first few are not counted, unless they are long."""

    def run(count):
        start = time.perf_counter()
        for _ in range(count):
            step()
        return (time.perf_counter() - start) / count

    cpu = time.process_time()
    first = run(1)  # other contenders had the caches
    if least <= 1 and first > max(LONG, ms / 1e3):
        return {"times": [first * 1e3], "busy": (time.process_time() - cpu) / first, "peak": peak()}
    group = max(1, math.ceil(GROUP / run(1)))
    times = []
    cpu, start = time.process_time(), time.perf_counter()
    while len(times) < least or (time.perf_counter() - start) * 1e3 < ms:
        times.append(run(group) * 1e3)
    return {"times": times, "busy": (time.process_time() - cpu) / (time.perf_counter() - start), "peak": peak()}


def serve(load, versions):
    """`load(task)` gives a step and what shows that it does the same work; says what is missing by raising LookupError."""
    steps = {}

    def answer(request):
        if "go" in request:
            return turn(steps[request["go"]], request["ms"], request["least"])
        if "drop" in request:
            steps.pop(request["drop"], None)
            return {"dropped": True}
        try:
            step, proof = load(request["load"])
        except LookupError as missing:
            return {"absent": str(missing)}
        steps[request["id"]] = step
        return {"loaded": True, "proof": proof, "versions": versions}

    for line in sys.stdin:
        print(MARK + json.dumps(answer(json.loads(line))), flush=True)

"""Where a training step's time goes, by PyTorch's own profiler: python torch_profile.py THREADS TASK WARM STEPS, a task of torch_training.py."""

import json
import sys

from torch.profiler import ProfilerActivity, profile

from torch_training import load

step, _ = load(json.loads(sys.argv[2]))
warm, steps = int(sys.argv[3]), int(sys.argv[4])
for _ in range(warm):
    step()
with profile(activities=[ProfilerActivity.CPU]) as found:
    for _ in range(steps):
        step()
rows = sorted(found.key_averages(), key=lambda row: -row.self_cpu_time_total)
print(
    json.dumps([{"name": row.key, "us": row.self_cpu_time_total / steps, "count": round(row.count / steps)} for row in rows])
)

"""Sums by torch's gloo and steps of DistributedDataParallel: torch_world.py RANKS JOB PORT ADDRESS INTERFACE [RANK]

Without RANK all ranks run here. Rank 0 prints a line of JSON, as world-rank.ts does.
"""
import json
import os
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

models = {
    "mlp": lambda: nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)),
    "cnn": lambda: nn.Sequential(
        *(nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
    ),
}
inputs = {"mlp": (128, 784), "cnn": (64, 1, 28, 28)}


def best(rounds, work):
    least = float("inf")
    for _ in range(rounds):
        dist.barrier()
        begun = time.perf_counter()
        work()
        took = torch.tensor([time.perf_counter() - begun], dtype=torch.float64)
        dist.all_reduce(took, dist.ReduceOp.MAX)
        least = min(least, took.item())
    return 1e3 * least


def sums(job):
    for size, rounds in zip(job["sizes"], job["rounds"]):
        numbers = torch.full((size,), 1e-9)
        yield best(rounds, lambda: dist.all_reduce(numbers))


def steps(job, ranks):
    for name in job["models"]:
        torch.manual_seed(0)
        net = models[name]()
        if ranks > 1:
            net = nn.parallel.DistributedDataParallel(net)
        rule = torch.optim.AdamW(net.parameters(), lr=1e-6)
        x = torch.rand(inputs[name])
        y = torch.randint(10, (len(x),))

        def work():
            rule.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(net(x), y).backward()
            rule.step()

        yield best(60, work)


def main(rank, ranks, job, port, address, interface):
    os.environ.update(MASTER_ADDR=address, MASTER_PORT=port, GLOO_SOCKET_IFNAME=interface)
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=ranks)
    times = list(sums(job) if job["what"] == "sum" else steps(job, ranks))
    if rank == 0:
        print("@" + json.dumps({"times": times, "version": torch.__version__}), flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    ranks, job, port, address, interface = int(sys.argv[1]), json.loads(sys.argv[2]), *sys.argv[3:6]
    if len(sys.argv) > 6:
        main(int(sys.argv[6]), ranks, job, port, address, interface)
    else:
        mp.spawn(main, args=(ranks, job, port, address, interface), nprocs=ranks)

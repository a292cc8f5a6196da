"""All-reduce of torch's gloo, and a step of DistributedDataParallel, on local ranks: torch_world.py RANKS SIZES [step]"""
import json
import os
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


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


def main(rank, ranks, sizes, shapes, port):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=port, GLOO_SOCKET_IFNAME="lo")
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=ranks)
    times = []
    for size in sizes:
        numbers = torch.full((size,), 1e-9)
        times.append(best(8 if size > 1e6 else 40 if size > 1e5 else 300, lambda: dist.all_reduce(numbers)))
    step = None
    if shapes:
        torch.manual_seed(0)
        batch, *widths = shapes
        layers = []
        for a, b in zip(widths, widths[1:]):
            layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
        net = torch.nn.parallel.DistributedDataParallel(torch.nn.Sequential(*layers[:-1]))
        rule = torch.optim.AdamW(net.parameters(), lr=1e-6)
        x, y = torch.rand(batch, widths[0]), torch.randint(widths[-1], (batch,))

        def work():
            rule.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(net(x), y).backward()
            rule.step()

        step = best(60, work)
    if rank == 0:
        print(json.dumps({"times": times, "step": step, "version": torch.__version__}), flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    ranks = int(sys.argv[1])
    mp.spawn(main, args=(ranks, json.loads(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4]), nprocs=ranks)

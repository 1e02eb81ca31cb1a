"""PyTorch's training step on OMP_NUM_THREADS threads of one process, or on RANKS processes of one thread by DDP."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "peers"))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "backends"))

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch.nn.parallel import DistributedDataParallel

import blas
import play
import torch_networks

ranks = int(os.environ.get("RANKS", "1"))
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
names = list(torch_networks.networks)
stepping = {}


def stepper(network, batch):
    if (network, batch) not in stepping:
        torch.manual_seed(0)
        torch_networks.batch = batch // ranks
        model, inputs, labels = torch_networks.make(network)
        if ranks > 1:
            model = DistributedDataParallel(model)
        stepping[network, batch] = torch_networks.stepper(model, inputs, labels)
    return stepping[network, batch]


def taken(network, batch, count):
    step, times = stepper(network, batch), []
    for _ in range(count):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1e3)
    return sorted(times)[count // 2]


def together(network, batch, count):
    """All processes take the same number of steps."""
    if ranks > 1:
        dist.broadcast(torch.tensor([names.index(network), batch, count]), 0)
    return taken(network, batch, count)


def steps(network, batch, milliseconds):
    once = together(network, batch, 3)
    count = max(3, int(milliseconds / once))
    cpu = time.process_time()
    ms = together(network, batch, count)
    return {"ms": ms, "cpu": (time.process_time() - cpu) * 1e3 / count}


def about():
    return {"version": torch.__version__.split("+")[0], "library": blas.refuse_reference()}


def follow(rank, path):
    dist.init_process_group("gloo", init_method="file://" + path, rank=rank, world_size=ranks)
    while True:
        order = torch.zeros(3, dtype=torch.long)
        dist.broadcast(order, 0)
        index, batch, count = order.tolist()
        taken(names[index], batch, count)


if __name__ == "__main__":
    if ranks > 1:
        path = os.environ["PEER_SOCKET"] + ".ranks"
        for rank in range(1, ranks):
            mp.get_context("spawn").Process(target=follow, args=(rank, path), daemon=True).start()
        dist.init_process_group("gloo", init_method="file://" + path, rank=0, world_size=ranks)
    play.play({"steps": steps, "about": about})

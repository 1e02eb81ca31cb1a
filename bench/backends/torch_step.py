"""A training step in PyTorch: python3 torch_step.py <network> <threads> <device>, as step.ts has it."""

import json
import sys
import time

import torch

import blas
from torch_networks import make, stepper

blas.refuse_reference()

name, threads, device = sys.argv[1], int(sys.argv[2]), sys.argv[3]
torch.set_num_threads(threads)
torch.manual_seed(0)
step = stepper(*make(name, device))
left, right = torch.randn(64, 64), torch.randn(64, 64)


def inner_loop():
    """Billions of operations a second in a small product, as innerLoop.ts has it."""
    start = time.perf_counter()
    for _ in range(20):
        torch.mm(left, right)
    return 20 * 2 * 64**3 / (time.perf_counter() - start) / 1e9


def a_second(at_least):
    """The steps of a second at least, as step.ts has them."""
    steps = []
    begin = time.perf_counter()
    speed = inner_loop()
    while len(steps) < at_least or time.perf_counter() < begin + 1:
        before = time.process_time()
        start = time.perf_counter()
        step()
        ms = (time.perf_counter() - start) * 1e3
        cpu = (time.process_time() - before) * 1e3
        following = inner_loop()
        steps.append([ms, min(speed, following), cpu])
        speed = following
    return steps


a_second(5)
print(json.dumps({"steps": a_second(10)}))

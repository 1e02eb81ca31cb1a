"""The networks of networks.ts in PyTorch: python3 torch_step.py <network> <threads> <device>."""

import json
import sys
import time

import torch
from torch import nn

name, threads, device = sys.argv[1], int(sys.argv[2]), sys.argv[3]
torch.set_num_threads(threads)
torch.manual_seed(0)
batch, classes = 32, 10


class Last(nn.Module):
    """The last state of an LSTM over [batch, time, features]."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(40, 64, batch_first=True)

    def forward(self, x):
        return self.lstm(x)[0][:, -1]


class Mean(nn.Module):
    def __init__(self, *dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        return x.mean(self.dims)


class Statistics(nn.Module):
    def forward(self, x):
        deviation = torch.sqrt(x.var(2, unbiased=False) + 1e-5)
        return torch.cat([x.mean(2), deviation], 1)


def norm(layer, channels):
    return layer(channels, eps=1e-3, momentum=0.01)


networks = {
    "dense": ((640,), lambda: [nn.Linear(640, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, classes)]),
    "conv2d": ((1, 98, 40), lambda: [
        nn.Conv2d(1, 16, 3, padding=1), norm(nn.BatchNorm2d, 16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3), nn.ReLU(), Mean(2, 3), nn.Linear(32, classes)]),
    "conv1d": ((40, 98), lambda: [
        nn.Conv1d(40, 64, 5), nn.ReLU(), nn.Conv1d(64, 64, 3), nn.ReLU(), Mean(2), nn.Linear(64, classes)]),
    "depthwise": ((1, 98, 40), lambda: [
        nn.Conv2d(1, 32, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1, groups=32),
        norm(nn.BatchNorm2d, 32), nn.ReLU(), nn.Conv2d(32, 64, 1), nn.ReLU(),
        nn.Conv2d(64, 64, 3, stride=2, padding=1, groups=64), nn.Conv2d(64, 64, 1), nn.ReLU(),
        Mean(2, 3), nn.Linear(64, classes)]),
    "lstm": ((98, 40), lambda: [Last(), nn.Linear(64, classes)]),
    "speaker": ((40, 98), lambda: [
        norm(nn.BatchNorm1d, 40), nn.Conv1d(40, 64, 5), nn.ReLU(), norm(nn.BatchNorm1d, 64),
        nn.Conv1d(64, 64, 3), nn.ReLU(), norm(nn.BatchNorm1d, 64), Statistics(), nn.Dropout(0.2),
        nn.Linear(128, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, classes)]),
}

shape, layers = networks[name]
model = nn.Sequential(*layers()).to(device)
x = torch.randn(batch, *shape, device=device)
y = torch.arange(batch, device=device) % classes
optimizer = torch.optim.Adam(model.parameters(), lr=1e-5)
loss = nn.CrossEntropyLoss()


def step():
    optimizer.zero_grad()
    value = loss(model(x), y)
    value.backward()
    optimizer.step()
    return value.item()


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

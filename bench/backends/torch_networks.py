"""The networks of networks.ts in PyTorch."""

import torch
from torch import nn

batch, classes = 32, 10
loss = nn.CrossEntropyLoss()


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


def make(name, device="cpu"):
    """A network, with a batch for it."""
    shape, layers = networks[name]
    model = nn.Sequential(*layers()).to(device)
    inputs = torch.randn(batch, *shape, device=device)
    labels = torch.arange(batch, device=device) % classes
    return model, inputs, labels


def adam(model):
    return torch.optim.Adam(model.parameters(), lr=1e-5)


def stepper(model, inputs, labels):
    """A function that takes a training step, and gives its loss."""
    optimizer = adam(model)

    def step():
        optimizer.zero_grad()
        value = loss(model(inputs), labels)
        value.backward()
        optimizer.step()
        return value.item()

    return step

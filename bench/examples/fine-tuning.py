"""examples/fine-tuning in PyTorch: the base, and then a new head on its layers."""

import torch
from torch import nn

import peer
from torch_training import channels_first, classes, cross_entropy, fit, outputs, split

base, tuning = (config["training"] for config in peer.configs)
filters = peer.config["model"]["filters"]


def data(run):
    return [channels_first(split(name, run)) for name in ("train", "validation", "test")]


def head():
    return nn.Linear(2 * filters * 25, 5)


torch.manual_seed(base["seed"])
first, second = nn.Conv2d(1, filters, 3), nn.Conv2d(filters, 2 * filters, 3)
layers = [first, nn.ReLU(), nn.MaxPool2d(2), second, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
old, (tuned, validation, test) = data(0), data(1)

with peer.Timer() as timer:
    model = nn.Sequential(*layers, head())
    optimizer = torch.optim.Adam(model.parameters(), lr=base["learning_rate"])
    fit(model, optimizer, *old[:2], base, cross_entropy, classes, "loss")

    torch.manual_seed(tuning["seed"])
    model = nn.Sequential(*layers, nn.Dropout(0.1), head())
    first.requires_grad_(False)
    rate, decay = tuning["learning_rate"], tuning["optimizer"]["weight_decay"]
    optimizer = torch.optim.AdamW([
        {"params": [second.weight], "lr": rate / 10, "weight_decay": decay},
        {"params": [second.bias], "lr": rate / 10, "weight_decay": 0},
        {"params": [model[-1].weight], "lr": rate, "weight_decay": decay},
        {"params": [model[-1].bias], "lr": rate, "weight_decay": 0},
    ])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, tuning["num_epochs"])
    fit(model, optimizer, tuned, validation, tuning, cross_entropy, classes, "loss", after_epoch=schedule.step)
peer.answer("torch", classes(test[1], outputs(model, test[0])), timer.seconds)

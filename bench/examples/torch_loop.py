"""What the peers in PyTorch share: an epoch by hand, and the choice of the best one, as `Stages.trackBest` makes it."""

import torch
from torch import nn


def tensors(split):
    """Inputs [count, channels, height, width], as PyTorch has them, and labels."""
    return torch.from_numpy(split.inputs.transpose(0, 3, 1, 2).copy()), torch.from_numpy(split.labels).long()


def evaluate(model, examples):
    """The loss and the accuracy of a classifier."""
    model.eval()
    x, y = examples
    total = right = 0
    with torch.no_grad():
        for begin in range(0, len(x), 256):
            output, target = model(x[begin : begin + 256]), y[begin : begin + 256]
            total += nn.functional.cross_entropy(output, target).item() * len(target)
            right += (output.argmax(1) == target).sum().item()
    return {"loss": total / len(x), "accuracy": right / len(x)}


def train(model, optimizer, train, validation, training, *, monitor, changed=lambda x: x, step_schedule=None, epoch_schedule=None):
    """Trains a classifier as `training` of the config says, and gives it the weights of the epoch with the best
    `monitor` of validation, "loss" or "accuracy". `changed` augments a batch."""
    x, y = train
    size = training["batch_size"]
    best, weights = -float("inf"), None
    for _ in range(training["num_epochs"]):
        model.train()
        order = torch.randperm(len(x))
        for begin in range(0, len(x), size):
            batch = order[begin : begin + size]
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(changed(x[batch])), y[batch]).backward()
            optimizer.step()
            if step_schedule:
                step_schedule.step()
        if epoch_schedule:
            epoch_schedule.step()
        measured = evaluate(model, validation)
        score = measured["accuracy"] if monitor == "accuracy" else -measured["loss"]
        if score > best:
            best, weights = score, {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(weights)

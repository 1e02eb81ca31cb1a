"""What peers in PyTorch share: epochs by hand, and the weights of the best one, as `Stages.trackBest` keeps them."""

import torch
from torch import nn

import peer
from peer import config

training = config["training"]
torch.manual_seed(training["seed"])


def split(name, run=-1):
    """The examples of a split as tensors; integer labels as indices of classes."""
    own = peer.Split(name, run=run)
    labels = torch.from_numpy(own.labels)
    return torch.from_numpy(own.inputs), labels if labels.is_floating_point() else labels.long()


def channels_first(examples):
    """Images as PyTorch has them, [count, channels, height, width]."""
    inputs, labels = examples
    return inputs.permute(0, 3, 1, 2).contiguous(), labels


def outputs(model, inputs):
    """What the model gives for all inputs, batch by batch."""
    model.eval()
    with torch.no_grad():
        return torch.cat([model(some) for some in inputs.split(training["batch_size"])])


def classes(labels, logits):
    """The loss and the accuracy of a classifier."""
    loss = nn.functional.cross_entropy(logits, labels).item()
    return {"loss": loss, "accuracy": (logits.argmax(1) == labels).float().mean().item()}


def cross_entropy(labels, logits):
    return nn.functional.cross_entropy(logits, labels)


def fit(model, optimizer, examples, validation, training, loss_of, measure, monitor, *,
        larger=False, augment=lambda inputs: inputs, after_step=lambda: None, after_epoch=lambda: None):
    """Trains a model by an optimizer, and ends with the weights of the epoch in which `monitor` of validation was best.
    `loss_of` and `measure` take labels and outputs; `augment` changes the inputs of a batch."""
    inputs, labels = examples
    best, weights = None, None
    for _ in range(training["num_epochs"]):
        model.train()
        for batch in torch.randperm(len(inputs)).split(training["batch_size"]):
            optimizer.zero_grad()
            loss_of(labels[batch], model(augment(inputs[batch]))).backward()
            optimizer.step()
            after_step()
        after_epoch()
        value = measure(validation[1], outputs(model, validation[0]))[monitor] * (1 if larger else -1)
        if best is None or value > best:
            best, weights = value, {name: one.clone() for name, one in model.state_dict().items()}
    model.load_state_dict(weights)


def train(model, loss_of, measure, monitor, larger=False):
    """Trains by Adam as the config says. Gives what the test split measures, and the seconds."""
    examples, validation, test = (split(name) for name in ("train", "validation", "test"))
    decay = training.get("optimizer", {}).get("weight_decay", 0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=training["learning_rate"], weight_decay=decay)
    is_cosine = training.get("scheduler", {}).get("name") == "cosine"
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, training["num_epochs"])
    with peer.Timer() as timer:
        fit(model, optimizer, examples, validation, training, loss_of, measure, monitor,
            larger=larger, after_epoch=schedule.step if is_cosine else lambda: None)
    return measure(test[1], outputs(model, test[0])), timer.seconds

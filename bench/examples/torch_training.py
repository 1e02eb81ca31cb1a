"""What peers in PyTorch share whose training is plain: Adam, its schedule, and the weights of the best epoch."""

import torch

import peer
from peer import config

training = config["training"]
torch.manual_seed(training["seed"])


def split(name):
    """The examples of a split as tensors; integer labels as indices of classes."""
    own = peer.Split(name)
    labels = torch.from_numpy(own.labels)
    return torch.from_numpy(own.inputs), labels if labels.is_floating_point() else labels.long()


def outputs(model, inputs):
    """What the model gives for all inputs, batch by batch."""
    model.eval()
    with torch.no_grad():
        return torch.cat([model(some) for some in inputs.split(training["batch_size"])])


def train(model, loss_of, measure, monitor, larger=False):
    """Trains as the config says, and ends with the weights of the epoch in which `monitor` was best. `loss_of` and
    `measure` take labels and outputs. Gives what the test split measures, and the seconds."""
    inputs, labels = split("train")
    splits = {name: split(name) for name in ("validation", "test")}
    size, epochs = training["batch_size"], training["num_epochs"]
    decay = training.get("optimizer", {}).get("weight_decay", 0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=training["learning_rate"], weight_decay=decay)
    is_cosine = training.get("scheduler", {}).get("name") == "cosine"
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs) if is_cosine else None

    def evaluate(name):
        x, y = splits[name]
        return measure(y, outputs(model, x))

    best, weights = None, None
    with peer.Timer() as timer:
        for _ in range(epochs):
            model.train()
            for batch in torch.randperm(len(inputs)).split(size):
                optimizer.zero_grad()
                loss_of(labels[batch], model(inputs[batch])).backward()
                optimizer.step()
            if schedule is not None:
                schedule.step()
            value = evaluate("validation")[monitor] * (1 if larger else -1)
            if best is None or value > best:
                best, weights = value, {name: one.clone() for name, one in model.state_dict().items()}
    model.load_state_dict(weights)
    return evaluate("test"), timer.seconds

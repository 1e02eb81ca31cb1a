"""examples/mnist in PyTorch."""

import numpy
import torch
from torch import nn

import peer
from peer import config

training = config["training"]
torch.manual_seed(training["seed"])
random = numpy.random.default_rng(training["seed"])
filters, reach = config["model"]["filters"], config["data"]["shift"]

# Images come as [count, 28, 28, 1]; channels come first in PyTorch.
splits = {
    name: (torch.from_numpy(split.inputs.transpose(0, 3, 1, 2).copy()), torch.from_numpy(split.labels).long())
    for name in ("train", "validation", "test")
    for split in [peer.Split(name)]
}

model = nn.Sequential(
    nn.Conv2d(1, filters, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(filters, 2 * filters, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Dropout(config["model"]["dropout"]), nn.Linear(2 * filters * 25, 10),
)
loss_of = nn.CrossEntropyLoss()
images, labels = splits["train"]
size, epochs = training["batch_size"], training["num_epochs"]
optimizer = torch.optim.Adam(model.parameters(), lr=training["learning_rate"])
schedule = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, training["learning_rate"], total_steps=epochs * -(-len(images) // size), cycle_momentum=False
)


def shifted(batch):
    """Each image by up to `reach` pixels; what comes in is black."""
    padded = nn.functional.pad(batch, (reach, reach, reach, reach))
    offsets = random.integers(0, 2 * reach + 1, (len(batch), 2))
    return torch.stack([image[:, y : y + 28, x : x + 28] for image, (y, x) in zip(padded, offsets)])


def evaluate(name):
    model.eval()
    x, y = splits[name]
    total = right = 0
    with torch.no_grad():
        for begin in range(0, len(x), 256):
            output, target = model(x[begin : begin + 256]), y[begin : begin + 256]
            total += loss_of(output, target).item() * len(target)
            right += (output.argmax(1) == target).sum().item()
    return {"loss": total / len(x), "accuracy": right / len(x)}


with peer.Timer() as timer:
    best, weights = -1.0, None
    for _ in range(epochs):
        model.train()
        order = torch.randperm(len(images))
        for begin in range(0, len(images), size):
            batch = order[begin : begin + size]
            optimizer.zero_grad()
            loss_of(model(shifted(images[batch])), labels[batch]).backward()
            optimizer.step()
            schedule.step()
        accuracy = evaluate("validation")["accuracy"]
        if accuracy > best:
            best, weights = accuracy, {name: value.clone() for name, value in model.state_dict().items()}

# As Holdfast, on the weights of the best epoch.
model.load_state_dict(weights)
peer.answer("torch", evaluate("test"), timer.seconds)

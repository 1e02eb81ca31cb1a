"""examples/mnist in PyTorch."""

import numpy
import torch
from torch import nn

import peer
from peer import config
from torch_training import channels_first, classes, cross_entropy, fit, outputs, split

training = config["training"]
random = numpy.random.default_rng(training["seed"])
filters, reach = config["model"]["filters"], config["data"]["shift"]
train, validation, test = (channels_first(split(name)) for name in ("train", "validation", "test"))

model = nn.Sequential(
    nn.Conv2d(1, filters, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(filters, 2 * filters, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Dropout(config["model"]["dropout"]), nn.Linear(2 * filters * 25, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=training["learning_rate"])
steps = training["num_epochs"] * -(-len(train[0]) // training["batch_size"])
schedule = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, training["learning_rate"], total_steps=steps, cycle_momentum=False
)


def shifted(batch):
    """Each image by up to `reach` pixels; what comes in is black."""
    padded = nn.functional.pad(batch, (reach, reach, reach, reach))
    offsets = random.integers(0, 2 * reach + 1, (len(batch), 2))
    return torch.stack([image[:, y : y + 28, x : x + 28] for image, (y, x) in zip(padded, offsets)])


with peer.Timer() as timer:
    fit(model, optimizer, train, validation, training, cross_entropy, classes, "accuracy",
        larger=True, augment=shifted, after_step=schedule.step)
peer.answer("torch", classes(test[1], outputs(model, test[0])), timer.seconds)

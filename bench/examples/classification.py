"""examples/classification in PyTorch."""

from torch import nn

import peer
from torch_training import train

units, dropout = peer.config["model"]["units"], peer.config["model"]["dropout"]
[field] = peer.dataset["inputs"]
model = nn.Sequential(
    nn.Linear(field["shape"][0], units), nn.ReLU(), nn.Dropout(dropout),
    nn.Linear(units, units), nn.ReLU(), nn.Dropout(dropout),
    nn.Linear(units, 1), nn.Flatten(0),
)


def loss_of(labels, logits):
    return nn.functional.binary_cross_entropy_with_logits(logits, labels.float())


def auc(labels, logits):
    above = logits[labels == 1][:, None] - logits[labels == 0][None]
    return ((above > 0).float().mean() + (above == 0).float().mean() / 2).item()


def measure(labels, logits):
    return {
        "loss": loss_of(labels, logits).item(),
        "accuracy": ((logits > 0) == (labels == 1)).float().mean().item(),
        "auc": auc(labels, logits),
    }


metrics, seconds = train(model, loss_of, measure, "loss")
peer.answer("torch", metrics, seconds)

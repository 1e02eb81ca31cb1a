"""examples/text-classification in PyTorch."""

from torch import nn

import peer
from torch_training import train

config = peer.config["model"]
[label] = peer.dataset["labels"]


class Languages(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(2000, config["embedding"])
        self.lstm = nn.LSTM(config["embedding"], config["units"], batch_first=True)
        self.dense = nn.Linear(config["units"], len(label["classes"]))

    def forward(self, ids):
        # Padding is at the end, where an LSTM has seen all of the text before.
        counts = (ids != 0).unsqueeze(-1).float()
        states, _ = self.lstm(self.embedding(ids.long()))
        return self.dense((states * counts).sum(1) / counts.sum(1))


def loss_of(labels, logits):
    return nn.functional.cross_entropy(logits, labels)


def measure(labels, logits):
    accuracy = (logits.argmax(1) == labels).float().mean()
    return {"loss": loss_of(labels, logits).item(), "accuracy": accuracy.item()}


metrics, seconds = train(Languages(), loss_of, measure, "accuracy", larger=True)
peer.answer("torch", metrics, seconds)

"""pipelines/speaker.ts in PyTorch. Sees the middle of each recording, where Holdfast draws another part in each epoch."""

import torch
from torch import nn

import peer
from torch_training import classes, cross_entropy, train

own = peer.config["model"]
filters, dense, dropout = own["filters"], own["dense_units"], own["dropout"]
[field] = peer.dataset["inputs"]
frames, mels = field["shape"]


def normalize(channels):
    return nn.BatchNorm1d(channels, eps=1e-3, momentum=0.1)


class Statistics(nn.Module):
    def forward(self, x):
        return torch.cat([x.mean(2), torch.sqrt(x.var(2, correction=0) + 1e-5)], 1)


class ChannelsFirst(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2)


model = nn.Sequential(
    ChannelsFirst(), normalize(mels),
    nn.Conv1d(mels, filters, 5), nn.ReLU(), normalize(filters),
    nn.Conv1d(filters, filters, 3), nn.ReLU(), normalize(filters),
    Statistics(), nn.Dropout(dropout), nn.Linear(2 * filters, dense), nn.ReLU(),
    nn.Dropout(dropout), nn.Linear(dense, len(peer.dataset["classes"])),
)
metrics, seconds = train(model, cross_entropy, classes, "loss")
peer.answer("torch", metrics, seconds)

"""examples/verification in PyTorch. Sees the middle of each recording, where Holdfast draws another part in each epoch."""

import torch
from torch import nn

import peer
from torch_training import train

filters, embedding = peer.config["model"]["filters"], peer.config["model"]["embedding"]
temperature = 0.1
[field] = peer.dataset["inputs"]
frames, mels = field["shape"]


class Embedder(nn.Module):
    def __init__(self):
        super().__init__()
        normalize = lambda channels: nn.BatchNorm1d(channels, momentum=0.1, eps=1e-3)
        self.frames = nn.Sequential(
            normalize(mels), nn.Conv1d(mels, filters, 5), nn.ReLU(),
            normalize(filters), nn.Conv1d(filters, filters, 3), nn.ReLU(),
            normalize(filters),
        )
        self.dense = nn.Linear(2 * filters, embedding)

    def forward(self, inputs):
        channels = self.frames(inputs.transpose(1, 2))
        variance = channels.var(2, correction=0)
        return self.dense(torch.cat([channels.mean(2), (variance + 1e-5).sqrt()], 1))


def loss_of(speakers, outputs):
    embeddings = nn.functional.normalize(outputs)
    itself = torch.eye(len(outputs))
    logits = embeddings @ embeddings.T / temperature - itself * 1e9
    found = logits - logits.logsumexp(1, keepdim=True)
    pairs = (speakers[:, None] == speakers[None]).float() - itself
    return -(found * pairs).sum() / pairs.sum().clamp(min=1)


def equal_error_rate(scores, is_target):
    order = scores.argsort(descending=True)
    accepted = is_target[order].float().cumsum(0)
    rejects = 1 - accepted / accepted[-1]
    accepts = (torch.arange(1, len(order) + 1) - accepted) / (len(order) - accepted[-1])
    i = (rejects <= accepts).nonzero()[0].item()
    return ((rejects[i] + accepts[i]) / 2).item()


def measure(speakers, outputs):
    embeddings = nn.functional.normalize(outputs)
    first, second = torch.tril_indices(len(outputs), len(outputs), -1)
    return {"eer": equal_error_rate((embeddings @ embeddings.T)[first, second], speakers[first] == speakers[second])}


metrics, seconds = train(Embedder(), loss_of, measure, "eer")
peer.answer("torch", metrics, seconds)

"""Trains the network of pipeline.ts for a while with PyTorch, and saves what training scripts usually save.

pip install torch && python examples/from-pytorch/train.py
"""

import pathlib

import torch
from torch import nn

torch.manual_seed(3)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Linear(8, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 24), nn.ReLU()
        )
        self.classifier = nn.Linear(24, 7)

    def forward(self, x):
        return self.classifier(self.features(x))


def points(count):
    """Points near seven corners of a cube: corner n is at 1 where n + 1 has a bit, else at -1."""
    labels = torch.arange(count) % 7
    bits = (labels[:, None] + 1) >> torch.arange(8) & 1
    return bits * 2.0 - 1 + 2 * (torch.rand(count, 8) - 0.5), labels


net = Net()
optimizer = torch.optim.AdamW(net.parameters(), lr=0.003)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)
inputs, labels = points(224)
history = []
for epoch in range(3):
    total = 0.0
    for batch in torch.randperm(len(labels)).split(32):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(inputs[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    scheduler.step()
    history.append(total / len(labels))
    print(f"epoch {epoch + 1}: loss {history[-1]:.4f}")

torch.save(
    {
        "epoch": 3,
        "model_state_dict": net.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "scheduler_state_dict": scheduler.state_dict(),
        "train_history": history,
        "config": {"lr": 0.003, "hidden": 24},
        "best_val_loss": history[-1],
    },
    pathlib.Path(__file__).with_name("pretrained.pth"),
)

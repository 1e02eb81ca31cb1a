"""examples/character-model in PyTorch."""

import math

import torch
from torch import nn
from torch.nn import functional

import peer
from peer import config

training, sizes = config["training"], config["model"]
torch.manual_seed(training["seed"])
length, width, heads = config["data"]["length"], sizes["width"], sizes["heads"]


def examples(name):
    split = peer.Split(name)
    return torch.from_numpy(split.inputs).long(), torch.from_numpy(split.labels).long()


train, validation, test = (examples(name) for name in ("train", "validation", "test"))
# Examples begin anywhere where the next window goes on with the text, as it does but at the end of a play.
tokens, following = (part.reshape(-1) for part in train)
goes_on = torch.cat([train[1][:-1, -1] == train[0][1:, 0], torch.tensor([False])])


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.norm = nn.LayerNorm(width)
        self.intermediate = nn.Linear(width, 4 * width)
        self.output = nn.Linear(4 * width, width)

    def forward(self, x):
        normal = self.attention_norm(x)
        q, k, v = (
            one(normal).view(*x.shape[:2], heads, -1).transpose(1, 2) for one in (self.query, self.key, self.value)
        )
        heard = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(heard.transpose(1, 2).reshape(x.shape))
        return x + self.output(functional.gelu(self.intermediate(self.norm(x))))


class Model(nn.Module):
    def __init__(self, tokens):
        super().__init__()
        self.embedding = nn.Embedding(tokens, width)
        self.positions = nn.Embedding(length, width)
        self.blocks = nn.Sequential(*(Block() for _ in range(sizes["layers"])))
        self.norm = nn.LayerNorm(width)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)

    def forward(self, tokens):
        x = self.embedding(tokens) + self.positions.weight[: tokens.shape[1]]
        return (self.norm(self.blocks(x)) @ self.embedding.weight.T).transpose(1, 2)


model = Model(int(max(part.max() for part in (*train, *validation, *test))) + 1)
matrices = [weight for weight in model.parameters() if weight.dim() == 2]
vectors = [weight for weight in model.parameters() if weight.dim() < 2]
adamw = training["optimizer"]
optimizer = torch.optim.AdamW(
    [
        {"params": matrices, "weight_decay": adamw["weight_decay"]},
        {"params": vectors, "weight_decay": 0.0},
    ],
    lr=training["learning_rate"],
    betas=(0.9, adamw["beta_2"]),
)
steps = training["num_epochs"] * -(-len(train[0]) // training["batch_size"])
warmup = training["warmup"]["length"]
least = training["scheduler"]["min_learning_rate"] / training["learning_rate"]


def rate(step):
    if step < warmup:
        return step / warmup
    return least + (1 - least) * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) / 2


schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)


def evaluate(split):
    """The loss and the accuracy over characters."""
    model.eval()
    total = right = 0
    x, y = split
    with torch.no_grad():
        for begin in range(0, len(x), training["batch_size"]):
            logits, target = model(x[begin : begin + training["batch_size"]]), y[begin : begin + training["batch_size"]]
            total += functional.cross_entropy(logits, target, reduction="sum").item()
            right += (logits.argmax(1) == target).sum().item()
    return {"loss": total / y.numel(), "accuracy": right / y.numel()}


best, weights = float("inf"), None
with peer.Timer() as timer:
    for _ in range(training["num_epochs"]):
        model.train()
        order = torch.randperm(len(train[0]))
        for begin in range(0, len(order), training["batch_size"]):
            batch = order[begin : begin + training["batch_size"]]
            starts = batch * length + torch.randint(0, length, batch.shape) * goes_on[batch]
            places = starts[:, None] + torch.arange(length)
            optimizer.zero_grad()
            functional.cross_entropy(model(tokens[places]), following[places]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), training["gradient_clip"]["max_norm"])
            optimizer.step()
            schedule.step()
        loss = evaluate(validation)["loss"]
        if loss < best:
            best, weights = loss, {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(weights)
measured = evaluate(test)
peer.answer("torch", {**measured, "bits_per_character": measured["loss"] / math.log(2)}, timer.seconds)

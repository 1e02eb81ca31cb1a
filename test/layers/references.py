"""Writes test/layers/references.json: what PyTorch computes for attention and the block of a transformer, in
double precision. The tests in test/layers compare with it, and need no Python.

    python3 -m venv venv && venv/bin/pip install torch
    venv/bin/python test/layers/references.py
"""

import json
import math

import numpy as np
import torch

torch.set_default_dtype(torch.float64)

BATCH, TIME, KEYS, WIDTH, HEADS, FEED = 2, 4, 5, 6, 2, 8


def numbers(shape, seed):
    """Numbers in [-1, 1), the same as `tensor` of test/backends/backends.ts."""
    count, values = math.prod(shape), []
    for _ in range(count):
        seed = (seed * 1664525 + 1013904223) % 2**32
        values.append(float(np.float32(seed / 2**31 - 1)))
    return torch.tensor(values).reshape(shape)


def attention_of(module, seed):
    """Fills the weights in the order of our layer: query, key, value and output, kernel and bias each."""
    kernels, biases = [], []
    for i in range(4):
        kernels.append(numbers([WIDTH, WIDTH], seed + 2 * i))
        biases.append(numbers([WIDTH], seed + 2 * i + 1))
    with torch.no_grad():
        module.in_proj_weight.copy_(torch.cat([kernel.T for kernel in kernels[:3]]))
        module.in_proj_bias.copy_(torch.cat(biases[:3]))
        module.out_proj.weight.copy_(kernels[3].T)
        module.out_proj.bias.copy_(biases[3])


def gradients_of(module):
    weights, biases = module.in_proj_weight.grad, module.in_proj_bias.grad
    found = []
    for i in range(3):
        found += [weights[i * WIDTH : (i + 1) * WIDTH].T, biases[i * WIDTH : (i + 1) * WIDTH]]
    return found + [module.out_proj.weight.grad.T, module.out_proj.bias.grad]


def listed(tensor):
    return [float("%.9g" % x) for x in tensor.detach().reshape(-1).tolist()]


def attention(causal=False, mask=None, cross=False):
    module = torch.nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
    attention_of(module, 10)
    query = numbers([BATCH, TIME, WIDTH], 1).requires_grad_()
    value = numbers([BATCH, KEYS, WIDTH], 2).requires_grad_() if cross else query
    hidden = torch.triu(torch.ones(TIME, value.shape[1], dtype=torch.bool), 1) if causal else None
    padding = None if mask is None else torch.tensor(mask) == 0
    y, _ = module(query, value, value, attn_mask=hidden, key_padding_mask=padding, need_weights=False)
    (y * numbers(y.shape, 3)).sum().backward()
    return {
        "causal": causal,
        "mask": mask,
        "output": listed(y),
        "inputs": [listed(one.grad) for one in ([query, value] if cross else [query])],
        "weights": [listed(one) for one in gradients_of(module)],
    }


def block(first):
    module = torch.nn.TransformerEncoderLayer(
        WIDTH, HEADS, FEED, dropout=0.0, activation="gelu", batch_first=True, norm_first=first
    )
    attention_of(module.self_attn, 10)
    feed = [numbers([WIDTH, FEED], 20), numbers([FEED], 21), numbers([FEED, WIDTH], 22), numbers([WIDTH], 23)]
    with torch.no_grad():
        module.linear1.weight.copy_(feed[0].T)
        module.linear1.bias.copy_(feed[1])
        module.linear2.weight.copy_(feed[2].T)
        module.linear2.bias.copy_(feed[3])
        for i, norm in enumerate([module.norm1, module.norm2]):
            norm.weight.copy_(numbers([WIDTH], 30 + 2 * i))
            norm.bias.copy_(numbers([WIDTH], 31 + 2 * i))
    x = numbers([BATCH, TIME, WIDTH], 1).requires_grad_()
    hidden = torch.triu(torch.ones(TIME, TIME, dtype=torch.bool), 1)
    y = module(x, src_mask=hidden)
    (y * numbers(y.shape, 3)).sum().backward()
    return {"normalizeFirst": first, "output": listed(y), "input": listed(x.grad)}


def gelu():
    x = torch.tensor([-12.0, -4.5, -2.0, -1.0, -0.5, -1e-3, 0.0, 1e-3, 0.5, 1.0, 2.0, 4.5, 12.0]).requires_grad_()
    y = torch.nn.functional.gelu(x)
    y.sum().backward()
    return {"x": listed(x), "y": listed(y), "slope": listed(x.grad)}


result = {
    "attention": {
        "self": attention(),
        "causal": attention(causal=True),
        "masked": attention(mask=[[1, 1, 0, 1], [1, 0, 0, 0]]),
        "cross": attention(cross=True),
        "cross, masked": attention(mask=[[1, 1, 0, 1, 0], [0, 1, 1, 1, 1]], cross=True),
    },
    "blocks": [block(True), block(False)],
    "gelu": gelu(),
}
with open("test/layers/references.json", "w") as file:
    json.dump(result, file)
    file.write("\n")

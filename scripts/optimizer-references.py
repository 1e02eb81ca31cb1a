"""Writes test/training/references.json: what PyTorch, Keras, Optax and Hugging Face Transformers compute
for optimizers, schedules and averages of weights, in double precision. The tests in test/training compare
with it, and need no Python.

    python3 -m venv venv && venv/bin/pip install torch keras optax transformers
    venv/bin/python scripts/optimizer-references.py
"""

import json
import os
import warnings

os.environ["KERAS_BACKEND"] = "torch"
warnings.filterwarnings("ignore")

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import keras
import numpy as np
import optax
import torch
import transformers
from torch.optim import lr_scheduler, swa_utils

torch.set_default_dtype(torch.float64)
keras.backend.set_floatx("float64")

START = [-1.0, -0.5, 0.25, 0.5, 1.0, 2.0, -3.0]
STEPS = 200
SHOWN = [1, 2, 10, 50, 200]


def numbers(seed):
    """A generator of numbers in [-1, 1), the same in the test."""
    x = seed
    while True:
        x = (x * 1103515245 + 12345) % 2**31
        yield x / 2**30 - 1


def gradients():
    draw = numbers(1)
    # Of several sizes, and with zeros, as embeddings have them.
    return [
        [0.0 if (t + i) % 9 == 0 else next(draw) * 10.0 ** (i % 3 - 2) for i in range(len(START))]
        for t in range(STEPS)
    ]


def rates(base):
    return [base * (0.5 + ((t * 7) % 11) / 11) for t in range(STEPS)]


def with_torch(make):
    def run(base):
        weight = torch.nn.Parameter(torch.tensor(START))
        optimizer = make([weight])
        for gradient, rate in zip(gradients(), rates(base)):
            optimizer.param_groups[0]["lr"] = rate
            weight.grad = torch.tensor(gradient)
            optimizer.step()
            yield weight.detach().tolist()

    return run


def with_keras(make):
    def run(base):
        weight = keras.Variable(np.array(START), dtype="float64")
        optimizer = make()
        optimizer.build([weight])
        for gradient, rate in zip(gradients(), rates(base)):
            optimizer.learning_rate = rate
            optimizer.apply([keras.ops.convert_to_tensor(np.array(gradient))])
            yield np.array(weight.value.detach()).tolist()

    return run


def with_optax(make):
    def run(base):
        weight = jnp.array(START)
        optimizer = optax.inject_hyperparams(make)(learning_rate=base)
        state = optimizer.init(weight)
        for gradient, rate in zip(gradients(), rates(base)):
            state.hyperparams["learning_rate"] = jnp.array(rate)
            updates, state = optimizer.update(jnp.array(gradient), state, weight)
            weight = optax.apply_updates(weight, updates)
            yield weight.tolist()

    return run


o = torch.optim
OPTIMIZERS = [
    ({"name": "adam", "amsgrad": True}, 0.01, with_torch(lambda p: o.Adam(p, amsgrad=True))),
    ({"name": "adam", "weight_decay": 0.1}, 0.01, with_torch(lambda p: o.Adam(p, weight_decay=0.1))),
    ({"name": "adamw", "weight_decay": 0.1}, 0.01, with_torch(lambda p: o.AdamW(p, weight_decay=0.1))),
    (
        {"name": "adamw", "amsgrad": True, "weight_decay": 0.05},
        0.01,
        with_torch(lambda p: o.AdamW(p, amsgrad=True, weight_decay=0.05)),
    ),
    (
        {"name": "sgd", "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01},
        0.01,
        with_torch(lambda p: o.SGD(p, momentum=0.9, dampening=0.3, weight_decay=0.01)),
    ),
    (
        {"name": "sgd", "momentum": 0.9, "nesterov": True},
        0.01,
        with_torch(lambda p: o.SGD(p, momentum=0.9, nesterov=True)),
    ),
    (
        {"name": "rmsprop", "centered": True, "momentum": 0.5, "weight_decay": 0.01},
        0.01,
        with_torch(lambda p: o.RMSprop(p, centered=True, momentum=0.5, weight_decay=0.01)),
    ),
    ({"name": "rmsprop", "centered": True}, 0.01, with_torch(lambda p: o.RMSprop(p, centered=True))),
    ({"name": "rmsprop"}, 0.01, with_torch(lambda p: o.RMSprop(p))),
    ({"name": "nadam"}, 0.01, with_torch(lambda p: o.NAdam(p))),
    (
        {"name": "nadam", "momentum_decay": 0.01, "weight_decay": 0.1},
        0.01,
        with_torch(lambda p: o.NAdam(p, momentum_decay=0.01, weight_decay=0.1)),
    ),
    (
        {"name": "nadam", "weight_decay": 0.1, "decoupled_weight_decay": True},
        0.01,
        with_torch(lambda p: o.NAdam(p, weight_decay=0.1, decoupled_weight_decay=True)),
    ),
    ({"name": "adamax"}, 0.01, with_torch(lambda p: o.Adamax(p))),
    ({"name": "adamax", "weight_decay": 0.1}, 0.01, with_torch(lambda p: o.Adamax(p, weight_decay=0.1))),
    ({"name": "adagrad"}, 0.05, with_torch(lambda p: o.Adagrad(p))),
    (
        {"name": "adagrad", "lr_decay": 0.01, "initial_accumulator_value": 0.1, "weight_decay": 0.1},
        0.05,
        with_torch(
            lambda p: o.Adagrad(p, lr_decay=0.01, initial_accumulator_value=0.1, weight_decay=0.1)
        ),
    ),
    ({"name": "adadelta"}, 1.0, with_torch(lambda p: o.Adadelta(p))),
    (
        {"name": "adadelta", "rho": 0.8, "weight_decay": 0.1},
        1.0,
        with_torch(lambda p: o.Adadelta(p, rho=0.8, weight_decay=0.1)),
    ),
    ({"name": "lion"}, 0.002, with_keras(lambda: keras.optimizers.Lion())),
    (
        {"name": "lion", "beta_1": 0.8, "weight_decay": 0.1},
        0.002,
        with_keras(lambda: keras.optimizers.Lion(beta_1=0.8, weight_decay=0.1)),
    ),
    (
        {"name": "lion", "weight_decay": 0.2},
        0.002,
        with_optax(lambda learning_rate: optax.lion(learning_rate, weight_decay=0.2)),
    ),
    ({"name": "lamb", "epsilon": 1e-7}, 0.01, with_keras(lambda: keras.optimizers.Lamb())),
    (
        {"name": "lamb", "weight_decay": 0.1},
        0.01,
        with_optax(lambda learning_rate: optax.lamb(learning_rate, weight_decay=0.1)),
    ),
]

EPOCHS, STEPS_PER_EPOCH = 8, 5
TOTAL = EPOCHS * STEPS_PER_EPOCH


def scheduled(make, unit):
    """The rates of all steps, of a scheduler that counts steps or epochs."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = make(optimizer)
    rates = []
    for _ in range(EPOCHS):
        for _ in range(STEPS_PER_EPOCH):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if unit == "step":
                scheduler.step()
        if unit == "epoch":
            scheduler.step()
    return rates


def after(warmup, length, make, **options):
    """PyTorch's warm-up in front of another schedule."""

    def both(optimizer):
        first = lr_scheduler.LinearLR(optimizer, total_iters=length, end_factor=1.0, **options)
        return lr_scheduler.SequentialLR(optimizer, [first, make(optimizer)], milestones=[length])

    return both


def swalr(optimizer):
    """The rate of a run whose epochs 0 to 3 have a schedule of their own, as PyTorch documents it."""
    schedule = lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    swa = None

    class Both:
        epoch = 0

        def step(self):
            nonlocal swa
            self.epoch += 1
            if self.epoch < 5:
                schedule.step()
            if self.epoch == 4:
                swa = swa_utils.SWALR(optimizer, swa_lr=0.01, anneal_epochs=3)
            elif self.epoch > 4:
                swa.step()

    return Both()


s, hf = lr_scheduler, transformers
SCHEDULES = [
    ({"scheduler": {"name": "linear", "unit": "step"}}, lambda p: hf.get_linear_schedule_with_warmup(p, 0, TOTAL)),
    (
        {"scheduler": {"name": "linear", "start_factor": 0.2, "end_factor": 0.9, "duration": 5, "unit": "epoch"}},
        lambda p: s.LinearLR(p, start_factor=0.2, end_factor=0.9, total_iters=5),
    ),
    (
        {"scheduler": {"name": "polynomial", "power": 2, "unit": "step"}},
        lambda p: s.PolynomialLR(p, total_iters=TOTAL, power=2),
    ),
    (
        {"scheduler": {"name": "polynomial", "power": 0.7, "duration": 6, "unit": "epoch"}},
        lambda p: s.PolynomialLR(p, total_iters=6, power=0.7),
    ),
    (
        {"scheduler": {"name": "polynomial", "power": 1.5, "min_learning_rate": 0.001}, "warmup": {"length": 8}},
        lambda p: hf.get_polynomial_decay_schedule_with_warmup(p, 8, TOTAL, lr_end=0.001, power=1.5),
    ),
    ({"scheduler": {"name": "one_cycle"}}, lambda p: s.OneCycleLR(p, max_lr=0.1, total_steps=TOTAL)),
    (
        {"scheduler": {"name": "one_cycle", "anneal_strategy": "linear", "pct_start": 0.4, "div_factor": 10}},
        lambda p: s.OneCycleLR(
            p, max_lr=0.1, total_steps=TOTAL, anneal_strategy="linear", pct_start=0.4, div_factor=10
        ),
    ),
    (
        {"scheduler": {"name": "cosine", "min_learning_rate": 0.01}},
        lambda p: s.CosineAnnealingLR(p, T_max=EPOCHS, eta_min=0.01),
    ),
    (
        {"scheduler": {"name": "cosine", "unit": "step"}, "warmup": {"length": 7}},
        lambda p: hf.get_cosine_schedule_with_warmup(p, 7, TOTAL),
    ),
    (
        {"scheduler": {"name": "cosine_restarts", "cycle_length": 2, "cycle_factor": 2, "min_learning_rate": 0.01}},
        lambda p: s.CosineAnnealingWarmRestarts(p, T_0=2, T_mult=2, eta_min=0.01),
    ),
    (
        {"scheduler": {"name": "cosine_restarts", "cycle_length": 7, "unit": "step"}},
        lambda p: s.CosineAnnealingWarmRestarts(p, T_0=7),
    ),
    (
        {"scheduler": {"name": "cosine_restarts", "cycle_length": 12, "unit": "step"}, "warmup": {"length": 4}},
        lambda p: hf.get_cosine_with_hard_restarts_schedule_with_warmup(p, 4, TOTAL, num_cycles=3),
    ),
    (
        {"scheduler": {"name": "piecewise", "boundaries": [3, 5], "factors": [1, 0.1, 0.01]}},
        lambda p: s.MultiStepLR(p, milestones=[3, 5], gamma=0.1),
    ),
    (
        {"scheduler": {"name": "table", "points": [[2, 0.1], [12, 1], [30, 0.05]], "unit": "step"}},
        lambda p: s.LambdaLR(p, lambda t: np.interp(t, [2, 12, 30], [0.1, 1, 0.05])),
    ),
    (
        {"scheduler": {"name": "step", "step_size": 7, "gamma": 0.5, "unit": "step"}},
        lambda p: s.StepLR(p, step_size=7, gamma=0.5),
    ),
    (
        {"scheduler": {"name": "exponential", "gamma": 0.95, "unit": "step"}},
        lambda p: s.ExponentialLR(p, gamma=0.95),
    ),
    (
        {
            "scheduler": {"name": "linear", "unit": "step"},
            "warmup": {"length": 10, "start_factor": 0.25},
        },
        after(s.LinearLR, 10, lambda p: s.PolynomialLR(p, total_iters=TOTAL - 10), start_factor=0.25),
    ),
    (
        {
            "scheduler": {"name": "exponential", "gamma": 0.5},
            "warmup": {"length": 3, "unit": "epoch", "start_factor": 0.1},
        },
        after(s.LinearLR, 3, lambda p: s.ExponentialLR(p, gamma=0.5), start_factor=0.1),
    ),
    (
        {
            "scheduler": {"name": "step", "step_size": 2, "gamma": 0.5},
            "swa": {"start": 0.5, "learning_rate": 0.01, "anneal_epochs": 3},
        },
        swalr,
    ),
]


def unit_of(training):
    scheduler = training["scheduler"]
    usual = {"linear": "step", "polynomial": "step", "one_cycle": "step"}
    return scheduler.get("unit", usual.get(scheduler["name"], "epoch"))


def averaged(average, is_due=lambda step: True):
    model = torch.nn.Linear(len(START), 1, bias=False)
    mean = None
    draw = numbers(2)
    for step in range(STEPS):
        weights = [next(draw) for _ in START]
        with torch.no_grad():
            model.weight[:] = torch.tensor(weights)
        if is_due(step):
            mean = mean or swa_utils.AveragedModel(model, **average)
            mean.update_parameters(model)
    return mean.module.weight[0].tolist()


references = {
    "made_by": "scripts/optimizer-references.py",
    "versions": {m.__name__: m.__version__ for m in (torch, keras, optax, transformers)},
    "shown": SHOWN,
    "optimizers": [
        {
            "config": config,
            "rate": rate,
            "weights": [w for t, w in enumerate(run(rate), 1) if t in SHOWN],
        }
        for config, rate, run in OPTIMIZERS
    ],
    "schedules": [
        {"training": training, "rates": scheduled(make, unit_of(training))} for training, make in SCHEDULES
    ],
    "averages": {
        "ema": averaged({"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(0.9)}),
        "swa": averaged({}, lambda step: step >= 100 and step % 10 == 9),
    },
}
with open("test/training/references.json", "w") as file:
    json.dump(references, file)
    file.write("\n")

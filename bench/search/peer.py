"""Optuna on the functions of functions.ts: prints the best value after each of some numbers of trials.

python bench/search/peer.py SEEDS PARALLEL TRIALS... prints {"version", "results": {function: {sampler: [[best …] …]}}}.
"""
import json
import math
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)

A6 = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P6 = [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
      [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]


def branin(t):
    x, y = t.suggest_float("x", -5, 10), t.suggest_float("y", 0, 15)
    b = 5.1 / (4 * math.pi**2)
    return (y - b * x**2 + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(t):
    x = [t.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    return -sum(
        alpha * math.exp(-sum(a * (x[j] - P6[i][j] / 1e4) ** 2 for j, a in enumerate(A6[i])))
        for i, alpha in enumerate([1, 1.2, 3, 3.2])
    )


def network(t):
    rate = t.suggest_float("learning_rate", 1e-5, 1, log=True)
    units = t.suggest_int("units", 8, 512, log=True)
    layers = t.suggest_int("layers", 1, 5)
    dropout = t.suggest_float("dropout", 0, 0.8)
    optimizer = t.suggest_categorical("optimizer", ["adam", "sgd", "rmsprop", "adagrad"])
    best, cost = {"adam": (-3, 0), "sgd": (-1, 0.02), "rmsprop": (-3.5, 0.05), "adagrad": (-2, 0.1)}[optimizer]
    return (
        0.1 + cost + 0.08 * (math.log10(rate) - best) ** 2 + 0.02 * (math.log2(units) - 7) ** 2
        + 0.03 * abs(layers - 3) + 0.5 * (dropout - 0.1 - 0.1 * (layers - 1)) ** 2
    )


def sparse(t):
    a = t.suggest_int("a", 0, 100)
    b = t.suggest_categorical("b", ["p", "q", "r", "s", "t", "u"])
    n = [t.suggest_float(f"n{i}", -1, 1) for i in range(5)]
    return abs(a - 37) / 50 + ["s", "q", "p", "r", "u", "t"].index(b) * 0.2 + 0.01 * sum(x**2 for x in n)


SAMPLERS = {
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "tpe, each by itself": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=False),
}


def run(function, sampler, parallel, trials):
    """The best value so far after each trial; of `parallel` trials the oldest ends before the next begins."""
    study = optuna.create_study(sampler=sampler)
    open_trials, best, curve = [], math.inf, []
    for number in range(trials[-1] + parallel - 1):
        if number < trials[-1]:
            trial = study.ask()
            open_trials.append((trial, function(trial)))
        if number >= parallel - 1:
            trial, value = open_trials.pop(0)
            study.tell(trial, value)
            best = min(best, value)
            curve.append(best)
    return [curve[n - 1] for n in trials]


if __name__ == "__main__":
    seeds, parallel, *trials = map(int, sys.argv[1:])
    results = {
        function.__name__: {
            name: [run(function, make(seed), parallel, trials) for seed in range(seeds)]
            for name, make in SAMPLERS.items()
        }
        for function in (branin, hartmann6, network, sparse)
    }
    json.dump({"version": optuna.__version__, "results": results}, sys.stdout)

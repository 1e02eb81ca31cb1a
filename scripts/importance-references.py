"""What Optuna's PED-ANOVA says of the importance of parameters, for test/sweep/Importance.test.ts.

pip install optuna==5.0.0; python scripts/importance-references.py
"""
import json
import math

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

optuna.logging.set_verbosity(optuna.logging.ERROR)
SPACE = {
    "lr": FloatDistribution(1e-4, 1, log=True),
    "x": FloatDistribution(-1, 1),
    "n": IntDistribution(8, 128, step=8),
    "u": IntDistribution(1, 500, log=True),
    "c": CategoricalDistribution(["a", "b", "c"]),
}


def trials(number):
    """The same samples as in the test: fractions of multiples of irrational numbers."""
    for i in range(1, number + 1):
        unit = [i * math.sqrt(p) % 1 for p in (2, 3, 5, 7, 11)]
        yield {
            "lr": 10 ** (-4 * unit[0]),
            "x": 2 * unit[1] - 1,
            "n": 8 + 8 * math.floor(16 * unit[2]),
            "u": math.floor(500 ** unit[3]),
            "c": "abc"[math.floor(3 * unit[4])],
        }


def value(s):
    return (math.log10(s["lr"]) + 2) ** 2 + abs(s["n"] - 64) / 40 + (s["c"] == "b") + 0.1 * s["x"]


for number, quantile in ((20, 0.25), (60, 0.1), (200, 0.1)):
    study = optuna.create_study()
    for sample in trials(number):
        study.add_trial(optuna.trial.create_trial(params=sample, distributions=SPACE, value=value(sample)))
    evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=quantile)
    print(number, json.dumps(dict(optuna.importance.get_param_importances(study, evaluator=evaluator))))

"""
Computes what test/training/metric/references.json holds: the figures of scikit-learn for small data.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 numpy
    venv/bin/python scripts/metric-references.py > test/training/metric/references.json
"""

import json

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.utils.class_weight import compute_class_weight


def interpolated_eer(labels, scores, weights=None):
    """Where the false positive rate equals the false negative rate on the ROC curve."""
    fpr, tpr, _ = metrics.roc_curve(labels, scores, sample_weight=weights, drop_intermediate=False)
    difference = (1 - tpr) - fpr
    i = int(np.argmax(difference <= 0))
    share = difference[i - 1] / (difference[i - 1] - difference[i])
    return fpr[i - 1] + share * (fpr[i] - fpr[i - 1])


def min_dcf(labels, scores, p_target, c_miss, c_false_alarm, weights=None):
    fpr, tpr, _ = metrics.roc_curve(labels, scores, sample_weight=weights, drop_intermediate=False)
    costs = c_miss * p_target * (1 - tpr) + c_false_alarm * (1 - p_target) * fpr
    return costs.min() / min(c_miss * p_target, c_false_alarm * (1 - p_target))


def cosine_trials(labels, rows):
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = [(i, j) for i in range(len(rows)) for j in range(i)]
    return [int(labels[i] == labels[j]) for i, j in pairs], [float(unit[i] @ unit[j]) for i, j in pairs]


rng = np.random.default_rng(1)
n, classes = 40, 4

# Multiples of 1/64, so that binning changes nothing; the labels lean toward the largest logit.
logits = np.round(rng.normal(size=(n, classes)) * 64) / 64
labels = np.where(rng.random(n) < 0.6, logits.argmax(1), rng.integers(0, classes, n))
weights = np.round(rng.random(n) * 4) / 4 + 0.25
guesses = logits.argmax(1)
probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)

binary_logits = np.round(rng.normal(size=n) * 64) / 64
binary_labels = (binary_logits + rng.normal(size=n) > 0.3).astype(int)

targets = rng.normal(size=(n, 2)) * [1, 3] + [0, 10]
outputs = targets + rng.normal(size=(n, 2)) * 0.7

trial_labels, trial_scores = cosine_trials(labels, logits)


def averages(weights):
    rows = {}
    for average in ["macro", "micro", "weighted"]:
        precision, recall, f1, _ = metrics.precision_recall_fscore_support(
            labels, guesses, average=average, sample_weight=weights, zero_division=0
        )
        rows[average] = [precision, recall, f1]
    per_class = metrics.precision_recall_fscore_support(
        labels, guesses, average=None, sample_weight=weights, zero_division=0
    )
    rows["each"] = [list(values) for values in per_class[:3]]
    return rows


def figures(weights):
    return {
        "accuracy": metrics.accuracy_score(labels, guesses, sample_weight=weights),
        "top_k": {
            k: metrics.top_k_accuracy_score(labels, logits, k=k, sample_weight=weights)
            for k in [1, 2, 3]
        },
        "averages": averages(weights),
        "confusion": metrics.confusion_matrix(labels, guesses, sample_weight=weights).tolist(),
        "auc": metrics.roc_auc_score(binary_labels, binary_logits, sample_weight=weights),
        "auc_ovr": metrics.roc_auc_score(
            labels, probabilities, multi_class="ovr", sample_weight=weights
        )
        if weights is None
        # Scikit-learn takes no weights there; each class against the others does.
        else float(
            np.mean(
                [
                    metrics.roc_auc_score(labels == c, probabilities[:, c], sample_weight=weights)
                    for c in range(classes)
                ]
            )
        ),
        "perplexity": float(
            np.exp(metrics.log_loss(labels, probabilities, sample_weight=weights))
        ),
        "mae": metrics.mean_absolute_error(targets, outputs),
        "r2": metrics.r2_score(targets, outputs),
        "r2_single": metrics.r2_score(targets[:, 1], outputs[:, 1], sample_weight=weights),
        "eer": interpolated_eer(binary_labels, binary_logits, weights),
        "min_dcf": min_dcf(binary_labels, binary_logits, 0.05, 2, 1, weights),
    }


print(
    json.dumps(
        {
            "made_with": f"scripts/metric-references.py, scikit-learn {sklearn.__version__}",
            "labels": labels.tolist(),
            "logits": logits.tolist(),
            "weights": weights.tolist(),
            "binary_labels": binary_labels.tolist(),
            "binary_logits": binary_logits.tolist(),
            "targets": targets.tolist(),
            "outputs": outputs.tolist(),
            "unweighted": figures(None),
            "weighted": figures(weights),
            "pairs": {
                "eer": interpolated_eer(trial_labels, trial_scores),
                "min_dcf": min_dcf(trial_labels, trial_scores, 0.01, 1, 1),
            },
            "balanced_weights": compute_class_weight(
                "balanced", classes=np.arange(classes), y=labels
            ).tolist(),
        },
        indent=1,
        default=float,
    )
)

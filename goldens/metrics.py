"""Values of metrics: scikit-learn's."""

import numpy as np
import sklearn
from sklearn import metrics as of

SOURCE = f"scikit-learn {sklearn.__version__}"
AVERAGES = ("binary", "macro", "micro", "weighted")


def classification(draws, classes, n):
    """Scores with ties, and a class that is never decided and one that never occurs."""
    scores = np.round(draws.normal(size=(n, classes)), 1)
    scores[:, 1] -= 9 if classes > 4 else 0
    targets = draws.integers(0, classes - (classes > 4), n)
    probabilities = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    decided = scores.argmax(1)
    labels = list(range(classes))
    value = {
        "accuracy": of.accuracy_score(targets, decided),
        "confusion": of.confusion_matrix(targets, decided, labels=labels).tolist(),
        "perplexity": float(np.exp(of.log_loss(targets, probabilities, labels=labels))),
        "top2": of.top_k_accuracy_score(targets, scores - 1e-9 * np.arange(classes), k=2, labels=labels)  # of ties the first, as argmax
        if classes > 2 else None,
    }
    for average in AVERAGES[1:]:
        for name, f in (("precision", of.precision_score), ("recall", of.recall_score), ("f1", of.f1_score)):
            value[f"{name} {average}"] = f(targets, decided, labels=labels, average=average, zero_division=0)
    if len(set(targets.tolist())) == classes:
        value["auc"] = float(np.mean([of.roc_auc_score(targets == k, scores[:, k]) for k in labels]))
    return {"scores": scores.flatten().tolist(), "targets": targets.tolist(), "values": value}


def binary(draws, n):
    scores = np.round(draws.uniform(size=n), 2)
    targets = (draws.uniform(size=n) < 0.2 + 0.5 * scores).astype(int)
    decided = (scores > 0.5).astype(int)
    value = {
        "accuracy": of.accuracy_score(targets, decided),
        "auc": of.roc_auc_score(targets, scores),
        "confusion": of.confusion_matrix(targets, decided, labels=[0, 1]).tolist(),
    }
    for average in AVERAGES:
        for name, f in (("precision", of.precision_score), ("recall", of.recall_score), ("f1", of.f1_score)):
            value[f"{name} {average}"] = f(targets, decided, average=average, zero_division=0)
    return {"scores": scores.tolist(), "targets": targets.tolist(), "values": value}


def regression(draws, n):
    targets = draws.normal(size=n) + 1e4
    scores = targets + 0.3 * draws.normal(size=n)
    value = {
        "meanAbsoluteError": of.mean_absolute_error(targets, scores),
        "meanSquaredError": of.mean_squared_error(targets, scores),
        "rootMeanSquaredError": of.root_mean_squared_error(targets, scores),
        "r2": of.r2_score(targets, scores),
    }
    return {"scores": scores.tolist(), "targets": targets.tolist(), "values": value}


def goldens():
    draws = np.random.default_rng(16)
    return {
        "packages/training/test/golden/metrics.json": {
            "source": SOURCE,
            "binary": binary(draws, 60),
            "classes": [classification(draws, classes, 80) for classes in (2, 3, 6)],
            "regression": regression(draws, 50),
        }
    }

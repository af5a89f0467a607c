"""Data to train on, and comparisons of records, for the properties of trials and searches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from utils.checker.compare import Finding
from utils.network import train

__all__ = ["TOUCHED", "alike", "is_of_training", "mixed_up", "plain", "points"]


TOUCHED = Finding(
    "property",
    "The result changes with the examples in the test part: that part is for the very end.",
)


def points(poisoned: str = "") -> dict[str, Any]:
    """Return points in the plane that are easy to classify; `poisoned` is the part to change."""
    rng = np.random.default_rng(5)
    data = {}
    for part, m in (("train", 61), ("dev", 31), ("test", 29)):
        Y = (np.arange(m) % 2).reshape(1, m).astype(float)
        data[part] = (0.25 * rng.normal(0, 1, (2, m)) + Y - 0.5, Y)
    if poisoned == "test":
        X, Y = data["test"]
        data["test"] = (100 - X[:, ::-1], 1 - Y)
    elif poisoned == "dev":  # an odd number of examples, so every accuracy changes
        X, Y = data["dev"]
        data["dev"] = (X, 1 - Y)
    return data


def alike(one: Any, other: Any) -> bool:
    """Return whether two records, or lists of them, agree in everything but their times."""
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    names = ("train_accuracy", "dev_accuracy", "diverged")
    return (
        json.dumps(one["configuration"], default=plain, sort_keys=True)
        == json.dumps(other["configuration"], default=plain, sort_keys=True)
        and np.shape(one["costs"]) == np.shape(other["costs"])
        and np.allclose(one["costs"], other["costs"], rtol=1e-4, equal_nan=True)
        and all(bool(one[name] == other[name]) for name in names)
    )


def mixed_up(records: Sequence[Any], others: Sequence[Any]) -> Finding | None:
    """Return what shows that train and dev are mixed up, or None.

    Parameters
    ----------
    records, others : sequences of records
        Of the same trainings, in any order; for `others` dev had other labels. Learning rates
        tell the configurations apart.
    """
    # Sorted, since an answer may order its records by dev accuracy.
    pairs = [sorted(some, key=_learning_rate) for some in (records, others)]
    for one, other in zip(*pairs, strict=True):
        if not np.allclose(one["costs"], other["costs"], rtol=1e-4):
            return Finding(
                "property",
                "The costs change with the examples in the dev part: train on train alone.",
            )
        if one["dev_accuracy"] == other["dev_accuracy"]:
            return Finding(
                "property",
                "With other labels in dev, dev_accuracy stays the same: is it measured there?",
            )
    return None


def _learning_rate(record: Any) -> float:
    return float(record["configuration"]["learning_rate"])


def plain(value: Any) -> Any:
    """Return a NumPy number as a Python number, for JSON."""
    return value.item() if hasattr(value, "item") else str(value)


def is_of_training(record: Any, data: Any) -> bool:
    """Return whether a record agrees with two trainings of its configuration."""
    networks = [
        train(*data["train"], rng=np.random.default_rng(seed), **record["configuration"])
        for seed in (1, 2)
    ]
    measured = [
        (float(np.asarray(record["costs"])[-1]), 0.02, [float(n.costs[-1]) for n in networks])
    ]
    for part in ("train", "dev"):
        shares = [network.accuracy(*data[part]) for network in networks]
        measured.append((record[f"{part}_accuracy"], 0.1, shares))
    return all(
        abs(value - one) <= slack + 3 * abs(one - other) for value, slack, (one, other) in measured
    )

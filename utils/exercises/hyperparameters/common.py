"""Notebook 04: tiny synthetic sets and records that its cases are made of.

What is drawn at random is judged by the properties; the cases judge shapes, names and kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np

from utils.checker.cases import AnyOfShape, Anything, Case, InRange, Returned, Seed
from utils.reference.hyperparameters import sample_configuration as drawn

Rng = np.random.Generator


def fresh_seed(rng: Rng) -> Seed:
    return Seed(int(rng.integers(2**31)))


def digests(exercise: str, answers: dict[str, str]) -> dict[str, str]:
    """Return a SHA-256 hash of each answer, so that the key does not show it in plain text."""
    return {
        item: sha256(f"{exercise}/{item}/{answer}".encode()).hexdigest()
        for item, answer in answers.items()
    }


def nothing_to_ask(rng: Rng) -> list[Case]:
    return [Case({}, expected=Returned(Anything()), earns="answers")]


def range_cases(*ranges: tuple[float, float], earns: str) -> Any:
    def cases(rng: Rng) -> list[Case]:
        return [
            Case(
                {"low": low, "high": high, "size": size, "rng": fresh_seed(rng)},
                "size 1" if size == 1 else "",
                expected=Returned(AnyOfShape((size,))),
                earns=earns,
            )
            for (low, high), size in zip(ranges, (5, 1, 13), strict=True)
        ]

    return cases


def small_data(rng: Rng, noisy: bool = False) -> dict[str, Any]:
    """Return overlapping points of two classes in the plane; if `noisy`, X says nothing about Y."""
    data = {}
    for part, m in (("train", 67), ("dev", 43), ("test", 47)):
        Y = rng.permutation(np.arange(m) % 2).reshape(1, m).astype(float)
        X = rng.normal(0, 1, (2, m)) + (0 if noisy else 1.5) * Y
        data[part] = (X, Y)
    return data


def random_records(rng: Rng, n_trials: int, space: Any = None) -> list[dict[str, Any]]:
    """Return `n_trials` random records, an odd number, none diverged.

    The trial with the best dev accuracy has neither the lowest cost nor the best train accuracy.
    """
    space = space or {"learning_rate": ("log", 1e-3, 1.0), "depth": ("int", 1, 4)}
    ranks = rng.permutation(n_trials)
    return [
        {
            "configuration": {
                name: value.item() if isinstance(value, np.generic) else value
                for name, value in drawn(space, rng).items()
            },
            "costs": np.array([0.7, rng.uniform(), 0.1 + 0.08 * ((ranks[i] - 2) % n_trials)], "f"),
            "train_accuracy": float(0.5 + 0.06 * ((2 * ranks[i] + 4) % n_trials)),
            "dev_accuracy": float(0.6 + 0.03 * ranks[i]),
            "seconds": float(0.3 + 0.1 * ((3 * ranks[i] + 2) % n_trials)),
            "diverged": False,
        }
        for i in range(n_trials)
    ]


# Logistic regressions, which end near the same weights wherever they start, so that the judge can
# train them too.
CONVEX = {
    "learning_rate": ("log", 1.0, 4.0),
    "momentum": ("choice", [0.0]),
    "depth": ("choice", [0]),
    "batch_size": ("choice", [200]),
    "iterations": ("choice", [16]),
}


def any_of(space: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is expected of a configuration: the first choice, or a number in its range."""
    return {
        name: ends[0][0] if kind == "choice" else InRange(*ends)
        for name, (kind, *ends) in space.items()
    }


def any_trial(configuration: dict[str, Any], *, diverged: bool = False) -> dict[str, Any]:
    """Return what is expected of the record of a training with this configuration."""
    return {
        "configuration": configuration,
        "costs": Anything(),
        "train_accuracy": InRange(0, 1),
        "dev_accuracy": InRange(0, 1),
        "seconds": InRange(0, np.inf),
        "diverged": diverged,
    }


def blown_up(record: dict[str, Any], accuracy: float) -> dict[str, Any]:
    costs = np.full(3, np.nan, np.float32)
    return record | {"costs": costs, "dev_accuracy": accuracy, "diverged": True}

"""What pages 04 and 06 claim about luck, measured with their own split, spaces and budgets."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tests.support.claim import Claim
from utils.data import load_garments
from utils.network import train
from utils.reference.experiments import early_stopping, run_again
from utils.reference.hyperparameters import (
    Data,
    Rng,
    best_trial,
    random_search,
    sample_log_uniform,
    split_data,
    train_and_evaluate,
)

__all__ = ["LUCK"]

EXAMPLES = 19_200
SPACE = {
    "learning_rate": ("log", 1e-3, 10),
    "momentum": ("one_minus_log", 0.5, 0.99),
    "depth": ("int", 1, 3),
    "width": ("int", 8, 128),
    "batch_size": ("choice", [32, 64, 128]),
    "activation": ("choice", ["relu", "tanh"]),
    "l2": ("log", 1e-6, 1e-2),
    "decay": ("choice", [0, 1]),
    "examples": ("choice", [EXAMPLES]),
}


@cache
def page_data() -> Data:
    """Return the pages' split."""
    garments = load_garments("train")
    return split_data(garments.X, garments.Y, (0.8, 0.1, 0.1), np.random.default_rng(0))


def child(family: int, seed: int) -> Rng:
    """Return one of the children of a generator."""
    return np.random.default_rng(family).spawn(seed + 1)[seed]


@cache
def usual(seed: int, family: int = 7, **changes: Any) -> float:
    """Return the dev accuracy of the usual configuration with some settings changed."""
    configuration = {"learning_rate": 0.3, "depth": 2, "width": 32, "examples": EXAMPLES}
    record = train_and_evaluate(configuration | changes, page_data(), child(family, seed))
    return float(record["dev_accuracy"])


def alone(seed: int, name: str, *values: float) -> list[float]:
    """Return the dev accuracy for each value of one setting."""
    return [usual(seed, 8, **{name: value}) for value in values]


def gain_of_a_larger_step(seed: int) -> float:
    """Return how much less a learning rate of 0.1 costs than 0.01, after 200 updates."""
    garments = load_garments("train")
    slow, fast = (
        train(garments.X, garments.Y, rng=np.random.default_rng(seed), learning_rate=rate)
        for rate in (0.01, 0.1)
    )
    return float(np.mean(slow.costs[-20:]) - np.mean(fast.costs[-20:]))


@cache
def stopped(seed: int) -> dict[str, float]:
    """Return what early stopping does on 300 pictures."""
    data = page_data()
    few = data["train"][0][:, :300], data["train"][1][:, :300]
    settings: dict[str, Any] = {"learning_rate": 0.1, "width": 128, "batch_size": 100}
    settings |= {"iterations": 400, "watch": data["dev"]}
    whole = train(*few, rng=np.random.default_rng(seed), **settings)
    early = train(*few, rng=np.random.default_rng(seed), patience=50, **settings)
    assert whole.watched is not None
    _, lowest, updates = early_stopping(whole.watched, 50)
    return {
        "updates": updates,
        "cost": lowest,
        "kept": early.accuracy(*data["dev"]),
        "to the end": whole.accuracy(*data["dev"]),
    }


@cache
def best_of_16(seed: int) -> tuple[float, float]:
    """Return the best dev accuracy of a grid of 4 × 4 and of 16 random points."""
    rng, best = child(9, seed), []
    rates, widths = np.logspace(-3, 1, 4), np.linspace(8, 128, 4)
    grid = [(a, int(n)) for a in rates for n in widths]
    drawn = sample_log_uniform(1e-3, 10, 16, rng), rng.integers(8, 128, 16, endpoint=True)
    for plan in (grid, list(zip(*drawn, strict=True))):
        records = [
            train_and_evaluate(
                {"learning_rate": a, "width": n, "examples": EXAMPLES // 2}, page_data(), one
            )
            for (a, n), one in zip(plan, rng.spawn(16), strict=True)
        ]
        best.append(float(best_trial(records)["dev_accuracy"]))
    return best[0], best[1]


@cache
def best_of_30(seed: int) -> tuple[float, float, bool]:
    """Return the best dev accuracy of a search, its fresh mean, and whether it stayed first."""
    records = random_search(SPACE, 30, page_data(), child(10, seed), None)
    standing = [record for record in records if not record["diverged"]]
    standing.sort(key=lambda record: record["dev_accuracy"], reverse=True)
    finals = [
        run_again([record], 1, 5, page_data(), np.random.default_rng(1000 + 10 * seed + place))[0]
        for place, record in enumerate(standing[:4])
    ]
    return finals[0]["found"], finals[0]["dev_accuracy"], best_trial(finals) is finals[0]


def _on(cell: str, words: str, low: float, high: float, measure: Any, of: str = "each") -> Claim:
    """Return a claim of page 06; each takes seconds to measure."""
    return Claim("06", cell, words, low, high, measure, "seconds", of)


_LUCK = "seeds-after"
_ALONE = "alone-after"

LUCK = [
    Claim("04", "cycle-after", "the order stays", 0, 1, gain_of_a_larger_step, "seconds"),
    _on(_LUCK, "reached 0.86 on average", 0.855, 0.865, usual, "mean"),
    _on(_LUCK, "with a standard deviation of 0.03", 0.025, 0.035, usual, "deviation"),
    _on(_LUCK, "single trainings went from 0.77 to 0.90", 0.765, 0.905, usual),
    _on(
        *(_LUCK, "The baseline reached 0.86 as well", 0.855, 0.865),
        *(lambda seed: usual(seed, depth=0), "mean"),
    ),
    _on(
        *(_LUCK, "With `decay` 1 it was 0.88", 0.875, 0.885),
        *(lambda seed: usual(seed, decay=1), "mean"),
    ),
    _on(
        *(_LUCK, "the standard deviation only 0.006", 0.0055, 0.0065),
        *(lambda seed: usual(seed, decay=1), "deviation"),
    ),
    _on(
        *(_ALONE, "learning rates from 0.03 to 1 reached 0.84 to 0.86 on average", 0.835, 0.865),
        *(lambda seed: alone(seed, "learning_rate", 0.03, 0.1, 0.3, 1), "mean"),
    ),
    _on(
        *(_ALONE, "with 3 hardly anything was learned", 0.45, 0.55),
        *(lambda seed: alone(seed, "learning_rate", 3), "mean"),
    ),
    _on(
        *(_ALONE, "Depths from 0 to 4 all lay between 0.85 and 0.87", 0.845, 0.875),
        *(lambda seed: alone(seed, "depth", 0, 1, 2, 4), "mean"),
    ),
    _on(
        *(_ALONE, "A width of 2 was far behind", 0.65, 0.82),
        *(lambda seed: alone(seed, "width", 2), "mean"),
    ),
    _on(
        *(_ALONE, "by far the most uneven", 0.08, 0.25),
        *(lambda seed: alone(seed, "width", 2), "deviation"),
    ),
    _on(
        *(_ALONE, "8 and 32 units came to 0.86", 0.855, 0.865),
        *(lambda seed: alone(seed, "width", 8, 32), "mean"),
    ),
    _on(
        *(_ALONE, "and 128 to 0.88", 0.875, 0.885),
        *(lambda seed: alone(seed, "width", 128), "mean"),
    ),
    _on("grid-after", "random won 7 times", 7, 7, lambda s: np.less(*best_of_16(s)), "sum"),
    _on(
        *("grid-after", "0.868 on average for the grid", 0.8675, 0.8685),
        *(lambda seed: best_of_16(seed)[0], "mean"),
    ),
    _on(
        *("grid-after", "0.863 for random", 0.8625, 0.8635),
        *(lambda seed: best_of_16(seed)[1], "mean"),
    ),
    _on(
        *("finalists-after", "the best of 30 had 0.890 on dev", 0.8895, 0.8905),
        *(lambda seed: best_of_30(seed)[0], "mean"),
    ),
    _on(
        *("finalists-after", "fresh runs of it 0.873 on average", 0.8725, 0.8735),
        *(lambda seed: best_of_30(seed)[1], "mean"),
    ),
    _on(
        *("finalists-after", "in only 8 of the 20 did place 1 keep its place", 8, 8),
        *(lambda seed: best_of_30(seed)[2], "sum"),
    ),
    _on(
        *("early-after", "always between 150 and 190 of 400", 150, 190),
        lambda seed: stopped(seed)["updates"],
    ),
    _on(
        *("early-after", "at a dev cost of 0.36", 0.355, 0.365),
        *(lambda seed: stopped(seed)["cost"], "mean"),
    ),
    _on(
        *("early-after", "it was 0.847 where training stopped", 0.8465, 0.8475),
        *(lambda seed: stopped(seed)["kept"], "mean"),
    ),
    _on(
        *("early-after", "and 0.859 at the end", 0.8585, 0.8595),
        *(lambda seed: stopped(seed)["to the end"], "mean"),
    ),
]

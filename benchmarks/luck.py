"""Measure what page 04 says about luck, each claim over twenty repeats or more.

    python benchmarks/luck.py [seeds] [alone] [cycle] [grid] [early] [search] [halving]

It trains with the page's own spaces and budgets on the page's own split, and prints one line a
number. "New pictures" are the 4,000 of the files' own dev and test parts, which the page never
opens, so that they tell apart what is good from what was lucky. All of it takes about 30 minutes on
one core.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from utils.data import load_garments
from utils.network import train
from utils.reference.hyperparameters import (
    Data,
    Record,
    best_trial,
    random_search,
    sample_log_uniform,
    split_data,
    successive_halving,
    train_and_evaluate,
)

REPEATS = 20
EXAMPLES = 19_200
USUAL = {"learning_rate": 0.3, "depth": 2, "width": 32, "examples": EXAMPLES}
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


def page_data() -> Data:
    """Return the page's split."""
    garments = load_garments("train")
    return split_data(garments.X, garments.Y, (0.8, 0.1, 0.1), np.random.default_rng(0))


def new_pictures() -> tuple[Any, Any]:
    """Return 4,000 pictures that the page never uses."""
    parts = [load_garments("dev"), load_garments("test")]
    return np.hstack([p.X for p in parts]), np.hstack([p.Y for p in parts])


def repeated(configuration: dict[str, Any], data: Data, seed: int, n: int = REPEATS) -> Any:
    """Return the dev accuracies of n trainings of one configuration."""
    children = np.random.default_rng(seed).spawn(n)
    return np.array(
        [train_and_evaluate(configuration, data, child)["dev_accuracy"] for child in children]
    )


def told(name: str, values: Sequence[float] | Any) -> None:
    """Print mean, standard deviation, lowest and highest of values."""
    values = np.asarray(values, float)
    spread = float(np.std(values, ddof=1))
    error = spread / np.sqrt(values.size)
    print(
        f"{name}: mean {values.mean():.4f} (± {error:.4f}), sd {spread:.4f}, "
        f"from {values.min():.3f} to {values.max():.3f}",
        flush=True,
    )


def seeds(data: Data) -> None:
    """Measure the spread over seeds, and the effect of depth 0, decay and a long training."""
    for name, more in (
        ("usual", {}),
        ("depth 0", {"depth": 0}),
        ("decay 1", {"decay": 1}),
        ("l2 0.001", {"l2": 1e-3}),
        ("ten times the examples", {"examples": 10 * EXAMPLES}),
    ):
        told(name, repeated(USUAL | more, data, 7))


def alone(data: Data) -> None:
    """Measure one setting at a time."""
    tried: dict[str, list[Any]] = {
        "learning_rate": [0.003, 0.03, 0.1, 0.3, 1, 3],
        "depth": [0, 1, 2, 3, 5],
        "width": [2, 8, 32, 128],
        "batch_size": [16, 64, 256],
        "decay": [0, 0.5, 1],
        "l2": [0, 1e-4, 1e-3, 1e-2],
    }
    for name, values in tried.items():
        for value in values:
            told(f"{name} {value}", repeated(USUAL | {name: value}, data, 8))


def cycle(data: Data) -> None:
    """Measure the first demonstration: two learning rates after 200 updates."""
    garments = load_garments("train")
    for rate in (0.01, 0.1):
        networks = [
            train(garments.X, garments.Y, rng=np.random.default_rng(seed), learning_rate=rate)
            for seed in range(REPEATS)
        ]
        told(f"cost with learning rate {rate}", [np.mean(n.costs[-20:]) for n in networks])


def early(data: Data) -> None:
    """Measure what early stopping does to cost and accuracy on dev."""
    few = data["train"][0][:, :300], data["train"][1][:, :300]
    settings: dict[str, Any] = {"learning_rate": 0.1, "width": 128, "batch_size": 100}
    settings |= {"iterations": 400, "watch": data["dev"]}
    found: dict[str, list[float]] = {}
    for seed in range(REPEATS):
        whole = train(*few, rng=np.random.default_rng(seed), **settings)
        stopped = train(*few, rng=np.random.default_rng(seed), patience=50, **settings)
        assert whole.watched is not None
        assert stopped.watched is not None
        numbers = {
            "last dev cost": whole.watched[-1],
            "dev cost kept": np.min(stopped.watched),
            "updates until the stop": stopped.costs.size,
            "dev accuracy at the end": whole.accuracy(*data["dev"]),
            "dev accuracy kept": stopped.accuracy(*data["dev"]),
        }
        for name, value in numbers.items():
            found.setdefault(name, []).append(float(value))
    for name, values in found.items():
        told(name, values)


def grid(data: Data) -> None:
    """Compare a grid of 4 × 4 learning rates and widths with 16 random points."""
    rates, widths = np.logspace(-3, 1, 4), np.linspace(8, 128, 4)
    best: dict[str, list[float]] = {"grid": [], "random": []}
    for rng in np.random.default_rng(9).spawn(REPEATS):
        points = {
            "grid": [(a, int(n)) for a in rates for n in widths],
            "random": list(
                zip(
                    sample_log_uniform(1e-3, 10, 16, rng),
                    rng.integers(8, 128, 16, endpoint=True),
                    strict=True,
                )
            ),
        }
        for name, plan in points.items():
            records = [
                train_and_evaluate(
                    {"learning_rate": a, "width": n, "examples": EXAMPLES // 2}, data, child
                )
                for (a, n), child in zip(plan, rng.spawn(16), strict=True)
            ]
            best[name].append(best_trial(records)["dev_accuracy"])
    for name, values in best.items():
        told(f"best of 16, {name}", values)
    wins = np.array(best["random"]) > np.array(best["grid"])
    print(f"random won {wins.sum()} of {REPEATS}")


def search(data: Data) -> None:
    """Measure the winner's curse: the best of 30 against its own fresh runs."""
    best, again, picked, first_is_best = [], [], [], 0
    for number, rng in enumerate(np.random.default_rng(10).spawn(REPEATS)):
        records = random_search(SPACE, 30, data, rng, None)
        finalists = sorted(_finished(records), key=lambda r: -r["dev_accuracy"])[:4]
        means = [
            float(np.mean(repeated(f["configuration"], data, 1000 + 10 * number + i, 5)))
            for i, f in enumerate(finalists)
        ]
        best.append(finalists[0]["dev_accuracy"])
        again.append(means[0])
        picked.append(max(means))
        first_is_best += int(np.argmax(means) == 0)
    told("best of 30 on dev", best)
    told("the same configuration, mean of 5 fresh runs", again)
    told("drop", np.array(best) - again)
    told("best mean of the best four", picked)
    print(f"the first of four stayed first in {first_is_best} of {REPEATS}")


def _finished(records: list[Record]) -> list[Record]:
    return [record for record in records if not record["diverged"]]


def halving(data: Data) -> None:
    """Compare successive halving with random search at the cost of 16 full trials."""
    X, Y = new_pictures()
    total = 16 * EXAMPLES
    found: dict[str, list[float]] = {}
    for number, rng in enumerate(np.random.default_rng(11).spawn(REPEATS)):
        winners = {"random 16": best_trial(random_search(SPACE, 16, data, rng, None))}
        for n in (8, 16, 32):
            rounds = successive_halving(
                SPACE, n, total // (n * (1 + n.bit_length() - 1)), data, rng
            )
            winners[f"halving {n}"] = rounds[-1][0]
        for name, record in winners.items():
            long = record["configuration"] | {"examples": 5 * EXAMPLES}
            children = np.random.default_rng(500 + number).spawn(3)
            right = [train(*data["train"], rng=c, **long).accuracy(X, Y) for c in children]
            found.setdefault(name, []).append(float(np.mean(right)))
        if number % 5 == 4:
            for name, values in found.items():
                told(f"after {number + 1} repeats, new pictures, {name}", values)
    for name in list(found)[1:]:
        told(f"{name} minus random", np.array(found[name]) - found["random 16"])


if __name__ == "__main__":
    parts = {
        "seeds": seeds,
        "alone": alone,
        "cycle": cycle,
        "grid": grid,
        "early": early,
        "search": search,
        "halving": halving,
    }
    for chosen in sys.argv[1:] or parts:
        print(f"# {chosen}", flush=True)
        parts[chosen](page_data())

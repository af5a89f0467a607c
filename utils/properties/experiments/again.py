"""Properties of fresh runs: means of their own, other luck in each, and the test part closed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from utils.checker.cases import Case, Seed
from utils.checker.compare import Finding
from utils.checker.property import Call
from utils.properties.trials import TOUCHED, alike, is_of_training, mixed_up, points

__all__ = [
    "any_divergence_counts",
    "fresh_runs",
    "means_of_runs",
    "parts_of_fresh_runs",
    "test_part_of_fresh_runs",
    "trained_again",
]


def _case(
    trials: Sequence[tuple[dict[str, Any], float]], n_best: int, seed: int, poisoned: str = ""
) -> Case:
    """Return the case of a search's configurations with their dev accuracies, run three times."""
    records = [
        {
            "configuration": configuration,
            "costs": np.array([0.69, 0.4], np.float32),
            "train_accuracy": 0.9,
            "dev_accuracy": accuracy,
            "seconds": 0.01,
            "diverged": False,
        }
        for configuration, accuracy in trials
    ]
    arguments = {"records": records, "n_best": n_best, "n_seeds": 3, "data": points(poisoned)}
    return Case(arguments | {"rng": Seed(seed)})


@cache  # one object for each, so that the properties share its runs
def _again(poisoned: str = "", seed: int = 6) -> Case:
    """Return the case of three trials of a search, of which two are run again."""
    layers = {"width": 4, "depth": 1, "batch_size": 20, "iterations": 4}
    found = ((0.1, 0.7), (0.2, 0.9), (0.4, 0.8))
    trials = [({"learning_rate": rate} | layers, accuracy) for rate, accuracy in found]
    return _case(trials, 2, seed, poisoned)


def means_of_runs(call: Call, params: Any) -> Finding | None:
    """Check that dev_accuracy is the mean of the runs, and of nothing else."""
    for finals in call.results():
        for final in finals if isinstance(finals, list | tuple) else ():
            mean = np.mean([run["dev_accuracy"] for run in final["runs"]])
            if not abs(final["dev_accuracy"] - mean) < 1e-7:
                return Finding(
                    "property",
                    f"dev_accuracy is {final['dev_accuracy']:.4f}, where the mean of its runs is "
                    f"{mean:.4f}.",
                )
    return None


def any_divergence_counts(call: Call, params: Any) -> Finding | None:
    """Check that a final says so if any of its runs diverged.

    With this learning rate, about six runs in ten diverge. The last of three did, or none, in all
    12 finals once in 500 times.
    """
    steep = {"learning_rate": 30.0, "momentum": 0.0, "width": 3, "depth": 2, "iterations": 6}
    for finals in call.all([_case([(steep, 0.8)], 1, seed) for seed in range(12)]):
        for final in finals:
            lost = sum(bool(run["diverged"]) for run in final["runs"])
            if bool(final["diverged"]) != (lost > 0):
                return Finding(
                    "property",
                    f'Of {len(final["runs"])} runs {lost} diverged, and "diverged" of their final '
                    f"is {final['diverged']}: True if any of them did.",
                )
    return None


def fresh_runs(call: Call, params: Any) -> Finding | None:
    """Check that the runs of a configuration start untrained, and each with luck from rng."""
    finals, others = call.all([_again(), _again(seed=7)])
    if any(alike(one["runs"], other["runs"]) for one, other in zip(finals, others, strict=True)):
        return Finding(
            "property", "Generators of different seeds gave the same runs: let rng make the seeds."
        )
    for final in finals:
        costs = [np.asarray(run["costs"], float) for run in final["runs"]]
        # A fresh network costs 0.69, give or take 0.03, on these small inputs.
        if any(abs(cost[0] - 0.69) > 0.1 for cost in costs):
            return Finding("property", "A run does not start from fresh parameters.")
        if any(np.array_equal(one, other) for one, other in combinations(costs, 2)):
            return Finding(
                "property",
                "Two runs of a configuration used the very same random numbers: they show no luck.",
            )
    return None


def trained_again(call: Call, params: Any) -> Finding | None:
    """Check, on the logistic regressions among the cases, that runs come from training."""
    for finals, case in zip(call.results(), call.cases(), strict=True):
        for final in finals:
            convex = final["configuration"].get("depth") == 0
            if convex and not all(is_of_training(run, case.args["data"]) for run in final["runs"]):
                return Finding(
                    "property",
                    "The same training gives another last cost or other accuracies than a run "
                    "holds: each is to be made by train_and_evaluate.",
                )
    return None


def parts_of_fresh_runs(call: Call, params: Any) -> Finding | None:
    """Check that other labels in the dev part change the dev accuracies, but not the costs."""
    one, other = (
        [run for final in finals for run in final["runs"]]
        for finals in call.all([_again(), _again("dev")])
    )
    return mixed_up(one, other)


def test_part_of_fresh_runs(call: Call, params: Any) -> Finding | None:
    """Check that nothing depends on the test part."""
    one, other = call.all([_again(poisoned) for poisoned in ("", "test")])
    same = all(alike(a["runs"], b["runs"]) for a, b in zip(one, other, strict=True))
    return None if same else TOUCHED

"""Properties of the next space: half as wide around the best trial, whatever the others."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.checker.compare import Finding
from utils.checker.property import Call

__all__ = ["best_alone_counts", "gap_halved", "log_halved"]


def log_halved(call: Call, params: Any) -> Finding | None:
    """Check that a "log" range becomes half as wide around the best value, on the log scale."""
    return _halved(call, ("log", 1e-3, 10.0), 0.3, np.log)


def gap_halved(call: Call, params: Any) -> Finding | None:
    """Check that a "one_minus_log" range becomes half as wide on the scale of log(1 - value)."""
    return _halved(call, ("one_minus_log", 0.9, 0.999), 0.97, lambda x: -np.log(1 - x))


def _halved(
    call: Call, range_: tuple[str, float, float], best: float, scale: Any
) -> Finding | None:
    kind, low, high = range_
    new = call(Case({"space": {"it": range_}, "records": [_trial(0.9, it=best)]}))["it"]
    first, last = scale(new[1]), scale(new[2])
    share = (last - first) / (scale(high) - scale(low))
    if abs(share - 1) < 1e-6:
        return Finding("property", f'A "{kind}" range is as wide as before, on its own scale.')
    if not abs(share - 0.5) < 1e-6:
        return Finding(
            "property",
            f'On its own scale, a "{kind}" range has {share:.2g} of its old width now, not half.',
        )
    if not abs((first + last) / 2 - scale(best)) < 1e-6:
        return Finding(
            "property",
            f'On its own scale, the best value is not in the middle of the new "{kind}" range.',
        )
    return None


def best_alone_counts(call: Call, params: Any) -> Finding | None:
    """Check that neither the other trials nor their order change the new space."""
    space = {"rate": ("log", 1e-3, 1.0), "depth": ("int", 1, 9), "name": ("choice", ["a", "b"])}
    best = _trial(0.9, rate=0.2, depth=6, name="b")
    others = [
        _trial(0.5, rate=0.01, depth=2, name="a"),
        _trial(0.8, rate=0.5, depth=8, name="a"),
        _trial(0.99, diverged=True, rate=0.002, depth=3, name="a"),
    ]
    orders = [[best], *([*others[:at], best, *others[at:]] for at in range(len(others) + 1))]
    alone, *more = call.all([Case({"space": space, "records": records}) for records in orders])
    if any(one != alone for one in more):
        return Finding("property", "The new space changes with trials that are not the best.")
    return None


def _trial(dev_accuracy: float, diverged: bool = False, **configuration: Any) -> dict[str, Any]:
    return {
        "configuration": configuration,
        "costs": np.array([0.7, 0.6], np.float32),
        "train_accuracy": 1.7 - dev_accuracy,
        "dev_accuracy": dev_accuracy,
        "seconds": 0.1,
        "diverged": diverged,
    }

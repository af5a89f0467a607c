"""Properties of a split: every example in one part, with its own label, at random."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case, Seed
from utils.checker.compare import Finding
from utils.checker.property import Call
from utils.properties.common import Array, correlated, uniform_p_value
from utils.properties.hyperparameters.draws import DEVIATIONS, RARE

__all__ = ["every_example_once", "own_labels", "shuffled"]

_M = 1009
_NUMBER = np.arange(float(_M))
_X = np.vstack([_NUMBER, -_NUMBER, _NUMBER % 7])
_Y = (_NUMBER % 2 == 0).astype(float).reshape(1, _M)


def _divided(call: Call, *seeds: int) -> list[dict[str, tuple[Array, Array, Array]]]:
    """Split the test data once for each seed.

    Returns, for each seed and part, X, Y, and the indices of the part's examples: row 0 of X holds
    each example's index.
    """
    args = {"X": _X, "Y": _Y, "fractions": (0.6, 0.3, 0.1)}
    return [
        {part: (X, Y, np.clip(X[0], 0, _M - 1).astype(int)) for part, (X, Y) in split.items()}
        for split in call.all([Case(args | {"rng": Seed(seed)}) for seed in seeds])
    ]


def every_example_once(call: Call, params: Any) -> Finding | None:
    """Check that every column of X is in exactly one part."""
    [data] = _divided(call, 1)
    met = dict.fromkeys(range(_M), "")
    for part, (X, _, chosen) in data.items():
        if not np.array_equal(X, _X[:, chosen]):
            return Finding("property", f"A column of X in {part} is none of the examples' columns.")
        for i in chosen:
            if met[int(i)]:
                twice = "twice" if met[int(i)] == part else f"in {met[int(i)]} too"
                return Finding("property", f"An example in {part} is there {twice}.")
            met[int(i)] = part
    left = sum(not part for part in met.values())
    return Finding("property", f"{left} of {_M} examples are in no part.") if left else None


def own_labels(call: Call, params: Any) -> Finding | None:
    """Check that every column of X keeps its own label."""
    [data] = _divided(call, 1)
    for part, (_, Y, chosen) in data.items():
        if not np.array_equal(Y, _Y[:, chosen]):
            return Finding("property", f"In {part}, an example has another example's label.")
    return None


def shuffled(call: Call, params: Any) -> Finding | None:
    """Check that each part is chosen at random, and differently for another seed."""
    data, other = _divided(call, 1, 2)
    for part, (X, _, chosen) in data.items():
        if uniform_p_value((X[0] + 0.5) / _M) < RARE:
            return Finding(
                "property",
                f"The examples in {part} are not a random choice: shuffle before you cut.",
            )
        if np.array_equal(np.sort(chosen), np.sort(other[part][2])):
            return Finding(
                "property", "Generators of different seeds gave the same parts: draw from rng."
            )
    place = np.zeros(_M)
    place[data["train"][2]] = 1
    if correlated(place[:-1], place[1:], DEVIATIONS):
        return Finding("property", "Neighbors stay together: put all examples into a random order.")
    return None

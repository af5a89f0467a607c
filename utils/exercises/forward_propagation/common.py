"""Notebook 01: arrays that its cases are made of.

Sizes are distinct primes for the most part, so that no two axes can be mistaken for one another.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case

Rng = np.random.Generator


def rounded(rng: Rng, *shape: int) -> Any:
    """Return numbers of both signs that are easy to read, none of them zero."""
    return rng.choice([-1.0, 1.0], shape) * rng.integers(1, 30, shape) / 10


def normal(rng: Rng, *shape: int) -> Any:
    return rng.normal(0, 1, shape)


def activation_cases(rng: Rng) -> list[Case]:
    wide = normal(rng, 3, 7) * 5
    large = np.array([[-1000.0, -40.0, -0.5, 0.0, 0.5, 40.0, 1000.0]])
    return [
        Case({"Z": rounded(rng, 2, 3)}),
        Case({"Z": large}, "very large |Z|, and 0", earns="edge cases"),
        Case({"Z": 5 * np.abs(rounded(rng, 3, 2))}, "positive entries only"),
        Case({"Z": -np.abs(rounded(rng, 2, 2))}, "negative entries only"),
        Case({"Z": rounded(rng, 5, 1)}, "a single example (m = 1)", earns="edge cases"),
        Case({"Z": rounded(rng, 2, 3, 2)}, "an array with three axes", earns="edge cases"),
        Case({"Z": wide.astype(np.float32)}, "float32 entries", earns="edge cases"),
        Case(
            {"Z": wide},
            "an array that is not contiguous in memory",
            layout="strided",
            earns="edge cases",
        ),
        Case(
            {"Z": wide},
            "an array that must not be written to",
            layout="readonly",
            earns="inputs left alone",
        ),
    ]


def layer_arrays(rng: Rng, n: int, n_prev: int, m: int, readable: bool = False) -> dict[str, Any]:
    draw = rounded if readable else normal
    return {"A_prev": draw(rng, n_prev, m), "W": draw(rng, n, n_prev), "b": draw(rng, n, 1)}

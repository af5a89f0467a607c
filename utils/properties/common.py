"""What the properties of several notebooks use: digests of answers, and tests of randomness."""

from __future__ import annotations

import math
from hashlib import sha256
from typing import Any

import numpy as np

__all__ = [
    "ROUNDING",
    "Array",
    "above_chance",
    "correlated",
    "digest",
    "distinct",
    "uniform_p_value",
]

Array = np.ndarray[Any, Any]

ROUNDING = 1e-7  # relative, and far above the effect of the order of a sum


def digest(exercise: str, item: object, answer: object) -> str:
    """Return the hash that an answer key holds in place of an answer."""
    return sha256(f"{exercise}/{item}/{answer}".encode()).hexdigest()


def above_chance(right: int, guessed: float, count: int) -> float:
    """Return the share earned by `right` answers of `count`, where guessing gives `guessed`."""
    return max(0.0, (right - guessed) / (count - guessed))


def distinct(one: float, other: float) -> tuple[str, str]:
    """Return two numbers as text, with four digits, or with as many more as tell them apart."""
    for digits in range(4, 17):
        texts = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def correlated(one: Array, other: Array, deviations: float) -> bool:
    """Return whether two rows of numbers correlate by more than this many standard deviations.

    Rows of fewer than two numbers do not.
    """
    if len(one) < 2:
        return False
    return bool(abs(np.corrcoef(one, other)[0, 1]) > deviations / np.sqrt(len(one)))


def uniform_p_value(u: Array) -> float:
    """Return the Kolmogorov-Smirnov p-value against the uniform distribution on [0, 1].

    It is the limit for many numbers, summed here: of all SciPy this is what checks would need, and
    a web site's page would wait for 20 MB of it.
    """
    if not np.all(np.isfinite(u)):  # a nan would pass every bound
        return 0.0
    n = u.size
    u = np.sort(u)
    distance = max(np.max(np.arange(1, n + 1) / n - u), np.max(u - np.arange(n) / n))
    # The distance is at least 1 / 2n, so the first term that is left out is below exp(-50).
    # Python's own exp underflows in silence, also where a page told NumPy to raise or replaced its.
    terms = range(1, int(10 * math.sqrt(n)) + 1)
    series = sum((-1.0) ** (k - 1) * math.exp(-2 * n * (k * distance) ** 2) for k in terms)
    return float(min(max(2 * series, 0.0), 1.0))

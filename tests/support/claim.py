"""What a claim of a page is, and what its words are about: each seed, or all of them together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Claim"]

_OF: dict[str, Callable[[Any], Any]] = {
    "each": np.ravel,
    "mean": lambda values: np.mean(values, axis=0),
    "deviation": lambda values: np.std(values, axis=0, ddof=1),
    "sum": lambda values: np.sum(values, axis=0),
}


@dataclass(frozen=True)
class Claim:
    """A claim of a page.

    Attributes
    ----------
    page, cell : str
        The page's number and the cell's id.
    words : str
        The claim as the cell has it.
    low, high : float
        Between which numbers the words hold.
    measure : callable
        Takes a seed and returns the number; or several numbers, to which the words apply alike.
    costs : str
        "" for less than a second; else "seconds", or "calm" where it needs a calm machine.
    of : str
        What the words are about: "each" seed, or the "mean", the "deviation" or the "sum" of all.
    """

    page: str
    cell: str
    words: str
    low: float
    high: float
    measure: Callable[[int], Any]
    costs: str = ""
    of: str = "each"

    def numbers(self, values: Sequence[Any]) -> list[float]:
        """Return the numbers that the words are about, from what each seed gave."""
        return [float(one) for one in np.ravel(_OF[self.of](np.asarray(values, float)))]

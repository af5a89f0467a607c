"""A correct accuracy function and wrong versions of it, for an exercise in writing tests.

    accuracy(AL, Y)     # the right one
    SUSPECTS[0](AL, Y)  # a wrong one, called version 1

None of these functions is itself an exercise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SUSPECTS", "accuracy"]

Array = NDArray[Any]


def accuracy(AL: Array, Y: Array) -> float:
    """Return the share of the examples whose predicted class is right.

    A prediction above 0.5 means class 1, any other class 0.

    Parameters
    ----------
    AL : array (1, m)
        Predictions from 0 to 1, m at least 1.
    Y : array (1, m)
        Labels, each 0 or 1.

    Raises
    ------
    ValueError
        If an input is not of this kind.

    Examples
    --------
    >>> accuracy(np.array([[0.9, 0.2, 0.6, 0.1]]), np.array([[1, 0, 0, 0]]))
    0.75
    """
    if not isinstance(AL, np.ndarray) or not isinstance(Y, np.ndarray):
        raise ValueError("AL and Y must be NumPy arrays")
    if AL.shape != Y.shape or AL.ndim != 2 or AL.shape[0] != 1:
        raise ValueError(f"AL and Y must both be (1, m), not {AL.shape} and {Y.shape}")
    if AL.shape[1] == 0:
        raise ValueError("there must be at least one example")
    if AL.dtype.kind not in "fiub" or Y.dtype.kind not in "fiub":
        raise ValueError("AL and Y must hold numbers")
    if not np.all((AL >= 0) & (AL <= 1)):
        raise ValueError("predictions must be numbers from 0 to 1")
    if not np.all((Y == 0) | (Y == 1)):
        raise ValueError("labels must be 0 or 1")
    return float(np.mean((AL > 0.5) == (Y == 1)))


def _undecided(AL: Array, Y: Array) -> float:
    return float(np.mean((AL >= 0.5) == (Y == 1)))


def _counted(AL: Array, Y: Array) -> float:
    return float(np.sum((AL > 0.5) == (Y == 1)) / Y.shape[0])


def _one_class(AL: Array, Y: Array) -> float:
    ones = Y == 1
    return float(np.sum((AL > 0.5) & ones) / max(np.sum(ones), 1))


def _confidence(AL: Array, Y: Array) -> float:
    return float(np.mean(Y * AL + (1 - Y) * (1 - AL)))


def _first_label(AL: Array, Y: Array) -> float:
    return float(np.mean((AL > 0.5) == (Y[0, 0] == 1)))


def _cancelled(AL: Array, Y: Array) -> float:
    return float(1 - abs(np.mean(AL > 0.5) - np.mean(Y)))


def _last_left_out(AL: Array, Y: Array) -> float:
    kept = max(Y.shape[1] - 1, 1)
    return float(np.mean((AL[:, :kept] > 0.5) == (Y[:, :kept] == 1)))


SUSPECTS: tuple[Callable[[Array, Array], float], ...] = (
    _counted,
    _undecided,
    _one_class,
    _confidence,
    _first_label,
    _cancelled,
    _last_left_out,
)

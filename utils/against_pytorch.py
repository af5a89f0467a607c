"""A small problem that page 07 solves twice, and the numbers that PyTorch gave for it.

    X, Y, parameters = problem()
    differences(grads, updated)      # how far they are from PyTorch's, a line for each array

The numbers are in `utils/pytorch_numbers.py`, made by running the page's own PyTorch cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from utils.data import load_ten_garments
from utils.pytorch_numbers import GRADIENTS, UPDATED, VERSION

__all__ = ["LEARNING_RATE", "UPDATES", "VERSION", "differences", "problem"]

Array = NDArray[np.float64]

LEARNING_RATE, UPDATES = 0.5, 3
SIZES = (4, 3, 10)


def problem() -> tuple[Array, Array, dict[str, Array]]:
    """Return X (4, 20), Y (10, 20) and the first parameters of a network with sizes 4, 3 and 10.

    X has the mean brightness of the four quarters of 20 pictures. The parameters come from a
    formula, not from a generator, so that they are the same everywhere.
    """
    garments = load_ten_garments("dev")
    quarters = garments.X[:, :20].astype(np.float64).reshape(2, 14, 2, 14, 20).mean(axis=(1, 3))
    parameters = {}
    for layer, (n_prev, n) in enumerate(pairwise(SIZES), 1):
        parameters[f"W{layer}"] = np.sin(1 + np.arange(n * n_prev)).reshape(n, n_prev)
        parameters[f"b{layer}"] = np.full((n, 1), 0.1)
    return quarters.reshape(4, 20), garments.Y[:, :20].astype(np.float64), parameters


def differences(grads: Mapping[str, Any], updated: Mapping[str, Any]) -> str:
    """Return a line for each array: how far it is from PyTorch's, at most.

    Parameters
    ----------
    grads : dict
        With "dW1", "db1", "dW2" and "db2" before the first update.
    updated : dict
        "W1", "b1", "W2" and "b2" after three updates.

    Raises
    ------
    ValueError
        If an array is missing, or has another shape than PyTorch's.
    """
    lines, far = [f"{'':12}largest difference from PyTorch {VERSION}"], 0.0
    for found, stored, note in ((grads, GRADIENTS, ""), (updated, UPDATED, f", {UPDATES} updates")):
        for name, theirs in stored.items():
            expected = np.array(theirs)
            got = np.asarray(found.get(name, np.nan), dtype=float)
            if got.shape != expected.shape:
                raise ValueError(
                    f"{name} has shape {got.shape}, where PyTorch has {expected.shape}."
                    if name in found
                    else f"There is no {name} to compare."
                )
            apart = float(np.max(np.abs(got - expected)))
            far = max(far, apart) if apart == apart else float("inf")
            lines.append(f"{name + note:16}{apart:.1e}")
    lines.append("They agree to 1e-6." if far <= 1e-6 else "They do not agree to 1e-6.")
    return "\n".join(lines)

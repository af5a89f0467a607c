"""Laws of notebook 01: how fresh weights are distributed; examples stand in columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from utils.cases import Case, Returned, Seed
from utils.comparing import Finding, same
from utils.laws.law import Ask, Law

__all__ = ["LAWS"]


def he_initialization(ask: Ask, secret: Any) -> Finding | None:
    """Weights must be normal with mean 0 and standard deviation sqrt(2 / n[l-1]).

    `ask` calls the student's function on a case and gives its result. The sizes below give
    8,000 weights and more in each layer, the last one too: a sample standard deviation is
    then within 5 % of the true one but for one time in 10**9, and the nearest usual mistake,
    sqrt(1 / n[l-1]), is 29 % away. The Kolmogorov-Smirnov test rejects a right normal
    sample once in 10**9.
    """
    dims = [101, 149, 71, 113]
    one = ask(Case({"layer_dims": dims, "rng": Seed(1)}))
    again = ask(Case({"layer_dims": dims, "rng": Seed(1)}))
    other = ask(Case({"layer_dims": dims, "rng": Seed(2)}))
    if not same(Returned(one), Returned(again)):
        return Finding(
            "law",
            "Two calls with generators of the same seed gave different weights: "
            "draw every number from rng.",
        )
    if same(Returned(one), Returned(other)):
        return Finding("law", "Generators of different seeds gave the same weights: draw from rng.")
    for l in range(1, len(dims)):
        W = one[f"W{l}"]
        due = (dims[l], dims[l - 1])
        if np.shape(W) != due or not np.all(np.isfinite(W)):  # nan would pass every test below
            return Finding("law", f"W{l} should hold finite numbers in the shape {due}.")
        wanted, spread = np.sqrt(2 / dims[l - 1]), np.std(W)
        if np.ptp(W) == 0:
            return Finding("law", f"All entries of W{l} are equal.")
        if abs(spread / wanted - 1) > 0.05:
            return Finding(
                "law",
                f"The entries of W{l} have standard deviation {spread:.3g}, "
                f"expected √(2/{dims[l - 1]}) = {wanted:.3g}.",
            )
        if abs(np.mean(W)) > 6.5 * spread / np.sqrt(W.size):
            return Finding(
                "law", f"The entries of W{l} average {np.mean(W):.3g}, expected about 0."
            )
        if _normal_p_value(W.ravel() / wanted) < 1e-9:
            return Finding("law", f"The entries of W{l} have the right spread but are not normal.")
    return None


def examples_in_columns(ask: Ask, secret: Any) -> Finding | None:
    """Examples in another order must give the columns of Z in that order, else unchanged."""
    rng = np.random.default_rng(3)
    A_prev, W, b = rng.normal(0, 1, (3, 7)), rng.normal(0, 1, (4, 3)), rng.normal(0, 1, (4, 1))
    order = np.roll(np.arange(7), 3)
    Z, _ = ask(Case({"A_prev": A_prev, "W": W, "b": b}))
    moved, _ = ask(Case({"A_prev": A_prev[:, order], "W": W, "b": b}))
    if np.allclose(moved, Z[:, order], rtol=1e-7, atol=1e-9):
        return None
    return Finding(
        "law",
        "With the columns of A_prev in another order, Z should have the same columns in that "
        "order. Here other numbers come: one example has a say in another's column.",
    )


def _normal_p_value(sample: np.ndarray[Any, Any]) -> float:
    """Kolmogorov-Smirnov test against the standard normal, for samples of thousands.

    By hand from scipy.special, because importing scipy.stats takes a second, which every
    learner and every graded notebook would wait for.
    """
    n = sample.size
    cdf = special.ndtr(np.sort(sample))
    distance = max(np.max(np.arange(1, n + 1) / n - cdf), np.max(cdf - np.arange(n) / n))
    return float(special.kolmogorov(np.sqrt(n) * distance))


LAWS: dict[str, Law] = {
    "he_initialization": he_initialization,
    "examples_in_columns": examples_in_columns,
}

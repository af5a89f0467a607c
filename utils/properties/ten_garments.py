"""Properties for notebook 07: what a softmax does not notice, and what counts add up to."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.checker.cases import Case
from utils.checker.compare import Finding
from utils.checker.property import Call, Property
from utils.properties.common import ROUNDING, distinct

__all__ = ["PROPERTIES"]


def softmax_shifted(call: Call, params: Any) -> Finding | None:
    """Check that a number added to a whole column of Z changes nothing."""
    Z = np.random.default_rng(1).normal(0, 1, (4, 3))
    A, moved = call.all([Case({"Z": Z}), Case({"Z": Z + np.array([[3.0, -50.0, 700.0]])})])
    if np.allclose(A, moved, rtol=ROUNDING, atol=ROUNDING):
        return None
    furthest = np.argmax(np.abs(moved - A))  # a nan counts as furthest
    before, after = distinct(A.flat[furthest], moved.flat[furthest])
    return Finding(
        "property",
        "With one and the same number added to all of a column of Z, A should stay as it is. "
        f"Here {before} becomes {after}.",
    )


def counts_add_up(call: Call, params: Any) -> Finding | None:
    """Check that row i adds up to the number of examples of class i."""
    rng = np.random.default_rng(2)
    Y = np.eye(4)[:, [0, 0, 0, 1, 1, 3, 3, 3, 3]]
    AL = rng.dirichlet(np.ones(4), 9).T
    [counts] = call.all([Case({"AL": AL, "Y": Y})])
    if np.array_equal(counts.sum(axis=1), Y.sum(axis=1)):
        return None
    return Finding(
        "property",
        "Each row should add up to the number of examples of its class: "
        f"here {Y.sum(axis=1).astype(int).tolist()}, and the rows of counts add up to "
        f"{counts.sum(axis=1).tolist()}.",
    )


PROPERTIES: dict[str, Property] = {
    "softmax_shifted": softmax_shifted,
    "counts_add_up": counts_add_up,
}

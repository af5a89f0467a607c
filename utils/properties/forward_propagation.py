"""Properties for notebook 01: activations, fresh weights, layers and the cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np

from utils.checker.cases import Case, Returned, Seed
from utils.checker.compare import Finding
from utils.checker.property import Call, Property
from utils.checker.same import same
from utils.properties.common import ROUNDING, Array, correlated, distinct, uniform_p_value

__all__ = ["PROPERTIES"]


# --- activations ---------------------------------------------------------------------------------


def sigmoid_mirrored(call: Call, params: Any) -> Finding | None:
    """Check that the values at z and −z lie between 0 and 1, and add up to 1."""
    sizes = (0.4, 1.3, 2.9)
    for z, values in zip(sizes, call.all(_both_signs(sizes)), strict=True):
        a, b = map(float, np.ravel(values))
        observed = f"At z = {z} and z = {-z} it gives {a:.7g} and {b:.7g}"
        if not (0 < a < 1 and 0 < b < 1):
            return Finding("property", f"{observed}: every value should lie between 0 and 1.")
        if abs(a + b - 1) > ROUNDING:
            return Finding("property", f"{observed}: together they should make 1.")
        if a < b:
            return Finding("property", f"{observed}: the larger z should have the larger value.")
    return None


def relu_one_sided(call: Call, params: Any) -> Finding | None:
    """Check that of the values at z and −z, one is |z| and the other 0."""
    sizes = (0.4, 1.3, 12.9)
    for z, values in zip(sizes, call.all(_both_signs(sizes)), strict=True):
        a, b = map(float, np.ravel(values))
        if abs(b) > ROUNDING or abs(a - z) > ROUNDING * z:
            return Finding(
                "property",
                f"At z = {z} and z = {-z} it gives {a:.4g} and {b:.4g}: "
                "one of them should get through as it is, and the other be stopped.",
            )
    return None


def _both_signs(sizes: Sequence[float]) -> list[Case]:
    """Return, for each z, a case that holds z and −z."""
    return [Case({"Z": np.array([[z, -z]])}) for z in sizes]


# --- fresh weights -------------------------------------------------------------------------------

# Every layer has at least 8,000 weights, so that a sample standard deviation is within 5 % of the
# true one except one time in 10**9. The nearest usual mistake, √(1/n[l-1]), is 29 % away. The few
# inputs of the second network distinguish n[l-1] + 1 from n[l-1] as well.
SIZES = ([101, 149, 71, 113], [3, 4001])
FEW = [7, 5, 3, 4]  # few weights suffice to compare two calls


def drawn_from_rng(call: Call, params: Any) -> Finding | None:
    """Check that every weight is a normal number of its own from rng, with mean 0.

    A single test rejects right work less than once in 10**9 checks.
    """
    drawn = [(FEW, 1), (FEW, 1), (FEW, 2), *((dims, 1) for dims in SIZES)]
    one, again, other, *large = call.all(
        [Case({"layer_dims": dims, "rng": Seed(seed)}) for dims, seed in drawn]
    )
    if not same(Returned(one), Returned(again)):
        return Finding(
            "property",
            "Two calls with generators of the same seed gave different weights: "
            "draw every number from rng.",
        )
    if same(Returned(one), Returned(other)):
        return Finding(
            "property", "Generators of different seeds gave the same weights: draw from rng."
        )
    for dims, parameters in zip(SIZES, large, strict=True):
        weights = [parameters[f"W{l}"] for l in range(1, len(dims))]
        for l, W in enumerate(weights, 1):
            shape = (dims[l], dims[l - 1])
            if np.shape(W) != shape or not np.all(np.isfinite(W)):  # nan passes every test below
                return Finding("property", f"W{l} should hold finite numbers in the shape {shape}.")
            finding = _normal_numbers(f"W{l}", W)
            if finding is not None:
                return finding
        for l, (W, V) in enumerate(pairwise(weights), 1):
            if _hang_together(W, V):
                return Finding(
                    "property",
                    f"W{l} and W{l + 1} hang together, entry by entry: is each drawn anew, "
                    "and left in the order in which it was drawn?",
                )
    return None


def _normal_numbers(name: str, W: Array) -> Finding | None:
    spread = np.std(W)
    if np.ptp(W) == 0:
        return Finding("property", f"All entries of {name} are equal.")
    if np.unique(W).size < 0.9 * W.size:  # drawn in float32, a few are the same by chance
        return Finding(
            "property", f"Many entries of {name} are the same: each needs its own number."
        )
    if abs(np.mean(W)) > 6.5 * spread / np.sqrt(W.size):
        return Finding(
            "property", f"The entries of {name} average {np.mean(W):.3g}, expected about 0."
        )
    # Divided by its own spread, a sample fits a little better than divided by the true one.
    normal = NormalDist(sigma=float(spread))
    if uniform_p_value(np.array([normal.cdf(w) for w in W.flat])) < 1e-9:
        return Finding("property", f"The entries of {name} are random, but not normal.")
    return None


def _hang_together(W: Array, V: Array) -> bool:
    """Return whether two matrices begin with correlated numbers, read by rows or by columns."""
    n = min(W.size, V.size)
    return any(
        correlated(W.ravel(order)[:n], V.ravel(order)[:n], deviations=6.5) for order in ("C", "F")
    )


def he_scale(call: Call, params: Any) -> Finding | None:
    """Check that the standard deviation of W[l] is sqrt(2 / n[l-1])."""
    drawn = call.all([Case({"layer_dims": dims, "rng": Seed(1)}) for dims in SIZES])
    for dims, parameters in zip(SIZES, drawn, strict=True):
        for l in range(1, len(dims)):
            wanted, spread = np.sqrt(2 / dims[l - 1]), np.std(parameters[f"W{l}"])
            if not abs(spread / wanted - 1) <= 0.05:  # nan fails too
                return Finding(
                    "property",
                    f"The entries of W{l} have standard deviation {spread:.3g}, "
                    f"expected √(2/{dims[l - 1]}) = {wanted:.3g}.",
                )
    return None


# --- layers --------------------------------------------------------------------------------------


def bias_by_row(call: Call, params: Any) -> Finding | None:
    """Check that a bias larger by 1 makes its row of Z larger by 1, and no other row."""
    rng = np.random.default_rng(4)
    layer = {"A_prev": rng.normal(0, 1, (3, 4)), "W": rng.normal(0, 1, (2, 3))}
    b, step = rng.normal(0, 1, (2, 1)), np.array([[0.0], [1.0]])
    (Z, _), (raised, _) = call.all([Case({**layer, "b": bias}) for bias in (b, b + step)])
    if np.allclose(raised - Z, step, rtol=0, atol=ROUNDING):
        return None
    return Finding(
        "property",
        "With the bias of the second unit 1 larger, the second row of Z should be 1 larger, and "
        "the first row the same. Here it is not so.",
    )


def _in_columns(name: str, result: str, rest: Mapping[str, Any]) -> Property:
    """Return the property that each column of the result depends on its own example alone.

    Examples in another order, some of them twice, must give the same columns in that order.
    """

    def check(call: Call, params: Any) -> Finding | None:
        A = np.random.default_rng(3).normal(0, 1, (3, 7))
        order = [3, 4, 5, 6, 0, 1, 2, 2, 5]
        (one, _), (moved, _) = call.all([Case({name: X, **rest}) for X in (A, A[:, order])])
        if np.allclose(moved, one[:, order], rtol=ROUNDING, atol=ROUNDING):
            return None
        return Finding(
            "property",
            f"With the columns of {name} in another order, {result} should have the same columns "
            "in that order. Here other numbers come: one example has a say in another's column.",
        )

    return check


def _layer(seed: int, n: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    return {"W": rng.normal(0, 1, (n, 3)), "b": rng.normal(0, 1, (n, 1))}


def layer_ranges(call: Call, params: Any) -> Finding | None:
    """Check that no ReLU output is negative, and that sigmoid outputs lie between 0 and 1."""
    A_prev = np.random.default_rng(5).normal(0, 1, (3, 11))
    activations = ("relu", "sigmoid")
    layer = {"A_prev": A_prev, **_layer(5, 4)}
    results = call.all([Case({**layer, "activation": one}) for one in activations])
    for activation, (A, _) in zip(activations, results, strict=True):
        if activation == "relu" and np.min(A) < 0:
            return Finding("property", 'With "relu", A has negative entries; no ReLU gives any.')
        if activation == "sigmoid" and not (np.min(A) > 0 and np.max(A) < 1):
            return Finding(
                "property",
                f'With "sigmoid", the entries of A go from {np.min(A):.3g} to {np.max(A):.3g}, '
                "where a sigmoid gives what lies between 0 and 1.",
            )
    return None


_NETWORK = {f"{key}{l}": value for l in (1, 2, 3) for key, value in _layer(l, 3).items()}


def network_ranges(call: Call, params: Any) -> Finding | None:
    """Check that layer 1 gets X, later layers get ReLU outputs, and AL holds probabilities."""
    X = np.random.default_rng(6).normal(0, 1, (3, 11))
    AL, caches = call(Case({"X": X, "parameters": _NETWORK}))
    for l, ((A_prev, W, _), _) in enumerate(caches, 1):
        if not np.array_equal(W, _NETWORK[f"W{l}"]):
            return Finding(
                "property", f"caches[{l - 1}] should belong to layer {l}; its W is another."
            )
        if l == 1 and not np.array_equal(A_prev, X):
            return Finding("property", "What layer 1 was given, by its cache, is not X.")
        if l > 1 and np.min(A_prev) < 0:
            return Finding(
                "property",
                f"What layer {l} was given, by its cache, has negative entries: "
                "no ReLU layer gave that.",
            )
    if not (np.min(AL) >= 0 and np.max(AL) <= 1):
        return Finding(
            "property",
            f"The entries of AL go from {np.min(AL):.3g} to {np.max(AL):.3g}; "
            "probabilities lie between 0 and 1.",
        )
    return None


# --- the cost ------------------------------------------------------------------------------------

# Predictions may be shifted slightly before the logarithm, up and down or one way only.
HAIR = 1e-5


def mean_over_examples(call: Call, params: Any) -> Finding | None:
    """Check that examples in another order, each of them twice, cost the same."""
    AL = np.array([[0.9, 0.2, 0.35, 0.6, 0.1]])
    Y = np.array([[1.0, 0.0, 1.0, 1.0, 0.0]])
    order = [3, 1, 4, 0, 2] * 2
    pairs = [(AL, Y), (AL[:, order], Y[:, order])]
    one, twice = map(float, call.all([Case({"AL": a, "Y": y}) for a, y in pairs]))
    if abs(twice - one) <= HAIR or np.isnan(one):
        return None
    if np.isinf(one):
        return Finding("property", "Five predictions, none of them 0 or 1, cost inf here.")
    doubled, single = distinct(twice, one)
    return Finding(
        "property",
        f"The same examples, each of them twice, cost {doubled} in place of {single}: "
        "a mean should not change by that.",
    )


def labels_mirrored(call: Call, params: Any) -> Finding | None:
    """Check that a prediction p for the label 1 costs what 1 − p costs for the label 0."""
    predictions = (0.9, 0.3)
    pairs = [pair for p in predictions for pair in ((p, 1.0), (1 - p, 0.0))]
    costs = call.all([Case({"AL": np.array([[a]]), "Y": np.array([[y]])}) for a, y in pairs])
    for p, one, zero in zip(predictions, *(map(float, costs[i::2]) for i in (0, 1)), strict=True):
        if abs(one - zero) > HAIR:
            of_one, of_zero = distinct(one, zero)
            return Finding(
                "property",
                f"A prediction of {p:g} for the label 1 costs {of_one}, one of {1 - p:g} for the "
                f"label 0 costs {of_zero}: the two are equally good.",
            )
    return None


def undecided_costs_ln_2(call: Call, params: Any) -> Finding | None:
    """Check that predictions of ½ for all examples cost ln 2, as the page says."""
    Y = np.array([[1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0]])
    cost = float(call(Case({"AL": np.full(Y.shape, 0.5), "Y": Y})))
    if abs(cost - np.log(2)) <= 2e-6:  # six decimals, as the page asks
        return None
    return Finding(
        "property",
        f"Predictions of ½ cost {cost:.8g} here, and should cost ln 2 = {np.log(2):.8g}.",
    )


PROPERTIES: dict[str, Property] = {
    "sigmoid_mirrored": sigmoid_mirrored,
    "relu_one_sided": relu_one_sided,
    "drawn_from_rng": drawn_from_rng,
    "he_scale": he_scale,
    "bias_by_row": bias_by_row,
    "examples_in_columns": _in_columns("A_prev", "Z", _layer(7, 4)),
    "layer_in_columns": _in_columns("A_prev", "A", {**_layer(7, 4), "activation": "sigmoid"}),
    "layer_ranges": layer_ranges,
    "network_in_columns": _in_columns("X", "AL", {"parameters": _NETWORK}),
    "network_ranges": network_ranges,
    "mean_over_examples": mean_over_examples,
    "labels_mirrored": labels_mirrored,
    "undecided_costs_ln_2": undecided_costs_ln_2,
}

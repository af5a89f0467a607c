"""Properties of draws: their ends, their distributions, and that each is drawn anew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from utils.checker.cases import Case, Seed
from utils.checker.compare import Finding
from utils.checker.property import Call
from utils.properties.common import correlated, uniform_p_value

__all__ = [
    "DEVIATIONS",
    "RARE",
    "choice_kind",
    "draws_of_their_own",
    "int_kind",
    "log_kinds",
    "log_uniform",
    "one_minus_log_uniform",
    "within_ends",
    "within_ends_below_one",
]

RARE = 1e-9  # how often one test may reject right work
DEVIATIONS = 6.2  # of a correlation: as rare


def within_ends(call: Call, params: Any) -> Finding | None:
    """Check that draws lie between low and high, for several ranges."""
    return _within(call, (1e-6, 1e-5), (0.3, 0.7), (3.0, 500.0))


def within_ends_below_one(call: Call, params: Any) -> Finding | None:
    """Check that draws lie between low and high, for several ranges below 1."""
    return _within(call, (0.0, 0.1), (0.3, 0.7), (0.9, 0.99999))


def _within(call: Call, *ranges: tuple[float, float]) -> Finding | None:
    cases = [Case({"low": l, "high": h, "size": 200, "rng": Seed(3)}) for l, h in ranges]
    for (low, high), drawn in zip(ranges, call.all(cases), strict=True):
        x = np.asarray(drawn, float)
        slack = 1e-9 * high
        if np.min(x) < low - slack or np.max(x) > high + slack:
            return Finding(
                "property",
                f"The draws go from {np.min(x):.3g} to {np.max(x):.3g}, "
                f"where low = {low:g} and high = {high:g}.",
            )
    return None


def log_uniform(call: Call, params: Any) -> Finding | None:
    """Check that the logarithm of the draws is uniform (Kolmogorov-Smirnov, 10**4 draws)."""
    low, high = 3e-5, 0.7
    return _draws(call, low, high, lambda x: np.log(x / low) / np.log(high / low))


def one_minus_log_uniform(call: Call, params: Any) -> Finding | None:
    """Check that the logarithm of 1 - draw is uniform (Kolmogorov-Smirnov, 10**4 draws)."""
    low, high = 0.8, 0.99999
    span = np.log((1 - low) / (1 - high))
    return _draws(call, low, high, lambda x: 1 - np.log((1 - x) / (1 - high)) / span)


def _draws(call: Call, low: float, high: float, to_unit: Any) -> Finding | None:
    """Return a finding unless draws come from rng, are independent, and uniform after `to_unit`."""
    args = {"low": low, "high": high, "size": 10_000}
    drawn = call.all([Case(args | {"rng": Seed(seed)}) for seed in (1, 2, 1)])
    x, other, again = (np.asarray(one, float) for one in drawn)
    if x.shape != (10_000,) or not np.all(np.isfinite(x)):
        return Finding("property", "With size = 10000 there should be as many finite numbers.")
    if np.unique(x).size < 0.998 * x.size:
        return Finding(
            "property", f"Only {np.unique(x).size} of {x.size} draws differ from each other."
        )
    if np.array_equal(x, other):
        return Finding(
            "property", "Generators of different seeds gave the same draws: draw from rng."
        )
    if not np.array_equal(x, again):
        return Finding("property", "Generators of one seed gave different draws: draw from rng.")
    u = to_unit(np.clip(x, low, high))
    if uniform_p_value(u) < RARE:
        share = float(np.mean(u < 0.5))
        uneven = (
            f"the lower half of the range, on the scale that is asked for, gets {share:.1%}"
            if abs(share - 0.5) > 0.02
            else "both halves of the range get their share, but the draws are uneven within"
        )
        return Finding("property", f"The draws are not spread evenly on that scale: {uneven}.")
    if uniform_p_value(u) > 1 - RARE:
        return Finding(
            "property", "The draws are spread too evenly: chance leaves gaps and clusters."
        )
    if any(correlated(u[:-lag], u[lag:], DEVIATIONS) for lag in (1, u.size // 2)):
        return Finding("property", "A draw hangs together with one before it: draw each anew.")
    return None


_KINDS = {
    "log": ("log", 1e-4, 1.0),
    "one_minus_log": ("one_minus_log", 0.9, 0.999),
    "int": ("int", 2, 4),
    "choice": ("choice", ["relu", "tanh", "sigmoid"]),
}


def _configurations(
    call: Call, count: int, *kinds: str, seeds: Sequence[int] = (1,)
) -> list[dict[str, list[Any]]]:
    """Return, for each seed, a dict from kind to its `count` draws.

    One call of the answer for each seed makes them all: its space has `count` entries of each kind.
    """
    space = {f"{kind}{i}": _KINDS[kind] for i in range(count) for kind in kinds}
    drawn = call.all([Case({"space": space, "rng": Seed(seed)}) for seed in seeds])
    return [{kind: [one[f"{kind}{i}"] for i in range(count)] for kind in kinds} for one in drawn]


def log_kinds(call: Call, params: Any) -> Finding | None:
    """Check that values of the two logarithmic kinds are uniform on their own scales."""
    return _drawn(call, 400, "log", "one_minus_log")


def int_kind(call: Call, params: Any) -> Finding | None:
    """Check that whole numbers are drawn equally often, both ends included."""
    return _drawn(call, 800, "int")


def choice_kind(call: Call, params: Any) -> Finding | None:
    """Check that each value of a choice is drawn equally often."""
    return _drawn(call, 300, "choice")


def _drawn(call: Call, count: int, *kinds: str) -> Finding | None:
    """Return a finding unless draws of these kinds come from rng and are distributed right."""
    [many] = _configurations(call, count, *kinds)
    for kind in kinds:
        finding = _of_kind(kind, many[kind])
        if finding is not None:
            return finding
    return _drawn_from_rng(call, *kinds)


def _drawn_from_rng(call: Call, *kinds: str) -> Finding | None:
    """Return a finding unless a seed determines the draws of each kind."""
    values, other, again = _configurations(call, 25, *kinds, seeds=(1, 2, 1))
    for kind in kinds:
        if values[kind] == other[kind]:
            return _same_for_all_seeds(kind)
        if values[kind] != again[kind]:
            return _other_for_one_seed(kind)
    return None


def _other_for_one_seed(kind: str) -> Finding:
    sentence = f'Generators of one seed gave different values of kind "{kind}"'
    return Finding("property", f"{sentence}: draw from rng.")


def _same_for_all_seeds(kind: str) -> Finding:
    sentence = f'Generators of different seeds gave the same values of kind "{kind}"'
    return Finding("property", f"{sentence}: draw from rng.")


def draws_of_their_own(call: Call, params: Any) -> Finding | None:
    """Check that draws come from rng, and that those of different names are uncorrelated."""
    [values] = _configurations(call, 100, *_KINDS)
    ranks = {}
    for kind, draws in values.items():
        if len(set(map(str, draws))) == 1:
            return Finding(
                "property", f'{len(draws)} names of kind "{kind}" all got {draws[0]}: '
                "each name needs a draw of its own."
            )  # fmt: skip
        order = np.unique(list(map(str, draws)) if kind == "choice" else draws, return_inverse=True)
        ranks[kind] = np.asarray(order[1])
    for one, another in combinations(ranks, 2):
        if correlated(ranks[one], ranks[another], DEVIATIONS):
            return Finding("property", "Two names share their random number: draw anew for each.")
    for row in ranks.values():
        if correlated(row[:-1], row[1:], DEVIATIONS):
            return Finding("property", "A name's draw hangs together with the one before it.")
    return _drawn_from_rng(call, *_KINDS)


def _of_kind(kind: str, values: list[Any]) -> Finding | None:
    """Return what is wrong with many draws of one kind, or None."""
    range_: tuple[Any, ...] = _KINDS[kind]
    if kind in ("log", "one_minus_log"):
        low, high = range_[1:]
        x = np.asarray(values, float)
        u = np.log(x / low) / np.log(high / low)
        if kind == "one_minus_log":
            u = 1 - np.log((1 - x) / (1 - high)) / np.log((1 - low) / (1 - high))
        if uniform_p_value(u) < RARE:
            return Finding(
                "property", f'Draws of kind "{kind}" are not spread evenly on that scale.'
            )
        return None
    if any(isinstance(value, np.ndarray | list) for value in values):
        return Finding(
            "property", f'A draw of kind "{kind}" is no single value, but a list or an array.'
        )
    allowed = list(range(range_[1], range_[2] + 1)) if kind == "int" else list(range_[1])
    for value in values:
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if kind == "int" and not whole:
            kind_of = type(value).__name__
            return Finding(
                "property",
                f'A draw of kind "int" is {value!r}, of type {kind_of}: not a whole number.',
            )
        if value not in allowed:
            shown = repr(value.item()) if isinstance(value, np.generic) else repr(value)
            return Finding("property", f"From {range_} came {shown}, which is not in it.")
    counts = np.array([sum(value == one for value in values) for one in allowed])
    if not counts.all():
        never = allowed[int(np.argmin(counts))]
        return Finding("property", f"From {range_}, {never!r} never came in {len(values)} draws.")
    expected = len(values) / len(allowed)
    distance = float(np.sum((counts - expected) ** 2) / expected)
    # The p-value of a chi-squared test; each kind has three values, so two degrees of freedom.
    if math.exp(-distance / 2) < RARE:
        return Finding("property", f"From {range_}, the values do not come equally often.")
    return None

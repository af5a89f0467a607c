"""Properties for notebook 05: a unit's symmetry, rates, and how many claims are settled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from utils.checker.cases import Anything, Case
from utils.checker.compare import Finding, compare
from utils.checker.property import Call, Property
from utils.properties.common import ROUNDING, above_chance, digest

__all__ = ["PROPERTIES"]

# --- one unit ------------------------------------------------------------------------------------


def unit_mirrored(call: Call, params: Any) -> Finding | None:
    """Check that with all weights and the bias negated, each a becomes 1 − a."""
    rng = np.random.default_rng(1)
    X, w, b = rng.normal(0, 1, (3, 7)), rng.normal(0, 1, (3, 1)), 0.7
    A, turned = call.all([Case({"X": X, "w": sign * w, "b": sign * b}) for sign in (1, -1)])
    if not (np.min(A) > 0 and np.max(A) < 1):
        return Finding(
            "property",
            f"The entries of A go from {np.min(A):.3g} to {np.max(A):.3g}, "
            "where a sigmoid gives what lies between 0 and 1.",
        )
    if np.allclose(A + turned, 1, rtol=0, atol=ROUNDING):
        return None
    return Finding(
        "property",
        "With the signs of w and b turned around, each a should become 1 − a. "
        f"Here {A.flat[0]:.4g} becomes {turned.flat[0]:.4g}.",
    )


def unit_in_columns(call: Call, params: Any) -> Finding | None:
    """Check that examples in another order, some twice, give the same columns in that order."""
    rng = np.random.default_rng(2)
    X, w = rng.normal(0, 1, (3, 5)), rng.normal(0, 1, (3, 1))
    order = [2, 3, 4, 0, 1, 1, 4]
    A, moved = call.all([Case({"X": x, "w": w, "b": -0.4}) for x in (X, X[:, order])])
    if np.allclose(moved, A[:, order], rtol=ROUNDING, atol=0):
        return None
    return Finding(
        "property",
        "With the columns of X in another order, A should have the same entries in that order. "
        "Here other numbers come: one example has a say in another's column.",
    )


# --- rates ---------------------------------------------------------------------------------------


def rate_of_a_longer_watch(call: Call, params: Any) -> Finding | None:
    """Check that repeating the spikes keeps a rate, and that steps half as long double it."""
    spikes = np.array([[1.0, 0, 0, 1, 1], [0, 0, 1, 0, 0]])
    watched = [(spikes, 0.2), (np.tile(spikes, 2), 0.2), (spikes, 0.1)]
    rates, twice, fast = call.all([Case({"spikes": one, "dt": dt}) for one, dt in watched])
    if not np.allclose(twice, rates, rtol=ROUNDING, atol=0):
        return Finding(
            "property",
            "Watched twice as long, with the same spikes all over again, a neuron keeps its rate. "
            f"Here {rates.flat[0]:.4g} becomes {twice.flat[0]:.4g}.",
        )
    if not np.allclose(fast, 2 * rates, rtol=ROUNDING, atol=0):
        return Finding(
            "property",
            "The same spikes in steps half as long are twice as many a second. "
            f"Here {rates.flat[0]:.4g} becomes {fast.flat[0]:.4g}.",
        )
    return None


# --- claims --------------------------------------------------------------------------------------


def claims_settled(call: Call, params: Any) -> Finding | None:
    """Check that every claim has the right word.

    `params` holds the words, and for each claim a digest of its right word, so that someone who
    opens the key out of curiosity does not read the answers. Only right claims beyond the number
    that guessing gives earn a share.
    """
    [verdicts] = call.results()
    words, digests = params["words"], params["digests"]
    listed = ", ".join(f'"{word}"' for word in words[:-1]) + f' or "{words[-1]}"'
    wrong_form = compare(dict.fromkeys(digests, Anything()), verdicts, "verdicts")
    if not isinstance(verdicts, dict):
        return wrong_form
    settled = sum(
        digest("sort_claims", claim, verdicts.get(claim)) == right
        for claim, right in digests.items()
    )
    share = above_chance(settled, len(digests) / len(words), len(digests))
    count = settled, len(digests)
    if wrong_form is not None:
        return replace(wrong_form, share=share, count=count)
    for claim, word in verdicts.items():
        if not isinstance(word, str) or word not in words:
            sentence = f'The word for "{claim}" is {word!r}, expected {listed}.'
            return Finding("property", sentence, share=share, count=count)
    if settled == len(digests):
        return None
    unused = [word for word in words if word not in verdicts.values()]
    advice = (
        f'You call none of them "{unused[0]}"; is there really none?'
        if unused
        else "Read the evidence of those you doubt once more, against every word of the claim."
    )
    sentence = f"{settled} of {len(digests)} claims are settled. {advice}"
    return Finding("property", sentence, share=share, count=count)


PROPERTIES: dict[str, Property] = {
    "unit_mirrored": unit_mirrored,
    "unit_in_columns": unit_in_columns,
    "rate_of_a_longer_watch": rate_of_a_longer_watch,
    "claims_settled": claims_settled,
}

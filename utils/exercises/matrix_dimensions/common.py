"""Notebook 03: networks that its cases ask about.

Their layers have sizes of their own, so that no axis can be mistaken for another, except
where equal sizes are the point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from utils.checker.cases import Anything, Case, Returned

Rng = np.random.Generator
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def distinct(rng: Rng, count: int, among: tuple[int, ...] = PRIMES) -> list[int]:
    """Return `count` distinct numbers from `among`, in random order."""
    return [int(n) for n in rng.choice(among, count, replace=False)]


def network_cases(rng: Rng) -> list[Case]:
    return [
        Case({"layer_dims": distinct(rng, 3, (2, 3, 5, 7))}, "two layers"),
        Case({"layer_dims": distinct(rng, 2)}, "a single layer"),
        Case({"layer_dims": [*distinct(rng, 4), 1]}, "four layers"),
        Case({"layer_dims": [784, 64, 16, 1]}, "the sizes used for garments"),
        Case({"layer_dims": distinct(rng, 12)}, "eleven layers"),
    ]


def pass_cases(rng: Rng) -> list[Case]:
    def case(count: int, note: str) -> Case:
        *layer_dims, m = distinct(rng, count + 2)
        return Case({"layer_dims": layer_dims, "m": m}, note)

    *small, m = distinct(rng, 4, (2, 3, 5, 7))
    return [
        Case({"layer_dims": small, "m": m}, "two layers"),
        case(1, "a single layer"),
        case(4, "four layers"),
        Case({"layer_dims": distinct(rng, 4), "m": 1}, "a single example (m = 1)"),
        Case({"layer_dims": [*distinct(rng, 3), 1], "m": 500}, "one unit at the output"),
        case(10, "ten layers"),
    ]


def by_part(
    reference: Callable[..., Any], make: Callable[[Rng], list[Case]], parts: Mapping[str, str]
) -> Callable[[Rng], list[Case]]:
    """Return a function that makes cases for each part of a rubric, judged on its own entries.

    `parts` has for each part the kinds of names it is for, "dZ dA" for dZ1, dA0 and so on.
    So an answer with every W right and no b gets the points for W. All names must be there
    in every part.
    """

    def looking_at(kinds: str, case: Case) -> Returned:
        due = reference(*case.inputs())
        mine = kinds.split()
        return Returned(
            {
                name: one if name.rstrip("0123456789") in mine else Anything()
                for name, one in due.items()
            }
        )

    return lambda rng: [
        replace(case, expected=looking_at(kinds, case), earns=part)
        for part, kinds in parts.items()
        for case in make(rng)
    ]


def each_layer(layer_dims: list[int]) -> Any:
    """Return for every layer its number, its units and the units before."""
    return [(l, layer_dims[l], layer_dims[l - 1]) for l in range(1, len(layer_dims))]

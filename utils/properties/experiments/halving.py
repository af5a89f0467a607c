"""Properties of successive halving: who goes on, what each round may use, and fair trials."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from utils.checker.cases import Case, Seed
from utils.checker.compare import Finding
from utils.checker.property import Call
from utils.properties.trials import TOUCHED, alike, mixed_up, plain, points

__all__ = [
    "better_half_goes_on",
    "diverged_stay_behind",
    "drawn_once_each",
    "fresh_rounds",
    "parts_of_a_halving",
    "test_part_of_a_halving",
]


def _halving(space: Any, n: int, budget: int, poisoned: str = "", seed: int = 4) -> Case:
    """Return the case of a search."""
    arguments = {"space": space, "n": n, "budget": budget, "data": points(poisoned)}
    return Case(arguments | {"rng": Seed(seed)})


# The first round of each search makes two updates: configurations that never get fewer would
# otherwise be trained for a minute.

_FREE = {
    "learning_rate": ("log", 1e-2, 1.0),
    "width": ("choice", [3]),
    "depth": ("choice", [1]),
    "batch_size": ("choice", [20]),
}


@cache  # one object for each, so that the properties share its search
def _free(n: int = 8, poisoned: str = "", seed: int = 4) -> Case:
    """Return the case of a search with fresh draws."""
    return _halving(_FREE, n, 40, poisoned, seed)


def better_half_goes_on(call: Call, params: Any) -> Finding | None:
    """Check that each round holds the better half of the configurations of the one before.

    In the second search the labels of dev are exchanged: what is good on train is bad there.
    """
    for rounds in call.all([_free(), _free(7, "dev", seed=7)]):
        for number, (one, following) in enumerate(pairwise(rounds), 2):
            finding = _goes_on(one, following, number)
            if finding is not None:
                return finding
    return None


def _goes_on(one: Sequence[Any], following: Sequence[Any], number: int) -> Finding | None:
    """Return what is wrong with the choice of round `number`, or None."""
    accuracies = {_named(record): float(record["dev_accuracy"]) for record in one}
    if any(_named(record) not in accuracies for record in following):
        return Finding(
            "property",
            f"Round {number} has a configuration that round {number - 1} has not: "
            "what goes on keeps all its settings but examples.",
        )
    best = sorted(accuracies.values())[-len(following) :]  # equal ones may go on either way
    if sorted(accuracies[_named(record)] for record in following) != best:
        return Finding(
            "property",
            f"The configurations of round {number} are not those with the best dev accuracy in "
            f"round {number - 1}.",
        )
    return None


def _named(record: Any) -> str:
    """Return a record's configuration without its budget, as a text."""
    settings = {name: v for name, v in record["configuration"].items() if name != "examples"}
    return json.dumps(settings, default=plain, sort_keys=True)


def diverged_stay_behind(call: Call, params: Any) -> Finding | None:
    """Check that no diverged trial goes on, and that of k trials still k // 2 do.

    One in eight diverges, and is then right about half of dev: more than the others, since what
    these learn is wrong there. All 8 diverge once in 10**7 searches, and none in one of three.
    """
    space = {
        "learning_rate": ("choice", [3.0] * 7 + [1e30]),
        "l2": ("log", 1e-9, 1e-6),  # tells the configurations apart
        "momentum": ("choice", [0.0]),
        "width": ("choice", [3]),
        "depth": ("choice", [2]),
        "batch_size": ("choice", [40]),
    }
    for seed in range(4, 10):
        rounds = call(_halving(space, 8, 80, "dev", seed))
        for one, following in pairwise(rounds):
            if any(record["diverged"] for record in following):
                return Finding("property", "A trial that diverged went on to the next round.")
            standing = sum(not record["diverged"] for record in one)
            wanted = min(len(one) // 2, standing)
            if len(following) < wanted and _named_all(following) == _left_of_the_half(one):
                return Finding(
                    "property",
                    f"Of {len(one)} trials {len(one) - standing} diverged. {wanted} of the others "
                    f"should go on, and {len(following)} did: the diverged ones took up places in "
                    "the better half.",
                )
            if len(following) != wanted:
                return Finding(
                    "property",
                    f"Of {len(one)} trials {len(one) - standing} diverged; {wanted} should go on "
                    f"to the next round, and {len(following)} did.",
                )
        if len(rounds) > 4:
            return None  # the cases say that too many go on; each such search takes long
    return None


def _named_all(records: Sequence[Any]) -> list[str]:
    return sorted(map(_named, records))


def _left_of_the_half(records: Sequence[Any]) -> list[str]:
    """Return the configurations left if the better half is cut first, and the diverged go then."""
    best = sorted(records, key=lambda record: -float(record["dev_accuracy"]))[: len(records) // 2]
    return _named_all([record for record in best if not record["diverged"]])


def drawn_once_each(call: Call, params: Any) -> Finding | None:
    """Check that the first round has a fresh draw in each trial, and other ones for other seeds."""
    searches = call.all([_free(), _free(7, "dev", seed=7)])
    drawn = [{_named(record) for record in rounds[0]} for rounds in searches]
    if len(drawn[0]) < 8:
        return Finding(
            "property",
            f"Of the 8 configurations of the first round only {len(drawn[0])} are different: "
            "draw a fresh one for each.",
        )
    if drawn[0] & drawn[1]:
        return Finding("property", "Generators of different seeds gave the same configurations.")
    return None


def fresh_rounds(call: Call, params: Any) -> Finding | None:
    """Check that trials start untrained, and that no two of a round share their random numbers."""
    space = {
        "learning_rate": ("choice", [3.0]),
        "momentum": ("choice", [0.0]),
        "width": ("choice", [5]),
        "depth": ("choice", [1]),
        "batch_size": ("choice", [200]),
    }
    for number, records in enumerate(call(_halving(space, 4, 12 * 61)), 1):
        costs = [np.asarray(record["costs"], float) for record in records]
        # A fresh network costs 0.69, give or take 0.03, on these small inputs; a trained one
        # costs 0.1 and less.
        if any(cost[0] < 0.45 for cost in costs):
            return Finding(
                "property",
                f"A trial of round {number} begins as a network that is trained already: "
                "each starts from fresh parameters.",
            )
        if len({cost.tobytes() for cost in costs}) < len(costs):
            return Finding("property", "Two trials of a round used the very same random numbers.")
    return None


def parts_of_a_halving(call: Call, params: Any) -> Finding | None:
    """Check on first rounds that other labels in dev change the accuracies there, but no cost."""
    [one, *_], [other, *_] = call.all([_free(), _free(poisoned="dev")])
    return mixed_up(one, other)


def test_part_of_a_halving(call: Call, params: Any) -> Finding | None:
    """Check that the search does not depend on the test part."""
    one, other = call.all([_free(poisoned=poisoned) for poisoned in ("", "test")])
    return None if alike(one, other) else TOUCHED

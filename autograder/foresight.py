"""What the laws of an exercise are going to ask, so that all of it can be asked in one message.

A law calls a function once, looks, and calls it again. On which cases hangs on the exercise alone,
but for laws that look at a clock or into a file: so each law is held against the reference once,
and its calls are noted.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from autograder import wire
from utils import laws
from utils.answers import call as call_it
from utils.cases import Case, Raised, Scratch
from utils.exercises import EXERCISES

__all__ = ["Call", "call", "of_law"]

Call = tuple[bytes, bytes, tuple[str, ...]]
"""A case, packed, and the functions that are lent: calls that are equal are one call."""


def call(case: wire.Packed, given: Iterable[str]) -> Call:
    """The call of a function on a case."""
    return bytes(case.tree), case.numbers, tuple(given)


def of_law(exercise: str, case: wire.Packed) -> list[wire.Packed] | None:
    """All cases that the law asks which asks this one; None where it was not foreseen."""
    for law, cases in _foreseen(exercise).items():
        if call(case, ()) in law:
            return cases
    return None


@cache
def _foreseen(exercise: str) -> dict[frozenset[Call], list[wire.Packed]]:
    """The cases of each law, and their calls; of a law that cannot be foreseen, none."""
    if exercise not in EXERCISES:
        return {}
    found, asked = EXERCISES[exercise], list[list[wire.Packed]]()
    for name in found.laws:
        noting = _Noting(found.reference)
        try:
            laws.law(found.assignment, name)(noting, found.secret)
            asked.append(noting.cases)
        except _Unforeseen:
            continue
    return {frozenset(call(case, ()) for case in cases): cases for cases in asked}


class _Unforeseen(Exception):
    """What is asked hangs on more than the exercise."""


class _Noting:
    """Asks the reference, as a law does, and notes what."""

    def __init__(self, reference: Any) -> None:
        self._reference = reference
        self.cases: list[wire.Packed] = []

    def __call__(self, case: Case) -> Any:
        if any(isinstance(value, Scratch) for value in case.args.values()):
            raise _Unforeseen
        self.cases.append(wire.pack_case(case))
        outcome = call_it(self._reference, case).outcome
        return outcome if isinstance(outcome, Raised) else outcome.value

    def run(self, case: Case) -> Any:
        raise _Unforeseen

    def log(self, scratch: Scratch) -> Any:
        raise _Unforeseen

"""What the laws of an exercise are going to ask, so that all of it can be asked in one message.

A law calls a function once, looks, and calls it again. On which cases hangs on the exercise alone,
but for laws that look at a clock or into a file: so each law is held against the reference once,
and its calls are noted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

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
    """All cases that the law asks which asks this one; None where it was not foreseen.

    Of several laws, the one that asks it most often: it may want to compare two calls.
    """
    asked = call(case, ())
    found = [one for one in _foreseen(exercise) if one.calls[asked]]
    return max(found, key=lambda one: one.calls[asked]).cases if found else None


class _Foreseen(NamedTuple):
    """The cases of a law, in order, and how often each call is made."""

    cases: list[wire.Packed]
    calls: Counter[Call]


@cache
def _foreseen(exercise: str) -> list[_Foreseen]:
    """What each law asks that can be foreseen."""
    if exercise not in EXERCISES:
        return []
    found, foreseen = EXERCISES[exercise], []
    for name in found.laws:
        noting = _Noting(found.reference)
        try:
            laws.law(found.assignment, name)(noting, found.secret)
        except _Unforeseen:
            continue
        calls = Counter(call(case, ()) for case in noting.cases)
        foreseen.append(_Foreseen(noting.cases, calls))
    return foreseen


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

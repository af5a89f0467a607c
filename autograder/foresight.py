"""What is going to be asked of an answer, and what it is going to borrow: all of it goes at once.

A law calls a function once, looks, and calls it again. On which cases hangs on the exercise alone,
but for laws that look at a clock or into a file: so each law is held against the reference once,
and its calls are noted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache, partial
from types import FunctionType
from typing import Any, NamedTuple

import msgspec

from autograder import lender, wire
from utils import laws
from utils.answers import call as call_it
from utils.cases import Case, Raised, Scratch
from utils.exercises import EXERCISES

__all__ = ["Call", "Known", "call", "lendings", "of_law", "of_laws"]

KEPT = 1000  # calls of which it is remembered what they borrow
SMALL = 1 << 18  # bytes that they may borrow beforehand

Call = tuple[bytes, bytes, tuple[str, ...]]
"""A case, packed, and the functions that are lent: calls that are equal are one call."""


def call(case: wire.Packed, given: Iterable[str]) -> Call:
    """The call of a function on a case."""
    return bytes(case.tree), case.numbers, tuple(given)


class Known:
    """Cases that a sandbox knows before a submission comes, as they are asked of a whole class."""

    def __init__(self, cases: Iterable[wire.Packed | int] = ()) -> None:
        self._cases = {call(case, ()): case for case in cases if not isinstance(case, int)}
        self._places = {one: place for place, one in enumerate(self._cases)}

    def file(self) -> bytes:
        """What the sandbox is to read."""
        return wire.write_cases(list(self._cases.values()))

    def told(self, case: wire.Packed | int) -> wire.Packed | int:
        """The case as it is told to the sandbox: by its place, where it has one."""
        return case if isinstance(case, int) else self._places.get(call(case, ()), case)


def of_law(exercise: str, case: wire.Packed) -> list[wire.Packed] | None:
    """All cases that the law asks which asks this one; None where it was not foreseen.

    Of several laws, the one that asks it most often: it may want to compare two calls.
    """
    asked = call(case, ())
    found = [one for one in _foreseen(exercise) if one.calls[asked]]
    return max(found, key=lambda one: one.calls[asked]).cases if found else None


@cache
def of_laws(exercise: str) -> list[list[wire.Packed]]:
    """All that the laws ask of an answer that keeps them, in order; what is known is not asked."""
    asked: list[list[wire.Packed]] = []
    known: set[Call] = set()
    for law in _foreseen(exercise):
        for case in law.cases:
            if call(case, ()) not in known:
                asked.append(of_law(exercise, case) or [case])
                known.update(call(one, ()) for one in asked[-1])
    return asked


@lru_cache(KEPT)
def lendings(exercise: str, asked: Call) -> tuple[wire.Sealed, ...]:
    """What the reference, called so, asks of the functions that are lent, and what they give.

    A right answer most likely asks the same. It is sealed, since it holds the way to the result:
    who does not go this way can read nothing of it.
    """
    tree, numbers, given = asked
    reference, found = EXERCISES[exercise].reference, list[wire.Sealed]()
    if type(reference) is not FunctionType:
        return ()

    def lent(name: str, *arguments: Any, **named: Any) -> Any:
        packed = wire.pack_arguments(arguments, named)
        came = wire.pack(lender.outcome(name, *wire.unpacked(packed, list)))  # as if borrowed
        found.append(wire.seal(name, packed, came))
        outcome = wire.unpack_lent(came, (*arguments, *named.values()))
        if isinstance(outcome, Raised):
            raise ValueError(outcome.message)
        return outcome.value

    names = dict(reference.__globals__)
    for name, value in reference.__globals__.items():  # it may borrow through others
        if type(value) is FunctionType and value.__globals__ is reference.__globals__:
            names[name] = _moved(value, names)
    names |= {name: partial(lent, name) for name in given}
    call_it(_moved(reference, names), wire.unpack_case(wire.Packed(msgspec.Raw(tree), numbers)))
    small = sum(len(one.outcome) for one in found) <= SMALL
    return tuple(found) if small else ()


def _moved(function: FunctionType, names: dict[str, Any]) -> FunctionType:
    """The function, finding other things by the names that it uses."""
    moved = FunctionType(
        function.__code__, names, function.__name__, function.__defaults__, function.__closure__
    )
    moved.__kwdefaults__ = function.__kwdefaults__
    return moved


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

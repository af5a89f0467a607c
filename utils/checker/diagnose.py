"""Diagnosis: which known mistake an answer's results prove."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from utils.checker.answer_key import KnownMistake, Question
from utils.checker.cases import AnyOfShape, Anything, Case, InRange, Place, Raised, Returned, Run
from utils.checker.compare import Finding, compare
from utils.checker.inspect_call import comes_last, inspect_run, unexpected
from utils.checker.same import is_number, parts, same

__all__ = ["Known", "match_known_mistake"]


@dataclass(frozen=True)
class Known:
    """A diagnosed known mistake; `whole` is true if it explains everything that was observed."""

    mistake: KnownMistake
    whole: bool


def match_known_mistake(
    question: Question,
    runs: Sequence[Run],
    findings: Sequence[Sequence[Finding]],
    index: int | None,
) -> Known | None:
    """Return the known mistake that gives these results, else one that explains a part of them.

    Parameters
    ----------
    question : Question
    runs : sequence of Run
        The runs of the cases, in order; fewer than cases if the first sufficed.
    findings : sequence of sequences of Finding
        The findings of each run.
    index : int or None
        The case whose finding is shown; if None, no partial explanation is sought.
    """
    evidence = _Evidence(question, runs, findings)
    for mistake in question.mistakes:
        if all(evidence.alike(mistake, i) for i in range(len(runs))):
            return Known(mistake, whole=mistake.alone and evidence.as_finite(mistake))
    if index is None or len(runs) < len(question.cases):
        return None
    first = [i for i in range(len(runs)) if not comes_last(runs[i], question.cases[i])]
    if len(first) < len(runs) and not all(evidence.right[i] for i in first):
        for mistake in question.mistakes:
            if all(evidence.alike(mistake, i) for i in first):
                return Known(mistake, whole=False)
    explained = {
        m.name: evidence.explains(m, index)
        for m in question.mistakes
        if m.alone and not re.search(r"\b(is|are) right\b", m.sentence)  # true of a whole only
    }
    best = max(explained, key=lambda name: explained[name], default="")
    if not explained.get(best):
        return None
    return Known(next(m for m in question.mistakes if m.name == best), whole=False)


class _Evidence:
    """The answer's runs and findings, to be compared with known mistakes."""

    def __init__(
        self, question: Question, runs: Sequence[Run], findings: Sequence[Sequence[Finding]]
    ) -> None:
        self.question, self.runs = question, runs
        called = question.cases[: len(runs)]  # fewer than all, where the first sufficed
        self.right = [
            not of_run and not unexpected(run, case)
            for run, case, of_run in zip(runs, called, findings, strict=True)
        ]
        self.wrong_elsewhere = not all(
            right or _is_open(case) for right, case in zip(self.right, called, strict=True)
        )

    def _is_right(self, i: int, run: Run) -> bool:
        return not unexpected(run, self.question.cases[i]) and not inspect_run(
            self.question, i, run
        )

    def alike(self, mistake: KnownMistake, i: int) -> bool:
        """Return whether a mistake gives the same outcome as the answer on case `i`.

        If a case leaves the value open (`InRange`), results count only as accepted or rejected, and
        only if everything else is right: mistakes treat log(0) in many ways.
        """
        run, is_open = self.runs[i], _is_open(self.question.cases[i])
        if is_open and self.wrong_elsewhere:
            return True
        outcome = mistake.outcome(i)
        if is_open and _is_finite(outcome) is not _is_finite(run.outcome):
            return False
        if not is_open and same(outcome, run.outcome):
            return True
        if not is_open and not (
            self.wrong_elsewhere and self.right[i] and _is_exact(self.question.cases[i])
        ):
            return False
        if isinstance(outcome, Raised):
            return same(outcome, run.outcome)
        again = replace(run, outcome=outcome, changed=(), shared=())
        return self._is_right(i, again) == self.right[i]

    def as_finite(self, mistake: KnownMistake) -> bool:
        """Return whether a mistake gives nan or inf in the same of the open cases."""
        return all(
            _is_finite(mistake.outcome(i)) is _is_finite(run.outcome)
            for i, run in enumerate(self.runs)
            if _is_open(self.question.cases[i])
        )

    def explains(self, mistake: KnownMistake, index: int) -> int:
        """Return how many wrong numbers a mistake explains; 0 if it explains none of case `index`.

        Every part that the mistake makes wrong must be wrong in the answer in exactly that way. Its
        other parts may be wrong too, because of a second mistake.
        """
        explained = 0
        for i in [index, *(i for i in range(len(self.runs)) if i != index)]:
            outcome = self.runs[i].outcome
            wrong = self._wrong_parts(i, mistake.outcome(i))
            if wrong is None:
                return 0
            mine = dict(parts(outcome.value)) if isinstance(outcome, Returned) else {}
            for path, value in wrong.items():
                if path not in mine or not same(Returned(value), Returned(mine[path])):
                    return 0
                explained += _telling(value)
            if i == index and not explained:
                return 0
        return explained

    def _wrong_parts(self, i: int, outcome: Returned | Raised) -> dict[Place, Any] | None:
        """Return the parts of a mistake's outcome that differ from the expected result.

        Return None if the answer's outcome cannot come from this mistake.
        """
        expected = self.question.cases[i].expected
        if _is_open(self.question.cases[i]):
            return {}
        run = self.runs[i].outcome
        if comes_last(self.runs[i], self.question.cases[i]):
            return {}  # that says nothing about the rest
        if not (
            isinstance(outcome, Returned)
            and isinstance(expected, Returned)
            and isinstance(run, Returned)
        ):
            return {} if same(outcome, run) else None
        right, got = dict(parts(expected.value)), dict(parts(outcome.value))
        if right.keys() != got.keys():
            return None
        precision = self.question.precision
        return {path: got[path] for path in right if compare(right[path], got[path], "", precision)}


def _is_open(case: Case) -> bool:
    return isinstance(case.expected, Returned) and isinstance(case.expected.value, InRange)


def _is_finite(outcome: Returned | Raised) -> bool:
    if isinstance(outcome, Raised):
        return False
    numbers = [
        value for _, value in parts(outcome.value) if is_number(value) or type(value) is np.ndarray
    ]
    return all(bool(np.isfinite(value).all()) for value in numbers)


def _is_exact(case: Case) -> bool:
    """Return whether a case has a single right result: no part is `AnyOfShape` or `Anything`."""
    if not isinstance(case.expected, Returned):
        return False
    return not any(
        isinstance(part, AnyOfShape | Anything) for _, part in parts(case.expected.value)
    )


def _telling(value: Any) -> int:
    """Return how many numbers of a part are distinctive: floats that are finite and not 0."""
    if not isinstance(value, np.ndarray | np.floating | float) or isinstance(value, bool):
        return 0
    array = np.asarray(value)
    if array.dtype.kind != "f":
        return 0
    return int(np.count_nonzero(np.isfinite(array) & (array != 0)))

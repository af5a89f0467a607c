"""Partial credit: the points that an answer earns for each part of its exercise's rubric.

Points can be defended if nobody who comes nearer to a right answer gets less. So:

- A part is lost only by a fault in that part. Right numbers in a wrong form, such as a cost of
  shape (1, 1) or a result without its cache, lose "shape" (and the cache) alone.
- What an answer that raised, or forgot to return, had worked out by then counts as its result,
  but not for "shape".
- "shape", and a part of the result such as a cache, earn the share of the cases where they are
  right. A part that cases earn needs all of those, since zeros are right on some. Where all parts
  of the result have points of their own, each such case keeps the share of what is right in it.
- Form alone is no work: "shape" and "inputs left alone" count in full only for an answer that
  earns half of its other points, or whose numbers go along with the right ones, and below that in
  proportion.
- Two faults in one answer earn at most what the lesser of them earns alone, and of the parts that
  are not form they lose no more than the two lose separately.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from utils.checker.answer_key import Question
from utils.checker.cases import (
    AnyOfShape,
    Anything,
    Approx,
    Case,
    Raised,
    Returned,
    Run,
    Unsupported,
)
from utils.checker.compare import Finding, compare
from utils.checker.inspect_call import unexpected
from utils.checker.same import ARRAYS, SEQUENCES, is_number, is_shape, parts
from utils.checker.verdict import Earned

__all__ = ["INPUTS", "SHAPE", "earned"]

SHAPE, INPUTS = "shape", "inputs left alone"
FORM = (SHAPE, INPUTS)
ITEMS = 8  # of a result in another form: a part of it is not sought further on

CheckProperty = Callable[[str], Finding | None]
"""Check the property of this name and return its finding; may raise."""


def earned(
    question: Question,
    runs: Sequence[Run],
    findings: Sequence[Sequence[Finding]],
    check_property: CheckProperty,
    unstable: Collection[int] = (),
) -> tuple[Earned, ...]:
    """Return the points earned for each rubric part, and the part's maximum.

    A wrong answer that would otherwise lose no part loses its largest.

    Parameters
    ----------
    question : Question
    runs : sequence of Run
        One for each case; if the answer was stopped earlier, nothing is earned.
    findings : sequence of sequences of Finding
        The findings of each run.
    check_property : callable
    unstable : indices of the cases where the same arguments gave another result
    """
    if len(runs) < len(question.cases):
        return ()
    looks = [
        _Look(question, i, *of_run) for i, of_run in enumerate(zip(runs, findings, strict=True))
    ]
    lost = set[str]().union(*(look.lost for look in looks), _lost_by_chance(question, unstable))
    if _raises_only_at(question, runs, INPUTS):
        lost.add(INPUTS)
    checked = {part: _points(question, part, lost, check_property) for part in question.rubric}
    got = {part: one.got for part, one in checked.items()}
    for part in {SHAPE, *_names(question)} & got.keys():
        right = [look.right[part] for look in looks if part in look.right]
        got[part] *= sum(right) / len(right) if right else 1
    for part in got.keys() - {*FORM, *_names(question)}:
        got[part] *= min((look.share for look in looks if look.case.earns == part), default=1)
    weight = _weight_of_form(question, runs, got)
    waiting = {part for part in FORM if weight < 1 and got.get(part) == question.rubric.get(part)}
    got = {part: round(p * (weight if part in FORM else 1), 2) for part, p in got.items()}
    if got == dict(question.rubric):
        got[max(got, key=lambda part: got[part])] = 0
    return tuple(
        replace(one, got=got[part], judged=one.judged and part not in waiting)
        for part, one in checked.items()
    )


def _points(question: Question, part: str, lost: set[str], check_property: CheckProperty) -> Earned:
    most = question.rubric[part]
    points, count = 0.0 if part in lost else most, None
    for name in [name for name, earns in question.properties.items() if earns == part]:
        if not points:
            break
        try:
            finding = check_property(name)
        except Exception:  # properties expect the right form
            return Earned(part, 0, most, judged=False)
        if finding is not None:
            points *= finding.share
            count = finding.count or count
    return Earned(part, points, most, count=count)


def _lost_by_chance(question: Question, unstable: Collection[int]) -> set[str]:
    """Return the parts lost because the same arguments gave different results."""
    if question.drawn and unstable:
        return {question.drawn}
    lost = question.rubric.keys() if unstable else set[str]()
    if any(question.draws_in(i) for i in unstable):
        drawn = [case for i, case in enumerate(question.cases) if i in unstable]
        lost = {case.earns for case in drawn if isinstance(case.expected, Returned)}
    return lost - {*FORM}


def _raises_only_at(question: Question, runs: Sequence[Run], part: str) -> bool:
    """Return whether cases of this part raise a kind of exception that no other case raises."""
    raised = [
        (case.earns == part, run.outcome.kind)
        for run, case in zip(runs, question.cases, strict=True)
        if isinstance(run.outcome, Raised) and isinstance(case.expected, Returned)
    ]
    return bool(
        {kind for here, kind in raised if here} - {kind for here, kind in raised if not here}
    )


def _weight_of_form(question: Question, runs: Sequence[Run], got: dict[str, float]) -> float:
    """Return the share of the points for form that an answer gets, 0 to 1."""
    content = {part: most for part, most in question.rubric.items() if part not in FORM}
    share = sum(got[part] for part in content) / (sum(content.values()) or 1)
    return 1.0 if _goes_along(question.cases, runs) else min(1.0, 2 * share)


def _goes_along(cases: Sequence[Case], runs: Sequence[Run]) -> bool:
    """Return whether the numbers of the results correlate with the expected ones, by rank."""
    wanted, got = list[Any](), list[Any]()
    for case, run in zip(cases, runs, strict=True):
        if isinstance(case.expected, Returned) and isinstance(run.outcome, Returned):
            theirs = dict(parts(run.outcome.value))
            for path, right in parts(case.expected.value):
                one, other = _numbers(right), _numbers(theirs.get(path))
                if one is not None and other is not None and one.shape == other.shape:
                    wanted.append(one.ravel())
                    got.append(other.ravel())
    if not wanted:
        return False
    ranks = [_ranks(np.concatenate(values)) for values in (wanted, got)]
    if min(map(np.ptp, ranks)) == 0:
        return False
    # Few random numbers often correlate: of seven, every fourth set by more than 0.5.
    chance = min(0.9, 2.5 / np.sqrt(len(ranks[0])))
    return bool(abs(np.corrcoef(*ranks)[0, 1]) > max(0.5, chance))


def _ranks(values: Any) -> Any:
    """Return the ranks of numbers; equal numbers share a rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - counts / 2)[place]


class _Look:
    """The evidence of one run: the parts it loses, and whether the other parts are right in it.

    `share` is the share of the result that is right, by points, where every part of it has some.
    """

    def __init__(self, question: Question, i: int, run: Run, findings: Sequence[Finding]) -> None:
        self.question, self.case = question, question.cases[i]
        self.lost = set[str]()
        self.right: dict[str, bool] = {}
        self.share = 1.0
        if any(finding.kind in ("input", "alias") for finding in findings):
            self.lost.add(INPUTS if INPUTS in question.rubric else self.case.earns)
        if not isinstance(self.case.expected, Returned):
            if findings or unexpected(run, self.case):
                self.lost.add(self.case.earns)
            return
        kinds = {finding.kind for finding in findings}
        self.right[SHAPE] = isinstance(run.outcome, Returned) and not kinds & {"structure", "shape"}
        self._look_at_parts(run, self.case.expected.value)

    def _look_at_parts(self, run: Run, expected: Any) -> None:
        names, values, templates = [""], [expected], [self.question.returns]
        if isinstance(self.question.returns, tuple) and isinstance(expected, tuple):
            names, values, templates = (
                _names(self.question),
                list(expected),
                list(self.question.returns[1:]),
            )
        candidates, wrong = _candidates(run), set[str]()
        returned = run.outcome.value if isinstance(run.outcome, Returned) else None
        in_place = returned if isinstance(returned, SEQUENCES) else ()
        for k, (name, value, template) in enumerate(zip(names, values, templates, strict=True)):
            right = any(
                compare(value, one, template, self.question.precision) is None
                or _right_in_another_form(value, one, self.question.precision)
                for one in ([in_place[k]] if len(in_place) == len(values) else candidates)
            )
            if name in self.question.rubric:
                self.right[name] = right
            elif not right:
                wrong.add(self.case.earns)
        named = {name: right for name, right in self.right.items() if name != SHAPE}
        if len(named) == len(values):
            most = {name: self.question.rubric[name] for name in named}
            self.share = sum(most[name] for name in named if named[name]) / sum(most.values())
        self.lost |= wrong - {INPUTS}


def _candidates(run: Run) -> list[Any]:
    """Return values that may be a part of the result: the whole, its items, or unfinished work."""
    if isinstance(run.outcome, Raised):
        return list(run.unfinished)
    value = run.outcome.value
    if value is None:
        return [value, *run.unfinished]
    return [value, *value[:ITEMS]] if isinstance(value, SEQUENCES) else [value]


def _right_in_another_form(expected: Any, got: Any, precision: float) -> bool:
    """Return whether a value has the right numbers, though its shape or structure is wrong."""
    if isinstance(expected, AnyOfShape):
        return True  # only a property judges its numbers
    if isinstance(expected, dict):
        if all(isinstance(value, Anything) for value in expected.values()):  # names are all
            return isinstance(got, dict) and got.keys() == expected.keys()
        return isinstance(got, dict) and all(
            key in got and _right_in_another_form(value, got[key], precision)
            for key, value in expected.items()
        )
    if isinstance(expected, np.ndarray):
        numbers = _numbers(got)
        if numbers is None or numbers.size != expected.size:
            return False
        lined_up = [tuple(size for size in one.shape if size != 1) for one in (expected, numbers)]
        if lined_up[0] != lined_up[1]:
            return False
        got = numbers.astype(float).reshape(expected.shape)
        return compare(expected.astype(float), got, "", precision) is None
    numbers = None if is_shape(expected) else _numbers(got)
    if numbers is not None and numbers.size == 1:
        got = numbers.ravel()[0]
    return compare(expected, got, "", precision) is None


def _numbers(value: Any) -> Any:
    """Return a number, an array, a shape, or a nested list as an array; None for anything else."""
    if isinstance(value, Approx):
        value = value.value
    if isinstance(value, Unsupported):
        value = value.numbers
    if is_number(value) or (isinstance(value, ARRAYS) and value.dtype.kind in "fiu"):
        return np.asarray(value)
    if is_shape(value) or isinstance(value, list):
        try:
            array = np.array(value)
        except ValueError:  # its rows differ in length
            return None
        return array if array.dtype.kind in "fiu" else None
    return None


def _names(question: Question) -> list[str]:
    """Return the names of the parts of a result."""
    templates = question.returns[1:] if isinstance(question.returns, tuple) else ()
    return [t[0] if isinstance(t, tuple | list) else t for t in templates]

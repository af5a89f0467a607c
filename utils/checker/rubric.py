"""Partial credit: the points that an answer earns for each part of its exercise's rubric."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from utils.checker.answer_key import Question
from utils.checker.cases import Raised, Returned, Run
from utils.checker.compare import Finding, compare
from utils.checker.inspect_call import unexpected
from utils.checker.verdict import Earned

__all__ = ["INPUTS", "SHAPE", "earned"]

SHAPE, INPUTS = "shape", "inputs left alone"

CheckProperty = Callable[[str], Finding | None]
"""Check the property of this name and return its finding; may raise."""


def earned(
    question: Question,
    runs: Sequence[Run],
    findings: Sequence[Sequence[Finding]],
    check_property: CheckProperty,
    wrong: Finding | None = None,
) -> tuple[Earned, ...]:
    """Return the points earned for each rubric part, and the part's maximum.

    Parameters
    ----------
    question : Question
    runs : sequence of Run
        One for each case; if the answer was stopped earlier, nothing is earned.
    findings : sequence of sequences of Finding
        The findings of each run.
    check_property : callable
    wrong : Finding, optional
        The finding in the verdict. An answer that would lose no part loses all of them.
    """
    if len(runs) < len(question.cases):
        return ()
    lost = set[str]()
    for i, (run, of_run) in enumerate(zip(runs, findings, strict=True)):
        lost |= _lost(question, i, run, of_run)
    if wrong is not None and wrong.kind == "repeat":
        lost |= question.rubric.keys() - {SHAPE, INPUTS}
    parts = [
        Earned(part, _points(question, part, lost, check_property), most)
        for part, most in question.rubric.items()
    ]
    if all(part.got == part.most for part in parts):
        return tuple(Earned(part.part, 0, part.most) for part in parts)
    return tuple(parts)


def _points(question: Question, part: str, lost: set[str], check_property: CheckProperty) -> float:
    points = 0 if part in lost else question.rubric[part]
    for name in [name for name, earns in question.properties.items() if earns == part]:
        if not points:
            break
        try:
            finding = check_property(name)
        except Exception:  # properties expect the right form
            return 0
        points *= 1 if finding is None else finding.share
    return round(points, 2)


def _lost(question: Question, i: int, run: Run, findings: Sequence[Finding]) -> set[str]:
    """Return the rubric parts that one run loses."""
    case = question.cases[i]
    returns = isinstance(case.expected, Returned)
    if unexpected(run, case):
        # Writing to a read-only input raises, which says nothing about the result's form.
        formless = returns and case.earns != INPUTS
        return {case.earns, *({SHAPE, INPUTS, *_names(question)} if formless else ())}
    lost = set[str]()
    for finding in findings:
        if finding.kind in ("input", "alias"):
            lost.add(INPUTS if INPUTS in question.rubric else case.earns)
            continue
        if case.earns != INPUTS:
            lost |= _wrong_parts(question, i, run) or {case.earns}
        if returns and finding.kind in ("structure", "shape"):
            lost |= {SHAPE}
            if isinstance(run.outcome, Returned) and not _has_parts(question, i, run):
                lost |= {INPUTS, *_names(question)}
    return lost


def _names(question: Question) -> list[str]:
    """Return the names of the parts of a result."""
    templates = question.returns[1:] if isinstance(question.returns, tuple) else ()
    return [t[0] if isinstance(t, tuple | list) else t for t in templates]


def _has_parts(question: Question, i: int, run: Run) -> bool:
    """Return whether a result is a tuple with as many parts as expected."""
    expected = question.cases[i].expected
    return (
        isinstance(expected, Returned)
        and isinstance(run.outcome, Returned)
        and isinstance(question.returns, tuple)
        and isinstance(run.outcome.value, tuple | list)
        and len(run.outcome.value) == len(expected.value)
    )


def _wrong_parts(question: Question, i: int, run: Run) -> set[str]:
    """Return the rubric parts lost by wrong parts of a result, such as its cache."""
    expected = question.cases[i].expected
    if not _has_parts(question, i, run):
        return set()
    assert isinstance(expected, Returned)
    assert not isinstance(run.outcome, Raised)
    wrong = set()
    values = zip(question.returns[1:], expected.value, run.outcome.value, strict=True)
    for name, (template, right, got) in zip(_names(question), values, strict=True):
        if compare(right, got, template, question.precision) is not None:
            wrong.add(name if name in question.rubric else question.cases[i].earns)
    return wrong

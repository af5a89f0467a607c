"""Findings on one run of an answer, exceptions aside."""

from __future__ import annotations

from collections.abc import Sequence

from utils.checker.answer_key import Question
from utils.checker.cases import Case, Place, Raised, Returned, Run
from utils.checker.compare import Finding, Template, compare

__all__ = ["comes_last", "inspect_run", "unexpected"]


def inspect_run(question: Question, i: int, run: Run) -> list[Finding]:
    """Return everything that is wrong with a run of case `i` of a question."""
    case = question.cases[i]
    findings = [_changed_inputs(run)]
    if isinstance(run.outcome, Returned):
        if isinstance(case.expected, Raised):
            sentence = f"This call should raise a {case.expected.kind}, and it did not."
            return [Finding("silence", sentence)]
        assert case.expected is not None, "an answer key gives every case its outcome"
        findings += [
            compare(case.expected.value, run.outcome.value, question.returns, question.precision),
            _aliased(run, question.fresh, question.returns),
        ]
    return [finding for finding in findings if finding is not None]


def unexpected(run: Run, case: Case) -> bool:
    """Return whether a run raised although a result was expected, or another kind of exception."""
    if not isinstance(run.outcome, Raised):
        return False
    return not isinstance(case.expected, Raised) or case.expected.kind not in run.kinds


def comes_last(run: Run, case: Case) -> bool:
    """Return whether what is wrong with a run is told only where nothing else is wrong.

    A missing ValueError, or an assert left over from one example, would hide the real fault.
    """
    if isinstance(case.expected, Raised):
        return not isinstance(run.outcome, Raised) or unexpected(run, case)
    return isinstance(run.outcome, Raised) and run.outcome.kind == "AssertionError"


def _changed_inputs(run: Run) -> Finding | None:
    """Return a finding if the function changed its inputs."""
    if not run.changed:
        return None
    names = " and ".join(run.changed[:4])
    return Finding(
        "input",
        f"{names} changed during the call: work on a copy, "
        "or make a new array, so that the caller's data stay as they were.",
    )


def _aliased(run: Run, fresh: Sequence[str], template: Template) -> Finding | None:
    """Return a finding if a result that must be new shares its memory with an input."""
    for name in fresh:
        if _place(template, name) in run.shared:
            return Finding(
                "alias",
                f"{name} is the very array that came in, not a new one: "
                "whoever changes it later changes the input too.",
            )
    return None


def _place(template: Template, name: str) -> Place | None:
    """Return the place in a result of the part that the template gives this name, or None."""
    if template == name:
        return ()
    if isinstance(template, tuple):
        for i, part in enumerate(template[1:]):
            rest = _place(part, name)
            if rest is not None:
                return (i, *rest)
    return None

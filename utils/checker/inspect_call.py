"""Findings on one run of an answer, exceptions aside."""

from __future__ import annotations

from utils.checker.answer_key import Question
from utils.checker.cases import Case, Raised, Returned, Run
from utils.checker.compare import Finding, aliased, changed_inputs, compare

__all__ = ["findings", "unexpected"]


def findings(question: Question, i: int, run: Run) -> list[Finding]:
    """Return everything that is wrong with a run of case `i` of a question."""
    case = question.cases[i]
    found = [changed_inputs(run)]
    if isinstance(run.outcome, Returned):
        if isinstance(case.expected, Raised):
            due = f"This call should raise a {case.expected.kind}, and it did not."
            return [Finding("structure", due)]
        assert case.expected is not None, "an answer key gives every case its outcome"
        found += [
            compare(case.expected.value, run.outcome.value, question.returns, question.precision),
            aliased(run, question.fresh, question.returns),
        ]
    return [finding for finding in found if finding is not None]


def unexpected(run: Run, case: Case) -> bool:
    """Return whether a run raised although a result was expected, or another kind of exception."""
    if not isinstance(run.outcome, Raised):
        return False
    return not isinstance(case.expected, Raised) or case.expected.kind not in run.kinds

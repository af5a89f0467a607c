"""Judging: call an answer on the cases of a question, and state what is wrong.

This module knows neither the answer to any exercise nor where a student's code runs. A question
comes from an answer key (`answer_key`); `student_code` defines how answers are called.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from utils.checker import course, diagnose, rubric, wording
from utils.checker.answer_key import AnswerKey, Question
from utils.checker.cases import Case, Raised, Run, TempFile
from utils.checker.compare import Finding
from utils.checker.explain import BLANK
from utils.checker.inspect_call import inspect_run, unexpected
from utils.checker.same import same
from utils.checker.student_code import Absent, Answer, Answers, Function, Overrides
from utils.checker.verdict import Earned, Status, Verdict
from utils.checker.wording import verdict_of

__all__ = ["FOLLOW_THROUGH", "judge", "judge_exercise", "rejections"]

FOLLOW_THROUGH = {"full": 1.0, "half": 0.5, "none": 0.0}
"""The share of its points for an answer whose only fault lies in an earlier function."""


def judge_exercise(
    key: AnswerKey,
    exercise: str,
    answers: Answers,
    seed: int | None = None,
    follow_through: str = "full",
    before: Mapping[str, Verdict] | None = None,
    unusable: Collection[str] = (),
) -> Verdict:
    """Judge one of a student's answers, with credit if its only fault lies in an earlier one.

    If the answer fails and calls an earlier answer that fails too, it is judged once more with the
    reference in the earlier one's place. If the key has no references, as in a bundle, the verdict
    says to mend the earlier one first.

    Parameters
    ----------
    key : AnswerKey
    exercise : str
    answers : Answers
    seed : int, optional
        Repeats the random cases of an earlier verdict.
    follow_through : "full", "half" or "none"
        The credit for an answer whose only fault lies in an earlier one.
    before : dict
        Known verdicts on earlier answers, which need not be judged again.
    unusable : collection of str
        Earlier answers that end the process when they are called: they are never called.

    Raises
    ------
    KeyFault
        If the key cannot provide this question.
    """
    question, known = key.question(exercise, seed), before or {}
    try:
        answer = answers.answer(exercise)
    except Absent as absent:
        return verdict_of(question, [], Status.ERROR, absent.message, advice=absent.advice)
    used = answer.uses(question.builds_on)
    share = FOLLOW_THROUGH[follow_through]
    alone = _Judgment(question, answer, {})
    if set(unusable).intersection(used):
        first = verdict_of(question, [], Status.ERROR, "it calls one that never returns.")
    elif used and share == 1 and question.references is not None and alone.wrong_without_raising():
        first = None  # seldom needed, and slow to put into words
    else:
        first = alone.verdict()
    if first is not None and (not used or first.status not in (Status.WRONG, Status.ERROR)):
        return first
    earlier = _wrong_earlier(key, question, answers, used, known)
    if not earlier:
        return first or alone.verdict()
    if question.references is None:
        first = first or alone.verdict()
        return replace(
            first,
            message=wording.built_on_wrong(earlier),
            advice="Seen here: " + first.message,
            mistake="",
            mistake_sentence="",
        )
    again = judge(question, answer, {name: question.references[name] for name in earlier})
    blamed = wording.stood_in(earlier)
    got = first.points if first is not None else 0.0
    if again.status is not Status.CORRECT:
        return again if share == 1 else replace(again, points=min(again.points, got))
    return replace(
        again,
        points=round(max(share * again.max_points, got), 2),
        message=f"right, given your {' and '.join(earlier)}.",
        advice=blamed if share else f"{blamed} It gets its points when that is mended.",
        status=first.status if first is not None and not share else Status.CORRECT,
        substituted=tuple(earlier),
    )


def judge(
    question: Question, answer: Answer | Callable[..., Any], overrides: Overrides | None = None
) -> Verdict:
    """Judge an answer by a question.

    Parameters
    ----------
    question : Question
    answer : Answer, or a function
    overrides : functions that replace the student's own of these names
    """
    asked = Function(answer) if callable(answer) else answer
    return _Judgment(question, asked, overrides or {}).verdict()


class Rejections(NamedTuple):
    """A verdict, and what rejects the answer: indices of cases, else the name of a property."""

    verdict: Verdict
    cases: set[int]
    property: str


def rejections(question: Question, answer: Answer | Callable[..., Any]) -> Rejections:
    """Judge an answer by a question, and return everything that rejects it."""
    judgment = _Judgment(question, Function(answer) if callable(answer) else answer, {})
    verdict = judgment.verdict()
    wrong = {
        i
        for i, (run, case) in enumerate(judgment.pairs())
        if unexpected(run, case) or judgment.findings[i]
    }
    return Rejections(verdict, wrong, "" if wrong else judgment.broken_property()[0])


@dataclass
class _Stop(Exception):
    """The answer raised an exception when a property called it."""

    run: Run
    case: Case


def _value(run: Run, case: Case) -> Any:
    """Return the result of a call for a property; raise `_Stop` for an unexpected exception."""
    if isinstance(run.outcome, Raised):
        if unexpected(run, case):
            raise _Stop(run, case)
        return run.outcome  # the property reads its message
    return run.outcome.value


class _Judgment:
    """One answer, called on every case of one question."""

    def __init__(self, question: Question, answer: Answer, overrides: Overrides) -> None:
        self.question, self.answer, self.overrides = question, answer, overrides
        self.runs: list[Run] = []
        self.findings: list[list[Finding]] = []  # of each run
        self.again: dict[int, Run] = {}  # second runs of cases, after all others
        self.checked: dict[str, Finding | None] = {}  # properties and their findings
        self.stopped = False  # by the user

    def __call__(self, case: Case) -> Any:
        """Call the answer on one case, for a property."""
        [value] = self.all([case])
        return value

    def all(self, cases: Sequence[Case]) -> list[Any]:
        """Call the answer on many cases at once, for a property."""
        return [_value(*pair) for pair in zip(self._runs(cases), cases, strict=True)]

    def results(self) -> list[Any]:
        """Return the results of the question's own cases, for a property."""
        return [_value(run, case) for run, case in self.pairs()]

    def cases(self) -> Sequence[Case]:
        """Return the question's own cases, for a property."""
        return self.question.cases

    def run(self, case: Case) -> Run:
        """Call the answer, and return everything observed in the call."""
        [run] = self._runs([case])
        return run

    def log(self, scratch: TempFile) -> Any:
        """Return the records in a log that the answer wrote."""
        return self.answer.log(scratch)

    def _runs(self, cases: Sequence[Case]) -> list[Run]:
        return self.answer.runs(cases, self.overrides)

    def wrong_without_raising(self) -> bool:
        """Call the answer on every case; return whether it is wrong but never raised by mistake."""
        try:
            self._call()
        except KeyboardInterrupt:
            self.stopped = True
        raised = any(unexpected(run, case) for run, case in self.pairs())
        return not self.stopped and not raised and any(self.findings)

    def verdict(self) -> Verdict:
        try:
            if self.stopped:
                raise KeyboardInterrupt
            return self._verdict()
        except KeyboardInterrupt:
            return self._verdict_of(
                Status.ERROR,
                "You stopped the check while your code was running.",
                advice="If it ran for long: is there a loop that never ends?",
            )

    def _verdict(self) -> Verdict:
        if not self.runs:
            self._call()
        for run, case in self.pairs():
            if unexpected(run, case):
                return self._raised(run, case)
        first = self._first_finding()
        if first is not None:
            return self._wrong(*first)
        try:
            broken, finding = self.broken_property()
        except _Stop as stop:
            return self._raised(stop.run, stop.case)
        if finding is not None:
            return self._wrong(finding, None, broken)
        return self._verdict_of(Status.CORRECT, wording.right(self.question, len(self.runs)))

    def _call(self) -> None:
        """Call the answer on every case, and compare the results."""
        cases, repeated = self.question.cases, self.question.repeated
        runs = self._runs([*cases, *(cases[i] for i in repeated)])
        self.runs = runs[: len(cases)]
        self.again = dict(zip(repeated, runs[len(cases) :], strict=True))
        if self.runs[0].outcome == Raised(BLANK):  # a blank raises the same on every case
            del self.runs[1:]
        self.findings = [inspect_run(self.question, i, run) for i, run in enumerate(self.runs)]

    def pairs(self) -> Iterator[tuple[Run, Case]]:
        return zip(self.runs, self.question.cases[: len(self.runs)], strict=True)

    # --- what is wrong ---------------------------------------------------------------------

    def _first_finding(self) -> tuple[Finding, int] | None:
        """Return the finding of the highest priority and the index of its case, or None."""
        relevant = []
        for i, (run, findings) in enumerate(zip(self.runs, self.findings, strict=True)):
            # If an input was changed, wrong values are a consequence.
            relevant += [(one, i) for one in findings if one.kind == "input" or not run.changed]
        if relevant:
            return min(relevant, key=lambda pair: pair[0].rank)
        for i in self.unstable():
            return Finding("repeat", wording.another_result(self.question.draws_in(i))), i
        for i in self.elsewhere():
            return Finding("repeat", wording.drawn_elsewhere(self.runs[i].moved)), i
        return None

    def unstable(self) -> list[int]:
        """Return the indices of cases whose second run gave another result."""
        called = {i: run for i, run in self.again.items() if i < len(self.runs)}
        return [i for i, run in called.items() if not same(self.runs[i].outcome, run.outcome)]

    def elsewhere(self) -> list[int]:
        """Return the indices of cases where the answer drew from np.random or random."""
        return [i for i, run in enumerate(self.runs) if run.moved]

    def broken_property(self) -> tuple[str, Finding | None]:
        """Return the name of the first property that does not hold, and its finding."""
        for name in self.question.properties:
            try:
                finding = self._check_property(name)
            except _Stop:
                raise
            except Exception:  # a property expects results of the cases' form
                other = "On other inputs than the cases', the result has another form."
                finding = Finding("property", other)
            if finding is not None:
                return name, finding
        return "", None

    def _check_property(self, name: str) -> Finding | None:
        """Check the answer against a property, once."""
        if name not in self.checked:
            check = course.property_named(name, self.question.assignment)
            self.checked[name] = check(self, self.question.params)
        return self.checked[name]

    def _broken_in_words(self) -> str:
        """Return the sentence of the first property that wrong values break, or ""."""
        with contextlib.suppress(Exception):  # properties expect the right form
            _, finding = self.broken_property()
            return finding.sentence if finding else ""
        return ""

    # --- what was earned -------------------------------------------------------------------

    def earned(self, finding: Finding | None = None, broken: str = "") -> tuple[Earned, ...]:
        """Return the points of each rubric part; `broken` names the property behind `finding`."""

        def check(name: str) -> Finding | None:
            return finding if name == broken else self._check_property(name)

        unstable = {*self.unstable(), *self.elsewhere()}
        return rubric.earned(self.question, self.runs, self.findings, check, unstable)

    # --- in words --------------------------------------------------------------------------

    def _wrong(self, finding: Finding, index: int | None, broken: str = "") -> Verdict:
        known = diagnose.match_known_mistake(self.question, self.runs, self.findings, index)
        case = self.question.cases[index] if index is not None else None
        advice = ""
        if known is None:
            advice = wording.reads_from_outside(self.answer.outside)
            if not advice and finding.kind == "value":
                advice = self._broken_in_words()
        elif not known.whole:
            advice = "Something else is not right either: mend this first, then check again."
        return self._verdict_of(
            Status.WRONG,
            finding.sentence,
            advice=advice,
            mistake=known.mistake.name if known else "",
            mistake_sentence=known.mistake.sentence if known else "",
            call=wording.call_in_words(self.question, case) if case else "",
            boxes=(("expected", finding.expected), ("got", finding.got))
            if finding.kind == "shape"
            else (),
            expected=finding.expected if finding.kind == "value" else None,
            got=finding.got if finding.kind == "value" else None,
            earned=self.earned(finding, broken),
            footer=wording.how_to_go_on(self.question),
        )

    def _raised(self, run: Run, case: Case) -> Verdict:
        if run.failure is None:  # only the first exceptions are explained, and those may be due
            run = replace(run, failure=self.run(case).failure)
        stub = run.failure.blank if run.failure is not None else ""
        half_blank = stub and self.answer.blank  # its own stub comes after that call
        if case is self.question.cases[0] and (stub == self.question.exercise or half_blank):
            return wording.blank(self.question, self.runs)
        explanation = wording.explanation_of(self.question, run, case)
        known = diagnose.match_known_mistake(self.question, self.runs, self.findings, None)
        return self._verdict_of(
            Status.ERROR,
            explanation.sentence,
            advice=explanation.advice if known is None else "",
            mistake=known.mistake.name if known else "",
            mistake_sentence=known.mistake.sentence if known else "",
            source=explanation.source,
            boxes=explanation.boxes,
            call=wording.call_in_words(self.question, case),
            earned=self.earned(),
            footer="" if explanation.blank else wording.how_to_go_on(self.question),
        )

    def _verdict_of(self, status: Status, message: str, **more: Any) -> Verdict:
        return verdict_of(self.question, self.runs, status, message, **more)


def _wrong_earlier(
    key: AnswerKey,
    question: Question,
    answers: Answers,
    used: list[str],
    known: Mapping[str, Verdict],
) -> list[str]:
    """Return which of `used` are wrong even with references in place of wrong earlier answers."""
    questions = [key.question(name, question.seed) for name in used]
    wrong: list[str] = []
    for earlier in sorted(questions, key=lambda one: len(one.builds_on)):
        before = [name for name in wrong if name in earlier.builds_on]
        if before and question.references is None:
            continue  # without references it cannot be judged apart from those
        references = question.references or {}
        overrides = {name: references[name] for name in before} if references else {}
        try:
            verdict = known.get(earlier.exercise) or judge(
                earlier, answers.answer(earlier.exercise), overrides
            )
            right = verdict.status is Status.CORRECT
        except Absent:
            right = False
        if not right:
            wrong.append(earlier.exercise)
    return wrong

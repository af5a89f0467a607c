"""Judging: call an answer on the cases of a question, and state what is wrong.

This module knows neither the answer to any exercise nor where a student's code runs. A question
comes from an answer key (`answer_key`); `student_code` defines how answers are called.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from utils import properties
from utils.checker import diagnose, rubric
from utils.checker.answer_key import AnswerKey, Question
from utils.checker.cases import Case, Explanation, Raised, Run, Seed, TempFile
from utils.checker.compare import Finding, same
from utils.checker.explain import BLANK
from utils.checker.inspect_call import findings, unexpected
from utils.checker.student_code import Absent, Answer, Answers, Function, Given
from utils.checker.verdict import Earned, Status, Verdict

__all__ = ["FOLLOW_THROUGH", "judge", "judge_exercise", "rejections"]

LONGEST = 3000  # characters of one sentence in a verdict

_HARMFUL = {Status.TIMEOUT, Status.TAMPERED}
"""Statuses of an earlier answer that must not be called: it hangs, or its messages are forged."""

FOLLOW_THROUGH = {"full": 1.0, "half": 0.5, "none": 0.0}
"""The share of its points for an answer whose only fault lies in an earlier function."""


def judge_exercise(
    key: AnswerKey,
    exercise: str,
    answers: Answers,
    seed: int | None = None,
    follow_through: str = "full",
    before: Mapping[str, Verdict] | None = None,
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

    Raises
    ------
    KeyFault
        If the key cannot provide this question.
    """
    question, known = key.question(exercise, seed), before or {}
    harmful = {name for name, verdict in known.items() if verdict.status in _HARMFUL}
    try:
        answer = answers.answer(exercise)
    except Absent as absent:
        return _verdict_of(question, [], Status.ERROR, absent.message, advice=absent.advice)
    used = answer.uses(question.builds_on)
    share = FOLLOW_THROUGH[follow_through]
    alone = _Judgment(question, answer, {})
    if harmful.intersection(used):
        first = _verdict_of(
            question, [], Status.ERROR, "it calls one that does not come to an end."
        )
    elif used and share == 1 and question.given is not None and alone.only_values_are_wrong():
        first = None  # seldom needed, and slow to put into words
    else:
        first = alone.verdict()
    if first is not None and (not used or first.status not in (Status.WRONG, Status.ERROR)):
        return first
    earlier = _wrong_earlier(key, question, answers, used, known)
    if not earlier:
        return first or alone.verdict()
    names = " and ".join(earlier)
    if question.given is None:
        first = first or alone.verdict()
        return replace(
            first,
            message=f"it builds on your {names}, not right yet: mend that first.",
            advice="Seen here: " + first.message,
            mistake="",
            mistake_sentence="",
        )
    again = judge(question, answer, {name: question.given[name] for name in earlier})
    blamed = f"The course's own {names} stood in for yours, which {_is(earlier)} not right yet."
    got = first.points if first is not None else 0.0
    if again.status is not Status.CORRECT:
        return again if share == 1 else replace(again, points=min(again.points, got))
    return replace(
        again,
        points=round(max(share * again.max_points, got), 2),
        message=f"right, given your {names}.",
        advice=blamed if share else f"{blamed} It gets its points when that is mended.",
        status=Status.CORRECT if share else Status.WRONG,
        given=tuple(earlier),
    )


def judge(
    question: Question, answer: Answer | Callable[..., Any], given: Given | None = None
) -> Verdict:
    """Judge an answer by a question.

    Parameters
    ----------
    question : Question
    answer : Answer, or a function
    given : functions that replace the student's own of these names
    """
    asked = Function(answer) if callable(answer) else answer
    return _Judgment(question, asked, given or {}).verdict()


class Rejections(NamedTuple):
    """A verdict, and what rejects the answer: indices of cases, else the name of a property."""

    verdict: Verdict
    cases: set[int]
    law: str


def rejections(question: Question, answer: Answer | Callable[..., Any]) -> Rejections:
    """Judge an answer by a question, and return everything that rejects it."""
    judgment = _Judgment(question, Function(answer) if callable(answer) else answer, {})
    verdict = judgment.verdict()
    wrong = {
        i
        for i, (run, case) in enumerate(judgment.pairs())
        if unexpected(run, case) or judgment.found[i]
    }
    return Rejections(verdict, wrong, "" if wrong else judgment.broken_law()[0])


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

    def __init__(self, question: Question, answer: Answer, given: Given) -> None:
        self.question, self.answer, self.given = question, answer, given
        self.runs: list[Run] = []
        self.found: list[list[Finding]] = []  # of each run
        self.again: Run | None = None  # of the first case, after all others
        self.asked: dict[str, Finding | None] = {}  # properties and their findings
        self.stopped = False  # by the user

    def __call__(self, case: Case) -> Any:
        """Call the answer on one case, for a property."""
        [value] = self.all([case])
        return value

    def all(self, cases: Sequence[Case]) -> list[Any]:
        """Call the answer on many cases at once, for a property."""
        return [_value(*pair) for pair in zip(self._runs(cases), cases, strict=True)]

    def run(self, case: Case) -> Run:
        """Call the answer, and return everything observed in the call."""
        [run] = self._runs([case])
        return run

    def log(self, scratch: TempFile) -> Any:
        """Return the records in a log that the answer wrote."""
        return self.answer.log(scratch)

    def _runs(self, cases: Sequence[Case]) -> list[Run]:
        return self.answer.runs(cases, self.given)

    def only_values_are_wrong(self) -> bool:
        """Return whether no case raised unexpectedly, but something is wrong."""
        try:
            self._call()
        except KeyboardInterrupt:
            self.stopped = True
        raised = any(unexpected(run, case) for run, case in self.pairs())
        return not self.stopped and not raised and any(self.found)

    def verdict(self) -> Verdict:
        try:
            if self.stopped:
                raise KeyboardInterrupt
            return self._verdict()
        except KeyboardInterrupt:
            return self._said(
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
        found = self._first_finding()
        if found is not None:
            return self._wrong(*found)
        try:
            law, finding = self.broken_law()
        except _Stop as stop:
            return self._raised(stop.run, stop.case)
        if finding is not None:
            return self._wrong(finding, None, law)
        count = len(self.runs)
        told = f"right on {count} cases" if count > 1 else "right"
        return self._said(Status.CORRECT, told + _seed_said(self.question) + ".")

    def _call(self) -> None:
        """Call the answer on every case, and compare the results."""
        *self.runs, self.again = self._runs(self.question.twice_the_first)
        if self.runs[0].outcome == Raised(BLANK):  # a blank raises the same on every case
            del self.runs[1:]
        self.found = [findings(self.question, i, run) for i, run in enumerate(self.runs)]

    def pairs(self) -> Iterator[tuple[Run, Case]]:
        return zip(self.runs, self.question.cases, strict=False)

    # --- what is wrong ---------------------------------------------------------------------

    def _first_finding(self) -> tuple[Finding, int] | None:
        """Return the finding of the highest priority and the index of its case, or None."""
        found = []
        for i, (run, here) in enumerate(zip(self.runs, self.found, strict=True)):
            # If an input was changed, wrong values are a consequence.
            found += [(one, i) for one in here if one.kind == "input" or not run.changed]
        if found:
            return min(found, key=lambda pair: pair[0].rank)
        if self.again is None or same(self.runs[0].outcome, self.again.outcome):
            return None
        drawn = any(isinstance(value, Seed) for value in self.question.cases[0].args.values())
        why = "draw every number from rng" if drawn else "use nothing but the arguments"
        again = f"The same arguments gave another result the second time: {why}."
        return Finding("repeat", again), 0

    def broken_law(self) -> tuple[str, Finding | None]:
        for name in self.question.laws:
            try:
                finding = self._law(name)
            except _Stop:
                raise
            except Exception:  # a property expects results of the cases' form
                other = "On other inputs than the cases', the result has another form."
                finding = Finding("law", other)
            if finding is not None:
                return name, finding
        return "", None

    def _law(self, name: str) -> Finding | None:
        """Check the answer against a property, once."""
        if name not in self.asked:
            law = properties.law(self.question.assignment, name)
            self.asked[name] = law(self, self.question.secret)
        return self.asked[name]

    def _law_in_words(self) -> str:
        """Return the sentence of the first property that wrong values break, or ""."""
        with contextlib.suppress(Exception):  # properties expect the right form
            _, finding = self.broken_law()
            return finding.sentence if finding else ""
        return ""

    # --- what was earned -------------------------------------------------------------------

    def earned(self, finding: Finding | None = None, broken: str = "") -> tuple[Earned, ...]:
        """Return the points of each rubric part; `broken` names the property behind `finding`."""

        def law(name: str) -> Finding | None:
            return finding if name == broken else self._law(name)

        return rubric.earned(self.question, self.runs, self.found, law, finding)

    # --- in words --------------------------------------------------------------------------

    def _wrong(self, finding: Finding, index: int | None, law: str = "") -> Verdict:
        known = diagnose.match_known_mistake(self.question, self.runs, self.found, index)
        case = self.question.cases[index] if index is not None else None
        advice = ""
        if known is None:
            outside = self.answer.outside
            if outside:
                advice = (
                    f"It reads {' and '.join(outside)} from outside the function. "
                    "Is that meant, or should it be an argument?"
                )
            elif finding.kind == "value":
                advice = self._law_in_words()
        elif not known.whole:
            advice = "Something else is not right either: mend this first, then check again."
        return self._said(
            Status.WRONG,
            finding.sentence,
            advice=advice,
            mistake=known.mistake.name if known else "",
            mistake_sentence=known.mistake.sentence if known else "",
            call=_call_said(self.question, case) if case else "",
            boxes=(("expected", finding.expected), ("got", finding.got))
            if finding.kind == "shape"
            else (),
            expected=finding.expected if finding.kind == "value" else None,
            got=finding.got if finding.kind == "value" else None,
            earned=self.earned(finding, law),
            foot=_foot(self.question),
        )

    def _raised(self, run: Run, case: Case) -> Verdict:
        told = run.failure or Explanation("it raised an exception.")
        half_blank = told.blank and self.answer.blank  # its own stub comes after that call
        if run is self.runs[0] and (told.blank == self.question.exercise or half_blank):
            return self._blank()
        if told.blank == self.question.exercise:
            left = f"here it comes to `{told.source}`, which is still there."
            told = replace(told, sentence=left, advice="What is due in its place?", blank="")
        elif isinstance(case.expected, Raised):
            assert isinstance(run.outcome, Raised)
            raised = _a_kind(run.outcome.kind)
            due = f"this call should raise a {case.expected.kind}, and it raised {raised}."
            told = replace(told, sentence=due, advice=told.sentence)
        known = diagnose.match_known_mistake(self.question, self.runs, self.found, None)
        return self._said(
            Status.ERROR,
            told.sentence,
            advice=told.advice if known is None else "",
            mistake=known.mistake.name if known else "",
            mistake_sentence=known.mistake.sentence if known else "",
            source=told.source,
            boxes=told.boxes,
            call=_call_said(self.question, case),
            earned=self.earned(),
            foot="" if told.blank else _foot(self.question),
        )

    def _blank(self) -> Verdict:
        return self._said(
            Status.BLANK,
            "still blank. Begin with what is written above it.",
            advice=f"Your code goes where `raise {BLANK}()` stands; "
            "delete that line when you are done.",
            foot=f'`hint("{self.question.exercise}")` helps you to begin.',
        )

    def _said(self, status: Status, message: str, **more: Any) -> Verdict:
        return _verdict_of(self.question, self.runs, status, message, **more)


def _wrong_earlier(
    key: AnswerKey,
    question: Question,
    answers: Answers,
    used: list[str],
    known: Mapping[str, Verdict],
) -> list[str]:
    """Return the earlier answers in `used` that are wrong by themselves."""
    questions = [key.question(name, question.seed) for name in used]
    wrong: list[str] = []
    for earlier in sorted(questions, key=lambda one: len(one.builds_on)):
        before = [name for name in wrong if name in earlier.builds_on]
        if before and question.given is None:
            continue  # without references it cannot be judged apart from those
        given = {name: question.given[name] for name in before} if question.given else {}
        try:
            verdict = known.get(earlier.exercise) or judge(
                earlier, answers.answer(earlier.exercise), given
            )
            right = verdict.status is Status.CORRECT
        except Absent:
            right = False
        if not right:
            wrong.append(earlier.exercise)
    return wrong


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _verdict_of(
    question: Question, runs: list[Run], status: Status, message: str, **more: Any
) -> Verdict:
    earned = more.pop("earned", ())
    said = {name: _short(more.get(name, "")) for name in ("advice", "source")}
    points = question.points if status is Status.CORRECT else sum(one.got for one in earned)
    return Verdict(
        question.exercise,
        status,
        round(points, 2),
        question.points,
        _short(message),
        printed=next((run.printed for run in runs if run.printed), ""),
        warned=tuple(dict.fromkeys(warning for run in runs for warning in run.warned))[:5],
        earned=earned,
        seed=question.seed,
        **more | said,
    )


def _short(text: str) -> str:
    """Return the text, cut to `LONGEST` characters: a student's result can make it endless."""
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"


def _a_kind(name: str) -> str:
    return f"{'an' if name[:1] in tuple('AEIOU') else 'a'} {name}"


def _seed_said(question: Question) -> str:
    return f" (seed {question.seed})" if _has_seed(question) else ""


def _has_seed(question: Question) -> bool:
    """Return whether another seed gives other cases; a function without arguments has only one."""
    return question.seed is not None and any(case.args for case in question.cases)


def _foot(question: Question) -> str:
    again = ""
    if _has_seed(question):
        again = f'The same cases again: `check("{question.exercise}", seed={question.seed})`. '
    return again + f'A hint: `hint("{question.exercise}")`.'


def _call_said(question: Question, case: Case) -> str:
    arguments = ", ".join(_argument_said(name, value) for name, value in case.args.items())
    note = f", with {case.note}" if case.note else ""
    return f"{question.exercise}({arguments}){note}"


def _argument_said(name: str, value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{name} {value.shape}"
    if isinstance(value, list) and any(isinstance(item, dict | tuple | list) for item in value):
        return f"{name} of {len(value)} items"
    if isinstance(value, str | int | float | list):
        return f"{name}={value!r}"
    if isinstance(value, dict) and "W1" in value:
        return f"{name} of {len(value) // 2} layers"
    return name

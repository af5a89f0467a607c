"""Judging: call an answer on the cases of a question, and state what is wrong.

This module knows neither the answer to any exercise nor where a student's code runs. A question
comes from an answer key (`answer_key`); `student_code` defines how answers are called.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from utils.checker import wording
from utils.checker.answer_key import AnswerKey, Question
from utils.checker.inspect_call import unexpected
from utils.checker.judgment import Judgment
from utils.checker.student_code import Absent, Answer, Answers, Function, Overrides
from utils.checker.verdict import Status, Verdict
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
    alone = Judgment(question, answer, {})
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
    return Judgment(question, asked, overrides or {}).verdict()


class Rejections(NamedTuple):
    """A verdict, and what rejects the answer: indices of cases, else the name of a property."""

    verdict: Verdict
    cases: set[int]
    property: str


def rejections(question: Question, answer: Answer | Callable[..., Any]) -> Rejections:
    """Judge an answer by a question, and return everything that rejects it."""
    judgment = Judgment(question, Function(answer) if callable(answer) else answer, {})
    verdict = judgment.verdict()
    wrong = {
        i
        for i, (run, case) in enumerate(judgment.pairs())
        if unexpected(run, case) or judgment.findings[i]
    }
    return Rejections(verdict, wrong, "" if wrong else judgment.broken_property()[0])


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

"""The wording of verdicts: their sentences, and the call that shows a fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from utils.checker import course
from utils.checker.answer_key import Question
from utils.checker.cases import Case, Explanation, Raised, Run
from utils.checker.explain import BLANK
from utils.checker.verdict import Status, Verdict

__all__ = [
    "STILL_BLANK",
    "another_result",
    "blank",
    "built_on_wrong",
    "call_in_words",
    "drawn_elsewhere",
    "explanation_of",
    "how_to_go_on",
    "reads_from_outside",
    "right",
    "stood_in",
    "verdict_of",
]

LONGEST = 3000  # characters of one sentence in a verdict
STILL_BLANK = "still blank. Begin with what is written above it."


def verdict_of(
    question: Question, runs: Sequence[Run], status: Status, message: str, **more: Any
) -> Verdict:
    """Return a verdict with its points, and with what the answer printed in these runs."""
    earned = more.pop("earned", ())
    texts = {name: _short(more.get(name, "")) for name in ("advice", "source")}
    points = question.points if status is Status.CORRECT else sum(part.got for part in earned)
    return Verdict(
        question.exercise,
        status,
        round(points, 2),
        question.points,
        _short(message),
        printed=next((run.printed for run in runs if run.printed), ""),
        warned=tuple(dict.fromkeys(warning for run in runs for warning in run.warned))[:5],
        earned=earned,
        seed=None if question.secret else question.seed,
        **more | texts,
    )


def _short(text: str) -> str:
    """Return the text, cut to `LONGEST` characters: a student's result can make it endless."""
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"


def right(question: Question, count: int) -> str:
    """Return the sentence on an answer that is right on `count` cases."""
    seed = f" (seed {question.seed})" if _has_seed(question) else ""
    return (f"right on {count} cases" if count > 1 else "right") + seed + "."


def blank(question: Question, runs: Sequence[Run]) -> Verdict:
    """Return the verdict on an answer that still contains the stub."""
    return verdict_of(
        question,
        runs,
        Status.BLANK,
        STILL_BLANK,
        advice=f"Your code goes where `raise {BLANK}()` stands; "
        "delete that line when you are done.",
        footer=f'`hint("{question.exercise}")` helps you to begin.',
    )


def another_result(drawn: bool) -> str:
    """Return the sentence on a case that gave two results; `drawn` if it has a random generator."""
    why = "draw every number from rng" if drawn else "use nothing but the arguments"
    return f"The same arguments gave another result the second time: {why}."


def drawn_elsewhere(sources: Sequence[str]) -> str:
    """Return the sentence on random numbers from generators that all code shares."""
    names = " and ".join(sources)
    return f"It draws from {names}, which all code shares: draw every number from rng."


def reads_from_outside(names: Sequence[str]) -> str:
    """Return a question about names that the function reads from outside it; "" without names."""
    if not names:
        return ""
    read = " and ".join(names)
    them = "it" if len(names) == 1 else "them"
    if any(name in ("In", "Out") for name in names):
        return f"It reads {read} from outside the function; IPython made {them}. Is that meant?"
    constant = next((f" The constant is np.{name}." for name in names if name in ("e", "pi")), "")
    return (
        f"It reads {read} from outside the function, as a cell above left {them}. "
        f"Is that meant, or should it be an argument?{constant}"
    )


def explanation_of(question: Question, run: Run, case: Case) -> Explanation:
    """Return the explanation of an unexpected exception; it says which one was expected, if any."""
    explanation = run.failure or Explanation("it raised an exception.")
    if explanation.blank == question.exercise:
        left = f"here it comes to `{explanation.source}`, which is still there."
        return replace(explanation, sentence=left, advice="What is due in its place?", blank="")
    if isinstance(case.expected, Raised):
        assert isinstance(run.outcome, Raised)
        sentence = (
            f"this call should raise a {case.expected.kind}, "
            f"and it raised {_with_article(run.outcome.kind)}."
        )
        return replace(explanation, sentence=sentence, advice=explanation.sentence)
    return explanation


def _with_article(name: str) -> str:
    return f"{'an' if name[:1] in tuple('AEIOU') else 'a'} {name}"


def built_on_wrong(names: Sequence[str]) -> str:
    """Return the sentence on an answer that fails and calls earlier ones that are not right."""
    return f"it builds on your {' and '.join(names)}, not right yet: mend that first."


def stood_in(names: Sequence[str]) -> str:
    """Return the sentence that names the earlier answers which references replaced."""
    verb = "is" if len(names) == 1 else "are"
    return f"The course's own {' and '.join(names)} stood in for yours, which {verb} not right yet."


def _has_seed(question: Question) -> bool:
    """Return whether to show the seed: not in a class's verdicts, nor if no case has arguments."""
    shown = question.seed is not None and not question.secret
    return shown and any(case.args for case in question.cases)


def how_to_go_on(question: Question) -> str:
    """Return how to repeat the check, and how to get a hint."""
    again = ""
    if _has_seed(question):
        again = f'The same cases again: `check("{question.exercise}", seed={question.seed})`. '
    return again + f'A hint: `hint("{question.exercise}")`.'


def call_in_words(question: Question, case: Case) -> str:
    """Return the call of a case in one line, large arguments by their shapes."""
    arguments = ", ".join(_argument(name, value) for name, value in case.args.items())
    note = f", with {case.note}" if case.note else ""
    return f"{question.exercise}({arguments}){note}"


def _argument(name: str, value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{name} {value.shape}"
    if isinstance(value, list) and any(isinstance(item, dict | tuple | list) for item in value):
        return f"{name} of {len(value)} item{'s' * (len(value) != 1)}"
    if isinstance(value, str | int | float | list):
        return f"{name}={value!r}"
    return f"{name} {course.remark_on(value)}".rstrip()

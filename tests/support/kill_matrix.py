"""Make the tables of which case rejects which known mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.support import ROOT
from utils.checker.answer_key import Question
from utils.checker.judge import rejections
from utils.exercises import Exercise

__all__ = ["PAGE", "one_cell", "section"]

PAGE = ROOT / "benchmarks" / "kill_matrix.md"


def section(
    exercise: Exercise, question: Question, judged: Callable[..., Any] = rejections
) -> Iterator[str]:
    """Yield the lines of one exercise's table; `judged` may be a cached `rejections`."""
    count = len(question.cases)
    yield f"\n## {exercise.name}\n"
    notes = [f"{i} {case.note or 'plain'}" for i, case in enumerate(question.cases, 1)]
    properties = [f"property {name}" for name in question.properties]
    yield f"Cases: {'; '.join(notes + properties)}.\n"
    numbers = " | ".join(map(str, range(1, count + 1)))
    yield f"| mistake | {numbers} | property | what is said |"
    yield "|:--|" + ":-:|" * count + ":--|:--|"
    for mistake in exercise.mistakes:
        verdict, wrong, broken = judged(question, mistake.function)
        marks = " | ".join("✗" if i in wrong else "" for i in range(count))
        quoted = f"“{verdict.message}” " if verdict.status == "error" else ""
        words = one_cell(quoted + verdict.mistake_sentence)
        yield f"| {mistake.name} | {marks} | {broken} | {words} |"


def one_cell(text: str) -> str:
    """Return a text as it stands in one cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")

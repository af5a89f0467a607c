"""Which case rejects which mistake: ``python benchmarks/kill_matrix.py`` writes kill_matrix.md.

For every known mistake of every exercise, the cases of seed 0 that reject it, the property that
does where no case does, and the sentence that the student reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from autograder.files import write_text
from utils.checker.answer_key import LiveKey, Question
from utils.checker.judge import rejections
from utils.exercises import EXERCISES, Exercise

PAGE = Path(__file__).with_name("kill_matrix.md")

TOP = """# What rejects each known mistake

Made by `python benchmarks/kill_matrix.py`; please do not edit it by hand. A column is a case, one
set of inputs, and ✗ says that it rejects the mistake. Properties are checked where all cases
pass. The last column is what the student reads; a quotation before it explains the line that
raised.
"""


def section(
    exercise: Exercise, question: Question, judged: Callable[..., Any] = rejections
) -> Iterator[str]:
    """The lines of one exercise's table; `judged` may remember what it was asked before."""
    count = len(question.cases)
    yield f"\n## {exercise.name}\n"
    notes = [f"{i} {case.note or 'plain'}" for i, case in enumerate(question.cases, 1)]
    properties = [f"property {name}" for name in question.properties]
    yield f"Cases: {'; '.join(notes + properties)}.\n"
    yield (
        "| mistake | " + " | ".join(map(str, range(1, count + 1))) + " | property | what is said |"
    )
    yield "|:--|" + ":-:|" * count + ":--|:--|"
    for mistake in exercise.mistakes:
        verdict, wrong, broken = judged(question, mistake.function)
        marks = " | ".join("✗" if i in wrong else "" for i in range(count))
        line = f"“{verdict.message}” " if verdict.status == "error" else ""
        words = (line + verdict.mistake_sentence).replace("|", "\\|").replace("\n", " ")
        yield f"| {mistake.name} | {marks} | {broken} | {words} |"


def page() -> str:
    """The whole page."""
    lines = [TOP.rstrip()]
    for exercise in EXERCISES.values():
        lines += section(exercise, LiveKey().question(exercise.name, 0))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write_text(PAGE, [page()])
    print(f"Written: {PAGE.name}")

"""Judges an attack as the engine does, with whatever is patched."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.grading import grade_submission, judging, required_cells
from autograder.grading.course_notebook import CourseNotebook
from autograder.grading.grade_submission import Settings, judge_submission
from autograder.grading.merge import code_cells, merge_answers
from autograder.grading.submission_file import cells_of
from autograder.limits import Limits
from autograder.protocol.client import CodeCell
from autograder.sandbox.sandbox import Sandbox
from tests.attacks.attack import WON, Attack
from tests.attacks.room import page_of
from tests.support import small_course
from utils.checker.answer_key import LiveKey
from utils.checker.student_code import Notebook

SEED = "spring"
ASK = LiveKey.question
SANDBOXES: dict[tuple[str, ...], Any] = {}
COURSE = small_course.notebook()
TEN_SECONDS = Limits(seconds=10)


class Hung(BaseException):
    """It did not come to its end in time."""


@contextmanager
def within(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Hung

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def sandbox(walls: tuple[str, ...] = ()) -> Any:
    """The sandbox without these walls, started once."""
    if walls not in SANDBOXES:
        box = Sandbox(
            judging.ENTRY,
            judging._files(small_course.TASK),
            warm=("autograder.protocol.server", "utils.check"),  # the rest takes a second each
            without=walls,
        )
        SANDBOXES[walls] = box.__enter__()
    return SANDBOXES[walls]


def pieces(attack: Attack) -> list[CodeCell]:
    cells = list(cells_of(page_of(attack)))
    merged = merge_answers(CourseNotebook(COURSE), cells)
    return required_cells.required_cells(code_cells(merged))


def judged(
    attack: Attack, box: Any = None, names: Any = None, **limits: Any
) -> grade_submission.JudgedSubmission:
    """As the engine judges, with whatever is patched."""
    settings = Settings(SEED, limits=replace(TEN_SECONDS, **limits))
    due = names or list(attack.answers)
    return judge_submission(box or sandbox(), LiveKey(SEED), pieces(attack), due, settings)


def target(attack: Attack) -> str:
    return next(iter(attack.answers))


def won(attack: Attack, found: grade_submission.JudgedSubmission) -> bool:
    return any(WON in one.text() for one in found.verdicts.values())


def namespace(attack: Attack) -> dict[str, Any]:
    """The student's functions in this very process."""
    names: dict[str, Any] = {"np": np}
    for piece in pieces(attack):
        exec(piece.source, names)
    return names


def without_properties(self: LiveKey, exercise: str, seed: int | None = None) -> Any:
    """A question of values alone, as others ask: properties are one more layer of ours."""
    return replace(ASK(self, exercise, seed), properties={})


def in_process(attack: Attack, key: Any = None) -> Any:
    answers = Notebook(namespace(attack))
    return grade_submission.judge_exercise(key or LiveKey(SEED), target(attack), answers)

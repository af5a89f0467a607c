"""Find exercises for which something is written and nothing was credited: a person decides them.

A program that finds no answer may have looked in the wrong place, so such a result is pending and
never a final 0. A wrong answer in a notebook that earned points elsewhere was found and judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode

from autograder.grading.course_notebook import test_cells
from autograder.grading.reading import Reading
from utils.checker.verdict import MIME, Status

__all__ = ["NOTHING", "uncredited"]

A_PERSON = "so a person will look at it."
STUB_LEFT = f"Something is written there, and `raise NotImplementedError()` too, {A_PERSON}"
ELSEWHERE = f"Its cell is missing, and there is code of your own elsewhere, {A_PERSON}"
REPORT = f"Its cell is blank, and there is text of your own elsewhere, {A_PERSON}"
NOTHING = f"Nothing in the whole notebook was credited, {A_PERSON}"


def uncredited(
    course: NotebookNode, reading: Reading, verdicts: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Return a sentence for each exercise with something written and nothing credited.

    Parameters
    ----------
    course
        The course's own notebook.
    reading
        The reading of the student's notebook.
    verdicts
        The outputs of each judged exercise's verdict, by MIME type.
    """
    records = {name: outputs[MIME] for name, outputs in verdicts.items()}
    nothing = bool(records) and not any(one["points"] for one in records.values())
    found = {}
    for exercise, test in test_cells(course).items():
        written = exercise in reading.written
        record = records.get(exercise)
        if record is None:
            if test.metadata.nbgrader.solution and not written and reading.own_text:
                found[exercise] = REPORT
        elif record["points"] != 0 or record["status"] == Status.TAMPERED:
            continue
        elif record["status"] == Status.BLANK and written:
            found[exercise] = STUB_LEFT
        elif exercise in reading.missing and reading.own_code:
            found[exercise] = ELSEWHERE
        elif nothing and (written or reading.own_code):
            found[exercise] = NOTHING
    return found

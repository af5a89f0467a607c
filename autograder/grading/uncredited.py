"""Find exercises for which something is written and nothing was credited: a person decides them.

A program that finds no answer may have looked in the wrong place, so such a result is pending and
never a final 0. A wrong answer in a notebook that earned points elsewhere was found and judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode

from autograder.grading.course_notebook import answer_cells, test_cells
from autograder.grading.merge import MergedNotebook
from autograder.grading.required_cells import is_python
from utils.checker.verdict import MIME, Status

__all__ = ["NOTHING", "is_blank", "is_written", "uncredited"]

A_PERSON = "so a person will look at it."
STUB_LEFT = f"Something is written there, and `raise NotImplementedError()` too, {A_PERSON}"
ELSEWHERE = f"Its cell is missing, and there is code of your own elsewhere, {A_PERSON}"
REPORT = f"Its cell is blank, and there is text of your own elsewhere, {A_PERSON}"
NOTHING = f"Nothing in the whole notebook was credited, {A_PERSON}"


def uncredited(
    course: NotebookNode, merged: MergedNotebook, verdicts: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Return a sentence for each exercise with something written and nothing credited.

    Parameters
    ----------
    course
        The course's own notebook.
    merged
        The same with the student's answers.
    verdicts
        Of each exercise that was judged, its outputs by MIME type.
    """
    records = {name: outputs[MIME] for name, outputs in verdicts.items()}
    own = [cell for cell in merged.notebook.cells if cell.id in merged.own]
    own_code = any(cell.cell_type == "code" for cell in own)
    own_text = any(cell.cell_type == "markdown" or not is_python(cell.source) for cell in own)
    nothing = bool(records) and not any(one["points"] for one in records.values())
    found = {}
    for exercise, test in test_cells(course).items():
        written = is_written(course, merged, exercise)
        record = records.get(exercise)
        if record is None:
            if test.metadata.nbgrader.solution and not written and own_text:
                found[exercise] = REPORT
        elif record["points"] != 0 or record["status"] == Status.TAMPERED:
            continue
        elif record["status"] == Status.BLANK and written:
            found[exercise] = STUB_LEFT
        elif exercise in merged.missing and own_code:
            found[exercise] = ELSEWHERE
        elif nothing and (written or own_code):
            found[exercise] = NOTHING
    return found


def is_written(course: NotebookNode, merged: MergedNotebook, exercise: str) -> bool:
    """Return whether an answer's cell differs from the course's in more than white space."""
    texts = [answer_cells(one)[exercise].source.split() for one in (course, merged.notebook)]
    return "".join(texts[0]) != "".join(texts[1])


def is_blank(course: NotebookNode, merged: MergedNotebook) -> bool:
    """Return whether a notebook holds no answer and no code of the student's own."""
    cells = {cell.id: cell for cell in merged.notebook.cells}
    if any(cells[name].cell_type == "code" for name in merged.own):
        return False
    return not any(is_written(course, merged, name) for name in answer_cells(course))

"""Draw one student's feedback: first each exercise with its points and the sentence, then the work.

The page is one file. It loads nothing and runs nothing, and its policy forbids both.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from nbformat import NotebookNode

from autograder.course.notebooks import SOLUTION
from autograder.feedback.prose import code_html, prose_html
from autograder.files import ROOT
from autograder.grading.cell_output import NO_OUTPUT
from autograder.grading.class_folder import Submission
from autograder.grading.course_notebook import answer_cells, read_course_notebook
from autograder.grading.merge import MergedNotebook
from autograder.grading.pictures import MOST, linked_picture
from autograder.grading.results import Result
from utils.checker.verdict import Status
from utils.render import template

__all__ = ["About", "draw_page", "page_without_work"]

SIGNS = {Status.CORRECT: "✓", Status.BLANK: "○", Status.PARTIAL: "◐"}
WORDS = {
    "correct": "right",
    "partial": "partly right",
    "wrong": "not right yet",
    "error": "stopped with an error",
    "timeout": "took too long",
    "blank": "left blank",
    "missing": "not handed in",
    "unreadable": "could not be read",
    "manual": "graded by a person",
    "tampered": "to be looked at by a person",
    "unchecked": "could not be checked",
}
MOST_TEXT = 20_000  # letters of one output that are shown


@dataclass(frozen=True)
class About:
    """What the front page says.

    Attributes
    ----------
    title, student : as shown
    total, most, pending, penalty, late : of the `Grade`
    results : the records of ``results.jsonl``, in order
    notes : sentences about the file
    granted : a sentence on an extension or exemption, or ""
    name : the student's own name, or ""
    """

    title: str
    student: str
    total: float
    most: float
    pending: float
    penalty: float
    late: float
    results: Sequence[Mapping[str, Any]]
    notes: Sequence[str] = ()
    granted: str = ""
    name: str = ""


def page_without_work(about: About) -> str:
    """Return the page of a student whose notebook could not be shown."""
    return _page(about, [])


def draw_page(
    about: About, submission: Submission, merged: MergedNotebook, results: Sequence[Result]
) -> str:
    """Return the page with the work; with `about` bound, serve as a `Draw`."""
    return _page(about, list(_parts(submission, merged)))


def _page(about: About, parts: Sequence[Mapping[str, Any]]) -> str:
    shown = {part["exercise"] for part in parts if part["exercise"]}
    rows = [
        {
            "exercise": one["exercise"],
            "points": _points(one),
            "most": f"{one['max_points']:g}",
            "sign": SIGNS.get(one["status"], "✗" if one["points"] is not None else "…"),
            "status": WORDS.get(one["status"], one["status"]),
            "sentence": one["message"],
            "comment": one.get("comment") or "",
            "shown": one["exercise"] in shown,
            "earned": one.get("earned") or {},
        }
        for one in about.results
    ]
    return template(__file__).render(about=about, rows=rows, parts=parts)


def _points(record: Mapping[str, Any]) -> str:
    points = record.get("final_points", record["points"])
    return "" if points is None else f"{round(points, 2):g}"


def _parts(submission: Submission, merged: MergedNotebook) -> Iterator[dict[str, Any]]:
    """Yield what to show of each cell that is the student's, and each verdict."""
    given, answers = _course(submission.folder.name)
    beside = _Beside(submission.folder)
    heading = ""
    for cell in merged.notebook.cells:
        source, marks = cell.source, cell.metadata.get("nbgrader", {})
        own = cell.id in merged.own
        exercise = answers.get(cell.id, "")
        theirs = own or exercise or cell.id in merged.edited or source != given.get(cell.id)
        verdict = None
        if marks.get("grade") and not marks.get("solution"):
            name = marks["grade_id"].removesuffix(SOLUTION)
            verdict = submission.verdicts.get(name, {}).get("text/html")
        output = submission.outputs.get(cell.id, NO_OUTPUT)
        if cell.cell_type == "markdown" and not theirs:
            lines = [line.lstrip("# ") for line in source.splitlines() if line.startswith("#")]
            heading = lines[-1] if lines else heading
            continue
        if not (theirs or verdict or output.figures):
            continue
        yield {
            "heading": prose_html(heading).removeprefix("<p>").removesuffix("</p>\n"),
            "exercise": exercise,
            "what": "" if exercise or verdict else "your own cell" if own else "changed by you",
            "html": _content(cell, beside) if theirs else "",
            "is_code": cell.cell_type == "code",
            "printed": _cut(output.printed),
            "raised": _cut(output.raised),
            "figures": output.figures,
            "verdict": verdict or "",
        }
        heading = ""


@lru_cache(4)
def _course(assignment: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the text of each of the course's cells, and the exercise of each answer, by id."""
    course = read_course_notebook(ROOT, assignment)
    answers = {cell.id: name for name, cell in answer_cells(course).items()}
    return {cell.id: cell.source for cell in course.cells}, answers


class _Beside:
    """The pictures beside a notebook, of which a page shows a bounded number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, str | None] = {}

    def picture(self, address: str) -> str | None:
        """Return the content of a picture that was handed in as a file, or None."""
        if address not in self._found and len(self._found) < MOST:
            data = linked_picture(address, self._folder)
            found = data and f"data:image/png;base64,{base64.b64encode(data).decode()}"
            self._found[address] = found or None
        return self._found.get(address)


def _content(cell: NotebookNode, beside: _Beside) -> str:
    if cell.cell_type == "code":
        return code_html(cell.source)
    attached = cell.get("attachments") or {}
    pasted = {
        f"attachment:{name}": f"data:{kind};base64,{''.join(data)}"
        for name, kinds in attached.items()
        for kind, data in kinds.items()
        if kind in ("image/png", "image/jpeg")
    }
    return prose_html(cell.source, lambda url: pasted.get(unquote(url)) or beside.picture(url))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}\n[The rest is left out.]"

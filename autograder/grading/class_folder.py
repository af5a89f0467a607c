"""Read a class's folder of submissions: which students it has, and what each handed in."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.course.notebooks import assignments
from autograder.errors import UsageError
from autograder.files import ROOT
from autograder.grading.chosen_notebook import merge_chosen
from autograder.grading.course_notebook import CourseNotebook
from autograder.grading.merge import MergedNotebook
from autograder.grading.misplaced import misplaced
from autograder.grading.submission_file import Unreadable
from utils.checker.verdict import printable

__all__ = ["Submission", "load_submission", "shown_name", "students_in"]


@dataclass
class Submission:
    """One student's submission, with its verdicts and notes.

    Attributes
    ----------
    student : str
    folder : where the submission lies
    course : the course's notebook
    merged : the merged notebook, or None where the submission has no readable notebook
    notes : sentences about the file as a whole
    keys : the cache key of each exercise that is judged
    output_key : the cache key of what the cells printed and raised
    verdicts : of each exercise, its outputs by MIME type
    suspicions : sentences about suspected tampering, by exercise
    printed, raised : what each cell printed, and its exception, by cell id
    needs_review : whether an instructor should look at it, whatever its verdicts are
    """

    student: str
    folder: Path
    course: NotebookNode
    merged: MergedNotebook | None
    notes: list[str]
    keys: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    suspicions: dict[str, str] = field(default_factory=dict)
    output_key: str = ""
    printed: dict[str, str] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)
    needs_review: bool = False


def students_in(submissions: Path) -> list[str]:
    """Return the names of the students' folders, sorted."""
    if submissions.is_file():
        raise UsageError(f"{submissions} is a file. Give the folder that holds the students'.")
    if not submissions.is_dir():
        parent = submissions.absolute().parent
        others = [path.name for path in _subfolders(parent)] if parent.is_dir() else []
        listed = f" {parent} has: {', '.join(others)}." if others else ""
        raise UsageError(f"There is no folder {submissions}.{listed}")
    students = [path.name for path in _subfolders(submissions)]
    if not students:
        raise UsageError(f"There are no students' folders in {submissions}.")
    return students


def _subfolders(folder: Path) -> list[Path]:
    found = (path for path in folder.iterdir() if path.is_dir())
    return sorted(path for path in found if not path.name.startswith((".", "__")))


def shown_name(student: str) -> str:
    """Return a folder's name as printable text; file names may be undecodable or deceptive."""
    name = os.fsencode(student).decode(errors="backslashreplace")
    return printable(name).replace("\n", "\\n")  # keep it on one line


def load_submission(
    course: CourseNotebook, assignment: str, submissions: Path, student: str
) -> Submission:
    """Read a student's submission; record its problems as notes."""
    name, folder = shown_name(student), submissions / student / assignment
    try:
        if not folder.is_dir():
            raise Unreadable("")
        merged, repairs = merge_chosen(course, assignment, folder)
    except Unreadable as problem:
        others = {one for one in assignments(ROOT) if one != assignment}
        note = found = misplaced(submissions / student, assignment, others)
        if not found:
            note = f"Nothing was handed in for {assignment}."
        elif folder.is_symlink() or any(folder.glob("*.ipynb")):
            note = str(problem)
        return Submission(name, folder, course.notebook, None, [note], needs_review=bool(found))
    notes = [repair.sentence for repair in repairs]
    doubtful = any(repair.doubtful for repair in repairs)
    return Submission(name, folder, course.notebook, merged, notes, needs_review=doubtful)

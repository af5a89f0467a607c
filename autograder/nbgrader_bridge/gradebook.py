"""Write verdicts where nbgrader reads them: the graded notebook and the gradebook.

    verdicts ─→ autograded/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb ─→ formgrader, feedback
             └→ gradebook.db                                 ─→ formgrader, feedback, export

What is in a graded notebook is made by `graded_notebook.py`, in a worker.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import selectinload

from autograder.course.notebooks import SOLUTION
from autograder.errors import UsageError
from autograder.files import write_text
from autograder.grading.class_folder import Submission
from autograder.grading.grade_file import Draw
from autograder.grading.results import NEEDS_REVIEW, Result
from autograder.grading.student_results import Recorded
from autograder.nbgrader_bridge.exchange_files import BESIDE, TIMESTAMP, short_file
from autograder.nbgrader_bridge.graded_notebook import draw, draw_unread

__all__ = ["Book", "recorded", "with_grades"]

LONGEST = 300  # letters of an error's text
COMMIT_INTERVAL = 2  # seconds between two commits, at least


@dataclass(frozen=True)
class _Entry:
    """The part of a submission that the gradebook gets: plain data, bounded in size.

    Attributes
    ----------
    results : by exercise
    changed : exercises whose answers changed since the run before
    blank : exercises whose answers are still as the course gave them
    """

    results: Mapping[str, Result]
    changed: Collection[str]
    blank: set[str]
    needs_review: bool
    timestamp: datetime | None


class Book:
    """The gradebook, open for one assignment.

    Manual grades and comments belong to the grader, and are never changed.
    """

    def __init__(
        self,
        directory: CourseDirectory,
        late: AssignLatePenalties,
        gradebook: Gradebook,
        assignment: str,
    ) -> None:
        self.directory, self.late = directory, late
        self.gradebook, self.assignment = gradebook, assignment
        notebook = gradebook.find_notebook(assignment, assignment)
        self.notebook_id, self.assignment_id = notebook.id, notebook.assignment.id
        # Of each notebook of the assignment, the ids of its cells with a grade, with a comment.
        self.cell_ids = {
            one.id: (
                [cell.id for cell in [*one.grade_cells, *one.task_cells]],
                [cell.id for cell in [*one.solution_cells, *one.task_cells]],
            )
            for one in notebook.assignment.notebooks
        }
        self.graded = {cell.id: (cell.name, cell.max_score) for cell in notebook.grade_cells}
        self.answers = {cell.id: cell.name for cell in notebook.solution_cells}
        self.max_score = float(notebook.assignment.max_score)
        gradebook.db.commit()
        self.queued: dict[str, _Entry] = {}
        self.refused: dict[str, str] = {}  # why a student's grades could not be entered
        self.committed_at = time.monotonic()

    @property
    def draw(self) -> Draw:
        """Return a function for workers: it makes a graded notebook with the gradebook's points."""
        return partial(draw, dict(self.graded.values()))

    def add(
        self, submission: Submission, results: Sequence[Result], changed: Collection[str]
    ) -> None:
        """Write a student's graded notebook and queue the grades, for `grade.Writer`."""
        if not (os.path.isdir(submission.folder) or submission.needs_review):
            return  # nothing was handed in, there or in a wrong place
        points = dict(self.graded.values())
        if unknown := [one.exercise for one in results if one.exercise not in points]:
            raise UsageError(
                f"The gradebook does not know {', '.join(unknown)}. Bring the workspace up to "
                f"date: `course workspace`, then `nbgrader generate_assignment {self.assignment}`."
            )
        # Without a notebook to draw, the problem is reported in the course's blank one.
        text = submission.drawn or draw_unread(points, self.assignment, results)
        self._write(submission, text)
        reading = submission.reading
        exercises = {one.exercise for one in results}
        blank = set(reading.blank) if submission.gradable and reading else exercises
        self.queued[submission.student] = _Entry(
            {one.exercise: one for one in results},
            changed,
            blank,
            submission.needs_review,
            handed_in_at(submission.folder),
        )
        if time.monotonic() - self.committed_at > COMMIT_INTERVAL:
            self.commit()

    def commit(self) -> None:
        """Commit all queued grades at once, so that formgrader waits only for a moment."""
        queued, self.queued = self.queued, {}
        if not queued:
            return
        try:
            self._commit(queued)
        except IntegrityError:  # another grader has just added one of these rows
            self.gradebook.db.rollback()
            self._commit(queued)
        except DBAPIError:  # the gradebook itself cannot be used
            raise
        except Exception:
            self._commit_one_by_one(queued)
        self.committed_at = time.monotonic()

    def recorded(self) -> dict[str, Recorded]:
        """Return each student's record of this assignment, with points as nbgrader exports them."""
        self.commit()
        db = self.gradebook.db
        entries = db.query(SubmittedAssignment).filter_by(assignment_id=self.assignment_id)
        cells = (self.graded, self.answers, self.max_score)
        found = {one.student_id: recorded(one, *cells) for one in entries.options(with_grades())}
        db.commit()
        return found

    def _commit_one_by_one(self, queued: Mapping[str, _Entry]) -> None:
        """Commit each student's grades by themselves, and note those that cannot be entered."""
        for name, one in queued.items():
            self.gradebook.db.rollback()
            try:
                self._commit({name: one})
            except DBAPIError:
                raise
            except Exception as error:
                self.gradebook.db.rollback()
                self.refused[name] = f"{type(error).__name__}: {error}"[:LONGEST]

    def _commit(self, queued: Mapping[str, _Entry]) -> None:
        db = self.gradebook.db
        known = {row.id for row in db.query(Student.id).filter(Student.id.in_(queued))}
        db.add_all(Student(id=name) for name in queued if name not in known)
        existing = (
            db.query(SubmittedAssignment)
            .filter_by(assignment_id=self.assignment_id)
            .filter(SubmittedAssignment.student_id.in_(queued))
            .options(with_grades())
        )
        entries = {one.student_id: one for one in existing}
        for name in queued.keys() - entries.keys():
            entries[name] = self._new(name)
        db.add_all(entries.values())
        for name, one in queued.items():
            entries[name].timestamp = one.timestamp or entries[name].timestamp
            self._enter(entries[name], one)
        db.flush()
        for entry in entries.values():
            self._penalize(entry)
        db.commit()

    def _new(self, student: str) -> SubmittedAssignment:
        """Return a new submission with a row for each grade and comment."""
        submission = SubmittedAssignment(assignment_id=self.assignment_id, student_id=student)
        for notebook_id, (graded, commented) in self.cell_ids.items():
            notebook = SubmittedNotebook(notebook_id=notebook_id, assignment=submission)
            for cell in graded:
                Grade(cell_id=cell, notebook=notebook)
            for cell in commented:
                Comment(cell_id=cell, notebook=notebook)
        return submission

    def _enter(self, entry: SubmittedAssignment, queued: _Entry) -> None:
        """Enter a submission's points; where a person gave some, ask again only after a change."""
        results = queued.results
        [notebook] = [one for one in entry.notebooks if one.notebook_id == self.notebook_id]
        for grade in notebook.grades:
            name, max_score = self.graded.get(grade.cell_id, ("", 0))
            if name in results:
                points, max_points = results[name].points, results[name].max_points
                score = None if points is None else points / max_points * max_score
                asks = queued.needs_review or points is None
                asks = asks or results[name].status in NEEDS_REVIEW
                if grade.manual_score is not None:
                    same = name not in queued.changed and grade.auto_score == score
                    asks = grade.needs_manual_grade or not same
                grade.auto_score, grade.needs_manual_grade = score, asks
        for comment in notebook.comments:
            name = self.answers.get(comment.cell_id, "").removesuffix(SOLUTION)
            comment.auto_comment = "No response." if name in queued.blank else None

    def _penalize(self, entry: SubmittedAssignment) -> None:
        """Set the late penalty as nbgrader's own AssignLatePenalties does."""
        [notebook] = [one for one in entry.notebooks if one.notebook_id == self.notebook_id]
        notebook.late_submission_penalty = None
        late = entry.total_seconds_late
        if late > 0:
            self.gradebook.db.refresh(notebook, ["score"])
            student, plugin = entry.student_id, self.late.plugin_inst
            penalty = plugin.late_submission_penalty(student, notebook.score, late)
            if penalty is not None:
                penalty = self.late._check_late_penalty(notebook, penalty)
                notebook.late_submission_penalty = penalty

    def _write(self, submission: Submission, notebook: str) -> None:
        """Write the graded notebook and the exchange's files; remove all else from its folder."""
        directory = self.directory
        folder = Path(
            directory.format_path(
                directory.autograded_directory, submission.student, self.assignment
            )
        )
        files = {f"{self.assignment}.ipynb": notebook}
        for name in BESIDE:
            if line := short_file(submission.folder / name):
                files[name] = line.decode(errors="replace")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                write_text(folder / name, [text], 0o664 if directory.groupshared else 0o444)
            asides = tuple(f".{name}." for name in files)  # another grader's temporary files
            for other in folder.iterdir():
                if other.is_dir() and not other.is_symlink():
                    shutil.rmtree(other, ignore_errors=True)
                elif other.name not in files and not other.name.startswith(asides):
                    other.unlink(missing_ok=True)
            if directory.groupshared:
                for one in (folder, folder.parent):
                    one.chmod(one.stat().st_mode | 0o2770)
        except OSError as error:
            raise UsageError(f"{folder} cannot be written to: {error.strerror}.") from error


def recorded(
    entry: SubmittedAssignment,
    graded: Mapping[str, tuple[str, float]],
    answers: Mapping[str, str],
    max_points: float,
) -> Recorded:
    """Return what the gradebook has of one submission.

    Parameters
    ----------
    entry : the submission
    graded, answers : name and points of each graded cell, name of each answer's cell, by cell id
    max_points : of the assignment
    """
    grades = [grade for notebook in entry.notebooks for grade in notebook.grades]
    named = {graded[one.cell_id][0]: one for one in grades if one.cell_id in graded}
    scores = {name: (one.manual_score, one.auto_score) for name, one in named.items()}
    comments = [one for notebook in entry.notebooks for one in notebook.comments]
    penalty = float(sum(one.late_submission_penalty or 0 for one in entry.notebooks))
    return Recorded(
        total=max(0.0, float(sum(grade.score or 0 for grade in grades)) - penalty),
        max_points=max_points,
        penalty=penalty,
        hours_late=round(entry.total_seconds_late / 3600, 2),
        points={
            name: None if scores[name] == (None, None) else float(one.score)
            for name, one in named.items()
        },
        comments={
            answers[one.cell_id].removesuffix(SOLUTION): str(one.manual_comment)
            for one in comments
            if one.manual_comment and one.cell_id in answers
        },
        asks=frozenset(name for name, one in named.items() if one.needs_manual_grade),
    )


def with_grades() -> Any:
    """Return the option of a query that loads submissions with their grades and comments."""
    return selectinload(SubmittedAssignment.notebooks).options(
        selectinload(SubmittedNotebook.grades), selectinload(SubmittedNotebook.comments)
    )


def handed_in_at(folder: Path) -> datetime | None:
    """Return the time of submission in UTC, as nbgrader reads it, or None if unknown."""
    try:
        timestamp: datetime | None = parse_utc(
            short_file(folder / TIMESTAMP).decode().strip() or None
        )
    except Exception:  # its parser has many ways to fail on a strange text
        return None
    return timestamp

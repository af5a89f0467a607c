"""Write verdicts where nbgrader reads them: the graded notebook and the gradebook.

    verdicts ─→ autograded/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb ─→ formgrader, feedback
             └→ gradebook.db                                 ─→ formgrader, feedback, export

Formgrader serves a graded notebook from the origin on which grades can be set, so a student's part
of it must not be active: it has only code, Markdown text, and printed output as plain text.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.apps import NbGrader
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, parse_utc
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import selectinload

from autograder.course.notebooks import SOLUTION, assignments
from autograder.errors import UsageError
from autograder.files import ROOT, write_text
from autograder.grading.class_folder import Submission
from autograder.grading.course_notebook import answer_cells
from autograder.grading.merge import MergedNotebook
from autograder.grading.results import NEEDS_REVIEW, Result
from autograder.grading.student_results import Recorded
from autograder.grading.worker_pool import outputs_of
from autograder.nbgrader_bridge.course_directory import CONFIG, is_stale
from utils.checker.verdict import MIME, Status, Verdict

__all__ = ["BESIDE", "Book", "Workspace", "graded_notebook", "own_notebook"]

WAIT = 60  # seconds to wait while another program locks the gradebook
COMMIT_INTERVAL = 2  # seconds between two commits, at least
TIMESTAMP = "timestamp.txt"
# Files that nbgrader's exchange needs beside a notebook, from `submit` to `fetch_feedback`.
BESIDE = (TIMESTAMP, "submission_secret.txt")


# --- the graded notebook -------------------------------------------------------------------------


def graded_notebook(
    merged: MergedNotebook,
    verdicts: Mapping[str, Mapping[str, Any]],
    printed: Mapping[str, str],
    raised: Mapping[str, str],
    points: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Return the notebook that a grader looks at, as JSON data.

    Parameters
    ----------
    merged
        The course's notebook with the answers.
    verdicts
        Of each exercise that is judged by its tests, its outputs by MIME type.
    printed, raised
        What each cell printed, and its exception, by cell id.
    points
        The gradebook's points for each graded cell, which override the course's.
    """
    # Encoding as JSON copies everything, and replaces lone surrogates, which no file can hold.
    text = json.dumps([merged.notebook, verdicts, printed, raised], ensure_ascii=False)
    copies = json.loads(text.encode("utf-8", "replace"))
    notebook: dict[str, Any] = copies[0]
    verdicts, printed, raised = copies[1:]
    for cell in notebook["cells"]:
        metadata = cell["metadata"].get("nbgrader", {})
        name = metadata.get("grade_id", "")
        if metadata.get("grade"):
            metadata["points"] = (points or {}).get(name, metadata["points"])
        if cell["cell_type"] == "code":
            cell["execution_count"] = None
            cell["outputs"] = _text_outputs(printed.get(cell["id"], ""), raised.get(cell["id"], ""))
        elif metadata.get("solution") or cell["id"] in merged.own:
            cell["source"] = _without_tags(cell["source"])
        if metadata.get("grade") and not metadata.get("solution"):
            repairs = [one.sentence + "\n" for one in merged.repairs if one.exercise == name]
            outputs = _verdict_outputs(verdicts[name], metadata["points"])
            cell["outputs"] = [*outputs, *_text_outputs("".join(repairs), "")]
    return notebook


def _text_outputs(printed: str, raised: str) -> list[dict[str, Any]]:
    """Return a cell's outputs as plain text; nbgrader scores 0 for any text on stderr."""
    outputs = [_output("stream", name="stdout", text=printed)] if printed else []
    if raised:
        kind, _, message = raised.partition(": ")
        outputs.append(_output("error", ename=kind, evalue=message, traceback=[raised]))
    return outputs


def _verdict_outputs(verdict: Mapping[str, Any], max_points: float) -> list[dict[str, Any]]:
    """Return outputs that nbgrader scores as full, partial (a number) or no credit (an error)."""
    record = verdict[MIME]
    share = (record["points"] or 0) / record["max_points"]
    if 0 < share < 1:
        number = {"text/plain": f"{share * max_points:g}"}
        data = {**verdict, **number}
        return [_output("execute_result", execution_count=None, metadata={}, data=data)]
    outputs = [_output("display_data", metadata={}, data=verdict)]
    if share == 0:
        text = verdict["text/plain"]
        headline = text.partition("\n")[0]
        outputs.append(_output("error", ename="CheckFailed", evalue=headline, traceback=[text]))
    return outputs


def _output(kind: str, **fields: Any) -> dict[str, Any]:
    return {"output_type": kind, **fields}


def _without_tags(markdown: str) -> str:
    """Return Markdown with its HTML tags disabled; it reads as before, in code too."""
    return re.sub(r"<(?=[A-Za-z/!?])", "<\N{ZERO WIDTH SPACE}", markdown)


# --- the gradebook -------------------------------------------------------------------------------


class Workspace:
    """A course directory that `course workspace` made, with its nbgrader configuration.

    Raises
    ------
    UsageError
        When the folder is not one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        if not (folder / CONFIG).is_file():
            raise UsageError(
                f"{folder} is no workspace: `course workspace {shlex.quote(str(folder))}` makes "
                "it one."
            )
        path = sys.path[:]
        with chdir(folder):  # nbgrader reads the configuration of the current folder
            nbgrader = NbGrader()
            nbgrader.initialize([])
            self.late = AssignLatePenalties(config=nbgrader.config)
            self.late.init_plugin()
        sys.path[:] = path
        self.config, self.directory = nbgrader.config, nbgrader.coursedir

    def warnings(self, root: Path, assignment: str) -> Iterator[str]:
        """Yield a sentence if ``source/`` is older than the course."""
        if is_stale(root, self.folder, assignment):
            there = shlex.quote(str(self.folder))
            yield (
                f"The course changed since source/{assignment} was made: students have an older "
                f"page and answer key. `course workspace {there}` brings it up to date; then "
                "generate and release the assignment again."
            )

    @contextmanager
    def book(self, assignment: str) -> Iterator[Book]:
        """Yield the gradebook, open for one assignment; commit queued grades at the end.

        Raises
        ------
        UsageError
            When the assignment is not in the gradebook yet, or it cannot be used.
        """
        if assignment not in assignments(ROOT) and (self.folder / "source" / assignment).is_dir():
            raise UsageError(own_notebook(assignment))
        url = make_url(self.directory.db_url)
        is_file = url.get_backend_name() == "sqlite" and url.database
        if is_file and not Path(str(url.database)).is_file():
            raise self._not_yet(assignment)
        waiting = url.update_query_dict({"timeout": str(WAIT)}) if is_file else url
        try:
            address = waiting.render_as_string(hide_password=False)
            with Gradebook(address, self.directory.course_id) as gradebook:
                try:
                    book = Book(self, gradebook, assignment)
                except MissingEntry:
                    raise self._not_yet(assignment) from None
                try:
                    yield book
                finally:
                    book.commit()
        except DBAPIError as error:
            what = url.database if is_file else url
            raise UsageError(
                f"The gradebook {what} is in use by another program, and was for {WAIT} seconds: "
                "close that one, and type the same command again; it goes on from here."
                if "locked" in str(error.orig)
                else f"The gradebook {what} cannot be used: {error.orig}."
            ) from error

    def _not_yet(self, assignment: str) -> UsageError:
        there = shlex.quote(str(self.folder))
        return UsageError(
            f"{assignment} is not in the gradebook yet: type "
            f"`cd {there} && nbgrader generate_assignment {assignment}`, then this again."
        )


@dataclass(frozen=True)
class _Queued:
    """A submission whose grades are not committed yet.

    Attributes
    ----------
    blank : grade ids of answers that are still as the course gave them
    changed : exercises whose answers changed since a person graded them; None if nobody did
    """

    submission: Submission
    results: Sequence[Result]
    blank: set[str]
    changed: set[str] | None


def own_notebook(name: str) -> str:
    """Return why an instructor's own notebook is not judged, and what grades it."""
    return (
        f"{name} is a notebook of your own, not of the course: its tests run in one program with "
        "students' code, which the sandbox does not allow. `nbgrader autograde` runs it with your "
        "own rights if nbgrader_config.py says `c.Execute.no_sandbox = True` while you grade it."
    )


class Book:
    """The gradebook, open for one assignment.

    Manual grades and comments belong to the grader, and are never changed.
    """

    def __init__(self, workspace: Workspace, gradebook: Gradebook, assignment: str) -> None:
        self.late, self.directory = workspace.late, workspace.directory
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
        self.by_hand = {
            student
            for (student,) in gradebook.db.query(SubmittedAssignment.student_id)
            .join(SubmittedAssignment.notebooks)
            .join(SubmittedNotebook.grades)
            .filter(SubmittedAssignment.assignment_id == self.assignment_id)
            .filter(Grade.manual_score.isnot(None))
        }
        gradebook.db.commit()
        self.queued: dict[str, _Queued] = {}
        self.committed_at = time.monotonic()

    def add(self, submission: Submission, results: Sequence[Result]) -> None:
        """Write a student's graded notebook and queue the grades; serve as a `grade.Writer`."""
        if not submission.folder.is_dir():
            return
        points = dict(self.graded.values())
        if unknown := [one.exercise for one in results if one.exercise not in points]:
            raise UsageError(
                f"The gradebook does not know {', '.join(unknown)}. Bring the workspace up to "
                f"date: `course workspace`, then `nbgrader generate_assignment {self.assignment}`."
            )
        merged = submission.merged
        if merged is None:  # report the problem in the course's blank notebook
            merged = MergedNotebook(submission.course, frozenset(points), ())
        verdicts = submission.verdicts | {
            one.exercise: _outputs_without_verdict(one)
            for one in results
            if one.exercise not in submission.verdicts
        }
        notebook = graded_notebook(merged, verdicts, submission.printed, submission.raised, points)
        blank = {
            cell.metadata.nbgrader.grade_id
            for cell in answer_cells(merged.notebook).values()
            if cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
        }
        changed = None
        if submission.student in self.by_hand:
            changed = _changed_answers(self._graded_before(submission.student), notebook, points)
        self._write(submission, notebook)
        self.queued[submission.student] = _Queued(submission, results, blank, changed)
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
        self.committed_at = time.monotonic()

    def recorded(self) -> dict[str, Recorded]:
        """Return what the gradebook has of this assignment, by student, as nbgrader exports it."""
        self.commit()
        db = self.gradebook.db
        entries = db.query(SubmittedAssignment).filter_by(assignment_id=self.assignment_id)
        found = {one.student_id: self._recorded(one) for one in entries.options(_with_grades())}
        db.commit()
        return found

    def _recorded(self, entry: SubmittedAssignment) -> Recorded:
        grades = [grade for notebook in entry.notebooks for grade in notebook.grades]
        named = {self.graded[one.cell_id][0]: one for one in grades if one.cell_id in self.graded}
        scores = {name: (one.manual_score, one.auto_score) for name, one in named.items()}
        comments = [one for notebook in entry.notebooks for one in notebook.comments]
        penalty = float(sum(one.late_submission_penalty or 0 for one in entry.notebooks))
        return Recorded(
            total=max(0.0, float(sum(grade.score or 0 for grade in grades)) - penalty),
            max_points=self.max_score,
            penalty=penalty,
            hours_late=round(entry.total_seconds_late / 3600, 2),
            points={
                name: None if scores[name] == (None, None) else float(one.score)
                for name, one in named.items()
            },
            comments={
                self.answers[one.cell_id].removesuffix(SOLUTION): str(one.manual_comment)
                for one in comments
                if one.manual_comment and one.cell_id in self.answers
            },
            asks=frozenset(name for name, one in named.items() if one.needs_manual_grade),
        )

    def _commit(self, queued: Mapping[str, _Queued]) -> None:
        db = self.gradebook.db
        known = {row.id for row in db.query(Student.id).filter(Student.id.in_(queued))}
        db.add_all(Student(id=name) for name in queued if name not in known)
        existing = (
            db.query(SubmittedAssignment)
            .filter_by(assignment_id=self.assignment_id)
            .filter(SubmittedAssignment.student_id.in_(queued))
            .options(_with_grades())
        )
        entries = {one.student_id: one for one in existing}
        for name in queued.keys() - entries.keys():
            entries[name] = self._new(name)
        db.add_all(entries.values())
        for name, one in queued.items():
            entry = entries[name]
            entry.timestamp = handed_in_at(one.submission.folder) or entry.timestamp
            self._enter(entry, one)
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

    def _enter(self, entry: SubmittedAssignment, queued: _Queued) -> None:
        """Enter a submission's points; where a person gave some, ask again only after a change."""
        [notebook] = [one for one in entry.notebooks if one.notebook_id == self.notebook_id]
        results = {one.exercise: one for one in queued.results}
        for grade in notebook.grades:
            name, max_score = self.graded.get(grade.cell_id, ("", 0))
            if name in results:
                points, max_points = results[name].points, results[name].max_points
                score = None if points is None else points / max_points * max_score
                asks = queued.submission.needs_review or results[name].status in NEEDS_REVIEW
                asks = asks or points is None
                if grade.manual_score is not None:
                    known = queued.changed is not None and name not in queued.changed
                    asks = not known or grade.auto_score != score
                grade.auto_score, grade.needs_manual_grade = score, asks
        for comment in notebook.comments:
            name = self.answers.get(comment.cell_id, "")
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

    def _folder(self, student: str) -> Path:
        """Return the folder of a student's graded notebook."""
        directory = self.directory
        return Path(directory.format_path(directory.autograded_directory, student, self.assignment))

    def _graded_before(self, student: str) -> dict[str, Any]:
        """Return the graded notebook that is there; an empty one if there is none to read."""
        path = self._folder(student) / f"{self.assignment}.ipynb"
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return {"cells": []}

    def _write(self, submission: Submission, notebook: Mapping[str, Any]) -> None:
        """Write the graded notebook and the exchange's files; remove all else from its folder."""
        directory = self.directory
        folder = self._folder(submission.student)
        # Without indents, json is many times as fast.
        files = {f"{self.assignment}.ipynb": json.dumps(notebook, ensure_ascii=False)}
        for name in BESIDE:
            if line := _line(submission.folder / name):
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


def _with_grades() -> Any:
    """Return the option of a query that loads submissions with their grades and comments."""
    return selectinload(SubmittedAssignment.notebooks).options(
        selectinload(SubmittedNotebook.grades), selectinload(SubmittedNotebook.comments)
    )


def _changed_answers(
    before: Mapping[str, Any], now: Mapping[str, Any], names: Iterable[str]
) -> set[str]:
    """Return the exercises whose answers differ between two graded notebooks.

    What is graded by hand may stand in the student's own cells too.
    """

    def answers(notebook: Mapping[str, Any]) -> dict[str, Any]:
        cells = {
            cell["id"]: [cell["source"], cell.get("attachments")] for cell in notebook["cells"]
        }
        own = sorted(str(text) for name, text in cells.items() if name.startswith("own-"))
        return {name: cells.get(f"{name}{SOLUTION}") or [cells.get(name), own] for name in names}

    names = list(names)
    earlier, later = answers(before), answers(now)
    return {name for name in names if earlier[name] != later[name]}


def _outputs_without_verdict(result: Result) -> dict[str, Any]:
    """Return outputs, like a verdict's, for an exercise that was not judged."""
    status = result.status or Status.ERROR
    outputs = outputs_of(
        Verdict(result.exercise, status, result.points or 0, result.max_points, result.message)
    )
    outputs[MIME]["status"] = result.shown
    return outputs


def handed_in_at(folder: Path) -> datetime | None:
    """Return the time of submission in UTC, as nbgrader reads it, or None if unknown."""
    try:
        timestamp: datetime | None = parse_utc(_line(folder / TIMESTAMP).decode().strip() or None)
    except (ValueError, OverflowError, TypeError):
        return None
    return timestamp


def _line(path: Path) -> bytes:
    """Return the content of a short file; b"" for a link, a long file or a missing one."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 1000:
            return b""
        return path.read_bytes()
    except OSError:
        return b""

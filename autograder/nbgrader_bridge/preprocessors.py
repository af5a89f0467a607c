"""Preprocessors for stock `nbgrader autograde` and formgrader that judge like `course grade`.

The configuration that `course_directory.py` writes names these preprocessors in place of nbgrader's
own. No test cell is run, neither the student's nor the course's: the answers are judged in the
sandbox, and the outputs in the graded notebook are made from the verdicts.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbgrader.preprocessors import ClearOutput, NbGraderPreprocessor, OverwriteKernelspec
from nbgrader.preprocessors import Execute as NbGraderExecute
from nbgrader.preprocessors import SaveAutoGrades as NbGraderSaveAutoGrades
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Dict, Enum, Integer, Unicode

from autograder.course.notebooks import assignments
from autograder.errors import UsageError
from autograder.files import ROOT
from autograder.grading import judging
from autograder.grading.course_notebook import (
    CourseNotebook,
    judged_exercises,
    read_course_notebook,
)
from autograder.grading.grade_file import bounded
from autograder.grading.grade_submission import Settings
from autograder.grading.helper_files import helper_files
from autograder.grading.judging import Task
from autograder.grading.merge import code_cells, merge_answers
from autograder.grading.reading import not_included, reading_of
from autograder.grading.results import NEEDS_REVIEW
from autograder.grading.submission_file import Repair, cells_of, release_of
from autograder.grading.uncredited import uncredited
from autograder.limits import LIMITS, changed
from autograder.nbgrader_bridge.exchange_files import BESIDE
from autograder.nbgrader_bridge.graded_notebook import graded_notebook
from autograder.nbgrader_bridge.late import settings_of_workspace
from autograder.nbgrader_bridge.workspace import own_notebook
from autograder.sandbox.capabilities import refuse_without_sandbox
from utils.checker.judge import FOLLOW_THROUGH
from utils.checker.verdict import MIME, Status

__all__ = ["Execute", "InsertAnswers", "SaveAutoGrades"]

# Keys in a notebook's metadata, from InsertAnswers to Execute.
REPAIRS, NOT_INCLUDED = "repairs", "not included"


class InsertAnswers(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader ships without types
    """Merge a submission's answers into the course's notebook, whatever else was changed."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the course's notebook with the answers in `nb` merged in.

        A notebook that the instructor wrote gets nbgrader's own steps.
        """
        if _is_own(resources):
            for step in (ClearOutput, OverwriteKernelspec):
                nb, resources = step(parent=self.parent).preprocess(nb, resources)
            return nb, resources
        course = CourseNotebook(read_course_notebook(ROOT, resources["nbgrader"]["notebook"]))
        merged = merge_answers(course, cells_of(nb))
        repairs = [[one.exercise, one.sentence] for one in merged.repairs]
        merged.notebook.metadata[REPAIRS] = repairs
        _, released = release_of(nb)
        merged.notebook.metadata[NOT_INCLUDED] = not_included(merged, released)
        return merged.notebook, resources


class Execute(NbGraderPreprocessor):  # type: ignore[misc]
    """Judge the answers in a notebook, and replace it by the graded notebook."""

    timeout = Integer(
        int(LIMITS.seconds),
        help="Seconds that a cell may run, and that the tests of one exercise may.",
    ).tag(config=True)

    follow_through = Enum(
        list(FOLLOW_THROUGH),
        "full",
        help="What an answer gets that is right but for an earlier one of the student's own.",
    ).tag(config=True)

    seed = Unicode(
        help="Decides the random cases; the same for a whole class. By default the assignment."
    ).tag(config=True)

    limits = Dict(
        help="Limits other than the usual ones, as `course doctor` prints them: {'file': 256}."
    ).tag(config=True)

    no_sandbox = Bool(
        False, help="Whether students' code runs with your own rights, without the sandbox."
    ).tag(config=True)

    def settings(self, assignment: str) -> Settings:
        """Return all that decides a verdict besides the answer, but for `grading.toml`."""
        limits = replace(LIMITS, seconds=self.timeout)
        try:
            limits = changed(limits, self.limits)
        except (TypeError, ValueError) as error:
            raise UsageError(f"c.Execute.limits in nbgrader_config.py: {error}") from None
        return Settings(self.seed or assignment, self.follow_through, limits)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Judge the answers in `nb`, and return the graded notebook."""
        name = resources["nbgrader"]["notebook"]
        if _is_own(resources):
            if not self.no_sandbox:
                raise UsageError(own_notebook(name))
            nb, resources = NbGraderExecute(parent=self.parent).preprocess(nb, resources)
            return nb, resources
        course = CourseNotebook(read_course_notebook(ROOT, name))
        if not self.no_sandbox:
            _refuse_without_sandbox()
        merged = merge_answers(course, cells_of(nb))
        repairs = [Repair(*one) for one in nb.metadata.get(REPAIRS, [])]
        merged = replace(merged, repairs=(*repairs, *merged.repairs))
        task = Task(
            name,
            tuple(code_cells(merged)),
            tuple(judged_exercises(course.notebook)),
            settings_of_workspace(self.config).over(self.settings(name)),
            sandboxed=not self.no_sandbox,
            files=tuple(helper_files(Path(resources["metadata"]["path"]))[0].items()),
        )
        result = judging.run_task(task)  # its sandbox stays warm for the next submission
        result = bounded(result, task.settings.limits.kept)
        # nbgrader has copied the gradebook's points into the notebook.
        metadata = [cell.metadata.nbgrader for cell in nb.cells if is_grade(cell)]
        points = {one.grade_id: float(one.points) for one in metadata}
        if os.environ.get("NBGRADER_EXECUTION") == "autograde":
            _delete_copies(Path(resources["metadata"]["path"]))
        undecided = uncredited(course.notebook, reading_of(course, merged), result.verdicts)
        for exercise in (*undecided, *nb.metadata.get(NOT_INCLUDED, ())):
            if exercise in result.verdicts:
                result.verdicts[exercise][MIME]["points"] = None
        graded = graded_notebook(merged, result.verdicts, result.outputs, points)
        return from_dict(graded), resources


class SaveAutoGrades(NbGraderSaveAutoGrades):  # type: ignore[misc]
    """Save grades as nbgrader does, and mark unchecked answers for manual grading."""

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._add_score(cell, resources)
        if is_solution(cell) or _is_own(resources):  # graded by hand, or by its own tests
            return
        records = [output.data[MIME] for output in cell.get("outputs", []) if "data" in output]
        # Without a verdict, as with --no-execute, it is undecided.
        record = records[0] if records else {"status": Status.UNCHECKED, "points": None}
        undecided = record["points"] is None
        if undecided or record["status"] in NEEDS_REVIEW:
            notebook = (self.notebook_id, self.assignment_id, self.student_id)
            grade = self.gradebook.find_grade(cell.metadata.nbgrader.grade_id, *notebook)
            grade.auto_score = None if undecided else grade.auto_score
            grade.needs_manual_grade = True
            self.gradebook.db.commit()


def _is_own(resources: dict[str, Any]) -> bool:
    """Return whether the instructor wrote this notebook, so that the course does not have it."""
    return resources["nbgrader"]["notebook"] not in assignments(ROOT)


@cache
def _refuse_without_sandbox() -> None:
    """Raise UsageError if the sandbox does not work; a success is cached."""
    try:
        refuse_without_sandbox()
    except UsageError as error:
        raise UsageError(
            f"{error.message} In nbgrader_config.py that is `c.Execute.no_sandbox = True`."
        ) from None


def _delete_copies(folder: Path) -> None:
    """Delete the files that nbgrader copied beside the notebook: formgrader would serve them."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.suffix != ".ipynb" and path.name not in BESIDE:
            path.unlink()

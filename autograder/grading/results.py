"""Turn a submission's verdicts into results: one for each exercise, kept until the run ends."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from nbformat import NotebookNode

from autograder.errors import UsageError
from autograder.grading.class_folder import Submission
from autograder.grading.course_notebook import test_cells
from autograder.grading.grade_submission import Settings
from autograder.grading.uncredited import uncredited
from autograder.grading.verdict_cache import digest
from autograder.limits import Limits
from utils.checker.verdict import MIME, Status, printable
from utils.checker.wording import STILL_BLANK

__all__ = [
    "NEEDS_REVIEW",
    "Result",
    "Standing",
    "max_points",
    "points_text",
    "results_of",
    "settings_of",
]

NEEDS_REVIEW = {Status.UNCHECKED, Status.TAMPERED}  # for an instructor to look at
MADE_WITH = f"deep-networks {version('deep-networks')}, numpy {version('numpy')}, Python " + (
    platform.python_version()
)
FROM_RECORD = ("points", "mistake", "message", "earned", "given", "seed")  # as in the verdict


class Standing(StrEnum):
    """Why an answer has no verdict."""

    MISSING = "missing"
    """Not handed in."""

    UNREADABLE = "unreadable"
    """Handed in, but in the wrong place or unreadable."""

    PENDING = "manual"
    """To be graded by a person."""

    NOT_INCLUDED = "not included"
    """Not in the version of the notebook that the student was given."""


@dataclass(frozen=True)
class Result:
    """One student's result on one exercise.

    Attributes
    ----------
    status : the verdict's status; None where there is no verdict, and `standing` says why
    points : None while they are undecided
    answer : a hash of the answer; if graded by hand, with the student's own cells
    code : a hash of all code of the student's, which may decide a verdict too
    settings : the settings of the judgment, so that it can be repeated
    uncredited : why a person must decide it, if something is written and nothing was credited
    """

    student: str
    assignment: str
    exercise: str
    status: Status | None
    standing: Standing | None
    points: float | None
    max_points: float
    mistake: str
    message: str
    earned: Mapping[str, float] = field(default_factory=dict)
    given: Sequence[str] = ()
    seed: int | None = None
    answer: str = ""
    code: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    made_with: str = MADE_WITH
    uncredited: str = ""

    @property
    def shown(self) -> str:
        """Return the status, or else the standing, as one word for tables."""
        return self.status or self.standing or ""

    def record(self) -> dict[str, Any]:
        """Return the result as a record of `results.jsonl`."""
        record = vars(self) | {"status": self.shown}
        del record["standing"], record["uncredited"]
        return record


def results_of(
    course: NotebookNode, assignment: str, submission: Submission, settings: Settings
) -> list[Result]:
    """Return a student's results, one for each exercise."""
    reading = submission.reading
    undecided = uncredited(course, reading, submission.verdicts) if reading else {}
    hashes = reading.hashes if reading else {}
    code = _short(reading.code if reading else "", submission.files)
    results = []
    for exercise, cell in test_cells(course).items():
        result = _result(assignment, exercise, cell, submission, settings)
        answer = _short(hashes.get(exercise, submission.digest))
        result = replace(result, answer=answer, code=code)
        why = undecided.get(exercise)
        if why and result.standing is not Standing.NOT_INCLUDED:
            message = f"{result.message} {why}".strip()
            result = replace(result, points=None, message=message, uncredited=why)
        results.append(result)
    return results


def settings_of(output: Path, record: Mapping[str, Any]) -> Settings:
    """Return the settings that a record of `results.jsonl` was judged with.

    Raises
    ------
    UsageError
        When it does not name them; `output` is the folder that it is in.
    """
    try:
        checked = msgspec.convert(record.get("settings"), Settings)
        # As they were written, 60 and not 60.0: the keys of the verdict cache tell these apart.
        return replace(checked, limits=Limits(**record["settings"]["limits"]))
    except msgspec.ValidationError:
        raise UsageError(
            f"{output / 'results.jsonl'} does not say with what settings it was made: it is an "
            "older one, or was edited. Grade again."
        ) from None


def _short(digested: str, files: Mapping[str, bytes] | None = None) -> str:
    """Return the first letters of a hash, which covers the helper files too if given."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in (files or {}).items()}
    return digest(digested, hashes)[:16]


def max_points(test_cell: NotebookNode) -> float:
    """Return the points of the exercise that a cell tests."""
    points: float = test_cell.metadata.nbgrader.points
    return points


def points_text(points: float | None) -> str:
    """Return points as a table shows them; empty while they are undecided."""
    return "" if points is None else f"{points:g}"


def _result(
    assignment: str,
    exercise: str,
    cell: NotebookNode,
    submission: Submission,
    settings: Settings,
) -> Result:
    result = Result(
        submission.student,
        assignment,
        exercise,
        None,
        Standing.MISSING,
        0,
        max_points(cell),
        "",
        "",
        settings=asdict(settings),
    )
    reading = submission.reading
    if submission.failure and exercise not in submission.verdicts:
        result = _with_status(result, Status.UNCHECKED)
        return replace(result, points=None, message=printable(submission.failure))
    if reading is None or reading.problem:
        result = replace(result, message=printable(" ".join(submission.notes)))
        if submission.needs_review:  # something was handed in
            result = replace(result, standing=Standing.UNREADABLE, points=None)
        return result
    if exercise in reading.not_included:
        message = (
            f"This notebook is of version {reading.version or 'unknown'} of the course, which did "
            f"not have {exercise}."
        )
        return replace(
            result, standing=Standing.NOT_INCLUDED, points=None, message=printable(message)
        )
    if exercise in submission.verdicts:
        record = submission.verdicts[exercise][MIME]
        result = _with_status(result, Status(record["status"]))
        result = replace(result, **{name: record[name] for name in FROM_RECORD})
    elif exercise not in reading.blank:
        result = replace(result, standing=Standing.PENDING, points=None, message="Graded by hand.")
    else:
        result = replace(_with_status(result, Status.BLANK), message=STILL_BLANK)
    if exercise in reading.missing and (
        result.status is Status.BLANK or result.standing is Standing.PENDING
    ):
        message = f"The cell for the answer to {exercise} is not in the notebook."
        message = " ".join([message, *submission.notes])
        result = replace(result, status=None, standing=Standing.MISSING, points=0, message=message)
    repairs = reading.repairs.get(exercise, ())
    return replace(result, message=printable(" ".join([result.message, *repairs])))


def _with_status(result: Result, status: Status) -> Result:
    return replace(result, status=status, standing=None)

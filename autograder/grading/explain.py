"""Re-judge one disputed answer and show its smallest failing case, to send to the student."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from autograder.errors import UsageError
from autograder.grading import grade_submission, worker_pool
from autograder.grading.class_folder import (
    find_submission,
    look_of,
    shown_names,
    students_in,
)
from autograder.grading.course_notebook import (
    CourseNotebook,
    judged_exercises,
    read_course_notebook,
)
from autograder.grading.grade_submission import Settings
from autograder.grading.merge import code_cells
from autograder.grading.reading import read_submission
from autograder.grading.required_cells import required_cells
from autograder.grading.submission_file import open_notebook
from utils.checker.answer_key import LiveKey
from utils.checker.cases import Raised, Returned, Seed, Unsupported
from utils.checker.verdict import MIME

__all__ = ["explain"]

NUMBERS = 60  # most elements of an array to write out


def explain(root: Path, student: str, exercise: str, submissions: Path, output: Path) -> str:
    """Judge one answer again with its recorded settings, and return the verdict as text.

    Parameters
    ----------
    root : the course's folder
    student, exercise : names, as in `results.jsonl`
    submissions, output : as for `autograder.grading.grade.grade`

    Raises
    ------
    UsageError
        When `results.jsonl` has no usable result for this student and exercise.
    """
    result = _result(output, student, exercise)
    settings = _settings(output, result)
    assignment = str(result["assignment"])
    course = CourseNotebook(read_course_notebook(root, assignment))
    names = {shown: folder for folder, shown in shown_names(students_in(submissions)).items()}
    folder, limits = names.get(result["student"], student), settings.limits
    submission = find_submission(assignment, submissions, folder, student, limits)
    file, merged = submission.file, None
    if file is not None:
        with open_notebook(file, limits) as opened:
            merged, _ = read_submission(course, opened.read(), file.name, limits)
    exercises = judged_exercises(course.notebook)
    if merged is None or exercise not in exercises:
        return f"{exercise} of {student}: {result['message']}"
    key = LiveKey(settings.seed)
    cells = required_cells(code_cells(merged))
    with worker_pool.sandbox_for(assignment, settings.limits) as sandbox:
        evidence = grade_submission.evidence(
            sandbox, key, cells, exercises, exercise, settings, submission.files
        )
    parts = [f"{exercise} of {student}", "", evidence.verdict.text()]
    if evidence.case is not None:
        parts += ["", "The smallest case that shows it:", "", *_example(exercise, evidence)]
    now = worker_pool.outputs_of(evidence.verdict)[MIME]
    if (now["status"], now["points"]) != (result["status"], result["points"]):
        parts += [
            "",
            f"It was graded as {result['status']}, with {result['points']} points: the answer or "
            "the course has changed since then. Grade it again.",
        ]
    parts += ["", f"Made with {result['made_with']}."]
    return "\n".join(parts)


def _result(output: Path, student: str, exercise: str) -> dict[str, Any]:
    path = output / "results.jsonl"
    try:
        # Not splitlines(): it also splits at characters that a message may contain.
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Grade first.") from None
    results = [json.loads(line) for line in lines]
    of_student = [one for one in results if one["student"] == student]
    if not of_student:  # typed in another normal form, or without what nobody sees
        alike = [one for one in results if look_of(one["student"]) == look_of(student)]
        of_student = alike if len({one["student"] for one in alike}) == 1 else []
    if not of_student:
        raise UsageError(f"{path} has no student {student}.")
    for one in of_student:
        if one["exercise"] == exercise:
            return dict(one)
    names = ", ".join(one["exercise"] for one in of_student)
    raise UsageError(f"{path} has no exercise {exercise}; it has {names}.")


def _settings(output: Path, result: Mapping[str, Any]) -> Settings:
    """Return the settings that a result was judged with."""
    try:
        return msgspec.convert(result.get("settings"), Settings)
    except msgspec.ValidationError:
        raise UsageError(
            f"{output / 'results.jsonl'} does not say with what settings it was made: it is an "
            "older one, or was edited. Grade again."
        ) from None


def _example(exercise: str, evidence: grade_submission.Evidence) -> list[str]:
    assert evidence.case is not None
    lines = [f"    {name} = {_written(value)}" for name, value in evidence.case.args.items()]
    lines += [f"    {exercise}({', '.join(evidence.case.args)})", ""]
    lines += [f"should {_outcome(evidence.case.expected, 'give')}", ""]
    return [*lines, f"and here it {_outcome(evidence.outcome, 'gives')}"]


def _outcome(outcome: Returned | Raised | None, verb: str) -> str:
    if isinstance(outcome, Raised):
        ending = "s" if verb.endswith("s") else ""
        return f"raise{ending} {outcome.kind}" + (f": {outcome.message}" if outcome.message else "")
    return f"{verb} {_written(outcome.value if outcome else None)}"


def _written(value: Any) -> str:
    """Return a value as Python source text, with a large array as its shape only."""
    if isinstance(value, Seed):
        return f"np.random.default_rng({value.value})"
    if isinstance(value, Unsupported):
        return value.description
    if isinstance(value, np.ndarray | np.generic):
        if np.size(value) > NUMBERS:
            return f"<an array of shape {np.shape(value)}>"
        dtype = "" if value.dtype == float else f", dtype=np.{value.dtype}"
        return f"np.array({np.asarray(value).tolist()}{dtype})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        inside = ", ".join(map(_written, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return repr(value)

"""Re-judge one disputed answer and show its smallest failing case, to send to the student."""

from __future__ import annotations

import dataclasses
import json
import math
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograder.errors import UsageError
from autograder.grading import grade_submission, judging
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
from autograder.grading.merge import code_cells
from autograder.grading.reading import read_notebooks
from autograder.grading.required_cells import required_cells
from autograder.grading.results import settings_of
from autograder.grading.submission_file import content_of
from utils.checker.answer_key import LiveKey
from utils.checker.cases import (
    AnyOfShape,
    Anything,
    Approx,
    InRange,
    Raised,
    Returned,
    Seed,
    TempFile,
    Unsupported,
)
from utils.checker.verdict import MIME

__all__ = ["explain"]

DIGITS = 5  # of a number
WIDTH = 100  # letters of a line
NUMBERS = 30  # most elements of an array to write out
ITEMS = 12  # most items of a list
LONGEST = 200  # letters of another value


def explain(
    root: Path,
    student: str,
    exercise: str,
    submissions: Path,
    output: Path,
    *,
    sandboxed: bool = True,
) -> str:
    """Judge one answer again with its recorded settings, and return the verdict as text.

    Parameters
    ----------
    root : the course's folder
    student, exercise : names, as in `results.jsonl`
    submissions, output, sandboxed : as for `autograder.grading.grade.grade`

    Raises
    ------
    UsageError
        When `results.jsonl` has no usable result for this student and exercise.
    """
    result = _result(output, student, exercise)
    assignment = str(result["assignment"])
    settings = settings_of(output / assignment, result)
    course = CourseNotebook(read_course_notebook(root, assignment))
    names = {shown: folder for folder, shown in shown_names(students_in(submissions)).items()}
    folder, limits = names.get(result["student"], student), settings.limits
    submission = find_submission(assignment, submissions, folder, student, limits)
    merged = None
    if submission.notebooks:
        contents = [(path.name, content_of(path, limits)) for path in submission.notebooks]
        merged, _ = read_notebooks(course, contents, f"{assignment}.ipynb", limits)
    exercises = judged_exercises(course.notebook)
    if merged is None or exercise not in exercises:
        return _wrapped(f"{exercise} of {student}: {result['message']}")
    key = LiveKey(settings.seed)
    cells = required_cells(code_cells(merged))
    with judging.sandbox_for(assignment, settings.limits, sandboxed=sandboxed) as sandbox:
        evidence = grade_submission.evidence(
            sandbox, key, cells, exercises, exercise, settings, submission.files
        )
    parts = [f"{exercise} of {student}", "", evidence.verdict.text()]
    if evidence.case is not None:
        note = f", with {evidence.case.note}" if evidence.case.note else ""
        parts += ["", f"The smallest case that shows it{note}:", ""]
        parts += _example(exercise, evidence)
    now = judging.outputs_of(evidence.verdict)[MIME]
    points = result["points"]
    if points is None:
        parts += ["", "A person has still to decide on its points."]
    elif (now["status"], now["points"]) != (result["status"], points):
        parts += [
            "",
            f"It was graded as {result['status']}, with {points:g} points: the answer or the "
            "course has changed since then. Grade it again.",
        ]
    parts += ["", f"Made with {result['made_with']}."]
    return _wrapped("\n".join(parts))


def _wrapped(text: str) -> str:
    """Return the text with long lines broken between words, each part indented as its line."""
    lines = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip(" "))]
        broken = textwrap.wrap(line, WIDTH, subsequent_indent=indent, replace_whitespace=False)
        lines += [line] if len(line) <= WIDTH else broken
    return "\n".join(lines)


def _result(output: Path, student: str, exercise: str) -> dict[str, Any]:
    """Return a student's result for an exercise, from the results of all assignments."""
    paths = sorted(output.glob("*/results.jsonl"))
    if not paths:
        raise UsageError(f"There are no results in {output}/ASSIGNMENT/results.jsonl. Grade first.")
    results: list[dict[str, Any]] = []
    for path in paths:
        try:
            # Not splitlines(): it also splits at characters that a message may contain.
            lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}. Grade first.") from None
        results += [json.loads(line) for line in lines]
    of_student = [one for one in results if one["student"] == student]
    if not of_student:  # typed in another normal form, or without what nobody sees
        alike = [one for one in results if look_of(one["student"]) == look_of(student)]
        of_student = alike if len({one["student"] for one in alike}) == 1 else []
    if not of_student:
        raise UsageError(f"The results in {output} have no student {student}.")
    for one in of_student:
        if one["exercise"] == exercise:
            return one
    names = ", ".join(one["exercise"] for one in of_student)
    raise UsageError(
        f"The results of {student} in {output} have no exercise {exercise}; they have {names}."
    )


def _example(exercise: str, evidence: grade_submission.Evidence) -> list[str]:
    """Return lines that show the case, its expected outcome, and the answer's outcome."""
    case = evidence.case
    assert case is not None
    lines = [f"    {name} = {_written(value)}" for name, value in case.args.items()]
    lines += [f"    {exercise}({', '.join(case.args)})", ""]
    lines += [f"should {_outcome(case.expected, 'give')}", ""]
    lines += [f"and here it {_outcome(evidence.outcome, 'gives')}"]
    return [*lines, "", f"Numbers are rounded to {DIGITS} digits."]


def _outcome(outcome: Returned | Raised | None, verb: str) -> str:
    if isinstance(outcome, Raised):
        ending = "s" if verb.endswith("s") else ""
        return f"raise{ending} {outcome.kind}" + (f": {outcome.message}" if outcome.message else "")
    return f"{verb} {_written(outcome.value if outcome else None)}"


def _written(value: Any) -> str:
    """Return a value as Python source text where it is short, and else in words."""
    match value:
        case Seed():
            return f"np.random.default_rng({value.value})"
        case TempFile():
            return f'the path of a file "{value.name}"'
        case Approx():
            return f"about {value.value:.{DIGITS}g}"
        case InRange():
            return f"a number from {value.low:.{DIGITS}g} to {value.high:.{DIGITS}g}"
        case AnyOfShape():
            return f"an array of shape {value.shape}"
        case Anything():
            return "a value that fits the task"
        case Unsupported():
            return value.description
        case np.ndarray() | np.generic():
            return _array(np.asarray(value))
        case float():
            return _number(value)
        case dict():
            inside = [f"{key!r}: {_written(item)}" for key, item in value.items()]
            return f"{{{', '.join(inside)}}}"
        case tuple():
            inside = [_written(item) for item in value]
            return f"({', '.join(inside)}{',' if len(value) == 1 else ''})"
        case list():
            return f"[{', '.join(_written(item) for item in value[:ITEMS])}{_more(value)}]"
        case _ if dataclasses.is_dataclass(value):
            return f"a {type(value).__name__}"
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _array(array: np.ndarray[Any, Any]) -> str:
    if array.size > NUMBERS:
        return f"<an array of shape {array.shape}>"
    dtype = "" if array.dtype == float else f", dtype=np.{array.dtype}"
    number = _number if array.dtype.kind == "f" else str
    return f"np.array({_nested(array.tolist(), number)}{dtype})"


def _nested(values: Any, number: Callable[[Any], str]) -> str:
    if isinstance(values, list):
        return f"[{', '.join(_nested(value, number) for value in values)}]"
    return number(values)


def _number(value: float) -> str:
    """Return a number rounded, as Python source text."""
    if not math.isfinite(value):
        return f"{'-' if value < 0 else ''}np.{abs(value):g}"
    text = f"{value:.{DIGITS}g}"
    return text if {".", "e"} & set(text) else f"{text}.0"


def _more(values: Sequence[Any]) -> str:
    return f", … {len(values) - ITEMS} more" if len(values) > ITEMS else ""

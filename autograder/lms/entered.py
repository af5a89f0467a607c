"""Enter what a person filled into ``by_hand.csv`` since the run that wrote the grades."""

from __future__ import annotations

import csv
import json
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.grading.attention import TO_GRADE, Attention
from autograder.grading.by_hand import ByHand
from autograder.grading.grades_table import BY_HAND, unharmed, write_grades
from autograder.grading.lateness import submitted_times
from autograder.grading.results import Standing
from autograder.grading.settings_file import GradingSettings
from autograder.grading.student_results import StudentResults
from autograder.lms.grades import read_grades, read_results

__all__ = ["enter_by_hand"]


def enter_by_hand(submissions: Path, output: Path, assignment: str) -> None:
    """Bring the tables of an assignment up to date with its ``by_hand.csv``, if there is one.

    Parameters
    ----------
    submissions, output : as for `course grade`
    assignment : that was graded

    Raises
    ------
    UsageError
        When a row cannot be entered, or these are not the submissions that were graded.
    """
    folder = output / assignment
    if not (folder / BY_HAND).exists():
        return
    records: dict[str, list[dict[str, Any]]] = {}
    for one in read_results(output, assignment):
        records.setdefault(one["student"], []).append(one)
    late = {one.student: one.late for one in read_grades(output, assignment)}
    versions = {one["student"]: one["version"] for one in _rows(folder / "grades.csv")}
    graded = {name: _results(name, of, versions.get(name, "")) for name, of in records.items()}
    rest = []
    for row in _rows(folder / "attention.csv"):
        found = Attention(**row)
        if found.student not in graded:
            rest.append(found)
        elif found.what != TO_GRADE:
            graded[found.student].attention.append(found)
    most = {one["exercise"]: one["max_points"] for one in next(iter(records.values()), [])}
    rows = ByHand.read(folder, graded.keys(), most).counting([*graded.values()])
    times = submitted_times(submissions, assignment)
    if gone := [name for name, hours in late.items() if hours and name not in times]:
        raise UsageError(
            f"{submissions} does not say when {gone[0]} handed in {assignment}, as it did when it "
            "was graded. Name the folder that was graded, or grade again."
        )
    lateness = GradingSettings.beside(submissions).lateness
    book = lateness.recorded([*graded.values()], assignment, times, rows)
    for name, results in graded.items():
        results.settle(book.get(name))
    looks = [one for results in graded.values() for one in results.attention]
    write_grades(folder, most, [*graded.values()], [*looks, *rest])


def _results(student: str, records: list[dict[str, Any]], version: str) -> StudentResults:
    """Return a student's results as the run had them."""
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records)
    asked = [
        Attention(student, one["exercise"], TO_GRADE, one["message"])
        for one in records
        if one["status"] == Standing.PENDING
    ]
    return StudentResults(
        student,
        {one["exercise"]: one["points"] for one in records},
        {one["exercise"]: one["max_points"] for one in records},
        Counter(one["status"] for one in records),
        zlib.compress(lines.encode("utf-8", "replace")),
        notes=[],
        attention=asked,
        needs_review=False,
        cached=0,
        version=version,
    )


def _rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table that `course grade` wrote; none, where it is gone."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    return [{name: unharmed(text) for name, text in row.items()} for row in rows]

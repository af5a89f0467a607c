"""Write the results of a class: a table of grades, a line for each result, and a summary."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from autograder.files import write_text
from autograder.grading.class_folder import one_line
from autograder.grading.course_notebook import test_cells
from autograder.grading.results import StudentResults, max_points, points_text

__all__ = ["summary", "write_grades"]


def write_grades(
    output: Path, course: NotebookNode, results: Sequence[StudentResults], suffix: str = ""
) -> None:
    """Write `results.jsonl` and `grades.csv`, each atomically, with `suffix` in its name."""
    write_text(output / f"results{suffix}.jsonl", (one.lines for one in results))
    tests = test_cells(course)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["student", "total", "max", "pending", *tests])
    full = points_text(sum(max_points(cell) for cell in tests.values()))
    for one in results:
        points = map(points_text, one.points)
        # A spreadsheet would evaluate a name that begins like a formula.
        name = f"'{one.student}" if one.student.startswith(("=", "+", "-", "@")) else one.student
        rows.writerow([name, points_text(one.total), full, points_text(one.pending), *points])
    write_text(output / f"grades{suffix}.csv", [table.getvalue()])


def summary(results: Sequence[StudentResults], output: Path, suffix: str = "") -> str:
    """Return one paragraph about the whole run."""
    counts = sum((one.statuses for one in results), Counter[str]())
    answers = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    cached = sum(one.cached for one in results)
    repaired = sum(one.repaired for one in results)
    to_review = [one.student for one in results if one.needs_review]
    students = f"{len(results)} student{'' if len(results) == 1 else 's'}"
    parts = [f"Graded {students}. Answers: {answers or 'none'}."]
    if cached:
        parts.append(f"{cached} of them were known from an earlier run.")
    if repaired:
        parts.append(f"{repaired} were repaired.")
    for one in results:
        for exercise, suspicion in one.suspicions.items():
            parts.append(f"Suspicious: {one.student}, {exercise}: {one_line(suspicion)}")
    if to_review:
        names = ", ".join(to_review)
        parts.append(f"Please look at {names}: results{suffix}.jsonl says what is the matter.")
    table = output / f"grades{suffix}.csv"
    parts.append(f"The grades are in {table}, each result in results{suffix}.jsonl.")
    return " ".join(parts)

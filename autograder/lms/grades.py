"""Read back the grades that ``course grade`` wrote into ``OUTPUT/ASSIGNMENT/``."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.grading.grades_table import unharmed
from utils.checker.verdict import printable

__all__ = ["Grade", "read_grades", "read_results"]


@dataclass(frozen=True)
class Grade:
    """A row of ``grades.csv``.

    Attributes
    ----------
    total, most : points that count, and how many there are
    pending : points that a person has still to decide
    nothing : whether nothing was handed in
    late : hours after the due date; 0 where none is known
    """

    student: str
    total: float
    most: float
    pending: float
    nothing: bool
    late: float
    penalty: float
    comments: str


def read_grades(output: Path, assignment: str) -> list[Grade]:
    """Return the grades of an assignment, in the table's order.

    Raises
    ------
    UsageError
        When it was not graded, or the table was changed beyond recognition.
    """
    path = output / assignment / "grades.csv"
    exercises = -1
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or []
            exercises = len(columns) - columns.index("comments") - 1
            return [
                Grade(
                    unharmed(row["student"]),
                    float(row["total"]),
                    float(row["max"]),
                    float(row["pending"]),
                    int(row["missing"]) == exercises,
                    float(row["late"] or 0),
                    float(row["penalty"] or 0),
                    row["comments"],
                )
                for row in reader
            ]
    except FileNotFoundError:
        raise _ungraded(output, assignment) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise UsageError(f"{path} is not as `course grade` writes it: {error}.") from error


def read_results(output: Path, assignment: str) -> Iterator[dict[str, Any]]:
    """Yield each record of ``results.jsonl``; raises as `read_grades` does."""
    path = output / assignment / "results.jsonl"
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except FileNotFoundError:
        raise _ungraded(output, assignment) from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is not as `course grade` writes it: {error}.") from error


def _ungraded(output: Path, assignment: str) -> UsageError:
    partial = (output / assignment / "grades.partial.csv").exists()
    why = "the run was stopped: type the same `course grade` again" if partial else "grade it first"
    return UsageError(f"There are no grades of {assignment} in {printable(str(output))}: {why}.")

"""Write the results of a class: a table of grades, a line for each result, what to look at."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autograder.files import write_text
from autograder.grading.attention import Attention
from autograder.grading.results import Standing, points_text
from autograder.grading.student_results import StudentResults
from utils.checker.verdict import Status

__all__ = [
    *("BY_HAND", "COLUMNS", "PARTIAL", "RECORDS", "TABLES", "harmless", "summary", "unharmed"),
    "write_grades",
]

COLUMNS = [
    *("student", "total", "max", "pending", "blank", "missing", "unreadable", "late", "penalty"),
    *("comments", "version"),
]
"""The columns of `grades.csv` before those of the exercises."""

PARTIAL = ".partial"  # in the names of the files of a stopped run
BY_HAND = "by_hand.csv"
TABLES = [f"{name}{suffix}.csv" for name in ("grades", "attention") for suffix in ("", PARTIAL)]
TABLES.append(BY_HAND)
"""The files with rows that begin with a student's name; `course forget` goes through them."""

RECORDS = [f"results{suffix}.jsonl" for suffix in ("", PARTIAL)]
"""The files with a line for each result; `course forget` goes through them too."""


def write_grades(
    output: Path,
    most: Mapping[str, float],
    results: Sequence[StudentResults],
    attention: Sequence[Attention],
    suffix: str = "",
) -> None:
    """Write `results.jsonl`, `grades.csv` and `attention.csv`, each atomically.

    `most` has each exercise's points; `suffix` comes before the extension of the files' names.
    """
    records = (record for one in results for record in one.records())
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    write_text(output / f"results{suffix}.jsonl", lines)
    full = sum(most.values())
    rows = [[*COLUMNS, *most], *(_row(one, full) for one in results)]
    write_text(output / f"grades{suffix}.csv", [_table(rows)])
    found = [[one.student, one.exercise, one.what, one.sentence] for one in attention]
    rows = [["student", "exercise", "what", "sentence"], *found]
    write_text(output / f"attention{suffix}.csv", [_table(rows)])


def _row(one: StudentResults, full: float) -> list[str]:
    """Return a student's row; `full` is the sum of the exercises' points.

    Lateness is in hours, and empty where no due date is known.
    """
    kinds = (Status.BLANK, Standing.MISSING, Standing.UNREADABLE)
    book = one.recorded
    return [
        one.student,
        points_text(one.total),
        points_text(book.max_points if book else full),
        points_text(one.pending),
        *(str(one.statuses[kind]) for kind in kinds),
        *((points_text(book.hours_late), points_text(book.penalty)) if book else ("", "")),
        book.said if book else "",
        one.version,
        *(points_text(one.final_points.get(name)) for name in one.points),
    ]


def _table(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(harmless, row) for row in rows)
    return text.getvalue()


def harmless(text: str) -> str:
    """Return the text, after an apostrophe if a spreadsheet would evaluate it as a formula.

    >>> harmless("=1+1"), harmless("-5"), harmless("ada")
    ("'=1+1", "'-5", 'ada')
    """
    begins = unicodedata.normalize("NFKC", text).lstrip()[:1]  # wide forms too
    return f"'{text}" if text[:1] in ("\t", "\r", "\n") or begins in tuple("=+-@") else text


def unharmed(text: str) -> str:
    """Return a text without the apostrophe that `harmless` put before it.

    >>> unharmed("'-5"), unharmed("'ada'")
    ('-5', "'ada'")
    """
    return text[1:] if text[:1] == "'" and harmless(text[1:]) == text else text


def summary(results: Sequence[StudentResults], output: Path, suffix: str = "") -> str:
    """Return one paragraph about the whole run."""
    counts = sum((one.statuses for one in results), Counter[str]())
    answers = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    cached = sum(one.cached for one in results)
    students = f"{len(results)} student{'' if len(results) == 1 else 's'}"
    parts = [f"Graded {students}. Answers: {answers or 'none'}."]
    if cached:
        parts.append(f"{cached} of them were known from an earlier run.")
    if pending := sum(one.pending > 0 for one in results):
        parts.append(f"Points are pending for {pending}.")
    table = output / f"grades{suffix}.csv"
    parts.append(f"The grades are in {table}, each result in results{suffix}.jsonl.")
    return " ".join(parts)

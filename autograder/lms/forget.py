"""Take a student out of every file that the course wrote."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from autograder.errors import UsageError
from autograder.files import write_text
from autograder.grading.grades_table import harmless
from autograder.lms.records import FOLDER
from autograder.lms.roster import folder_name

__all__ = ["forget"]

TABLES = ("grades.csv", "grades.partial.csv", "attention.csv", "attention.partial.csv")
RESULTS = ("results.jsonl", "results.partial.jsonl")


def forget(
    student: str, submissions: Path, output: Path, others: tuple[Path, ...] = ()
) -> Iterator[str]:
    """Remove a student's folder, results and pages; yield a line for each thing that is gone.

    Parameters
    ----------
    student : the folder's name
    submissions, output : as for `course grade`
    others : more folders with a folder or a page for each student, such as of feedback

    Raises
    ------
    UsageError
        When nothing is there of such a student, or something cannot be removed.
    """
    if student in ("", ".", "..") or "/" in student or student.startswith("."):
        raise UsageError(f"{student!r} is no student's name.")
    try:
        gone = list(_forget(student, submissions, output, others))
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be removed: {error.strerror}.") from error
    if not gone:
        raise UsageError(f"There is nothing of {student} in {submissions} and {output}.")
    yield from gone


def _forget(
    student: str, submissions: Path, output: Path, others: tuple[Path, ...]
) -> Iterator[str]:
    for folder in (submissions, *others):
        for place in (folder / student, *folder.glob(f"*/{folder_name(student)}.html")):
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
                yield f"Removed: {place}"
            elif place.is_symlink() or place.is_file():
                place.unlink()
                yield f"Removed: {place}"
        for packed in folder.glob("*.zip") if folder in others else ():
            packed.unlink()  # it holds the page too; `course feedback` makes it anew
            yield f"Removed: {packed}, which held the page"
    for path in (submissions / FOLDER).glob("*.json"):
        records = json.loads(path.read_text(encoding="utf-8"))
        kept = [one for one in records if one["student"] != student]
        if len(kept) < len(records):
            write_text(path, [json.dumps(kept, ensure_ascii=False, indent=1), "\n"])
            yield f"Taken out of: {path}"
    for folder in sorted(path for path in output.glob("*") if path.is_dir()):
        yield from _out_of_results(student, folder)
    for page in output.glob("report*.html"):
        page.unlink()  # it may name the student; `course report` makes it anew
        yield f"Removed: {page}, which may name the student"


def _out_of_results(student: str, folder: Path) -> Iterator[str]:
    found = False
    for name in TABLES:
        path = folder / name
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file))
            kept = [row for row in rows if row[:1] != [harmless(student)]]
            if len(kept) < len(rows):
                text = io.StringIO()
                csv.writer(text, lineterminator="\n").writerows(kept)
                write_text(path, [text.getvalue()])
                found = True
                yield f"Taken out of: {path}"
    for name in RESULTS:
        path = folder / name
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            kept_lines = [line for line in lines if json.loads(line)["student"] != student]
            if len(kept_lines) < len(lines):
                write_text(path, kept_lines)
                found = True
                yield f"Taken out of: {path}"
    cache = folder / "verdicts.db"
    if found and cache.is_file():
        # Verdicts are kept by hashes, without names, but messages may quote the student's code.
        with closing(sqlite3.connect(cache)) as database:
            database.execute("DELETE FROM verdicts")
            database.commit()
            database.execute("VACUUM")
        yield f"Emptied: {cache}; the next run judges the others anew"

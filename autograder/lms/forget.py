"""Take a student out of every file that the course wrote."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.course.notebooks import assignments
from autograder.errors import UsageError
from autograder.files import write_text
from autograder.grading.class_folder import find_submission
from autograder.grading.grades_table import RECORDS, TABLES, harmless
from autograder.grading.known_verdicts import KnownVerdicts
from autograder.grading.verdict_cache import CACHE, VerdictCache
from autograder.lms.records import FOLDER, MADE_HERE, REPORTS
from autograder.lms.roster import folder_name
from autograder.table import Table

__all__ = ["LEFT", "forget"]

LEFT = "Left as it is"  # begins a line on what was not removed


def forget(
    root: Path, student: str, submissions: Path, output: Path, others: Sequence[Path] = ()
) -> Iterator[str]:
    """Return an iterator that removes what there is of a student, with a line for each thing.

    It removes folder, results and pages; a line comes once its thing is gone.

    Parameters
    ----------
    root : the course's folder
    student : the folder's name
    submissions, output : as for `course grade`
    others : more folders with a folder or a page for each student, such as of feedback

    Raises
    ------
    UsageError
        When that is no name of a student, or something cannot be removed.
    """
    if student in ("", ".", "..") or "/" in student or student.startswith("."):
        raise UsageError(f"{student!r} is no student's name.")
    return _with_sentence(_forget(root, student, submissions, output, others))


def _with_sentence(lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines; raise UsageError where something cannot be removed."""
    try:
        yield from lines
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be removed: {error.strerror}.") from error


def _forget(
    root: Path, student: str, submissions: Path, output: Path, others: Sequence[Path]
) -> Iterator[str]:
    for folder in (submissions, *others):
        pages = [folder / name / f"{folder_name(student)}.html" for name in assignments(root)]
        for place in (folder / student, *(pages if folder in others else ())):
            if place.is_dir() and not place.is_symlink():
                count = sum(path.is_file() for path in place.rglob("*"))
                shutil.rmtree(place)
                yield f"Removed: {place} ({count} files)"
            elif place.is_symlink() or place.is_file():
                place.unlink()
                yield f"Removed: {place}"
        for packed in sorted(folder.glob("*.zip")) if folder in others else ():
            if _is_ours(packed):
                packed.unlink()
                yield f"Removed: {packed}, which may hold the page; `course feedback` packs it anew"
            else:
                yield f"{LEFT}: {packed}, which `course feedback` did not write: look into it"
    for path in sorted((submissions / FOLDER).glob("*.json")):
        records = json.loads(path.read_text(encoding="utf-8"))
        kept = [one for one in records if one["student"] != student]
        if len(kept) < len(records):
            write_text(path, [json.dumps(kept, ensure_ascii=False, indent=1), "\n"])
            yield f"Taken out of: {path}"
    for folder in sorted(path for path in output.glob("*") if path.is_dir()):
        yield from _out_of_results(root, student, submissions, folder)
    for page in sorted(output.glob(REPORTS)):
        page.unlink()
        yield f"Removed: {page}, which may name the student; `course report` makes it anew"


def _is_ours(packed: Path) -> bool:
    """Return whether `course feedback` wrote this zip."""
    try:
        with zipfile.ZipFile(packed) as archive:
            return archive.comment == MADE_HERE
    except (OSError, zipfile.BadZipFile):
        return False


def _out_of_results(root: Path, student: str, submissions: Path, folder: Path) -> Iterator[str]:
    found = False
    for name in TABLES:
        path = folder / name
        if path.is_file():
            table, shown = Table.read(path), harmless(student)
            theirs = [at for at in range(len(table.rows)) if table.value(at, 0) == shown]
            if theirs:
                table.remove(theirs)
                table.write(path)
                found = True
                yield f"Taken out of: {path}"
    left: dict[str, Mapping[str, Any]] = {}  # a record of each other student
    for name in RECORDS:
        path = folder / name
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            records = [json.loads(line) for line in lines]
            left |= {one["student"]: one for one in records if one["student"] != student}
            if len(lines) > sum(one["student"] != student for one in records):
                both = zip(lines, records, strict=True)
                write_text(path, [line for line, one in both if one["student"] != student])
                found = True
                yield f"Taken out of: {path}"
    if found and (folder / CACHE).is_file():
        yield _out_of_cache(root, submissions, folder, left)


def _out_of_cache(
    root: Path, submissions: Path, folder: Path, left: Mapping[str, Mapping[str, Any]]
) -> str:
    """Remove from the cache all but what the others' work, as it is now, has in it.

    Verdicts are kept by hashes, without names, but their sentences may quote the student's code,
    also that of an earlier attempt.
    """
    keys: set[str] = set()
    with VerdictCache(folder / CACHE) as cache:
        if folder.name in assignments(root) and submissions.is_dir():
            known = KnownVerdicts(root, folder.name, cache)
            students = [path.name for path in submissions.iterdir() if path.name in left]
            for name in students:
                submission = find_submission(folder.name, submissions, name, name)
                with suppress(UsageError):  # of an older version: judged anew
                    keys |= known.keys(submission, left[name])
        gone = cache.keep(keys)
    return f"Taken out of: {cache.path} (entries that no other work has: {gone})"

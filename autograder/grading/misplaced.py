"""Name the files that a student handed in elsewhere than where the notebook belongs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from autograder.files import GENERATED

__all__ = ["beside_the_folders", "misplaced", "sentence"]

DEPTH = 3  # folders below the student's that are looked into
ENTRIES = 500  # that are looked at
NAMED = 5  # files that a sentence names
WORK = (".ipynb", ".zip", ".tar", ".gz", ".tgz", ".rar", ".7z", ".pdf", ".html", ".docx", ".py")
NO_WORK = {"timestamp.txt", "submission_secret.txt"}  # nbgrader's own


def misplaced(
    folder: Path, assignment: str, others: Collection[str], beside: Sequence[str] = ()
) -> str:
    """Return a sentence about the files that may be a student's work, or "" if there are none.

    Parameters
    ----------
    folder
        The student's folder.
    assignment
        Every file in its folder counts; elsewhere, only what may hold a notebook.
    others
        Names of the course's other assignments: files named so are skipped, and in folders named
        so all files that are not named after this assignment.
    beside
        Names of the files beside the students' folders that are this student's.
    """
    if folder.is_symlink():
        return f"{folder.name} is a link, not a folder."
    try:
        found = sorted(islice(_files(folder, assignment, others), ENTRIES))
    except OSError as error:
        return f"The folder cannot be opened: {error.strerror}."
    names = [path.relative_to(folder).as_posix() for path in found]
    names += [f"{name} (beside the students' folders)" for name in beside]
    return sentence(assignment, names) if names else ""


def sentence(assignment: str, names: Sequence[str]) -> str:
    """Return the sentence about misplaced files."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    listed = ", ".join(names[:NAMED])
    return f"{assignment}/{assignment}.ipynb was expected, and this was handed in: {listed}{more}."


def beside_the_folders(
    submissions: Path, students: Iterable[str], others: Collection[str]
) -> dict[str, list[str]]:
    """Return the files beside the students' folders that may be work, by the student's folder.

    A file belongs to the longest name of a folder that its own name begins with; those that begin
    with none are under "".

    Parameters
    ----------
    submissions
        The folder with a folder for each student.
    students
        The names of these folders.
    others
        Names of the course's other assignments: files with such a name in theirs are skipped.
    """
    found: dict[str, list[str]] = {}
    folders = {one.casefold(): one for one in sorted(students, key=len)}
    with os.scandir(submissions) as entries:
        files = sorted(one.name for one in entries if one.is_file(follow_symlinks=False))
    for name in files:
        lower = name.casefold()
        may_be_work = ".ipynb" in lower or lower.endswith(WORK)
        if lower.startswith(".") or not may_be_work or any(other in lower for other in others):
            continue
        owners = [
            one
            for begin, one in folders.items()
            if lower.startswith(begin) and not lower[len(begin)].isalnum()
        ]
        found.setdefault(owners[-1] if owners else "", []).append(name)
    return found


def _files(
    folder: Path, assignment: str, others: Collection[str], depth: int = 0, named: str = ""
) -> Iterator[Path]:
    """Yield the files that may be work; if `named`, only those with that in their names."""
    with os.scandir(folder) as entries:
        for entry in islice(entries, ENTRIES):
            path, name = Path(entry.path), entry.name.casefold()
            stem = name.partition(".")[0]
            is_folder = entry.is_dir(follow_symlinks=False)
            other = depth == 0 and stem in others
            if name.startswith(".") or name in GENERATED or (other and not is_folder):
                continue
            if is_folder:
                if depth < DEPTH:
                    within = assignment.casefold() if other else named
                    yield from _files(path, assignment, others, depth + 1, within)
            elif name not in NO_WORK and named in name:
                in_place = assignment in (path.name, path.parent.name)
                if in_place or ".ipynb" in name or name.endswith(WORK):
                    yield path

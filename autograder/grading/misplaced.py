"""Name the files that a student handed in elsewhere than where the notebook belongs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from autograder.files import GENERATED

__all__ = ["misplaced"]

DEPTH = 3  # folders below the student's that are looked into
ENTRIES = 500  # that are looked at
NAMED = 5  # files that a sentence names
WORK = (".ipynb", ".zip", ".tar", ".gz", ".tgz", ".rar", ".7z", ".pdf", ".html", ".docx", ".py")
NO_WORK = {"timestamp.txt", "submission_secret.txt"}  # nbgrader's own


def misplaced(folder: Path, assignment: str, others: Collection[str]) -> str:
    """Return a sentence about the files that may be a student's work, or "" if there are none.

    Parameters
    ----------
    folder
        The student's folder.
    assignment
        Every file in its folder counts; elsewhere, only what may hold a notebook.
    others
        Names of the course's other assignments: files and folders named so are skipped.
    """
    if folder.is_symlink():
        return f"{folder.name} is a link, not a folder."
    try:
        found = sorted(islice(_files(folder, assignment, others), ENTRIES))
    except OSError as error:
        return f"The folder cannot be opened: {error.strerror}."
    names = [path.relative_to(folder).as_posix() for path in found]
    if not names:
        return ""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    listed = ", ".join(names[:NAMED])
    return f"{assignment}/{assignment}.ipynb was expected, and this was handed in: {listed}{more}."


def _files(
    folder: Path, assignment: str, others: Collection[str], depth: int = 0
) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in islice(entries, ENTRIES):
            path, name = Path(entry.path), entry.name.casefold()
            stem = name.partition(".")[0]
            if name.startswith(".") or name in GENERATED or (depth == 0 and stem in others):
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < DEPTH:
                    yield from _files(path, assignment, others, depth + 1)
            elif name not in NO_WORK:
                in_place = assignment in (path.name, path.parent.name)
                if in_place or ".ipynb" in name or name.endswith(WORK):
                    yield path

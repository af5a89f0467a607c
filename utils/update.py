"""Bring a learner's page, or a whole folder, to a newer version; what it replaces is kept aside.

Only Python's own library is used: `start.py` runs this in a student's folder.
"""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utils.files import KEPT, free_path, written_aside
from utils.merge import KINDS, Change, Notebook, merge

__all__ = [
    *("RELEASED", "CannotUpdate", "PageUpdate", "keep_aside", "read_page", "replace_file"),
    *("report", "swap", "unpacked", "update_bundle", "write_page"),
]

RELEASED = "utils/released.ipynb"
"""In a bundle: its page as it was given out, which tells what the student changed."""

OWN = {".venv", ".git", ".home", "my_notebooks", KEPT}  # no update replaces these
LOOK = ("both", "left", "back")
HEADS = {
    "changed": "new text",
    "added": "new cells",
    "removed": "gone",
    "moved": "answers brought here",
    "away": "answers moved on",
    "both": "changed by both",
    "left": "gone, yours stays",
    "back": "there again",
}


class CannotUpdate(Exception):
    """A reason why nothing was updated; the message says what to do about it."""


@dataclass(frozen=True)
class PageUpdate:
    """What an update did to one page.

    Attributes
    ----------
    page : str
    changes : sequence of Change
    kept : Path or None
        Where the old page is, if there is a new one.
    trouble : str
        Why the page is as it was, if it could not be updated.
    """

    page: str
    changes: Sequence[Change] = ()
    kept: Path | None = None
    trouble: str = ""


def read_page(path: Path) -> dict[str, Any]:
    """Read a notebook.

    Raises
    ------
    CannotUpdate
        If the file is no notebook of format 4.
    """
    try:
        page: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for cell in page["cells"]:
            "".join(cell["source"]), cell["cell_type"], cell.get("metadata", {}).get("nbgrader")
    except OSError as error:
        raise CannotUpdate(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CannotUpdate(f"{path} cannot be read as a notebook, so it stays as it is.") from error
    return page


def write_page(path: Path, page: Notebook) -> None:
    """Write a notebook whole or not at all."""
    with written_aside(path) as aside:
        text = json.dumps(page, indent=1, ensure_ascii=False, sort_keys=True)
        aside.write_text(text + "\n", encoding="utf-8")


def keep_aside(path: Path) -> Path:
    """Copy a file into the folder `kept` beside it, and return the copy's path."""
    kept = free_path(path.parent / KEPT, path.stem, path.suffix)
    with written_aside(kept) as aside:
        shutil.copy2(path, aside)
    return kept


def replace_file(path: Path, new: Path, *, keep: bool) -> None:
    """Put a copy of `new` in place of a file; with `keep`, keep the old one aside."""
    if keep:
        keep_aside(path)
    with written_aside(path) as aside:
        shutil.copyfile(new, aside)


def report(updates: Sequence[PageUpdate]) -> str:
    """Return a table of what changed on each page, and below it what deserves a look."""
    changed = [one for one in updates if one.changes]
    lines = [] if changed else ["Your pages have all that is new on the course's."]
    if changed:
        kinds = [kind for kind in KINDS if any(_count(one, kind) for one in changed)]
        rows = [["page", *(HEADS[kind] for kind in kinds)]]
        rows += [[one.page, *(str(_count(one, kind)) for kind in kinds)] for one in changed]
        wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines += ["  ".join(map(str.ljust, row, wide)).rstrip() for row in rows]
    for one in changed:
        looks = [change for change in one.changes if change.kind in LOOK]
        if looks:
            lines += ["", f"To look at in {one.page}:"]
            lines += [f"- {change.cell}: {KINDS[change.kind]}" for change in looks]
    kept = [f"- {one.kept}" for one in updates if one.kept]
    if kept:
        lines += ["", "Your old pages are kept:", *kept]
    lines += [f"\n{one.trouble}" for one in updates if one.trouble]
    return "\n".join(lines)


def _count(update: PageUpdate, kind: str) -> int:
    return sum(change.kind == kind for change in update.changes)


# -- a whole folder -------------------------------------------------------------------------------


@contextmanager
def unpacked(newer: Path, beside: Path, needed: str) -> Iterator[Path]:
    """Yield a copy of a newer version's files: a folder in a temporary folder of `beside`.

    Parameters
    ----------
    newer : Path
        A folder, or an archive that holds one folder.
    beside : Path
        The folder to update: files can be renamed from one to the other.
    needed : str
        A file that the newer version must have.

    Raises
    ------
    CannotUpdate
        If there is no such version, or it cannot be copied.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".updating-", dir=beside) as aside:
            new = Path(aside, "new")
            new.mkdir()
            if newer.is_dir():
                if newer.resolve() == beside.resolve():
                    raise CannotUpdate(f"{newer} is this very folder. Name the newer one.")
                ours = shutil.ignore_patterns(*OWN, "__pycache__", ".updating-*")
                shutil.copytree(newer, new, ignore=ours, dirs_exist_ok=True)
            elif newer.suffix.lower() == ".zip":
                shutil.unpack_archive(newer, new, "zip")
            else:
                shutil.unpack_archive(newer, new, filter="data")
            inside = [new, *(path for path in new.iterdir() if path.is_dir())]
            found = next((path for path in inside if (path / needed).is_file()), None)
            if found is None:
                raise CannotUpdate(f"{newer} is no version of this folder: it has no {needed}.")
            yield found
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile) as error:
        why = getattr(error, "strerror", None) or "it is no folder, and no zip that can be read"
        raise CannotUpdate(f"{newer} cannot be taken over: {why}.") from error


def swap(folder: Path, new: Path) -> Path:
    """Move the files of `new` into a folder, in place of those with the same names.

    Returns
    -------
    Path
        The folder, inside `folder`, that has the old ones now.

    Raises
    ------
    OSError
        If one cannot be moved; then all is as it was.
    """
    kept = free_path(folder / KEPT, "before", "")
    kept.mkdir()
    done: list[tuple[Path, Path]] = []

    def move(source: Path, target: Path) -> None:
        os.rename(source, target)
        done.append((source, target))

    try:
        for path in sorted(new.iterdir()):
            if path.name in OWN:
                continue
            if os.path.lexists(folder / path.name):
                move(folder / path.name, kept / path.name)
            move(path, folder / path.name)
    except BaseException:  # Ctrl + C as well
        for source, target in reversed(done):
            os.rename(target, source)
        kept.rmdir()
        raise
    return kept


def update_bundle(folder: Path, newer: Path, notebook: str) -> str:
    """Bring a student's folder to a newer version, with the answers in its notebook.

    Parameters
    ----------
    folder : Path
        What was given out for one assignment.
    newer : Path
        The same of a newer version, as a folder or a zip.
    notebook : str
        The name of the assignment's notebook.

    Returns
    -------
    str
        What changed.

    Raises
    ------
    CannotUpdate
        If it cannot be done; then all is as it was.
    """
    mine = read_page(folder / notebook)
    given = folder / RELEASED
    base = read_page(given) if given.is_file() else {"cells": []}
    with unpacked(newer, folder, notebook) as new:
        merged, changes = merge(mine, read_page(new / notebook), base)
        write_page(new / notebook, merged)
        kept = swap(folder, new)
    return report([PageUpdate(Path(notebook).stem, changes, kept / notebook)])

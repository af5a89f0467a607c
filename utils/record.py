"""A learner's record: what passed, with how many tries and hints, in one file beside each page.

The file ``progress.json`` is the learner's alone. Nothing sends it anywhere, and it is no part of
what is handed in. Delete it, and the record begins anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from utils.checker.verdict import Status, Verdict
from utils.files import RECORD, written_aside
from utils.merge import READ_BEFORE

__all__ = ["Page", "entry", "keep", "move", "note", "now", "page_in", "pages", "read"]

ABOUT = "Your own record of this course's checks. It stays on this machine; delete it as you like."

_unsaved: dict[Path, dict[str, Any]] = {}  # records of folders that cannot be written


@dataclass(frozen=True)
class Page:
    """A page of the course.

    Attributes
    ----------
    path : Path
        Its notebook.
    title, time : str
        "Forward propagation", "110 minutes"
    exercises : tuple of str
        Those with a check, in order.
    blanks : dict
        The text of each exercise's cell, as it stands in the notebook.
    before : str
        The number of the page that is read next, where that is a lower one; as the notebook says.
    """

    path: Path
    title: str
    time: str
    exercises: tuple[str, ...]
    blanks: Mapping[str, str]
    before: str = ""

    @property
    def folder(self) -> Path:
        """Return the folder of the page and of its record."""
        return self.path.parent

    @property
    def place(self) -> tuple[str, bool]:
        """Return what pages are sorted by: their numbers, or the number they are read before."""
        return (self.before, False) if self.before else (self.path.stem[:2], True)

    @property
    def name(self) -> str:
        """Return the page's number and title, such as "01 Forward propagation"."""
        number = re.match(r"\d\d", self.path.stem)
        return f"{number[0]} {self.title}" if number else self.title


def page_in(folder: Path) -> Page | None:
    """Return the course's page in a folder, or None if there is none that can be read."""
    named = folder / f"{folder.name}.ipynb"
    with suppress(OSError):
        for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"), key=lambda path: path != named):
            page = _page(path, path.stat().st_mtime_ns)
            if page:
                return page
    return None


def pages(folder: Path) -> list[Page]:
    """Return the pages in the folders in a folder, as they are read.

    For a page's folder, these are the pages in it and in the folders beside it.
    """
    folder = folder.resolve()
    own = page_in(folder)
    around = folder.parent if own else folder
    with suppress(OSError):
        found = {page.path: page for page in map(page_in, around.glob("[0-9][0-9]_*")) if page}
        if own:
            found[own.path] = own
        return sorted(found.values(), key=lambda page: page.place)
    return [own] if own else []


@lru_cache(maxsize=32)
def _page(path: Path, changed: int) -> Page | None:
    """Return the page in a file that was changed at this time; None if it is none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells, before = notebook["cells"], str(notebook.get("metadata", {}).get(READ_BEFORE, ""))
        cells = [cell for cell in cells if cell["cell_type"] == "code" or cell is cells[0]]
        marks = [cell.get("metadata", {}).get("nbgrader", {}) for cell in cells]
        exercises = tuple(str(one["grade_id"]) for one in marks if one.get("grade"))
        blanks = {
            str(one["grade_id"]).removesuffix("-solution"): "".join(cell["source"])
            for one, cell in zip(marks, cells, strict=True)
            if one.get("solution")
        }
        first = "".join(cells[0]["source"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    title, time = re.search(r"(?m)^# (.+)", first), re.search(r"\*\*About ([^*·]+?) ·", first)
    if not (exercises and title):
        return None
    return Page(path, title[1].strip(), time[1] if time else "", exercises, blanks, before)


def read(folder: Path) -> dict[str, Any]:
    """Return the record in a folder by exercise; what cannot be read is not there."""
    folder = folder.resolve()
    if folder in _unsaved:
        return dict(_unsaved[folder])
    try:
        kept = json.loads((folder / RECORD).read_text(encoding="utf-8"))["exercises"]
        return {str(name): dict(one) for name, one in kept.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def keep(verdict: Verdict) -> None:
    """Note a verdict; a blank answer, or one that could not be checked, is no try."""
    if verdict.status in (Status.BLANK, Status.UNCHECKED):
        return
    earlier = entry(verdict.exercise)
    changes: dict[str, Any] = {
        "status": str(verdict.status),
        "points": verdict.points,
        "of": verdict.max_points,
        "checked": now(),
    }
    if "passed" not in earlier:
        changes["tries"] = earlier.get("tries", 0) + 1
        changes["passed"] = now() if verdict.status is Status.CORRECT else None
    note(verdict.exercise, changes)


def entry(exercise: str) -> dict[str, Any]:
    """Return the record of one exercise of the page in the current folder."""
    found: dict[str, Any] = read(Path.cwd()).get(exercise, {})
    return found


def note(exercise: str, changes: Mapping[str, Any]) -> None:
    """Set entries in an exercise's record, if its page lies in the current folder.

    An entry of None is removed. Where the folder cannot be written, the record lasts until Python
    ends. No trouble with the record ever stops a check.
    """
    with suppress(Exception):
        folder = Path.cwd().resolve()
        page = page_in(folder)
        if page is None or exercise not in page.exercises:
            return
        kept = read(folder)
        one = kept.get(exercise, {}) | dict(changes)
        kept[exercise] = {name: value for name, value in one.items() if value is not None}
        _write(page, kept)


def move(exercise: str, source: Path, target: Path) -> None:
    """Move an exercise's record from one page's folder to another's, which has none of it yet."""
    with suppress(Exception):
        found, there = read(source), read(target)
        old, new = page_in(source.resolve()), page_in(target.resolve())
        if old and new and exercise in found and exercise not in there:
            _write(new, there | {exercise: found.pop(exercise)})
            _write(old, found)


def _write(page: Page, kept: dict[str, Any]) -> None:
    """Write the record of a page, in the order of its exercises."""
    folder = page.folder
    ordered = {name: kept.pop(name) for name in page.exercises if name in kept} | kept
    text = json.dumps({"about": ABOUT, "exercises": ordered}, indent=1, ensure_ascii=False)
    try:
        with written_aside(folder / RECORD) as aside:
            aside.write_text(text + "\n", encoding="utf-8")
        _unsaved.pop(folder, None)
    except OSError:
        _unsaved[folder] = ordered


def now() -> str:
    """Return the time, to the minute."""
    return datetime.now().isoformat(" ", "minutes")

"""Bring the pages in ``my_notebooks/`` to the version of ``notebooks/``; answers stay.

A copy of each page as the learner got it is kept in ``my_notebooks/.course/``: what differs from it
is the learner's. Where there is none, since an earlier version of the course made the copy, git's
history of the page is searched for the version that has most cells in common.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.lab import (
    FIRST_PAGE,
    OWN_COPY,
    as_given,
    copied_pages,
    copy_missing,
    course_files,
    remember,
)
from autograder.errors import UsageError
from utils.merge import SOLUTION, Cell, Notebook, by_name, merge, text
from utils.update import (
    CannotUpdate,
    PageUpdate,
    keep_aside,
    read_page,
    replace_file,
    swap,
    unpacked,
    write_page,
)

__all__ = ["newer_pages", "take_over", "update_course", "update_pages"]

FIRST = f"notebooks/{FIRST_PAGE}"
VERSIONS = 100  # of a page that are looked at, at most


def newer_pages(root: Path) -> list[str]:
    """Return the pages of which the course has a newer version than the learner."""
    if not (root / OWN_COPY).is_dir():
        return []
    return [page for page, own in _own_pages(root) if _is_newer(root, page, own)]


@dataclass(frozen=True)
class _Versions:
    """A page as the learner has it, as the course has it now, and as the learner got it."""

    mine: dict[str, Any]
    new: dict[str, Any]
    base: Notebook


@dataclass(frozen=True)
class _Move:
    """An answer that the course moved from one page to another."""

    source: str
    target: str
    cell: Cell


def update_pages(root: Path) -> list[PageUpdate]:
    """Bring each page of the learner to the course's version.

    Raises
    ------
    UsageError
        If the learner has no pages, or one cannot be written. The pages before it are updated
        then, and the others are as they were.
    """
    if not (root / OWN_COPY).is_dir():
        raise UsageError(f"You have no pages in {root / OWN_COPY} yet. `course lab` makes them.")
    remember(root, copied_pages(copy_missing(root / "notebooks", root / OWN_COPY)))
    pages: dict[str, _Versions] = {}
    troubles = []
    for page, own in _own_pages(root):
        try:
            mine, new = read_page(own), read_page(_new(root, page))
            pages[page] = _Versions(mine, new, _base(root, page, mine))
        except CannotUpdate as error:
            troubles.append(PageUpdate(page, trouble=str(error)))
    moves = _moves(pages)
    try:
        # What an answer moves to is written before what it moves from.
        sources = {move.source for move in moves.values()}
        done = [
            _update(root, page, pages[page], moves)
            for page in sorted(pages, key=lambda page: (page in sources, page))
        ]
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written: {error.strerror}.") from error
    return sorted([*done, *troubles], key=lambda update: update.page)


def update_course(root: Path, newer: Path) -> Path:
    """Put a newer version of the course, a folder or an archive, in place of this one's files.

    Returns
    -------
    Path
        Where the old files are.

    Raises
    ------
    UsageError
        If the course is a clone, which git updates, or `newer` cannot be taken over; then all is
        as it was.
    """
    if (root / ".git").exists():
        raise UsageError(
            f"{root} is a clone: type `git pull`, and then `course update` without a folder."
        )
    try:
        with unpacked(newer, root, FIRST) as new:
            return swap(root, new)
    except CannotUpdate as error:
        raise UsageError(str(error)) from error


def take_over(root: Path) -> int:
    """Run ``course update`` by the code that the course has now, and return its exit code."""
    return subprocess.call([sys.executable, "-m", "autograder", "update"], cwd=root)


# -- one page -------------------------------------------------------------------------------------


def _own_pages(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the name and the path of each page that both the learner and the course have."""
    for own in sorted((root / OWN_COPY).glob("*/*.ipynb")):
        page = own.stem
        if own.parent.name == page and _new(root, page).is_file():
            yield page, own


def _new(root: Path, page: str) -> Path:
    return root / "notebooks" / page / f"{page}.ipynb"


def _is_newer(root: Path, page: str, own: Path) -> bool:
    """Return whether the course's page is another than the learner got, or may be."""
    given = as_given(root) / page
    if (given / own.name).is_file():
        return any(
            not (given / file).is_file()
            or (given / file).read_bytes() != (_new(root, page).parent / file).read_bytes()
            for file in course_files(_new(root, page).parent)
        )
    try:
        mine, new = by_name(read_page(own)["cells"]), by_name(read_page(_new(root, page))["cells"])
    except CannotUpdate:
        return False
    return any(
        name not in mine or (text(mine[name]) != text(cell) and not name.endswith(SOLUTION))
        for name, cell in new.items()
    )


def _update(root: Path, page: str, versions: _Versions, moves: Mapping[str, _Move]) -> PageUpdate:
    """Write the merged page, and what else the course has new in its folder."""
    moved = {name: move.cell for name, move in moves.items() if move.target == page}
    away = [name for name, move in moves.items() if move.source == page]
    merged, changes = merge(versions.mine, versions.new, versions.base, moved, away)
    folder, kept = root / OWN_COPY / page, None
    if merged != versions.mine:
        kept = keep_aside(folder / f"{page}.ipynb")
        write_page(folder / f"{page}.ipynb", merged)
    if moved:
        from utils import record  # slow to import, and seldom needed

        for name in moved:
            record.move(name.removesuffix(SOLUTION), root / OWN_COPY / moves[name].source, folder)
    for file in course_files(_new(root, page).parent):
        own, new, given = (
            place / file for place in (folder, _new(root, page).parent, as_given(root) / page)
        )
        old = given.read_bytes() if given.is_file() else None
        if file.name != f"{page}.ipynb" and new.read_bytes() not in (own.read_bytes(), old):
            replace_file(own, new, keep=own.read_bytes() != old)
    remember(root, [page])
    return PageUpdate(page, changes, kept)


def _moves(pages: Mapping[str, _Versions]) -> dict[str, _Move]:
    """Return the learner's answers that now belong on another page, where they are blank, by name.

    Only answers have names that no two pages share.
    """
    homes = {
        name: page
        for page, versions in pages.items()
        for name, cell in by_name(versions.new["cells"]).items()
        if cell.get("metadata", {}).get("nbgrader", {}).get("solution")
    }
    found = {}
    for page, versions in pages.items():
        given, here = by_name(versions.base["cells"]), by_name(versions.new["cells"])
        for name, cell in by_name(versions.mine["cells"]).items():
            home = homes.get(name)
            if home is None or name in here:
                continue
            there = by_name(pages[home].mine["cells"]).get(name)
            known = (given, by_name(pages[home].base["cells"]), by_name(pages[home].new["cells"]))
            blanks = {text(one[name]) for one in known if name in one}
            if text(cell) not in blanks and (there is None or text(there) in blanks):
                found[name] = _Move(page, home, cell)
    return found


def _base(root: Path, page: str, mine: Notebook) -> Notebook:
    """Return the page as the learner got it; without cells if that cannot be found out."""
    with suppress(CannotUpdate):
        return read_page(as_given(root) / page / f"{page}.ipynb")
    theirs = {(name, text(cell)) for name, cell in by_name(mine["cells"]).items()}
    best: tuple[int, Notebook] = (0, {"cells": []})
    for version in _git(root, "rev-list", "HEAD", "--", str(_new(root, page))).split()[:VERSIONS]:
        relative = _new(root, page).relative_to(root).as_posix()
        with suppress(ValueError, LookupError, TypeError):
            earlier = json.loads(_git(root, "show", f"{version}:./{relative}"))
            cells = by_name(earlier["cells"]).items()
            common = sum((name, text(cell)) in theirs for name, cell in cells)
            best = max(best, (common, earlier), key=lambda one: one[0])
    return best[1]


def _git(root: Path, *command: str) -> str:
    """Return what git prints about the course's folder; "" where there is no git, or no clone."""
    try:
        asked = ["git", "-C", str(root), *command]
        return subprocess.run(asked, capture_output=True, encoding="utf-8", check=False).stdout
    except OSError:
        return ""

"""Merge a newer version of a page into a learner's copy, cell by cell.

A cell is known by its id. What the learner wrote stays, and what only the course changed becomes
new. Where both changed a cell, the learner's stays, and the course's is shown below it.

nbdime merges by what cells look like, and leaves its marks inside the code of a cell that both
changed, which then no longer runs; so it is not used here.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    *("KINDS", "READ_BEFORE", "SOLUTION", "Cell", "Change", "Notebook", "by_name", "merge"),
    "text",
]

Notebook = Mapping[str, Any]
Cell = dict[str, Any]
NONE: Mapping[str, Cell] = {}

KINDS = {
    "changed": "the course's new text",
    "added": "new",
    "removed": "no longer there",
    "moved": "your answer, which stood on another page",
    "away": "now on another page, with your answer",
    "both": "you changed it, and so did the course; its text stands below yours",
    "left": "the course dropped it; you had changed it, so it stays",
    "back": "you had deleted it, and the course changed it; it is there again",
}
"""What can happen to a cell, in a learner's words."""

SOLUTION = "-solution"  # an answer's cell is named after its exercise, with this behind
RELEASE = "deep_networks"  # in a notebook's metadata: of which version it is
READ_BEFORE = "read_before"  # there too: the number of the page that is read next, if it is lower
COURSES = (RELEASE, READ_BEFORE)
NOTE = "-from-the-course"  # the id of a cell that shows the course's text of another ends so
SAID = (
    "**The course has a new version of the cell above; yours is kept.** Take over what you like, "
    "then delete this cell. The new version:"
)


@dataclass(frozen=True)
class Change:
    """A cell of a page that an update changed, or left for the learner to look at.

    Attributes
    ----------
    kind : str
        A key of `KINDS`.
    cell : str
        The cell in a few words: an exercise's name, or how its text begins.
    """

    kind: str
    cell: str


def merge(
    mine: Notebook,
    new: Notebook,
    base: Notebook,
    moved: Mapping[str, Cell] = NONE,
    away: Collection[str] = (),
) -> tuple[dict[str, Any], list[Change]]:
    """Merge the course's `new` version of a page into the learner's.

    Parameters
    ----------
    mine, new, base : Notebook
        The learner's copy, the course's page now, and the page as the learner got it. A cell that
        is missing in `base` counts as changed by both if it differs.
    moved : dict, optional
        Answers of the learner's other pages that the course moved to this one, by name.
    away : collection of str, optional
        Names of answers that are moved from this page to another.

    Returns
    -------
    notebook : dict
        The merged page; none of the arguments is changed.
    changes : list of Change
    """
    news, olds = by_name(new["cells"]), by_name(base["cells"])
    olds |= {name: cell for name, cell in by_name(mine["cells"]).items() if name in away}
    ours = _named(mine["cells"], news, olds)
    kept = {name: cell for name, cell in ours if name}
    order, ids = list(news), {cell.get("id") for cell in news.values()}
    changes: list[Change] = []
    merged: dict[str, list[Cell]] = {}
    outdated = []  # what an earlier update showed below a cell, and this one shows anew
    for name in order:
        merged[name], kind = _one(kept.get(name), news[name], olds.get(name), moved.get(name))
        changes += [Change(kind, _words(name, news[name]))] if kind else []
        outdated += [_note(olds[name])] if kind == "both" and name in olds else []
    placed: list[list[Cell]] = [[] for _ in range(len(order) + 1)]  # own cells before each cell
    for place, name, cell in _own(ours, order):
        kind = ""
        if name in olds:
            kind = "removed" if text(olds[name]) == text(cell) else "left"
        kind = "away" if name in away else kind
        changes += [Change(kind, _words(name, cell))] if kind else []
        shown = any(cell.get("id") == one["id"] and text(cell) == text(one) for one in outdated)
        if kind in ("", "left") and not shown:
            copied = {"id": f"{cell['id']}-copy"} if cell.get("id") in ids else {}
            placed[place].append({**cell, **copied})
    both = zip(placed, (*merged.values(), []), strict=True)
    cells = list(_with_unique_ids(cell for own, theirs in both for cell in (*own, *theirs)))
    about = {key: new[key] for key in ("nbformat", "nbformat_minor") if key in new}
    released = {key: one for key, one in new.get("metadata", {}).items() if key in COURSES}
    metadata = {**mine.get("metadata", {}), **released}
    return {**mine, **about, "metadata": metadata, "cells": cells}, changes


def by_name(cells: Sequence[Cell]) -> dict[str, Cell]:
    """Return cells by name; of several with one name, the last."""
    return {_name(cell, index): cell for index, cell in enumerate(cells)}


def text(cell: Cell) -> str:
    """Return a cell's text, without spaces around it."""
    return "".join(cell["source"]).strip()


def _name(cell: Cell, index: int) -> str:
    """Return a cell's grade id, else its id, else one that no other cell has."""
    marks = cell.get("metadata", {}).get("nbgrader", {})
    return str(marks.get("grade_id") or cell.get("id") or f"cell {index}")


def _named(
    cells: Sequence[Cell], news: Mapping[str, Cell], olds: Mapping[str, Cell]
) -> list[tuple[str, Cell]]:
    """Return a learner's cells in order, each with its name in the course, or "" for an own cell.

    Of copies of a cell, the last that was changed has its name. A cell that lost its id, as by
    cutting and pasting, is found by its text.
    """
    course = {**news, **olds}
    named = [_name(cell, index) for index, cell in enumerate(cells)]
    chosen: dict[str, int] = {}
    for index, name in enumerate(named):
        changed = name in course and text(cells[index]) != text(olds.get(name, news.get(name, {})))
        if name in course and (name not in chosen or changed):
            chosen[name] = index
    lost = {text(cell): name for name, cell in course.items() if name not in chosen}
    for index, name in enumerate(named):
        found = lost.pop(text(cells[index]), "") if name not in course else ""
        if found:
            chosen[found] = index
    names = {index: name for name, index in chosen.items()}
    return [(names.get(index, ""), cell) for index, cell in enumerate(cells)]


def _own(ours: Sequence[tuple[str, Cell]], order: Sequence[str]) -> Iterator[tuple[int, str, Cell]]:
    """Yield each cell that the course does not have now: its place, its name, and the cell.

    It stays right below the cell that it stood below, or above the one that it stood above, where
    the course has put that first.
    """
    places = {name: place for place, name in enumerate(order)}
    below, after = [], len(order)
    for name, _ in reversed(ours):
        below.append(after)
        after = places.get(name, after)
    above = 0
    for (name, cell), limit in zip(ours, reversed(below), strict=True):
        if name in places:
            above = places[name] + 1
        else:
            yield min(above, limit), name, cell


def _one(
    mine: Cell | None, new: Cell, old: Cell | None, moved: Cell | None
) -> tuple[list[Cell], str]:
    """Return what stands in place of one cell of the course, and what happened to it, or ""."""
    if moved is not None and (mine is None or text(mine) in (text(new), text(old or new))):
        return [_with_marks(moved, new)], "moved"
    if mine is None:
        if old is None or "nbgrader" in new.get("metadata", {}):
            return [new], "added"
        if text(old) == text(new):
            return [], ""  # the learner deleted it
        return [new], "back"
    if text(mine) == text(new):
        return [_with_marks(mine, new)], ""
    if old is not None and text(mine) == text(old):
        return [new], "changed"
    if old is not None and text(old) == text(new):
        return [_with_marks(mine, new)], ""
    return [_with_marks(mine, new), _note(new)], "both"


def _with_marks(mine: Cell, new: Cell) -> Cell:
    """Return a learner's cell with the course's id and metadata."""
    metadata = {**mine.get("metadata", {}), **new.get("metadata", {})}
    return {**mine, "metadata": metadata, "id": new["id"]}


def _note(new: Cell) -> Cell:
    """Return a cell that shows the course's text."""
    said = text(new)
    if new["cell_type"] == "code":
        said = f"~~~~python\n{said}\n~~~~"
    shown = f"{SAID}\n\n{said}"
    return {"cell_type": "markdown", "id": new["id"] + NOTE, "metadata": {}, "source": shown}


def _with_unique_ids(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Copy the cells; give one whose id is missing or taken another, as the format demands."""
    taken: set[str] = set()
    for number, cell in enumerate(cells):
        name = str(cell.get("id") or f"own-{number}")
        while name in taken:
            name += "-again"
        taken.add(name)
        yield {**copy.deepcopy(cell), "id": name}


def _words(name: str, cell: Cell) -> str:
    """Return a cell in a few words."""
    if "nbgrader" in cell.get("metadata", {}):
        return name.removesuffix(SOLUTION)
    first = (text(cell).splitlines() or [name])[0].strip("#* ")
    return f"“{first[:40].rstrip()}{'…' if len(first) > 40 else ''}”"

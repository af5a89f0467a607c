"""Find and read the notebook that a student handed in, whatever its form and however damaged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from autograder.limits import LIMITS, MIB

__all__ = ["Cell", "Repair", "Unreadable", "cells_of", "find_notebook", "read_notebook"]


class Unreadable(Exception):
    """A submission without a notebook to grade; the message is a sentence about the file."""


@dataclass(frozen=True)
class Repair:
    """A sentence about something in a submission that was repaired.

    `exercise` is empty for the whole file; `doubtful` asks an instructor to look at it.
    """

    exercise: str
    sentence: str
    doubtful: bool = False


@dataclass(frozen=True)
class Cell:
    """The parts of a student's cell that are used."""

    kind: str
    source: str
    id: str
    grade_id: str


def find_notebook(folder: Path, assignment: str) -> tuple[Path, list[Repair]]:
    """Return the notebook's path in a student's folder, and a repair if its name is wrong.

    Raises
    ------
    Unreadable
        When there is none, when several have a wrong name, or when it is a link.
    """
    wanted = folder / f"{assignment}.ipynb"
    if folder.is_symlink():  # perhaps to another student's work
        raise Unreadable(f"{folder.name} is a link, not a folder.")
    found = [p for p in sorted(folder.glob("*.ipynb")) if not p.name.startswith(".")]
    if wanted not in found and len(found) != 1:
        names = ", ".join(path.name for path in found)
        raise Unreadable(
            f"Several notebooks were handed in ({names}), and none is called {wanted.name}."
            if found
            else f"No notebook was handed in; {wanted.name} was expected."
        )
    path = wanted if wanted in found else found[0]
    if path.is_symlink() or not path.is_file():
        raise Unreadable(f"{path.name} is a link or a folder, not a file.")
    if path == wanted:
        return path, []
    return path, [Repair("", f"The notebook is called {path.name}; it is graded all the same.")]


def read_notebook(path: Path) -> tuple[list[Cell], list[Repair]]:
    """Read the cells of a notebook of any format; of a damaged one, the intact cells.

    Raises
    ------
    Unreadable
        When the file has no readable cells, or exceeds a limit.
    """
    try:
        if path.stat().st_size > LIMITS.notebook:
            raise Unreadable(f"{path.name} is larger than {LIMITS.notebook // MIB} MB.")
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {error.strerror}.") from None
    if not content.strip():
        raise Unreadable(f"{path.name} is empty.")
    text = content.decode(json.detect_encoding(content), "replace")
    repairs = []
    try:  # ignore what follows the notebook
        data, _ = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        data = {"nbformat": 4, "cells": list(_whole_cells(text))}
        if not data["cells"]:
            raise Unreadable(f"{path.name} is not a notebook, or was cut short.") from None
        repairs.append(
            Repair("", f"{path.name} is damaged; what can be read of it is graded.", doubtful=True)
        )
    cells = _raw_cells(data)
    if cells is None:
        raise Unreadable(f"{path.name} is not a notebook, though it is JSON.")
    if len(cells) > LIMITS.cells:
        raise Unreadable(f"{path.name} has more than {LIMITS.cells:,} cells.")
    if data.get("nbformat") != 4:
        kind = data.get("nbformat")
        kind = kind if isinstance(kind, int) else "unknown"
        repairs.append(Repair("", f"The notebook was in another format ({kind})."))
    return cells_of(data), repairs


def _whole_cells(text: str) -> Iterator[Any]:
    """Yield the intact cells of a damaged file."""
    decoder = json.JSONDecoder()
    end = 0
    for match in islice(re.finditer(r'\{\s*"cell_type"', text), 2 * LIMITS.cells):
        try:
            if match.start() >= end:  # nbgrader's metadata, inside a cell, begins like one
                cell, end = decoder.raw_decode(text, match.start())
                if "source" in cell or "input" in cell:
                    yield cell
        except (ValueError, RecursionError):
            continue


def cells_of(notebook: Mapping[str, Any]) -> list[Cell]:
    """Return a notebook's cells, however malformed they are."""
    return [_cell(cell) for cell in _raw_cells(notebook) or [] if isinstance(cell, dict)]


def _raw_cells(data: Any) -> list[Any] | None:
    """Return a notebook's cells as JSON, or None; formats before 4 have them in worksheets."""
    if not isinstance(data, dict):
        return None
    sheets = data.get("worksheets")
    sheets = sheets if isinstance(sheets, list) else []
    found = [one["cells"] for one in (data, *sheets) if isinstance(one, dict) and "cells" in one]
    lists = [cells for cells in found if isinstance(cells, list)]
    return [cell for cells in lists for cell in cells] if lists else None


def _cell(cell: Mapping[str, Any]) -> Cell:
    """Return a cell read from JSON, however malformed that is."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    source = cell.get("source", cell.get("input"))  # "input": code, before format 4
    return Cell(*map(_text, (cell.get("cell_type"), source, cell.get("id"), grade_id)))


def _text(value: Any) -> str:
    """Return a value as text that can be encoded: JSON strings may hold lone surrogates."""
    if isinstance(value, list):
        lines = list(map(str, value))
        value = ("" if any(line.endswith("\n") for line in lines) else "\n").join(lines)
    if not isinstance(value, str):
        return ""
    text = value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    return text if text.isascii() else text.encode("utf-8", "replace").decode()

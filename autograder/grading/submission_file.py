"""Find and read the notebook that a student handed in, whatever its form and however damaged."""

from __future__ import annotations

import json
import os
import re
import stat
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograder.course.notebooks import RELEASE
from autograder.limits import LIMITS, MIB, Limits

__all__ = [
    "Cell",
    "NoNotebook",
    "Notebook",
    "Repair",
    "Unreadable",
    "cells_of",
    "content_of",
    "find_notebooks",
    "listed",
    "open_notebook",
    "read_notebook",
    "release_of",
]

MOST = 10  # notebooks of one folder that are read
OPEN_CELLS = 4  # cells that may surround one another in a damaged file
LONGEST_VERSION = 20  # letters
DEEPEST = 1000  # brackets around a value; what Python's reader of JSON takes at most


class Unreadable(Exception):
    """A submission without a notebook to grade; the message is a sentence about the file."""


class NoNotebook(Unreadable):
    """A submission's folder without a notebook."""


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
    """The parts of a student's cell that are used; `attachments` are (name, base64) pairs."""

    kind: str
    source: str
    id: str
    grade_id: str
    attachments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Notebook:
    """The parts of a student's notebook that are used.

    Attributes
    ----------
    cells : its cells
    repairs : the repairs that reading the cells took
    version : the course's version that it was released with, or "" if unknown
    exercises : the graded exercises of that version, or None if unknown
    """

    cells: list[Cell]
    repairs: list[Repair]
    version: str = ""
    exercises: frozenset[str] | None = None


def find_notebooks(folder: Path, assignment: str) -> list[Path]:
    """Return the notebooks in a student's folder, the one with the right name first.

    Raises
    ------
    NoNotebook
        When there is none.
    Unreadable
        When its folder is a link, or cannot be opened.
    """
    wanted = f"{assignment}.ipynb"
    try:
        for place in (folder.parent, folder):  # perhaps links to another student's work
            if place.is_symlink():
                raise Unreadable(f"{place.name} is a link, not a folder.")
        names = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        raise NoNotebook from None
    except OSError as error:
        raise Unreadable(f"The folder {folder.name} cannot be opened: {error.strerror}.") from None
    found = [name for name in names if name.endswith(".ipynb") and not name.startswith(".")]
    if not found:
        raise NoNotebook
    return [folder / name for name in sorted(found, key=lambda name: name != wanted)]


def listed(names: Iterable[str]) -> str:
    """Return the names as text for a sentence; if there are more than `MOST`, only the first."""
    names = list(names)
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more


def open_notebook(path: Path, limits: Limits = LIMITS) -> BufferedReader:
    """Open a notebook's file for reading.

    Raises
    ------
    Unreadable
        When it cannot be opened, is a link or no file, or exceeds the limit of size.
    """
    try:
        if path.is_symlink() or not path.is_file():
            raise Unreadable(f"{path.name} is a link or a folder, not a file.")
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")  # a pipe would block
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {error.strerror}.") from None
    status = os.fstat(file.fileno())
    if stat.S_ISREG(status.st_mode) and status.st_size <= limits.file:
        return file
    file.close()
    raise Unreadable(f"{path.name} is larger than {limits.file // MIB} MB.")


def content_of(path: Path, limits: Limits = LIMITS) -> bytes:
    """Return the bytes of a notebook's file; raise `Unreadable` as `open_notebook` does."""
    with open_notebook(path, limits) as file:
        return file.read(limits.file + 1)  # no more, even if it grows meanwhile


def read_notebook(content: bytes, name: str, limits: Limits = LIMITS) -> Notebook:
    """Read the cells of a notebook of any format; of a damaged one, the intact cells.

    The time that this takes is proportional to the file's size, whatever is in it.

    Parameters
    ----------
    content, name : the file's bytes and its name
    limits : bounds on the number of cells and on their text; outputs and pictures do not count

    Raises
    ------
    Unreadable
        When the file has no readable cells, or exceeds a limit.
    """
    if not content.strip():
        raise Unreadable(f"{name} is empty.")
    text = content.decode(json.detect_encoding(content), "replace")
    repairs = []
    text, conflicts = _COUNTS_IN_CONFLICT.subn(r"\1", text)
    if conflicts:
        said = f"A merge in git left conflict markers around {conflicts} execution counts."
        repairs.append(Repair("", said, doubtful=True))
    start = len(text) - len(text.lstrip())
    try:  # ignore what follows the notebook
        data, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        data = {"nbformat": 4, "cells": _whole_cells(text, limits.cells)}
        if not data["cells"]:
            raise Unreadable(f"{name} is not a notebook, or was cut short.") from None
        repairs.append(
            Repair("", f"{name} is damaged; what can be read of it is graded.", doubtful=True)
        )
    cells = _raw_cells(data)
    if cells is None:
        raise Unreadable(f"{name} is not a notebook, though it is JSON.")
    if len(cells) > limits.cells:
        raise Unreadable(f"{name} has more than {limits.cells:,} cells.")
    if data.get("nbformat") != 4:
        kind = data.get("nbformat")
        kind = kind if isinstance(kind, int) else "unknown"
        repairs.append(Repair("", f"The notebook was in another format ({kind})."))
    found = cells_of(data)
    if sum(len(cell.source) for cell in found) > limits.notebook:
        raise Unreadable(
            f"The cells of {name} have more than {limits.notebook:,} letters, without outputs."
        )
    return Notebook(found, repairs, *release_of(data))


def release_of(data: Mapping[str, Any]) -> tuple[str, frozenset[str] | None]:
    """Return the version that a notebook was released with, or "", and its exercises, or None."""
    metadata = data.get("metadata")
    release = metadata.get(RELEASE) if isinstance(metadata, dict) else None
    if not isinstance(release, dict):
        return "", None
    version, names = release.get("version"), release.get("exercises")
    names = frozenset(map(_text, names)) if isinstance(names, list) else None
    return _text(version)[:LONGEST_VERSION], names


# What git leaves where two copies of a notebook ran in another order and differ in nothing else.
_COUNT = r'(?:[ \t]*+"execution_count": ?\w++,?\r?\n)*+'
_COUNTS_IN_CONFLICT = re.compile(
    rf"^<{{7}}[^\n]*+\n({_COUNT})={{7}}\r?\n{_COUNT}>{{7}}[^\n]*+\n", re.MULTILINE
)

# A cell begins with these letters, wherever the damage before it is: in a string of JSON, the
# quotation mark would be escaped.
_BEGIN = re.compile(r'\{\s*+"cell_type"')
# A string, as far as it goes, or brackets; between them nothing opens or closes.
_TOKEN = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\.)*+"?|[\[{]++|[\]}]')


def _whole_cells(text: str, most: int) -> list[Any]:
    """Return the intact cells of a damaged file; stop soon after more than `most` are found.

    The text is scanned once. Each part of it is decoded at most `OPEN_CELLS` times, since only
    that many cells may be open at one time.
    """
    decoder = json.JSONDecoder()
    starts = [match.start() for match in _BEGIN.finditer(text)]
    begun: deque[list[int]] = deque(maxlen=OPEN_CELLS)  # start, depth before it, deepest since
    found: list[tuple[int, Any]] = []
    depth = 0
    for start, next_start in pairwise([*starts, len(text)]):
        if len(found) > most:
            break
        begun.append([start, depth, depth])
        for token in _TOKEN.finditer(text, start, next_start):
            if token[0][0] in "[{":
                depth += len(token[0])
                for one in begun:
                    one[2] = max(one[2], depth)
            elif token[0] in "]}":
                depth -= 1
                while begun and begun[-1][1] >= depth:
                    at, before, deepest = begun.pop()
                    if before > depth or deepest - before > DEEPEST:
                        continue
                    with suppress(ValueError, RecursionError):
                        cell = decoder.raw_decode(text, at)[0]
                        if "source" in cell or "input" in cell:  # else nbgrader's metadata
                            while found and found[-1][0] > at:
                                found.pop()
                            found.append((at, cell))
    return [cell for _, cell in found]


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
    attachments = cell.get("attachments")
    return Cell(
        _text(cell.get("cell_type")),
        _text(source),
        _text(cell.get("id")),
        _text(grade_id),
        tuple(_pictures(attachments)) if isinstance(attachments, dict) else (),
    )


def _pictures(attachments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names and data of the pictures that were pasted into a cell."""
    for name, data in attachments.items():
        kinds = data if isinstance(data, dict) else {}
        pictures = (_text(kinds.get(kind)) for kind in ("image/png", "image/jpeg"))
        yield from ((name, picture) for picture in pictures if picture)


def _text(value: Any) -> str:
    """Return a value as text that can be encoded: JSON strings may hold lone surrogates."""
    if isinstance(value, list):
        lines = [line for line in value if isinstance(line, str)]
        value = ("" if any(line.endswith("\n") for line in lines) else "\n").join(lines)
    if not isinstance(value, str):
        return ""
    text = value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    return text if text.isascii() else text.encode("utf-8", "replace").decode()

"""Damage a notebook at random: its cells, their order and sizes, and their fields."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

from tests.support.handed_in import DEEP, NEEDED_BY, POINTS, HandedIn, is_helper

Damage = Callable[[HandedIn, random.Random], None]
JUNK = [None, 3, -1.5, True, "", "x", "\ud83d", "\0", [], {}, [1, None], [[["x"]]], {"a": {"b": 0}}]


# -- damage to cells ------------------------------------------------------------------------------


def delete(one: HandedIn, rng: random.Random) -> None:
    """Delete one to three cells."""
    for cell in rng.sample(one.cells, rng.randint(1, 3)):
        one.touch(cell)
        one.cells.remove(cell)


def duplicate(one: HandedIn, rng: random.Random) -> None:
    """Put copies of some cells anywhere."""
    for cell in rng.sample(one.cells, rng.randint(1, 5)):
        one.cells.insert(rng.randint(0, len(one.cells)), one.twin(cell))


def duplicate_everything(one: HandedIn, rng: random.Random) -> None:
    """Paste the whole notebook below itself."""
    one.cells.extend(list(map(one.twin, one.cells)))


def duplicate_empty(one: HandedIn, rng: random.Random) -> None:
    """Put an emptied copy of an answer somewhere."""
    twin = one.twin(rng.choice(one.answers()))
    twin["source"] = rng.choice(["", " \n", [], ["\n"]])
    one.cells.insert(rng.randint(0, len(one.cells)), twin)


def draft(one: HandedIn, rng: random.Random) -> None:
    """Leave a broken first draft in a copy of an answer cell, before or after."""
    cell = rng.choice(one.answers())
    twin = one.twin(cell)
    twin["source"] = cell["source"].replace("return", "retrun", 1)
    before = rng.random() < 0.5
    if not before:
        one.touch(cell)
    one.cells.insert(one.cells.index(cell) + (not before), twin)


def split(one: HandedIn, rng: random.Random) -> None:
    """Split an answer between two lines; the second half may lose its metadata."""
    cell = rng.choice(one.answers())
    lines = cell["source"].split("\n")
    at = rng.randint(1, len(lines) - 1)
    half = one.twin(cell)
    cell["source"], half["source"] = "\n".join(lines[:at]), "\n".join(lines[at:])
    if rng.random() < 0.5:
        half["metadata"] = {}
    one.cells.insert(one.cells.index(cell) + 1, half)


def move(one: HandedIn, rng: random.Random) -> None:
    """Move some cells."""
    for cell in rng.sample(one.cells, rng.randint(1, 5)):
        one.cells.remove(cell)
        one.cells.insert(rng.randint(0, len(one.cells)), cell)


def shuffle(one: HandedIn, rng: random.Random) -> None:
    """Shuffle all cells."""
    rng.shuffle(one.cells)


def backwards(one: HandedIn, rng: random.Random) -> None:
    """Turn the notebook upside down."""
    one.cells.reverse()


def retype(one: HandedIn, rng: random.Random) -> None:
    """Change the type of some cells."""
    for cell in rng.sample(one.cells, rng.randint(1, 5)):
        cell["cell_type"] = rng.choice(["markdown", "raw", "heading", "", *JUNK])
        if is_helper(cell) or one.is_setup(cell):
            one.touch(cell)


def merge(one: HandedIn, rng: random.Random) -> None:
    """Merge an answer with another code cell: an answer, a test, setup, or the student's own."""
    cell = rng.choice(one.answers())
    others = [o for o in one.cells if o is not cell and (one.owner(o) or is_test(o))]
    other = rng.choice(others)
    pair = [cell, other] if rng.random() < 0.5 else [other, cell]
    keeper, gone = pair if rng.random() < 0.5 else reversed(pair)
    if is_helper(other):  # it may end up below the check, where it comes too late
        one.touched.add(NEEDED_BY)
    keeper["source"] = "\n\n".join(part["source"] for part in pair)
    one.owners[id(keeper)] = one.owner(keeper) | one.owner(gone)
    one.cells.remove(gone)


def is_test(cell: Any) -> bool:
    """Return whether a cell is a graded test cell."""
    return bool(cell["metadata"].get("nbgrader", {}).get("grade"))


def swap_ids(one: HandedIn, rng: random.Random) -> None:
    """Exchange the ids of two cells."""
    a, b = rng.sample(one.cells, 2)
    a["id"], b["id"] = b["id"], a["id"]


def swap_metadata(one: HandedIn, rng: random.Random) -> None:
    """Exchange the metadata of two cells, of which one at least is graded."""
    a, b = rng.choice(one.answers()), rng.choice(one.cells)
    a["metadata"], b["metadata"] = b["metadata"], a["metadata"]


def same_ids(one: HandedIn, rng: random.Random) -> None:
    """Give every cell the same id."""
    for cell in one.cells:
        cell["id"] = "setup"


def same_metadata(one: HandedIn, rng: random.Random) -> None:
    """Give every cell the metadata of one of them."""
    metadata = rng.choice(one.cells)["metadata"]
    for cell in one.cells:
        cell["metadata"] = copy.deepcopy(metadata)


def edit_tests(one: HandedIn, rng: random.Random) -> None:
    """Change, empty or delete test cells."""
    for cell in [cell for cell in one.cells if is_test(cell)]:
        cell["source"] = rng.choice([cell["source"], "", "pass", "1 / 0", "(", "import os"])
        if rng.random() < 0.3:
            one.cells.remove(cell)


def many_cells(one: HandedIn, rng: random.Random) -> None:
    """Add thousands of cells."""
    extra = [{"cell_type": "markdown", "metadata": {}, "source": "."} for _ in range(5000)]
    one.cells.extend(extra)


def large_text(one: HandedIn, rng: random.Random) -> None:
    """Put ten million characters of text into a cell that is no answer."""
    cell = rng.choice([cell for cell in one.cells if not one.owner(cell)])
    cell["source"] = "word " * 2_000_000


def huge_outputs(one: HandedIn, rng: random.Random) -> None:
    """Add outputs of some megabytes: a picture, text, or many short pieces."""
    cell = rng.choice([cell for cell in one.cells if not one.owner(cell)])
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 10**7}}
    text = {"output_type": "stream", "name": "stdout", "text": ["a line\n"] * 10**5}
    short = {"output_type": "stream", "name": "stdout", "text": "a"}
    cell["outputs"] = rng.choice([[picture], [text], [short] * 20_000])


def many_prints(one: HandedIn, rng: random.Random) -> None:
    """Add cells that print much together."""
    for number in range(500):
        source = f"print({rng.choice(['a', chr(0x1F40D)])!r} * 9_000)"
        cell = {"cell_type": "code", "id": f"p{number}", "metadata": {}, "source": source}
        one.cells.append(cell | {"outputs": [], "execution_count": None})


def wide_split(one: HandedIn, rng: random.Random) -> None:
    """Split an answer into a cell for each line, perhaps behind a thousand further lines."""
    cell = rng.choice(one.answers())
    head, *lines = cell["source"].split("\n")
    lines = ["    x = 1"] * rng.choice([0, 0, 1000]) + lines
    at = one.cells.index(cell) + 1
    cell["source"] = head
    for line in lines:
        piece = one.twin(cell)
        piece["source"] = line
        piece["metadata"] = {}
        one.cells.insert(at, piece)
        at += 1


def large_code(one: HandedIn, rng: random.Random) -> None:
    """Add a large code cell: a comment, a string, nested brackets or statements."""
    source = ["#" * 10**7, f"text = '{'a' * 10**6}'", "(" * 10**6, "x = 1\n" * 10**5]
    cell = {"cell_type": "code", "id": "large", "metadata": {}, "source": rng.choice(source)}
    one.cells.insert(rng.randint(0, len(one.cells)), cell)


CELLS: list[Damage] = [
    *(delete, duplicate, duplicate_everything, duplicate_empty, draft, move, shuffle, backwards),
    *(retype, merge, swap_ids, swap_metadata, same_ids, same_metadata, edit_tests),
    *(split, split),
]

SIZES: list[Damage] = [
    *(many_cells, large_text, large_code, huge_outputs, many_prints, wide_split, wide_split),
]


# -- damage to fields -----------------------------------------------------------------------------


def junk_in_cell(one: HandedIn, rng: random.Random) -> None:
    """Replace a field of some cells by junk, or remove it."""
    for cell in rng.sample(one.cells, rng.randint(1, 8)):
        name = rng.choice(list(cell))
        if name == "source" or (name == "cell_type" and is_helper(cell)):
            one.touch(cell)
        put_junk(cell, name, rng)


def junk_in_metadata(one: HandedIn, rng: random.Random) -> None:
    """Replace a field of nbgrader's metadata by junk, or remove it."""
    for cell in one.answers():
        metadata = cell["metadata"]
        place = rng.choice([metadata, metadata.get("nbgrader", metadata)])
        if isinstance(place, dict) and place:
            put_junk(place, rng.choice(list(place)), rng)


def junk_in_page(one: HandedIn, rng: random.Random) -> None:
    """Replace a field of the notebook by junk, or remove it; without cells no answer is left."""
    name = rng.choice(["nbformat", "nbformat_minor", "metadata", "cells"])
    if name == "cells":
        one.touched |= POINTS.keys()
    put_junk(one.page, name, rng)


def put_junk(place: dict[str, Any], name: str, rng: random.Random) -> None:
    """Replace a field by junk, or remove it."""
    if rng.random() < 0.2:
        del place[name]
    else:
        place[name] = copy.deepcopy(rng.choice(JUNK))


def drop_ids(one: HandedIn, rng: random.Random) -> None:
    """Save without ids, as programs before 2020 do."""
    for cell in one.cells:
        cell.pop("id", None)


def drop_metadata(one: HandedIn, rng: random.Random) -> None:
    """Remove all metadata, and sometimes the ids too."""
    for cell in one.cells:
        cell["metadata"] = {}
    if rng.random() < 0.5:
        drop_ids(one, rng)


def lists(one: HandedIn, rng: random.Random) -> None:
    """Save sources as lists of lines, with or without their line ends."""
    ends = rng.random() < 0.5
    for cell in one.cells:
        if isinstance(cell.get("source"), str):
            cell["source"] = cell["source"].splitlines(ends)


def line_ends(one: HandedIn, rng: random.Random) -> None:
    """Save the line ends of Windows, or of old Macs."""
    ends = rng.choice(["\r\n", "\r"])
    for cell in one.cells:
        if isinstance(cell.get("source"), str):
            cell["source"] = cell["source"].replace("\n", ends)


def strange_letters(one: HandedIn, rng: random.Random) -> None:
    """Add lone surrogates and other rare characters to comments and texts."""
    letters = ["\ud83d", "\udc00 \ud83d", "\ufeff", "\u202e", "é"]
    for cell in rng.sample(one.cells, 5):
        if isinstance(cell.get("source"), str):
            cell["source"] += "\n# " + rng.choice(letters)


def deep(one: HandedIn, rng: random.Random) -> None:
    """Nest a list so deeply in a cell that a reader of JSON may fail."""
    cell = rng.choice(one.cells)
    name = rng.choice(["outputs", "metadata", "source"])
    one.nested = rng.choice([50, 900, 970, 5000])
    if name == "source" or one.nested > 900:  # then the cell itself may be lost
        one.touch(cell)
    cell[name] = DEEP


def old_format(one: HandedIn, rng: random.Random) -> None:
    """Save as IPython 1 and 2 did."""
    for cell in one.cells:
        if cell.get("cell_type") == "code" and "source" in cell:
            cell["input"] = cell.pop("source")
    one.page.update(nbformat=rng.choice([2, 3]), nbformat_minor=0)
    one.page["worksheets"] = [{"cells": one.page["cells"], "metadata": {}}]
    del one.page["cells"]


def new_format(one: HandedIn, rng: random.Random) -> None:
    """Claim a format that does not exist yet."""
    one.page.update(nbformat=rng.choice([5, 99, 4.5, "4"]), nbformat_minor=rng.choice([-1, "x"]))


FIELDS: list[Damage] = [
    *(junk_in_cell, junk_in_metadata, drop_ids, drop_metadata, lists, line_ends),
    *(strange_letters, deep),
]
LAST: list[Damage] = [junk_in_page, old_format, new_format]

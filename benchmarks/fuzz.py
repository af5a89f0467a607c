"""Grade damaged notebooks: ``python benchmarks/fuzz.py``.

A correct notebook is damaged at random, once or several times: its bytes, its JSON, its cells,
their ids, metadata and sizes; the students' names are strange too. Each kind of damage records
which answers it touches; damage to the imports touches all. `course grade` grades all notebooks as
one class. It must finish, give each student one result for each exercise, and take no points from
an answer that no damage touched. The seed determines the damage.
"""

from __future__ import annotations

import argparse
import copy
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course import notebooks
from autograder.grading.class_folder import shown_names
from autograder.grading.course_notebook import CourseNotebook, read_course_notebook
from autograder.grading.reading import read_submission
from autograder.limits import LIMITS
from benchmarks.driver_memory import high_water_mark
from tests.support import ROOT
from utils.exercises import EXERCISES

TASK = "05_the_brain"  # three short answers
POINTS = {name: one.points for name, one in EXERCISES.items() if one.assignment == TASK}

HELPER = "def dot(w, X):\n    return np.dot(w.T, X)"  # a cell of the student's own
NEEDED_BY = "logistic_unit"
DEEP = "nested deeply"  # replaced in the bytes, since `json` cannot write such a list
NAMES = [
    "",
    "",
    "",
    "\u200b",
    "\n",
    "\u00e9",
    "e\u0301",
    "\udcff",
    "\\n",
    "=1",
    " ",
    "\u202e",
    "x" * 200,
]

JUNK = [None, 3, -1.5, True, "", "x", "\ud83d", "\0", [], {}, [1, None], [[["x"]]], {"a": {"b": 0}}]


@dataclass
class HandedIn:
    """A notebook that is being damaged.

    Attributes
    ----------
    page : dict
        The notebook.
    owners : dict
        For each cell, by its `id()`, the exercises whose answers it is part of.
    touched : set of str
        The exercises that may lose points.
    damages : list of str
        The names of the damages.
    nested : int
        How deep the list is nested that `DEEP` stands for.
    """

    page: dict[str, Any]
    owners: dict[int, set[str]]
    touched: set[str] = field(default_factory=set)
    damages: list[str] = field(default_factory=list)
    nested: int = 0

    @property
    def cells(self) -> list[Any]:
        """Return the cells."""
        found: list[Any] = self.page["cells"]
        return found

    def owner(self, cell: Any) -> set[str]:
        """Return the exercises whose answers a cell is part of."""
        return self.owners.get(id(cell), set())

    def touch(self, cell: Any) -> None:
        """Count a cell as damaged."""
        self.touched |= self.owner(cell)

    def is_setup(self, cell: Any) -> bool:
        """Return whether a cell holds the imports, which all answers need."""
        return self.owner(cell) == POINTS.keys()

    def touch_what_comes_too_late(self) -> None:
        """Count an answer as damaged if its helper or the imports stand below it."""
        for at, cell in enumerate(self.cells):
            if is_helper(cell) or self.is_setup(cell):
                above = [self.owner(one) for one in self.cells[:at]]
                self.touched |= self.owner(cell) & set().union(*above)

    def twin(self, cell: Any) -> Any:
        """Return a copy that is part of the same answer, with a new id."""
        twin = copy.deepcopy(cell)
        self.owners[id(twin)] = self.owner(cell)
        twin["id"] = f"twin-{len(self.owners)}"
        return twin

    def answers(self) -> list[Any]:
        """Return the cells of the answers."""
        return [
            cell
            for cell in self.cells
            if self.owner(cell) and not is_helper(cell) and not self.is_setup(cell)
        ]


def is_helper(cell: Any) -> bool:
    """Return whether a cell is the student's own."""
    return bool(cell.get("source") == HELPER)


def right() -> HandedIn:
    """Return a notebook of correct answers, one of which needs the student's own cell."""
    path = notebooks.notebook_of(ROOT, TASK)
    page = json.loads(json.dumps(notebooks.solve(notebooks.read(path), markers=False)))
    owners = {}
    for cell in list(page["cells"]):
        name = cell["id"].removesuffix("-solution")
        if cell["id"] == "setup":  # all need its imports
            owners[id(cell)] = set(POINTS)
        if cell["id"] == f"{name}-solution":
            owners[id(cell)] = {name}
        if cell["id"] == f"{NEEDED_BY}-solution":
            assert "w.T @ X" in cell["source"]
            cell["source"] = cell["source"].replace("w.T @ X", "dot(w, X)")
            helper = {"cell_type": "code", "execution_count": None, "id": "mine", "metadata": {}}
            helper |= {"outputs": [], "source": HELPER}
            owners[id(helper)] = {name}
            page["cells"].insert(page["cells"].index(cell), helper)
    return HandedIn(page, owners)


# --- damage to cells -----------------------------------------------------------------------------

Damage = Callable[[HandedIn, random.Random], None]


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


# --- damage to fields ----------------------------------------------------------------------------


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


# --- damage to bytes -----------------------------------------------------------------------------


@dataclass
class Written:
    """A notebook as bytes, and the position of each answer in them."""

    content: bytes
    spans: list[tuple[int, int, set[str]]]

    def touches(self, start: int, end: int) -> set[str]:
        """Return the exercises whose answers overlap the bytes from `start` to `end`."""
        return {n for a, b, names in self.spans if a <= end and start <= b for n in names}


def written(one: HandedIn) -> Written:
    """Write a notebook as nbformat does, with sorted keys."""
    if "cells" not in one.page or not isinstance(one.page["cells"], list):
        return Written(json.dumps(one.page, sort_keys=True, indent=1).encode(), [])
    content, spans = '{\n "cells": [\n', []
    for i, cell in enumerate(one.cells):
        content += ",\n  " * bool(i)
        start = len(content)
        content += json.dumps(cell, sort_keys=True, indent=1)
        if one.owner(cell):
            spans.append((start, len(content) + 1, one.owner(cell)))
    rest = {name: value for name, value in one.page.items() if name != "cells"}
    return Written(f"{content}],\n{json.dumps(rest)[1:]}".encode(), spans)


def whole(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Return the bytes unchanged."""
    return file.content, set()


def truncate(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Cut the file short."""
    at = rng.randrange(len(file.content))
    return file.content[:at], file.touches(at, len(file.content))


def flip(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Change some bytes."""
    content, touched = bytearray(file.content), set()
    for _ in range(rng.choice([1, 1, 3, 20])):
        at = rng.randrange(len(content))
        content[at] = rng.randrange(256)
        touched |= file.touches(at, at)
    return bytes(content), touched


def cut_out(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Remove a piece of the file."""
    start = rng.randrange(len(file.content))
    end = start + rng.randint(1, 500)
    return file.content[:start] + file.content[end:], file.touches(start, end)


def put_between(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Insert foreign bytes, such as a conflict that git has marked."""
    at = rng.randrange(len(file.content))
    foreign = rng.choice([rng.randbytes(50), b"\n<<<<<<< HEAD\n", b"\0" * 512, b"\xff"])
    return file.content[:at] + foreign + file.content[at:], file.touches(at, at)


def other_encoding(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Save in another encoding."""
    return file.content.decode().encode(rng.choice(["utf-8-sig", "utf-16", "utf-32"])), set()


def windows(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Use the line ends of Windows between the fields."""
    return file.content.replace(b"\n", b"\r\n"), set()


def appended(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Append bytes to the end."""
    more = [b"}", b"\0" * 4096, b"\n\n", b"{}", file.content[-90:]]
    return file.content + rng.choice(more), set()


def not_a_notebook(file: Written, rng: random.Random) -> tuple[bytes, set[str]]:
    """Hand in a file that is no notebook."""
    nested = b"[" * 100_000
    kinds = [b"", b" \n", b"{}", b"[]", b"null", b"{", b"\x89PNG\r\n", nested, b'{"cells": []}']
    kinds += [rng.randbytes(5000), b'{"a":' * 5000, b'{"cell_type"' * 50_000, b" " * (33 << 20)]
    return rng.choice(kinds), set(POINTS)


BYTES = [truncate, flip, cut_out, put_between, other_encoding, windows, appended]


# --- a class -------------------------------------------------------------------------------------


def damaged(rng: random.Random) -> tuple[bytes, HandedIn]:
    """Return a notebook with up to four kinds of damage, as bytes and with its record."""
    one = right()
    damages = [rng.choice(CELLS)] if rng.random() < 0.7 else []
    damages += [rng.choice(SIZES)] if rng.random() < 0.03 else []
    damages += [rng.choice(FIELDS)] if rng.random() < 0.4 else []
    damages += [rng.choice(LAST)] if rng.random() < 0.15 else []
    for damage in damages:
        damage(one, rng)
        if damage in (move, shuffle, backwards):
            one.touch_what_comes_too_late()
    kind = whole if rng.random() < 0.6 else rng.choice(BYTES)
    if rng.random() < 0.03:
        kind = not_a_notebook
    content, touched = kind(written(one), rng)
    deep = b"[" * one.nested + b"0" + b"]" * one.nested
    content = content.replace(f'"{DEEP}"'.encode(), deep)
    one.touched |= POINTS.keys() if len(content) > LIMITS.file else touched
    if kind not in (whole, windows, appended) and not isinstance(one.page.get("cells"), list):
        one.touched |= POINTS.keys()  # the positions of the answers are not known
    one.damages = [each.__name__ for each in (*damages, kind)]
    return content, one


def hand_in(folder: Path, count: int, seed: int) -> dict[str, HandedIn]:
    """Write a class of damaged notebooks, and return them by student."""
    done = {}
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        content, one = damaged(rng)
        path = folder / f"s{number // 2:05}{rng.choice(NAMES)}" / TASK / f"{TASK}.ipynb"
        if path.parent.exists():
            path = folder / f"s{number:05}-twin" / TASK / f"{TASK}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        done[path.parts[-3]] = one
    shown = shown_names(sorted(done))
    return {shown[student]: one for student, one in done.items()}


def longest_reading(folder: Path) -> float:
    """Return the most seconds that reading one of the notebooks takes."""
    course = CourseNotebook(read_course_notebook(ROOT, TASK))
    most = 0.0
    for path in folder.glob(f"*/{TASK}/*.ipynb"):
        start = time.perf_counter()
        read_submission(course, path.read_bytes(), path.name)
        most = max(most, time.perf_counter() - start)
    return most


def complaints(done: dict[str, HandedIn], output: Path) -> list[str]:
    """Return a sentence for each error in the grades."""
    found = []
    lines = (output / "results.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")
    results = [json.loads(line) for line in lines]
    times = Counter((one["student"], one["exercise"]) for one in results)
    for student in done:
        for exercise in POINTS:
            if times.pop((student, exercise), 0) != 1:
                found.append(f"{student}, {exercise}: not there exactly once.")
    found += [f"{student}, {exercise}: no such student or exercise." for student, exercise in times]
    for one in results:
        one_file = done[one["student"]]
        if one["exercise"] not in one_file.touched and one["points"] != one["max_points"]:
            given = f"{one['status']}: {one['message']}"
            found.append(f"{one['student']}, {one['exercise']} after {one_file.damages}: {given}")
    with (output / "grades.csv").open(encoding="utf-8", newline="") as file:
        students = [row["student"] for row in csv.DictReader(file)]
    if sorted(students) != sorted(done):
        found.append("grades.csv has not one row for each student.")
    return found


def main() -> None:
    """Damage and grade a class, and print the table and each error."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--keep", type=Path, help="leave notebooks and grades in this folder")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = given.keep or Path(folder)
        done = hand_in(where / "class", given.count, given.seed)
        command = [sys.executable, "-m", "autograder", "grade", TASK, "--timeout", "10"]
        command += ["--submissions", str(where / "class"), "--output", str(where / "grades")]
        start, peak = time.perf_counter(), 0
        with tempfile.TemporaryFile("w+") as log:
            run = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
            while run.poll() is None:
                peak = high_water_mark(run.pid) or peak
                time.sleep(0.05)
            taken = time.perf_counter() - start
            log.seek(0)
            said = log.read()
        if run.returncode not in (0, 1) or "Traceback" in said:
            sys.exit(f"It ended with {run.returncode}:\n{said}")
        longest = longest_reading(where / "class")
        found = complaints(done, where / "grades" / TASK)
    whole = sum(len(POINTS) - len(one.touched) for one in done.values())
    print(
        "| notebooks | answers | of them no damage touched | lost points | seconds "
        "| peak of the driver, MiB | longest reading, s |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|")
    print(
        f"| {len(done)} | {len(done) * len(POINTS)} | {whole} | {len(found)} | {taken:.0f} "
        f"| {peak / 2**20:.0f} | {longest:.1f} |"
    )
    print(*found, sep="\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

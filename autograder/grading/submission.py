"""Read a submission and merge its answers into the course's notebook.

The merged notebook is the one that runs. From the student's file it has the answers, found by
exercise, and the student's own cells: code, which an answer may need, and notes for the grader.
Test cells, setup, demonstrations, tags and metadata of the student's file are not used.
"""

from __future__ import annotations

import ast
import json
import re
import symtable
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.notebooks import SOLUTION
from autograder.limits import LIMITS, MIB
from autograder.protocol.client import CodeCell

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "Cell",
    "CourseNotebook",
    "MergedNotebook",
    "Repair",
    "Unreadable",
    "answer_cells",
    "cells_of",
    "code_cells",
    "find_notebook",
    "merge_answers",
    "read_notebook",
    "required_cells",
    "test_cells",
]


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
class MergedNotebook:
    """The course's notebook with a student's answers merged in.

    Attributes
    ----------
    notebook : NotebookNode
    missing : exercises without an answer cell in the student's file
    repairs : the repairs that were made
    own : ids of the cells that the student added
    """

    notebook: NotebookNode
    missing: frozenset[str]
    repairs: tuple[Repair, ...]
    own: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cell:
    """The parts of a student's cell that are used."""

    kind: str
    source: str
    id: str
    grade_id: str


# --- the file ------------------------------------------------------------------------------------


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


# --- its answers ---------------------------------------------------------------------------------


def test_cells(course: NotebookNode) -> dict[str, NotebookNode]:
    """Return the graded cells of a course notebook by exercise, in order."""
    return {
        cell.metadata.nbgrader.grade_id.removesuffix(SOLUTION): cell
        for cell in course.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }


def answer_cells(course: NotebookNode) -> dict[str, NotebookNode]:
    """Return the cells that a student fills in by exercise, in order."""
    return {
        cell.metadata.nbgrader.grade_id.removesuffix(SOLUTION): cell
        for cell in course.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


class CourseNotebook:
    """A course notebook, indexed once for all submissions.

    Attributes
    ----------
    course : NotebookNode
    texts : the stripped text of each cell; `all_texts` as a set
    answers, tests : indices of each exercise's answer cell and graded cell
    """

    def __init__(self, course: NotebookNode) -> None:
        self.course = course
        self.texts = [cell.source.strip() for cell in course.cells]
        self.all_texts = frozenset(self.texts)
        places = {id(cell): index for index, cell in enumerate(course.cells)}
        self.answers = {name: places[id(cell)] for name, cell in answer_cells(course).items()}
        self.tests = {name: places[id(cell)] for name, cell in test_cells(course).items()}
        ids = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in course.cells]
        self._by_grade_id = {grade_id: index for index, grade_id in enumerate(ids)}
        self._by_id = {cell.get("id", ""): index for index, cell in enumerate(course.cells)}
        self._by_text = {text: index for index, text in enumerate(self.texts)}

    def same(self, theirs: Sequence[Cell]) -> dict[int, int]:
        """Map each student cell's index to the index of the course cell that it matches.

        A course cell with the same text is preferred, then one with the same grade id, then one
        with the same cell id. An id does not count if the course cell's text is in another student
        cell, or if several of them share the cell id; an id of an answer cell always counts.
        """
        answers = set(self.answers.values())
        there = {their.source.strip() for their in theirs}
        times = Counter(their.id for their in theirs)
        place = {}
        for i, their in enumerate(theirs):
            text = their.source.strip()
            its_own = times[their.id] == 1 or self._by_id.get(their.id) in answers
            by_its_id = (self._by_id, their.id if its_own else "")
            signs = ((self._by_grade_id, their.grade_id), by_its_id, (self._by_text, text))
            found = [of[sign] for of, sign in signs if sign and sign in of]
            same = [at for at in found if self.texts[at] == text]
            other = [at for at in found if at in answers or self.texts[at] not in there]
            if same or other:
                place[i] = (same or other)[0]
        return place


def merge_answers(page: CourseNotebook, theirs: Sequence[Cell]) -> MergedNotebook:
    """Merge a submission's answers and the student's own cells into the course's notebook.

    Cells that stay the course's are shared with the course's notebook, not copied.
    """
    from nbformat import NotebookNode
    from nbformat.v4 import new_code_cell, new_markdown_cell

    cells = list(page.course.cells)
    repairs: list[Repair] = []
    missing = set()
    place = page.same(theirs)  # index of a student's cell: index of its course cell
    whole = _rejoined(page, theirs, place)
    if len(whole) < len(theirs):
        theirs, place = whole, page.same(whole)
    texts = page.all_texts
    for exercise, index in page.answers.items():
        copies = [i for i, at in place.items() if at == index]
        chosen, repair = _choose(exercise, page.texts[index], theirs, copies, texts)
        repairs += [Repair(exercise, repair)] if repair else []
        if chosen is None:
            missing.add(exercise)
            continue
        for i in copies:
            if i != chosen:
                del place[i]  # a copy with other content stays as the student's own cell
        place.setdefault(chosen, index)  # one cell may hold two answers
        if theirs[chosen].source.strip():  # an emptied cell counts as blank
            cells[index] = NotebookNode(cells[index] | {"source": theirs[chosen].source})
    repairs += [r for r in _edited_tests(page, theirs, place) if r.exercise not in missing]
    marked = {page.texts[at] for at in (*page.answers.values(), *page.tests.values())}
    new: dict[str, Callable[..., NotebookNode]]
    new = {"code": new_code_cell, "markdown": new_markdown_cell}
    given = {"code": marked | {""}, "markdown": texts | {""}}
    own: dict[int, list[NotebookNode]] = {}
    after = -1
    for i, their in enumerate(theirs):
        after = place.get(i, after)
        if i in place or their.kind not in new:
            continue
        if their.source.strip() not in given[their.kind]:
            own.setdefault(after, []).append(new[their.kind](their.source, id=f"own-{i}"))
    names = frozenset(cell.id for some in own.values() for cell in some)
    between = [one for i, cell in enumerate(cells) for one in (cell, *own.get(i, []))]
    notebook = NotebookNode(page.course | {"cells": own.get(-1, []) + between})
    return MergedNotebook(notebook, frozenset(missing), tuple(repairs), names)


def code_cells(taken: MergedNotebook) -> list[CodeCell]:
    """Return the code that may have to run, in order: all code cells but the test cells.

    The course's own code, demonstrations included, is `given`: `required_cells` selects the part
    of it that the answers need.
    """
    found = []
    for cell in taken.notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or (about.get("grade") and not about.get("solution")):
            continue
        exercise = about["grade_id"].removesuffix(SOLUTION) if about.get("solution") else ""
        given = not exercise and cell.id not in taken.own
        found.append(CodeCell(cell.source, cell.id, exercise, given))
    return found


def required_cells(pieces: Sequence[CodeCell]) -> list[CodeCell]:
    """Return the student's cells, and the course's cells that define names they depend on."""
    reads: set[str] = set()
    kept: set[str] = set()
    names = {piece.name: _names(piece.source) for piece in pieces}
    for piece in pieces:
        if not piece.given:
            kept.add(piece.name)
            reads |= names[piece.name][1]
    growing = True
    while growing:
        growing = False
        for piece in pieces:
            makes, uses = names[piece.name]
            if piece.name not in kept and makes & reads:
                kept.add(piece.name)
                reads |= uses
                growing = True
    return [piece for piece in pieces if piece.name in kept]


@lru_cache(512)  # submissions have many cells in common
def _names(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the global names that a cell defines, and those that it reads.

    A cell that is too long has none; in one that is not Python, every word counts as read.
    """
    if len(source) > LIMITS.cell:  # parsing a longer one takes gigabytes
        return frozenset(), frozenset()
    try:
        top = symtable.symtable(_without_magics(source), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(), frozenset(re.findall(r"[^\W\d]\w*", source))
    makes = {one.get_name() for one in top.get_symbols() if one.is_assigned() or one.is_imported()}
    reads = {one.get_name() for one in top.get_symbols() if one.is_referenced()}
    due = top.get_children()
    while due:
        scope = due.pop()
        due += scope.get_children()
        outer = [one for one in scope.get_symbols() if one.is_global()]
        makes |= {one.get_name() for one in outer if one.is_assigned()}
        reads |= {one.get_name() for one in outer if one.is_referenced()}
    return frozenset(makes), frozenset(reads)


@lru_cache(512)
def _is_python(source: str) -> bool:
    """Return whether a cell is valid Python by itself."""
    try:
        return len(source) < LIMITS.cell and ast.parse(_without_magics(source)) is not None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _without_magics(source: str) -> str:
    """Return a cell's source with IPython's magic and shell lines emptied."""
    lines = source.split("\n")
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)


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


def _rejoined(
    page: CourseNotebook, theirs: Sequence[Cell], place: Mapping[int, int]
) -> Sequence[Cell]:
    """Return the student's cells, with an answer that was split in two rejoined.

    Two cells are joined only if at least one is not Python by itself, and both together are.
    """
    answers = {index: name for name, index in page.answers.items()}
    whole: list[Cell] = []
    last: int | None = None  # index of the course cell that the previous cell matches
    for i, their in enumerate(theirs):
        before = whole[-1] if whole else None
        own = their.source.strip() not in page.all_texts
        if before is not None and own and before.kind == their.kind == "code":
            names = {answers.get(at, "") for at in (last, place.get(i)) if at is not None}
            names |= {name for name in answers.values() if _defines(name, before.source)}
            both = f"{before.source}\n{their.source}"
            halves = names - {""} and not all(_is_python(one.source) for one in (before, their))
            if halves and _is_python(both):
                whole[-1] = replace(before, source=both)
                continue
        whole.append(their)
        last = place.get(i)
    return whole


def _choose(
    exercise: str, stub: str, theirs: Sequence[Cell], copies: list[int], course: Collection[str]
) -> tuple[int | None, str]:
    """Return the index of the cell with the answer, or None, and a sentence if repaired."""
    answers = [i for i in copies if theirs[i].source.strip() not in ("", stub)]
    defining = [i for i in answers if _defines(exercise, theirs[i].source)]
    if not defining:
        elsewhere = [
            i
            for i, their in enumerate(theirs)
            if i not in copies
            and their.source.strip() not in course
            and _defines(exercise, their.source)
            and (their.kind == "code" or _is_python(their.source))
        ]
        if elsewhere:
            return elsewhere[-1], "Its answer was found in another cell, and put where it belongs."
    if len(answers) > 1:
        chosen = (defining or answers)[-1]
        return chosen, f"Its answer cell is there {len(answers)} times; the last one counts."
    return next(iter([*answers, *reversed(copies)]), None), ""


def _defines(exercise: str, source: str) -> bool:
    found = re.search(rf"^(?:def\s+{exercise}\s*\(|{exercise}\s*=(?!=))", source, re.MULTILINE)
    return found is not None


def _edited_tests(
    page: CourseNotebook, theirs: Sequence[Cell], place: dict[int, int]
) -> Iterator[Repair]:
    for exercise, index in page.tests.items():
        if index in page.answers.values():
            continue
        copies = [theirs[i] for i, at in place.items() if at == index]
        if not copies:
            yield Repair(exercise, "Its test cell was gone; the course's own was used.")
        elif any(copy.source.strip() != page.texts[index] for copy in copies):
            yield Repair(exercise, "Its test cell was changed; the course's own was used.")
        elif len(copies) > 1:
            yield Repair(exercise, "Its test cell was there more than once; it counts once.")

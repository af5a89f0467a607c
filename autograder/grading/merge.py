"""Merge a submission into the course's notebook: only the student's own work is taken from it.

The merged notebook is the one that is replayed. From the student's file it has the answers, found
by exercise, all other code that the student wrote (edited cells of the course, code in a test cell,
cells of their own), and notes for the grader. The order of the course's cells, its test cells, tags
and metadata are the course's.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.course.notebooks import SOLUTION
from autograder.grading.course_notebook import CourseNotebook
from autograder.grading.pictures import safe_attachments
from autograder.grading.required_cells import global_names, is_python
from autograder.grading.submission_file import Cell, Repair
from autograder.grading.written_reports import cells_around, text_in
from autograder.protocol.client import CodeCell

__all__ = ["MergedNotebook", "around_check", "code_cells", "merge_answers"]

PIECES = 4  # cells that are rejoined although cells behind them spoil the whole


@dataclass(frozen=True)
class MergedNotebook:
    """The course's notebook with a student's answers merged in.

    Attributes
    ----------
    notebook : NotebookNode
    missing : exercises without an answer cell in the student's file
    repairs : the repairs that were made
    own : ids of the cells that the student added
    edited : ids of the course's code cells that the student edited
    """

    notebook: NotebookNode
    missing: frozenset[str]
    repairs: tuple[Repair, ...]
    own: frozenset[str] = frozenset()
    edited: frozenset[str] = frozenset()


def merge_answers(course: CourseNotebook, theirs: Sequence[Cell]) -> MergedNotebook:
    """Merge a submission's answers and the student's own cells into the course's notebook.

    Cells that stay the course's are shared with the course's notebook, not copied.
    """
    matches = course.match(theirs)
    rejoined = _rejoin(course, theirs, matches)
    if len(rejoined) < len(theirs):
        theirs, matches = rejoined, course.match(rejoined)
    return _Merge(course, theirs, matches).merged()


class _Merge:
    """One submission's merge.

    Attributes
    ----------
    course, theirs : the course's notebook, and the student's cells
    matches : index of the course's cell that a student's cell matches, by its index
    cells : the course's cells, with the student's answers and edits in their places
    given_texts : the texts by which a cell is known as the course's, by kind of cell
    moved : indices of the student's cells whose text was put into the report's cell
    missing, repairs : as in `MergedNotebook`
    """

    def __init__(
        self, course: CourseNotebook, theirs: Sequence[Cell], matches: dict[int, int]
    ) -> None:
        self.course, self.theirs, self.matches = course, theirs, matches
        self.cells = list(course.notebook.cells)
        graded = (*course.answers.values(), *course.tests.values())
        self.given_texts = {
            "code": frozenset(course.texts[at] for at in graded),
            "markdown": course.all_texts,
        }
        self.moved: set[int] = set()
        self.missing: set[str] = set()
        self.repairs: list[Repair] = []

    def merged(self) -> MergedNotebook:
        """Return the merged notebook."""
        course, cells = self.course, self.cells
        for exercise, index in course.answers.items():
            self._take_answer(exercise, index)
            if course.tests.get(exercise) == index:
                self._take_report(exercise, index)
        edited_tests = _edited_tests(course, self.theirs, self.matches)
        self.repairs += [one for one in edited_tests if one.exercise not in self.missing]
        self._take_edits()
        own: dict[int, list[NotebookNode]] = {}  # by the index of the course's cell before
        places = self._places()
        for i in range(len(self.theirs)):
            for place, cell in self._added(i, places[i]):
                own.setdefault(place, []).append(cell)
        own_ids = frozenset(cell.id for group in own.values() for cell in group)
        merged = [one for i, cell in enumerate(cells) for one in (cell, *own.get(i, []))]
        notebook = NotebookNode(course.notebook | {"cells": own.get(-1, []) + merged})
        edited = {
            cells[at].id for at in course.given if cells[at].source.strip() != course.texts[at]
        }
        missing = frozenset(self.missing)
        return MergedNotebook(notebook, missing, tuple(self.repairs), own_ids, frozenset(edited))

    def _take_answer(self, exercise: str, index: int) -> None:
        """Put the student's answer in its place, or note that it is missing."""
        course, theirs, matches = self.course, self.theirs, self.matches
        copies = [i for i, at in matches.items() if at == index]
        stub, texts = course.texts[index], course.all_texts
        chosen, repair = _choose(exercise, stub, theirs, copies, texts)
        self.repairs += [Repair(exercise, repair)] if repair else []
        if chosen is None:
            self.missing.add(exercise)
            return
        for i in copies:
            if i != chosen:
                del matches[i]  # a copy with other content stays as the student's own cell
        matches.setdefault(chosen, index)  # one cell may hold two answers
        if theirs[chosen].source.strip():  # an emptied cell counts as blank
            self.cells[index] = NotebookNode(self.cells[index] | _content(theirs[chosen]))

    def _take_report(self, exercise: str, index: int) -> None:
        """Put the text of a report in its place, if it is in a code cell, or in cells around it."""
        cell, theirs = self.cells[index], self.theirs
        taken = [i for i, at in self.matches.items() if at == index and theirs[i].kind == "code"]
        where = "a code cell"
        if cell.source.strip() == self.course.texts[index]:
            taken = cells_around(index, theirs, self.matches, self._is_own)
            self.moved.update(taken)
            kinds = {theirs[i].kind for i in taken}
            if kinds != {"code"}:
                where = "other cells" if len(taken) > 1 else "another cell"
        if taken:
            pictures = [_content(theirs[i]).get("attachments", {}) for i in taken]
            attachments = {name: one for found in pictures for name, one in found.items()}
            source = "\n\n".join(text_in(theirs[i]) or theirs[i].source for i in taken)
            more = {"attachments": from_dict(attachments)} if attachments else {}
            self.cells[index] = NotebookNode(cell | {"source": source} | more)
            self.missing.discard(exercise)
            said = f"Its text was found in {where}, and put where it belongs."
            self.repairs.append(Repair(exercise, said))

    def _take_edits(self) -> None:
        """Put the code of the course's cells that the student edited in their places."""
        for i, index in self.matches.items():
            source = self.theirs[i].source
            if index in self.course.given and source.strip() not in ("", self.course.texts[index]):
                self.cells[index] = NotebookNode(self.cells[index] | {"source": source})

    def _places(self) -> list[int]:
        """Return the index of the course's cell behind which each student's cell belongs.

        That is the cell behind which it stands, but above the answer or check that it stands
        above; and where the student changed the order of cells, above the answers that read a
        name that it makes.
        """
        after = -1
        below = _graded_below(self.course, self.theirs, self.matches)
        order = [self.matches[i] for i in sorted(self.matches)]
        reads = {}  # of each answer, if the order of cells tells nothing any more
        if order != sorted(order):
            answers = self.course.answers.values()
            reads = {at: global_names(self.cells[at].source)[1] for at in answers}
        places = []
        for i, their in enumerate(self.theirs):
            after = self.matches.get(i, after)
            place = min(after, below[i] - 1)
            if reads and their.kind == "code" and i not in self.matches:
                made = global_names(their.source)[0]
                place = min([place, *(at - 1 for at, names in reads.items() if names & made)])
            places.append(place)
        return places

    def _added(self, i: int, place: int) -> Iterator[tuple[int, NotebookNode]]:
        """Yield the cells that the student added in their cell `i`, each with its place."""
        their, index = self.theirs[i], self.matches.get(i, -1)
        if index in self.course.checks:
            before, after = around_check(self.course.checks[index], their.source)
            if before:
                yield index - 1, new_code_cell(before, id=f"own-{i}-before")
            if after:
                yield index, new_code_cell(after, id=f"own-{i}-after")
        edited_text = their.kind == "markdown" and index in self.course.prose
        if (index == -1 or edited_text) and i not in self.moved and self._is_own(their):
            new_cell: dict[str, Callable[..., NotebookNode]]
            new_cell = {"code": new_code_cell, "markdown": new_markdown_cell}
            yield place, new_cell[their.kind](id=f"own-{i}", **_content(their))

    def _is_own(self, cell: Cell) -> bool:
        """Return whether the student wrote a cell: it is neither the course's nor empty."""
        source, given = cell.source.strip(), self.given_texts.get(cell.kind)
        return given is not None and source != "" and source not in given


def _graded_below(
    course: CourseNotebook, theirs: Sequence[Cell], matches: Mapping[int, int]
) -> list[int]:
    """Return, for each student's cell, the index of the answer or check that is next below it."""
    graded = {*course.answers.values(), *course.tests.values()}
    below = len(course.texts)
    found = []
    for i in reversed(range(len(theirs))):
        found.append(below)
        if matches.get(i) in graded:
            below = matches[i]
    return found[::-1]


def _content(cell: Cell) -> dict[str, Any]:
    """Return the source of a student's cell; of Markdown, with the pictures pasted into it."""
    if cell.kind != "markdown":
        return {"source": cell.source}
    source, attachments = safe_attachments(cell.source, cell.attachments)
    return {"source": source} | ({"attachments": from_dict(attachments)} if attachments else {})


def code_cells(merged: MergedNotebook) -> list[CodeCell]:
    """Return the steps of the replay, in order, up to the last graded cell: code and checks.

    The course's own code, demonstrations included, is marked: `required_cells` selects the part
    of it that the student's code needs.
    """
    steps: list[CodeCell] = []
    end = 0
    for cell in merged.notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        name = metadata.get("grade_id", "")
        if metadata.get("grade") and not metadata.get("solution"):
            steps.append(CodeCell("", cell.id, is_course_code=True, check=name))
        elif cell.cell_type == "code":
            exercise = name.removesuffix(SOLUTION) if metadata.get("solution") else ""
            unchanged = not exercise and cell.id not in merged.own | merged.edited
            steps.append(CodeCell(cell.source, cell.id, exercise, unchanged))
        end = len(steps) if metadata.get("grade") else end
    return steps[:end]


def around_check(exercise: str, source: str) -> tuple[str, str]:
    """Return a test cell's code before the line that checks this exercise, and after it.

    Code without such a line, or that is not Python, all counts as before it.
    """
    try:
        statements = ast.parse(source).body if is_python(source) else []
    except SyntaxError:  # a magic
        statements = []
    for statement in statements:
        match statement:
            case ast.Expr(ast.Call(ast.Name("check"), [ast.Constant(value), *_])):
                if value == exercise:
                    lines = source.split("\n")
                    end = statement.end_lineno or statement.lineno
                    return (
                        "\n".join(lines[: statement.lineno - 1]).strip("\n"),
                        "\n".join(lines[end:]).strip("\n"),
                    )
    return source.strip("\n"), ""


def _rejoin(
    course: CourseNotebook, theirs: Sequence[Cell], matches: Mapping[int, int]
) -> Sequence[Cell]:
    """Return the student's cells, with each answer that was split rejoined.

    Cells are joined only if at least one is not Python by itself, and all together are. So that
    the time is proportional to the text, a stretch of the student's own cells is tried once as a
    whole, and from each cell on only `PIECES` cells.
    """
    answers = set(course.answers.values())

    def is_own(cell: Cell) -> bool:
        return cell.kind == "code" and cell.source.strip() not in course.all_texts

    def joined(start: int, end: int) -> Cell | None:
        """Return cells `start` to `end` (exclusive) joined, or None.

        None if none of them is an answer, or if together they are not valid Python.
        """
        first = theirs[start]
        answer = any(matches.get(i) in answers for i in range(start, end))
        if not answer and not any(_defines(name, first.source) for name in course.answers):
            return None
        source = "\n".join(cell.source for cell in theirs[start:end])
        return replace(first, source=source) if is_python(source) else None

    rejoined: list[Cell] = []
    start = stretch = 0
    while start < len(theirs):
        whole, end = None, start + 1
        if theirs[start].kind == "code" and start >= stretch:
            last = stretch = start + 1  # `last`: behind the last cell that is not Python by itself
            while stretch < len(theirs) and is_own(theirs[stretch]):
                stretch += 1
                last = last if is_python(theirs[stretch - 1].source) else stretch
            whole, end = joined(start, last) if last > start + 1 else None, last
        if whole is None:
            end = start + 1
            for more in range(start + 2, min(start + PIECES, stretch) + 1):
                piece = is_python(theirs[more - 1].source)
                if piece and is_python((whole or theirs[start]).source):
                    break
                found = joined(start, more)
                whole, end = (found, more) if found else (whole, end)
        rejoined.append(whole or theirs[start])
        start = end
    return rejoined


def _choose(
    exercise: str,
    stub: str,
    theirs: Sequence[Cell],
    copies: list[int],
    course_texts: Collection[str],
) -> tuple[int | None, str]:
    """Return the index of the answer's cell, or None, and a sentence if another cell was chosen."""
    answers = [i for i in copies if theirs[i].source.strip() not in ("", stub)]
    defining = [i for i in answers if _defines(exercise, theirs[i].source)]
    if not defining:
        elsewhere = [
            i
            for i, their in enumerate(theirs)
            if i not in copies
            and their.source.strip() not in course_texts
            and _defines(exercise, their.source)
            and (their.kind == "code" or is_python(their.source))
        ]
        if elsewhere:
            return elsewhere[-1], "Its answer was found in another cell, and put where it belongs."
    if len(answers) > 1:
        chosen = (defining or answers)[-1]
        return chosen, f"Its answer cell is there {len(answers)} times; the last one counts."
    return next(iter([*answers, *reversed(copies)]), None), ""


def _defines(exercise: str, source: str) -> bool:
    """Return whether a cell makes the exercise's function: by def, a value, or an import."""
    imported = rf"(?:from\s.*)?import\s.*\b{exercise}\s*(?:[,)#]|$)"
    ways = rf"^(?:def\s+{exercise}\s*\(|{exercise}\s*=(?!=)|{imported})"
    return re.search(ways, source, re.MULTILINE) is not None


def _edited_tests(
    course: CourseNotebook, theirs: Sequence[Cell], matches: dict[int, int]
) -> Iterator[Repair]:
    """Yield a repair for each test cell that was removed, edited or copied."""
    for exercise, index in course.tests.items():
        if index in course.answers.values():
            continue
        copies = [theirs[i] for i, at in matches.items() if at == index]
        if not copies:
            yield Repair(exercise, "Its test cell was gone; the course's own was used.")
        elif any(copy.source.strip() != course.texts[index] for copy in copies):
            yield Repair(exercise, "Its test cell was changed; the course's own check was used.")
        elif len(copies) > 1:
            yield Repair(exercise, "Its test cell was there more than once; it counts once.")

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
    cells = list(course.notebook.cells)
    repairs: list[Repair] = []
    missing = set()
    matches = course.match(theirs)  # index of a student's cell: index of its course cell
    rejoined = _rejoin(course, theirs, matches)
    if len(rejoined) < len(theirs):
        theirs, matches = rejoined, course.match(rejoined)
    texts = course.all_texts
    for exercise, index in course.answers.items():
        copies = [i for i, at in matches.items() if at == index]
        chosen, repair = _choose(exercise, course.texts[index], theirs, copies, texts)
        repairs += [Repair(exercise, repair)] if repair else []
        if chosen is None:
            missing.add(exercise)
            continue
        for i in copies:
            if i != chosen:
                del matches[i]  # a copy with other content stays as the student's own cell
        matches.setdefault(chosen, index)  # one cell may hold two answers
        if theirs[chosen].source.strip():  # an emptied cell counts as blank
            cells[index] = NotebookNode(cells[index] | _content(theirs[chosen]))
    repairs += [r for r in _edited_tests(course, theirs, matches) if r.exercise not in missing]
    around = {}  # code that the student added to a test cell, before its check and after
    for i, index in matches.items():
        if index in course.given and theirs[i].source.strip() not in ("", course.texts[index]):
            cells[index] = NotebookNode(cells[index] | {"source": theirs[i].source})
        elif index in course.checks:
            around[i] = around_check(course.checks[index], theirs[i].source)
    marked = {course.texts[at] for at in (*course.answers.values(), *course.tests.values())}
    new_cell: dict[str, Callable[..., NotebookNode]]
    new_cell = {"code": new_code_cell, "markdown": new_markdown_cell}
    left_out = {"code": marked | {""}, "markdown": texts | {""}}
    own: dict[int, list[NotebookNode]] = {}  # the student's own cells by the course cell before
    after = -1
    graded_below = _graded_below(course, theirs, matches)
    order = [matches[i] for i in sorted(matches)]
    reads = {}  # of each answer, if the order of cells tells nothing any more
    if order != sorted(order):
        reads = {at: global_names(cells[at].source)[1] for at in course.answers.values()}
    for i, their in enumerate(theirs):
        if i in around:
            before_check, after_check = around[i]
            if before_check:
                cell = new_code_cell(before_check, id=f"own-{i}-before")
                own.setdefault(matches[i] - 1, []).append(cell)
            if after_check:
                cell = new_code_cell(after_check, id=f"own-{i}-after")
                own.setdefault(matches[i], []).append(cell)
        after = matches.get(i, after)
        place = min(after, graded_below[i] - 1)  # above the answer or check that it stands above
        edited_text = i in matches and their.kind == "markdown" and matches[i] in course.prose
        if reads and their.kind == "code" and i not in matches:
            made = global_names(their.source)[0]
            place = min([place, *(at - 1 for at, names in reads.items() if names & made)])
        if (i in matches and not edited_text) or their.kind not in new_cell:
            continue
        if their.source.strip() not in left_out[their.kind]:
            own.setdefault(place, []).append(new_cell[their.kind](id=f"own-{i}", **_content(their)))
    own_ids = frozenset(cell.id for group in own.values() for cell in group)
    merged = [one for i, cell in enumerate(cells) for one in (cell, *own.get(i, []))]
    notebook = NotebookNode(course.notebook | {"cells": own.get(-1, []) + merged})
    edited = {cells[at].id for at in course.given if cells[at].source.strip() != course.texts[at]}
    return MergedNotebook(notebook, frozenset(missing), tuple(repairs), own_ids, frozenset(edited))


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
    found = re.search(rf"^(?:def\s+{exercise}\s*\(|{exercise}\s*=(?!=))", source, re.MULTILINE)
    return found is not None


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

"""Find the text of a report, graded by hand, that stands in another cell than the report's own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from autograder.grading.required_cells import is_python
from autograder.grading.submission_file import Cell

__all__ = ["cells_around", "text_in"]


def text_in(cell: Cell) -> str:
    """Return the text that is written in a cell, or "" if there is code, or nothing.

    In a code cell, text is what is not Python, a string that stands alone, or a comment.
    """
    source = cell.source.strip()
    if cell.kind == "markdown" or not is_python(source):
        return source
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # a magic
        return ""
    if not statements:
        return "\n".join(line.lstrip("# ") for line in source.split("\n")).strip()
    texts = [
        statement.value.value
        for statement in statements
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    ]
    strings = [text.strip() for text in texts if isinstance(text, str)]
    return "\n\n".join(strings) if len(strings) == len(statements) else ""


def cells_around(
    report: int,
    theirs: Sequence[Cell],
    matches: Mapping[int, int],
    is_own: Callable[[Cell], bool],
) -> list[int]:
    """Return the indices of the student's own cells with text between the report's neighbors.

    Parameters
    ----------
    report : index of the report in the course's notebook
    theirs : the student's cells
    matches : index of the course's cell that a student's cell matches, by its index
    is_own : returns whether the student wrote a cell
    """
    above = [(at, i) for i, at in matches.items() if at < report]
    below = [(-at, i) for i, at in matches.items() if at > report]
    start = max(above)[1] + 1 if above else 0
    end = max(below)[1] if below else len(theirs)
    own = [i for i in range(start, end) if i not in matches and is_own(theirs[i])]
    return [i for i in own if text_in(theirs[i])]

"""Find the cells that the answers need, by the names that each cell defines and reads."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Sequence
from functools import lru_cache

from autograder.limits import LIMITS
from autograder.protocol.client import CodeCell

__all__ = ["global_names", "is_python", "required_cells"]


def required_cells(cells: Sequence[CodeCell]) -> list[CodeCell]:
    """Return the checks, the student's cells, and the course's cells whose names those need."""
    needed_names: set[str] = set()
    required: set[str] = set()
    names = {cell.name: global_names(cell.source) for cell in cells}
    for cell in cells:
        if cell.check or not cell.is_course_code:
            required.add(cell.name)
            needed_names |= names[cell.name][1]
    growing = True
    while growing:
        growing = False
        for cell in cells:
            defined, read = names[cell.name]
            if cell.name not in required and defined & needed_names:
                required.add(cell.name)
                needed_names |= read
                growing = True
    return [cell for cell in cells if cell.name in required]


@lru_cache(512)  # submissions have many cells in common
def global_names(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the global names that a cell defines, and those that it reads.

    Both are empty for a cell that is too long; in one that is not Python, every word counts as
    read.
    """
    if len(source) > LIMITS.cell:  # parsing a longer one takes gigabytes
        return frozenset(), frozenset()
    try:
        table = symtable.symtable(_without_magics(source), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(), frozenset(re.findall(r"[^\W\d]\w*", source))
    symbols = table.get_symbols()
    defined = {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}
    read = {one.get_name() for one in symbols if one.is_referenced()}
    scopes = table.get_children()
    while scopes:
        scope = scopes.pop()
        scopes += scope.get_children()
        outer = [one for one in scope.get_symbols() if one.is_global()]
        defined |= {one.get_name() for one in outer if one.is_assigned()}
        read |= {one.get_name() for one in outer if one.is_referenced()}
    return frozenset(defined), frozenset(read)


@lru_cache(512)
def is_python(source: str) -> bool:
    """Return whether a cell is valid Python by itself."""
    try:
        return len(source) < LIMITS.cell and ast.parse(_without_magics(source)) is not None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _without_magics(source: str) -> str:
    """Return a cell's source with IPython's magic and shell lines emptied."""
    lines = source.split("\n")
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)

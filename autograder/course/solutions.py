"""Fill the blanks of one cell with the statements of the reference.

A cell gives some of a function's statements, and a solution stub in place of the others. The given
statements are in the reference too, in the same order; each stub stands for those between them.
"""

import ast
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["BEGIN", "END", "BlankError", "fill", "without_markers"]

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")

_MARKER = re.compile(r"\s*#*\s*(BEGIN|END)\s+SOLUTION\b")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")

# The line where a stub begins in the cell, and the lines of the reference that replace it.
Filling = tuple[int, list[str]]


class BlankError(ValueError):
    """A cell whose blanks cannot be filled; the message says why, without naming the cell."""


@dataclass(frozen=True)
class _Function:
    """One function: its source lines, syntax tree, and statements without the docstring."""

    lines: list[str]
    node: ast.FunctionDef | ast.AsyncFunctionDef
    body: list[ast.stmt]


def fill(source: str, reference: str, name: str) -> str:
    r"""Return a cell's source with every blank filled, between nbgrader's solution markers.

    Parameters
    ----------
    source : str
        A cell that defines the function `name`, with blanks.
    reference : str
        The source of the whole function.
    name : str

    Raises
    ------
    BlankError
        When the cell does not match the reference.

    Examples
    --------
    >>> cell = "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    >>> print(fill(cell, "def double(x):\n    y = 2 * x\n    return y", "double"))
    def double(x):
        ### BEGIN SOLUTION
        y = 2 * x
        return y
        ### END SOLUTION
    """
    lines = source.split("\n")
    stubs = _stub_lines(lines)
    given, whole = _function(source, name), _function(_unannotated(reference), name)
    if _arguments(given.node) != _arguments(whole.node):
        raise BlankError(f"its arguments should be ({_arguments(whole.node)})")
    if not stubs:
        raise BlankError(f"it has no blank: `{STUB[0]}` and `{STUB[1]}` on a line each")
    fillings = _align(given.body, whole.body, stubs, whole.lines)
    if fillings is None:
        raise BlankError(
            "the statements it gives do not stand in the reference in this order, "
            "with something to fill in for each blank"
        )
    if len(fillings) != len(stubs):
        raise BlankError("a blank stands outside the function")
    for line, solution in sorted(fillings, reverse=True):
        indent = lines[line][: _indent(lines[line])]
        lines[line : line + 2] = [
            indent + BEGIN,
            *textwrap.indent("\n".join(solution), indent).split("\n"),
            indent + END,
        ]
    return "\n".join(lines)


def without_markers(source: str) -> str:
    """Return a filled cell as a person would have written it: without the marker lines."""
    return "\n".join(line for line in source.split("\n") if not _MARKER.match(line))


def _stub_lines(lines: Sequence[str]) -> set[int]:
    """Return the line numbers (from 0) where stubs begin.

    Raise `BlankError` on one of nbgrader's markers for a solution, or on one of a stub's two lines
    without the other.
    """
    found = set()
    for number, line in enumerate(lines):
        if _MARKER.match(line):
            raise BlankError(f"line {number + 1} is a solution marker; here only blanks may stand")
        whole = [one.strip() for one in lines[number : number + 2]] == list(STUB)
        if whole and _indent(line) == _indent(lines[number + 1]):
            found.add(number)
        elif STUB[0] in line or (STUB[1] in line and number - 1 not in found):
            raise BlankError(
                f"line {number + 1} is half a blank: "
                f"write `{STUB[0]}` and `{STUB[1]}` on a line each, one below the other"
            )
    return found


def _function(source: str, name: str) -> _Function:
    try:
        module = ast.parse(source)
    except SyntaxError as error:
        raise BlankError(f"line {error.lineno} is not Python: {error.msg}") from error
    found = [node for node in module.body if isinstance(node, _FUNCTIONS) and node.name == name]
    if len(found) != 1:
        raise BlankError(f"it should define the function {name} once")
    [node] = found
    has_docstring = ast.get_docstring(node, clean=False) is not None
    return _Function(source.split("\n"), node, node.body[1:] if has_docstring else node.body)


def _unannotated(source: str) -> str:
    """Return a function's source without variable annotations, which notebooks do not use."""
    lines = textwrap.dedent(source).encode().split(b"\n")
    for node in ast.walk(ast.parse(b"\n".join(lines))):
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            line = lines[node.lineno - 1]
            start, end = node.target.end_col_offset, node.annotation.end_col_offset
            lines[node.lineno - 1] = line[:start] + line[end:]
    return b"\n".join(lines).decode()


def _align(
    given: Sequence[ast.stmt], whole: Sequence[ast.stmt], stubs: set[int], lines: Sequence[str]
) -> list[Filling] | None:
    """Return the fillings that make two blocks match, or None.

    Each stub takes as few statements as possible, but at least one.
    """
    if not given or not whole:
        return None if given or whole else []
    first, *rest = given
    stub = first.lineno - 2  # its stub would begin a line above it, counted from 0
    if stub in stubs:
        for count in range(1, len(whole) + 1):
            others = _align(rest, whole[count:], stubs, lines)
            if others is not None:
                return [(stub, _text(whole[:count], lines)), *others]
        return None
    inner = _align_inside(first, whole[0], stubs, lines)
    others = _align(rest, whole[1:], stubs, lines)
    return None if inner is None or others is None else inner + others


def _align_inside(
    given: ast.AST, whole: ast.AST, stubs: set[int], lines: Sequence[str]
) -> list[Filling] | None:
    """Return the fillings that make two statements with equal headers match, or None."""
    if _header(given) != _header(whole):
        return None
    found: list[Filling] = []
    for ours, theirs in zip(_blocks(given), _blocks(whole), strict=True):
        if ours and not isinstance(ours[0], ast.stmt):  # the branches of try and of match
            if len(ours) != len(theirs):
                return None
            parts = [_align_inside(a, b, stubs, lines) for a, b in zip(ours, theirs, strict=True)]
        else:
            parts = [_align(ours, theirs, stubs, lines)]
        for part in parts:
            if part is None:
                return None
            found += part
    return found


def _blocks(node: ast.AST) -> list[Any]:
    blocks = [getattr(node, name, None) for name in _BLOCKS]
    return [block for block in blocks if isinstance(block, list)]


def _header(node: ast.AST) -> str:
    """Return a statement as text without its blocks, for comparison."""
    fields = [
        [ast.dump(item) if isinstance(item, ast.AST) else item for item in value]
        if isinstance(value, list)
        else ast.dump(value)
        if isinstance(value, ast.AST)
        else value
        for name, value in ast.iter_fields(node)
        if not (name in _BLOCKS and isinstance(value, list)) and name != "type_comment"
    ]
    return f"{type(node).__name__} {fields}"


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Return a function's arguments without their annotations."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    for one in [*every, *filter(None, [arguments.vararg, arguments.kwarg])]:
        one.annotation = None
    return ast.unparse(arguments)


def _text(statements: Sequence[ast.stmt], lines: Sequence[str]) -> list[str]:
    """Return the dedented lines of statements, with the comments among and above them."""
    start, end = statements[0].lineno - 1, statements[-1].end_lineno
    while lines[start - 1].lstrip().startswith("#"):
        start -= 1
    text = textwrap.dedent("\n".join(lines[start:end]))
    return re.sub(r"^elif\b", "if", text, count=1).split("\n")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())

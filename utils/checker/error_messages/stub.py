"""A stub's `raise` that was left in place after the code was written."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Sequence

from utils.checker.error_messages.trouble import Trouble

__all__ = ["is_under_code"]

_LITERALS = (ast.Constant, ast.Dict, ast.List)


def is_under_code(trouble: Trouble) -> bool:
    """Return whether the `raise` of a stub was left beside finished code.

    A stub comes right below its comment, and the page may give lines above it. So code is
    what stands between the two, or below, or makes what the function returns.
    """
    lines = linecache.getlines(trouble.frame.f_code.co_filename)
    for node in ast.walk(_tree("".join(lines))):
        for block in _blocks(node):
            for i, one in enumerate(block):
                if isinstance(one, ast.Raise) and one.lineno == trouble.line:
                    above = [other for other in block[:i] if not _is_docstring(other)]
                    outermost = isinstance(node, ast.FunctionDef)
                    return _is_code(above, block[i + 1 :], lines[one.lineno - 2], outermost)
    return False


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    found = [getattr(node, name, None) for name in ("body", "orelse")]
    return [block for block in found if isinstance(block, list)]


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_code(
    above: Sequence[ast.stmt], below: Sequence[ast.stmt], line_above: str, outermost: bool
) -> bool:
    """Return whether a student wrote some of these statements around a stub."""
    if any(isinstance(node, ast.Raise) for one in below for node in ast.walk(one)):
        return False  # another stub
    plain = [one for one in below if isinstance(one, ast.Assign | ast.AugAssign | ast.AnnAssign)]
    if plain or (above and "YOUR CODE HERE" not in line_above):
        return True
    if above and not below and outermost:  # the page gives lines above only with a return below
        return True
    made = {
        name.id
        for one in above
        if isinstance(one, ast.Assign) and not isinstance(one.value, _LITERALS)
        for target in one.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }
    returned = {
        name.id
        for one in below
        if isinstance(one, ast.Return) and one.value is not None
        for name in ast.walk(one.value)
        if isinstance(name, ast.Name)
    }
    return bool(returned) and returned <= made


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])

"""Find the course's own modules that a source text imports, without running it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

__all__ = ["files_of", "imported"]

OWN = ("utils", "autograder")


@cache
def imported(source: str, *, by_name: bool = False) -> frozenset[str]:
    """Return the course's modules that a source text imports, at any depth of nesting.

    With `by_name`, add those that are named in its strings, as for `import_module`.
    """
    found: set[str] = set()
    lines = [line for line in source.split("\n") if not line.lstrip().startswith(("%", "!"))]
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:  # a cell that is not Python imports nothing
        return frozenset()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif by_name and isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value.partition(":")[0])  # "module:function" too
    return frozenset(name for name in found if name.split(".")[0] in OWN)


def files_of(root: Path, module: str) -> list[Path]:
    """Return the files of a module: its templates, its packages' files, and last its own."""
    parts = module.split(".")
    packages = [root.joinpath(*parts[:n], "__init__.py") for n in range(1, len(parts) + 1)]
    own = root.joinpath(*parts).with_suffix(".py")
    templates = own.parent / "templates"  # see utils/render.py
    found = [*templates.glob(f"{own.stem}.html"), *templates.glob(f"{own.stem}_*.html")]
    return [*sorted(found), *(file for file in (*packages, own) if file.is_file())]

"""Find the course's own modules that a source text imports, without running it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

__all__ = ["files_of", "imported"]

OWN = "(?:utils|autograder)"
# Formatted code has each import on lines of its own; to parse all the rest takes half a second.
STATEMENT = re.compile(
    rf"^[ \t]*((?:from|import) {OWN}\b(?:[^\n(]*\([^)]*\)|[^\n]*))", re.MULTILINE
)
STRING = re.compile(rf"""["']({OWN}(?:\.\w+)*)[:"']""")  # "module:function" too


@cache
def imported(source: str, *, by_name: bool = False) -> frozenset[str]:
    """Return the course's modules that `source` imports, also inside functions and blocks.

    With `by_name`, add the modules whose names stand in strings, as for `import_module`.
    """
    found = set(STRING.findall(source)) if by_name else set[str]()
    for statement in STATEMENT.findall(source):
        [node] = ast.parse(statement).body
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(name for name in found if re.match(rf"{OWN}\b", name))


def files_of(root: Path, module: str) -> list[Path]:
    """Return a module's files: its templates, its packages' ``__init__.py``, last its own file."""
    parts = module.split(".")
    packages = [root.joinpath(*parts[:n], "__init__.py") for n in range(1, len(parts) + 1)]
    own = root.joinpath(*parts).with_suffix(".py")
    templates = own.parent / "templates"  # see utils/render.py
    found = [*templates.glob(f"{own.stem}.html"), *templates.glob(f"{own.stem}_*.html")]
    return [*sorted(found), *(file for file in (*packages, own) if file.is_file())]

"""Find the files that a student handed in beside the notebook, for its code to import and read."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.limits import LIMITS, MIB
from utils.files import KEPT, RECORD

__all__ = ["helper_files"]

KINDS = {".py", ".txt", ".csv", ".tsv", ".json", ".npy", ".npz"}
OURS = {"utils", "datasets", "autograder", "start", "feedback"}  # a bundle has the first two


def helper_files(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return the helper files in a student's folder by path, and a sentence for each left out.

    A module named like an installed package, or like a module of Python's own, is left out, since
    it would be imported in its place. Files beyond the limit on their total size are left out too.
    """
    files: dict[str, bytes] = {}
    sentences = []
    size = 0
    for path in sorted(_candidates(folder)):
        name = path.relative_to(folder).as_posix()
        module = name.partition("/")[0].removesuffix(".py")
        if module in OURS or module == KEPT or name == RECORD:
            continue  # the course's own, as every bundle has them; what a learner keeps is private
        if path.suffix == ".py" and _is_taken(module):
            sentences.append(
                f"{name} was set aside: {module} is the name of a module of Python or of a package."
            )
            continue
        try:
            size += path.stat().st_size
            if size > LIMITS.helper_files or len(files) == LIMITS.helpers:
                sentences.append(
                    f"Only {LIMITS.helper_files // MIB} MB and {LIMITS.helpers} files beside the "
                    f"notebook are used; {name} and what follows it were left out."
                )
                break
            files[name] = path.read_bytes()
        except OSError as error:
            sentences.append(f"{name} cannot be read: {error.strerror}.")
    return files, sentences


def _candidates(folder: Path) -> Iterator[Path]:
    """Yield files with a helper's extension, in the folder and its subfolders; follow no link."""
    for path in (*folder.glob("*"), *folder.glob("*/*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith((".", "__pycache__")) for part in parts)
        linked = path.is_symlink() or (len(parts) > 1 and path.parent.is_symlink())
        if path.suffix in KINDS and not hidden and not linked and path.is_file():
            yield path


def _is_taken(module: str) -> bool:
    """Return whether Python or an installed package has a module of this name."""
    if module in sys.stdlib_module_names:
        return True
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    places = (sys.prefix, sys.base_prefix)
    return spec is not None and str(spec.origin or "").startswith(places)

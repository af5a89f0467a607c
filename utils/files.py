"""Write files whole or not at all, and name those beside a page that are a learner's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

__all__ = ["KEPT", "RECORD", "free_path", "written_aside"]

KEPT = "kept"
"""The folder beside a page with old answers (`utils.afresh`): treated like the record."""

RECORD = "progress.json"
"""A learner's record beside a page (`utils.record`): left out of copies, bundles and downloads."""


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder, and rename it to `path` at the end.

    If writing fails, `path` stays as it was and the temporary file is removed. Each process has a
    temporary path of its own.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield aside
        os.replace(aside, path)
    finally:
        with suppress(OSError):
            aside.unlink()


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """Return a path in a folder, which is made, that names the time and is not taken."""
    folder.mkdir(parents=True, exist_ok=True)
    stem, number = f"{stem}_{datetime.now():%Y-%m-%d_%H%M%S}", 1
    path = folder / f"{stem}{suffix}"
    while path.exists():
        number += 1
        path = folder / f"{stem}_{number}{suffix}"
    return path

"""Atomic file writing: write to a temporary file, then rename it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["KEPT", "RECORD", "written_aside"]

KEPT = "kept"
"""The folder beside a page with old answers (`utils.afresh`): treated like the record."""

RECORD = "progress.json"
"""A learner's record beside a page (`utils.record`): never copied, released or handed in."""


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

"""The course's folder, and what commands need to copy and write its files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.errors import UsageError
from utils.files import KEPT, RECORD, written_aside

__all__ = ["GENERATED", "ROOT", "write_text"]

ROOT = Path(__file__).resolve().parents[1]
"""The course's folder: an editable install leaves this file in its place there."""

GENERATED = {".ipynb_checkpoints", "__pycache__", KEPT, RECORD}
"""What running notebooks or Python makes; not part of the course, so never copied."""


def write_text(path: Path, parts: Iterable[str], mode: int | None = None) -> None:
    """Write a text file whole or not at all.

    Raises
    ------
    UsageError
        If the path is a folder or cannot be written.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder. Name a file in it.")
    try:
        with written_aside(path) as aside:
            with aside.open("w", encoding="utf-8", errors="replace", newline="") as file:
                file.writelines(parts)
            if mode is not None:
                aside.chmod(mode)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error

"""Read files of the course's folder, and the version and date in its ``pyproject.toml``."""

import datetime
import tomllib
from pathlib import Path
from typing import Any

from autograder.errors import BrokenCourse

__all__ = ["course_file", "release_date", "version"]


def course_file(root: Path, name: str) -> bytes:
    """Return the bytes of a file in the course's folder."""
    try:
        return (root / name).read_bytes()
    except OSError as error:
        raise BrokenCourse(f"{root / name} cannot be read: {error.strerror}.") from error


def version(root: Path) -> str:
    """Return the course's version, as set in ``pyproject.toml``."""
    return str(_setting(root, "project", "version", str))


def release_date(root: Path) -> datetime.date:
    """Return the date of the course's version, as set in ``pyproject.toml``."""
    date: datetime.date = _setting(root, "tool.course", "date", datetime.date)
    return date


def _setting(root: Path, table: str, name: str, kind: type) -> Any:
    """Return a setting of ``pyproject.toml``; raise `BrokenCourse` if there is none."""
    try:
        value: Any = tomllib.loads(course_file(root, "pyproject.toml").decode())
        for key in (*table.split("."), name):
            value = value[key]
    except (KeyError, tomllib.TOMLDecodeError):
        value = None
    if type(value) is not kind:
        raise BrokenCourse(
            f"{root / 'pyproject.toml'} names no {name}: `[{table}]`, `{name} = ...`."
        )
    return value

"""The limits on grading a submission, each defined once, with its unit and purpose.

Imported inside the sandbox too, so it imports nothing but the standard library.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

__all__ = ["DOWNLOAD", "LIMITS", "MIB", "DownloadLimits", "Limits", "changed", "described"]

MIB = 1 << 20


def limit(value: float, unit: str, about: str) -> Any:
    """Return a field of `Limits` with its default, the unit it is shown in, and its description."""
    return field(default=value, metadata={"unit": unit, "about": about})


@dataclass(frozen=True)
class Limits:
    """The limits on grading a submission; `described` puts each into words.

    Values shown in MiB are numbers of bytes, multiples of the page size.
    """

    seconds: float = limit(60, "s", "time of a cell, and of all calls of one exercise")
    own_cells: float = limit(120, "s", "computing of all of the student's own cells together")
    turns: int = limit(30, "times that", "time of a submission as a whole")
    cpu: int = limit(600, "s", "computing of all its processes in a sandbox")
    memory: int = limit(1024 * MIB, "MiB", "memory of all its processes, beyond the warm one's")
    processes: int = limit(16, "", "processes and threads at one time")
    open_files: int = limit(128, "", "open files of a process")
    scratch: int = limit(64 * MIB, "MiB", "files in its scratch folder")
    scratch_files: int = limit(10_000, "", "number of files there")
    output: int = limit(1 * MIB, "MiB", "printed text that is kept, of the submission as a whole")
    flood: int = limit(100, "times that", "printed text that ends it")
    printed: int = limit(10_000, "letters", "printed text that is kept of a cell")
    message: int = limit(64 * MIB, "MiB", "one message from the sandbox")
    tree: int = limit(4 * MIB, "MiB", "a value in it, without its numbers")
    reference_calls: int = limit(5000, "", "calls of the reference for one exercise")
    reference_seconds: float = limit(10, "s", "time of such a call")
    reference_memory: int = limit(1024 * MIB, "MiB", "memory of such a call")
    judge_memory: int = limit(2048 * MIB, "MiB", "memory of a process that judges")
    warm_memory: int = limit(512 * MIB, "MiB", "memory of the warm process")
    figures: int = limit(20, "", "figures of the student's own cells that are kept")
    helper_files: int = limit(4 * MIB, "MiB", "files beside a notebook, together")
    helpers: int = limit(100, "", "number of files there")
    file: int = limit(128 * MIB, "MiB", "a notebook's file, with its outputs and pictures")
    notebook: int = limit(16 * 1024 * 1024, "letters", "its cells, without outputs and pictures")
    cells: int = limit(10_000, "", "cells of a notebook")
    reading: float = limit(60, "s", "time to read what was handed in, and to draw its results")
    kept: int = limit(2_000_000, "letters", "printed text and messages that are kept of it")
    cell: int = limit(100_000, "letters", "a cell whose names are looked for")


LIMITS = Limits()
"""The limits in force where a run sets no others."""


@dataclass(frozen=True)
class DownloadLimits:
    """The limits on unpacking a download of a whole class; sizes in bytes."""

    size: int = limit(16_384 * MIB, "MiB", "all files of a download, unpacked")
    file: int = limit(128 * MIB, "MiB", "one file of it; as a notebook's")
    files: int = limit(100_000, "", "number of its files")
    depth: int = limit(3, "", "zips in one another")
    folders: int = limit(30, "", "folders in one another")
    name: int = limit(255, "bytes", "the name of a file or folder")


DOWNLOAD = DownloadLimits()
"""The limits in force for `course collect`."""


def described(limits: Limits | DownloadLimits) -> Iterator[str]:
    """Yield each limit in words: its description, its value, and its name."""
    for one in fields(limits):
        value, unit = getattr(limits, one.name), one.metadata["unit"]
        shown = f"{value / MIB:g}" if unit == "MiB" else f"{value:,}"
        with_unit = " ".join(filter(None, (shown, unit)))
        yield f"{one.metadata['about']}: {with_unit} ({one.name})"


def changed(limits: Limits, values: Mapping[str, float]) -> Limits:
    """Return the limits with new values, by name, each in the unit in which `described` shows it.

    Raises
    ------
    ValueError
        If there is no limit of such a name, or its value is not a positive number.

    >>> changed(LIMITS, {"file": 256}).file // MIB
    256
    """
    units = {one.name: one.metadata["unit"] for one in fields(limits)}
    new: dict[str, Any] = {}
    for name, value in values.items():
        if name not in units:
            raise ValueError(f"There is no limit {name!r}. The limits are: {', '.join(units)}.")
        if not 0 < value < 1 << 40:
            raise ValueError(f"The limit {name} must be a positive number, and not {value:g}.")
        scaled = value * (MIB if units[name] == "MiB" else 1)
        new[name] = scaled if isinstance(getattr(limits, name), float) else int(scaled)
    return replace(limits, **new)

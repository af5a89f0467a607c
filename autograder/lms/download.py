"""List the files of a download: a folder or a zip, with the zips in it, within limits.

A file of a zip is written under a number, into a temporary folder. So nothing that a student named
is ever a path on this machine; the names are kept as plain text beside it.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from autograder.errors import UsageError
from autograder.files import GENERATED
from autograder.limits import DOWNLOAD, MIB, DownloadLimits
from utils.checker.verdict import printable

__all__ = ["Download", "Entry"]

JUNK = {"__MACOSX", ".git", ".DS_Store", "Thumbs.db", "desktop.ini", ".venv", *GENERATED}
CHUNK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A file of a download: the parts of its name there, and where its content lies."""

    parts: tuple[str, ...]
    file: Path

    @property
    def name(self) -> str:
        """Return the name without folders."""
        return self.parts[-1]


@dataclass
class Download:
    """The files of a download, and a sentence for each that was left out.

    Parameters
    ----------
    path : the folder or zip
    aside : an empty folder, for what is unpacked
    limits : on size, number, depth and names

    Raises
    ------
    UsageError
        When there is nothing at `path`, or it is neither a folder nor a zip, or exceeds a limit as
        a whole.
    """

    path: Path
    aside: Path
    limits: DownloadLimits = DOWNLOAD
    entries: list[Entry] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    size: int = 0
    count: int = 0
    unpacked: int = 0

    def __post_init__(self) -> None:
        if self.path.is_dir():
            for parts, file in self._files(self.path):
                self._add(parts, file, depth=0)
        elif not self.path.is_file():
            raise UsageError(f"There is no download {self.path}.")
        elif not zipfile.is_zipfile(self.path):
            raise UsageError(
                f"{self.path} is not a zip. Give the zip as the system made it, or its folder."
            )
        else:
            self._unzip((), self.path, depth=0)

    def _files(
        self, folder: Path, parts: tuple[str, ...] = ()
    ) -> Iterator[tuple[tuple[str, ...], Path]]:
        """Yield the regular files below a folder; follow no link."""
        try:
            found = sorted(os.scandir(folder), key=lambda one: one.name)
        except OSError as error:
            self._leave_out(parts, f"cannot be opened: {error.strerror}")
            return
        for one in found:
            name = (*parts, os.fsencode(one.name).decode("utf-8", "replace"))
            if one.name in JUNK:
                continue
            if one.is_symlink():
                self._leave_out(name, "is a link")
            elif one.is_dir():
                if len(name) < self.limits.folders:
                    yield from self._files(Path(one.path), name)
                else:
                    self._leave_out(name, f"is more than {self.limits.folders} folders deep")
            elif one.is_file():
                yield name, Path(one.path)

    def _add(self, parts: tuple[str, ...], file: Path, depth: int) -> None:
        """Add a file; of a zip, the files in it."""
        self.count += 1
        if self.count > self.limits.files:
            raise UsageError(f"{self.path} has more than {self.limits.files:,} files.")
        if parts[-1].casefold().endswith(".zip") and zipfile.is_zipfile(file):
            if depth < self.limits.depth:
                self._unzip(parts, file, depth + 1)
                return
            self._leave_out(parts, f"is a zip in more than {self.limits.depth} other zips")
        self.entries.append(Entry(parts, file))

    def _unzip(self, outer: tuple[str, ...], file: Path, depth: int) -> None:
        try:
            with zipfile.ZipFile(file) as archive:
                for info in archive.infolist():
                    self._take(outer, archive, info, depth)
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
            if not outer:
                raise UsageError(f"{self.path} is a damaged zip: {error}.") from error
            self._leave_out(outer, f"is a damaged zip ({error})")
            self.entries.append(Entry(outer, file))

    def _take(
        self,
        outer: tuple[str, ...],
        archive: zipfile.ZipFile,
        info: zipfile.ZipInfo,
        depth: int,
    ) -> None:
        """Unpack one file of a zip, under a number."""
        parts = (*outer, *_parts(info.filename))
        if info.is_dir() or JUNK & set(parts):
            return
        if len(parts) == len(outer) or ".." in info.filename.replace("\\", "/").split("/"):
            self._leave_out((*outer, info.filename), "leads out of the zip")
        elif stat.S_ISLNK(info.external_attr >> 16):
            self._leave_out(parts, "is a link")
        elif info.flag_bits & 1:
            self._leave_out(parts, "is encrypted")
        elif len(parts) > self.limits.folders or any(
            len(one.encode()) > self.limits.name for one in parts
        ):
            self._leave_out(parts, "has a name that is too long, or lies too deep")
        else:
            self.unpacked += 1
            file = self.aside / str(self.unpacked)
            try:
                with archive.open(info) as source, file.open("xb") as target:
                    problem = self._copy(source, target)
            except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
                problem = f"is damaged ({error})"
            if problem:
                file.unlink()
                self._leave_out(parts, problem)
            else:
                self._add(parts, file, depth)

    def _copy(self, source: IO[bytes], target: IO[bytes]) -> str:
        """Copy a file by what is really in it, whatever the zip says; return what is wrong."""
        written = 0
        while chunk := source.read(CHUNK):
            written += len(chunk)
            self.size += len(chunk)
            if self.size > self.limits.size:
                raise UsageError(
                    f"{self.path} unpacks to more than {self.limits.size // MIB:,} MB. Unpack it "
                    "yourself if you trust it, and give the folder."
                )
            if written > self.limits.file:
                return f"is larger than {self.limits.file // MIB} MB"
            target.write(chunk)
        return ""

    def _leave_out(self, parts: tuple[str, ...], why: str) -> None:
        self.left_out.append(f"{printable('/'.join(parts))} {why}.")


def _parts(name: str) -> tuple[str, ...]:
    """Return the parts of a name in a zip that name something."""
    pieces = name.replace("\\", "/").split("/")
    return tuple(one for one in pieces if one not in ("", ".", ".."))

"""The sandbox without its walls, for ``--no-sandbox``: students' code runs with your own rights."""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from autograder import zygote
from autograder.cell import Ended, framed, taken

__all__ = ["Unwalled", "UnwalledCell"]

BEGIN = """\
import importlib, os, sys
course, entry, line = sys.argv[1:]
sys.path.insert(0, course)
from autograder.walls import die_with_parent
from autograder.zygote import Channel
die_with_parent()
module, _, function = entry.partition(":")
getattr(importlib.import_module(module), function)(Channel(int(line)))
"""


class Unwalled:
    """Has the verbs of `autograder.sandbox.Sandbox`; each submission is a plain process.

    There is a limit on time, and no other.
    """

    def __init__(self, entry: str, files: Mapping[str, bytes | Path]) -> None:
        own = Path(zygote.__file__).parent
        shared = {f"autograder/{name}.py": own / f"{name}.py" for name in ("zygote", "walls")}
        self._entry = entry
        self._files = {"autograder/__init__.py": b"", **files, **shared}

    def __enter__(self) -> Self:
        self._folder = tempfile.mkdtemp(prefix="course-")
        for name, content in self._files.items():
            path = Path(self._folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
        return self

    def __exit__(self, *exception: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def alive(self) -> bool:
        """There is no warm process that could have died."""
        return True

    @contextmanager
    def open(self, files: Mapping[str, bytes] | None = None) -> Iterator[UnwalledCell]:
        """Start a process for one submission, and end it."""
        ours, theirs = socket.socketpair()
        with ours, tempfile.TemporaryDirectory(prefix="course-") as scratch:
            for name, content in (files or {}).items():
                Path(scratch, name).write_bytes(content)
            with theirs:
                line = theirs.fileno()
                process = subprocess.Popen(
                    [sys.executable, "-P", "-c", BEGIN, self._folder, self._entry, str(line)],
                    cwd=scratch,
                    env={**os.environ, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[line],
                    start_new_session=True,
                )
            try:
                yield UnwalledCell(ours)
            finally:
                process.kill()
                process.wait()


class UnwalledCell:
    """The line to one submission."""

    def __init__(self, line: socket.socket) -> None:
        line.setblocking(False)
        self._line = line
        self._coming, self._going = bytearray(), bytearray()

    def send(self, *frames: bytes) -> None:
        """Send frames; they go while the next one from there is waited for."""
        self._going += b"".join(map(framed, frames))

    def receive(self, timeout: float) -> bytes:
        """Wait for a frame."""
        until = time.monotonic() + timeout
        while (frame := taken(self._coming)) is None:
            self._turn(until - time.monotonic())
        return frame

    def _turn(self, left: float) -> None:
        """Send and read what can be, so that neither side waits for the other."""
        writing = [self._line] if self._going else []
        readable, writable, _ = select.select([self._line], writing, [], max(left, 0))
        if not readable and not writable:
            raise Ended("timeout", "It did not answer in time.")
        if writable:
            self._write()
        if readable:
            self._coming += self._part()

    def _write(self) -> None:
        try:
            del self._going[: self._line.send(self._going)]
        except OSError:  # the other end is closed; what it said before is still to be read
            self._going.clear()

    def _part(self) -> bytes:
        part = b""
        with suppress(OSError):
            part = self._line.recv(1 << 20)
        if not part:
            raise Ended("exited", "It ended Python itself.")
        return part

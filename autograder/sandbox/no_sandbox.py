"""Run submissions without isolation, with the grader's own privileges, for ``--no-sandbox``."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from autograder.limits import Limits
from autograder.sandbox.frames import Frames
from autograder.sandbox.zygote import OWN_FILES

__all__ = ["SubprocessRunner"]

BEGIN = """\
import importlib, os, sys
course, entry, fd = sys.argv[1:]
sys.path.insert(0, course)
from autograder.sandbox.isolation import die_with_parent
from autograder.sandbox.zygote import Channel
die_with_parent()
module, _, function = entry.partition(":")
getattr(importlib.import_module(module), function)(Channel(int(fd)))
"""


class SubprocessRunner:
    """A substitute for `autograder.sandbox.sandbox.Sandbox`: each submission is a plain process.

    Only time and the size of messages are limited.
    """

    def __init__(self, entry: str, files: Mapping[str, bytes | Path], limits: Limits) -> None:
        self._entry, self._limits = entry, limits
        self._files = {**files, **OWN_FILES}

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
        """Return True: there is no zygote that could have died."""
        return True

    @contextmanager
    def open(self, files: Mapping[str, bytes] | None = None) -> Iterator[Frames]:
        """Start a process for one submission, yield its frames, and kill it at the end."""
        ours, theirs = socket.socketpair()
        with ours, tempfile.TemporaryDirectory(prefix="course-") as scratch:
            for name, content in (files or {}).items():
                Path(scratch, name).write_bytes(content)
            with theirs:
                fd = theirs.fileno()
                process = subprocess.Popen(
                    [sys.executable, "-P", "-c", BEGIN, self._folder, self._entry, str(fd)],
                    cwd=scratch,
                    env={**os.environ, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[fd],
                    start_new_session=True,
                )
            try:
                yield Frames(ours, self._limits.message)
            finally:
                process.kill()
                process.wait()

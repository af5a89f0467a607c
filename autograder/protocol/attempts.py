"""Note what a student's code tries that it has no need of: files elsewhere, network, programs.

Python's audit events tell. This informs an instructor and protects nothing: the sandbox does that,
and code can avoid Python's events, or clear the list.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from autograder.protocol.places import COURSE, LIBRARIES

__all__ = ["take", "watch"]

MOST = 20  # attempts of one process that are noted
LONGEST = 150  # letters of one
USUAL = ("/usr/", "/lib/", "/dev/", "/etc/mime.types", "/proc/cpuinfo", COURSE)

_noted: dict[str, None] = {}  # a set that keeps its order


def watch() -> None:
    """Begin to note attempts; the current folder is the student's."""
    caches = (os.path.expanduser(f"~/.{name}/matplotlib") for name in ("cache", "config"))
    places = (os.getcwd(), *LIBRARIES, *USUAL, *caches)

    def path(place: object, *_: object) -> str:
        if not isinstance(place, (str, bytes, os.PathLike)):  # a descriptor
            return ""
        full = os.path.abspath(os.fsdecode(place))
        return "" if full.startswith(places) else full

    told: dict[str, tuple[str, Callable[..., Any]]] = {
        "open": ("open", path),
        "os.listdir": ("list", path),
        "os.scandir": ("list", path),
        "socket.connect": ("connect to", lambda _, address: address),
        "socket.getaddrinfo": ("look up", lambda host, *_: host),
        "socket.gethostbyname": ("look up", lambda host: host),
        "subprocess.Popen": ("run", lambda program, *_: program),
        "os.system": ("run", os.fsdecode),
        "os.exec": ("run", lambda program, *_: program),
        "os.posix_spawn": ("run", lambda program, *_: program),
        "os.fork": ("start", lambda: "another process"),
        "os.kill": ("end", lambda pid, *_: f"process {pid}"),
    }

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event in told and len(_noted) < MOST:
            with suppress(Exception):  # the arguments may be anything
                verb, what = told[event]
                if shown := what(*arguments):
                    _noted[f"{verb} {shown}"[:LONGEST]] = None

    sys.addaudithook(note)


def take() -> list[str]:
    """Return the attempts that were noted and not taken before."""
    found = [*_noted]
    _noted.clear()
    return found

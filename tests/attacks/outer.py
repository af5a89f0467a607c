"""The disposable sandbox around all attacks: what succeeds in it harms nobody.

It has a network of its own with nothing but itself in it, its own processes, and parent_options in memory
wherever something can be written. The course is there to be read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.sandbox.sandbox import parent_options
from tests.attacks.attack import WON
from tests.support import ROOT
from tests.support.as_user import bwrap

__all__ = ["run", "settle"]

EMPTY = ("/tmp", "/home", "/root", "/run", "/var/tmp", "/mnt", "/media", "/usr/local/share")


def run(script: str, *names: str, timeout: float = 900) -> Any:
    """Run a script of this folder there, and return what it prints as JSON."""
    command = [*bwrap(), "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    command += ["--cap-add", "ALL"] if os.getuid() == 0 else ["--unshare-user"]
    command += ["--new-session", "--ro-bind", "/", "/"]
    command += ["--dev", "/dev", "--proc", "/proc"]
    for place in EMPTY:
        command += ["--tmpfs", place] if Path(place).is_dir() else []
    for place in dict.fromkeys((sys.base_prefix, sys.prefix, str(ROOT))):
        command += [*parent_options(place), "--ro-bind", place, place]
    command += ["--chmod", "1777", "/tmp", "--setenv", "SECRET", f"{WON} of the environment"]
    command += ["--chdir", "/tmp", "--setenv", "HOME", "/root", "--setenv", "PYTHONPATH"]
    command += [str(ROOT), sys.executable, f"{ROOT}/tests/attacks/{script}.py", *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return json.loads(done.stdout.splitlines()[-1])


def settle() -> None:
    """Make it possible for the sandbox to have a /proc of its own in here."""
    from autograder.sandbox import isolation

    for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
        place = line.split()[1]
        if place.startswith("/proc/"):  # bubblewrap covers parts of it for root
            with suppress(OSError):
                isolation.call("umount2", place.encode(), 0)

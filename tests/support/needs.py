"""Find out once what the machine lacks for some tests, and how to get it.

A test declares a need with a marker, such as ``@pytest.mark.root``; one in ``tests/sandbox`` or
``tests/browser`` has that need by its folder. If the need is not met, the
test is skipped, and the reason says how to meet it. With ``CI=true`` the test fails instead, unless
no container can meet the need.
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support import chromium

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")


@dataclass(frozen=True)
class Need:
    """A requirement of some tests that a machine may lack.

    Attributes
    ----------
    tests : str
        The subject of the tests, for "12 tests of ...".
    missing : callable
        Returns how to get it, or an empty string if the machine has it.
    in_ci : bool
        Whether CI must have it, so that a run without it fails.
    """

    tests: str
    missing: Callable[[], str]
    in_ci: bool = True


def no_browser():
    """Return how to get a browser; "" if there is one."""
    if chromium.executable():
        return ""
    return "install Chromium or Chrome, such as with `apt install chromium`"


def no_sandbox():
    """Return how to get the sandbox's missing layers, those it must have first; else ""."""
    from autograder.sandbox.capabilities import layers

    lacking = [layer for layer in layers() if not layer.active and layer.name != "cgroup"]
    worst = [layer for layer in lacking if layer.needed] or lacking
    return " ".join(dict.fromkeys(layer.how.strip() for layer in worst)).rstrip(".")


def no_pyodide():
    """Return how to get Python for browsers; "" if it is there, or could be fetched."""
    from tests.support import pyodide  # what it imports takes a second

    why = pyodide.why_not()
    return why and f"connect to the network, for JupyterLite and a copy of Pyodide ({why})"


def no_debian_dataset():
    """Return how to get the pictures from which the data set is made; "" if they are there."""
    there = any(FASHION_MNIST.glob("*.gz"))
    return "" if there else "`apt install dataset-fashion-mnist` (on Debian and Ubuntu)"


def no_cgroup():
    """Return what is needed for a cgroup around a sandbox."""
    from autograder.sandbox import cgroup

    if cgroup.scope(1 << 30, 20):
        return ""
    return "run them where systemd makes cgroups: in a login of your own, not in a container"


def not_root():
    """Return how to become root, if this is an ordinary user."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("setpriv"):
        return ""
    return "run them as root on Linux, since they act as several users"


def no_postgresql():
    """Return how to get PostgreSQL, its driver, or the rights to start it."""
    if not postgresql():
        return "`apt install postgresql` (on Debian and Ubuntu)"
    if not importlib.util.find_spec("psycopg2"):
        return "`pip install psycopg2-binary`"
    return "" if hasattr(os, "geteuid") else "run them on Linux"


def postgresql():
    """Return the folder of PostgreSQL's programs, or None; Debian keeps them off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    program = found[-1] if found else shutil.which("postgres")
    return Path(program).parent if program else None


def no_git():
    """Return how to get git."""
    return "" if shutil.which("git") else "install git, such as with `apt install git`"


def no_make():
    """Return how to get make."""
    return "" if shutil.which("make") and os.name != "nt" else "install make"


def not_linux():
    """Return on which systems these tests can run."""
    return "" if sys.platform == "linux" else "run them on Linux or WSL2"


NEEDS = {
    "browser": Need("pages in a real browser", no_browser),
    "sandbox": Need("grading in the sandbox", no_sandbox),
    "pyodide": Need("the course's site", no_pyodide, in_ci=False),
    "debian_dataset": Need("building the data set anew", no_debian_dataset),
    "systemd": Need("a limit on the sandbox as a whole", no_cgroup, in_ci=False),
    "root": Need("several users of one machine", not_root),
    "postgresql": Need("a gradebook on PostgreSQL", no_postgresql, in_ci=False),
    "git": Need("a clone of the course", no_git),
    "make": Need("the Makefile", no_make),
    "linux": Need("limits and signals of Linux", not_linux),
}


@cache
def missing(name):
    """Return how to meet the need that a marker names, or an empty string if it is met."""
    return NEEDS[name].missing()


def unmet(markers):
    """Return the first of these markers whose need is not met, or None."""
    return next((name for name in NEEDS if name in markers and missing(name)), None)


def must_be_there(name):
    """Return whether a run without this need must fail."""
    return bool(os.environ.get("CI")) and NEEDS[name].in_ci

"""What some tests need of the machine, asked once, and how to get it.

A test says what it needs by a marker, such as ``@pytest.mark.sandbox``. Where that is missing the
test is skipped, and its reason is the way to get it. With ``CI=true`` it fails instead, except
where no container can have what is missing.
"""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import chromium

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")


@dataclass(frozen=True)
class Need:
    """Something that some tests need and a machine may lack.

    Attributes
    ----------
    tests : str
        What the tests are about, for "12 tests of ...".
    missing : callable
        Returns how to get it, or an empty string where it is there.
    in_ci : bool
        Whether CI has it, so that a run without it has failed.
    """

    tests: str
    missing: Callable[[], str]
    in_ci: bool = True


def no_browser():
    """Return how to get a browser where there is none."""
    if chromium.executable():
        return ""
    return "install Chromium or Chrome, such as with `apt install chromium`"


def no_sandbox():
    """Return how to get the sandbox where one of its layers is missing."""
    from autograder.sandbox.sandbox import layers

    lacking = [layer for layer in layers() if not layer.active and layer.name != "cgroup"]
    worst = [layer for layer in lacking if layer.needed] or lacking
    return " ".join(dict.fromkeys(layer.how.strip() for layer in worst)).rstrip(".")


def no_debian_dataset():
    """Return how to get the pictures that the data set is made from."""
    there = any(FASHION_MNIST.glob("*.gz"))
    return "" if there else "`apt install dataset-fashion-mnist` (on Debian and Ubuntu)"


def no_cgroup():
    """Return what it takes for the kernel to limit a sandbox as a whole."""
    from autograder.sandbox import cgroup

    if cgroup.scope(1 << 30, 20):
        return ""
    return "run them where systemd makes cgroups: in a login of your own, not in a container"


def not_root():
    """Return how to become root, where this is an ordinary user."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("setpriv"):
        return ""
    return "run them as root on Linux, since they act as several users"


def no_git():
    """Return how to get git."""
    return "" if shutil.which("git") else "install git, such as with `apt install git`"


def no_make():
    """Return how to get make."""
    return "" if shutil.which("make") and os.name != "nt" else "install make"


def not_linux():
    """Return where they can be run."""
    return "" if sys.platform == "linux" else "run them on Linux or WSL2"


NEEDS = {
    "browser": Need("pages in a real browser", no_browser),
    "sandbox": Need("grading in the sandbox", no_sandbox),
    "debian_dataset": Need("building the data set anew", no_debian_dataset),
    "systemd": Need("a limit on the sandbox as a whole", no_cgroup, in_ci=False),
    "root": Need("several users of one machine", not_root),
    "git": Need("a clone of the course", no_git),
    "make": Need("the Makefile", no_make),
    "linux": Need("limits and signals of Linux", not_linux),
}


@cache
def missing(name):
    """Return how to get what a marker names, or an empty string where it is there."""
    return NEEDS[name].missing()


def unmet(markers):
    """Return the first of these markers whose need is not met, or None."""
    return next((name for name in NEEDS if name in markers and missing(name)), None)


def must_be_there(name):
    """Return whether a run without this has failed."""
    return bool(os.environ.get("CI")) and NEEDS[name].in_ci

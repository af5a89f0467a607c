"""Make a folder nbgrader's course directory, and run nbgrader's commands there."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.support import ROOT

__all__ = ["environment", "make_workspace"]


def environment() -> dict[str, str]:
    """Return the environment in which a command finds nbgrader's programs and the course."""
    paths = [sysconfig.get_path("scripts"), os.environ["PATH"]]  # nbgrader looks there for alembic
    return {**os.environ, "PATH": os.pathsep.join(paths), "PYTHONPATH": str(ROOT)}


def make_workspace(folder: Path, task: str) -> Path:
    """Make a folder nbgrader's course directory, with one assignment generated."""
    run = [sys.executable, "-m"]
    make = [*run, "autograder", "workspace", str(folder), task]
    subprocess.run(make, check=True, capture_output=True)
    generate = [*run, "nbgrader", "generate_assignment", task]
    subprocess.run(generate, cwd=folder, env=environment(), check=True, capture_output=True)
    return folder

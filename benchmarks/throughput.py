"""Grading a class, against nbgrader's own autograde: ``python benchmarks/throughput.py``.

A class drawn from right ways and known mistakes of notebook 01 is graded by `nbgrader autograde`,
as it comes (on a sample, since it takes seconds a student), and by `course grade` with its sandbox;
both write nbgrader's gradebook. In turns, in one run; start-up is part of it. Then all once more
with the demonstrations taken out of the notebooks, which only nbgrader runs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from benchmarks.classes import ROOT, TASK, hand_in


def seconds(command: list[str], cwd: Path) -> float:
    """How long a command takes; what it says is only shown if it fails."""
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=cwd, env=environment(), capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - start
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return taken


def environment() -> dict[str, str]:
    """Where a command finds nbgrader's tools, and the course."""
    paths = [sysconfig.get_path("scripts"), os.environ["PATH"]]  # nbgrader looks there for alembic
    return {**os.environ, "PATH": os.pathsep.join(paths), "PYTHONPATH": str(ROOT)}


def workspace(folder: Path, task: str = TASK) -> Path:
    """Make a folder nbgrader's course directory, with the assignment generated."""
    python = sys.executable
    subprocess.run(
        [python, "-m", "autograder", "workspace", str(folder), task],
        check=True,
        capture_output=True,
    )
    seconds([python, "-m", "nbgrader", "generate_assignment", task], folder)
    return folder


def race(given: argparse.Namespace, where: Path, *, demonstrations: bool) -> None:
    """Let both grade in turns, and print a row for a submission and one for the class again."""
    hand_in(where / "class", given.students, demonstrations=demonstrations)
    theirs, ours, again = [], [], []
    for turn in range(given.rounds):
        peer = workspace(where / f"peer{turn}")
        (peer / "nbgrader_config.py").write_text(STOCK.format(folder=str(peer)))
        for student in sorted((where / "class").iterdir())[: given.sample]:
            shutil.copytree(student, peer / "submitted" / student.name)
        command = [sys.executable, "-m", "nbgrader", "autograde", TASK]
        theirs.append(seconds(command, peer) / given.sample)
        own = workspace(where / f"own{turn}")
        shutil.copytree(where / "class", own / "submitted")
        command = [sys.executable, "-m", "autograder", "grade", TASK, "--workspace", str(own)]
        ours.append(seconds(command, own) / given.students)
        again.append(seconds(command, own))
    ratios = [a / b for a, b in zip(theirs, ours, strict=True)]
    print(
        f"| {'as it is' if demonstrations else 'demonstrations taken out'} "
        f"| {1000 * statistics.median(theirs):.0f} | {1000 * statistics.median(ours):.0f} "
        f"| {statistics.median(ratios):.0f} | {statistics.median(again):.1f} |",
        flush=True,
    )


def main() -> None:
    """Measure with the demonstrations and without, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, default=200)
    arguments.add_argument("--sample", type=int, default=15, help="of them, for nbgrader")
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    print(
        "| notebook | nbgrader autograde, ms a submission | course grade, ms | times faster "
        "| the class again, s |\n|:--|--:|--:|--:|--:|",
        flush=True,
    )
    for demonstrations in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            race(given, Path(folder), demonstrations=demonstrations)


# nbgrader as it comes: its own Execute, in the course's own Python.
STOCK = """c = get_config()
c.CourseDirectory.course_id = "peer"
c.CourseDirectory.root = {folder!r}
c.ClearSolutions.code_stub = {{"python": "# YOUR CODE HERE\\\\nraise NotImplementedError()"}}
c.Execute.timeout = 60
"""

if __name__ == "__main__":
    main()

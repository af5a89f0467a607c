"""Compare `course grade` with `nbgrader autograde`: ``python benchmarks/throughput.py``.

A class drawn from correct answers and known mistakes of notebook 01 is graded by stock `nbgrader
autograde` (a sample, because it takes seconds a student) and by `course grade` with its sandbox, in
turns. Both write nbgrader's gradebook, and both times include start-up. Then all is repeated
without the demonstrations in the notebooks, because only nbgrader runs them.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.classes import TASK, hand_in
from tests.support.nbgrader_workspace import environment, make_workspace


def seconds(command: list[str], cwd: Path) -> float:
    """Return the seconds that a command takes; show its output only if it fails."""
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=cwd, env=environment(), capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - start
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return taken


def race(given: argparse.Namespace, where: Path, *, demonstrations: bool) -> None:
    """Let nbgrader and the course grade in turns, and print a row of the table."""
    hand_in(where / "class", given.students, demonstrations=demonstrations)
    theirs, ours, again = [], [], []
    for turn in range(given.rounds):
        peer = make_workspace(where / f"peer{turn}", TASK)
        (peer / "nbgrader_config.py").write_text(STOCK.format(folder=str(peer)))
        for student in sorted((where / "class").iterdir())[: given.sample]:
            shutil.copytree(student, peer / "submitted" / student.name)
        command = [sys.executable, "-m", "nbgrader", "autograde", TASK]
        theirs.append(seconds(command, peer) / given.sample)
        own = make_workspace(where / f"own{turn}", TASK)
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


# Stock nbgrader: its own Execute, in the course's own Python.
STOCK = """c = get_config()
c.CourseDirectory.course_id = "peer"
c.CourseDirectory.root = {folder!r}
c.ClearSolutions.code_stub = {{"python": "# YOUR CODE HERE\\\\nraise NotImplementedError()"}}
c.Execute.timeout = 60
"""

if __name__ == "__main__":
    main()

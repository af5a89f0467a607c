"""Compare `course feedback` with `nbgrader generate_feedback`: ``python benchmarks/feedback.py``.

A class is graded into one workspace by `course grade`. Then both write a page for each student from
it, in turns; both times include start-up. Shown are wall time and the processor's time, which
other programs on the machine disturb less.
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
from resource import RUSAGE_CHILDREN, getrusage

from benchmarks.classes import TASK, hand_in
from tests.support.nbgrader_workspace import environment, make_workspace


def timed(command: list[str], cwd: Path) -> tuple[float, float]:
    """Return the seconds that a command takes, and those that it computes."""
    before, start = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    run = [sys.executable, "-m", *command]
    subprocess.run(run, cwd=cwd, env=environment(), capture_output=True, check=True)
    taken, after = time.perf_counter() - start, getrusage(RUSAGE_CHILDREN)
    computed = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return taken, computed


def main() -> None:
    """Grade a class once, and print a row of the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = make_workspace(Path(name, "class"), TASK)
        hand_in(folder / "submitted", given.students, demonstrations=True)
        timed(["autograder", "grade", TASK, "--workspace", str(folder)], folder)
        ours, theirs = [], []
        for turn in range(given.rounds):
            to = ["--to", str(Path(name, f"pages{turn}"))]
            ours.append(timed(["autograder", "feedback", TASK, "--workspace", ".", *to], folder))
            theirs.append(timed(["nbgrader", "generate_feedback", TASK, "--force"], folder))
            made = len([*Path(name, f"pages{turn}").glob("*/*.html")])
            peers = len([*folder.glob("feedback/*/*/*.html")])
            if made != given.students or peers != given.students:
                sys.exit(f"{made} and {peers} pages were written for {given.students} students.")
            shutil.rmtree(folder / "feedback")
    columns = []
    for which in (0, 1):
        a = statistics.median(one[which] for one in theirs)
        b = statistics.median(one[which] for one in ours)
        columns += [f"{a:.1f}", f"{b:.1f}", f"{a / b:.0f}"]
    print(f"| {given.students} | {' | '.join(columns)} |")


if __name__ == "__main__":
    main()

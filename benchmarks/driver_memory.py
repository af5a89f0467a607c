"""Measure the memory of the driver of `course grade`: ``python benchmarks/driver_memory.py``.

A small and a large class of notebook 01, drawn from correct answers and known mistakes, are graded
into a workspace with nbgrader's gradebook. In the large class, a thousand submissions differ, and
the others are copies of them, whose verdicts are in the driver's cache: they cost the driver as
much work, and the workers none. The peak is that of the driver alone, without its workers.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.classes import TASK, hand_in
from tests.support import ROOT
from tests.support.nbgrader_workspace import environment, make_workspace

MIB = 1024**2
DIFFERENT = 1000  # submissions; the others are copies


def peak(space: Path) -> tuple[int, float]:
    """Grade a workspace, and return the driver's peak memory in bytes and the seconds."""
    command = [sys.executable, "-m", "autograder", "grade", TASK, "--workspace", str(space)]
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as log:
        driver = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=log, stderr=subprocess.STDOUT
        )
        most = 0
        while driver.poll() is None:  # the high-water mark never falls, so the last one counts
            most = high_water_mark(driver.pid) or most
            time.sleep(0.02)
        if driver.returncode not in (0, 1):
            log.seek(0)
            sys.exit(log.read()[-5000:])
    return most, time.perf_counter() - start


def hand_in_copies(folder: Path, count: int) -> None:
    """Write `count` submissions, copies of at most `DIFFERENT` distinct ones."""
    hand_in(folder, min(count, DIFFERENT))
    first = sorted(folder.iterdir())
    for number in range(len(first), count):
        shutil.copytree(first[number % len(first)], folder / f"student{number:05}")


def high_water_mark(pid: int) -> int:
    """Return the peak memory of a process in bytes, or 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    sizes = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return 1024 * int(sizes[0]) if sizes else 0


def main() -> None:
    """Measure, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, nargs="+", default=[200, 10_000])
    given = arguments.parse_args()
    print("| submissions | peak of the driver, MiB | seconds |\n|--:|--:|--:|", flush=True)
    for count in given.students:
        with tempfile.TemporaryDirectory() as folder:
            space = make_workspace(Path(folder), TASK)
            hand_in_copies(space / "submitted", count)
            most, taken = peak(space)
        print(f"| {count:,} | {most / MIB:.0f} | {taken:.0f} |", flush=True)


if __name__ == "__main__":
    main()

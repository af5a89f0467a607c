"""What the driver of `course grade` needs: ``python benchmarks/driver_memory.py``.

A small and a large class of notebook 01, drawn from right ways and known mistakes, are graded into
a workspace, so with nbgrader's gradebook. Of the large class a thousand submissions differ, and the
others are copies of them, whose verdicts the driver knows from its store: to the driver they are
as much work, and to the workers none. Peak memory is that of the driver alone, whose workers are
processes of their own.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.classes import ROOT, TASK, hand_in
from benchmarks.throughput import environment, workspace

MIB = 1024**2
DIFFERENT = 1000  # submissions; the others are copies


def peak(space: Path) -> tuple[int, float]:
    """Bytes of memory at most, and seconds, that grading a workspace takes."""
    command = [sys.executable, "-m", "autograder", "grade", TASK, "--workspace", str(space)]
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        driver = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=said, stderr=subprocess.STDOUT
        )
        most = 0
        while driver.poll() is None:  # its high-water mark never falls, so the last look tells
            most = high_water_mark(driver.pid) or most
            time.sleep(0.02)
        if driver.returncode not in (0, 1):
            said.seek(0)
            sys.exit(said.read()[-5000:])
    return most, time.perf_counter() - start


def hand_in_copies(folder: Path, count: int) -> None:
    """Write so many submissions, of which no more than `DIFFERENT` differ."""
    hand_in(folder, min(count, DIFFERENT))
    first = sorted(folder.iterdir())
    for number in range(len(first), count):
        shutil.copytree(first[number % len(first)], folder / f"student{number:05}")


def high_water_mark(pid: int) -> int:
    """The most memory that a process has had in use, in bytes; 0 when it has ended."""
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
            space = workspace(Path(folder))
            hand_in_copies(space / "submitted", count)
            most, taken = peak(space)
        print(f"| {count:,} | {most / MIB:.0f} | {taken:.0f} |", flush=True)


if __name__ == "__main__":
    main()

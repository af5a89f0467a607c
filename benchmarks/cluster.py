"""Compare two Dask workers with one: ``python benchmarks/cluster.py``.

`course grade --cluster` grades a class of notebook 01 without a gradebook, in turns with one and
with two workers of one thread each, all on this machine. The workers have graded a few other
submissions before, as in a running cluster; the time includes the driver's start. Each worker has
one core, as it would have a machine of its own in a cluster; driver and scheduler share all cores.
With ``--shared``, the workers share them too: then one worker uses more than one core, because it
judges while the sandbox of the next submission starts.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.classes import TASK, hand_in
from tests.support import ROOT
from tests.support.cluster import Cluster


def seconds(submissions: Path, output: Path, cluster: Cluster) -> float:
    """Return the seconds that grading a class takes on a cluster."""
    command = [sys.executable, "-m", "autograder", "grade", TASK, "--cluster", cluster.address]
    command += ["--submissions", str(submissions), "--output", str(output)]
    start = time.perf_counter()
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        sys.exit(run.stderr)
    return time.perf_counter() - start


def main() -> None:
    """Measure in turns, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, default=400)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--shared", action="store_true", help="all cores for all workers")
    given = arguments.parse_args()
    taken: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        hand_in(where / "class", given.students)
        hand_in(where / "others", 12, seed=1)
        for turn in range(given.rounds):
            for workers, times in taken.items():
                name = f"{turn}-{workers}"
                with Cluster(where / "dask" / name, workers, shared=given.shared) as cluster:
                    seconds(where / "others", where / "others' grades" / name, cluster)
                    times.append(seconds(where / "class", where / "grades" / name, cluster))
    ratios = [one / two for one, two in zip(taken[1], taken[2], strict=True)]
    print("| submissions | one worker, s | two workers, s | times faster |\n|--:|--:|--:|--:|")
    one, two = (statistics.median(times) for times in taken.values())
    print(f"| {given.students} | {one:.1f} | {two:.1f} | {statistics.median(ratios):.2f} |")


if __name__ == "__main__":
    main()

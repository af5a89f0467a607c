"""Two Dask workers against one: ``python benchmarks/cluster.py``.

A class of notebook 01 is graded by `course grade --cluster`, with one and with two workers of one
thread each on this machine, in turns, without gradebook. The workers have graded a few others
before, as those of a running cluster have; the driver's own start is part of it. Each worker has a
core, as it has a machine in a cluster; driver and scheduler share them all. With ``--shared``, the
workers do too: then one worker takes more than one core, for it judges while the next submission's
sandbox is made.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from benchmarks.classes import ROOT, TASK, hand_in

__all__ = ["Cluster"]


class Cluster:
    """A Dask scheduler, and workers of one thread each, on loopback.

    Parameters
    ----------
    folder : where its logs and the workers' files go
    workers : how many
    shared : whether all cores are for all of them, or each has one to itself
    """

    def __init__(self, folder: Path, workers: int = 2, *, shared: bool = True) -> None:
        self.folder, self.count, self.shared = folder, workers, shared
        self.address = ""
        self.scheduler: subprocess.Popen[bytes]
        self.workers: list[subprocess.Popen[bytes]] = []  # of each, the nanny that starts it again

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.scheduler, self.address = self._start(
            "scheduler", "Scheduler at:", "--port", "0", "--no-show"
        )
        for number in range(self.count):
            place = str(self.folder / str(number))
            more = ("--nthreads", "1", "--local-directory", place)
            worker, _ = self._start("worker", "Registered to:", self.address, *more)
            if not self.shared:
                give_core(worker.pid, number)
            self.workers.append(worker)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        started = [*self.workers, self.scheduler]
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)

    def _start(self, kind: str, words: str, *arguments: str) -> tuple[subprocess.Popen[bytes], str]:
        """Start one, and wait for a line with these words; what that ends with is an address."""
        log = self.folder / f"{kind}{len(self.workers)}.log"
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--host", "127.0.0.1"]
        with log.open("w") as file:
            process = subprocess.Popen(
                [*command, "--no-dashboard", *arguments], cwd=ROOT, stdout=file, stderr=file
            )
        end = time.monotonic() + 60
        while True:
            for line in log.read_text().splitlines():
                if words in line:
                    return process, line.split()[-1]
            if time.monotonic() > end:
                process.kill()
                raise RuntimeError(f"Dask's {kind} does not start:\n{log.read_text()}")
            time.sleep(0.1)


def give_core(pid: int, number: int) -> None:
    """Leave one core to a process, to all that it started, and to what these start from now on."""
    cores = sorted(os.sched_getaffinity(0))
    worker = psutil.Process(pid)
    for process in (worker, *worker.children(recursive=True)):
        for thread in process.threads():
            os.sched_setaffinity(thread.id, {cores[number % len(cores)]})


def seconds(submissions: Path, output: Path, cluster: Cluster) -> float:
    """How long a class takes on a cluster."""
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

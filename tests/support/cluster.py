"""Start a Dask scheduler and its workers on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.support import ROOT

__all__ = ["Cluster"]


class Cluster:
    """A Dask scheduler, and workers of one thread each, on the loopback interface.

    Parameters
    ----------
    folder : Path
        The folder for the logs and the workers' files.
    workers : int
        The number of workers.
    shared : bool
        Whether all workers share all cores, or each has one core.
    """

    def __init__(self, folder: Path, workers: int = 2, *, shared: bool = True) -> None:
        self.folder, self.count, self.shared = folder, workers, shared
        self.address = ""
        self.scheduler: subprocess.Popen[bytes]
        self.workers: list[subprocess.Popen[bytes]] = []  # the nannies, which restart their workers

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
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:  # on a busy machine: no process may be left
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
                process.kill()
                process.wait()

    def _start(self, kind: str, words: str, *arguments: str) -> tuple[subprocess.Popen[bytes], str]:
        """Start a process, wait for a log line with these words, and return its last word."""
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
    """Restrict a process, its descendants and all that they start later to one core."""
    cores = sorted(os.sched_getaffinity(0))
    worker = psutil.Process(pid)
    for process in (worker, *worker.children(recursive=True)):
        for thread in process.threads():
            os.sched_setaffinity(thread.id, {cores[number % len(cores)]})

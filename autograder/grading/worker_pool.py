"""Run tasks in worker processes, on all cores of this machine or on a Dask cluster.

tasks ── a pure map, in worker processes ──→ results
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, Protocol, Self, TypeVar

from autograder.errors import BrokenCourse, UsageError
from autograder.grading import judging
from autograder.limits import LIMITS
from autograder.sandbox.isolation import address_space, die_with_parent

__all__ = [
    "Pool",
    "Steps",
    "TookTooLong",
    "WorkerLost",
    "cluster",
    "map_tasks",
    "processes",
    "run_in_process",
    "serve",
]

T = TypeVar("T")

AHEAD = 4  # tasks submitted for each worker, so that none waits for the driver
LONGEST = 300  # letters of an error's text
TRIES = 3  # most runs of a task that fails, or whose worker dies and is replaced


class Steps(Protocol):
    """The interface of a task for a worker process: steps, each with a deadline."""

    @property
    def deadlines(self) -> Sequence[float]:
        """Return the seconds that each step may take, in order."""

    def steps(self) -> Iterator[Any]:
        """Run the task; yield None after each step but the last, and the result after the last."""

    def portable(self) -> Self:
        """Return the task in a form that a worker on another machine can run."""


class Pool(Protocol):
    """A worker pool: processes of this machine, or the workers of a Dask cluster."""

    def submit(self, task: Any) -> Future[Any]:
        """Submit a task; a worker that dies fails only the task that it was running."""

    @property
    def workers(self) -> int:
        """Return how many tasks run at the same time."""


def map_tasks(
    tasks: Iterable[tuple[T, Steps]], open_pool: Callable[[], AbstractContextManager[Pool]]
) -> Iterator[tuple[T, Any]]:
    """Run all tasks; yield each label with its result as soon as it is ready.

    Only as many tasks are submitted as keep the workers busy, so their number does not matter.
    The pool is opened for the first task. A task that fails, or whose worker dies, is run again;
    after `TRIES` runs its exception is the result. `BrokenCourse`, and a step that takes too long,
    are results at once.
    """
    remaining = iter(tasks)
    running: dict[Future[Any], tuple[T, Steps, int]] = {}
    with ExitStack() as stack:
        pool: Pool | None = None
        while True:
            for label, task in remaining:
                pool = pool or stack.enter_context(open_pool())
                running[pool.submit(task)] = (label, task, 1)
                if len(running) >= AHEAD * pool.workers:
                    break
            if not running or pool is None:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                label, task, tries = running.pop(future)
                error = future.exception()
                if error is None:
                    yield label, future.result()
                elif not isinstance(error, Exception) or isinstance(error, CancelledError):
                    raise error
                elif isinstance(error, BrokenCourse | TookTooLong) or tries == TRIES:
                    yield label, error
                else:
                    running[pool.submit(task)] = (label, task, tries + 1)


class WorkerLost(Exception):
    """A worker process that died while running a task; the message is a sentence."""


class TookTooLong(Exception):
    """A step of a task that exceeded its deadline; the message is a sentence."""


class _WorkerProcess:
    """A process that runs one task after another, each of its steps under a deadline.

    Parameters
    ----------
    core
        The core for what it runs in the sandbox, or None for any.
    """

    def __init__(self, core: int | None = None) -> None:
        # Not a fork, which would copy locks that other threads hold; and not `multiprocessing`,
        # which starts nothing from a Dask worker.
        ours, theirs = socket.socketpair()
        begin = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
        begin += f"from {__name__} import serve; serve(*json.loads(sys.argv[2]))"
        arguments = [json.dumps(sys.path), json.dumps([theirs.fileno(), core])]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", begin, *arguments],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C reaches the driver alone
            )
        self._pipe = Connection(ours.detach())

    def run(self, task: Steps) -> Any:
        """Run a task, and return its result or raise its exception."""
        try:
            self._pipe.send(task)
            for seconds in task.deadlines:
                if not self._pipe.poll(seconds):
                    raise TookTooLong(f"It took longer than {seconds:,.0f} seconds.")
                result = self._pipe.recv()
                if isinstance(result, Exception):
                    raise result
                if result is not None:
                    return result
        except (EOFError, OSError):
            pass
        raise WorkerLost("The process that graded it died.")

    def kill(self) -> None:
        """Kill the process: then `run`, in whichever thread it waits, raises `WorkerLost`."""
        self._process.kill()

    def close(self) -> None:
        """Kill the process, wait until it is dead, and close its pipe."""
        self.kill()
        self._process.wait()
        self._pipe.close()


class _PerThread(threading.local):
    """The worker process of each thread; the thread waits for it.

    Each process has its own pipe: when one dies, its pipe closes, and no other is affected. A pool
    with one queue for all its processes can be left locked, or with half a message in the queue.
    """

    process: _WorkerProcess | None = None
    core: int | None = None

    def run(self, task: Steps, start: Callable[[int | None], _WorkerProcess]) -> Any:
        """Run a task in this thread's process; replace one that died or took too long."""
        if self.process is None:
            self.process = start(self.core)
        try:
            return self.process.run(task)
        except (WorkerLost, TookTooLong):
            self.process.close()
            self.process = None
            raise


class _Processes:
    """A worker pool of threads, each with a process of its own."""

    def __init__(self, jobs: int) -> None:
        self.workers = jobs
        self._per_thread = _PerThread()
        self._cores = cores_for(jobs)
        self._threads = ThreadPoolExecutor(jobs, initializer=self._take_core)
        self._processes: list[_WorkerProcess] = []
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, task: Steps) -> Future[Any]:
        return self._threads.submit(self._per_thread.run, task, self._start)

    def close(self) -> None:
        """Kill all processes, and cancel the tasks that remain."""
        with self._lock:
            self._closed = True
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.close()

    def _take_core(self) -> None:
        self._per_thread.core = next(self._cores, None)

    def _start(self, core: int | None) -> _WorkerProcess:
        with self._lock:
            if self._closed:
                raise WorkerLost("Grading was stopped.")
            process = _WorkerProcess(core)
            self._processes.append(process)
        return process


def cores_for(jobs: int) -> Iterator[int]:
    """Return a core for each of `jobs` sandboxes, or nothing if there are fewer cores."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if jobs > len(cores):
        return iter(())
    first = os.getpid() % len(cores)  # two graders on one machine do not both take the first
    return iter((cores[first:] + cores[:first])[:jobs])


def _limit_memory() -> None:
    """Limit memory: a property's outer product of huge results must raise MemoryError."""
    with suppress(FileNotFoundError):
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]  # unchanged: a sandbox sets its own limits
        resource.setrlimit(resource.RLIMIT_AS, (address_space() + LIMITS.judge_memory, hard))


def serve(fd: int, core: int | None) -> None:
    """Run one task after another, until the driver ends for whatever reason."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only the driver handles Ctrl-C
    die_with_parent()
    _limit_memory()
    judging.use_core(core)
    pipe = Connection(fd)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return judging.close()
        try:
            for step in task.steps():
                pipe.send(step)
        except BrokenCourse as error:
            pipe.send(error)
        except MemoryError:
            pipe.send(RuntimeError("It needs more memory than there is for it."))
        except Exception as error:
            pipe.send(RuntimeError(f"{type(error).__name__}: {error}"[:LONGEST]))


@contextmanager
def processes(jobs: int) -> Iterator[Pool]:
    """Yield a pool of processes on this machine."""
    pool = _Processes(jobs)
    try:
        yield pool
    finally:
        pool.close()


class _Dask:
    def __init__(self, client: Any) -> None:
        self.executor = client.get_executor(pure=False, retries=0)
        self.workers = max(1, sum(client.nthreads().values()))

    def submit(self, task: Steps) -> Future[Any]:
        # The folder of submissions may not be there. A step of a worker's thread could not be
        # ended: so it runs in a process there, too.
        future: Future[Any] = Future()
        try:
            future = self.executor.submit(run_in_process, task.portable())
        except OSError as error:  # its file is gone: that stops no other task
            future.set_exception(error)
        return future


_dask = _PerThread()


def run_in_process(task: Steps) -> Any:
    """Run a task in a process that belongs to this thread; for Dask workers."""
    return _dask.run(task, _WorkerProcess)


@contextmanager
def cluster(address: str) -> Iterator[Pool]:
    """Yield a pool of the workers of a running Dask cluster.

    Raises
    ------
    UsageError
        When Dask is not installed, or its scheduler does not answer, or no longer does.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--cluster needs Dask: `pip install 'deep-networks[cluster]'`.") from None
    logging.disable()  # Dask would log tracebacks of errors that are reported in a sentence here
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"No Dask scheduler answers at {address} ({error}).") from None
    try:
        yield _Dask(client)
    except CancelledError:
        raise UsageError(
            f"The Dask scheduler at {address} is gone. What was graded before is kept; "
            "the same command again goes on from there."
        ) from None
    finally:
        client.close(timeout=5)
        logging.disable(logging.NOTSET)

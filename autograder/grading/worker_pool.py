"""Judges many submissions, on all cores of this machine or on a Dask cluster.

    work ── a pure map, in processes ──→ what each gave

A piece of work is plain data, and so is what comes of it; nothing is read or written on the way.
So it does not matter where it is done, how often, and in which order.
"""

from __future__ import annotations

import logging
import multiprocessing
import resource
import signal
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol, TypeVar

from autograder.course import bundle, notebooks
from autograder.errors import BrokenCourse, UsageError
from autograder.files import ROOT
from autograder.grading import grade_submission
from autograder.grading.grade_submission import Settings
from autograder.grading.submission import required_cells
from autograder.limits import LIMITS, Limits
from autograder.protocol import reference_process
from autograder.protocol.client import CodeCell
from autograder.sandbox.isolation import address_space, die_with_parent
from autograder.sandbox.no_sandbox import SubprocessRunner
from autograder.sandbox.sandbox import Sandbox
from utils.checker.answer_key import LiveKey, Question
from utils.checker.verdict import MIME, Status, Verdict

__all__ = [
    "Pool",
    "Task",
    "TaskResult",
    "WorkerLost",
    "close",
    "cluster",
    "map_works",
    "processes",
    "run_task",
    "sandbox_for",
    "serve",
    "shown",
]

T = TypeVar("T")

ENTRY = "autograder.protocol.server:serve"
SHARED = (
    *("autograder/limits.py", "autograder/protocol/__init__.py"),
    *("autograder/protocol/messages.py", "autograder/protocol/server.py"),
)
WARM = (
    *("numpy", "scipy.special", "h5py", "matplotlib.pyplot"),
    *("autograder.protocol.server", "utils.check"),
)
# The names that modules had in version 0.1: answers to its notebooks import them.
OLD_NAMES = {
    "experiments": "experiment_log",
    "neuron": "spiking_neuron",
    "pictures_of_shapes": "shape_plots",
    "suspects": "accuracy_variants",
    "tracer": "shape_tracer",
    "training": "live_training",
}
AHEAD = 4  # pieces of work that wait for each worker, so that none waits for the driver
TRIES = 3  # a worker that dies is replaced; work that kills this many is given up


@dataclass(frozen=True)
class Task:
    """One submission, and which of its exercises are to be judged.

    `sandboxed` is False only where the instructor has typed ``--no-sandbox``.
    """

    assignment: str
    pieces: tuple[CodeCell, ...]
    exercises: tuple[str, ...]
    settings: Settings
    sandboxed: bool = True


@dataclass(frozen=True)
class TaskResult:
    """What came of a piece of work: for each exercise its outputs by MIME type.

    `suspicions` says by exercise what was tried; `printed` and `raised` are by piece.
    """

    verdicts: dict[str, dict[str, Any]]
    suspicions: dict[str, str] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)


def shown(verdict: Verdict) -> dict[str, Any]:
    """A verdict as a notebook shows it, and as plain data."""
    record = verdict.record()
    if verdict.status is Status.UNCHECKED:
        record["points"] = None
    return {"text/html": verdict.html(), "text/plain": verdict.text(), MIME: record}


class _Key(LiveKey):
    """A live key that asks a whole class the same, and works the answers out once."""

    def __init__(self, common: str) -> None:
        super().__init__(common)
        self._asked: dict[tuple[str, int | None], Question] = {}

    def question(self, exercise: str, seed: int | None = None) -> Question:
        """The exercise, as it was asked before."""
        if (exercise, seed) not in self._asked:
            self._asked[exercise, seed] = super().question(exercise, seed)
        return self._asked[exercise, seed]


_here = threading.local()  # a sandbox ends with the thread that started it


def run_task(work: Task) -> TaskResult:
    """Judge one submission; the sandbox is kept warm for the next."""
    seed = work.settings.seed
    key = _kept("keys", seed, lambda: _Key(seed))
    sandbox = _kept(
        "sandboxes",
        (work.assignment, work.settings.limits, work.sandboxed),
        lambda: sandbox_for(
            work.assignment, work.settings.limits, sandboxed=work.sandboxed
        ).__enter__(),
    )
    found = grade_submission.judge_submission(
        sandbox, key, required_cells(work.pieces), work.exercises, work.settings
    )
    verdicts = {name: shown(verdict) for name, verdict in found.verdicts.items()}
    return TaskResult(verdicts, found.suspicions, found.printed, found.raised)


def close() -> None:
    """End what this thread keeps warm."""
    reference_process.close()
    for sandbox in vars(_here).pop("sandboxes", {}).values():
        sandbox.__exit__(None, None, None)


def _kept(kind: str, name: Hashable, make: Callable[[], Any]) -> Any:
    kept = vars(_here).setdefault(kind, {})
    if name not in kept:
        kept[name] = make()
    return kept[name]


def sandbox_for(
    assignment: str, limits: Limits = LIMITS, *, sandboxed: bool = True
) -> Sandbox | SubprocessRunner:
    """A sandbox in which submissions of this assignment can run, not yet started."""
    files = _files(assignment)
    if not sandboxed:
        return SubprocessRunner(ENTRY, files, limits)
    modules = [name.removesuffix(".py").replace("/", ".") for name in files]
    return Sandbox(ENTRY, files, limits=limits, warm=(*WARM, *modules), ahead=True)


@cache
def _files(assignment: str) -> Mapping[str, bytes | Path]:
    """What a submission may import: the notebook's own modules, and what answers the judge."""
    notebook = notebooks.read(notebooks.notebook_of(ROOT, assignment))
    modules = bundle.modules(ROOT, notebook, assignment)
    older = {
        f"utils/{old}.py": f"from utils.{new} import *\n".encode()
        for old, new in OLD_NAMES.items()
        if f"utils/{new}.py" in modules
    }
    return modules | older | {name: (ROOT / name).read_bytes() for name in SHARED}


# --- the map -------------------------------------------------------------------------------------


class Pool(Protocol):
    """What takes work: processes of this machine, or the workers of a Dask cluster."""

    def take(self, work: Task) -> Future[TaskResult]:
        """Do it some time; a worker that dies costs the work that it had, and no other."""

    @property
    def workers(self) -> int:
        """How many pieces of work are done at one time."""


def map_works(
    works: Iterable[tuple[T, Task]], pool: Callable[[], AbstractContextManager[Pool]]
) -> Iterator[tuple[T, TaskResult | Exception]]:
    """Do all of the work; each result comes with its label as soon as it is there.

    No more is in hand at a time than keeps the workers busy, so it does not matter how much
    there is; the pool is opened when there is some. Work whose worker died is done again, and
    what kills one worker after another comes back as the exception.
    """
    due = iter(works)
    waiting: dict[Future[TaskResult], tuple[T, Task, int]] = {}
    with ExitStack() as stack:
        workers: Pool | None = None
        while True:
            for label, work in due:
                workers = workers or stack.enter_context(pool())
                waiting[workers.take(work)] = (label, work, 1)
                if len(waiting) >= AHEAD * workers.workers:
                    break
            if not waiting or workers is None:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                label, work, tries = waiting.pop(future)
                error = future.exception()
                if error is None:
                    yield label, future.result()
                elif not isinstance(error, Exception) or isinstance(error, CancelledError):
                    raise error
                elif isinstance(error, BrokenCourse) or tries == TRIES:
                    yield label, error
                else:
                    waiting[workers.take(work)] = (label, work, tries + 1)


class WorkerLost(Exception):
    """A process died with the work that it had; the message is a sentence."""


class _Processes:
    """Threads, each with a process of its own that it waits for.

    There is a line to each process, not one for all: whenever one dies, its line ends, and nobody
    else notices. A pool with one queue for all its processes can be left locked, or with half a
    message in it.
    """

    def __init__(self, jobs: int) -> None:
        self.workers = jobs
        self._threads = ThreadPoolExecutor(jobs)
        self._mine = threading.local()
        self._started: list[BaseProcess] = []
        self._lock = threading.Lock()
        self._closed = False

    def take(self, work: Task) -> Future[TaskResult]:
        return self._threads.submit(self._do, work)

    def close(self) -> None:
        """End it now, whatever is still to be done."""
        with self._lock:
            self._closed = True
        for process in self._started:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._started:
            process.join()

    def _do(self, work: Task) -> TaskResult:
        line = vars(self._mine).get("line") or self._start()
        try:
            line.send(work)
            came: TaskResult | Exception = line.recv()
        except (EOFError, OSError):
            line.close()
            del self._mine.line
            raise WorkerLost("The process that graded it died.") from None
        if isinstance(came, Exception):
            raise came
        return came

    def _start(self) -> Connection:
        # A fresh one: a fork would have the driver's threads in the middle of whatever they do.
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=serve, args=(theirs,))
        with self._lock:
            if self._closed:
                raise WorkerLost("Grading was stopped.")
            process.start()
            self._started.append(process)
        theirs.close()
        self._mine.line = ours
        return ours


def _limit_memory() -> None:
    """Let what laws make of a student's results, such as outer products, end in a MemoryError."""
    with suppress(FileNotFoundError):
        most = resource.getrlimit(resource.RLIMIT_AS)[1]  # stays: a sandbox sets limits of its own
        resource.setrlimit(resource.RLIMIT_AS, (address_space() + LIMITS.judge_memory, most))


def serve(line: Connection) -> None:
    """Do one piece of work after another, until the driver ends, whichever way."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the driver to answer
    die_with_parent()
    _limit_memory()
    while True:
        try:
            work = line.recv()
        except EOFError:
            return close()
        try:
            came: TaskResult | Exception = run_task(work)
        except BrokenCourse as error:
            came = error
        except Exception as error:
            came = RuntimeError(f"{type(error).__name__}: {error}")
        line.send(came)


@contextmanager
def processes(jobs: int) -> Iterator[Pool]:
    """Processes of this machine."""
    pool = _Processes(jobs)
    try:
        yield pool
    finally:
        pool.close()


class _Dask:
    def __init__(self, client: Any) -> None:
        self.executor = client.get_executor(pure=False, retries=0)
        self.workers = max(1, sum(client.nthreads().values()))

    def take(self, work: Task) -> Future[TaskResult]:
        future: Future[TaskResult] = self.executor.submit(run_task, work)
        return future


@contextmanager
def cluster(address: str) -> Iterator[Pool]:
    """The workers of a running Dask cluster.

    Raises
    ------
    UsageError
        When Dask is not installed, or nothing answers there, or does so no more.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--cluster needs Dask: `pip install 'deep-networks[cluster]'`.") from None
    logging.disable()  # Dask's loggers, which show tracebacks of what is a sentence here
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

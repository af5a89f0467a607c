"""Judge many submissions, on all cores of this machine or on a Dask cluster.

    tasks ── a pure map, in worker processes ──→ task results

Tasks and their results are plain data, and running a task changes nothing else. So it does not
matter where tasks run, how often, and in which order.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from autograder.course import bundle, notebooks
from autograder.errors import BrokenCourse, UsageError
from autograder.files import ROOT
from autograder.grading import grade_submission
from autograder.grading.grade_submission import Settings
from autograder.grading.required_cells import required_cells
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
    "Steps",
    "Task",
    "TaskResult",
    "TookTooLong",
    "WorkerLost",
    "close",
    "cluster",
    "map_tasks",
    "outputs_of",
    "processes",
    "run_in_process",
    "run_task",
    "sandbox_for",
    "serve",
]

T = TypeVar("T")

ENTRY = "autograder.protocol.server:serve"
SHARED = (
    *("autograder/limits.py", "autograder/protocol/__init__.py"),
    *("autograder/protocol/messages.py", "autograder/protocol/server.py"),
)
WARM = (
    *("numpy", "scipy.special", "h5py", "jinja2", "matplotlib.pyplot"),
    *("autograder.protocol.server", "utils.check"),
)
# Module names of version 0.1, which answers to its notebooks still import.
OLD_NAMES = {
    "experiments": "experiment_log",
    "neuron": "spiking_neuron",
    "pictures_of_shapes": "shape_plots",
    "suspects": "accuracy_variants",
    "tracer": "shape_tracer",
    "training": "live_training",
}
AHEAD = 4  # tasks submitted for each worker, so that none waits for the driver
LONGEST = 300  # letters of an error's text
TRIES = 3  # most runs of a task that fails, or whose worker dies and is replaced


@dataclass(frozen=True)
class Task:
    """One submission, and the exercises of it to judge.

    `files` are those that the student handed in beside the notebook: (path, content) pairs.
    `sandboxed` is False only where the instructor chose ``--no-sandbox`` or its setting.
    """

    assignment: str
    cells: tuple[CodeCell, ...]
    exercises: tuple[str, ...]
    settings: Settings
    sandboxed: bool = True
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class TaskResult:
    """The result of a task: for each exercise its outputs by MIME type.

    `suspicions` has sentences by exercise; `printed` and `raised` are by the cell's name, and so
    are `figures`, PNG files in base64.
    """

    verdicts: dict[str, dict[str, Any]]
    suspicions: dict[str, str] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)
    figures: dict[str, list[str]] = field(default_factory=dict)


def outputs_of(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as a notebook's outputs by MIME type, plain data among them."""
    record = verdict.record()
    if verdict.status is Status.UNCHECKED:
        record["points"] = None
    return {"text/html": verdict.html(), "text/plain": verdict.text(), MIME: record}


def _drawn(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict's outputs; without its drawings, where these cannot be made."""
    try:
        return outputs_of(verdict)
    except Exception:  # what a student's function gave is shown in them
        return outputs_of(replace(verdict, expected=None, got=None, boxes=()))


class _Key(LiveKey):
    """A live key that gives a whole class the same questions, and makes each once."""

    def __init__(self, common: str) -> None:
        super().__init__(common)
        self._questions: dict[tuple[str, int | None], Question] = {}

    def question(self, exercise: str, seed: int | None = None) -> Question:
        """Return the question for an exercise; make it only the first time."""
        if (exercise, seed) not in self._questions:
            self._questions[exercise, seed] = super().question(exercise, seed)
        return self._questions[exercise, seed]


_per_thread = threading.local()  # because a sandbox ends with the thread that started it


def run_task(task: Task) -> TaskResult:
    """Judge one submission; keep the sandbox warm for the next."""
    seed, limits = task.settings.seed, task.settings.limits
    key = _get_or_make("keys", seed, lambda: _Key(seed))
    sandbox = _get_or_make(
        "sandboxes",
        (task.assignment, limits, task.sandboxed),
        lambda: sandbox_for(
            task.assignment,
            limits,
            sandboxed=task.sandboxed,
            core=vars(_per_thread).get("core"),
        ).__enter__(),
    )
    cells, files = required_cells(task.cells), dict(task.files)
    judged = grade_submission.judge_submission(
        sandbox, key, cells, task.exercises, task.settings, files
    )
    verdicts = {name: _drawn(verdict) for name, verdict in judged.verdicts.items()}
    figures = {
        name: [base64.b64encode(file).decode() for file in files]
        for name, files in judged.figures.items()
        if files
    }
    return TaskResult(verdicts, judged.suspicions, judged.printed, judged.raised, figures)


def close() -> None:
    """End this thread's sandboxes and reference process."""
    reference_process.close()
    for sandbox in vars(_per_thread).pop("sandboxes", {}).values():
        sandbox.__exit__(None, None, None)


def _get_or_make(kind: str, key: Hashable, make: Callable[[], Any]) -> Any:
    """Return this thread's object of a kind; make it only the first time."""
    objects = vars(_per_thread).setdefault(kind, {})
    if key not in objects:
        objects[key] = make()
    return objects[key]


def sandbox_for(
    assignment: str, limits: Limits = LIMITS, *, sandboxed: bool = True, core: int | None = None
) -> Sandbox | SubprocessRunner:
    """Return a sandbox for submissions of this assignment, on this core, not yet started."""
    files = _files(assignment)
    if not sandboxed:
        return SubprocessRunner(ENTRY, files, limits)
    modules = [name.removesuffix(".py").replace("/", ".") for name in files if name.endswith(".py")]
    return Sandbox(ENTRY, files, limits=limits, warm=(*WARM, *modules), ahead=True, core=core)


@cache
def _files(assignment: str) -> Mapping[str, bytes | Path]:
    """Return the files in the sandbox: modules the notebook imports, its data, the protocol's."""
    notebook = notebooks.read(notebooks.notebook_of(ROOT, assignment))
    modules = bundle.modules(ROOT, notebook, assignment)
    old_names = {
        f"utils/{old}.py": f"from utils.{new} import *\n".encode()
        for old, new in OLD_NAMES.items()
        if f"utils/{new}.py" in modules
    }
    data = {name: ROOT / name for name in bundle.data_of(notebook)}
    return modules | old_names | data | {name: (ROOT / name).read_bytes() for name in SHARED}


# --- the worker pool -----------------------------------------------------------------------------


class Steps(Protocol):
    """What a worker process runs: some steps, each with a deadline."""

    @property
    def deadlines(self) -> Sequence[float]:
        """Return the seconds that each step may take, the last one included."""

    def steps(self) -> Iterator[Any]:
        """Run; yield None after each step but the last, and the result after that."""

    def portable(self) -> Self:
        """Return the same for a worker on another machine."""


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
    The pool is opened for the first one. A task that fails, or whose worker dies, is run again;
    after `TRIES` runs its exception is the result, and that of a `BrokenCourse`, or of a step that
    takes too long, at once.
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
        """Kill the process: then `run`, in whatever thread, raises `WorkerLost`."""
        self._process.kill()

    def close(self) -> None:
        """Kill the process, and free what it used here."""
        self.kill()
        self._process.wait()
        self._pipe.close()


class _PerThread(threading.local):
    """A worker process for each thread, which it waits for.

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
    """Return a core for each of so many sandboxes; none if there are fewer cores than that."""
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
    _per_thread.core = core
    pipe = Connection(fd)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return close()
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
    """Run a task in a process of this thread's own: on a Dask worker."""
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

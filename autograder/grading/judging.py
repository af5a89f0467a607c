"""Judge one submission in a sandbox that stays warm for the next.

Tasks and their results are plain data, and running a task changes nothing else. So it does not
matter where tasks run, how often, and in which order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from autograder.course import bundle, notebooks
from autograder.files import ROOT
from autograder.grading import grade_submission
from autograder.grading.cell_output import CellOutput
from autograder.grading.grade_submission import Settings
from autograder.grading.required_cells import required_cells
from autograder.limits import LIMITS, Limits
from autograder.protocol import reference_process
from autograder.protocol.client import CodeCell
from autograder.sandbox.no_sandbox import SubprocessRunner
from autograder.sandbox.sandbox import Sandbox
from utils.checker.answer_key import LiveKey, Question
from utils.checker.verdict import MIME, Status, Verdict

__all__ = ["Task", "TaskResult", "close", "outputs_of", "run_task", "sandbox_for", "use_core"]

ENTRY = "autograder.protocol.server:serve"
SHARED = (
    *("autograder/limits.py", "autograder/protocol/__init__.py"),
    *("autograder/protocol/messages.py", "autograder/protocol/allowed.py"),
    *("autograder/protocol/attempts.py", "autograder/protocol/places.py"),
    "autograder/protocol/server.py",
)
WARM = (
    *("numpy", "h5py", "jinja2"),
    *("autograder.protocol.server", "utils.check"),
)
PLOTS = ("matplotlib.pyplot",)  # half a second to load: only for pages that plot
# Module names of version 0.1, which answers to its notebooks still import.
OLD_NAMES = {
    "experiments": "experiment_log",
    "neuron": "spiking_neuron",
    "pictures_of_shapes": "shape_plots",
    "suspects": "accuracy_variants",
    "tracer": "shape_tracer",
    "training": "live_training",
}


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
    """The result of a task.

    `verdicts` has the outputs of each exercise's verdict, by MIME type. `suspicions` has sentences
    by exercise. `outputs` are by the cell's name. `tried` is what the code tried without need.
    """

    verdicts: dict[str, dict[str, Any]]
    suspicions: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, CellOutput] = field(default_factory=dict)
    tried: tuple[str, ...] = ()


def outputs_of(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as a notebook's outputs by MIME type, with its plain record under `MIME`."""
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
    """A live key that gives a whole class the same questions, and makes each question once."""

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
    return TaskResult(verdicts, judged.suspicions, judged.outputs, judged.tried)


def use_core(core: int | None) -> None:
    """Choose the core for this thread's sandboxes that are still to start; None for any."""
    _per_thread.core = core


def close() -> None:
    """End this thread's sandboxes and reference process."""
    reference_process.close()
    for sandbox in vars(_per_thread).pop("sandboxes", {}).values():
        sandbox.__exit__(None, None, None)


def _get_or_make(kind: str, key: Hashable, make: Callable[[], Any]) -> Any:
    """Return this thread's object of a kind and key; call `make` only the first time."""
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
    plots = any(b"matplotlib" in text for text in files.values() if isinstance(text, bytes))
    warm = (*WARM, *(PLOTS if plots else ()), *modules)
    return Sandbox(ENTRY, files, limits=limits, warm=warm, ahead=True, core=core)


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

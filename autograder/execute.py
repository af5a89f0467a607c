"""Runs a notebook for grading, and writes what its test cells show from their verdicts.

Used by `course grade`, and by stock nbgrader in the place of its own Execute: see the settings
that `autograder/workspace.py` writes.

What this does not do yet: the verdicts come from the same Python process that runs the
student's code, so code written to deceive can forge one; and that code runs with the rights
of whoever grades. Grade people you trust, or on a machine you can spare.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute as NbGraderExecute
from nbgrader.utils import is_grade, is_solution
from traitlets import Enum, Unicode, default

import utils
from autograder.notebooks import SOLUTION
from utils.judging import FOLLOW_THROUGH
from utils.verdict import MIME, Verdict

__all__ = ["Execute"]

STARTS = 12  # of Python, at most, for one notebook
LONGEST = 2000  # letters of a sentence that came from the student's process

# What a check may say. Right work gets all points, and partly right work those that its check
# names; unchecked work waits for somebody to look at it, and all else gets none.
STATUSES = ("correct", "partial", "wrong", "blank", "error", "unchecked")

# Loads the course and NumPy before any student's file can stand in their place.
START = "import utils.check; from ipykernel import kernelapp; kernelapp.launch_new_instance()"


class ThisPython(KernelSpecManager):
    """Knows one kernel, the Python that is running, whatever is registered on this machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return it, under any name."""
        command = [sys.executable, "-P", "-c", START, "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name=kernel_name, language="python")


@dataclass(frozen=True)
class _Stop:
    """Why a cell did not run to its end."""

    status: str
    told: str


_TIMEOUT = _Stop("timeout", "did not come to an end in {} seconds")
_DIED = _Stop("error", "ended Python itself, as exit() does")


class Execute(NbGraderExecute):  # type: ignore[misc]  # nbgrader ships without types
    """Run a notebook in an empty folder; give every test cell the outputs of its verdict.

    A test cell that brought no verdict of its own exercise, or more than one, gets an
    error for output: there are never full marks by default. The verdicts are also
    left, as plain data, in ``resources["verdicts"]``.
    """

    follow_through = Enum(
        list(FOLLOW_THROUGH),
        "full",
        help="What an answer gets that is right but for an earlier one of the student's own.",
    ).tag(config=True)

    seed = Unicode(
        help="Decides the random cases; the same for a whole class. By default the assignment."
    ).tag(config=True)

    @default("shutdown_kernel")
    def _without_delay(self) -> str:
        return "immediate"

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, km: None = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Execute `nb` in place. When Python dies on the way, run the rest in a fresh one."""
        resources = {} if resources is None else resources
        self._assignment = resources.get("nbgrader", {}).get("assignment", "")
        self._verdicts: dict[int, dict[str, Any]] = {}
        self._stops: dict[int, _Stop] = {}
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = []
                tags = cell.metadata.pop("tags", None)
                if isinstance(tags, list):
                    cell.metadata.tags = [tag for tag in tags if tag != self.skip_cells_with_tag]
        for _ in range(STARTS):
            stops = len(self._stops)
            try:
                nb, resources = super().preprocess(nb, resources)
                break
            except (DeadKernelError, CellTimeoutError):
                if len(self._stops) == stops:
                    raise  # no cell did it
                # One did, and is left out from here on.
        resources["verdicts"] = {}
        for index, cell in enumerate(nb.cells):
            if _is_test(cell):
                shown = self._final(nb, index)
                cell.outputs = _outputs(shown)
                resources["verdicts"][cell.metadata.nbgrader.grade_id] = shown[MIME]
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run one cell, unless it ended an earlier Python or has its verdict already."""
        if index in self._stops or index in self._verdicts:
            return cell, resources
        self._reply: dict[str, Any] = {}
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            self._stops[index] = _DIED
            raise
        except CellTimeoutError:  # and it would not be interrupted
            self._stops[index] = _TIMEOUT
            raise
        if self._reply.get("ename") == "CellTimeoutError":
            self._stops[index] = _TIMEOUT
        elif _is_test(cell):
            self._verdicts[index] = _read(cell)
        if any(part.get("source") == "ask_exit" for part in self._reply.get("payload", [])):
            # exit() lets its cell finish, and ends Python under the next one.
            self._stops.setdefault(index, _DIED)
            raise DeadKernelError("exit() was called")
        return cell, resources

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Note how the kernel answered."""
        super().on_cell_executed(**kwargs)
        self._reply = kwargs["execute_reply"]["content"]

    def create_kernel_manager(self) -> Any:
        """Make a manager of this very Python, whatever kernel the notebook names."""
        self.km = self.kernel_manager_class(
            config=self.config, kernel_spec_manager=ThisPython(parent=self)
        )
        return self.km

    @contextmanager
    def setup_kernel(self, **kwargs: Any) -> Iterator[None]:
        """Start the kernel in a fresh, empty folder of its own."""
        with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as scratch:
            work = Path(scratch, "work")
            work.mkdir()
            environment = self._environment(Path(scratch))
            # What the kernel itself says, or a student writes past it, is not for the terminal.
            silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            with super().setup_kernel(cwd=str(work), env=environment, **silent, **kwargs):
                yield

    def _environment(self, scratch: Path) -> dict[str, str]:
        path = [str(Path(utils.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {
            **os.environ,
            "COURSE_SEED": self.seed or self._assignment,
            "COURSE_FOLLOW_THROUGH": self.follow_through,
            "PYTHONPATH": os.pathsep.join(path),  # the utils that grades is the utils imported
            "IPYTHONDIR": str(scratch / "ipython"),  # none of the instructor's startup files
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }

    def _final(self, nb: NotebookNode, index: int) -> dict[str, Any]:
        """What the test cell shows: its own verdict, or why there is none."""
        test = nb.cells[index]
        exercise = test.metadata.nbgrader.grade_id
        shown = self._verdicts.get(index)
        if shown is not None and shown[MIME]["status"] != "error":
            return shown
        answers = [
            i
            for i, cell in enumerate(nb.cells)
            if is_solution(cell) and cell.metadata.nbgrader.grade_id == exercise + SOLUTION
        ]
        suspects = dict.fromkeys(answers, "the cell of your answer")
        if shown is None:
            suspects[index] = f"calling your {exercise}"
        for suspect, what in suspects.items():
            if suspect in self._stops:
                stop = self._stops[suspect]
                return _own(test, stop.status, f"{what} {stop.told.format(self.timeout)}.")
        if shown is None:
            return _own(
                test,
                "error",
                "not reached: this notebook ended Python too often, as exit() does.",
            )
        raised = [out for i in answers for out in nb.cells[i].outputs if out.output_type == "error"]
        if raised:
            found = str(shown[MIME]["message"])
            return _own(
                test,
                "error",
                f"the cell of your answer stops with {_said(raised[0])}.",
                found[:1].upper() + found[1:],
            )
        return shown


# --- a test cell's outputs -----------------------------------------------------------------------


def _is_test(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def _read(cell: NotebookNode) -> dict[str, Any]:
    """What a test cell showed, if it is the one verdict that is due, as outputs by MIME type."""
    shown = [output.data for output in cell.outputs if MIME in output.get("data", {})]
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not shown:
        raised = f" but {_said(errors[0])}" if errors else ""
        return _distrust(cell, f"its check brought no verdict{raised}.")
    if len(shown) > 1:
        return _distrust(cell, f"its check brought {len(shown)} verdicts, where one is due.")
    record = shown[0][MIME] if isinstance(shown[0][MIME], dict) else {}
    if record.get("exercise") != cell.metadata.nbgrader.grade_id:
        return _distrust(cell, "its check brought a verdict of something else.")
    status = str(record.get("status"))
    points = record.get("points")
    part = isinstance(points, int | float) and 0 < points < cell.metadata.nbgrader.points
    if (
        status not in STATUSES
        or (status == "correct" and errors)
        or (status == "partial" and not part)
    ):
        return _distrust(cell, "its check brought a verdict that contradicts itself.")
    verdict = _own(cell, status, str(record.get("message", ""))[:LONGEST])
    verdict[MIME]["mistake"] = str(record.get("mistake", ""))[:LONGEST]
    if status == "partial":
        verdict[MIME]["points"] = points
    for kind in ("text/html", "text/plain"):
        if isinstance(shown[0].get(kind), str):
            verdict[kind] = shown[0][kind]
    return verdict


def _own(cell: NotebookNode, status: str, message: str, advice: str = "") -> dict[str, Any]:
    exercise, most = cell.metadata.nbgrader.grade_id, cell.metadata.nbgrader.points
    verdict = Verdict(exercise, status, 0, most, message, advice)
    points = {"correct": most, "unchecked": None}.get(status, 0)
    record = verdict.record() | {"points": points}
    return {"text/html": verdict.html(), "text/plain": verdict.text(), MIME: record}


def _distrust(cell: NotebookNode, message: str) -> dict[str, Any]:
    advice = "Does this notebook give `check` another meaning? Then choose another name for that."
    return _own(cell, "tampered", message, advice)


def _said(error: NotebookNode) -> str:
    place = re.sub(r" \([^()]*, line (\d+)\)$", r" (line \1)", error.evalue[:LONGEST])
    return f"{error.ename}: {place}" if place else str(error.ename)


def _outputs(shown: dict[str, Any]) -> list[NotebookNode]:
    """What nbgrader reads as full points, as a part of them where a number is shown, or as none."""
    if shown[MIME]["status"] == "partial":
        number = {"text/plain": f"{shown[MIME]['points']:g}"}
        return [new_output("execute_result", execution_count=None, data=shown | number)]
    outputs = [new_output("display_data", data=shown)]
    if shown[MIME]["status"] != "correct":
        text = shown["text/plain"]
        headline = text.partition("\n")[0]
        outputs.append(new_output("error", ename="CheckFailed", evalue=headline, traceback=[text]))
    return outputs

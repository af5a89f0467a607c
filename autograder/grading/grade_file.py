"""Grade one student's file in a worker process: read it, judge it, draw what came of it.

    file ── reading.py ──→ answers ── judging.run_task ──→ verdicts ── draw ──→ a result

Nothing else touches the content of a submission. The result is bounded in size.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Self

from autograder.files import ROOT
from autograder.grading import judging
from autograder.grading.cell_output import NO_OUTPUT
from autograder.grading.class_folder import Submission, digest_of
from autograder.grading.course_notebook import CourseNotebook, read_course_notebook
from autograder.grading.grade_submission import Settings
from autograder.grading.judging import Task, TaskResult, outputs_of
from autograder.grading.merge import MergedNotebook, code_cells
from autograder.grading.reading import Reading, read_notebooks
from autograder.grading.results import Result, results_of
from autograder.grading.submission_file import Unreadable, content_of
from utils.checker.verdict import MIME, Status, Verdict

__all__ = ["Draw", "FileResult", "FileTask", "bounded"]

Draw = Callable[[Submission, MergedNotebook, Sequence[Result]], str]
"""Return the text of a graded notebook's file. A worker calls it, so it must be picklable."""

SANDBOXES = 300  # seconds to start sandboxes, beyond the time of the submission itself


@dataclass(frozen=True)
class FileResult:
    """The result of grading a file; `drawn` is the graded notebook, or "" if none was asked for."""

    reading: Reading
    judged: TaskResult = field(default_factory=lambda: TaskResult({}))
    drawn: str = ""


@dataclass(frozen=True)
class FileTask:
    """One submission's file, the exercises of it to judge, and the verdicts that are known.

    Attributes
    ----------
    root : the course's folder; None for that of the worker
    submission : with the verdicts and outputs known so far
    notebooks : name and path of each notebook that may count, or its bytes for another machine
    exercises : the exercises to judge, in order
    sandboxed : False only where the instructor chose ``--no-sandbox`` or its setting
    draw : makes the graded notebook, if that is wanted
    """

    root: Path | None
    assignment: str
    submission: Submission
    notebooks: tuple[tuple[str, Path | bytes], ...]
    exercises: tuple[str, ...]
    settings: Settings
    sandboxed: bool = True
    draw: Draw | None = None

    @property
    def deadlines(self) -> tuple[float, ...]:
        """Return the seconds for each step: to read, to judge, to draw."""
        limits = self.settings.limits
        judging = limits.turns * limits.seconds + SANDBOXES
        return limits.reading, judging, limits.reading

    def portable(self) -> Self:
        """Return the task with its files' bytes, for a worker on another machine."""
        return replace(self, root=None, notebooks=tuple(self._contents()))

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        for name, file in self.notebooks:
            if isinstance(file, bytes):
                yield name, file
                continue
            try:
                yield name, content_of(file, self.settings.limits)
            except Unreadable as problem:  # it could be read a moment ago
                raise OSError(str(problem)) from None

    def steps(self) -> Iterator[FileResult | None]:
        """Grade the file; yield None after each step, and the result at the end."""
        course, limits = _course(self.root or ROOT, self.assignment), self.settings.limits
        hashes = []

        def contents() -> Iterator[tuple[str, bytes]]:
            for name, content in self._contents():
                hashes.append(hashlib.sha256(content).hexdigest())
                yield name, content

        merged, reading = read_notebooks(course, contents(), f"{self.assignment}.ipynb", limits)
        if digest_of(hashes) != self.submission.digest:
            raise ValueError("the file was changed while it was graded")  # it is kept by its hash
        if merged is None:
            yield FileResult(reading)
            return
        yield None
        known = self.submission
        judged = TaskResult({}, {}, known.outputs, known.tried)
        if self.exercises:
            cells = tuple(code_cells(merged))
            files = tuple(self.submission.files.items())
            task = Task(
                self.assignment, cells, self.exercises, self.settings, self.sandboxed, files
            )
            judged = bounded(judging.run_task(task), limits.kept)
        yield None
        drawn = ""
        if self.draw is not None:
            submission = replace(
                self.submission,
                reading=reading,
                verdicts=judged.verdicts | self.submission.verdicts,
                outputs=judged.outputs,
            )
            results = results_of(course.notebook, self.assignment, submission, self.settings)
            drawn = self.draw(submission, merged, results)
        yield FileResult(reading, judged, drawn)


@lru_cache(4)
def _course(root: Path, assignment: str) -> CourseNotebook:
    return CourseNotebook(read_course_notebook(root, assignment))


def bounded(judged: TaskResult, most: int) -> TaskResult:
    """Return the result with its texts cut to `most` characters together.

    A verdict that is longer than `most` becomes "unchecked".
    """
    verdicts = dict(judged.verdicts)
    for name, outputs in verdicts.items():
        if len(json.dumps(outputs)) > most:
            message = "could not be checked: what it gives is too long to be kept."
            record = outputs[MIME]
            verdict = Verdict(name, Status.UNCHECKED, 0, record["max_points"], message)
            verdicts[name] = outputs_of(verdict)
    left = most
    ran = judged.outputs
    raised, left = _cut({name: one.raised for name, one in ran.items()}, left, most)
    printed, left = _cut({name: one.printed for name, one in ran.items()}, left, most)
    outputs = {
        name: replace(one, printed=printed.get(name, ""), raised=raised.get(name, ""))
        for name, one in ran.items()
    }
    suspicions, _ = _cut(judged.suspicions, most, most)
    outputs = {name: one for name, one in outputs.items() if one != NO_OUTPUT}
    return TaskResult(verdicts, suspicions, outputs, judged.tried)


def _cut(texts: Mapping[str, str], left: int, most: int) -> tuple[dict[str, str], int]:
    """Cut the texts, in order, to `left` characters together; return them and how many are left.

    `most` is the number that the note about a cut names.
    """
    kept: dict[str, str] = {}
    for name, text in texts.items():
        if len(text) > left:
            note = f"[The rest is left out: of a notebook's text, {most:,} letters are kept.]"
            return kept | {name: f"{text[:left]}\n{note}\n"}, 0
        kept[name] = text
        left -= len(text)
    return kept, left

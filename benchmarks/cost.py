"""Measure what grading costs above bare execution: ``python benchmarks/cost.py``.

In turns: one worker in this process judges a class of notebook 01 in its sandbox, without gradebook
and files; one warm interpreter runs the same cells and judges them; and the same interpreter runs
the cells and makes the same calls as the judge did, without any judging. The calls include those of
properties and second runs with a reference. The difference to bare execution is the cost of reading
the file, the sandbox, the messages, inspecting results and judging. The last rows are the cost of
the sandbox without a judge: a fork that does nothing, one that runs the cells, and one that also
makes the calls.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from autograder.course import notebooks
from autograder.grading import judging
from autograder.grading.course_notebook import CourseNotebook, judged_exercises
from autograder.grading.grade_submission import Settings
from autograder.grading.judging import Task
from autograder.grading.merge import code_cells, merge_answers
from autograder.grading.required_cells import required_cells
from autograder.grading.submission_file import read_notebook
from autograder.limits import LIMITS
from autograder.protocol.client import CodeCell, RemoteNotebook
from benchmarks.classes import TASK, hand_in
from tests.support import ROOT
from utils.checker.cases import Case
from utils.checker.judge import judge_exercise
from utils.checker.student_code import Notebook, Overrides
from utils.checker.verdict import Verdict
from utils.exercises import EXERCISES

KEY = judging._Key(TASK)


Called = tuple[str, list[Case], list[str]]
"""An exercise, the cases that it was called on, and the references that it used."""


@dataclass
class Asked:
    """The cells that the judge ran of a submission, and the calls that it made."""

    cells: list[str]
    calls: list[Called] = field(default_factory=list)


def load(path: Path, page: CourseNotebook) -> tuple[CodeCell, ...]:
    """Return the code cells of a submission."""
    cells = read_notebook(path.read_bytes(), path.name).cells
    return tuple(code_cells(merge_answers(page, cells)))


def through_the_engine(path: Path, page: CourseNotebook, exercises: tuple[str, ...]) -> float:
    """Return the seconds that a submission takes, from its file to its verdicts."""
    start = time.perf_counter()
    pieces = load(path, page)
    judging.run_task(Task(TASK, pieces, exercises, Settings(seed=TASK)))
    return time.perf_counter() - start


def asked_of(path: Path, page: CourseNotebook, exercises: tuple[str, ...]) -> Asked:
    """Judge a submission, and return the cells and calls that the judge asked for."""
    pieces = load(path, page)
    asked = Asked([piece.source for piece in required_cells(pieces)])
    call = RemoteNotebook.call

    def noted(self: Any, exercise: str, cases: Sequence[Case], given: Overrides) -> Any:
        asked.calls.append((exercise, list(cases), list(given)))
        return call(self, exercise, cases, given)

    with mock.patch.object(RemoteNotebook, "call", noted):
        judging.run_task(Task(TASK, pieces, exercises, Settings(seed=TASK)))
    return asked


def bare(asked: Asked) -> float:
    """Return the seconds that the cells and calls take, without the copies of inputs."""
    taken = 0.0
    names: dict[str, Any] = {}
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for source in asked.cells:
            taken += seconds(lambda source=source: exec(source, names))
        for exercise, cases, given in asked.calls:
            namespace = names | {name: EXERCISES[name].reference for name in given}
            function = names.get(exercise)
            if given and function is not None:
                function = type(function)(
                    function.__code__,
                    namespace,
                    exercise,
                    function.__defaults__,
                    function.__closure__,
                )
            for case in cases:
                inputs = case.inputs()
                taken += seconds(lambda f=function, inputs=inputs: f(*inputs))
    return taken


def judged_here(asked: Asked, exercises: tuple[str, ...]) -> float:
    """Return the seconds that running and judging the cells takes in this interpreter."""
    start = time.perf_counter()
    names: dict[str, Any] = {}
    verdicts: dict[str, Verdict] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for source in asked.cells:
            with contextlib.suppress(Exception):
                exec(source, names)
        for exercise in exercises:
            verdicts[exercise] = judge_exercise(KEY, exercise, Notebook(names), before=verdicts)
    return time.perf_counter() - start


def unjudged(cells: Sequence[CodeCell], calls: Sequence[Called]) -> None:
    """Run cells and make calls in a sandbox, and ignore the results."""
    [sandbox] = vars(judging._per_thread)["sandboxes"].values()
    with sandbox.open() as cell:
        answers = RemoteNotebook(cell, LIMITS)
        for piece in cells:
            answers.run(piece)
        for exercise, cases, given in calls:
            answers.reset_limits()
            answers.call(exercise, cases, dict.fromkeys(given, print))


def seconds(run: Callable[[], Any]) -> float:
    """Return the seconds until a function returns or raises."""
    start = time.perf_counter()
    with contextlib.suppress(Exception):
        run()
    return time.perf_counter() - start


def main() -> None:
    """Measure, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, default=100)
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    course = notebooks.read(notebooks.notebook_of(ROOT, TASK))
    page, exercises = CourseNotebook(course), tuple(judged_exercises(course))
    with tempfile.TemporaryDirectory() as folder:
        hand_in(Path(folder), given.students)
        paths = sorted(Path(folder).glob(f"*/{TASK}/{TASK}.ipynb"))
        asked = [asked_of(path, page, exercises) for path in paths]  # and all is warm
        taken = [required_cells(load(path, page)) for path in paths]
        rounds = []
        for _ in range(given.rounds):
            pairs = [
                (
                    through_the_engine(path, page, exercises),
                    judged_here(one, exercises),
                    bare(one),
                )
                for path, one in zip(paths, asked, strict=True)
            ]
            sandbox = [
                [seconds(partial(unjudged, cells, calls)) for cells, calls in each]
                for each in (
                    [([], []) for _ in taken],
                    [(cells, []) for cells in taken],
                    [(cells, one.calls) for cells, one in zip(taken, asked, strict=True)],
                )
            ]
            columns = [*zip(*pairs, strict=True), *sandbox]
            rounds.append([1000 * statistics.mean(column) for column in columns])
        judging.close()
    ours, here, alone, fork, cells, calls = map(statistics.median, zip(*rounds, strict=True))
    above = statistics.median(one - other for one, _, other, *_ in rounds)
    print("| of a submission | ms |\n|:--|--:|")
    print(f"| bare execution | {alone:.1f} |")
    print(f"| the same, judged | {here:.1f} |")
    print(f"| the engine, one worker | {ours:.1f} |")
    print(f"| above bare execution | {above:.1f} |")
    print(f"| a fork, and its end | {fork:.1f} |")
    print(f"| with the cells | {cells:.1f} |")
    print(f"| and the calls, unjudged | {calls:.1f} |")


if __name__ == "__main__":
    main()

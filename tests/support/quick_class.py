"""Grade a class in this process, without a sandbox.

The pool gives full points to any answer that is not the stub, or what a test tells it to.
"""

import csv
import json
from concurrent.futures import Future
from contextlib import nullcontext
from unittest.mock import patch

from autograder.grading import grade as grading
from autograder.grading import judging
from autograder.grading.course_notebook import answer_cells
from autograder.grading.grade_submission import Settings
from autograder.grading.judging import TaskResult, outputs_of
from tests.support import ROOT
from tests.support.course_notebooks import NAME, REPORT, blank
from utils.checker.verdict import Status, Verdict
from utils.exercises import EXERCISES

STUBS = {cell.source for name in (NAME, REPORT) for cell in answer_cells(blank(name)).values()}


class Judge:
    """A pool that reads and judges in this process."""

    workers = 1

    def __init__(self, **points):
        self.points = points

    def submit(self, task):
        future = Future()
        with patch.object(judging, "run_task", self.judge):
            *_, result = task.steps()
        future.set_result(result)
        return future

    def judge(self, task):
        answers = {cell.exercise: cell.source for cell in task.cells}
        verdicts = {name: self.verdict(name, answers[name]) for name in task.exercises}
        return TaskResult({name: outputs_of(one) for name, one in verdicts.items()})

    def verdict(self, name, source):
        full = EXERCISES[name].points
        if source in STUBS or "raise NotImplementedError()" in source:
            return Verdict(name, Status.BLANK, 0, full, "still blank.")
        points = self.points.get(name, full)
        status = Status.CORRECT if points == full else Status.WRONG
        return Verdict(name, status, points, full, "judged.")


class Dying:
    """A pool whose workers die."""

    workers = 1

    def submit(self, task):
        future = Future()
        future.set_exception(RuntimeError("the worker died"))
        return future


class Book:
    """A gradebook that has these records, and notes which answers changed."""

    draw = None

    def __init__(self, records):
        self.records, self.changed = records, {}

    def add(self, submission, results, changed):
        self.changed[submission.student] = changed

    def recorded(self):
        return self.records


def grade(where, assignment=NAME, judge=None, settings=None, **more):
    judge = judge or Judge()
    return grading.grade(
        ROOT,
        assignment,
        where / "in",
        where / "out",
        settings=settings or Settings(assignment),
        pool=lambda: nullcontext(judge),
        **more,
    )


def rows(where, name="grades.csv", assignment=NAME):
    with (where / "out" / assignment / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def put(where, path, content=b""):
    """Write a file, such as a notebook, into the class's folder."""
    target = where / "in" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return target

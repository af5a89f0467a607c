"""Hand in and grade a class in a workspace, and read its gradebook."""

import json
import subprocess
import sys
from datetime import datetime

import nbformat
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from autograder import cli
from tests.support.course_notebooks import NAME, blank, malicious, older, solved
from tests.support.nbgrader_workspace import environment
from utils.exercises import EXERCISES

POINTS = {e.name: e.points for e in EXERCISES.values() if e.assignment == NAME}
DUE = datetime(2026, 3, 1)


def hanging():
    """Make a notebook with an endless loop, and with an own cell that ends Python."""
    page = solved(relu="def relu(Z):\n    while True:\n        pass")
    page.cells.insert(3, new_code_cell("import os\n\nos._exit(0)"))
    return page


def class_of():
    return {
        "blank": blank(),
        "hanging": hanging(),
        "late": solved(),
        "malicious": malicious(),
        "nothing": solved(**dict.fromkeys(POINTS, "x = 0")),
        "older": older(),
        "partial": solved(relu="def relu(Z):\n    Z[Z < 0] = 0\n    return Z"),
        "right": solved(),
        "wrong": solved(sigmoid="def sigmoid(Z):\n    return Z"),
    }


def hand_in(workspace, student, content, name=NAME):
    folder = workspace / "submitted" / student / name
    folder.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / f"{name}.ipynb").write_text(text)
    month = DUE.month + (1 if student == "late" else -1)
    (folder / "timestamp.txt").write_text(f"{DUE.year}-{month:02}-01 00:00:00 UTC")
    return folder


def nbgrader(workspace, *command):
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=workspace,
        env=environment(),
        text=True,
        capture_output=True,
        check=False,
        timeout=300,
    )


def course(*arguments):
    return cli.main(["grade", NAME, "--jobs", "1", *map(str, arguments)])


def as_in_version_0_1(config):
    """Name the steps of `nbgrader autograde` as workspaces of that version do."""
    text = config.read_text()
    for new, old in {"InsertAnswers": "TakeIn", "Execute": "Execute", "SaveAutoGrades": ""}.items():
        name = f'"autograder.nbgrader_bridge.preprocessors.{new}"'
        assert name in text
        text = text.replace(name, f'"autograder.execute.{old or new}"')
    config.write_text(text)


def book_of(workspace):
    """Return everything that the gradebook has for each student."""
    with Gradebook(f"sqlite:///{workspace / 'gradebook.db'}", "deep-networks") as book:
        found = {}
        for submission in book.assignment_submissions(NAME):
            [page] = submission.notebooks
            fields = ("auto_score", "manual_score", "score", "max_score", "needs_manual_grade")
            grades = {g.name: tuple(getattr(g, field) for field in fields) for g in page.grades}
            comments = {c.name: (c.auto_comment, c.manual_comment) for c in page.comments}
            penalty = page.late_submission_penalty
            found[submission.student.id] = grades, comments, penalty, submission.timestamp
        return found


def page_of(workspace, student):
    return nbformat.read(workspace / "autograded" / student / NAME / f"{NAME}.ipynb", 4)

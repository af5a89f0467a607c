"""Make a small notebook 01, hand it in, and grade it with `course grade`."""

from __future__ import annotations

import csv
import inspect
import json
import shutil
import subprocess
import sys

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.support import ROOT
from utils.exercises import EXERCISES

TASK = "01_forward_propagation"
POINTS = {name: one.points for name, one in EXERCISES.items() if one.assignment == TASK}
FULL = sum(POINTS.values())
KEYS = ["student", "assignment", "exercise", "status", "points", "max_points", "mistake", "message"]
KEYS += [
    "earned",
    "given",
    "seed",
    "answer",
    "code",
    "settings",
    "made_with",
    "final_points",
    "comment",
]

# A new exercise has the reference's answer; those below are in another form.
ANSWERS = {name: inspect.getsource(EXERCISES[name].reference) for name in POINTS} | {
    "sigmoid": "def sigmoid(Z):\n    return 1 / (1 + np.exp(-Z))",
    "relu": "def relu(Z):\n    return np.maximum(0, Z)",
    "initialize_parameters_deep": """\
def initialize_parameters_deep(layer_dims, rng):
    parameters = {}
    for l in range(1, len(layer_dims)):
        n, n_prev = layer_dims[l], layer_dims[l - 1]
        parameters["W" + str(l)] = rng.standard_normal((n, n_prev)) * np.sqrt(2 / n_prev)
        parameters["b" + str(l)] = np.zeros((n, 1))
    return parameters""",
    "linear_forward": """\
def linear_forward(A_prev, W, b):
    return W @ A_prev + b, (A_prev, W, b)""",
    "linear_activation_forward": """\
def linear_activation_forward(A_prev, W, b, activation):
    Z, cache = linear_forward(A_prev, W, b)
    if activation not in ("relu", "sigmoid"):
        raise ValueError(activation)
    return (relu(Z) if activation == "relu" else sigmoid(Z)), (cache, Z)""",
    "L_model_forward": """\
def L_model_forward(X, parameters):
    A, caches, L = X, [], len(parameters) // 2
    for l in range(1, L + 1):
        A, cache = linear_activation_forward(
            A, parameters[f"W{l}"], parameters[f"b{l}"], "sigmoid" if l == L else "relu"
        )
        caches.append(cache)
    return A, caches""",
    "compute_cost": """\
def compute_cost(AL, Y):
    eps = np.finfo(AL.dtype).eps
    P = np.clip(AL, eps, 1 - eps)
    return -np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / Y.shape[1]""",
}


# -- notebooks and folders ------------------------------------------------------------------------


def stub(name):
    """Return the blank answer of an exercise, as in the course's notebook."""
    return (
        ANSWERS[name].partition("\n")[0] + "\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    )


def marked(source, grade_id, **nbgrader):
    """Make a code cell with nbgrader's metadata."""
    flags = {"solution": False, "grade": False, "locked": False, "task": False} | nbgrader
    nbgrader = {"schema_version": 3, "grade_id": grade_id} | flags
    return new_code_cell(source, id=grade_id, metadata={"nbgrader": nbgrader})


def notebook(**answers):
    """Make the notebook with these answers, and the stub for all others."""
    setup = "import numpy as np\n\nfrom utils.check import check, hint, ready"
    cells = [new_markdown_cell("# Forward", id="title"), new_code_cell(setup, id="setup")]
    for name, points in POINTS.items():
        source = answers.get(name, stub(name))
        cells += [
            new_markdown_cell(f"## {name}", id=f"{name}-task"),
            marked(source, f"{name}-solution", solution=True),
            marked(f'check("{name}")', name, grade=True, locked=True, points=points),
        ]
    demo = 'if ready("sigmoid"):\n    print(sigmoid(np.zeros(1)))'
    return new_notebook(cells=[*cells, new_code_cell(demo, id="demo")])


def solved(**others):
    """Make the notebook with correct answers, except for these."""
    return notebook(**ANSWERS | others)


def at(page, cell_id):
    """Return the index of a cell."""
    return next(i for i, cell in enumerate(page.cells) if cell.get("id") == cell_id)


def cell_of(page, cell_id):
    """Return a cell by its id."""
    return page.cells[at(page, cell_id)]


def after(page, cell_id, source):
    """Insert a code cell behind another, and return the notebook."""
    page.cells.insert(at(page, cell_id) + 1, new_code_cell(source))
    return page


def hand_in(folder, student, content, name=f"{TASK}.ipynb"):
    """Write a file, such as a notebook, into a student's folder."""
    path = folder / student / TASK / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(json.dumps(content), encoding="utf-8")


def course(folder):
    """Copy the course, with `notebook()` as its only notebook."""
    for package in ("autograder", "utils"):
        shutil.copytree(ROOT / package, folder / package)  # with the compiled modules
    page = folder / "notebooks" / TASK / f"{TASK}.ipynb"
    page.parent.mkdir(parents=True)
    nbformat.write(notebook(), page)
    return folder


def command(*arguments):
    """Return the command that grades, with one process for these few submissions."""
    return [sys.executable, "-m", "autograder", "grade", "--jobs", "1", *map(str, arguments)]


def run(where, submissions, output, *more):
    """Grade submissions with the course in `where`."""
    return subprocess.run(
        command(TASK, "--submissions", submissions, "--output", output, *more),
        cwd=where,
        text=True,
        capture_output=True,
        check=False,
        timeout=300,
    )


def results(output):
    """Return the lines of results.jsonl by student and exercise."""
    lines = (output / TASK / "results.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    assert all(list(one) == KEYS for one in found)
    return {(one["student"], one["exercise"]): one for one in found}


def table(output, name="grades.csv"):
    """Return the rows of grades.csv by student."""
    with (output / TASK / name).open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}

"""Compare what a page says with what a grade says: one notebook, in a kernel and in the grader.

An *oddity* is something that a student does around one exercise, such as an import in the setup
cell, or a name used again below the check. Many share a notebook, one an exercise.
"""

from __future__ import annotations

import copy
import functools
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.course import bundle, notebooks
from autograder.grading import judging
from autograder.grading.course_notebook import (
    CourseNotebook,
    judged_exercises,
    read_course_notebook,
)
from autograder.grading.grade_submission import Settings
from autograder.grading.judging import Task
from autograder.grading.merge import code_cells, merge_answers
from autograder.grading.submission_file import cells_of
from tests.support import ROOT
from tests.support.kernel import run_alone, with_short_trainings
from tests.support.small_course import ANSWERS
from utils.checker.answer_key import LiveKey, freeze
from utils.checker.verdict import MIME
from utils.exercises import EXERCISES

__all__ = ["Oddity", "alternatives", "compare", "oddities", "released", "shared"]

TASK = "01_forward_propagation"
SETTINGS = Settings("parity", follow_through="none")  # a page has no reference to go on with


@dataclass(frozen=True)
class Oddity:
    """Something that a student does around one exercise.

    Attributes
    ----------
    name : str
    exercise : str
    answer : the source of the answer's cell
    setup : code added to the setup cell
    before, after : cells of the student's own around the answer and its check
    check : code added to the check's cell, above the check
    end : code in a last cell
    alone : whether it affects other exercises, so that no other oddity shares its notebook
    """

    name: str
    exercise: str
    answer: str
    setup: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    check: str = ""
    end: str = ""
    alone: bool = False
    assignment: str = TASK


# What an answer can return in place of an array A.
RETURNED = {
    "list": "A.tolist()",
    "tuple": "tuple(map(tuple, A))",
    "list of arrays": "[row for row in A]",
    "matrix": "np.matrix(A)",
    "masked array": "np.ma.array(A)",
    "float32": "A.astype(np.float32)",
    "float16": "A.astype(np.float16)",
    "longdouble": "A.astype(np.longdouble)",
    "complex": "A.astype(complex)",
    "objects": "A.astype(object)",
    "integers": "A.astype(int)",
    "bools": "A.astype(bool)",
    "text": "A.astype(str)",
    "transposed": "A.T",
    "reversed view": "A[::-1][::-1]",
    "Fortran order": "np.asfortranarray(A)",
    "read-only": "np.broadcast_to(A, A.shape)",
    "one more axis": "A[np.newaxis]",
    "flat": "A.ravel()",
    "one row too few": "A[:-1]",
    "nan": "A * np.nan",
    "rounded": "np.round(A, 2)",
    "a little more": "A + 1e-12",
    "visibly more": "A + 1e-3",
    "nothing": "None",
    "text of it": "str(A)",
    "a pair": "(A, A)",
    "a dictionary": "{'A': A}",
    "a generator": "(row for row in A)",
    "a function": "lambda: A",
    "a type": "np.ndarray",
    "an Ellipsis": "...",
    "the first number": "float(A.flat[0])",
}

# Ways to define one and the same function; {f} is its name, {r} the right definition.
DEFINED = {
    "lambda": "{r}\n_inner = {f}\n{f} = lambda *a, **k: _inner(*a, **k)",
    "partial": "import functools\n{r}\n{f} = functools.partial({f})",
    "callable object": "{r}\nclass _Made:\n    inner = staticmethod({f})\n"
    "    def __call__(self, *a):\n        return self.inner(*a)\n{f} = _Made()",
    "decorated": "import functools\ndef loud(g):\n    @functools.wraps(g)\n"
    "    def inner(*a, **k):\n        return g(*a, **k)\n    return inner\n{r}\n{f} = loud({f})",
    "bound method": "{r}\nclass _Box:\n    inner = staticmethod({f})\n"
    "    def run(self, *a):\n        return _Box.inner(*a)\n{f} = _Box().run",
    "through globals": "{r}\nglobals()['{f}'] = globals().pop('{f}')",
    "through exec": "exec('''{r}''')",
    "in an if": "if True:\n{i}",
    "in a try": "try:\n{i}\nfinally:\n    pass",
    "in a loop": "for _ in range(2):\n{i}",
    "in a with": "import contextlib\nwith contextlib.nullcontext():\n{i}",
    "twice": "def {f}(*a):\n    return None\n{r}",
    "second is wrong": "{r}\ndef {f}(*a):\n    return None",
    "deleted": "{r}\ndel {f}",
    "overwritten": "{r}\n{f} = 7",
    "with a comment": "# my answer\n\n{r}\n# done",
    "with a value": "{r}\n1 + 1",
    "with semicolons": "x_ = 1; y_ = 2\n{r}\nx_; y_",
    "with a print": "print('here')\n{r}\nprint('there')",
    "with a warning": "import warnings\nwarnings.warn('careful')\n{r}",
    "with an error below": "{r}\n1 / 0",
    "with an error above": "1 / 0\n{r}",
    "with a missing package": "import pandas\n{r}",
    "with input": "name = input()\n{r}",
    "with a shell line": "!echo hello\n{r}",
    "with pip": "%pip --version\n{r}",
    "with a magic": "%matplotlib inline\n{r}",
    "with capture": "%%capture\n{r}",
    "with prompts": "{p}",
    "with exit in a comment": "{r}\n# exit()",
    "with a syntax error": "{r}\ndef (",
    "with bad indentation": "{r}\n   x = 1",
    "with CRLF": "{c}",
    "with an annotation": "{r}\n{f}: object = {f}",
    "with a plot": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n{r}",
    "with the stub's line": "{r}\nraise NotImplementedError()",
}
OF_ONE = "linear_forward"  # a function whose definition has no quotation marks in it


def _returns(exercise: str, value: str) -> str:
    head, _, _ = ANSWERS[exercise].partition("\n")
    result = "1 / (1 + np.exp(-Z))" if exercise == "sigmoid" else "np.maximum(0, Z)"
    return f"{head}\n    A = {result}\n    return {value}"


def oddities() -> Iterator[Oddity]:
    """Yield all oddities of notebook 01."""
    for name, value in RETURNED.items():
        for exercise in ("sigmoid", "relu"):
            yield Oddity(f"returns {name}", exercise, _returns(exercise, value))
    for exercise in (OF_ONE, "compute_cost"):
        right = ANSWERS[exercise]
        forms = {
            "f": exercise,
            "r": right,
            "i": textwrap.indent(right, "    "),
            "p": "\n".join(
                (">>> " if i == 0 else "... ") + line for i, line in enumerate(right.split("\n"))
            ),
            "c": right.replace("\n", "\r\n"),
        }
        for name, form in DEFINED.items():
            yield Oddity(f"defined {name}", exercise, form.format(**forms))
    yield from _around()


def _around() -> Iterator[Oddity]:
    """Yield what students do in other cells than the answer's."""
    name = "initialize_parameters_deep"
    right = ANSWERS[name]
    scaled = right.replace("np.sqrt(", "my_root(")
    helper = "def my_root(x):\n    return np.sqrt(x)"
    wrong = "def my_root(x):\n    return 1"
    yield Oddity("helper in an own cell", name, scaled, before=(helper,))
    yield Oddity("helper in the setup cell", name, scaled, setup=helper)
    yield Oddity(
        "import in the setup cell", name, scaled, setup="from numpy import sqrt as my_root"
    )
    yield Oddity("helper in the check's cell", name, scaled, check=helper)
    yield Oddity("helper below the check", name, scaled, after=(helper,))
    yield Oddity("helper in the last cell", name, scaled, end=helper)
    yield Oddity("helper made wrong later", name, scaled, before=(helper,), after=(wrong,))
    yield Oddity("helper made right later", name, scaled, before=(wrong,), after=(helper,))
    yield Oddity("helper in a file", name, f"from my_file import my_root\n{scaled}",
                 before=(f"%%writefile my_file.py\nimport numpy as np\n{helper}",))  # fmt: skip
    package = (
        "import os\nos.makedirs('my_pack', exist_ok=True)",
        f"%%writefile my_pack/roots.py\nimport numpy as np\n{helper}",
    )
    imports = "from my_pack.roots import my_root"
    yield Oddity("helper in a package", name, f"{imports}\n{scaled}", before=package)
    lost = "import pandas\nfrom numpy import sqrt as my_root"
    yield Oddity("helper after a missing package", name, scaled, before=(lost,))
    kept = "from numpy import sqrt as my_root\nimport pandas"
    yield Oddity("helper before a missing package", name, scaled, before=(kept,))
    yield Oddity("named again below", name, right, after=(f"{name} = None",))
    yield Oddity("deleted below", name, right, after=(f"del {name}",))
    yield Oddity("defined wrongly below", name, right, after=(f"def {name}(*a):\n    return None",))
    yield Oddity("counts its calls", name, right.replace(
        "    parameters = {}", "    counter.append(1)\n    parameters = {}"
    ), before=("counter = []",))  # fmt: skip
    yield Oddity("reads a constant", name, right.replace("2 /", "TWO /"), before=("TWO = 2",))
    yield Oddity("reads a constant that changes", name, right.replace("2 /", "TWO /"),
                 before=("TWO = 2",), after=("TWO = 3",))  # fmt: skip
    yield Oddity("a global generator", name, right.replace("rng.stand", "RNG.stand"),
                 before=("RNG = np.random.default_rng(1)",))  # fmt: skip
    yield Oddity("an empty cell", name, right, before=("", "  \n"))
    yield Oddity("cells with comments", name, right, before=("# one",), after=("# two",))

    late = {"relu is another function": "def relu(Z):\n    return Z",
            "sigmoid of sigmoid": "_old = sigmoid\nsigmoid = lambda Z: _old(_old(Z))",
            "np is 5": "np = 5", "sum is 0": "sum = 0", "all names deleted": "%reset -f",
            "warnings are errors": "import warnings\nwarnings.simplefilter('error')",
            "NumPy raises": "np.seterr(all='raise')",
            "NumPy without exp": "np.exp = None",
            "print is None": "print = None", "len is 7": "len = lambda x: 7",
            "a small recursion limit": "import sys\nsys.setrecursionlimit(120)",
            "another folder": "import os\nos.makedirs('sub', exist_ok=True)\nos.chdir('sub')",
            "check is None": "check = None", "an exception": "raise RuntimeError('here')",
            "exit": "exit()", "a class called relu": "class relu:\n    pass"}  # fmt: skip
    for kind, code in late.items():
        relu = ANSWERS["relu"]
        ends = {"exit", "all names deleted", "check is None"}
        yield Oddity(f"at the end: {kind}", "relu", relu, end=code, alone=True)
        if kind not in ends:
            yield Oddity(f"below relu: {kind}", "relu", relu, after=(code,), alone=True)
    held = {
        "in a dictionary": (
            "TABLE = {'relu': relu, 'sigmoid': sigmoid}",
            "TABLE[activation](Z)",
        ),
        "as a default": ("", "chosen(Z)"),
        "by globals": ("", "globals()[activation](Z)"),
        "in a partial": (
            "import functools\nP = functools.partial(relu)",
            "P(Z) if activation == 'relu' else sigmoid(Z)",
        ),
        "in a class": (
            "class Both:\n    relu = staticmethod(relu)\n    sigmoid = staticmethod(sigmoid)",
            "getattr(Both, activation)(Z)",
        ),
    }
    for how, (made, use) in held.items():
        head = "def linear_activation_forward(A_prev, W, b, activation"
        more = ", relu=relu, sigmoid=sigmoid):" if how == "as a default" else "):"
        chosen = "    chosen = relu if activation == 'relu' else sigmoid\n"
        answer = (
            f"{made}\n{head}{more}\n    Z, cache = linear_forward(A_prev, W, b)\n"
            "    if activation not in ('relu', 'sigmoid'):\n        raise ValueError(activation)\n"
            f"{chosen if how == 'as a default' else ''}    return {use}, (cache, Z)"
        )
        yield Oddity(f"relu held {how}", "linear_activation_forward", answer)


def alternatives(assignment: str) -> Iterator[Oddity]:
    """Yield each right way and each known mistake of an assignment that stands by itself."""
    for exercise in EXERCISES.values():
        if exercise.assignment != assignment:
            continue
        functions = [*exercise.right, *(mistake.function for mistake in exercise.mistakes)]
        for function in functions:
            source = _source(function, exercise.name, assignment)
            if source:
                name = f"{function.__name__}"
                yield Oddity(name, exercise.name, source, assignment=assignment)


def _source(function: Any, exercise: str, assignment: str) -> str:
    """Return a function's source under the exercise's name; "" if it needs other names."""
    if not isinstance(function, FunctionType):
        return ""
    known = {"np", *(e.name for e in EXERCISES.values() if e.assignment == assignment)}
    names = set(inspect.getclosurevars(function).globals)
    if not names <= known or function.__closure__ or function.__name__ == "<lambda>":
        return ""
    lines = textwrap.dedent(inspect.getsource(function)).split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("def "))
    head = lines[start].replace(f"def {function.__name__}(", f"def {exercise}(", 1)
    body = "\n".join([head, *lines[start + 1 :]]).rstrip()
    return body.replace(": Any", "").replace(" -> Any", "")


def shared(chosen: Iterable[Oddity]) -> list[list[Oddity]]:
    """Group oddities into notebooks, one for each exercise at most."""
    groups: list[dict[str, Oddity]] = []
    alone: list[list[Oddity]] = []
    for one in chosen:
        if one.alone:
            alone.append([one])
            continue
        free = (g for g in groups if one.exercise not in g)
        group = next(free, None)
        if group is None:
            groups.append(group := {})
        group[one.exercise] = one
    return [list(group.values()) for group in groups] + alone


@functools.cache
def _solved(assignment: str) -> NotebookNode:
    return notebooks.solve(notebooks.read(notebooks.notebook_of(ROOT, assignment)), markers=False)


def notebook_with(group: list[Oddity]) -> NotebookNode:
    """Return the solved notebook with these oddities in it."""
    page = copy.deepcopy(_solved(group[0].assignment))
    for one in group:
        cells = {cell["id"]: cell for cell in page.cells}
        cells[f"{one.exercise}-solution"].source = one.answer
        if one.setup:
            cells["setup"].source += "\n" + one.setup
        if one.check:
            cells[one.exercise].source = f"{one.check}\n{cells[one.exercise].source}"
        ids = [cell["id"] for cell in page.cells]
        below = ids.index(one.exercise) + 1
        page.cells[below:below] = [new_code_cell(code) for code in one.after]
        above = ids.index(f"{one.exercise}-solution")
        page.cells[above:above] = [new_code_cell(code) for code in one.before]
        if one.end:
            page.cells.append(new_code_cell(one.end))
    return page


def released(assignment: str, to: Path) -> Path:
    """Return a bundle whose key has the cases that the grade asks.

    Which points a wrong answer gets depends a little on the seed.
    """
    place, _ = bundle.release(ROOT, assignment, to)
    names = bundle.exercises_of(assignment)
    freeze(place / "utils" / "answer_key.h5", names, seed=None, live=LiveKey(SETTINGS.seed))
    return place


def compare(
    groups: list[list[Oddity]],
    place: Path,
    aside: Path,
) -> list[str]:
    """Return a line for each exercise on which the page and the grade differ.

    A check that did not run, since a cell above it ended the kernel, says nothing.

    Parameters
    ----------
    groups : list of list of Oddity
        The oddities of each notebook, all of one assignment.
    place : Path
        The assignment's bundle, as `released` makes it.
    aside : Path
        An empty folder.
    """
    [assignment] = {one.assignment for group in groups for one in group}
    course = CourseNotebook(read_course_notebook(ROOT, assignment))
    names = tuple(judged_exercises(course.notebook))
    pages = [notebook_with(group) for group in groups]
    ran = run_alone([with_short_trainings(page, assignment) for page in pages], place, aside)
    differences = []
    for group, page, result in zip(groups, pages, ran, strict=True):
        shown = _shown(result, names)
        merged = merge_answers(course, cells_of(page))
        task = Task(assignment, tuple(code_cells(merged)), names, SETTINGS)
        graded = {
            name: (one[MIME]["status"], one[MIME]["points"])
            for name, one in judging.run_task(task).verdicts.items()
        }
        what = ", ".join(f"{one.exercise}: {one.name}" for one in group)
        ran_there = {cell["id"] for cell in result.cells if cell.get("execution_count")}
        differences += [
            f"{name}: the page says {shown[name]}, the grade {graded[name]}  [{what}]"
            for name in names
            if name in ran_there and shown[name] != graded[name]
        ]
    return differences


def _shown(page: NotebookNode, names: Iterable[str]) -> dict[str, tuple[str, float] | None]:
    """Return the status and the points that each check of a page shows."""
    cells = {cell["id"]: cell for cell in page.cells}
    found: dict[str, tuple[str, float] | None] = {}
    for name in names:
        records = [
            o.data[MIME] for o in cells[name].get("outputs", []) if MIME in o.get("data", {})
        ]
        found[name] = (records[-1]["status"], records[-1]["points"]) if records else None
    return found

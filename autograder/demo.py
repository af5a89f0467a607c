"""Make a class that is not there: its Canvas download, and the gradebook to fill in.

The answers are drawn from the course's right ways and known mistakes. Some files are damaged, some
late, some handed in twice, and one means harm.
"""

from __future__ import annotations

import copy
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.course.notebooks import SOLUTION, notebook_of, read, solve
from autograder.course.variants import as_typed
from autograder.files import write_text
from utils.exercises import EXERCISES

__all__ = ["ASSIGNMENT", "make_class"]

ASSIGNMENT = "01_forward_propagation"
SEED = 5
FLOWERS = """
Aster Begonia Clover Dahlia Edelweiss Fern Gentian Heather Iris Jasmine Kalmia Lavender Mallow
Nettle Orchid Poppy Quince Rose Sage Thistle Ursinia Violet Wisteria Xeranthemum Yarrow Zinnia
Acacia Bamboo Cypress Dogwood
"""
NAMES = FLOWERS.split()
ABSENT = ("Poppy", "Zinnia")
LATE = ("Clover", "Jasmine", "Yarrow")
TWICE = ("Dahlia", "Sage")
# Nothing that it looks for is in the sandbox, and nobody there hears it. Only the last step reaches
# the judge: a message that claims all points.
HOSTILE = """\
def relu(Z):
    import gc, os, pathlib, subprocess
    for place in ("/etc/passwd", pathlib.Path.home() / ".ssh"):
        print(place, os.path.exists(place))
    print(subprocess.run("curl https://example.org", shell=True))
    for one in gc.get_objects():
        if type(one).__name__ == "Channel":
            one.send(b'{"points": 5}')
    return Z"""


def make_class(root: Path, folder: Path) -> tuple[Path, Path]:
    """Write ``submissions.zip`` and ``gradebook.csv``; return their paths.

    Parameters
    ----------
    root : the course's folder
    folder : gets both
    """
    download, gradebook = folder / "submissions.zip", folder / "gradebook.csv"
    with zipfile.ZipFile(download, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(root):
            archive.writestr(name, content)
    write_text(gradebook, _gradebook())
    return download, gradebook


def _gradebook() -> Iterator[str]:
    title = ASSIGNMENT.partition("_")[2].replace("_", " ").capitalize()
    yield f"Student,ID,SIS Login ID,Section,{title} (4711),Assignments Current Score\r\n"
    yield "    Points Possible,,,,100.00,(read only)\r\n"
    for number, name in enumerate(NAMES):
        yield f'"Example, {name}",{100 + number},{name.lower()},Demonstration,,\r\n'


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the download by name, as Canvas names them."""
    draw = random.Random(SEED)
    blank = read(notebook_of(root, ASSIGNMENT))
    solved = solve(blank, markers=False)
    exercises = [one for one in EXERCISES.values() if one.assignment == ASSIGNMENT]
    right = {e.name: [t for f in e.right if (t := as_typed(f, e.name))] for e in exercises}
    wrong = {
        e.name: [t for m in e.mistakes if (t := as_typed(m.function, e.name))] for e in exercises
    }
    for number, name in enumerate(NAMES):
        page = copy.deepcopy(solved)
        for exercise in draw.sample(sorted(right), 4):
            _put(page, exercise, draw.choice([*right[exercise], _answer(solved, exercise)]))
        for exercise in draw.sample(
            sorted(filter(wrong.get, wrong)), (0, 0, 1, 1, 2, 3)[number % 6]
        ):
            # Most of a class makes the same few mistakes.
            _put(page, exercise, draw.choice(wrong[exercise][:4]))
        content = json.dumps(_with_oddities(page, blank, name)).encode()
        late = "_LATE" if name in LATE else ""
        before = f"example{name.lower()}{late}_{100 + number}"
        if name in ABSENT:
            continue
        if name in TWICE:
            yield f"{before}_{7000 + number}_{ASSIGNMENT}.ipynb", json.dumps(blank).encode()
        if name == "Nettle":  # an upload that broke off
            content = content[: len(content) * 2 // 3]
        file = f"{ASSIGNMENT}-1.ipynb" if name in TWICE else f"{ASSIGNMENT}.ipynb"
        if name == "Quince":
            file, content = "my work.pdf", b"%PDF-1.4 a picture of the notebook"
        yield f"{before}_{9000 + number}_{file}", content


def _with_oddities(page: NotebookNode, blank: NotebookNode, name: str) -> NotebookNode:
    if name == "Thistle":
        _put(page, "relu", HOSTILE)
    if name == "Lavender":
        return blank
    if name == "Fern":  # stopped half-way
        for exercise in ("linear_activation_forward", "L_model_forward", "compute_cost"):
            _put(page, exercise, _answer(blank, exercise))
    if name == "Iris":
        plot = "import matplotlib.pyplot as plt\nz = np.linspace(-5, 5)\nplt.plot(z, sigmoid(z))"
        at = next(i for i, cell in enumerate(page.cells) if cell.id == "sigmoid")
        page.cells.insert(at + 1, new_code_cell(f"{plot}\nplt.title('My sigmoid')\nplt.show()"))
    return page


def _answer(page: NotebookNode, exercise: str) -> str:
    return str(next(cell.source for cell in page.cells if cell.id == exercise + SOLUTION))


def _put(page: NotebookNode, exercise: str, source: str) -> None:
    next(cell for cell in page.cells if cell.id == exercise + SOLUTION).source = source

"""Test that a bundle works in a folder and a process of its own, as its README says."""

import re
import shutil

import nbformat
import pytest

from autograder.course import bundle, notebooks
from tests.support import ROOT
from tests.support.kernel import run_alone, with_short_trainings
from tests.support.lab_server import environment, serve
from tests.support.sample import sampled
from utils.checker.verdict import MIME
from utils.exercises import EXERCISES
from utils.experiment_log import read_log

ASSIGNMENTS = notebooks.assignments(ROOT)

# All tests share one bundle, which takes seconds to make.
pytestmark = pytest.mark.xdist_group("bundle")

WHERE = """
import sys
import utils
print(utils.__file__)
for name, module in sys.modules.items():
    if name.split(".")[0] in ("utils", "autograder"):
        print(module.__file__)
"""


def run_in(notebook, folder, aside, budget):
    """Run a notebook in its bundle; return its cells by id, and the files of ``utils`` it used."""
    notebook.cells.append(nbformat.v4.new_code_cell(WHERE, id="where"))
    [notebook] = run_alone([notebook], folder, aside, budget)
    cells = {cell["id"]: cell for cell in notebook.cells}
    printed = "".join(o.text for o in cells["where"].outputs)  # a slow kernel sends parts
    return cells, printed.splitlines()


# The log of the search with the small budget, of six trials.
LOGS = {"04_hyperparameters": "first_search.h5", "06_experiments": "search.h5"}

# Every page solved, and two of them blank; the others blank in `make test-all`.
RUNS = [
    *((assignment, "solved") for assignment in ASSIGNMENTS),
    *sampled([(assignment, "blank") for assignment in ASSIGNMENTS], 5),
]


@pytest.mark.kernel
@pytest.mark.parametrize(("assignment", "version"), RUNS)
def test_bundle_works_without_the_course(bundles, tmp_path, thorough, assignment, version):
    folder = tmp_path / "somewhere else" / assignment
    shutil.copytree(bundles / assignment, folder)
    notebook = notebooks.read(folder / f"{assignment}.ipynb")
    if version == "solved":
        notebook = notebooks.solve(notebook)
        if not thorough:
            notebook = with_short_trainings(notebook, assignment)
    cells, where = run_in(notebook, folder, tmp_path, "full" if thorough else "small")

    assert where[0] == str(folder / "utils" / "__init__.py")
    assert all(file.startswith(str(folder)) for file in where)
    for exercise in bundle.exercises_of(assignment):
        [verdict] = [o.data[MIME] for o in cells[exercise].outputs if MIME in o.get("data", {})]
        errors = [o.ename for o in cells[exercise].outputs if o.output_type == "error"]
        expected = ("blank", ["CheckFailed"]) if version == "blank" else ("correct", [])
        assert (verdict["status"], errors) == expected, exercise
    if version == "solved" and assignment in LOGS and not thorough:
        assert len(read_log(folder / LOGS[assignment])) == 6
    for name, cell in cells.items():
        may_fail = name in EXERCISES or "raises-exception" in cell.metadata.get("tags", [])
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        assert may_fail or not errors, (name, errors)


@pytest.mark.kernel
def test_bundle_opens_as_its_readme_says(tmp_path):
    folder, _ = bundle.release(ROOT, "05_the_brain", tmp_path / "Übung 5")
    assert "python3 start.py" in (folder / "README.md").read_text("utf-8")
    with serve(folder, tmp_path / "home", ["start.py"], environment(tmp_path / "home")) as server:
        printed = server.run("import utils.check; print(utils.check.__file__)")
        assert server.ask("api/contents/05_the_brain.ipynb")["type"] == "notebook"
        said = server.log.read_text()
    assert printed == f"{folder / 'utils' / 'check.py'}\n"
    assert re.search(r"\nhttp://127\.0\.0\.1:\d+/lab/tree/05_the_brain\.ipynb\?token=\w+\n", said)
    assert "Traceback" not in said
    assert "NbGrader" not in said

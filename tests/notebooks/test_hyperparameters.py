"""Test that notebooks 04 and 06 run as a whole, with the small budget."""

import subprocess
import sys

import pytest

from autograder.course import notebooks
from tests.support import ROOT
from utils.experiment_log import read_log


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("assignment", "log"),
    [("04_hyperparameters", "first_search.h5"), ("06_experiments", "search.h5")],
)
def test_solved_notebook_runs_with_the_small_budget(assignment, log, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_BUDGET", "small")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    path = tmp_path / "solved.ipynb"
    notebook = notebooks.read(notebooks.notebook_of(ROOT, assignment))
    notebooks.write(notebooks.solve(notebook, markers=False), path)
    command = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", path.name]
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=tmp_path, text=True, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    done = notebooks.read(path)
    outputs = [out for cell in done.cells for out in cell.get("outputs", [])]
    assert not [out for out in outputs if out.output_type == "error"]
    assert len(read_log(tmp_path / log)) == 6

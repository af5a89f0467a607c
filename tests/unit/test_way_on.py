"""Test what a page offers beside a check: the solution, the record, starting afresh."""

import json
import linecache
import shutil

import pytest

from tests.support import ROOT
from utils import check as page_functions
from utils import record
from utils.checker import course

RIGHT = "import numpy as np\ndef relu(Z):\n    return np.where(Z > 0, Z, 0.0).astype(Z.dtype)\n"
WARNS = "import numpy as np\ndef sigmoid(Z):\n    return 1 / (1 + np.exp(-Z))\n"
WRONG = "import numpy as np\ndef relu(Z):\n    return np.abs(Z)\n"
NAME = "01_forward_propagation"


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Go into a learner's folder with two pages, and return a function that runs a cell there."""
    for name in ("00_start_here", NAME):
        (tmp_path / name).mkdir()
        shutil.copy(ROOT / "notebooks" / name / f"{name}.ipynb", tmp_path / name)
    monkeypatch.chdir(tmp_path / NAME)
    monkeypatch.setattr(page_functions, "_hints_given", {})
    monkeypatch.setattr(record, "_unsaved", {})
    exported = {name: getattr(page_functions, name) for name in page_functions.__all__}
    namespace = {"__name__": "page", **exported}

    def run(source):
        cell = f"<cell {abs(hash(source))}>"
        linecache.cache[cell] = (len(source), None, source.splitlines(True), cell)
        exec(compile(source, cell, "exec"), namespace)

    return run


def kept():
    return json.loads((record.Path.cwd() / "progress.json").read_text())["exercises"]


# -- solution -------------------------------------------------------------------------------------


def test_solution_stands_beside_an_answer_that_passes(page, capsys):
    page(RIGHT + "solution('relu')")
    said = capsys.readouterr().out
    assert "A = np.maximum(0, Z)" in said
    for start in ("Style: ", "Numerical safety: in every case", "Speed: the cases of the check"):
        assert f"\n{start}" in said
    page(WARNS + "solution(sigmoid)")
    assert "yours warns (RuntimeWarning: overflow encountered in exp" in capsys.readouterr().out


def test_solution_before_that_needs_three_hints_and_a_clear_yes(page, capsys):
    page(WRONG)
    for given in range(3):
        page("solution('relu', show_me=True)")
        said = capsys.readouterr().out
        assert f"you have seen {given} of its 3 hints" in said
        page("hint('relu')")
    page_functions._hints_given.clear()  # as after a restart: the record has them
    capsys.readouterr()
    page("solution('relu')")
    assert "Do you want to see the solution now?" in capsys.readouterr().out
    assert "solution" not in kept()["relu"]
    page("solution('relu', show_me=True)")
    assert "np.maximum" in capsys.readouterr().out
    assert kept()["relu"] == {"hints": 3, "solution": "seen before it passed"}


def test_a_folder_made_for_a_class_has_no_solution_and_says_so(page, capsys, monkeypatch):
    monkeypatch.setattr(course, "has_solutions", lambda: False)
    page(RIGHT + "solution('relu', show_me=True)")
    assert capsys.readouterr().out.startswith("There are no solutions in this folder: it was made")


def test_a_misspelled_solution_is_named(page, capsys):
    page("solution('rleu')")
    assert "Did you mean relu?" in capsys.readouterr().out

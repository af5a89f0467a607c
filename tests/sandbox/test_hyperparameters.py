"""Test that a written report of notebook 06 waits for a person to grade it."""

import json

import pytest

from autograder.course import notebooks
from autograder.errors import ExitCode
from autograder.grading import grade, worker_pool
from autograder.grading.grade_submission import Settings
from tests.support import ROOT

ASSIGNMENT = "06_experiments"


@pytest.mark.parametrize("written", [True, False])
def test_written_report_needs_manual_grading(written, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_BUDGET", "small")
    notebook = notebooks.read(notebooks.notebook_of(ROOT, ASSIGNMENT))
    for cell in notebook.cells:
        if cell["id"] == "experiment_report" and written:
            cell.source = "Does depth matter? I guessed no."
    folder = tmp_path / "in" / "ada" / ASSIGNMENT
    folder.mkdir(parents=True)
    notebooks.write(notebook, folder / f"{ASSIGNMENT}.ipynb")
    code = grade.grade(
        ROOT,
        ASSIGNMENT,
        tmp_path / "in",
        tmp_path / "out",
        settings=Settings(ASSIGNMENT),
        pool=lambda: worker_pool.processes(1),
    )
    assert code == ExitCode.FINE
    lines = (tmp_path / "out" / ASSIGNMENT / "results.jsonl").read_text().splitlines()
    [result] = [one for one in map(json.loads, lines) if one["exercise"] == "experiment_report"]
    assert result["status"] == ("manual" if written else "blank")
    assert result["points"] == (None if written else 0)
    header, row = (tmp_path / "out" / ASSIGNMENT / "grades.csv").read_text().splitlines()
    assert row.split(",")[header.split(",").index("pending")] == ("20" if written else "0")

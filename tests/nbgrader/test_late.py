"""Test that both ways of grading take off the same for late work, by `grading.toml`."""

import csv
import json
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from autograder import cli
from autograder.errors import ExitCode
from tests.support.course_notebooks import NAME, blank
from tests.support.nbgrader_workspace import environment, make_workspace

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("gradebook")]

SETTINGS = f"""
[due]
{NAME} = 2026-03-01T00:00:00Z
[late]
points_per_day = 3
extensions = "extensions.csv"
"""
HANDED_IN = {"early": "2026-02-28", "late": "2026-03-01", "granted": "2026-03-02"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Grade a class by `course grade`, and one of them again by `nbgrader autograde`."""
    folder = make_workspace(tmp_path_factory.mktemp("late") / "class", NAME)
    (folder / "grading.toml").write_text(SETTINGS)
    (folder / "extensions.csv").write_text("student,hours\ngranted,30\n")
    page = blank()
    cell = next(one for one in page.cells if one.id == "relu-solution")
    cell.source = "def relu(Z):\n    return np.maximum(0, Z)"
    for student, day in HANDED_IN.items():
        place = folder / "submitted" / student / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(json.dumps(page))
        (place / "timestamp.txt").write_text(f"{day} 01:00:00 UTC")
    assert cli.main(["grade", NAME, "--workspace", str(folder), "--jobs", "1"]) == ExitCode.FINE
    return folder


def totals(folder):
    """Return each student's total in our table, and in nbgrader's export."""
    with (folder / "grades" / NAME / "grades.csv").open() as file:
        ours = {row["student"]: float(row["total"]) for row in csv.DictReader(file)}
    export = folder / "nbgrader.csv"
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as book:
        plugin = CsvExportPlugin()
        plugin.to = str(export)
        plugin.export(book)
    with export.open() as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == NAME]
    return ours, {row["student_id"]: float(row["score"]) for row in rows}


def test_table_and_gradebook_agree(workspace):
    ours, nbgraders = totals(workspace)
    assert ours == {"early": 5, "late": 2, "granted": 5}
    assert nbgraders == ours


def test_nbgrader_autograde_takes_off_the_same(workspace):
    command = [sys.executable, "-m", "nbgrader", "autograde", NAME, "--student", "late", "--force"]
    subprocess.run(command, cwd=workspace, env=environment(), check=True, capture_output=True)
    assert totals(workspace)[1] == {"early": 5, "late": 2, "granted": 5}


def test_forgotten_student_is_not_in_the_gradebook(workspace, capsys):
    assert cli.main(["forget", "early", "--workspace", str(workspace)]) == ExitCode.FINE
    assert "Taken out of: the gradebook" in capsys.readouterr().out
    ours, nbgraders = totals(workspace)
    assert "early" not in ours
    assert "early" not in nbgraders

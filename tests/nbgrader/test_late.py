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
EXPORTER = "autograder.nbgrader_bridge.export.GradesExport"
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


def exported(folder, *options):
    """Return the rows of nbgrader's export by our plugin, by student."""
    target = folder / "ours.csv"
    command = ["export", "--exporter", EXPORTER, "--to", str(target), *options]
    run = [sys.executable, "-m", "nbgrader", *command]
    subprocess.run(run, cwd=folder, env=environment(), check=True, capture_output=True)
    with target.open() as file:
        return {row["student"]: row for row in csv.DictReader(file)}


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


@pytest.mark.thorough
def test_export_plugin_agrees_with_table_lms_and_formgrader(workspace, tmp_path):
    with Gradebook(f"sqlite:///{workspace}/gradebook.db") as book:
        book.update_or_create_student("absent", last_name="=1+1")
        [grade] = [
            one
            for one in book.find_submission_notebook(NAME, NAME, "late").grades
            if one.name == "relu"
        ]
        grade.manual_score = 4.37
        comments = book.find_submission_notebook(NAME, NAME, "late").comments
        [comment] = [one for one in comments if one.name == "relu-solution"]
        comment.manual_comment = "Nearly."
        book.db.commit()
    try:
        command = ["grade", NAME, "--workspace", str(workspace), "--jobs", "1"]
        assert cli.main(command) == ExitCode.FINE
        rows = exported(workspace)
        absent = rows.pop("absent")
        assert (absent["total"], absent["last_name"]) == ("", "'=1+1")
        with (workspace / "grades" / NAME / "grades.csv").open() as file:
            for ours in csv.DictReader(file):
                row = rows[ours["student"]]
                for column in ("total", "max", "pending", "late", "penalty", "comments"):
                    assert row[column] == ours[column], (ours["student"], column)
        assert rows["late"]["total"] == "1.37"
        assert rows["late"]["comments"] == "relu: Nearly."
        target = tmp_path / "lms.csv"
        cli.main(["export", NAME, "--csv", "--to", str(target), "--workspace", str(workspace)])
        with target.open() as file:
            lms = {row["student"]: row["points"] for row in csv.DictReader(file)}
        assert lms == {name: row["total"] for name, row in rows.items()}
        with Gradebook(f"sqlite:///{workspace}/gradebook.db") as book:
            for shown in book.submission_dicts(NAME):  # what formgrader shows, before penalties
                row = rows[shown["student"]]
                assert shown["score"] == float(row["total"]) + float(row["penalty"])
        assert list(exported(workspace, "--student=['early']")) == ["early"]
    finally:
        with Gradebook(f"sqlite:///{workspace}/gradebook.db") as book:
            book.remove_student("absent")
            notebook = book.find_submission_notebook(NAME, NAME, "late")
            for grade in notebook.grades:
                grade.manual_score = None
            for comment in notebook.comments:
                comment.manual_comment = None
            book.db.commit()


@pytest.mark.thorough
def test_nbgrader_autograde_takes_off_the_same(workspace):
    command = [sys.executable, "-m", "nbgrader", "autograde", NAME, "--student", "late", "--force"]
    subprocess.run(command, cwd=workspace, env=environment(), check=True, capture_output=True)
    assert totals(workspace)[1] == {"early": 5, "late": 2, "granted": 5}


def test_forgotten_student_is_not_in_the_gradebook(workspace, capsys):
    assert cli.main(["forget", "early", "--workspace", str(workspace)]) == ExitCode.FINE
    assert "Taken out of: the gradebook, sqlite:///" in capsys.readouterr().out
    ours, nbgraders = totals(workspace)
    assert "early" not in ours
    assert "early" not in nbgraders

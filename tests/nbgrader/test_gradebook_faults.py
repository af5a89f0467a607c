"""Test what the gradebook has where grading or entering grades fails."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import nullcontext
from datetime import datetime

import pytest
from nbgrader.api import Gradebook, Student
from sqlalchemy import event
from sqlalchemy.orm import Session

from autograder import cli
from autograder.errors import ExitCode, UsageError
from autograder.grading import grade as grading
from autograder.grading.grade_submission import Settings
from autograder.nbgrader_bridge import gradebook, preprocessors
from autograder.nbgrader_bridge.workspace import Workspace
from tests.support import ROOT
from tests.support.course_notebooks import NAME, cell_of, solved
from tests.support.gradebook_class import POINTS, book_of, course, hand_in, page_of
from tests.support.quick_class import Dying

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("gradebook")]

# -- unchecked answers ----------------------------------------------------------------------------


def test_unchecked_answers_need_manual_grading(both, tmp_path):
    workspace = tmp_path / "teaching"
    shutil.copytree(both[1], workspace)
    shutil.rmtree(workspace / "submitted" / "damaged")
    with Workspace(workspace).book(NAME) as book:
        grading.grade(
            ROOT,
            NAME,
            workspace / "submitted",
            tmp_path / "grades",
            settings=Settings(NAME),
            pool=lambda: nullcontext(Dying()),
            writer=book,
        )
    grades, *_ = book_of(workspace)["right"]
    assert {(auto, look) for auto, *_, look in grades.values()} == {(None, True)}
    relu = cell_of(page_of(workspace, "right"), "relu")
    assert [output.output_type for output in relu.outputs] == ["display_data", "error"]
    # The same with nbgrader's own steps.
    grades = book_of(both[0])["right"][0]
    where = {"notebook": NAME, "assignment": NAME, "student": "right"}
    where["db_url"] = f"sqlite:///{workspace / 'gradebook.db'}"
    page = page_of(workspace, "right")
    preprocessors.SaveAutoGrades().preprocess(page_of(both[0], "right"), {"nbgrader": where})
    assert book_of(workspace)["right"][0] == grades
    preprocessors.SaveAutoGrades().preprocess(page, {"nbgrader": where})
    grades, *_ = book_of(workspace)["right"]
    assert {(auto, look) for auto, *_, look in grades.values()} == {(None, True)}


def test_no_verdict_gives_no_points(both, tmp_path):
    shutil.copy(both[0] / "gradebook.db", tmp_path)
    where = {"notebook": NAME, "assignment": NAME, "student": "right"}
    where["db_url"] = f"sqlite:///{tmp_path / 'gradebook.db'}"
    preprocessors.SaveAutoGrades().preprocess(solved(), {"nbgrader": where})  # --no-execute
    grades, *_ = book_of(tmp_path)["right"]
    assert {(auto, look) for auto, *_, look in grades.values()} == {(None, True)}


# -- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["12:6099\u202699T24", "12:6099.99T24", "9" * 900, "\0", ""])
def test_strange_timestamp_counts_as_none(tmp_path, text):
    (tmp_path / "timestamp.txt").write_text(text)
    assert gradebook.handed_in_at(tmp_path) is None


def test_grades_that_cannot_be_entered_keep_nobody_elses_out(both, tmp_path, monkeypatch):
    space = shutil.copytree(both[1], tmp_path / "space")
    wrong = gradebook._Entry({}, set(), set(), False, "no time")
    right = gradebook._Entry({}, set(), set(), False, datetime(2026, 2, 3))
    with (
        pytest.raises(UsageError, match=r"did not take: late \("),
        Workspace(space).book(NAME) as book,
    ):
        book.queued = {"late": wrong, "right": right}
    assert book_of(space)["right"][-1] == datetime(2026, 2, 3)


def error_of(capsys, *arguments):
    assert course(*arguments) == ExitCode.USAGE
    error = capsys.readouterr().err
    return error.splitlines()[-1]


def test_assignment_missing_from_the_gradebook_is_reported_in_one_sentence(both, tmp_path, capsys):
    assert "or the --workspace that has both" in error_of(capsys)
    (tmp_path / "some").mkdir()
    assert "some is no workspace" in error_of(capsys, "--workspace", tmp_path / "some")
    new = tmp_path / "new"
    assert cli.main(["workspace", str(new), NAME]) == ExitCode.FINE
    (new / "submitted").mkdir()
    wanted = f"cd {new} && nbgrader generate_assignment {NAME}"
    assert wanted in error_of(capsys, "--workspace", new)
    shutil.copy(both[0] / "gradebook.db", new)
    with Gradebook(f"sqlite:///{new / 'gradebook.db'}", "deep-networks") as book:
        book.remove_assignment(NAME)
    assert wanted in error_of(capsys, "--workspace", new)


def test_locked_gradebook_is_reported_after_waiting(both, capsys, monkeypatch):
    monkeypatch.setattr("autograder.nbgrader_bridge.workspace.WAIT", 0.3)
    with sqlite3.connect(both[1] / "gradebook.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        said = error_of(capsys, "--workspace", both[1])
        other.execute("ROLLBACK")
    other.close()
    assert "in use by another program" in said
    assert "type the same command again" in said


@pytest.mark.thorough
def test_student_entered_by_another_grader_meanwhile_is_accepted(both, tmp_path):
    """Another grader enters a new student just before this one does."""
    space = shutil.copytree(both[1], tmp_path / "space")
    hand_in(space, "newcomer", solved())
    command = [sys.executable, "-m", "autograder", "grade", NAME, "--workspace", str(space)]
    others = []

    def first(session, *_):
        if not others and any(isinstance(one, Student) for one in session.new):
            others.append(subprocess.run(command, cwd=ROOT, capture_output=True, check=False))

    event.listen(Session, "before_flush", first)
    try:
        assert course("--workspace", space) == ExitCode.PROBLEMS
    finally:
        event.remove(Session, "before_flush", first)
    assert [other.returncode for other in others] == [ExitCode.PROBLEMS]
    found = book_of(space)
    grades, _, _, _ = found.pop("newcomer")
    assert {name: auto for name, (auto, *_) in grades.items()} == POINTS
    assert found == book_of(both[1])
    files = (space / "autograded" / "newcomer" / NAME).iterdir()
    assert {file.name for file in files} == {f"{NAME}.ipynb", "timestamp.txt"}

"""Grade one class twice: with `nbgrader autograde`, and with `course grade --workspace`."""

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import Future
from contextlib import nullcontext
from datetime import datetime

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook, Student
from nbgrader.plugins import CsvExportPlugin
from nbgrader.preprocessors import CheckCellMetadata
from nbgrader.utils import determine_grade
from sqlalchemy import event
from sqlalchemy.orm import Session

from autograder import cli
from autograder.errors import ExitCode, UsageError
from autograder.grading import grade as grading
from autograder.grading.grade_submission import Settings
from autograder.nbgrader_bridge import gradebook, preprocessors
from autograder.nbgrader_bridge.course_directory import CONFIG
from autograder.nbgrader_bridge.workspace import Workspace
from tests.support import ROOT, small_course
from tests.support.course_notebooks import (
    EVIL,
    NAME,
    REPORT,
    blank,
    cell_of,
    malicious,
    older,
    solved,
)
from tests.support.nbgrader_workspace import environment
from utils.checker.verdict import MIME
from utils.exercises import EXERCISES

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("gradebook")]

POINTS = {e.name: e.points for e in EXERCISES.values() if e.assignment == NAME}
DUE = datetime(2026, 3, 1)


def hanging():
    """Make a notebook with an endless loop, and with an own cell that ends Python."""
    page = solved(relu="def relu(Z):\n    while True:\n        pass")
    page.cells.insert(3, new_code_cell("import os\n\nos._exit(0)"))
    return page


def class_of():
    return {
        "blank": blank(),
        "hanging": hanging(),
        "late": solved(),
        "malicious": malicious(),
        "nothing": solved(**dict.fromkeys(POINTS, "x = 0")),
        "older": older(),
        "partial": solved(relu="def relu(Z):\n    Z[Z < 0] = 0\n    return Z"),
        "right": solved(),
        "wrong": solved(sigmoid="def sigmoid(Z):\n    return Z"),
    }


EARNED = {  # answers without full points
    "blank": dict.fromkeys(POINTS, 0),
    "hanging": {"relu": 0},
    "late": {},
    "malicious": {"relu": 0},
    "wrong": {"sigmoid": 2},
    "right": {},
}


def hand_in(workspace, student, content, name=NAME):
    folder = workspace / "submitted" / student / name
    folder.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / f"{name}.ipynb").write_text(text)
    month = DUE.month + (1 if student == "late" else -1)
    (folder / "timestamp.txt").write_text(f"{DUE.year}-{month:02}-01 00:00:00 UTC")
    return folder


def nbgrader(workspace, *command):
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=workspace,
        env=environment(),
        text=True,
        capture_output=True,
        check=False,
        timeout=300,
    )


def course(*arguments):
    return cli.main(["grade", NAME, "--jobs", "1", *map(str, arguments)])


def as_in_version_0_1(config):
    """Name the steps of `nbgrader autograde` as workspaces of that version do."""
    text = config.read_text()
    for new, old in {"InsertAnswers": "TakeIn", "Execute": "Execute", "SaveAutoGrades": ""}.items():
        name = f'"autograder.nbgrader_bridge.preprocessors.{new}"'
        assert name in text
        text = text.replace(name, f'"autograder.execute.{old or new}"')
    config.write_text(text)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Make two workspaces with the same class, one for each way of grading."""
    stock = tmp_path_factory.mktemp("stock")
    assert cli.main(["workspace", str(stock), NAME, REPORT]) == ExitCode.FINE
    as_in_version_0_1(stock / CONFIG)
    with (stock / CONFIG).open("a") as config:
        config.write("c.Execute.timeout = 2\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    done = nbgrader(stock, "generate_assignment", NAME)
    assert done.returncode == 0, done.stderr
    with Gradebook(f"sqlite:///{stock / 'gradebook.db'}", "deep-networks") as book:
        book.update_or_create_assignment(NAME, duedate=DUE)
    for student, page in class_of().items():
        folder = hand_in(stock, student, page)
        for beside in ("evil.html", "numpy.py", "more/evil.svg"):
            (folder / beside).parent.mkdir(exist_ok=True)
            (folder / beside).write_text(EVIL)
    ours = tmp_path_factory.mktemp("ours") / "teaching"
    shutil.copytree(stock, ours)
    done = nbgrader(stock, "autograde", NAME)
    assert done.returncode == 0, done.stderr
    hand_in(ours, "damaged", "My notebook is in the other bag.")
    (ours / "submitted" / "absent").mkdir()
    (ours / "submitted" / "high").mkdir()
    (ours / "submitted" / "high" / f"{NAME}.ipynb").write_text("{}")
    assert course("--workspace", ours) == ExitCode.PROBLEMS
    return stock, ours


def book_of(workspace):
    """Return everything that the gradebook has for each student."""
    with Gradebook(f"sqlite:///{workspace / 'gradebook.db'}", "deep-networks") as book:
        found = {}
        for submission in book.assignment_submissions(NAME):
            [page] = submission.notebooks
            fields = ("auto_score", "manual_score", "score", "max_score", "needs_manual_grade")
            grades = {g.name: tuple(getattr(g, field) for field in fields) for g in page.grades}
            comments = {c.name: (c.auto_comment, c.manual_comment) for c in page.comments}
            penalty = page.late_submission_penalty
            found[submission.student.id] = grades, comments, penalty, submission.timestamp
        return found


def page_of(workspace, student):
    return nbformat.read(workspace / "autograded" / student / NAME / f"{NAME}.ipynb", 4)


def test_nbgrader_autograde_and_course_grade_give_the_same_gradebook(both):
    stock, ours = map(book_of, both)
    del ours["damaged"], ours["high"]  # stock autograde reads neither
    assert stock == ours
    assert list(ours) == list(class_of())


def test_uncredited_and_not_included_exercises_are_pending_for_both(both):
    for workspace in both:
        grades = book_of(workspace)["nothing"][0]
        assert {(auto, look) for auto, *_, look in grades.values()} == {(None, True)}
        grades = book_of(workspace)["older"][0]
        auto, *_, look = grades.pop("relu")
        assert (auto, look) == (None, True)
        assert {name: auto for name, (auto, *_) in grades.items()} == {
            name: points for name, points in POINTS.items() if name != "relu"
        }


@pytest.mark.parametrize("student", EARNED)
def test_gradebook_has_the_points_of_the_verdicts(both, student):
    grades, comments, penalty, _ = book_of(both[1])[student]
    expected = POINTS | EARNED[student]
    assert {name: auto for name, (auto, *_) in grades.items()} == expected
    assert not any(look for *_, look in grades.values())
    said = "No response." if student == "blank" else None
    assert set(comments.values()) == {(said, None)}
    assert penalty == (100 if student == "late" else None)


def test_partial_points_are_entered(both):
    with (both[1] / "grades" / NAME / "results.jsonl").open() as lines:
        results = [json.loads(line) for line in lines]
    [partial] = [one for one in results if (one["student"], one["exercise"]) == ("partial", "relu")]
    for workspace in both:
        relu = book_of(workspace)["partial"][0]["relu"]
        assert relu[0] == partial["points"]


def test_nbgrader_reads_the_verdict_from_a_graded_notebook(both):
    for workspace in both:
        for student, (grades, *_) in book_of(workspace).items():
            page = page_of(workspace, student)
            CheckCellMetadata().preprocess(page, {})
            nbformat.validate(page)
            for cell in page.cells:
                if cell.metadata.get("nbgrader", {}).get("grade"):
                    auto, _, _, most, _ = grades[cell.metadata.nbgrader.grade_id]
                    assert determine_grade(cell) == (auto or 0, most)


def test_graded_notebook_contains_nothing_active_from_the_student(both):
    for workspace in both:
        page = page_of(workspace, "malicious")
        shown_html = []
        for cell in page.cells:
            assert EVIL not in json.dumps(cell.metadata)
            assert cell.cell_type == "code" or EVIL not in cell.source
            for output in cell.get("outputs", []):
                assert output.output_type != "stream" or output.name == "stdout"
                if "data" in output:
                    assert output.data.keys() == {"text/html", "text/plain", MIME}
                    shown_html.append(output.data["text/html"])
        assert EVIL not in json.dumps(page.metadata)
        assert len(shown_html) == len(POINTS)
        assert not any("<script" in one or "<img" in one for one in shown_html)
        printed = cell_of(page, "relu-solution").outputs[0].text
        assert EVIL in printed
        assert "careful" in printed
        assert any(EVIL in cell.source for cell in page.cells)  # the code is shown as text
        assert "window.ran" in page.cells[1].source  # and so is the student's own text cell
        assert page.cells[1].cell_type == "markdown"
        assert "test cell was changed" in cell_of(page, "sigmoid").outputs[-1].text


def test_cell_that_ended_the_program_shows_an_error(both):
    for workspace in both:
        [own] = [c for c in page_of(workspace, "hanging").cells if "_exit" in c.source]
        assert own.outputs[0].ename == "Stopped"
        assert own.outputs[0].evalue.startswith("It ended Python itself")


def test_autograded_folder_contains_only_the_notebook(both):
    for workspace in both:
        files = {path.name for path in (workspace / "autograded" / "malicious" / NAME).iterdir()}
        assert files == {f"{NAME}.ipynb", "timestamp.txt"}


@pytest.mark.parametrize(
    ("student", "why"),
    [("damaged", "is not a notebook, or was cut short"), ("high", f"handed in: {NAME}.ipynb")],
)
def test_notebook_that_is_damaged_or_misplaced_waits_for_manual_grading(both, student, why):
    grades, *_ = book_of(both[1])[student]
    assert {(auto, look) for auto, *_, look in grades.values()} == {(None, True)}
    said = cell_of(page_of(both[1], student), "relu").outputs[0].data["text/plain"]
    assert why in " ".join(said.split())


def test_nbgrader_skips_graded_submissions(both):
    done = nbgrader(both[1], "autograde", NAME, "--student", "right")
    assert "Skipping existing assignment" in done.stderr


@pytest.mark.thorough
def test_feedback_and_export_contain_the_results(both):
    workspace = both[1]
    for command in (("generate_feedback", NAME), ("export", "--to", "grades.csv")):
        done = nbgrader(workspace, *command)
        assert done.returncode == 0, done.stderr
    said = (workspace / "feedback" / "blank" / NAME / f"{NAME}.html").read_text()
    assert "still blank" in said
    assert "No response." in said
    with (workspace / "grades.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert (scores["right"], scores["late"], scores["blank"]) == (100, 0, 0)


def rows_of(workspace):
    """Return the rows of our own table by student."""
    with (workspace / "grades" / NAME / "grades.csv").open() as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def assert_table_agrees_with_export(workspace):
    """Compare totals, penalties and maximum of our table with nbgrader's export, to the cent."""
    table = workspace / "export.csv"
    with Gradebook(f"sqlite:///{workspace / 'gradebook.db'}", "deep-networks") as book:
        CsvExportPlugin(to=str(table)).export(book)
    with table.open() as file:
        exported = {row["student_id"]: row for row in csv.DictReader(file)}
    ours = rows_of(workspace)
    assert ours.keys() - {"absent"} <= exported.keys()
    for student, row in exported.items():
        names = (("total", "score"), ("penalty", "late_submission_penalty"), ("max", "max_score"))
        for mine, theirs in names:
            assert float(ours[student][mine]) == pytest.approx(float(row[theirs]), abs=0.005)


@pytest.mark.parametrize("way", [0, 1], ids=["stock", "ours"])
def test_manual_points_and_comments_are_kept(both, way):
    workspace = both[way]
    with Gradebook(f"sqlite:///{workspace / 'gradebook.db'}", "deep-networks") as book:
        grade = book.find_grade("sigmoid", NAME, NAME, "wrong")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 4, 1, False
        book.find_comment("sigmoid-solution", NAME, NAME, "wrong").manual_comment = "A good try."
        book.db.commit()
    if way == 0:
        done = nbgrader(workspace, "autograde", NAME, "--student", "wrong", "--force")
        assert done.returncode == 0, done.stderr
    else:
        assert course("--workspace", workspace) == ExitCode.PROBLEMS  # the damaged one
    grades, comments, *_ = book_of(workspace)["wrong"]
    asks_again = way == 0  # nbgrader always does
    assert grades["sigmoid"] == (2, 4, 5, 10, asks_again)
    assert comments["sigmoid-solution"] == (None, "A good try.")
    if way == 1:
        row = rows_of(workspace)["wrong"]
        assert (row["total"], row["sigmoid"], row["pending"]) == ("95", "5", "0")
        assert row["comments"] == "sigmoid: A good try."
        late = rows_of(workspace)["late"]
        assert (late["total"], late["penalty"], late["late"]) == ("0", "100", "744")
        assert rows_of(workspace)["damaged"]["pending"] == "100"
        assert_table_agrees_with_export(workspace)


def test_person_is_asked_again_only_after_a_change(both, tmp_path):
    workspace = tmp_path / "teaching"
    shutil.copytree(both[1], workspace)
    for student in (workspace / "submitted").iterdir():
        if student.name not in ("right", "late"):
            shutil.rmtree(student)
    with Gradebook(f"sqlite:///{workspace / 'gradebook.db'}", "deep-networks") as book:
        for student in ("right", "late"):
            for name in ("relu", "sigmoid"):
                grade = book.find_grade(name, NAME, NAME, student)
                grade.manual_score, grade.needs_manual_grade = 1, False
        book.db.commit()
    other = solved(relu="def relu(Z):\n    return np.where(Z > 0, Z, 0 * Z)")
    hand_in(workspace, "right", other)
    for _ in range(2):  # what waits for a person keeps waiting
        assert course("--workspace", workspace) == ExitCode.FINE
        found = book_of(workspace)
        asks = {
            (student, name): found[student][0][name][-1]
            for student in ("right", "late")
            for name in ("relu", "sigmoid")
        }
        assert [of for of, asked in asks.items() if asked] == [("right", "relu")]


# -- unchecked answers ----------------------------------------------------------------------------


class Dying:
    """A pool whose workers die."""

    workers = 1

    def submit(self, task):
        future = Future()
        future.set_exception(RuntimeError("the worker died"))
        return future


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


# -- the course changes, and an instructor's own notebook -------------------------------------


def test_older_source_is_noticed(both, tmp_path):
    opened = Workspace(both[1])
    changed = small_course.course(tmp_path / "course")
    page = f"notebooks/{NAME}/{NAME}.ipynb"
    shutil.copy(ROOT / page, changed / page)
    shutil.copytree(ROOT / "datasets", changed / "datasets", dirs_exist_ok=True)
    assert list(opened.warnings(ROOT, NAME)) == list(opened.warnings(changed, NAME)) == []
    with (changed / "utils/exercises/forward_propagation/relu.py").open("a") as module:
        module.write("\n# a mended test\n")
    [sentence] = opened.warnings(changed, NAME)
    assert f"changed since source/{NAME} was made" in sentence
    assert f"`course workspace {both[1]}`" in sentence


OWN = "07_own"


@pytest.fixture(scope="module")
def with_own(both, tmp_path_factory):
    """Add a classic nbgrader notebook to a workspace, with a submission."""
    workspace = shutil.copytree(both[0], tmp_path_factory.mktemp("own") / "teaching")
    page = new_notebook(
        cells=[
            small_course.marked("### BEGIN SOLUTION\nx = 3\n### END SOLUTION", "x", solution=True),
            small_course.marked("assert x == 3", "x_test", grade=True, locked=True, points=7),
        ]
    )
    page.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (workspace / "source" / OWN).mkdir()
    nbformat.write(page, workspace / "source" / OWN / f"{OWN}.ipynb")
    done = nbgrader(workspace, "generate_assignment", OWN)
    assert done.returncode == 0, done.stderr
    released = nbformat.read(workspace / "release" / OWN / f"{OWN}.ipynb", 4)
    cell_of(released, "x").source = "x = 1 + 2"
    hand_in(workspace, "right", released, OWN)
    return workspace


def test_own_notebook_is_refused_in_the_sandbox(with_own, capsys):
    resources = {"nbgrader": {"notebook": OWN, "assignment": OWN}}
    page = nbformat.read(with_own / "submitted" / "right" / OWN / f"{OWN}.ipynb", 4)
    with pytest.raises(UsageError, match=f"{OWN} is a notebook of your own.*no_sandbox = True"):
        preprocessors.Execute().preprocess(page, resources)
    assert cli.main(["grade", OWN, "--workspace", str(with_own)]) == ExitCode.USAGE
    assert f"{OWN} is a notebook of your own" in capsys.readouterr().err


def test_own_notebook_gets_nbgraders_own_steps_without_the_sandbox(with_own):
    with (with_own / CONFIG).open("a") as config:
        config.write("c.Execute.no_sandbox = True\n")
    done = nbgrader(with_own, "autograde", OWN)
    assert done.returncode == 0, done.stderr
    with Gradebook(f"sqlite:///{with_own / 'gradebook.db'}", "deep-networks") as book:
        assert book.find_grade("x_test", OWN, OWN, "right").score == 7


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

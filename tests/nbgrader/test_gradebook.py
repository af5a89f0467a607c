"""Grade one class twice: with `nbgrader autograde`, and with `course grade --workspace`."""

import csv
import json
import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from nbgrader.preprocessors import CheckCellMetadata
from nbgrader.utils import determine_grade

from autograder.errors import ExitCode
from tests.support.course_notebooks import EVIL, NAME, cell_of, solved
from tests.support.gradebook_class import (
    POINTS,
    book_of,
    class_of,
    course,
    hand_in,
    nbgrader,
    page_of,
)
from utils.checker.verdict import MIME

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("gradebook")]

EARNED = {  # answers without full points
    "blank": dict.fromkeys(POINTS, 0),
    "hanging": {"relu": 0},
    "late": {},
    "malicious": {"relu": 0},
    "wrong": {"sigmoid": 2},
    "right": {},
}


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

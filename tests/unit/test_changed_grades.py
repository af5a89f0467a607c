"""Test what a run says of changed grades, and the tables that it compares."""

import pytest

from autograder.grading.fingerprint import Fingerprints
from autograder.grading.grade_submission import Settings
from autograder.grading.grades_table import harmless
from autograder.grading.student_results import Recorded
from tests.support.course_notebooks import NAME, blank, solved
from tests.support.quick_class import Book, Judge, grade, put, rows
from utils.exercises import EXERCISES

OTHER = "02_backward_propagation"
POINTS = {one.name: one.points for one in EXERCISES.values() if one.assignment == NAME}


def test_run_says_whose_grades_changed_and_why(tmp_path, capsys, monkeypatch):
    def said():
        out = capsys.readouterr().out
        return [line for line in out.splitlines() if line.startswith(("- ", "No grade", "Changed"))]

    for student in ("ada", "ben"):
        put(tmp_path, f"{student}/{NAME}/{NAME}.ipynb", solved(sigmoid="s = 1"))
    five = Judge(sigmoid=5)
    grade(tmp_path, judge=five)
    assert said() == []
    grade(tmp_path, judge=five)
    assert said() == ["No grade changed."]
    put(tmp_path, f"ben/{NAME}/{NAME}.ipynb", solved(sigmoid="s = 2"))
    grade(tmp_path)
    title = "Changed since the run before:"
    assert said() == [title, "- ben: 95 → 100: sigmoid 5 → 10, a new answer"]
    half = Settings(NAME, follow_through="half")
    grade(tmp_path, judge=Judge(sigmoid=5, relu=2), settings=half)
    assert said() == [
        title,
        "- ada: 95 → 92: relu 5 → 2, another setting (follow_through)",
        "- ben: 100 → 92: sigmoid 10 → 5, another setting (follow_through); "
        "relu 5 → 2, another setting (follow_through)",
    ]
    fingerprint = Fingerprints.fingerprint
    monkeypatch.setattr(Fingerprints, "fingerprint", lambda self, one: fingerprint(self, one) + "x")
    grade(tmp_path, judge=Judge(sigmoid=5), settings=half)
    assert said()[1:] == [
        "- ada: 92 → 95: relu 2 → 5, a changed check",
        "- ben: 92 → 95: relu 2 → 5, a changed check",
    ]
    points = dict(POINTS, sigmoid=9.5)
    book = {"ada": Recorded(89.5, 100, 10, 2.5, points, {"sigmoid": "=well"}, frozenset())}
    grade(tmp_path, judge=Judge(sigmoid=5), settings=half, writer=Book(book))
    [row, _] = rows(tmp_path)
    assert (row["total"], row["late"], row["penalty"]) == ("89.5", "2.5", "10")
    assert (row["sigmoid"], row["comments"]) == ("9.5", "sigmoid: =well")
    assert said()[1:] == [
        "- ada: 95 → 89.5: sigmoid 5 → 9.5, points given by hand; late penalty 0 → 10"
    ]
    (tmp_path / "in" / "ada" / NAME / f"{NAME}.ipynb").unlink()
    (tmp_path / "in" / "ada" / NAME).rmdir()
    (tmp_path / "in" / "ada").rmdir()
    grade(tmp_path, judge=Judge(sigmoid=5), settings=half)
    assert said()[1:] == ["- ada: 89.5 → none: this student's folder is gone"]


def test_results_of_assignments_stand_side_by_side(tmp_path):
    put(tmp_path, f"ada/{NAME}/{NAME}.ipynb", solved())
    put(tmp_path, f"ada/{OTHER}/{OTHER}.ipynb", blank(OTHER))
    grade(tmp_path)
    files = {path: path.read_bytes() for path in (tmp_path / "out" / NAME).iterdir()}
    grade(tmp_path, OTHER)
    assert {path: path.read_bytes() for path in (tmp_path / "out" / NAME).iterdir()} == files
    assert {path.name for path in (tmp_path / "out").iterdir()} == {NAME, OTHER}


@pytest.mark.parametrize(
    "name", ["=1+1", "\t=1+1", "\uff1d1+1", " @SUM(A1)", "\uff0b1", "-1", "\r1"]
)
def test_table_holds_no_formula(name):
    assert harmless(name) == f"'{name}"
    assert harmless("ada") == "ada"

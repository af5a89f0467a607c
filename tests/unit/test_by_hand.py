"""Test points by hand without a workspace: by_hand.csv is written, read back, kept, refused."""

import csv

import pytest

from autograder import cli
from autograder.errors import ExitCode, UsageError
from autograder.grading.lateness import Lateness
from autograder.grading.settings_file import GradingSettings
from tests.support.course_notebooks import REPORT, blank, cell_of
from tests.support.quick_class import Book, grade, put, rows

TEXT = "experiment_report"
FILE = "by_hand.csv"


def hand_in(where, student, text):
    page = blank(REPORT)
    cell_of(page, TEXT).source = text
    put(where, f"{student}/{REPORT}/{REPORT}.ipynb", page)


def of(where, student, name="grades.csv"):
    """Return a student's row of a table; in by_hand.csv, that of the report."""
    [row] = [
        row
        for row in rows(where, name, REPORT)
        if row["student"] == student and row.get("exercise", TEXT) == TEXT
    ]
    return row


def fill(where, who="ada", /, **values):
    """Change fields of the report's row in by_hand.csv."""
    found = rows(where, FILE, REPORT)
    for row in found:
        if (row["student"], row["exercise"]) == (who, TEXT):
            row.update(values)
    with (where / "out" / REPORT / FILE).open("w", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)


@pytest.fixture
def class_(tmp_path):
    """Return a class that was graded, in which two handed in a report, and one a blank page."""
    hand_in(tmp_path, "ada", "Depth did not matter.")
    hand_in(tmp_path, "ben", "Depth mattered.")
    put(tmp_path, f"cyd/{REPORT}/{REPORT}.ipynb", blank(REPORT))
    grade(tmp_path, REPORT)
    return tmp_path


def command(where, name, *more):
    folders = ["--submissions", str(where / "in"), "--output", str(where / "out")]
    return cli.main([name, REPORT, *folders, *more])


def test_run_writes_a_row_for_each_pending_answer(class_, capsys):
    assert [row["student"] for row in rows(class_, FILE, REPORT)] == ["ada", "ben"]
    row = of(class_, "ada", FILE)
    assert (row["exercise"], row["max"], row["points"]) == (TEXT, "20", "")
    assert row["where"] == str(class_ / "in" / "ada" / REPORT / f"{REPORT}.ipynb")
    grade(class_, REPORT)
    assert f"Points to give by hand: 2. Fill in the column `points` of {class_}" in (
        capsys.readouterr().out
    )


def test_points_and_comment_count_and_are_kept(class_, capsys):
    before = float(of(class_, "ada")["total"])
    fill(class_, points="17,5", comment="- A clear table.")
    for _ in range(2):
        grade(class_, REPORT)
        row = of(class_, "ada")
        assert float(row["total"]) == before + 17.5
        assert (row[TEXT], row["pending"]) == ("17.5", "0")
        assert row["comments"] == f"{TEXT}: - A clear table."
        assert of(class_, "ben")["pending"] == "20"
        kept = of(class_, "ada", FILE)
        assert (kept["points"], kept["comment"]) == ("17.5", "'- A clear table.")
    said = capsys.readouterr().out
    assert f"{TEXT} undecided → 17.5, points given by hand" in said
    assert f"- {TEXT}: to be graded by hand: ben" in said
    fill(class_, points="", comment="")
    grade(class_, REPORT)
    assert of(class_, "ada")["pending"] == "20"


def test_export_and_feedback_read_what_was_filled_in_since(class_, capsys):
    target = class_ / "lms.csv"
    fill(class_, points="12")
    fill(class_, "ben", points="8", comment="Where are the seeds?")
    assert command(class_, "export", "--csv", "--to", str(target)) == ExitCode.FINE
    with target.open() as file:
        found = {row["student"]: row["points"] for row in csv.DictReader(file)}
    assert (found["ada"], found["ben"]) == ("12", "8")
    assert of(class_, "ben")["comments"] == f"{TEXT}: Where are the seeds?"
    looks = rows(class_, "attention.csv", REPORT)
    assert not [row for row in looks if row["what"] == "to be graded by hand"]
    fill(class_, points="13")
    assert command(class_, "feedback", "--to", str(class_ / "pages")) == ExitCode.FINE
    assert of(class_, "ada")["total"] == "13"
    capsys.readouterr()
    grade(class_, REPORT)
    assert "No grade changed." in capsys.readouterr().out


def test_changed_answer_asks_again(class_):
    fill(class_, points="12", comment="Good.")
    grade(class_, REPORT)
    hand_in(class_, "ada", "Depth did matter, after all.")
    grade(class_, REPORT)
    assert (of(class_, "ada")["pending"], of(class_, "ada")["total"]) == ("20", "0")
    row = of(class_, "ada", FILE)
    assert (row["points"], row["comment"], row["earlier"]) == ("", "Good.", "12")
    fill(class_, points="15")
    grade(class_, REPORT)
    assert of(class_, "ada")["total"] == "15"


def test_row_of_ones_own_stands_above_the_judge(class_):
    path = class_ / "out" / REPORT / FILE
    with path.open("a") as file:
        file.write(f"cyd,{REPORT},run_again,20,3,Nearly.\n")
    grade(class_, REPORT)
    assert (of(class_, "cyd")["run_again"], of(class_, "cyd")["total"]) == ("3", "3")


def test_late_penalty_is_taken_of_points_by_hand(class_):
    settings = f"[due]\n{REPORT} = 2026-11-20T12:00:00Z\n[late]\npercent_per_day = 10\n"
    (class_ / "grading.toml").write_text(settings)
    stamp = class_ / "in" / "ada" / REPORT / "timestamp.txt"
    stamp.write_text("2026-11-21 11:00:00 UTC")
    lateness = GradingSettings.beside(class_ / "in").lateness
    grade(class_, REPORT, lateness=lateness)
    fill(class_, points="10")
    export = ("export", "--csv", "--to", str(class_ / "lms.csv"))
    assert command(class_, *export) == ExitCode.FINE
    assert (of(class_, "ada")["penalty"], of(class_, "ada")["total"]) == ("1", "9")
    stamp.unlink()
    assert command(class_, *export, "--force") == ExitCode.USAGE


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"points": "21"}, f"line 2: {TEXT} has 0 to 20 points, and not 21"),
        ({"points": "-1"}, "has 0 to 20 points, and not -1"),
        ({"points": "nan"}, "`points` is 'nan', and no number"),
        ({"points": "good"}, "line 2: `points` is 'good', and no number"),
        ({"points": "5", "student": "adda"}, "line 2: there is no student 'adda'"),
        ({"points": "5", "exercise": "report"}, f"line 2: {REPORT} has no exercise 'report'"),
        ({"points": "5", "assignment": "05_the_brain"}, "line 2: it is for 05_the_brain"),
        ({"points": "5", "student": "ben", "comment": "x"}, "lines 2 and 3: both are for"),
    ],
)
def test_row_that_cannot_be_entered_is_refused(values, says, class_, capsys):
    fill(class_, "ben", points="5")
    fill(class_, **values)
    before = (class_ / "out" / REPORT / FILE).read_bytes()
    with pytest.raises(UsageError, match=says):
        grade(class_, REPORT)
    assert command(class_, "export", "--csv", "--to", str(class_ / "x.csv")) == ExitCode.USAGE
    assert says in capsys.readouterr().err
    assert (class_ / "out" / REPORT / FILE).read_bytes() == before


def test_file_of_a_spreadsheet_is_read(class_):
    path = class_ / "out" / REPORT / FILE
    text = f"\ufeffstudent;exercise;points;comment\r\nada;{TEXT};7,5;Schön\r\n"
    path.write_bytes(text.encode())
    grade(class_, REPORT)
    assert (of(class_, "ada")["total"], of(class_, "ada")["comments"]) == ("7.5", f"{TEXT}: Schön")
    path.write_text("student;exercise\nada;x\n")
    with pytest.raises(UsageError, match="has no column points"):
        grade(class_, REPORT)


def test_with_a_gradebook_points_by_hand_have_one_place(class_):
    fill(class_, points="5")
    with pytest.raises(UsageError, match="with a workspace its gradebook is the place"):
        grade(class_, REPORT, writer=Book({}), lateness=Lateness())
    fill(class_, points="")
    grade(class_, REPORT, writer=Book({}))
    assert not (class_ / "out" / REPORT / FILE).exists()


def test_student_who_is_forgotten_is_taken_out(class_):
    path = class_ / "out" / REPORT / FILE
    path.write_bytes(f"student;exercise;points\r\nada;{TEXT};7\r\nben;{TEXT};8\r\n".encode())
    folders = ["--submissions", str(class_ / "in"), "--output", str(class_ / "out")]
    assert cli.main(["forget", "ada", *folders]) == ExitCode.FINE
    assert path.read_bytes() == f"student;exercise;points\r\nben;{TEXT};8\r\n".encode()

"""Test the class's page: its numbers, what it leaves out, and how it moves."""

import csv
import json

from autograder import cli
from autograder.errors import ExitCode
from autograder.report.numbers import count
from tests.support.small_course import TASK
from utils.exercises import EXERCISES

COLUMNS = "student,total,max,pending,blank,missing,unreadable,late,penalty,comments,relu,sigmoid\n"
EVIL = "<script>alert(1)</script>"


def result(student, exercise, status, points, mistake="", message=""):
    most = {"relu": 5, "sigmoid": 10}[exercise]
    return {
        "student": student,
        "exercise": exercise,
        "status": status,
        "points": points,
        "max_points": most,
        "mistake": mistake,
        "message": message,
    }


def write(folder, results, absent=()):
    """Write the grades of a class with these results."""
    (folder / TASK).mkdir(exist_ok=True)
    totals = {}
    for one in results:
        totals[one["student"]] = totals.get(one["student"], 0) + one["points"]
    rows = [f"{name},{total},15,0,0,0,0,,,,0,0\n" for name, total in totals.items()]
    rows += [f"{name},0,15,0,0,2,0,,,,0,0\n" for name in absent]
    (folder / TASK / "grades.csv").write_text(COLUMNS + "".join(rows))
    lines = "".join(json.dumps(one) + "\n" for one in results)
    (folder / TASK / "results.jsonl").write_text(lines)
    (folder / TASK / "attention.csv").write_text(
        f"student,exercise,what,sentence\nada,relu,suspicious,{EVIL}\n"
    )


RESULTS = [
    result("ada", "relu", "correct", 5),
    result("ada", "sigmoid", "correct", 10),
    result("bob", "relu", "partial", 1, "identity", "It is."),
    result("bob", "sigmoid", "error", 0, "", "Line 3: the name bob_byron is not defined. Is it?"),
    result("cyd", "relu", "wrong", 0, "identity", "It is."),
    result("cyd", "sigmoid", "error", 0, "", "Line 7: the name x has 5 axes. Look."),
    result("dan", "relu", "correct", 5),
    result("dan", "sigmoid", "error", 0, "", "Line 1: the name x has 2 axes. Look."),
]


def test_numbers_of_a_class(tmp_path):
    write(tmp_path, RESULTS, absent=["eve"])
    found = count(tmp_path, TASK)
    assert (len(found.totals), found.nothing) == (4, ["eve"])
    assert found.bins == [2, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    relu, sigmoid = found.exercises
    assert (relu.right, relu.of, relu.first_open, sigmoid.first_open) == (2, 4, 2, 1)
    assert relu.share == 11 / 20
    [mistake] = relu.mistakes
    assert (mistake.name, mistake.made_by) == ("identity", 2)
    assert "def relu(Z):" in mistake.example
    assert relu.hint == EXERCISES["relu"].hints[0]
    assert found.stuck == {"bob": "relu", "cyd": "relu"}


def test_error_of_one_person_alone_is_not_shown_and_alike_ones_are_one(tmp_path):
    write(tmp_path, RESULTS)
    [error] = count(tmp_path, TASK).exercises[1].mistakes
    assert (error.sentence, error.made_by) == ("the name x has … axes.", 2)


def test_page_and_table_say_the_same_and_names_can_be_left_out(tmp_path):
    write(tmp_path, RESULTS, absent=["eve"])
    roster = tmp_path / "roster.csv"
    roster.write_text('student,name\nada,\nbob,"Roe, Bob"\ncyd,\ndan,\neve,\nzed,Zed <b>\n')
    command = ["report", "--output", str(tmp_path), "--roster", str(roster)]
    assert cli.main(command) == ExitCode.FINE
    page = (tmp_path / "report.html").read_text()
    assert "<li>Bob Roe (bob): relu</li>" in page
    assert "<li>cyd: relu</li>" in page
    assert "<li>Zed &lt;b&gt; (zed)</li>" in page
    assert "<script" not in page
    assert 'aria-label="Students by share of the points. 0 to 10 percent: 2.' in page
    with (tmp_path / "report.csv").open() as file:
        rows = {tuple(row[1:4]): row[4] for row in csv.reader(file)}
    assert rows["relu", "mistake", "identity"] == "2"
    assert rows["", "handed in nothing", ""] == "2"
    assert cli.main([*command, "--no-names", "--to", str(tmp_path / "b.html")]) == ExitCode.FINE
    page = (tmp_path / "b.html").read_text()
    assert not [name for name in ("ada", "bob", "cyd", "dan", "eve", "zed") if f"{name}:" in page]
    assert "zed" not in page
    assert "Roe" not in page
    assert "Names are left out" in page


def test_movement_is_since_the_grades_last_changed(tmp_path):
    write(tmp_path, RESULTS)
    command = ["report", TASK, "--output", str(tmp_path)]
    cli.main(command)
    assert "since the last report" not in (tmp_path / "report.html").read_text()
    write(tmp_path, [*RESULTS[:4], result("cyd", "relu", "correct", 5), *RESULTS[5:]])
    for _ in range(2):  # the same again compares with the same
        cli.main(command)
        page = (tmp_path / "report.html").read_text()
        assert "80 % <span" in page
        assert "(+25 since the last report)" in page
    assert "ada" not in (tmp_path / TASK / "report.json").read_text()


def test_class_of_none_and_of_thousands(tmp_path):
    write(tmp_path, [], absent=["eve"])
    assert cli.main(["report", "--output", str(tmp_path)]) == ExitCode.FINE
    write(tmp_path, [result(f"s{n}", "relu", "blank", 0) for n in range(5000)])
    assert cli.main(["report", "--output", str(tmp_path)]) == ExitCode.FINE
    page = (tmp_path / "report.html").read_text()
    assert "and 4900 more" in page
    assert len(page) < 50_000


def test_report_needs_grades(tmp_path, capsys):
    assert cli.main(["report", "--output", str(tmp_path)]) == ExitCode.USAGE
    assert "Nothing was graded into" in capsys.readouterr().err

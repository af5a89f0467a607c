"""Test `course export`: one column of the instructor's own file changes, and no other byte."""

import csv
import difflib
import io
import json

import pytest

from autograder import cli
from autograder.errors import ExitCode, UsageError
from autograder.lms.collect import collect
from autograder.lms.export import Wish, fill_canvas, fill_moodle, plain_table
from autograder.lms.grades import Grade, read_grades
from autograder.lms.records import Records
from autograder.table import Table
from tests.support.course_notebooks import blank, cell_of
from tests.support.downloads import CANVAS, GRADEBOOK, MOODLE, NOTEBOOK, WORKSHEET, zipped
from tests.support.small_course import ANSWERS, TASK

WISH = Wish(TASK)


def grade(student, total, pending=0.0, nothing=False, most=100):
    return Grade(student, total, most, pending, nothing, 0, 0, "")


CLASS = [grade("ada", 93.456), grade("grace", 7), grade("jane", 50), grade("zoe", 12.5)]


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    return path


def changes(before, after):
    """Return the fields that differ, with their column, and check that nothing else does."""
    rows = [list(csv.reader(io.StringIO(text, newline=""))) for text in (before, after)]
    assert [len(row) for row in rows[0]] == [len(row) for row in rows[1]]
    return {
        (old[0], rows[0][0][at]): new[at]
        for old, new in zip(*rows, strict=True)
        for at in range(len(old))
        if old[at] != new[at]
    }


# -- Canvas ---------------------------------------------------------------------------------------


def test_canvas_changes_one_column_and_no_other_byte(tmp_path):
    filled = fill_canvas(written(tmp_path, GRADEBOOK), CLASS, {}, WISH)
    after = filled.table.content().decode()
    assert changes(GRADEBOOK, after) == {
        ("Byron, Ada", "Forward propagation (77)"): "93.46",
        ("Hopper, 李", "Forward propagation (77)"): "7.00",
    }
    expected = GRADEBOOK.replace('1",9.50,,47', '1",9.50,93.46,47').replace(",8,,40", ",8,7.00,40")
    assert after == expected
    assert (filled.changed, filled.same, filled.left) == (2, 1, ["jane: excused"])


def test_canvas_finds_people_by_what_was_collected(tmp_path):
    zipped(tmp_path / "download.zip", CANVAS)
    collect(tmp_path / "download.zip", tmp_path / "submitted")
    records = Records.read(tmp_path / "submitted", TASK).by_student
    grades = [grade("byronada_101", 80), grade("stranger", 10), grade("Jane Smith", 9)]
    filled = fill_canvas(written(tmp_path, GRADEBOOK), grades, records, WISH)
    assert list(changes(GRADEBOOK, filled.table.content().decode()).values()) == ["80.00"]
    assert filled.not_found[0] == "stranger: nobody there has this name or id"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_form_of_the_file_stays(encoding, end, separator, tmp_path):
    text = GRADEBOOK.replace("李", "Lee").replace("\r\n", end)
    text = text if encoding.startswith("utf") else text.removeprefix("\ufeff")
    if separator != ",":
        rows = csv.reader(io.StringIO(text, newline=""))
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
            rows
        )
        text = out.getvalue().replace('"10.00"', '"10,00"').replace('"100.00"', '"100,00"')
        text = "\ufeff" + text.replace("\ufeff", "") if encoding.startswith("utf") else text
    path = written(tmp_path, text, encoding)
    assert Table.read(path).content() == path.read_bytes()
    after = fill_canvas(path, CLASS[:1], {}, WISH).table.content().decode(encoding)
    old = [one for one in difflib.ndiff(text.splitlines(), after.splitlines()) if one[0] == "+"]
    assert len(old) == 1
    assert ("93.46" if separator == "," else "93,46") in old[0]


@pytest.mark.parametrize(
    ("text", "wish", "says"),
    [
        ("a,b\n1,2\n", WISH, "is no export of Canvas's gradebook"),
        (GRADEBOOK, Wish("02_backward_propagation"), "has no column for 02_backward_propagation"),
        (GRADEBOOK, Wish(TASK, "Quiz"), "has no column called 'Quiz'.*'Warm-up \\(55\\)'"),
        (
            GRADEBOOK.replace("Warm-up", "Forward propagation again"),
            WISH,
            "has several columns for 01_forward_propagation",
        ),
        (GRADEBOOK, Wish(TASK, "Warm-up"), "the most is 10.00 points there, and 100 in the course"),
    ],
)
def test_canvas_export_that_is_unclear_says_why(text, wish, says, tmp_path):
    with pytest.raises(UsageError, match=says):
        fill_canvas(written(tmp_path, text), CLASS, {}, wish)


def test_scaled_to_the_maximum_that_is_set_there(tmp_path):
    filled = fill_canvas(
        written(tmp_path, GRADEBOOK), CLASS[:1], {}, Wish(TASK, "Warm-up (55)", scale=True)
    )
    assert list(changes(GRADEBOOK, filled.table.content().decode()).values()) == ["9.35"]


@pytest.mark.parametrize(("pending", "value"), [("skip", []), ("write", ["40.00"])])
def test_pending_points_are_written_only_if_told(pending, value, tmp_path):
    path = written(tmp_path, GRADEBOOK)
    grades = [grade("ada", 40, pending=10)]
    with pytest.raises(UsageError, match="Points are pending for 1, so nothing was written: ada"):
        fill_canvas(path, grades, {}, WISH)
    filled = fill_canvas(path, grades, {}, Wish(TASK, pending=pending))
    assert list(changes(GRADEBOOK, filled.table.content().decode()).values()) == value


def test_nothing_handed_in_is_left_blank_unless_told(tmp_path):
    path = written(tmp_path, GRADEBOOK)
    grades = [grade("never", 0, nothing=True)]
    filled = fill_canvas(path, grades, {}, WISH)
    assert filled.table.content() == path.read_bytes()
    assert filled.left == ["never: handed in nothing"]
    filled = fill_canvas(path, grades, {}, Wish(TASK, zeros=True))
    assert list(changes(GRADEBOOK, filled.table.content().decode()).values()) == ["0.00"]


def test_two_students_on_one_line_are_refused(tmp_path):
    grades = [grade("ada", 1), grade("Ada Byron", 2)]
    with pytest.raises(UsageError, match="line 4: both ada and Ada Byron fit"):
        fill_canvas(written(tmp_path, GRADEBOOK), grades, {}, WISH)


# -- Moodle ---------------------------------------------------------------------------------------


def test_moodle_changes_one_column_and_no_other_byte(tmp_path):
    zipped(tmp_path / "download.zip", MOODLE)
    collect(tmp_path / "download.zip", tmp_path / "submitted")
    records = Records.read(tmp_path / "submitted", TASK).by_student
    grades = [grade("Ada Byron_501", 88.5), grade("Grace Hopper_502", 55), grade("never", 3)]
    filled = fill_moodle(written(tmp_path, WORKSHEET), grades, records, WISH)
    after = filled.table.content().decode()
    assert after == WORKSHEET.replace('grading",,100.00', 'grading",88.50,100.00')
    assert filled.same == 1
    assert filled.not_found == ["never: nobody there has this name or id"]


def test_moodle_leaves_locked_grades_alone(tmp_path):
    path = written(tmp_path, WORKSHEET)
    filled = fill_moodle(path, [grade("never@example.org", 5)], {}, WISH)
    assert filled.left == ["never@example.org: the grade cannot be changed there"]
    assert filled.table.content() == path.read_bytes()


def test_moodle_in_another_language_asks_for_the_column(tmp_path):
    text = WORKSHEET.replace("Grade,", "Bewertung,").replace("Maximum grade", "Bestwertung")
    path = written(tmp_path, text)
    with pytest.raises(UsageError, match=r"has no column Grade.*Bewertung"):
        fill_moodle(path, CLASS, {}, WISH)
    filled = fill_moodle(path, [grade("ada@example.org", 5)], {}, Wish(TASK, "Bewertung"))
    assert list(changes(text, filled.table.content().decode()).values()) == ["5.00"]
    with pytest.raises(UsageError, match="is no grading worksheet"):
        fill_moodle(written(tmp_path, GRADEBOOK), CLASS, {}, WISH)


# -- the rest -------------------------------------------------------------------------------------


def test_plain_table_has_names_ids_and_what_is_not_final(tmp_path):
    zipped(tmp_path / "download.zip", CANVAS)
    collect(tmp_path / "download.zip", tmp_path / "submitted")
    records = Records.read(tmp_path / "submitted", TASK).by_student
    grades = [grade("oneilzoë_104", 40, pending=10), grade("=cmd", 1 / 3)]
    assert plain_table(grades, records).splitlines() == [
        "student,name,ids,points,max,status,late",
        "oneilzoë_104,oneilzoë,104,40,100,pending,late",
        "'=cmd,,,0.33,100,final,",
    ]


TABLE = "student,total,max,pending,blank,missing,unreadable,late,penalty,comments,relu\n"


def test_grades_are_read_back(tmp_path):
    (tmp_path / TASK).mkdir()
    with pytest.raises(UsageError, match=f"There are no grades of {TASK}.*grade it first"):
        read_grades(tmp_path, TASK)
    (tmp_path / TASK / "grades.csv").write_text(TABLE + "'=ada,1.5,5,0,0,1,0,,,,0\n")
    assert read_grades(tmp_path, TASK) == [Grade("=ada", 1.5, 5, 0, True, 0, 0, "")]
    (tmp_path / TASK / "grades.csv").write_text("student,points\nada,1\n")
    with pytest.raises(UsageError, match="is not as `course grade` writes it"):
        read_grades(tmp_path, TASK)


def test_command_writes_beside_and_lists_who_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "grades" / TASK).mkdir(parents=True)
    rows = "ada,90,100,0,0,0,0,,,,5\nstranger,90,100,0,0,0,0,,,,5\n"
    (tmp_path / "grades" / TASK / "grades.csv").write_text(TABLE + rows)
    (tmp_path / "gradebook.csv").write_text(GRADEBOOK, newline="")
    command = ["export", TASK, "--submissions", "submitted", "--output", "grades"]
    assert cli.main(command) == ExitCode.USAGE
    assert "one of --canvas, --moodle, --csv and --sources" in capsys.readouterr().err
    assert cli.main([*command, "--canvas", "gradebook.csv"]) == ExitCode.PROBLEMS
    shown = capsys.readouterr().out
    assert "1 filled in" in shown
    assert "- stranger: nobody there" in shown
    after = (tmp_path / f"{TASK}.canvas.csv").read_bytes().decode()
    assert list(changes(GRADEBOOK, after).values()) == ["90.00"]
    assert cli.main([*command, "--canvas", "gradebook.csv"]) == ExitCode.USAGE
    assert "Add --force" in capsys.readouterr().err


def test_sources_hold_the_students_own_code_and_not_the_courses(tmp_path, monkeypatch, capsys):
    mine = blank(TASK)
    cell_of(mine, "relu-solution").source = ANSWERS["relu"]
    files = {f"a_1_11_{NOTEBOOK}": json.dumps(mine), f"b_2_12_{NOTEBOOK}": json.dumps(blank(TASK))}
    zipped(tmp_path / "download.zip", files)
    collect(tmp_path / "download.zip", tmp_path / "submitted")
    command = ["export", TASK, "--workspace", str(tmp_path), "--sources", str(tmp_path / "out")]
    assert cli.main(command) == ExitCode.FINE
    assert (tmp_path / "out" / "a_1" / f"{TASK}.py").read_text() == ANSWERS["relu"] + "\n"
    assert "- b_2: still blank" in capsys.readouterr().out
    assert not (tmp_path / "out" / "b_2").exists()
    assert cli.main(command) == ExitCode.USAGE

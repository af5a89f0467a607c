"""Test `course collect`: each system's layout, rosters, attempts, and archives that mean harm."""

import json
import os
import stat
import zipfile
from dataclasses import replace

import pytest

from autograder import cli
from autograder.errors import ExitCode, UsageError
from autograder.limits import DOWNLOAD
from autograder.lms.collect import collect
from autograder.lms.download import Download
from autograder.lms.records import Records
from autograder.lms.roster import Roster
from tests.support.downloads import (
    BLACKBOARD,
    CANVAS,
    GRADEBOOK,
    GRADESCOPE,
    MOODLE,
    NOTEBOOK,
    PAGE,
    WORKSHEET,
    packed,
    zipped,
)
from tests.support.small_course import TASK


def tree(folder):
    """Return the files below a folder, without those of `course collect` itself."""
    files = (path for path in folder.rglob("*") if path.is_file())
    names = (path.relative_to(folder).as_posix() for path in files)
    return sorted(name for name in names if not name.startswith("."))


def collected(tmp_path, files, roster=None, **more):
    """Collect a zip of these files, with a roster of this text."""
    path = None
    if roster is not None:
        path = tmp_path / "roster.csv"
        path.write_bytes(roster.encode())
    zipped(tmp_path / "download.zip", files)
    found = collect(tmp_path / "download.zip", tmp_path / "submitted", roster=path, **more)
    return found, tmp_path / "submitted"


def records(folder):
    text = (folder / ".collected" / f"{TASK}.json").read_text()
    return {one["student"]: one for one in json.loads(text)}


# -- each system's layout -------------------------------------------------------------------------


def test_canvas_with_its_own_gradebook_as_roster(tmp_path):
    found, folder = collected(tmp_path, CANVAS, GRADEBOOK)
    assert tree(folder) == [
        f"ada/{TASK}/{NOTEBOOK}",
        f"grace/{TASK}/{NOTEBOOK}",
        f"jane/{TASK}/{NOTEBOOK}",
        f"zoe/{TASK}/text.html",
    ]
    assert (folder / "grace" / TASK / NOTEBOOK).read_text() == PAGE
    assert found.late == ["grace", "zoe"]
    assert found.set_aside == [f"grace: hopper李_102_8001_{NOTEBOOK}"]
    assert found.missing == ["never"]
    assert not found.unmatched
    assert Records.read(folder, TASK).names()["ada"] == "Ada Byron"
    assert records(folder)["grace"]["upload"] == f"hopper李_LATE_102_9002_{TASK}-1.ipynb"


def test_canvas_without_a_roster_gets_a_folder_for_each_name(tmp_path):
    _, folder = collected(tmp_path, CANVAS)
    assert not Records.read(folder, TASK).names()  # "byronada" is none
    assert sorted(os.listdir(folder))[1:] == [
        "byronada_101",
        "hopper李_102",
        "oneilzoë_104",
        "smithjane_103",
    ]


def test_canvas_anonymous(tmp_path):
    files = {f"anon_Ab3Xz_9001_{NOTEBOOK}": PAGE, f"anon_Q7_LATE_55_9002_{NOTEBOOK}": PAGE}
    found, folder = collected(tmp_path, files)
    assert tree(folder) == [f"anon_Ab3Xz/{TASK}/{NOTEBOOK}", f"anon_Q7/{TASK}/{NOTEBOOK}"]
    assert found.late == ["anon_Q7"]


def test_group_goes_to_each_of_its_members(tmp_path):
    files = {f"team7_101_9001_{NOTEBOOK}": PAGE}
    roster = "student,canvas_id,group\nada,101,Team 7\nbob,102,team 7\ncyd,103,Team 8\n"
    found, folder = collected(tmp_path, files, roster)
    assert tree(folder) == [f"ada/{TASK}/{NOTEBOOK}", f"bob/{TASK}/{NOTEBOOK}"]
    assert found.missing == ["cyd"]


def test_group_without_such_a_column_is_pointed_out(tmp_path):
    found, _ = collected(tmp_path, {f"team7_101_9001_{NOTEBOOK}": PAGE}, GRADEBOOK)
    assert found.notes[0].startswith("team7_101 goes to ada, whose name is another.")


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name,
        lambda name: name.replace("_file/", "_file_/"),
        lambda name: name.replace("/", "_"),
        lambda name: f"DL1-Forward-42/{name}",
    ],
    ids=["folders", "before 4.1", "flat", "in a folder"],
)
def test_moodle_with_its_worksheet_as_roster(tmp_path, rename):
    files = {rename(name): text for name, text in MOODLE.items()}
    found, folder = collected(tmp_path, files, WORKSHEET)
    assert Records.read(folder, TASK).names()["ada@example.org"] == "Ada Byron"
    assert tree(folder) == [
        f"ada@example.org/{TASK}/{NOTEBOOK}",
        f"grace@example.org/{TASK}/{NOTEBOOK}",
        f"grace@example.org/{TASK}/onlinetext.html",
    ]
    assert found.missing == ["never@example.org"]


def test_moodle_in_another_language_and_blind(tmp_path):
    files = {f"Teilnehmer_{n}_assignsubmission_file/{NOTEBOOK}": PAGE for n in (501, 502)}
    sheet = (
        "ID,Vollständiger Name,Status,Bewertung,Bestwertung,Zuletzt geändert\n"
        "Teilnehmer 501,Ada Byron,Abgegeben,,100,-\nTeilnehmer 502,Grace Hopper,Abgegeben,,100,-\n"
    )
    found, folder = collected(tmp_path, files, sheet)
    assert tree(folder) == [
        f"Ada Byron_501/{TASK}/{NOTEBOOK}",
        f"Grace Hopper_502/{TASK}/{NOTEBOOK}",
    ]
    assert not found.unmatched


def test_gradescope_with_a_pair_and_times(tmp_path):
    roster = "student,email\nada,ada@example.org\ngrace,GRACE@example.org\njane,jane@example.org\n"
    _, folder = collected(tmp_path, GRADESCOPE, roster)
    assert tree(folder) == [
        f"{name}/{TASK}/{file}"
        for name in ("ada", "grace", "jane")
        for file in (NOTEBOOK, "timestamp.txt")
    ]
    stamp = (folder / "ada" / TASK / "timestamp.txt").read_text()
    assert stamp == "2026-11-20 10:00:00.000000 UTC"


def test_blackboard_takes_the_newest_attempt_and_the_name_from_the_receipt(tmp_path):
    found, folder = collected(tmp_path, BLACKBOARD)
    assert tree(folder) == [
        f"{name}/{TASK}/{file}"
        for name in ("ada", "g_hopper")
        for file in (NOTEBOOK, "timestamp.txt")
    ]
    assert found.set_aside == ["ada: Forward_ada_attempt_2026-11-19-08-00-00"]


def test_repositories_and_nested_zips(tmp_path):
    files = {
        f"forward-ada/notebooks/{TASK}/{NOTEBOOK}": PAGE,
        f"forward-ada/notebooks/{TASK}/helper.py": "x = 1",
        "forward-ada/.git/config": "[core]",
        "forward-bob-main.zip": packed({f"forward-bob-main/{NOTEBOOK}": PAGE, "__MACOSX/x": ""}),
    }
    _, folder = collected(tmp_path, files, "student,github\nada,ada\nbob,BOB\n")
    assert tree(folder) == [
        f"ada/{TASK}/{NOTEBOOK}",
        f"ada/{TASK}/helper.py",
        f"bob/{TASK}/{NOTEBOOK}",
    ]


def test_nbgraders_own_tree_keeps_its_times_and_assignments(tmp_path):
    other = "02_backward_propagation"
    for name in (f"ada/{TASK}/{NOTEBOOK}", f"ada/{other}/{other}.ipynb"):
        path = tmp_path / "theirs" / name
        path.parent.mkdir(parents=True)
        path.write_text(PAGE)
        path.with_name("timestamp.txt").write_text("2026-11-20 10:00:00.000000 UTC")
    found = collect(tmp_path / "theirs", tmp_path / "submitted")
    assert found.assignments == [TASK, other]
    assert tree(tmp_path / "submitted") == tree(tmp_path / "theirs")


# -- who and which --------------------------------------------------------------------------------


def test_two_of_one_name_are_listed_and_settled_by_a_line_of_the_roster(tmp_path):
    files = {f"smithjane_{n}_90{n}_{NOTEBOOK}": PAGE for n in (103, 104)}
    roster = "student,name,download\njane,Jane Smith,\njs,'Smith, Jane',\n".replace("'", '"')
    found, folder = collected(tmp_path, files, roster)
    assert tree(folder) == []
    assert found.unmatched == [
        f"smithjane_{n}: lines 2, 3 of the roster have this name" for n in (103, 104)
    ]
    roster = roster.replace("Smith,\n", "Smith,smithjane_103\n").replace(
        '",\n', '",smithjane_104\n'
    )
    found, folder = collected(tmp_path, files, roster)
    assert tree(folder) == [f"jane/{TASK}/{NOTEBOOK}", f"js/{TASK}/{NOTEBOOK}"]
    assert not found.unmatched


def test_two_hand_ins_that_fit_one_student_are_listed(tmp_path):
    files = {f"smithjane_{n}_90{n}_{NOTEBOOK}": PAGE for n in (103, 104)}
    found, folder = collected(tmp_path, files, "student,name\njane,Jane Smith\n")
    assert tree(folder) == []
    assert found.unmatched == ["smithjane_103, smithjane_104: all of them fit jane"]


def test_person_of_the_same_name_and_another_id_is_no_match(tmp_path):
    found, folder = collected(tmp_path, {f"smithjane_777_9001_{NOTEBOOK}": PAGE}, GRADEBOOK)
    assert tree(folder) == []
    [line] = found.unmatched
    assert line == "smithjane_777: line 6 of the roster has this name and another id"


def test_newer_attempt_replaces_and_an_older_download_does_not(tmp_path):
    older = {f"byronada_101_8000_{NOTEBOOK}": "old", f"x_102_8001_{NOTEBOOK}": PAGE}
    _, folder = collected(tmp_path, older, GRADEBOOK)
    collected(tmp_path, CANVAS, GRADEBOOK)
    assert (folder / "ada" / TASK / NOTEBOOK).read_text() == PAGE
    found, _ = collected(tmp_path, older, GRADEBOOK)
    assert found.kept[0].startswith("ada: a newer attempt was collected before")
    assert (folder / "ada" / TASK / NOTEBOOK).read_text() == PAGE


def test_folder_that_no_download_brought_is_left_unless_forced(tmp_path):
    mine = tmp_path / "submitted" / "ada" / TASK / NOTEBOOK
    mine.parent.mkdir(parents=True)
    mine.write_text("by hand")
    found, _ = collected(tmp_path, CANVAS, GRADEBOOK)
    assert found.kept == ["ada: its folder was not made by `course collect`; --force replaces it"]
    assert mine.read_text() == "by hand"
    collected(tmp_path, CANVAS, GRADEBOOK, force=True)
    assert mine.read_text() == PAGE


def test_assignment_is_asked_for_where_notebooks_disagree(tmp_path):
    other = "02_backward_propagation.ipynb"
    files = {f"a_1_11_{NOTEBOOK}": PAGE, f"b_2_12_{other}": "{}"}
    with pytest.raises(UsageError, match=r"holds notebooks of .*--assignment NAME"):
        collected(tmp_path, files)
    _, folder = collected(tmp_path, files, assignment=TASK)
    assert tree(folder) == [f"a_1/{TASK}/{NOTEBOOK}", f"b_2/{TASK}/{NOTEBOOK}"]
    with pytest.raises(UsageError, match="holds no notebook of the course"):
        collected(tmp_path, {"a_1_11_report.pdf": "x", "b_2_12_report.pdf": "x"})


def test_renamed_notebook_is_known_by_its_exercises(tmp_path):
    _, folder = collected(tmp_path, {"a_1_11_final version.ipynb": PAGE})
    assert tree(folder) == [f"a_1/{TASK}/{NOTEBOOK}"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a;b\n1;2\n", "no column says who the students are"),
        ("student\nada\nada\n", "lines 2 and 3: both are for ada"),
        ("student,name\n,Ada\n", "line 2: nothing says whose line it is"),
        ("", "is no CSV file"),
        ("student\n", "has no students"),
    ],
)
def test_roster_that_cannot_serve_says_why(text, says, tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=says):
        Roster.read(path)


def test_command_prints_the_table(tmp_path, capsys):
    (tmp_path / "roster.csv").write_text(GRADEBOOK)
    zipped(tmp_path / "download.zip", CANVAS | {f"nobody_700_9_{NOTEBOOK}": PAGE})
    arguments = ["--roster", tmp_path / "roster.csv", "--submissions", tmp_path / "submitted"]
    code = cli.main(["collect", str(tmp_path / "download.zip"), *map(str, arguments)])
    assert code == ExitCode.PROBLEMS
    shown = capsys.readouterr().out
    for line in ("matched                       4", "of them late                2"):
        assert line in shown
    assert "- nobody_700: nobody in the roster" in shown
    assert "column `download`" in shown


# -- archives that mean harm ----------------------------------------------------------------------


def hostile(tmp_path):
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"a_1_11_{NOTEBOOK}", PAGE)
        archive.writestr("../../escaped.txt", "x")
        archive.writestr("/etc/a_1_12_passwd", "x")
        archive.writestr("b_2_13_..\\..\\evil.txt", "x")
        link = zipfile.ZipInfo("c_3_14_link.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr(f"d_4_15_{'n' * 300}.ipynb", "x")
        archive.writestr(
            "e_5_16_deep.zip",
            packed({"1.zip": packed({"2.zip": packed({"3.zip": packed({"4.ipynb": PAGE})})})}),
        )
    return path


def test_nothing_is_written_outside_and_each_is_named(tmp_path):
    path = hostile(tmp_path)
    before = tree(tmp_path)
    found = collect(path, tmp_path / "in" / "submitted", assignment=TASK)
    assert [name for name in tree(tmp_path) if not name.startswith("in/submitted/")] == before
    said = "\n".join(found.left_out)
    for name, why in (
        ("../../escaped.txt", "leads out of the zip"),
        ("b_2_13_..\\\\..\\\\evil.txt".replace("\\\\", "\\"), "leads out of the zip"),
        ("c_3_14_link.ipynb", "is a link"),
        ("n.ipynb", "has a name that is too long"),
        ("3.zip", "is a zip in more than 3 other zips"),
    ):
        assert f"{name} {why}" in said
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("limits", "says"),
    [({"size": 1000}, "unpacks to more than"), ({"files": 2}, "has more than 2 files")],
)
def test_download_beyond_a_limit_stops(limits, says, tmp_path):
    (tmp_path / "aside").mkdir()
    path = zipped(tmp_path / "download.zip", CANVAS)
    with pytest.raises(UsageError, match=says):
        Download(path, tmp_path / "aside", replace(DOWNLOAD, **limits))


def test_size_is_what_is_really_there(tmp_path):
    """A zip may say that a file is small."""
    (tmp_path / "aside").mkdir()
    path = zipped(tmp_path / "download.zip", {"a_1_2_x.ipynb": b"0" * 5_000_000})
    content = path.read_bytes().replace((5_000_000).to_bytes(4, "little"), b"\1\0\0\0")
    path.write_bytes(content)
    found = Download(path, tmp_path / "aside", replace(DOWNLOAD, file=1_000_000))
    assert not found.entries
    assert len(found.left_out) == 1


def test_links_in_a_folder_are_not_followed(tmp_path):
    (tmp_path / "theirs" / "ada").mkdir(parents=True)
    (tmp_path / "theirs" / "ada" / NOTEBOOK).symlink_to("/etc/passwd")
    (tmp_path / "theirs" / "bob").symlink_to(tmp_path)
    (tmp_path / "aside").mkdir()
    found = Download(tmp_path / "theirs", tmp_path / "aside")
    assert not found.entries
    assert found.left_out == [f"ada/{NOTEBOOK} is a link.", "bob is a link."]


@pytest.mark.parametrize(
    "content", [b"no zip", packed({"a": "b"})[:-30]], ids=["no zip", "cut short"]
)
def test_damaged_download_is_refused_in_a_sentence(content, tmp_path):
    path = tmp_path / "download.zip"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"is not a zip|is a damaged zip"):
        collect(path, tmp_path / "submitted")

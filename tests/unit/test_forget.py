"""Test `course forget`: nothing of the student is left, and all of the others is."""

import re
import zipfile

import pytest

from autograder import cli
from autograder.errors import ExitCode
from autograder.grading.verdict_cache import VerdictCache
from autograder.lms.collect import collect
from autograder.lms.records import MADE_HERE
from tests.support.downloads import CANVAS, GRADEBOOK, zipped
from tests.support.small_course import TASK


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "roster.csv").write_text(GRADEBOOK)
    zipped(tmp_path / "download.zip", CANVAS)
    folder = tmp_path / "class"
    collect(tmp_path / "download.zip", folder / "submitted", roster=tmp_path / "roster.csv")
    results = folder / "grades" / TASK
    results.mkdir(parents=True)
    for name in ("grades.csv", "attention.csv"):
        (results / name).write_text("student,total\nada,1\ngrace,2\n")
    (results / "results.jsonl").write_text('{"student": "ada"}\n{"student": "grace"}\n')
    with VerdictCache(results / "verdicts.db") as cache:
        cache.put({"key": {"message": "ada_byron is not defined"}})
    (folder / "grades" / "report.html").write_text("ada: relu")
    for name in ("ada", "grace"):
        page = folder / "feedback" / TASK / f"{name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(name)
    packed = folder / "feedback" / f"{TASK}.canvas.zip"
    zipped(packed, {"byronada_101_9001_feedback.html": "ada"})
    with zipfile.ZipFile(packed, "a") as archive:
        archive.comment = MADE_HERE
    zipped(folder / "feedback" / "mine.zip", {"slides.pdf": "mine"})
    return folder


def test_nothing_of_the_student_is_left(desk, capsys):
    where = ["--submissions", str(desk / "submitted"), "--output", str(desk / "grades")]
    command = ["forget", "ada", *where, "--also", str(desk / "feedback")]
    assert cli.main(command) == ExitCode.FINE
    for path in desk.rglob("*"):
        assert "ada" not in path.name
        if path.is_file():
            words = re.split(rb"\W+", path.read_bytes())
            assert not {b"ada", b"byronada", b"ada_byron"} & set(words)
    assert (desk / "submitted" / "grace" / TASK).is_dir()
    assert (desk / "feedback" / TASK / "grace.html").exists()
    assert (desk / "grades" / TASK / "grades.csv").read_text() == "student,total\ngrace,2\n"
    assert (desk / "feedback" / "mine.zip").exists()
    shown = capsys.readouterr().out
    for name in (
        f"Removed: {desk / 'submitted' / 'ada'} (",
        f"Removed: {desk / 'feedback' / TASK / 'ada.html'}",
        f"Removed: {desk / 'feedback' / TASK}.canvas.zip, which may hold the page",
        f"Left as it is: {desk / 'feedback' / 'mine.zip'}",
        f"Taken out of: {desk / 'grades' / TASK / 'results.jsonl'}",
        "verdicts.db (entries that no other work has: 1)",
        f"Removed: {desk / 'grades' / 'report.html'}",
    ):
        assert name in shown
    assert cli.main(command) == ExitCode.USAGE
    assert "There is nothing of ada" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["..", ".collected", "a/b", "."])
def test_name_that_is_none_is_refused(name, desk, capsys):
    before = sorted(desk.rglob("*"))
    assert cli.main(["forget", name, "--workspace", str(desk)]) == ExitCode.USAGE
    assert "is no student's name" in capsys.readouterr().err
    assert sorted(desk.rglob("*")) == before

"""Test the instructor's desk as a whole: each command of the guide, on a class that is graded."""

import csv
import json
import re
import shlex
import shutil
import zipfile

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from autograder import cli, demo
from autograder.course import bundle
from autograder.errors import ExitCode
from autograder.grading.verdict_cache import VerdictCache
from tests.support import ROOT
from tests.support.course_notebooks import blank, solved
from tests.support.downloads import GRADEBOOK, NOTEBOOK, WORKSHEET, zipped
from tests.support.small_course import TASK

COLUMN = "Forward propagation"
GUIDE = (ROOT / "docs" / "instructor.md").read_text(encoding="utf-8")
ROSTER = (
    "student,name,canvas_id,email\nada,Ada Byron,101,ada@example.org\n"
    "grace,Grace Hopper,102,grace@example.org\njane,Jane Smith,103,\nnever,Never Late,105,\n"
)


def commands(heading):
    """Return the commands in the first block of code below a heading of the guide."""
    part = GUIDE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    block = re.search(r"```sh\n(.*?)```", part, re.DOTALL)
    lines = [line.partition(" #")[0].strip() for line in block[1].splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("course ")]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Make a folder with a download, a roster and both exports, and grade the class."""
    folder = tmp_path_factory.mktemp("desk")
    right = json.dumps(solved())
    mistaken = json.dumps(solved(relu="def relu(Z):\n    return np.abs(Z)"))
    files = {
        f"byronada_101_9001_{NOTEBOOK}": right,
        f"hoppergrace_LATE_102_9002_{NOTEBOOK}": mistaken,
        f"smithjane_103_9003_{NOTEBOOK}": json.dumps(blank()),
    }
    zipped(folder / "submissions.zip", files)
    (folder / "roster.csv").write_text(ROSTER)
    (folder / "gradebook.csv").write_text(GRADEBOOK, newline="")
    (folder / "worksheet.csv").write_text(WORKSHEET, newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        [collect, grade] = commands("Work comes in")
        assert cli.main(collect) == ExitCode.FINE
        assert cli.main([*grade, "--jobs", "1"]) == ExitCode.FINE
    return folder


@pytest.fixture(autouse=True)
def inside(desk, monkeypatch):
    monkeypatch.chdir(desk)


def test_download_is_collected_and_graded(desk):
    with (desk / "grades" / TASK / "grades.csv").open() as file:
        totals = {row["student"]: row["total"] for row in csv.DictReader(file)}
    assert totals["ada"] == "100"
    assert 90 < float(totals["grace"]) < 100


def test_first_time_from_canvas_goes_in_the_order_of_the_guide(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "contents", lambda root, assignment: {"README.md": b""})
    monkeypatch.chdir(tmp_path)
    zipped(tmp_path / "submissions.zip", {f"byronada_101_9001_{NOTEBOOK}": json.dumps(solved())})
    (tmp_path / "gradebook.csv").write_text(GRADEBOOK, newline="")
    found = commands("The first time, from Canvas")
    assert len(found) == 7
    for name, *arguments in found:
        more = ["--jobs", "1"] if name == "grade" else []
        assert cli.main([name, *arguments, *more]) == ExitCode.FINE, name
    assert (tmp_path / "out" / f"{TASK}.zip").exists()
    assert (
        '"Byron, Ada",101,S101,ada,"Deep, 1",9.50,100.00,'
        in (tmp_path / f"{TASK}.canvas.csv").read_text()
    )
    assert (tmp_path / "feedback" / f"{TASK}.canvas.zip").exists()


def test_feedback_has_the_verdicts_and_is_packed(desk):
    [feedback] = commands("Feedback")
    assert cli.main(feedback) == ExitCode.FINE
    page = (desk / "feedback" / TASK / "grace.html").read_text()
    assert "this is |Z|" in page
    assert "Feedback for Grace Hopper (grace)" in page
    assert 'class="verdict"' in page
    with zipfile.ZipFile(desk / "feedback" / f"{TASK}.canvas.zip") as archive:
        names = archive.namelist()
        assert names == [
            "byronada_101_9001_feedback.html",
            "hoppergrace_LATE_102_9002_feedback.html",
            "smithjane_103_9003_feedback.html",
        ]
        assert archive.read(names[1]).decode() == page


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # nbgrader's own
def test_nbgrader_hands_out_the_pages_of_a_workspace(desk, tmp_path, capsys):
    beside = {"timestamp.txt": "2026-11-20 08:00:00 UTC", "submission_secret.txt": "s3cret"}
    folder = desk / "submitted" / "ada" / TASK
    try:
        for name, text in beside.items():
            (folder / name).write_text(text)
        command = ["feedback", TASK, "--workspace", "."]
        assert cli.main([*command, "--force"]) == ExitCode.FINE
        said = capsys.readouterr().out
        assert "Written: feedback for 1." in said
        assert "- grace: not handed in through nbgrader's exchange" in said
        assert cli.main(command) == ExitCode.USAGE
    finally:
        for name in beside:
            (folder / name).unlink()
    course = CourseDirectory(root=str(desk), course_id="course", assignment_id=TASK)
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    ExchangeReleaseFeedback(coursedir=course, root=str(exchange)).start()
    [released] = (exchange / "course" / "feedback").iterdir()
    assert released.stem == notebook_hash(
        secret="s3cret", notebook_id=TASK
    )  # what students look for
    assert "Feedback for Ada Byron (ada)" in released.read_text()


def test_exports_are_filled_in(desk, capsys):
    for command in commands("Grades go out"):
        assert cli.main([*command, "--pending", "skip"]) in (ExitCode.FINE, ExitCode.PROBLEMS)
    assert "100.00" in (desk / f"{TASK}.canvas.csv").read_text()
    assert 'grading",100.00,100.00' in (desk / f"{TASK}.moodle.csv").read_text()
    assert "ada,byronada,101,100,100,final," in (desk / f"{TASK}.grades.csv").read_text()
    assert "jane: nobody there has this name or id" in capsys.readouterr().out


def test_work_handed_in_anew_has_no_feedback_until_it_is_graded(desk, tmp_path, capsys):
    path = desk / "submitted" / "ada" / TASK / NOTEBOOK
    before = path.read_text()
    try:
        path.write_text(before.replace("np.maximum", "np.minimum"))
        command = ["feedback", TASK, "--workspace", ".", "--to", str(tmp_path)]
        assert cli.main(command) == ExitCode.FINE
    finally:
        path.write_text(before)
    assert "- ada: not graded as it is now; grade it again" in capsys.readouterr().out
    assert not (tmp_path / TASK / "ada.html").exists()


def test_report_is_on_the_class_of_the_roster(desk):
    for command in commands("The class at a glance"):
        assert cli.main(command) == ExitCode.FINE
    page = (desk / "grades" / "report.html").read_text()
    assert "1 did not" in page
    assert "<li>Never Late (never)</li>" in page
    assert "never" in page
    assert "never" not in (desk / "for_the_lecture.html").read_text()


def test_disputed_verdict_is_shown_again(desk, capsys):
    beside, in_a_workspace = commands("A disputed verdict")
    assert cli.main(beside) == ExitCode.FINE
    shown = capsys.readouterr().out
    assert "this is |Z|" in shown
    assert cli.main(["." if "my_class" in word else word for word in in_a_workspace]) == (
        ExitCode.FINE
    )
    assert capsys.readouterr().out == shown


def test_demo_goes_from_a_zip_to_the_gradebook(tmp_path, monkeypatch, capfd):
    few = ["Aster", "Clover", "Dahlia", "Poppy", "Quince", "Thistle"]
    monkeypatch.setattr(demo, "NAMES", few)
    assert cli.main(["demo", "--no-browser", "--to", str(tmp_path / "demo")]) == ExitCode.FINE
    shown = capfd.readouterr().out
    assert "matched                       5" in shown
    assert "- poppy" in shown
    assert "- thistle, relu: tampered: It sent an invalid message" in shown
    with (tmp_path / "demo" / "to_import.csv").open(newline="") as file:
        filled = {row["Student"]: row[f"{COLUMN} (4711)"] for row in csv.DictReader(file)}
    assert filled["Example, Poppy"] == filled["Example, Quince"] == ""
    assert float(filled["Example, Aster"]) > 0
    assert cli.main(["demo", "--to", str(tmp_path / "demo")]) == ExitCode.USAGE
    [last] = [line for line in shown.splitlines() if line.startswith("  course explain")]
    assert last.split()[2] in map(str.lower, demo.FLOWERS.split())


def test_forgotten_student_leaves_the_others_verdicts_in_the_cache(desk, tmp_path, capsys):
    for name in ("submitted", "grades"):
        shutil.copytree(desk / name, tmp_path / name)
    where = [
        f"--{a}={tmp_path / b}" for a, b in (("submissions", "submitted"), ("output", "grades"))
    ]
    assert cli.main(["forget", "grace", *where]) == ExitCode.FINE
    with VerdictCache(tmp_path / "grades" / TASK / "verdicts.db") as cache:
        kept = cache._db.execute("SELECT verdict FROM verdicts").fetchall()
    assert kept
    assert not [one for (one,) in kept if "this is |Z|" in one]
    capsys.readouterr()
    assert cli.main(["grade", TASK, *where, "--jobs", "1"]) == ExitCode.FINE
    assert "14 of them were known from an earlier run" in capsys.readouterr().out


@pytest.mark.thorough
def test_late_rule_is_in_the_table_and_in_what_is_exported(desk, tmp_path, capsys):
    output = ["--submissions", "submitted", "--output", "grades"]
    stamp = desk / "submitted" / "ada" / TASK / "timestamp.txt"
    late = desk / "submitted" / "grace" / TASK / "timestamp.txt"
    (desk / "grading.toml").write_text(
        f"[due]\n{TASK} = 2026-11-20T12:00:00Z\n"
        '[late]\npercent_per_day = 10\nextensions = "extensions.csv"\n'
    )
    (desk / "extensions.csv").write_text("student,hours\ngrace,48\n")
    stamp.write_text("2026-11-21 13:00:00 UTC")
    try:
        cli.main(["grade", TASK, *output, "--jobs", "1"])
        said = capsys.readouterr().out
        assert "ada: 100 → 80: late penalty 0 → 20" in said
        assert "does not say by how much: grace." in said
        assert f"into submitted/STUDENT/{TASK}/timestamp.txt, and grade again." in said
        target = str(tmp_path / "out.csv")
        cli.main(["export", TASK, "--canvas", "gradebook.csv", "--to", target, *output])
        assert ",80.00," in (tmp_path / "out.csv").read_text()
        cli.main(["feedback", TASK, "--to", str(tmp_path), *output])
        page = (tmp_path / TASK / "ada.html").read_text()
        assert "Handed in 25 hours after the due date: 20 points less." in page
        assert "You had until" not in page
        page = (tmp_path / TASK / "grace.html").read_text()
        assert "You had until 2026-11-22 12:00 (UTC), by an extension." in page
        late.write_text("2026-11-20 11:00:00 UTC")
        cli.main(["grade", TASK, *output, "--jobs", "1"])
        assert "does not say by how much" not in capsys.readouterr().out
    finally:
        stamp.unlink()
        late.unlink(missing_ok=True)
        (desk / "grading.toml").unlink()
        (desk / "extensions.csv").unlink()
        cli.main(["grade", TASK, *output, "--jobs", "1"])

"""Test a whole round with nbgrader's own commands, from the workspace to the feedback."""

import csv
import html
import re

import pytest

from autograder import cli
from autograder.errors import ExitCode
from autograder.nbgrader_bridge.course_directory import CONFIG
from tests.support.school import BOBS, NAME, POINTS, SENTENCES, scores
from utils.files import RECORD

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.sandbox,
    pytest.mark.root,
    pytest.mark.xdist_group("school"),
]


def test_gradebook_has_the_expected_points_for_each_exercise(school):
    assert scores(school, "alice") == {n: (p, p) for n, p in POINTS.items()}
    assert scores(school, "bob") == {n: (BOBS[n], p) for n, p in POINTS.items()}
    assert scores(school, "eve")["relu"] == (0, POINTS["relu"])


def test_students_fetch_the_data_but_do_not_submit_it(school):
    fetched = school.root / "alice" / NAME
    assert (fetched / "datasets" / "garments.h5").stat().st_size > 1_000_000
    handed_in = school.workspace / "submitted" / "alice" / NAME
    assert (handed_in / f"{NAME}.ipynb").is_file()
    assert sum(file.stat().st_size for file in handed_in.rglob("*") if file.is_file()) < 500_000


def test_files_submitted_beside_the_notebook_are_not_run(school):
    assert scores(school, "mallory") == {n: (0, p) for n, p in POINTS.items()}
    assert not (school.root / "ran").exists()


def test_collect_finds_the_submitters(school):
    assert "Collecting submission: alice" in school.said["collect"]
    assert "Collecting submission: bob" in school.said["collect"]
    assert "cheating" not in school.said["collect"]


def test_validate_shows_the_student_the_later_verdicts(school):
    assert "Success! Your notebook passes all the tests." in school.said["alice"]
    assert re.search(r"VALIDATION FAILED ON 3\s+CELL\(S\)", school.said["bob"])
    assert "✗ linear_forward" in school.said["bob"]
    assert "○ compute_cost: still blank." in school.said["bob"]
    assert "Traceback" not in school.said["bob"]


def test_release_contains_no_solution(school):
    released = school.workspace / "release" / NAME
    assert not (released / "utils" / "reference").exists()
    assert not (released / "utils" / "exercises").exists()
    assert "W @ A_prev + b" not in (released / f"{NAME}.ipynb").read_text()
    assert "W @ A_prev + b" in (school.workspace / "source" / NAME / f"{NAME}.ipynb").read_text()


@pytest.mark.thorough
def test_the_instructor_can_validate_the_source(school):
    assert "Success! Your notebook passes" in school.run("validate", f"source/{NAME}/{NAME}.ipynb")


def text_of(page):
    """Return the visible text of a page."""
    without = re.sub(r"(?s)<(style|script)\b.*?</\1>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", without)).split())


def test_fetched_feedback_explains_the_mistakes(school):
    [page] = (school.root / "bob" / NAME / "feedback").rglob("*.html")
    text = text_of(page.read_text())
    for sentence in SENTENCES:
        assert sentence.replace("`", "") in text.replace("`", "")
    assert f"Score: {float(sum(BOBS.values()))} / 100.0" in text
    for name, points in BOBS.items():
        assert f"Score: {float(points)} / {float(POINTS[name])}" in text
    assert "site-packages" not in text
    [alices] = (school.workspace / "feedback" / "alice").rglob("*.html")
    assert "Score: 100.0 / 100.0" in text_of(alices.read_text())


def test_export_has_a_row_for_each_student(school):
    with (school.workspace / "grades.csv").open() as file:
        rows = {r["student_id"]: r for r in csv.DictReader(file) if r["assignment"] == NAME}
    assert {name: float(row["score"]) for name, row in rows.items()} == {
        "alice": 100,
        "bob": sum(BOBS.values()),
        "eve": 95,
        "mallory": 0,
    }
    assert {float(row["max_score"]) for row in rows.values()} == {100}


@pytest.mark.thorough
def test_remaking_the_workspace_changes_only_source(school, capsys):
    def seen():
        return {
            path.relative_to(school.workspace): (path.stat().st_mtime_ns, path.stat().st_size)
            for path in school.workspace.rglob("*")
            if path.is_file() and "source" not in path.relative_to(school.workspace).parts
        }

    before = seen()
    source = school.workspace / "source" / NAME
    (source / RECORD).unlink(missing_ok=True)  # the instructor's, who tried the page
    made = {file: (source / file).read_bytes() for file in source.rglob("*") if file.is_file()}
    (source / "utils" / "check.py").write_text("")
    (source / "stale.py").write_text("")
    (school.workspace / "source" / "my_own").mkdir()
    assert cli.main(["workspace", str(school.workspace)]) == ExitCode.FINE
    assert seen() == before
    assert {f: (source / f).read_bytes() for f in source.rglob("*") if f.is_file()} == made
    assert (school.workspace / "source" / "my_own").is_dir()
    assert (
        f"Left as it is: {school.workspace / CONFIG}. Delete it first to get a new one.\n"
        in capsys.readouterr().out
    )

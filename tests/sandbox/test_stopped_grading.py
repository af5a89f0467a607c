"""Test `course grade` where a run fails, is stopped, or cannot begin."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import nullcontext

import pytest

from tests.support.quick_class import Dying
from tests.support.small_course import (
    FULL,
    TASK,
    after,
    command,
    course,
    hand_in,
    results,
    run,
    solved,
    table,
)

pytestmark = pytest.mark.xdist_group("grade")


def test_fault_of_the_course_costs_no_points(tmp_path):
    broken = course(tmp_path / "course")
    with (broken / "utils/exercises/__init__.py").open("a") as file:
        file.write('\nEXERCISES["relu"].cases = lambda rng: 1 / 0\n')
    hand_in(tmp_path / "in", "ada", solved())
    done = run(broken, tmp_path / "in", tmp_path / "out")
    assert done.returncode == 1
    relu = results(tmp_path / "out")["ada", "relu"]
    assert (relu["status"], relu["points"]) == ("unchecked", None)
    assert "not your fault" in relu["message"]
    row = table(tmp_path / "out")["ada"]
    assert (row["relu"], row["total"], row["pending"]) == ("", str(FULL - 5), "5")
    assert "- ada, relu: unchecked: could not be checked" in done.stdout


def test_dying_worker_costs_no_points(tmp_path):
    from autograder.grading import grade
    from autograder.grading.grade_submission import Settings

    hand_in(tmp_path / "in", "ada", solved())
    code = grade.grade(
        course(tmp_path / "course"),
        TASK,
        tmp_path / "in",
        tmp_path / "out",
        settings=Settings(TASK),
        pool=lambda: nullcontext(Dying()),
    )
    assert code == 1
    for one in results(tmp_path / "out").values():
        assert one["status"] == "unchecked"
        assert "not the student's fault: the worker died" in one["message"]
    assert table(tmp_path / "out")["ada"]["pending"] == str(FULL)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_ctrl_c_keeps_graded_results(tmp_path):
    hand_in(tmp_path / "in", "ada", solved())
    slow = after(solved(), "setup", "import time\n\ntime.sleep(600)")
    hand_in(tmp_path / "in", "carl", slow)
    arguments = (TASK, "--submissions", tmp_path / "in", "--output", tmp_path / "out")
    with subprocess.Popen(
        command(*arguments, "--timeout", "700"),
        cwd=course(tmp_path / "course"),
        env=os.environ | {"TMPDIR": str(tmp_path)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        for line in process.stderr:
            if line.startswith("ada:"):
                break
        process.send_signal(signal.SIGINT)
        try:
            said, errors = process.communicate(timeout=60)
        finally:
            process.kill()  # if it ignores Ctrl-C, it would sleep for long
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "1 of 2 students are not graded yet" in said
    assert list(table(tmp_path / "out", "grades.partial.csv")) == ["ada"]
    assert not (tmp_path / "out" / TASK / "grades.csv").exists()
    assert list(tmp_path.glob("course-*")) == []


@pytest.mark.parametrize(
    ("assignment", "submissions", "said"),
    [
        ("no_such", "in", f"no assignment 'no_such'. It has: {TASK}."),
        (TASK, "nowhere", "course, in"),
        (TASK, "course", "no students' folders"),
        (TASK, "in", f"has a folder {TASK}: what should be there"),
    ],
)
def test_bad_input_is_reported_in_one_sentence(tmp_path, assignment, submissions, said):
    where = course(tmp_path / "course")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada").mkdir()
    if submissions == "course":
        submissions, _ = "empty", (tmp_path / "empty").mkdir()
    done = subprocess.run(
        command(assignment, "--submissions", tmp_path / submissions, "--output", tmp_path / "out"),
        cwd=where,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1

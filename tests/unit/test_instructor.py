"""Test what the commands say to an instructor: explanations, refusals, terminals, the README."""

import errno
import os
import re
import shlex
import shutil
import subprocess
import sys

import numpy as np
import pytest

from autograder import cli
from autograder.course import bundle, notebooks
from autograder.errors import BrokenCourse, ExitCode, UsageError
from autograder.grading import explain, verdict_cache
from autograder.grading.course_notebook import read_course_notebook
from autograder.grading.grade import make_output_folder
from autograder.grading.verdict_cache import VerdictCache
from autograder.nbgrader_bridge import course_directory
from tests.support import ROOT
from tests.support.course_notebooks import NAME, blank, cell_of
from utils.checker.cases import AnyOfShape, Anything, Approx, InRange, Seed, TempFile

# -- course explain -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (InRange(-0.001, 0.001), "a number from -0.001 to 0.001"),
        (Approx(0.123456789, 0.01), "about 0.12346"),
        (AnyOfShape((2, 3)), "an array of shape (2, 3)"),
        (Anything(), "a value that fits the task"),
        (TempFile("log.csv"), 'the path of a file "log.csv"'),
        (Seed(7), "np.random.default_rng(7)"),
        (np.array([[1 / 3, 2.0], [-np.inf, 1e-9]]), "np.array([[0.33333, 2.0], [-np.inf, 1e-09]])"),
        (np.arange(2), "np.array([0, 1], dtype=np.int64)"),
        (np.zeros((30, 40)), "<an array of shape (30, 40)>"),
        ((1.23456789, {"a": [InRange(0, 1)]}), "(1.2346, {'a': [a number from 0 to 1]})"),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … 88 more]"),
        ("a" * 300, f"'{'a' * 199} …"),
    ],
)
def test_explain_writes_values_short_and_in_words(value, words):
    assert explain._written(value) == words


def test_explain_breaks_long_lines():
    code = "    W = np.array([" + ", ".join(["0.12345"] * 80) + "])"
    lines = explain._wrapped(f"relu of ada\n{code}").split("\n")
    assert max(map(len, lines)) <= 100
    assert all(line.startswith("    ") for line in lines[1:])
    assert "".join(lines[1:]).replace(" ", "") == code.replace(" ", "")


def test_explain_finds_the_folders_of_a_workspace(monkeypatch, capsys, tmp_path):
    asked = []
    monkeypatch.setattr(explain, "explain", lambda *given, **more: asked.append(given) or "It is.")
    assert cli.main(["explain", "ada", "relu", "--workspace", str(tmp_path)]) == ExitCode.FINE
    assert asked == [(ROOT, "ada", "relu", tmp_path / "submitted", tmp_path / "grades")]
    assert cli.main(["explain", "ada", "relu"]) == ExitCode.USAGE
    assert "or the --workspace that has both" in capsys.readouterr().err


# -- terminals and disks --------------------------------------------------------------------------


def test_terminal_without_the_signs_gets_others():
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from autograder import cli; cli._write_any_letter(); print('✓ → ℵ')",
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=True,
    )
    assert run.stdout.split() == [b"+", b"->", b"?"]


def test_doctor_runs_on_such_a_terminal():
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "doctor"],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert run.returncode in (ExitCode.FINE, ExitCode.PROBLEMS)
    assert run.stderr == b""


def test_folder_without_file_locks_is_named(tmp_path, monkeypatch):
    def lockf(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(verdict_cache.fcntl, "lockf", lockf)
    with pytest.raises(UsageError, match=f"{tmp_path} has no file locks"):
        VerdictCache(tmp_path / "verdicts.db").__enter__()


# -- points and folders ---------------------------------------------------------------------------


@pytest.fixture
def changed_points(tmp_path):
    """Return a course whose notebook 01 says other points for relu than its rubric."""
    page = blank()
    cell_of(page, "relu").metadata.nbgrader.points = 50
    path = tmp_path / "notebooks" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    notebooks.write(page, path)
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        notebooks.untidy,
        lambda root: list(bundle.release_all(root, [], root / "out")),
        lambda root: read_course_notebook(root, NAME),
    ],
    ids=["tidy", "release", "grade"],
)
def test_points_changed_in_the_notebook_are_refused(command, changed_points):
    shutil.copy(ROOT / "pyproject.toml", changed_points)
    with pytest.raises(BrokenCourse) as error:
        command(changed_points)
    assert "says 50 points, and the rubric 5" in error.value.message
    assert "utils/exercises/forward_propagation/relu.py" in error.value.message


def test_points_changed_in_the_rubric_are_tidied_in(monkeypatch):
    relu = notebooks.EXERCISES["relu"]
    monkeypatch.setattr(type(relu), "points", property(lambda self: 50))
    tidy = notebooks.tidy(blank())
    assert cell_of(tidy, "relu").metadata.nbgrader.points == 50


@pytest.mark.parametrize("where", ["grades.csv", f"{NAME}/verdicts.db"])
def test_workspace_is_not_made_in_a_folder_of_grades(where, tmp_path):
    path = tmp_path / where
    path.parent.mkdir(exist_ok=True)
    path.touch()
    with pytest.raises(UsageError, match="holds grades"):
        course_directory.make(ROOT, tmp_path, names=["05_the_brain"])
    assert not (tmp_path / "source").exists()


def test_workspace_with_grades_in_it_can_be_made_again(tmp_path):
    course_directory.make(ROOT, tmp_path, names=["05_the_brain"])
    (tmp_path / "grades" / NAME).mkdir(parents=True)
    (tmp_path / "grades" / NAME / "grades.csv").touch()
    course_directory.make(ROOT, tmp_path, names=["05_the_brain"])


def test_release_commands_of_the_readme_run_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "contents", lambda root, assignment: {"README.md": b""})
    folder = tmp_path / "course"
    folder.mkdir()
    monkeypatch.chdir(folder)
    commands = re.findall(r"(?m)^course (release .*?) *#", (ROOT / "README.md").read_text())
    assert len(commands) > 1
    for command in commands:
        assert cli.main(shlex.split(command)) == ExitCode.FINE


def test_output_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for output in (tmp_path / "file", tmp_path / "file" / "grades"):
        with pytest.raises(UsageError, match=str(output)):
            make_output_folder(output)
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(UsageError, match="may not write to the folder"):
        make_output_folder(tmp_path)

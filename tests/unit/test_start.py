"""Test two ways to open a bundle: with `start.py`, and as a page without its folder."""

import ast
import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
from collections import namedtuple

import pytest

from autograder.course import notebooks, start
from tests.support import ROOT

NAME = "05_the_brain"
OLD = namedtuple("version_info", "major minor micro")(3, 9, 2)

pytestmark = pytest.mark.xdist_group("bundle")


# -- an unsuitable Python -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["autograder/course/start.py", "utils/__init__.py"])
def test_version_check_parses_on_old_python(name):
    ast.parse((ROOT / name).read_text("utf-8"), feature_version=(3, 7))


def test_importing_utils_reports_an_old_python(monkeypatch):
    monkeypatch.setattr(sys, "version_info", OLD)
    source = (ROOT / "utils" / "__init__.py").read_text("utf-8")
    with pytest.raises(
        ImportError, match=r"needs Python 3\.11 or newer, and this is Python 3\.9"
    ) as e:
        exec(source, {"__name__": "utils"})
    assert e.value._render_traceback_() == [str(e.value)]


def test_start_reports_an_old_python(monkeypatch):
    monkeypatch.setattr(sys, "version_info", OLD)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(start.Problem, match=r"Python 3\.9 is too old: this needs Python 3\.11"):
        start.suitable_python()


@pytest.mark.skipif(os.name == "nt", reason="a script for sh stands in for Python")
def test_start_uses_a_newer_python_if_there_is_one(monkeypatch, tmp_path):
    newer = tmp_path / "python3.12"
    newer.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    newer.chmod(0o755)
    monkeypatch.setattr(sys, "version_info", OLD)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert start.suitable_python() == str(newer)
    newer.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(start.Problem, match="apt install python3-venv"):
        start.suitable_python()


# -- setting up -----------------------------------------------------------------------------------


@pytest.fixture
def offline(monkeypatch):
    """Let pip find the packages that run this test, and fetch nothing."""
    monkeypatch.setenv("PYTHONPATH", sysconfig.get_path("purelib"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


@pytest.mark.thorough
def test_environment_is_made_once_and_failure_is_reported(tmp_path, offline, capsys):
    lock = f"hatchling=={importlib.metadata.version('hatchling')} --hash=sha256:{'0' * 64}\n"
    (tmp_path / start.LOCK).write_text("no-such-package==1 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(start.Problem, match=r"could not be installed: .*install\.log says why"):
        start.environment(tmp_path)
    (tmp_path / start.LOCK).write_text(lock)
    python = start.environment(tmp_path)
    assert subprocess.run([python, "-c", "import sys; print(sys.prefix)"], capture_output=True)
    assert capsys.readouterr().out.count("Setting up") == 2
    assert start.environment(tmp_path) == python
    assert capsys.readouterr().out == ""


def test_network_error_of_pip_is_reported_in_one_sentence(tmp_path):
    log = tmp_path / "install.log"
    log.write_text(
        "WARNING: Retrying ... Failed to establish a new connection: [Errno 111] "
        "Connection refused; connection broken by NewConnectionError\n"
    )
    assert start.why_not_installed(log).startswith("The packages could not be downloaded.")


def test_unwritable_folder_is_reported_in_one_sentence(tmp_path):
    (tmp_path / start.LOCK).write_text("")
    (tmp_path / ".venv").write_text("a file where the environment should be")
    with pytest.raises(start.Problem, match="This folder cannot be written"):
        start.environment(tmp_path)


def test_missing_notebook_says_to_unpack_the_zip(tmp_path):
    shutil.copy(ROOT / "autograder" / "course" / "start.py", tmp_path)
    run = subprocess.run(
        [sys.executable, "start.py"], cwd=tmp_path, text=True, capture_output=True, check=False
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert (
        run.stderr == f"There is no notebook in {tmp_path}. Unpack the whole zip, then try again.\n"
    )


# -- a page without its folder --------------------------------------------------------------------

RUN = """
import sys
from pathlib import Path
sys.path[:] = [p for p in sys.path if not p or Path(p).resolve() != Path(sys.argv[1])]
exec(sys.argv[2])
"""


@pytest.mark.parametrize("foreign", [False, True], ids=["no utils", "another utils"])
@pytest.mark.parametrize("assignment", notebooks.assignments(ROOT))
def test_page_without_its_folder_is_reported(tmp_path, assignment, foreign):
    page = notebooks.read(notebooks.notebook_of(ROOT, assignment))
    [setup] = [cell.source for cell in page.cells if cell["id"] == "setup"]
    if foreign:
        (tmp_path / "utils").mkdir()
        (tmp_path / "utils" / "__init__.py").write_text("")
    run = subprocess.run(
        [sys.executable, "-c", RUN, str(ROOT), setup],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": ""},
        text=True,
        capture_output=True,
        check=False,
    )
    lacking = "utils.check" if foreign else "utils"
    assert run.stderr.splitlines()[-1] == (
        f"ModuleNotFoundError: This page finds no {lacking}. Open it in the folder that it came "
        "in, beside utils, and start Jupyter as the README there says."
    )
    assert run.stderr.count("Traceback") == 1

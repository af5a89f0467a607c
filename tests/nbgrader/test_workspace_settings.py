"""Test what a workspace's configuration sets for nbgrader's own command."""

import subprocess
import sys

import pytest

from autograder.errors import UsageError
from autograder.nbgrader_bridge import preprocessors
from autograder.nbgrader_bridge.course_directory import CONFIG
from autograder.sandbox import bubblewrap
from tests.support import ROOT
from tests.support.course_notebooks import (
    NAME,
    blank,
)


def test_nbgrader_autograde_refuses_without_sandbox(monkeypatch):
    preprocessors._refuse_without_sandbox.cache_clear()
    monkeypatch.setattr(bubblewrap, "find", lambda: None)
    resources = {"nbgrader": {"notebook": NAME, "assignment": NAME}}
    with pytest.raises(UsageError, match=r"`c\.Execute\.no_sandbox = True`"):
        preprocessors.Execute().preprocess(blank(), resources)


def test_limits_of_a_workspace_can_be_set():
    limits = preprocessors.Execute(limits={"file": 256, "seconds": 5}).settings(NAME).limits
    assert (limits.file, limits.seconds) == (256 << 20, 5)
    with pytest.raises(UsageError, match=r"c\.Execute\.limits .* no limit 'fiel'"):
        preprocessors.Execute(limits={"fiel": 1}).settings(NAME)


@pytest.mark.thorough
def test_seconds_of_a_cell_are_written_down_once(tmp_path):
    """Change the limit in `autograder/limits.py`: command, configuration and its default follow."""
    program = f"""
from dataclasses import replace
import autograder.limits as limits
limits.LIMITS = replace(limits.LIMITS, seconds=7)
from autograder import cli
from autograder.nbgrader_bridge.preprocessors import Execute
assert Execute().settings("x").limits.seconds == 7
assert cli.main(["workspace", {str(tmp_path)!r}, "00_start_here"]) == 0
cli.main(["grade", "--help"])
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "c.Execute.timeout = 7\n" in (tmp_path / CONFIG).read_text()
    assert "[default: (7)]" in run.stdout

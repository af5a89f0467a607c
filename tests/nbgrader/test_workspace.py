"""Test making workspaces with `course workspace`."""

import pytest

from autograder import cli
from autograder.errors import ExitCode
from autograder.nbgrader_bridge.course_directory import CONFIG
from autograder.nbgrader_bridge.preprocessors import Execute
from autograder.nbgrader_bridge.workspace import Workspace
from tests.support import ROOT


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{tmp}/w", "--course-id", "a b"], "'a b' cannot be a course id: "),
        (["{root}/w"], "{root}/w is in the course's own folder."),
        (["{tmp}/file"], "{tmp}/file or its source is a file, not a folder."),
        (["{tmp}/w", "no_such"], "The course has no assignment 'no_such'. It has: "),
    ],
)
def test_workspace_that_cannot_be_made_is_reported(arguments, said, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    places = {"tmp": tmp_path, "root": ROOT}
    assert cli.main(["workspace", *(a.format(**places) for a in arguments)]) == ExitCode.USAGE
    error = capsys.readouterr().err
    assert error.startswith(said.format(**places))
    assert error.count("\n") == 1


def test_workspace_has_the_requested_course_id(tmp_path):
    arguments = ["workspace", str(tmp_path / "w"), "00_start_here", "--course-id", "nets-2"]
    assert cli.main(arguments) == ExitCode.FINE
    assert 'course_id = "nets-2"' in (tmp_path / "w" / CONFIG).read_text()
    made = [path.name for path in (tmp_path / "w" / "source").iterdir() if path.is_dir()]
    assert made == ["00_start_here"]
    assert cli.main(arguments) == ExitCode.FINE


def test_each_workspace_keeps_its_own_secret_seed(tmp_path):
    def secret(name, course_id="nets"):
        arguments = ["workspace", str(tmp_path / name), "00_start_here", "--course-id", course_id]
        assert cli.main(arguments) == ExitCode.FINE
        config = Workspace(tmp_path / name).config
        return Execute(config=config).settings("00_start_here").seed

    first = secret("a")
    assert len(first) == 32
    assert secret("a") == first
    assert secret("b") != first

"""Test a workspace whose course has changed, or that has a notebook of the instructor's own."""

import shutil

import nbformat
import pytest
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook

from autograder import cli
from autograder.errors import ExitCode, UsageError
from autograder.nbgrader_bridge import preprocessors
from autograder.nbgrader_bridge.course_directory import CONFIG
from autograder.nbgrader_bridge.workspace import Workspace
from tests.support import ROOT, small_course
from tests.support.course_notebooks import NAME, cell_of
from tests.support.gradebook_class import hand_in, nbgrader

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("gradebook")]


def test_older_source_is_noticed(both, tmp_path):
    opened = Workspace(both[1])
    changed = small_course.course(tmp_path / "course")
    page = f"notebooks/{NAME}/{NAME}.ipynb"
    shutil.copy(ROOT / page, changed / page)
    shutil.copytree(ROOT / "datasets", changed / "datasets", dirs_exist_ok=True)
    assert list(opened.warnings(ROOT, NAME)) == list(opened.warnings(changed, NAME)) == []
    with (changed / "utils/exercises/forward_propagation/relu.py").open("a") as module:
        module.write("\n# a mended test\n")
    [sentence] = opened.warnings(changed, NAME)
    assert f"changed since source/{NAME} was made" in sentence
    assert f"`course workspace {both[1]}`" in sentence


OWN = "07_own"


@pytest.fixture(scope="module")
def with_own(both, tmp_path_factory):
    """Add a classic nbgrader notebook to a workspace, with a submission."""
    workspace = shutil.copytree(both[0], tmp_path_factory.mktemp("own") / "teaching")
    page = new_notebook(
        cells=[
            small_course.marked("### BEGIN SOLUTION\nx = 3\n### END SOLUTION", "x", solution=True),
            small_course.marked("assert x == 3", "x_test", grade=True, locked=True, points=7),
        ]
    )
    page.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (workspace / "source" / OWN).mkdir()
    nbformat.write(page, workspace / "source" / OWN / f"{OWN}.ipynb")
    done = nbgrader(workspace, "generate_assignment", OWN)
    assert done.returncode == 0, done.stderr
    released = nbformat.read(workspace / "release" / OWN / f"{OWN}.ipynb", 4)
    cell_of(released, "x").source = "x = 1 + 2"
    hand_in(workspace, "right", released, OWN)
    return workspace


def test_own_notebook_is_refused_in_the_sandbox(with_own, capsys):
    resources = {"nbgrader": {"notebook": OWN, "assignment": OWN}}
    page = nbformat.read(with_own / "submitted" / "right" / OWN / f"{OWN}.ipynb", 4)
    with pytest.raises(UsageError, match=f"{OWN} is a notebook of your own.*no_sandbox = True"):
        preprocessors.Execute().preprocess(page, resources)
    assert cli.main(["grade", OWN, "--workspace", str(with_own)]) == ExitCode.USAGE
    assert f"{OWN} is a notebook of your own" in capsys.readouterr().err


def test_own_notebook_gets_nbgraders_own_steps_without_the_sandbox(with_own):
    with (with_own / CONFIG).open("a") as config:
        config.write("c.Execute.no_sandbox = True\n")
    done = nbgrader(with_own, "autograde", OWN)
    assert done.returncode == 0, done.stderr
    with Gradebook(f"sqlite:///{with_own / 'gradebook.db'}", "deep-networks") as book:
        assert book.find_grade("x_test", OWN, OWN, "right").score == 7

"""Test that nbgrader's generate_assignment turns solved notebooks back into the committed ones."""

import subprocess
import sys
from importlib.metadata import version

import nbformat
import pytest

from autograder.course import bundle, notebooks
from autograder.course.solutions import BEGIN
from autograder.nbgrader_bridge.course_directory import make
from tests.support import ROOT
from tests.support.nbgrader_workspace import environment

ASSIGNMENTS = notebooks.assignments(ROOT)

pytestmark = pytest.mark.xdist_group("round trip")

# All in one process, because most of the time of a command is the import of nbgrader.
GENERATE = """
import sys
from nbgrader.apps.nbgraderapp import NbGraderApp
for assignment in sys.argv[1:]:
    NbGraderApp.launch_instance(["generate_assignment", assignment])
    NbGraderApp.clear_instance()
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Make a workspace, and run generate_assignment for every assignment."""
    folder = tmp_path_factory.mktemp("round") / "workspace"
    make(ROOT, folder)
    run = subprocess.run(
        [sys.executable, "-c", GENERATE, *ASSIGNMENTS],
        cwd=folder,
        env=environment() | {"HOME": str(folder.parent)},
        text=True,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return folder


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_nbgrader_release_equals_the_committed_notebook(workspace, assignment):
    released = nbformat.read(workspace / "release" / assignment / f"{assignment}.ipynb", 4)
    committed = notebooks.notebook_of(ROOT, assignment).read_bytes()
    released_as = bundle.without_links_out(f"{assignment}.ipynb", committed)
    kept = notebooks.tidy(nbformat.reads(released_as.decode(), 4))
    assert [dict(c) for c in released.cells] == [dict(c) for c in kept.cells]
    assert released.metadata.pop(notebooks.RELEASE)["version"] == version("deep-networks")
    assert released == kept
    assert notebooks.to_text(released) == notebooks.to_text(kept)
    source = (workspace / "source" / assignment / f"{assignment}.ipynb").read_text()
    assert BEGIN in source

"""Make what several test files examine: two graded workspaces, and a school after a round."""

import shutil
import tempfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder import cli
from autograder.errors import ExitCode
from autograder.nbgrader_bridge.course_directory import CONFIG
from tests.support.course_notebooks import EVIL, NAME, REPORT
from tests.support.gradebook_class import (
    DUE,
    as_in_version_0_1,
    class_of,
    course,
    hand_in,
    nbgrader,
)
from tests.support.school import School, teach


@pytest.fixture(scope="session")
def both(tmp_path_factory):
    """Make two workspaces with the same class, one for each way of grading."""
    stock = tmp_path_factory.mktemp("stock")
    assert cli.main(["workspace", str(stock), NAME, REPORT]) == ExitCode.FINE
    as_in_version_0_1(stock / CONFIG)
    with (stock / CONFIG).open("a") as config:
        config.write("c.Execute.timeout = 2\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    done = nbgrader(stock, "generate_assignment", NAME)
    assert done.returncode == 0, done.stderr
    with Gradebook(f"sqlite:///{stock / 'gradebook.db'}", "deep-networks") as book:
        book.update_or_create_assignment(NAME, duedate=DUE)
    for student, page in class_of().items():
        folder = hand_in(stock, student, page)
        for beside in ("evil.html", "numpy.py", "more/evil.svg"):
            (folder / beside).parent.mkdir(exist_ok=True)
            (folder / beside).write_text(EVIL)
    ours = tmp_path_factory.mktemp("ours") / "teaching"
    shutil.copytree(stock, ours)
    done = nbgrader(stock, "autograde", NAME)
    assert done.returncode == 0, done.stderr
    hand_in(ours, "damaged", "My notebook is in the other bag.")
    (ours / "submitted" / "absent").mkdir()
    (ours / "submitted" / "high").mkdir()
    (ours / "submitted" / "high" / f"{NAME}.ipynb").write_text("{}")
    assert course("--workspace", ours) == ExitCode.PROBLEMS
    return stock, ours


@pytest.fixture(scope="session")
def school():
    """Run the round, from the workspace to the feedback; the tests examine its results."""
    root = Path(tempfile.mkdtemp(prefix="school-"))
    root.chmod(0o755)  # students have to reach the exchange
    try:
        school = School(root)
        teach(school)
        yield school
    finally:
        school.close()
        shutil.rmtree(root)

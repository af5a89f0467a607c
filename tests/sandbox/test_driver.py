"""Test that the driver of `course grade` never looks into what was handed in."""

import json
import tracemalloc

import pytest

from autograder.grading import grade as grading
from autograder.grading import grade_file, worker_pool
from autograder.grading.class_folder import find_submission
from autograder.grading.grade_submission import Settings
from autograder.limits import Limits
from tests.support.small_course import (
    ANSWERS,
    TASK,
    after,
    cell_of,
    course,
    hand_in,
    results,
    solved,
)

pytestmark = pytest.mark.xdist_group("grade")

MIB = 1 << 20
THREE_AXES = "def sigmoid(Z):\n    return np.where(np.ndim(Z) == 3, 0.5, 1) / (1 + np.exp(-Z))"


def pictures():
    """Make a right notebook of 40 MB of pictures."""
    page = solved()
    data = {"image/png": "A" * (40 * MIB)}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    cell_of(page, "demo").outputs = [output]
    return page


def talkative():
    """Make a right notebook whose own cells print much each, and too much together."""
    page = solved()
    for _ in range(30):
        after(page, "setup", "print('\N{SNAKE}' * 9_000)")
    return page


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    where = tmp_path_factory.mktemp("driver")
    deep = json.dumps(after(solved(), "relu", "DEEP"), sort_keys=True)
    class_ = {
        "ada": solved(),
        "axes": solved(sigmoid=THREE_AXES),
        "cells": b'{"cell_type":' * 100_000,
        "deep": deep.replace('"DEEP"', "[" * 975 + '"x"' + "]" * 975).encode(),
        "pictures": pictures(),
        "talkative": talkative(),
    }
    for student, content in class_.items():
        hand_in(where / "in", student, content)
    settings = Settings(TASK, limits=Limits(seconds=20, kept=100_000))
    root = course(where / "course")

    def refuse(*_):
        raise AssertionError("the driver reads a submission")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade_file, "read_notebooks", refuse)  # in this process alone
        tracemalloc.start()
        grading.grade(
            root,
            TASK,
            where / "in",
            where / "out",
            settings=settings,
            pool=lambda: worker_pool.processes(1),
        )
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return results(where / "out"), peak, where


@pytest.mark.parametrize("student", ["ada", "deep", "pictures", "talkative"])
def test_right_answers_in_strange_files_are_graded(graded, student):
    found = graded[0]
    assert {found[student, name]["status"] for name in ANSWERS} == {"correct"}


def test_a_result_of_three_axes_costs_only_its_exercise(graded):
    found = {name: graded[0]["axes", name] for name in ANSWERS}
    assert found.pop("sigmoid")["status"] in ("wrong", "partial")
    assert {one["status"] for one in found.values()} == {"correct"}


def test_an_unreadable_file_says_so(graded):
    assert "is not a notebook" in graded[0]["cells", "relu"]["message"]


def test_memory_of_the_driver_does_not_depend_on_what_is_handed_in(graded):
    assert graded[1] < 30 * MIB


def test_what_is_kept_of_a_submission_is_bounded(graded):
    from autograder.grading.verdict_cache import VerdictCache

    with VerdictCache(graded[2] / "out" / TASK / "verdicts.db") as cache:
        rows = [json.loads(row) for (row,) in cache._db.execute("SELECT verdict FROM verdicts")]
    ran = [row["outputs"].values() for row in rows if "outputs" in row]
    assert max(sum(len(cell["printed"]) for cell in cells) for cells in ran) < 101_000
    assert any("[The rest is left out" in cell["printed"] for cells in ran for cell in cells)


def test_a_file_that_changes_meanwhile_is_not_kept_under_its_old_hash(graded, tmp_path):
    hand_in(tmp_path, "ada", solved())
    found = find_submission(TASK, tmp_path, "ada", "ada")
    hand_in(tmp_path, "ada", b"{}")
    root = graded[2] / "course"
    notebooks = ((found.file.name, found.file),)
    task = grade_file.FileTask(root, TASK, found, notebooks, (), Settings(TASK))
    with pytest.raises(ValueError, match="was changed while"):
        next(task.steps())
    found.file.unlink()
    with pytest.raises(OSError, match="is a link or a folder, not a file"):
        task.portable()

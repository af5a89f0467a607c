"""Test that a page and its grade agree, whatever a student does around an exercise."""

import pytest

from autograder.grading import judging
from tests.support import parity

pytestmark = [pytest.mark.kernel, pytest.mark.sandbox, pytest.mark.xdist_group("parity")]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    yield parity.released(parity.TASK, tmp_path_factory.mktemp("parity"))
    judging.close()


def test_there_are_at_least_150_distinct_oddities():
    assert len({(one.name, one.exercise) for one in parity.oddities()}) >= 150


def test_page_and_grade_give_each_exercise_the_same_verdict(place, tmp_path, thorough):
    groups = parity.shared(parity.oddities())
    assert parity.compare(groups if thorough else groups[::60], place, tmp_path) == []


def test_right_ways_and_mistakes_have_the_same_verdict(place, tmp_path, thorough):
    groups = parity.shared(parity.alternatives(parity.TASK))
    assert parity.compare(groups if thorough else groups[:1], place, tmp_path) == []

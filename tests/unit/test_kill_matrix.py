"""Test that the page of known mistakes is up to date."""

import pytest

from tests.support import kill_matrix
from utils.exercises import EXERCISES

# In the group of the bundle tests, which judge the same mistakes with the same questions.
pytestmark = pytest.mark.xdist_group("bundle")


@pytest.mark.parametrize("name", EXERCISES)
def test_kill_matrix_page_is_up_to_date(name, live, judged):
    page = kill_matrix.PAGE.read_text(encoding="utf-8")
    section = "\n".join(kill_matrix.section(EXERCISES[name], live.question(name, 0), judged))
    assert section in page, "python benchmarks/kill_matrix.py makes it anew"

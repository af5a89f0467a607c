"""The page of known mistakes says what is so today."""

import pytest

from benchmarks import kill_matrix
from utils.exercises import EXERCISES


@pytest.mark.parametrize("name", EXERCISES)
def test_the_page_is_up_to_date(name):
    page = kill_matrix.PAGE.read_text(encoding="utf-8")
    section = "\n".join(kill_matrix.section(EXERCISES[name]))
    assert section in page, "python benchmarks/kill_matrix.py makes it anew"

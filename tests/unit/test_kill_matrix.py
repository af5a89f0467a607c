"""Test that the page of known mistakes is up to date."""

import pytest

from tests.support import kill_matrix
from tests.support.sample import sampled
from utils.exercises import EXERCISES

# In the group of the bundle tests, which judge the same mistakes with the same questions.
pytestmark = pytest.mark.xdist_group("bundle")

ANEW = "python benchmarks/kill_matrix.py makes it anew"


@pytest.mark.parametrize("name", EXERCISES)
def test_kill_matrix_page_has_each_mistake_with_its_sentence(name):
    page = kill_matrix.PAGE.read_text(encoding="utf-8")
    _, _, rest = page.partition(f"\n## {name}\n")
    rows = [line for line in rest.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    known = EXERCISES[name].mistakes
    assert [row.split(" | ")[0] for row in rows] == ["| mistake", *(f"| {m.name}" for m in known)]
    for row, mistake in zip(rows[1:], known, strict=True):
        assert row.endswith(f"{kill_matrix.one_cell(mistake.sentence)} |"), ANEW


@pytest.mark.parametrize("name", sampled(EXERCISES, every=5))
def test_kill_matrix_page_is_up_to_date(name, live, judged):
    page = kill_matrix.PAGE.read_text(encoding="utf-8")
    section = "\n".join(kill_matrix.section(EXERCISES[name], live.question(name, 0), judged))
    assert section in page, ANEW

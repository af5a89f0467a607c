"""Hold the pages to the numbers that were measured for them."""

import pytest

from autograder.course import notebooks
from tests.support import ROOT
from tests.support.claims import CLAIMS, PAGE, rows

WRITTEN = rows(PAGE.read_text("utf-8"))


def name(claim):
    return f"{claim.page}-{claim.cell}-{claim.words}"


def cell(claim):
    """Return the text of the cell that makes the claim."""
    [page] = [a for a in notebooks.assignments(ROOT) if a.startswith(claim.page)]
    [found] = [
        c.source
        for c in notebooks.read(notebooks.notebook_of(ROOT, page)).cells
        if c["id"] == claim.cell
    ]
    return found


def test_table_has_a_row_for_every_claim_and_no_other():
    assert list(WRITTEN) == [(c.page, c.cell, c.words) for c in CLAIMS]


@pytest.mark.parametrize("claim", CLAIMS, ids=name)
def test_page_says_what_twenty_seeds_gave(claim):
    assert claim.words in cell(claim)
    low, high = WRITTEN[claim.page, claim.cell, claim.words]
    assert claim.low <= low <= high <= claim.high


@pytest.mark.parametrize("claim", [c for c in CLAIMS if not c.costs], ids=name)
def test_claim_holds_for_one_of_its_seeds(claim):
    assert claim.low <= claim.measure(0) <= claim.high

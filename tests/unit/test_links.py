"""Links and file names in the project's own pages lead somewhere."""

import re

import pytest

from tests.support import ROOT

PAGES = [
    *ROOT.glob("*.md"),
    *(
        page
        for name in ("docs", "datasets", "benchmarks", "notebooks", "tests")
        for page in (ROOT / name).rglob("*.md")
    ),
]


def anchors(page):
    """Return the anchors of a Markdown page: its headings, as web pages spell them."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/threat_model.md"])
def test_files_that_a_page_names_are_there(page):
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"`((?:autograder|utils|tests|benchmarks|docs)/[\w/.]+)`", text))
    named -= {name for name in named if "NOTEBOOK" in name}  # stands for the name of any
    made = {"utils/answer_key.h5"}  # in a bundle
    assert named
    assert [name for name in sorted(named - made) if not (ROOT / name).exists()] == []

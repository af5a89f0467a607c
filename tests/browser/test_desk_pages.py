"""Test a student's feedback and the class's report in a browser: harmless, light, dark, printed."""

import json
from pathlib import Path

import pytest

from autograder.feedback.page import About, draw_page
from autograder.grading.class_folder import Submission
from autograder.grading.course_notebook import CourseNotebook, read_course_notebook
from autograder.grading.merge import merge_answers
from autograder.grading.submission_file import cells_of
from autograder.report.class_page import write_report
from tests.support import ROOT
from tests.support.chromium import launch
from tests.support.course_notebooks import EVIL, NAME, malicious
from utils.checker.verdict import MIME, Status, Verdict

pytestmark = pytest.mark.xdist_group("browser")

COLUMNS = "student,total,max,pending,blank,missing,unreadable,late,penalty,comments,relu\n"
FORMULA = (
    "The cost is $J = \\frac{1}{m}\\sum_i L_i$ and $\\text{<img src=x onerror='window.ran=1'>}$."
)


@pytest.fixture(scope="module")
def browser():
    with launch() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Write both pages from what a hostile student handed in."""
    folder = tmp_path_factory.mktemp("pages")
    record = {
        "student": EVIL,
        "exercise": "relu",
        "status": "wrong",
        "points": 1.0,
        "max_points": 5.0,
        "mistake": "",
        "message": EVIL,
    }
    page = malicious()
    page.cells[0].source += f"\n\n{FORMULA}"
    verdict = Verdict("relu", Status.WRONG, 0, 5, EVIL)
    submission = Submission(
        "eve",
        Path("in") / NAME,
        verdicts={"relu": {"text/html": verdict.html(), MIME: verdict.record()}},
        printed={"relu-solution": EVIL},
    )
    merged = merge_answers(CourseNotebook(read_course_notebook(ROOT, NAME)), cells_of(page))
    about = About("Forward propagation", EVIL, 1, 5, 0, 0, 0, [record], [EVIL])
    (folder / "feedback.html").write_text(draw_page(about, submission, merged, []))
    (folder / NAME).mkdir()
    (folder / NAME / "grades.csv").write_text(f'{COLUMNS}"{EVIL}",1,5,0,0,0,0,,,,1\n')
    (folder / NAME / "results.jsonl").write_text(json.dumps(record) + "\n")
    (folder / NAME / "attention.csv").write_text(
        f'student,exercise,what,sentence\n"{EVIL}",,"{EVIL}","{EVIL}"\n'
    )
    write_report(folder, [NAME], folder / "report.html", names=True)
    return folder


@pytest.mark.parametrize("name", ["feedback.html", "report.html"])
def test_page_loads_and_runs_nothing_in_light_dark_and_print(browser, pages, name):
    backgrounds = set()
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        said, asked = [], []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto((pages / name).as_uri())
        assert [url for url in asked if not url.startswith("data:")] == [(pages / name).as_uri()]
        assert not said
        assert page.evaluate("window.ran") is None
        assert not page.query_selector_all("script, img[src='x'], [onerror]")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.emulate_media(media="print", color_scheme=scheme)
        printed = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert printed == "rgb(255, 255, 255)"
        page.close()
    assert len(backgrounds) == 2


def test_screen_reader_finds_headings_tables_and_formulas(browser, pages):
    page = browser.new_page()
    page.goto((pages / "feedback.html").as_uri())
    assert page.get_by_role("heading", level=1).inner_text() == "Forward propagation"
    assert page.get_by_role("columnheader").all_inner_texts() == [
        "Exercise",
        "Points",
        "What was seen",
    ]
    assert page.get_by_role("rowheader").all_inner_texts() == ["relu"]
    assert page.evaluate("document.querySelector('math mfrac').getBoundingClientRect().height") > 10
    assert not page.query_selector_all("img:not([alt])")
    page.goto((pages / "report.html").as_uri())
    assert page.get_by_role("img").first.get_attribute("aria-label").startswith("Students by share")
    page.close()

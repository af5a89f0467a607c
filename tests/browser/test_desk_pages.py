"""Test a student's feedback and the class's report in a browser: harmless, light, dark, printed."""

import json
from pathlib import Path

import pytest

from autograder import cli, demo
from autograder.errors import ExitCode
from autograder.feedback.page import About, draw_page
from autograder.grading.cell_output import CellOutput
from autograder.grading.class_folder import Submission
from autograder.grading.course_notebook import CourseNotebook, read_course_notebook
from autograder.grading.merge import merge_answers
from autograder.grading.submission_file import cells_of
from autograder.report.class_page import write_report
from tests.support import ROOT
from tests.support.course_notebooks import EVIL, NAME, malicious
from utils.checker.verdict import MIME, Status, Verdict

pytestmark = pytest.mark.xdist_group("browser")

PICTURES = ROOT / "docs" / "images"
COLUMNS = "student,total,max,pending,blank,missing,unreadable,late,penalty,comments,relu\n"
FORMULA = (
    "The cost is $J = \\frac{1}{m}\\sum_i L_i$ and $\\text{<img src=x onerror='window.ran=1'>}$."
)


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
        outputs={"relu-solution": CellOutput(EVIL)},
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


@pytest.fixture(scope="module")
def shown(pages, pytestconfig, tmp_path_factory):
    """Return both pages for pictures: of the demonstration's class, where pictures are taken."""
    if not pytestconfig.getoption("pictures"):
        return {"feedback": pages / "feedback.html", "report": pages / "report.html"}
    folder = tmp_path_factory.mktemp("demo") / "class"
    assert cli.main(["demo", "--no-browser", "--to", str(folder)]) == ExitCode.FINE
    page = folder / "feedback" / demo.ASSIGNMENT / "wisteria.html"
    return {"feedback": page, "report": folder / "grades" / "report.html"}


@pytest.mark.parametrize("name", ["feedback", "report"])
def test_picture_for_the_guide_is_taken(browser, shown, name, pytestconfig, tmp_path):
    size = {"width": 900, "height": 1000}
    page = browser.new_page(viewport=size, device_scale_factor=1.5, color_scheme="light")
    page.goto(shown[name].as_uri())
    folder = PICTURES if pytestconfig.getoption("pictures") else tmp_path
    page.screenshot(path=folder / f"{name}.png")
    page.close()
    assert 10_000 < (folder / f"{name}.png").stat().st_size < 300_000
    assert f"](images/{name}.png)" in (PICTURES.parent / "instructor.md").read_text()


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

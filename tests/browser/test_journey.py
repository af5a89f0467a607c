"""Test the course as a learner uses it: real JupyterLab in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from autograder.course import notebooks
from tests.support import ROOT
from tests.support.lab_page import git

pytestmark = [pytest.mark.git, pytest.mark.xdist_group("browser")]

FORWARD = "01_forward_propagation/01_forward_propagation.ipynb"
PICTURE = ROOT / "notebooks/00_start_here/images/check.png"
MARGIN = 8  # pixels around the picture

HEAD = "def linear_forward(A_prev, W, b):\n"
TAIL = "    cache = (A_prev, W, b)\n    return Z, cache"
RIGHT = f"{HEAD}    Z = W @ A_prev + b\n{TAIL}"
NO_BIAS = f"{HEAD}    Z = W @ A_prev\n{TAIL}"
TRANSPOSED = f"{HEAD}    Z = W.T @ A_prev + b\n{TAIL}"

SEARCH = "04_hyperparameters/04_hyperparameters.ipynb"
BEFORE_THE_SEARCH = (
    *("setup", "split_data-solution", "data-code", "sample_log_uniform-solution"),
    *("sample_one_minus_log_uniform-solution", "sample_configuration-solution", "space-code"),
    *("train_and_evaluate-solution", "random_search-solution", "best_trial-solution"),
)

RIGHT_GUESS = "The input has the number 0 and is not counted"


def says_once(shown, sentence):
    """Assert that the card shows the sentence, and that nothing else visible repeats it."""
    expect(shown.locator(".verdict")).to_contain_text(sentence)
    expect(shown.get_by_text(sentence).filter(visible=True)).to_have_count(1)


def everything_is_drawn(notebook):
    """Assert that formulas are typeset, and that pictures are loaded and have alt text."""
    for name, source in notebook.pages.items():
        shown = notebook.cell(name)
        if "$" in source:
            expect(shown.locator("mjx-container").first).to_be_visible()
            expect(shown.locator("mjx-merror")).to_have_count(0)
        for number in range(source.count("![")):
            image = shown.locator("img").nth(number)
            expect(image).to_be_visible()
            expect(image).not_to_have_js_property("naturalWidth", 0)
            expect(image).to_have_attribute("alt", re.compile(r"\w.{20}"))


# -- from the first page to an answer, in one JupyterLab ------------------------------------------


@pytest.fixture(scope="class")
def notebook(opened, pytestconfig):
    scale = 2 if pytestconfig.getoption("pictures") else 1
    window = {"viewport": {"width": 1000, "height": 1000}, "device_scale_factor": scale}
    with opened(**window) as notebook:
        yield notebook


class TestFirstVisit:
    def test_first_page_opens_and_failed_check_shows_one_message(self, notebook, lab):
        for name in ("title", "map", "notation-card"):
            expect(notebook.cell(name).get_by_role("heading")).to_be_visible()
        everything_is_drawn(notebook)

        notebook.kernel_is_ready()
        notebook.menu("Run", "Run All Cells")
        shown = notebook.cell("fails-check").locator(".jp-Cell-outputArea")
        says_once(shown, "rows and columns changed places")
        for box in ("expected (2, 3)", "got (3, 2)"):
            expect(shown.get_by_role("img", name=box)).to_be_visible()
        traceback = shown.locator(".jp-RenderedText")
        expect(traceback).to_contain_text("rows and columns changed places")
        expect(traceback).to_be_hidden()

        # No notification of JupyterLab is shown.
        expect(notebook.page.get_by_text("official Jupyter news")).to_have_count(0)
        expect(notebook.page.get_by_text("Create Assignment")).to_have_count(0)

        # An error of the learner's own is shown, even below a card.
        notebook.answer("double", "def double(X):\n    return 2 * X")
        notebook.type("hints-code", 'check("double")\n1 / 0')
        shown = notebook.run("hints-code")
        expect(shown.locator(".verdict")).to_contain_text("✓ double")
        expect(shown.get_by_text("ZeroDivisionError").first).to_be_visible()

        notebook.cell("next").get_by_role("link").click()
        notebook.shows(lab.course / "my_notebooks" / FORWARD)
        expect(notebook.page.get_by_role("heading", name="Forward propagation")).to_be_visible()

    def test_wrong_answers_are_explained_and_correct_answer_is_saved(
        self, notebook, course, pytestconfig, tmp_path
    ):
        notebook.run("setup")
        notebook.page.keyboard.press("ControlOrMeta+b")  # hides the list of files
        notebook.run("linear_forward-solution")
        says_once(notebook.run("linear_forward"), "still blank")
        says_once(notebook.answer("linear_forward", NO_BIAS), "has had no say")

        shown = notebook.answer("linear_forward", TRANSPOSED)
        says_once(shown, "does not fit")
        for box in ("W.T (3, 2)", "A_prev (3, 5)"):
            expect(shown.get_by_role("img", name=box)).to_be_visible()
            expect(shown.locator(".verdict").get_by_text(box, exact=True)).to_be_visible()
        picture = PICTURE if pytestconfig.getoption("pictures") else tmp_path / PICTURE.name
        take_picture(notebook, picture)
        assert 10_000 < picture.stat().st_size < 200_000  # it is not empty, and loads quickly

        shown = notebook.answer("linear_forward", RIGHT)
        says_once(shown, "✓ linear_forward")
        expect(shown).not_to_contain_text("✗")
        notebook.save()
        assert git(course, "status", "--porcelain") == ""


def take_picture(notebook, path):
    """Take the README's picture of an answer and its card; --pictures saves it there."""
    above = notebook.cell("linear_forward-solution").bounding_box()
    below = notebook.cell("linear_forward").locator(".verdict").bounding_box()
    frame = {
        "x": above["x"],
        "y": above["y"] - MARGIN,
        "width": above["width"] + MARGIN,
        "height": below["y"] + below["height"] - above["y"] + 2 * MARGIN,
    }
    notebook.page.screenshot(path=path, clip=frame)


# -- searching ------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_search_shows_progress_and_remaining_time(opened, lab):
    solved = notebooks.solve(notebooks.read(ROOT / "notebooks" / SEARCH))
    [shown] = [cell for cell in solved.cells if cell.id == "search-demo"]
    assert "budget(30, " in shown.source
    shown.source = shown.source.replace("budget(30, ", "budget(10, ")  # enough to see the bar move
    notebooks.write(solved, lab.course / "my_notebooks" / SEARCH)
    with opened(SEARCH) as notebook:
        for name in BEFORE_THE_SEARCH:
            notebook.run(name)
        search = notebook.click("search-demo")
        notebook.page.keyboard.press("Shift+Enter")
        expect(search.get_by_role("progressbar")).to_be_visible(timeout=60_000)
        expect(search).to_contain_text(re.compile(r"of 10 trials, about .+ left"), timeout=60_000)
        expect(search).to_contain_text(re.compile(r"10 trials in .+"), timeout=240_000)
        expect(search).to_contain_text("best on dev:")


# -- the next day, in a JupyterLab that was started again -----------------------------------------


@pytest.fixture(scope="module")
def forward(opened, lab):
    """Open notebook 01 once for the tests that do not need a fresh page."""
    lab.start_again()
    with opened(FORWARD) as notebook:
        yield notebook


def test_saved_answer_and_its_verdict_are_there_again(forward):
    expect(forward.cell("linear_forward-solution")).to_contain_text("Z = W @ A_prev + b")
    expect(forward.cell("linear_forward").locator(".verdict")).to_contain_text("✓")


def test_a_check_cannot_be_edited_or_deleted(forward):
    check = forward.cell("linear_forward").locator(".cm-content")
    expect(check).to_have_attribute("aria-readonly", "true")
    check.click()
    forward.page.keyboard.type("print('mine')")
    expect(check).to_have_text('check("linear_forward")')
    forward.page.keyboard.press("Escape")
    for key in "dd":
        forward.page.keyboard.press(key)
    expect(forward.page.locator(".jp-Notebook-cell")).to_have_count(len(forward.ids))
    expect(check).to_have_text('check("linear_forward")')


def test_questions_formulas_and_pictures(forward):
    question = forward.cell("ask-layers").locator(".jp-RenderedMarkdown")
    summary = question.get_by_text("3 layers, n[0] = 3")
    expect(question).not_to_contain_text(RIGHT_GUESS, use_inner_text=True)
    summary.click()
    expect(question).to_contain_text(RIGHT_GUESS, use_inner_text=True)
    summary.click()
    expect(question).not_to_contain_text(RIGHT_GUESS, use_inner_text=True)

    forward.page.keyboard.press("Tab")
    forward.page.keyboard.press("Space")
    expect(question).to_contain_text("Not quite.", use_inner_text=True)

    everything_is_drawn(forward)


def test_validate_shows_the_same_message_as_check(forward):
    forward.type("linear_forward-solution", NO_BIAS)
    forward.page.get_by_role("button", name="Validate").click()
    dialog = forward.page.get_by_role("dialog")
    expect(dialog).to_contain_text("has had no say", timeout=60_000)
    expect(dialog).to_contain_text("compute_cost: still blank")

"""Test a learner's way on in JupyterLab: the self-test, the map, the solution beside one's own."""

import shutil

import pytest
from playwright.sync_api import expect

from tests.support import ROOT

pytestmark = [pytest.mark.git, pytest.mark.xdist_group("browser")]

PICTURES = ROOT / "docs" / "images"
START = "00_start_here/00_start_here.ipynb"
SELF_TEST = "00_start_here/self_test/self_test.ipynb"
FORWARD = "01_forward_propagation/01_forward_propagation.ipynb"


@pytest.fixture(scope="module")
def notebook(opened, lab, pytestconfig):
    """Open the self-test in a JupyterLab with the pages as the course gives them, and no record."""
    own = lab.course / "my_notebooks"
    for page in (START, SELF_TEST, FORWARD):
        shutil.copy(lab.course / "notebooks" / page, own / page)
        (own / page).with_name("progress.json").unlink(missing_ok=True)
    # The guide's pictures are sharper than a test needs.
    scale = 1.5 if pytestconfig.getoption("pictures") else 1
    window = {"viewport": {"width": 1000, "height": 1000}, "device_scale_factor": scale}
    with opened(SELF_TEST, **window) as notebook:
        yield notebook


@pytest.fixture
def pictured(pytestconfig, tmp_path):
    """Return a function that takes a picture; with --pictures, it is one of the guide's."""

    def take(part, name):
        folder = PICTURES if pytestconfig.getoption("pictures") else tmp_path
        part.page.mouse.move(0, 0)  # a row below the mouse would have another color
        part.screenshot(path=folder / f"{name}.png")
        assert 5_000 < (folder / f"{name}.png").stat().st_size < 200_000
        assert f"](images/{name}.png)" in (PICTURES.parent / "learner.md").read_text("utf-8")

    return take


def test_self_test_opens_a_repair_and_another_try_by_keyboard(notebook, pictured):
    notebook.run("setup")
    press = notebook.page.keyboard.press
    question = notebook.cell("ask-shapes")
    question.locator("summary", has_text="(3, 2)").focus()
    press("Enter")
    expect(question).to_contain_text("Not this: that is 3 rows of 2", use_inner_text=True)
    expect(question).not_to_contain_text("✓", use_inner_text=True)
    repair = notebook.cell("repair-shapes")
    repair.get_by_role("button", name="3 cells hidden").focus()
    press("Enter")
    expect(notebook.run("repair-shapes-code")).to_contain_text("(3, 2)")
    again = notebook.cell("ask-shapes-again")
    again.locator("summary", has_text="(3, 1)").focus()
    press("Space")
    expect(again).to_contain_text("✓ Yes: 3 rows of one number each", use_inner_text=True)
    question.scroll_into_view_if_needed()
    pictured(notebook.page.locator(".jp-NotebookPanel"), "self_test")


def test_solution_and_map_after_real_verdicts(notebook, pictured, lab):
    own = lab.course / "my_notebooks"
    notebook.page.keyboard.press("ControlOrMeta+b")  # hides the list of files
    notebook.cell("result").get_by_role("link", name="Start here").first.click()
    notebook.shows(own / START)
    notebook.run("setup")
    shown = notebook.answer("double", "def double(X):\n    return 2 * X")
    expect(shown).to_contain_text("Next page: 01 Forward propagation")
    notebook.cell("next").get_by_role("link").click()
    notebook.shows(own / FORWARD)
    notebook.run("setup")
    notebook.answer("sigmoid", "def sigmoid(Z):\n    return 1 / (1 + np.exp(-Z))")
    notebook.type("sigmoid-example-code", 'solution("sigmoid")')
    shown = notebook.run("sigmoid-example-code")
    expect(shown).to_contain_text("Speed: the cases of the check")
    pictured(shown, "solution")
    notebook.page.get_by_role("tab", name="00_start_here.ipynb").click()
    notebook.shows(own / START)
    shown = notebook.run("progress")
    expect(shown.get_by_label("1 of 1 passed")).to_be_visible()
    expect(shown.get_by_label("1 of 7 passed; next: relu")).to_be_visible()
    pictured(shown, "map")

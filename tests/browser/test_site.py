"""Test the course's site as a learner uses it: Python runs in the browser, and nowhere else."""

import json
import os
import re
import shutil
import zipfile
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from autograder.cli import main
from autograder.course import notebooks
from tests.support import ROOT, chromium, pyodide, static_site
from tests.support.lab_page import PATIENCE, Notebook

pytestmark = [pytest.mark.pyodide, pytest.mark.xdist_group("site")]

BOOT = 600_000  # ms until Python has started, on a machine with other work to do
FIRST, BRAIN, SEARCH = "00_start_here", "05_the_brain", "04_hyperparameters"
REPORT = "experiment_report"
BEFORE_THE_SEARCH = (
    *("setup", "split_data-solution", "data-code", "sample_log_uniform-solution"),
    *("sample_one_minus_log_uniform-solution", "sample_configuration-solution", "space-code"),
    *("train_and_evaluate-solution", "random_search-solution", "best_trial-solution"),
)
PICTURE = ROOT / "docs" / "images" / "site.png"
# Short trainings, as where pages run in a kernel without a browser.
SMALL = 'import os\nos.environ["COURSE_BUDGET"] = "small"\n'
PAGES = sorted(path.parent.name for path in ROOT.glob("notebooks/*/*.ipynb"))


def path_of(assignment):
    return ROOT / "notebooks" / assignment / f"{assignment}.ipynb"


def solved(assignment):
    return notebooks.solve(notebooks.read(path_of(assignment)), markers=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory, thorough):
    """Build the site: of two pages, since the answer key of all takes longest."""
    folder = tmp_path_factory.mktemp("site") / "public"
    pages = () if thorough else (FIRST, BRAIN)
    command = ["site", *pages, "--to", folder, "--local", pyodide.FOLDER]
    assert main([*map(str, command)]) == 0
    return folder


@pytest.fixture(scope="module")
def browser():
    with chromium.launch() as running:
        yield running


WINDOW = {"viewport": {"width": 1280, "height": 900}, "accept_downloads": True}


@contextmanager
def at_home(browser):
    """Yield a new context in which each request that leaves this machine is an error."""
    context = browser.new_context(**WINDOW)
    with stays_at_home(context):
        yield context
    context.close()


@contextmanager
def stays_at_home(context):
    """Assert that no request of this context leaves this machine."""
    context.set_default_timeout(PATIENCE)
    outside = []
    context.on("request", lambda asked: outside.append(asked.url))
    yield
    here = re.compile(r"(http://127\.0\.0\.1:\d+/|data:|blob:)")
    assert [url for url in outside if not here.match(url)] == []


@contextmanager
def opened(context, server, assignment):
    """Open an assignment's page; at the end, close it and its Python."""
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(f"{error}\n{error.stack}"))
    page.goto(f"{server.url}/lab/index.html?path={assignment}/{assignment}.ipynb")
    yield Notebook(page, path_of(assignment), start=BOOT)
    page.close()
    assert [error for error in errors if "starting.js" in error] == []


def download(notebook, to):
    """Save the page, download it by the list of files, and return what the file holds."""
    notebook.save()
    notebook.page.locator(".jp-DirListing-item", has_text=to.name).click(button="right")
    with notebook.page.expect_download() as arriving:
        notebook.menu("Download")
    arriving.value.save_as(to)
    return json.loads(to.read_text("utf-8"))


def outputs(page, kind):
    """Return all of one kind that a notebook's file shows: a text, or pictures."""
    for cell in page["cells"]:
        for output in cell.get("outputs", ()):
            if kind in output.get("data", {}):
                yield "".join(output["data"][kind])


# -- the quick journey ----------------------------------------------------------------------------


@pytest.mark.thorough
def test_site_opens_at_the_first_page_and_holds_no_solution(built):
    welcome = (built / "index.html").read_text("utf-8")
    assert f"lab/index.html?path={FIRST}/{FIRST}.ipynb" in welcome
    [wheel] = (built / "static" / "pyodide").glob("deep_networks-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"utils/check.py", "utils/answer_key.npz", "utils/blanks.json"} < set(names)
    assert [name for name in names if "reference" in name or "exercises" in name] == []
    assert [name for name in names if name.endswith((".h5", ".pyc"))] == []


@pytest.mark.thorough
def test_list_of_files_follows_a_link_and_is_folded_in_a_narrow_window(browser, built):
    with static_site.serve(built) as server, at_home(browser) as context:
        context.route("**/static/pyodide/**", lambda asked: asked.abort())  # no Python is needed
        context.set_default_timeout(BOOT)
        page = context.new_page()
        page.goto(server.url)
        page.get_by_role("link", name="01 Forward propagation").click()
        listed = page.locator(".jp-DirListing-item", has_text="01_forward_propagation.ipynb")
        expect(listed).to_be_visible(timeout=BOOT)
        narrow = context.new_page()
        narrow.set_viewport_size({"width": 640, "height": 900})
        narrow.goto(server.url)
        narrow.locator("#filebrowser").wait_for(state="attached")
        expect(narrow.locator("#filebrowser")).to_be_hidden(timeout=BOOT)


@pytest.mark.thorough  # Python's start in the browser takes long
def test_page_is_solved_downloaded_and_graded(browser, built, tmp_path, pytestconfig):
    answers = {
        cell.id.removesuffix("-solution"): cell.source
        for cell in solved(BRAIN).cells
        if cell.id.endswith("-solution")
    }
    file = tmp_path / "submitted" / "ada" / BRAIN / f"{BRAIN}.ipynb"
    with (
        static_site.serve(built) as server,
        at_home(browser) as context,
        opened(context, server, BRAIN) as notebook,
    ):
        line = notebook.page.locator("#course-line[role=status]")
        expect(line).to_contain_text(re.compile(r"Python is starting in your browser: \d+ s"))
        picture = PICTURE if pytestconfig.getoption("pictures") else tmp_path / PICTURE.name
        notebook.page.screenshot(path=picture)
        notebook.kernel_is_ready()
        expect(line).to_contain_text(re.compile(r"Python is ready. It took \d+ s"))
        notebook.run("setup")
        for exercise, code in answers.items():
            notebook.run(f"{exercise}-solution")
            expect(notebook.run(exercise).locator(".verdict")).to_contain_text("still blank")
            shown = notebook.answer(exercise, code)
            expect(shown.locator(".verdict")).to_contain_text(f"✓ {exercise}")
        expect(notebook.run("voltages-demo").locator("img, svg").first).to_be_visible()
        notebook.type("voltages-demo", "import scipy\nprint(scipy.__version__)")
        expect(notebook.run("voltages-demo")).to_contain_text("1.14.1")  # loaded just now
        notebook.page.locator('[data-command="notebook:interrupt-kernel"]').first.click()
        expect(line).to_contain_text("Restart Kernel")
        download(notebook, file)
    verdicts = graded(file, tmp_path)
    assert {name: one["status"] for name, one in verdicts.items()} == dict.fromkeys(
        answers, "correct"
    )


def graded(file, folder):
    """Grade a downloaded page by `course grade`; return the verdicts by exercise."""
    assignment = file.stem
    command = ["grade", assignment, "--submissions", folder / "submitted", "--jobs", "1"]
    assert main([*map(str, command), "--output", str(folder / "grades")]) in (0, 1)
    lines = (folder / "grades" / assignment / "results.jsonl").read_text("utf-8").splitlines()
    return {one["exercise"]: one for one in map(json.loads, lines)}


# -- every page -----------------------------------------------------------------------------------


def with_page(built, folder, assignment, page):
    """Copy the site, with another version of a page; all other files are shared."""
    shutil.copytree(built, folder, copy_function=os.link)
    file = folder / "files" / assignment / f"{assignment}.ipynb"
    file.unlink()
    file.write_text(json.dumps(page), "utf-8")
    return folder


def run_all(notebook, last):
    """Run all cells, and wait until the last one has run: in between, Python looks idle."""
    notebook.kernel_is_ready()
    notebook.menu("Run", "Run All Cells")
    prompt = notebook.cell(last).locator(".jp-InputPrompt")
    expect(prompt).to_have_text(re.compile(r"^\[\d+\]:$"), timeout=1_800_000)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["blank", "solved"])
@pytest.mark.parametrize("assignment", PAGES)
def test_each_page_runs_blank_and_solved(assignment, kind, browser, built, tmp_path):
    page = solved(assignment) if kind == "solved" else notebooks.read(path_of(assignment))
    code = [cell for cell in page.cells if cell.cell_type == "code"]
    code[0].source = SMALL + code[0].source
    passes = kind == "solved" and assignment != FIRST  # the first page shows checks that fail
    site = with_page(built, tmp_path / "site", assignment, page)
    with (
        static_site.serve(site) as server,
        at_home(browser) as context,
        opened(context, server, assignment) as notebook,
    ):
        if passes:
            run_all(notebook, code[-1].id)
        else:  # Run All stops at the first check that does not pass
            for cell in code:
                notebook.run(cell.id)
        file = tmp_path / "submitted" / "ada" / assignment / f"{assignment}.ipynb"
        done = download(notebook, file)
    checks = [cell for cell in done["cells"] if "".join(cell["source"]).startswith("check(")]
    signs = {cell["id"]: "".join(outputs({"cells": [cell]}, "text/plain")) for cell in checks}
    if passes:
        assert all(text.startswith("✓") for text in signs.values()), signs
        failed = [
            (cell["id"], output["evalue"])
            for cell in done["cells"]
            for output in cell.get("outputs", ())
            if output["output_type"] == "error"
        ]
        assert failed == []
        verdicts = graded(file, tmp_path)
        verdicts.pop(REPORT, None)  # it is written by each student
        assert {one["status"] for one in verdicts.values()} == {"correct"}
    else:
        assert all("could not be checked" not in text for text in signs.values()), signs
        assert len(list(outputs(done, "text/html"))) >= len(checks)


@pytest.mark.thorough
def test_search_goes_on_after_a_restart_and_the_second_visit_loads_nothing(built, tmp_path):
    page = solved(SEARCH)
    [search] = [cell for cell in page.cells if cell.id == "search-demo"]
    search.source = search.source.replace("budget(30, ", "budget(10, ")  # enough to stop it midway
    site = with_page(built, tmp_path / "site", SEARCH, page)
    with (
        static_site.serve(site) as server,
        chromium.launch_with_profile(tmp_path / "profile", **WINDOW) as context,
        stays_at_home(context),
    ):
        with opened(context, server, SEARCH) as notebook:
            for name in BEFORE_THE_SEARCH:
                notebook.run(name)
            cell = notebook.click("search-demo")
            notebook.page.keyboard.press("Shift+Enter")
            expect(cell).to_contain_text(re.compile("[3-9] of 10 trials"), timeout=BOOT)
            notebook.menu("Kernel", "Restart Kernel…")
            notebook.page.get_by_role("button", name="Confirm Kernel Restart").click()
            notebook.kernel_is_ready()
            for name in BEFORE_THE_SEARCH:
                notebook.run(name)
            cell = notebook.click("search-demo")
            notebook.page.keyboard.press("Shift+Enter")
            ended = re.compile(r"10 trials in .+, \d+ of them earlier")
            expect(cell).to_contain_text(ended, timeout=BOOT)
            notebook.save()
        server.answers.clear()
        with opened(context, server, SEARCH) as notebook:
            notebook.kernel_is_ready()
            expect(notebook.cell("search-demo")).to_contain_text("of them earlier")
        again = [path for code, path in server.answers if code == "200" and "/pyodide/" in path]
        assert again == []

"""What the journeys share: a course, its JupyterLab, and a browser to open pages in."""

from contextlib import ExitStack, contextmanager

import pytest

from tests.support import chromium
from tests.support.lab_page import PATIENCE, Lab, Notebook, git
from tests.support.lab_server import copy_course

START = "00_start_here/00_start_here.ipynb"


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """Make a new git repository with the files of the course committed."""
    folder = tmp_path_factory.mktemp("journey") / "course"
    copy_course(folder)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "The course")
    return folder


@pytest.fixture(scope="module")
def browser():
    with chromium.launch() as running:
        yield running


@pytest.fixture(scope="session")
def lab(course):
    with ExitStack() as stack:
        yield Lab(course, stack)


@pytest.fixture(scope="module")
def opened(browser, lab):
    """Return a function that opens a notebook, or the first page, with a new kernel."""

    @contextmanager
    def open_page(notebook=None, **options):
        errors = []
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        try:
            page.goto(lab.server.url(notebook))
            yield Notebook(page, lab.course / "my_notebooks" / (notebook or START))
            assert "No module named" not in page.content()
            assert errors == [], "the browser's console shows errors"
        finally:
            context.close()
            lab.server.stop_kernels()

    return open_page

"""Test formgrader and the feedback of a round in a real browser."""

import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.support import chromium
from tests.support.course_notebooks import EVIL, REPORT
from tests.support.school import BOBS, NAME, POINTS, SENTENCES, scores

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.sandbox,
    pytest.mark.root,
    pytest.mark.xdist_group("school"),
]


@pytest.fixture(scope="module")
def formgrader(school):
    """Start JupyterLab in the workspace as an instructor, and yield the address of formgrader."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = school.root / "lab.log"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=secret", "--LabApp.news_url="),
    ]
    environ = school.environ("root")
    address = f"http://127.0.0.1:{port}"
    with (
        log.open("w") as out,
        subprocess.Popen(
            command, cwd=school.workspace, env=environ, stdout=out, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            wait_for(f"{address}/api", process, log)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for(url, process, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser():
    with chromium.launch() as running:
        yield running


@pytest.fixture
def page(browser):
    with browser.new_context() as context:
        yield context.new_page()


@pytest.mark.thorough
@pytest.mark.browser
def test_formgrader_shows_assignments_grades_and_a_submission(formgrader, page):
    from playwright.sync_api import expect

    page.goto(f"{formgrader}/formgrader/manage_assignments?token=secret")
    row = page.get_by_role("row").filter(has_text=NAME)
    expect(row).to_be_visible(timeout=30_000)
    expect(row).to_contain_text("released")

    page.goto(f"{formgrader}/formgrader/gradebook")
    row = page.get_by_role("row").filter(has_text=NAME)
    expect(row).to_be_visible()
    bobs = sum(BOBS.values())
    expect(row).to_contain_text(f"{(100 + bobs + 95 + 0) / 4:g} / 100")

    page.goto(f"{formgrader}/formgrader/gradebook/{NAME}/{NAME}")
    submissions = page.get_by_role("link", name=re.compile("Submission #"))
    expect(submissions).to_have_count(4)
    page.get_by_role("row").filter(has_text=f"{bobs:g} / 100").get_by_role("link").click()
    for sentence in SENTENCES:
        said = page.get_by_text(sentence.replace("`", "")).first  # backquotes become code
        expect(said).to_be_visible()
    # The card has the message, so the error that nbgrader needs is hidden.
    expect(page.locator(".output_error pre").first).to_be_hidden()
    expect(page.locator(".score").first).to_be_visible()

    page.goto(f"{formgrader}/formgrader/manage_students/bob/{NAME}")
    expect(page.get_by_role("row").filter(has_text=NAME)).to_contain_text(f"{bobs:g} / 100")


PAGES = {NAME: "<script>window.ran = 1</script>", REPORT: "window.ran = 1"}


@pytest.mark.browser
def test_student_scripts_do_not_run_in_formgrader_or_feedback(formgrader, page, school):
    from nbgrader.api import Gradebook
    from playwright.sync_api import expect

    page.goto(f"{formgrader}/formgrader/manage_assignments?token=secret")
    with Gradebook(f"sqlite:///{school.workspace / 'gradebook.db'}") as gradebook:
        ids = {name: gradebook.find_submission_notebook(name, name, "eve").id for name in PAGES}
    for name, words in PAGES.items():
        [feedback] = (school.root / "feedback" / "eve" / name).glob("*.html")
        for address in (f"{formgrader}/formgrader/submissions/{ids[name]}/", feedback.as_uri()):
            page.goto(address)
            # The script is shown as text.
            expect(page.get_by_text(words).first).to_be_visible()
            page.wait_for_timeout(500)
            assert page.evaluate("window.ran") is None
            page.evaluate(f"document.body.insertAdjacentHTML('beforeend', {EVIL!r})")
            page.wait_for_function("window.ran === 1")  # so this test would notice a script


@pytest.mark.thorough
@pytest.mark.browser
def test_formgrader_autograde_button_grades(formgrader, page, school):
    from playwright.sync_api import expect

    graded = school.workspace / "autograded" / "bob" / NAME / f"{NAME}.ipynb"
    before = graded.stat().st_mtime_ns
    page.goto(f"{formgrader}/formgrader/manage_assignments?token=secret")  # signs in
    page.goto(f"{formgrader}/formgrader/manage_submissions/{NAME}")
    page.get_by_role("row").filter(has_text="bob").locator(".autograde a").click()
    said = page.get_by_text(f"Successfully autograded '{NAME}' for student 'bob'.")
    expect(said).to_be_visible(timeout=60_000)
    assert graded.stat().st_mtime_ns > before
    assert scores(school, "bob") == {n: (BOBS[n], p) for n, p in POINTS.items()}

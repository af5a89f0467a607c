"""Drive a page of the course in JupyterLab: run cells, answer exercises, read what they show."""

import json
import os
import re
import subprocess

from playwright.sync_api import expect

from tests.support.lab_server import serve

PATIENCE = 20_000  # ms; other tests use the machine at the same time
expect.set_options(timeout=PATIENCE)


def git(folder, *command):
    """Run git without any configuration of this machine."""
    identity = {"NAME": "Learner", "EMAIL": "learner@example.org"}
    environ = {f"GIT_{who}_{k}": v for who in ("AUTHOR", "COMMITTER") for k, v in identity.items()}
    environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", *command],
        cwd=folder,
        env=os.environ | environ,
        text=True,
        capture_output=True,
        check=True,
    ).stdout


class Lab:
    """A JupyterLab of the course that can be stopped and restarted."""

    def __init__(self, course, stack):
        self.course, self.stack = course, stack
        self.start_again()

    def start_again(self):
        self.stack.close()
        self.server = self.stack.enter_context(serve(self.course, self.course.parent / "home"))


class Notebook:
    """The notebook that JupyterLab shows, with cells found by id."""

    def __init__(self, page, file, *, start=30_000):
        self.page, self.start = page, start  # ms for Python to start, and for a cell to run
        self.panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        self.shows(file)

    def shows(self, file):
        """Wait until this notebook is drawn, which a click may have opened."""
        cells = json.loads(file.read_text("utf-8"))["cells"]
        self.ids = [cell["id"] for cell in cells]
        self.pages = {
            cell["id"]: "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        }
        tab = self.page.locator(".jp-mod-current .lm-TabBar-tabLabel")
        expect(tab).to_have_text(file.name, timeout=self.start)
        second = self.panel.locator(".jp-Notebook-cell").nth(1)  # the first is blank for a moment
        expect(second).to_be_attached(timeout=self.start)

    def cell(self, name):
        """Scroll to this cell: JupyterLab does not draw distant cells."""
        cell = self.panel.locator(f'[data-windowed-list-index="{self.ids.index(name)}"]')
        cell.wait_for(state="attached")
        cell.scroll_into_view_if_needed()
        return cell

    def kernel_is_ready(self):
        """Wait until the status bar shows an idle kernel; before, Shift+Enter is ignored."""
        idle = self.page.locator("#jp-main-statusbar").get_by_text(re.compile(r"\| Idle$"))
        expect(idle).to_be_visible(timeout=self.start)

    def click(self, name):
        cell = self.cell(name)
        cell.locator(".cm-content").click()
        expect(cell.locator(".cm-content")).to_be_focused()
        return cell

    def run(self, name):
        """Click on a code cell, press Shift+Enter, and return its output."""
        self.kernel_is_ready()
        cell = self.click(name)
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        self.page.keyboard.press("Shift+Enter")
        expect(prompt).not_to_have_text(before)
        expect(prompt).to_have_text(re.compile(r"^\[\d+\]:$"), timeout=self.start)
        return cell.locator(".jp-Cell-outputArea")

    def type(self, name, code):
        """Replace the content of a code cell with `code`."""
        self.click(name)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(code)

    def answer(self, exercise, code):
        """Type an answer, run it, run its check, and return the output of the check."""
        self.type(f"{exercise}-solution", code)
        self.run(f"{exercise}-solution")
        return self.run(exercise)

    def menu(self, *names):
        for name in names:
            label = self.page.get_by_text(name, exact=True)  # beside it, its keys may stand
            self.page.get_by_role("menuitem").filter(has=label).click()

    def save(self):
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("ControlOrMeta+s")
        expect(self.page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty")).to_have_count(0)

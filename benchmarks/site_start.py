"""Measure how long Python takes to start on the course's site, at a first and at a later visit.

    python benchmarks/site_start.py

Needs Chromium, JupyterLite and a copy of Pyodide, as the tests of the site do. The site is served
on this machine, so what a network adds is not in the numbers.
"""

import os
import tempfile
from pathlib import Path

from autograder.cli import main as course
from tests.support import chromium, pyodide, static_site

PATIENCE = 600_000  # ms
SECONDS = "Number(localStorage.getItem('course-seconds-to-start'))"


def main():
    """Build the site, visit it three times with one browser, and print a line a visit."""
    if why := pyodide.why_not():
        raise SystemExit(f"There is no copy of Pyodide: {why}")
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside, "site")
        course(["site", "--to", str(folder), "--local", str(pyodide.FOLDER)])
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        print(f"The site has {size / 1e6:.0f} MB.")
        profile = Path(aside, "profile")  # without one, a browser keeps no large files
        with (
            static_site.serve(folder) as server,
            chromium.launch_with_profile(profile) as context,
        ):
            for visit in ("first visit", "second visit", "third visit"):
                server.answers.clear()
                print(f"{visit}: {seconds(context, server.url)} s,", end=" ")
                loaded = sum(code == "200" for code, _ in server.answers)
                load = os.getloadavg()[0]
                print(f"{loaded} files loaded; {load:.1f} programs wanted {os.cpu_count()} cores")


def seconds(context, url):
    """Open the first page; return the seconds until Python is ready, as the page itself says."""
    page = context.new_page()
    page.goto(url)
    page.get_by_text("Python is ready.").wait_for(timeout=PATIENCE)
    found = page.evaluate(SECONDS)
    page.close()
    return found


if __name__ == "__main__":
    main()

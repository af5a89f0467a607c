"""Drive an installed Chromium by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable():
    """Return the path of an installed Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def _options():
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    args = [*OPTIONS, "--no-sandbox"] if root else list(OPTIONS)
    return {"executable_path": executable(), "args": args}


@contextmanager
def launch() -> Iterator:
    """Start a headless Chromium; it ends with the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**_options())
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def launch_with_profile(folder, **options) -> Iterator:
    """Start a Chromium that keeps its profile in a folder, and yield its only context.

    Its cache is that of a person's browser: contexts without a profile do not keep large files.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        start = playwright.chromium.launch_persistent_context
        context = start(folder, **_options(), **options)
        try:
            yield context
        finally:
            context.close()

"""Test the shape tracer of notebook 03 in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.support import chromium
from utils.shape_tracer import trace

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def browser():
    with chromium.launch() as running:
        yield running


def test_arrow_keys_step_through_tracer_and_print_shows_all_steps(browser, tmp_path):
    def greedy(event):
        return f"document.addEventListener('{event}', e => e.preventDefault(), true)"

    file = tmp_path / "page.html"
    shown = trace([3, 4, 1], 5)
    body = shown.html() + trace([784, 64, 16, 1], 500).html()
    # The outer page handles all keys, as JupyterLab does.
    script = f"<script>{greedy('keydown')}</script>"
    file.write_text(f"<!DOCTYPE html><meta charset='utf-8'>{script}{body}", "utf-8")
    page = browser.new_context(java_script_enabled=True).new_page()
    page.goto(file.as_uri())
    frame = page.frame_locator("iframe").first
    steps = frame.locator("section.step")
    expect(steps).to_have_count(12)
    expect(steps.filter(visible=True)).to_have_count(1)
    expect(frame.get_by_text("(4▲, 3●)")).to_be_visible()

    frame.get_by_label("step 1 of 12, forward, layer 1, linear step").focus()
    for number in range(2, 13):
        page.keyboard.press("ArrowRight")
        now = steps.filter(visible=True)
        expect(now).to_have_count(1)
        expect(now).to_contain_text(f"Step {number} of 12")
    expect(now).to_contain_text("dA0 has the shape of A0.")
    page.keyboard.press("ArrowLeft")
    expect(steps.filter(visible=True)).to_contain_text("db1 has the shape of b1.")

    # Each tracer has its own step, and no content is cut off by its frame.
    other = page.frame_locator("iframe").nth(1)
    expect(other.locator("section.step").filter(visible=True)).to_contain_text("Step 1 of 18")
    for tracer_frame in page.frames[1:]:
        assert tracer_frame.evaluate(
            "document.documentElement.scrollHeight <= window.innerHeight + 1"
        )

    every = page.locator(".all section.step")
    expect(every.filter(visible=True)).to_have_count(0)
    page.emulate_media(media="print")
    expect(every.filter(visible=True)).to_have_count(12 + 18)
    expect(page.locator("iframe").first).to_be_hidden()
    page.context.close()


def test_style_of_a_tracer_reaches_nothing_else_in_the_notebook(browser, tmp_path):
    file = tmp_path / "page.html"
    outside = (
        '<section class="step"><b class="name box">bold</b></section><section><b>bold</b></section>'
    )
    file.write_text(f"<!DOCTYPE html>{outside}{trace([3, 4, 1], 5).html()}", "utf-8")
    page = browser.new_context().new_page()
    page.goto(file.as_uri())
    look = "it => JSON.stringify([...getComputedStyle(it)].map(p => getComputedStyle(it)[p]))"
    for kind in ("section", "b"):
        named, bare = page.locator(f"body > {kind}, body > section > {kind}").all()[:2]
        assert named.evaluate(look) == bare.evaluate(look)
    page.context.close()

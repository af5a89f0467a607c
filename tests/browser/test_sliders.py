"""Test the sliders of notebook 01 and the gradient tracer of notebook 02 in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.support import chromium
from utils.gradient_tracer import trace_gradients
from utils.optimizer import be_the_optimizer
from utils.reference import backward_propagation as reference

pytestmark = pytest.mark.xdist_group("browser")

# As JupyterLab's dark theme sets them.
DARK = "<style>body{--jp-layout-color0:#111111;--jp-content-font-color1:#eeeeee}</style>"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    tracer = trace_gradients(
        reference.sigmoid_backward, reference.relu_backward, reference.linear_backward
    )
    file = tmp_path_factory.mktemp("sliders") / "page.html"
    body = be_the_optimizer().html() + tracer.html()
    file.write_text(f"<!DOCTYPE html><meta charset='utf-8'>{DARK}<body>{body}", "utf-8")
    with chromium.launch() as browser:
        shown = browser.new_page(viewport={"width": 640, "height": 900})
        shown.goto(file.as_uri())
        yield shown


def test_arrow_keys_move_weights_and_cost_falls(page):
    frame = page.frame_locator("iframe").first
    says = frame.get_by_role("status")
    expect(says).to_have_text("cost 0.693, 8 of 16 right")
    frame.get_by_label("w₁, weight of x₁").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    setting = be_the_optimizer(1, 0, 0)
    expect(says).to_have_text(f"cost {setting.cost:.3f}, {setting.right} of 16 right")


def test_arrow_keys_walk_through_gradients(page):
    frame = page.frame_locator("iframe").nth(1)
    frame.get_by_label("step 1 of 12, forward, layer 1, linear step").focus()
    for _ in range(11):
        page.keyboard.press("ArrowRight")
    now = frame.locator("section.step").filter(visible=True)
    expect(now).to_have_count(1)
    expect(now).to_contain_text("Step 12 of 12")
    expect(now).to_contain_text("they agree")


def test_pages_take_theme_and_fit_their_frames(page):
    for frame in page.frames[1:]:
        look = "getComputedStyle(document.body).backgroundColor"
        assert frame.evaluate(look) == "rgb(17, 17, 17)"
        assert frame.evaluate("document.documentElement.scrollHeight <= window.innerHeight + 1")


def test_print_shows_settings_and_all_steps(page):
    page.emulate_media(media="print")
    expect(page.locator("iframe").first).to_be_hidden()
    expect(page.locator(".all .setting").filter(visible=True)).to_have_count(3)
    expect(page.locator(".all section.step").filter(visible=True)).to_have_count(12)

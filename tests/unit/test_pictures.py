"""Test that only the pixels of a student's pictures are kept."""

import base64
import io

import pytest
from PIL import Image, PngImagePlugin

from autograder.grading.pictures import safe_attachments, safe_picture


def encoded(kind, size=(20, 10), **more):
    file = io.BytesIO()
    Image.new("RGB", size, (255, 0, 0)).save(file, kind, **more)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_pixels_are_kept_and_texts_are_not(kind):
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "<script>alert(1)</script>")
    more = {"pnginfo": text} if kind == "PNG" else {"comment": b"<script>alert(1)</script>"}
    picture = safe_picture(encoded(kind, **more) + b"<script>alert(2)</script>")
    assert b"script" not in picture
    with Image.open(io.BytesIO(picture)) as again:
        assert (again.format, again.size) == ("PNG", (20, 10))
        assert again.getpixel((3, 3))[0] > 250


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"",
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        lambda: b"GIF89a",
        lambda: encoded("BMP"),
        lambda: encoded("PNG")[:40],
        lambda: encoded("PNG", (6001, 5000)),
    ],
    ids=["nothing", "svg", "gif", "bmp", "cut short", "too many pixels"],
)
def test_all_else_is_left_out(make):
    assert safe_picture(make()) is None


def test_large_picture_is_made_smaller():
    with Image.open(io.BytesIO(safe_picture(encoded("JPEG", (4000, 3000))))) as again:
        assert again.size == (1600, 1200)


def test_pasted_pictures_are_kept_and_addresses_of_others_are_changed():
    good = base64.b64encode(encoded("PNG")).decode()
    source = "![a](attachment:my%20plot.png) and ![b](attachment:lost.png)"
    text, kept = safe_attachments(source, [("my plot.png", good), ("lost.png", "PHN2Zz4=")])
    assert text == "![a](attachment:my%20plot.png) and ![b](left-out-lost.png)"
    assert list(kept) == ["my plot.png"]
    assert safe_picture(base64.b64decode(kept["my plot.png"]["image/png"])) is not None

"""Test that only the pixels of a student's pictures are kept."""

import io

import pytest
from PIL import Image, PngImagePlugin

from autograder.grading.pictures import safe_picture


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
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a",
        encoded("BMP"),
        encoded("PNG")[:40],
        encoded("PNG", (2001, 2000)),
    ],
    ids=["nothing", "svg", "gif", "bmp", "cut short", "too many pixels"],
)
def test_all_else_is_left_out(data):
    assert safe_picture(data) is None

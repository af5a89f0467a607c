"""Make pictures from a student's notebook safe to show: decode them, and encode the pixels anew."""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from collections.abc import Iterable
from urllib.parse import unquote

__all__ = ["safe_attachments", "safe_picture"]

PIXELS = 30_000_000  # of the largest that is decoded: a photograph of a telephone has twelve
SIDE = 1600  # pixels of the longer side of what is kept
KINDS = ("PNG", "JPEG")
MOST = 20  # pictures of a cell
ADDRESS = re.compile(r"attachment:([^\s)\"'>\]]+)")


def safe_picture(data: bytes) -> bytes | None:
    """Return a PNG or JPEG file as a PNG file with nothing but its pixels; None if it is neither.

    Return None, without decoding, for more than thirty million pixels. A large picture is made
    smaller.
    """
    from PIL import Image

    file = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=KINDS) as picture:
                if picture.width * picture.height > PIXELS:
                    return None
                alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
                pixels = picture.convert("RGBA" if alpha else "RGB")
        pixels.thumbnail((SIDE, SIDE))
        pixels.info.clear()
        pixels.save(file, "PNG")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning):
        return None
    return file.getvalue()


def safe_attachments(
    source: str, attachments: Iterable[tuple[str, str]]
) -> tuple[str, dict[str, dict[str, str]]]:
    """Return a Markdown cell's text and its attachments, with their pixels alone.

    A page that links to a missing attachment cannot be shown, so the text gets another address
    wherever an attachment is left out.
    """
    kept: dict[str, dict[str, str]] = {}
    for name, data in list(attachments)[:MOST]:
        try:
            picture = safe_picture(base64.b64decode(data, validate=False))
        except (binascii.Error, ValueError):
            continue
        if picture is not None:
            kept[name] = {"image/png": base64.b64encode(picture).decode()}
    text = ADDRESS.sub(
        lambda found: found[0] if unquote(found[1]) in kept else f"left-out-{found[1]}", source
    )
    return text, kept

"""Make pictures from a student's notebook safe to show: decode them, and encode the pixels anew."""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from autograder.limits import MIB

__all__ = ["MOST", "linked_picture", "safe_attachments", "safe_picture"]

PIXELS = 30_000_000  # of the largest that is decoded: a photograph of a telephone has twelve
SIDE = 1600  # pixels of the longer side of what is kept
KINDS = ("PNG", "JPEG")
MOST = 20  # pictures of a cell
LINKED = 16 * MIB  # of the largest file beside a notebook that is looked at
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


def linked_picture(address: str, folder: Path) -> bytes | None:
    """Return a picture file that was handed in beside the notebook, as `safe_picture` does.

    Return None where there is none: for an address elsewhere, a link, or a file that is too large.

    Parameters
    ----------
    address : as it stands in the Markdown, such as ``images/my%20plot.png``
    folder : of the submission
    """
    parts = PurePosixPath(unquote(address)).parts
    if not parts or not set(parts).isdisjoint(("..", "/")) or "\0" in address:
        return None
    paths = [folder.joinpath(*parts[: n + 1]) for n in range(len(parts))]
    try:
        if any(path.is_symlink() for path in paths) or not paths[-1].is_file():
            return None
        return safe_picture(paths[-1].read_bytes()) if paths[-1].stat().st_size <= LINKED else None
    except (OSError, ValueError):
        return None


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

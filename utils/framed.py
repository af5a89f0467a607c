"""A page of its own in a notebook's output, with a twin for print.

JupyterLab captures the arrow keys everywhere but in an iframe, so what is moved by keys stands in
one. Where the notebook is printed, or iframes are not shown, the twin appears in its place.
"""

from __future__ import annotations

from markupsafe import Markup

from utils.render import template

__all__ = ["framed"]


def framed(title: str, body: Markup, twin: Markup, style: Markup, height: int) -> str:
    """Return HTML that shows a page in an iframe, and in print its twin.

    The page takes the colors of JupyterLab's theme, and the iframe the height of its page.

    Parameters
    ----------
    title : str
        What the page is, for those who cannot see it.
    body, twin : Markup
        The page, and what stands for it in print.
    style : Markup
        CSS rules for both.
    height : int
        The pixels of the iframe before its page is measured.
    """
    page = template(__file__, "page").render(title=title, body=body, style=style)
    return template(__file__).render(title=title, page=page, twin=twin, style=style, height=height)

"""Turn Markdown and code that a student wrote into HTML that is safe, and needs no network.

Formulas become MathML, which browsers draw and screen readers speak; pictures that were handed in
are embedded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, fromstring, register_namespace, tostring

import mistune
from latex2mathml.converter import convert
from mistune.plugins.math import math
from mistune.plugins.table import table
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

__all__ = ["code_html", "formula", "prose_html"]

LONGEST = 5_000  # letters of a formula
MATHML = """
math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover
mtable mtr mtd mstyle mpadded mphantom menclose mmultiscripts mprescripts none
"""
PLAIN = """
display displaystyle scriptlevel mathvariant mathsize stretchy fence form separator lspace rspace
largeop movablelimits accent accentunder minsize maxsize symmetric linethickness columnalign
rowalign columnspacing rowspacing columnlines rowlines frame framespacing width height depth
voffset linebreak notation
"""
ELEMENTS, ATTRIBUTES = frozenset(MATHML.split()), frozenset(PLAIN.split())

register_namespace("", "http://www.w3.org/1998/Math/MathML")  # <math>, not <ns0:math>


def prose_html(text: str, picture: Callable[[str], str | None] = lambda _: None) -> str:
    """Return a cell's Markdown as HTML.

    Parameters
    ----------
    text : Markdown; HTML in it is shown as text
    picture : returns the content (``data:…``) for a picture's address, or None for its text alone
    """
    markdown = mistune.Markdown(_Renderer(picture), plugins=[math, table])
    return str(markdown(text))


def code_html(source: str) -> str:
    """Return Python code as HTML, highlighted by classes."""
    return str(highlight(source, *_highlighter()))


@cache
def _highlighter() -> tuple[Any, Any]:
    return PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)


def formula(latex: str, display: str = "inline") -> str:
    r"""Return a formula as MathML, or as it is written where that fails.

    >>> formula("x^2")[:5], formula(r"\href{javascript:x}{y}")
    ('<math', '<code>\\href{javascript:x}{y}</code>')
    """
    if len(latex) <= LONGEST:
        try:
            root = fromstring(convert(latex, display=display))
        except Exception:  # its parser fails in many ways on what is no formula
            root = None
        if root is not None and all(map(_is_plain, root.iter())):
            root.set("alttext", latex)  # read by screen readers that know no MathML
            return str(tostring(root, encoding="unicode"))
    return f"<code>{escape(latex)}</code>"


def _is_plain(element: Element) -> bool:
    """Return whether an element is one of a formula's, without an address: text may hold HTML."""
    tag = element.tag.removeprefix("{http://www.w3.org/1998/Math/MathML}")
    return tag in ELEMENTS and not set(element.attrib) - ATTRIBUTES


class _Renderer(mistune.HTMLRenderer):
    """Draw Markdown with formulas and embedded pictures, and without HTML or foreign addresses."""

    def __init__(self, picture: Callable[[str], str | None]) -> None:
        super().__init__(escape=True)
        self.picture = picture

    def inline_math(self, text: str) -> str:
        """Return a formula in a line."""
        return formula(text)

    def block_math(self, text: str) -> str:
        """Return a formula by itself."""
        return f'<p class="formula">{formula(text, "block")}</p>\n'

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """Return a heading below those of the page."""
        return f"<h{min(level + 3, 6)}>{text}</h{min(level + 3, 6)}>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Return a link to the web; all others are text."""
        if re.match(r"https?://", url, re.IGNORECASE):
            return f'<a href="{escape(url)}" rel="noopener noreferrer">{text}</a>'
        return text

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Return a picture that was handed in; of all others their text."""
        source = self.picture(url)
        said = escape(re.sub(r"<[^>]*>", "", text))
        if source is None:
            return f"<em>[picture: {said or escape(url)[:80]}]</em>"
        said = said or "a picture of yours, without a description"
        return f'<img src="{escape(source)}" alt="{said}">'

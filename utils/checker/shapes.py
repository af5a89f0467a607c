"""Matrices drawn to scale, side by side, as HTML and as text."""

from __future__ import annotations

import html
from collections.abc import Sequence

__all__ = ["Box", "boxes_as_html", "boxes_as_text", "shape_in_words"]

Shape = tuple[int, ...]
Box = tuple[str, Shape]  # the title of the drawing, and the shape to draw

_PIXELS, _LINES = 110, 8  # the longest side of a drawing, on a screen and in text


def shape_in_words(shape: Shape) -> str:
    """Return the shape as Python writes it, with a remark for a number or a rank-1 array.

    >>> shape_in_words((4, 1))
    '(4, 1)'
    >>> shape_in_words((4,))
    '(4,), a rank-1 array'
    """
    if len(shape) == 0:
        return "(), a single number"
    if len(shape) == 1:
        return f"({shape[0]},), a rank-1 array"
    return str(tuple(shape))


def boxes_as_text(boxes: Sequence[Box]) -> str:
    """Return the boxes side by side, with a dot for each entry if they are small enough.

    >>> print(boxes_as_text([("expected", (2, 3)), ("got", (3, 2))]))
    expected (2, 3)   got (3, 2)
    ┌───────┐         ┌─────┐
    │ · · · │         │ · · │
    │ · · · │         │ · · │
    └───────┘         │ · · │
                      └─────┘
    """
    unit = _unit(boxes, _LINES)
    columns = [[f"{name} {tuple(shape)}", *_text_box(shape, unit)] for name, shape in boxes]
    height = max(map(len, columns))
    widths = [max(map(len, column)) for column in columns]
    rows = [
        "   ".join(
            (column[i] if i < len(column) else "").ljust(width)
            for column, width in zip(columns, widths, strict=True)
        ).rstrip()
        for i in range(height)
    ]
    return "\n".join(rows)


def boxes_as_html(boxes: Sequence[Box]) -> str:
    """Return the boxes side by side at one scale, each labeled with its name and shape."""
    unit = _unit(boxes, _PIXELS / 14) * 14  # at most 14 pixels an entry
    drawings = []
    for name, shape in boxes:
        height, width = (max(side * unit - 1, 2) for side in _sides(shape))
        label = html.escape(f"{name} {tuple(shape)}")
        grid = ""
        if unit >= 5:
            lines = "currentColor 0 1px, transparent 1px"
            grid = (
                f"background-image:linear-gradient({lines}),linear-gradient(90deg,{lines});"
                f"background-size:{unit:.2f}px {unit:.2f}px;background-position:-1px -1px;"
            )
        drawings.append(
            '<div style="display:inline-block;margin:2px 28px 6px 0;vertical-align:top">'
            f'<div style="font-family:monospace;margin-bottom:4px">{label}</div>'
            f'<div role="img" aria-label="{label}" style="box-sizing:content-box;opacity:.75;'
            f"border:1.5px solid currentColor;{grid}"
            f'width:{width:.0f}px;height:{height:.0f}px"></div></div>'
        )
    return "<div>" + "".join(drawings) + "</div>"


def _sides(shape: Shape) -> tuple[int, int]:
    """Return the rows and columns to draw: a rank-1 array is a row, higher ranks lose depth."""
    if len(shape) == 0:
        return 1, 1
    if len(shape) == 1:
        return 1, shape[0]
    return shape[-2], shape[-1]


def _unit(boxes: Sequence[Box], room: float) -> float:
    """Return the scale, at most 1, that fits the longest side of all boxes into `room`."""
    longest = max(max(_sides(shape)) for _, shape in boxes)
    return min(1.0, room / max(longest, 1))


def _text_box(shape: Shape, unit: float) -> list[str]:
    rows, columns = (max(1, round(side * unit)) if side else 0 for side in _sides(shape))
    inside = (" ·" if unit == 1 else "  ") * columns + " "
    bar = "─" * len(inside)
    return ["┌" + bar + "┐", *(["│" + inside + "│"] * rows), "└" + bar + "┘"]

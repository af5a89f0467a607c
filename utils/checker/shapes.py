"""Matrices drawn to scale, side by side, as HTML and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Box", "Drawing", "boxes_as_text", "drawings", "shape_in_words"]

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


class Drawing(NamedTuple):
    """A box to draw as HTML: its label, its size in pixels, and the pixels of an entry."""

    label: str
    height: float
    width: float
    entry: float


def drawings(boxes: Sequence[Box]) -> list[Drawing]:
    """Return the boxes at one scale, each labeled with its name and shape."""
    entry = _unit(boxes, _PIXELS / 14) * 14  # at most 14 pixels an entry
    sizes = ((max(side * entry - 1, 2) for side in _sides(shape)) for _, shape in boxes)
    return [
        Drawing(f"{name} {tuple(shape)}", height, width, entry)
        for (name, shape), (height, width) in zip(boxes, sizes, strict=True)
    ]


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

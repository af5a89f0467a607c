"""The verdict on one exercise, shown as HTML in a notebook and as text elsewhere."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from utils.checker.shapes import Box, boxes_as_text, drawings
from utils.render import template

__all__ = ["MIME", "CheckFailed", "Earned", "Status", "Verdict", "printable"]

MIME = "application/vnd.deep-course.verdict+json"


class Status(StrEnum):
    """The status of a verdict."""

    CORRECT = "correct"
    """Right on every case, and every property holds."""

    PARTIAL = "partial"
    """Not right, but with a part of its points; only in records."""

    WRONG = "wrong"
    """Returned on every case, with something wrong."""

    ERROR = "error"
    """Raised, ended the program, used up its memory, or does not exist."""

    TIMEOUT = "timeout"
    """Exceeded its limit of time or of computing."""

    BLANK = "blank"
    """Still contains the stub."""

    TAMPERED = "tampered"
    """A message from its sandbox was not sent by the course's own code."""

    UNCHECKED = "unchecked"
    """Could not be judged; the fault is the course's, not the student's."""


_SIGNS = {Status.CORRECT: "✓", Status.BLANK: "○", Status.UNCHECKED: "?"}  # all others: ✗
_ENTRIES = 6  # rows and columns of an array that are written out


@dataclass(frozen=True)
class Earned:
    """A part of an exercise's rubric, the points earned for it, and its maximum."""

    part: str
    got: float
    most: float


@dataclass(frozen=True)
class Verdict:
    """The result of judging one exercise.

    Attributes
    ----------
    exercise : str
    status : Status
    points, max_points : float
    message : str
        The main sentence, sufficient by itself.
    advice : str
        What to look at next.
    mistake, mistake_sentence : str
        The name of the diagnosed known mistake, and its sentence.
    call : str
        The call that shows the fault: "linear_forward(A_prev (3, 5), W (2, 3), b (2, 1))".
    source : str
        The student's line that raised.
    boxes : shapes to draw
    expected, got : arrays to show side by side, where small enough to read
    printed, warned : output and warnings of the student's code; these cost nothing
    footer : str
        How to repeat the check, or get a hint.
    earned : the points for each part of the rubric
    substituted : names of earlier answers that the reference replaced
    seed : the seed that reproduces the cases
    """

    exercise: str
    status: Status
    points: float
    max_points: float
    message: str
    advice: str = ""
    mistake: str = ""
    mistake_sentence: str = ""
    call: str = ""
    source: str = ""
    boxes: tuple[Box, ...] = ()
    expected: Any = None
    got: Any = None
    printed: str = ""
    warned: tuple[str, ...] = ()
    footer: str = ""
    earned: tuple[Earned, ...] = ()
    substituted: tuple[str, ...] = ()
    seed: int | None = None

    @property
    def sign(self) -> str:
        """Return the sign that shows the status without color."""
        return _SIGNS.get(self.status, "✗")

    @property
    def headline(self) -> str:
        """Return the verdict in one line."""
        return f"{self.sign} {self.exercise}: {self.message}"

    def record(self) -> dict[str, Any]:
        """Return the verdict as plain data, for a grader."""
        sentences = (self.message, self.mistake_sentence, self.advice, self._points_in_words())
        partial = 0 < self.points < self.max_points
        return {
            "exercise": self.exercise,
            "points": self.points,
            "max_points": self.max_points,
            "mistake": self.mistake,
            "given": self.substituted,
            "seed": self.seed,
            "status": Status.PARTIAL if partial else self.status,
            "earned": {one.part: one.got for one in self.earned},
            "message": " ".join(filter(None, sentences)),
        }

    def _points_in_words(self) -> str:
        """Return a sentence on the points earned for each part, or "" if none or all are."""
        if not 0 < self.points < self.max_points:
            return ""
        total = f"{self.points:g} of {self.max_points:g} points"
        if not self.earned:
            return f"{total}."
        got = ", ".join(f"{one.part} {one.got:g}" for one in self.earned if one.got)
        open_ = ", ".join(f"{one.part} {one.most:g}" for one in self.earned if one.got < one.most)
        return f"{total}: {got}. Not yet: {open_}."

    def text(self) -> str:
        """Return the whole verdict as text, for a terminal."""
        parts = [self.headline]
        if self.source:
            parts.append("    " + self.source)
        if self.boxes:
            parts.append(_indent(boxes_as_text(self.boxes)))
        if self.expected is not None:
            parts.append(_indent(_arrays_as_text(self.expected, self.got)))
        parts += [s for s in (self.mistake_sentence, self.advice) if s]
        if self.call:
            parts.append(f"Seen in {self.call}.")
        if self.warned:
            parts.append("Warnings (they cost nothing): " + "; ".join(self.warned))
        if self.printed:
            parts.append("Your code printed (it costs nothing):\n" + _indent(self.printed))
        parts += filter(None, (self._points_in_words(), self.footer))
        return "\n".join(parts)

    def html(self) -> str:
        """Return the whole verdict as an HTML card."""
        tables = []
        if self.expected is not None:
            tables = _arrays_side_by_side(self.expected, self.got)
        return template(__file__).render(
            verdict=self,
            points=self._points_in_words(),
            drawings=drawings(self.boxes) if self.boxes else [],
            tables=tables,
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/html": self.html(), "text/plain": self.text(), MIME: self.record()}

    def __repr__(self) -> str:
        return self.text()


class CheckFailed(Exception):
    """A check that did not pass, raised so that every tool that runs notebooks sees it.

    A notebook shows it as the verdict's text, without the course's own code.
    """

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.headline)
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        return [self.verdict.text()]


def printable(text: str) -> str:
    r"""Return the text for a terminal, with control and bidirectional characters escaped.

    >>> printable("red: \x1b[31m")
    'red: \\x1b[31m'
    """
    if text.replace("\n", "").isprintable():  # fast path
        return text
    return "".join(
        char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp", "Cs")
        else char.encode("unicode_escape").decode()
        for char in text
    )  # fmt: skip


# --- pieces ------------------------------------------------------------------------------


def _indent(text: str) -> str:
    return "\n".join("    " + line for line in text.rstrip().splitlines())


def _as_rows(value: Any) -> np.ndarray[Any, Any]:
    """Return an array with two axes; if there are more than two, all but the last are merged."""
    array = np.atleast_2d(np.asarray(value))
    return array if array.ndim == 2 else array.reshape(-1, array.shape[-1])


def _shown(value: Any) -> np.ndarray[Any, Any]:
    array = _as_rows(value)
    return array[:_ENTRIES, :_ENTRIES]


def _differs(expected: np.ndarray[Any, Any], got: np.ndarray[Any, Any]) -> Any:
    with np.errstate(all="ignore"):
        return ~np.isclose(got, expected, rtol=1e-4, atol=1e-8)


def _numbers(array: np.ndarray[Any, Any]) -> list[list[str]]:
    return [[f"{float(entry):.4g}" for entry in row] for row in array]


def _cut(value: Any) -> str:
    shape = _as_rows(value).shape
    return "" if max(shape) <= _ENTRIES else f" (the first {_ENTRIES} rows and columns at most)"


def _arrays_as_text(expected: Any, got: Any) -> str:
    left, right = _shown(expected), _shown(got)
    wrong = _differs(left, right)
    blocks = []
    for title, array, marks in (("expected", left, None), ("got", right, wrong)):
        cells = _numbers(array)
        if marks is not None:
            cells = [
                [c + ("*" if marks[i][j] else " ") for j, c in enumerate(row)]
                for i, row in enumerate(cells)
            ]
        width = max(len(c) for row in cells for c in row)
        rows = ["  ".join(c.rjust(width) for c in row) for row in cells]
        blocks.append([title + _cut(expected), *rows])
    wide = max(map(len, blocks[0]))
    lines = [f"{a.ljust(wide)}     {b}".rstrip() for a, b in zip(blocks[0], blocks[1], strict=True)]
    return "\n".join([*lines, "(* differs)"])


def _arrays_side_by_side(expected: Any, got: Any) -> list[tuple[str, list[Any]]]:
    """Return a title and rows for each array; a cell is a number, and whether the two differ."""
    left, right = _shown(expected), _shown(got)
    wrong = _differs(left, right)
    return [
        (
            title + _cut(expected),
            [list(zip(*row, strict=True)) for row in zip(cells, marks, strict=True)],
        )
        for title, cells, marks in (
            ("expected", _numbers(left), np.zeros_like(wrong)),
            ("got, underlined where it differs", _numbers(right), wrong),
        )
    ]

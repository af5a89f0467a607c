"""The verdict on one exercise, shown as HTML in a notebook and as text elsewhere."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from utils.checker.compare import tolerance
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
    """A part of an exercise's rubric, the points earned for it, and its maximum.

    `judged` is false for a part that counts, or can be judged, only when more of the rest is right.
    `count` is how many of how many answers are right, where they are counted.
    """

    part: str
    got: float
    most: float
    judged: bool = True
    count: tuple[int, int] | None = None

    def in_words(self) -> str:
        """Return the sentence on a part that is earned in part."""
        counted = f"{self.count[0]} of {self.count[1]}, " if self.count else ""
        return f"{_capital(self.part)}: {counted}{self.got:g} of {self.most:g} points."


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
        right = [one.part for one in self.earned if one.got == one.most]
        part = [one.in_words() for one in self.earned if one.judged and 0 < one.got < one.most]
        lost = [f"{one.part} ({one.most:g})" for one in self.earned if one.judged and not one.got]
        waiting = [one.part for one in self.earned if not one.judged and one.got < one.most]
        sentences = [
            f"{total}.",
            f"Right: {_and(right)}." if right else "",
            *part,
            f"Not yet: {_and(lost)}." if lost else "",
            f"Not counted yet: {_and(waiting)}." if waiting else "",
        ]
        return " ".join(filter(None, sentences))

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


def _capital(text: str) -> str:
    """Return the text with a capital, unless it begins with a name such as dA_prev."""
    return text if text[1:2].isupper() or text[1:2] == "" else text[:1].upper() + text[1:]


def _and(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _indent(text: str) -> str:
    return "\n".join("    " + line for line in text.rstrip().splitlines())


def _as_rows(value: Any) -> np.ndarray[Any, Any]:
    """Return an array with two axes; if there are more than two, all but the last are merged."""
    array = np.atleast_2d(np.asarray(value))
    return array if array.ndim == 2 else array.reshape(-1, array.shape[-1])


def _differs(expected: np.ndarray[Any, Any], got: np.ndarray[Any, Any]) -> Any:
    largest = np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
    with np.errstate(all="ignore"):
        return ~np.isclose(got, expected, rtol=0, atol=tolerance(expected.dtype) * float(largest))


class _Tables:
    """Two arrays side by side: of large ones the rows and columns that differ, and some others."""

    def __init__(self, expected: Any, got: Any) -> None:
        left, right = _as_rows(expected), _as_rows(got)
        wrong = _differs(left, right)
        rows, columns = (_chosen(wrong.any(axis=axis)) for axis in (1, 0))
        self.wrong = wrong[np.ix_(rows, columns)]
        self.left, self.right = left[np.ix_(rows, columns)], right[np.ix_(rows, columns)]
        parts = [
            _named(kind, chosen, count)
            for kind, chosen, count in zip(
                ("row", "column"), (rows, columns), left.shape, strict=True
            )
            if len(chosen) < count
        ]
        self.cut = f" ({' and '.join(parts)})" if parts else ""

    def numbers(self) -> tuple[list[list[str]], list[list[str]]]:
        """Return both arrays as text, with as many digits as show every difference."""
        for digits in (4, 6, 9, 12, 17):
            left, right = _numbers(self.left, digits), _numbers(self.right, digits)
            alike = np.array(left, dtype=object) == np.array(right, dtype=object)
            if not np.any(alike & self.wrong):
                break
        return left, right


def _chosen(wrong: Any) -> list[int]:
    """Return the positions of at most `_ENTRIES` rows or columns, those that differ first."""
    first = [*np.flatnonzero(wrong), *np.flatnonzero(~wrong)]
    return sorted(map(int, first[:_ENTRIES]))


def _named(kind: str, chosen: list[int], count: int) -> str:
    first, last = chosen[0] + 1, chosen[-1] + 1
    if last - first + 1 == len(chosen):
        return f"{kind}s {first} to {last} of {count}"
    return f"{kind}s {', '.join(str(i + 1) for i in chosen)} of {count}"


def _numbers(array: np.ndarray[Any, Any], digits: int) -> list[list[str]]:
    return [[f"{float(entry) + 0.0:.{digits}g}" for entry in row] for row in array]


def _arrays_as_text(expected: Any, got: Any) -> str:
    tables = _Tables(expected, got)
    left, right = tables.numbers()
    right = [
        [cell + ("*" if tables.wrong[i][j] else " ") for j, cell in enumerate(row)]
        for i, row in enumerate(right)
    ]
    blocks = []
    for title, cells in (("expected", left), ("got", right)):
        width = max(len(cell) for row in cells for cell in row)
        rows = ["  ".join(cell.rjust(width) for cell in row) for row in cells]
        blocks.append([title + tables.cut, *rows])
    wide = max(map(len, blocks[0]))
    lines = [f"{a.ljust(wide)}     {b}".rstrip() for a, b in zip(blocks[0], blocks[1], strict=True)]
    return "\n".join([*lines, "(* differs)"])


def _arrays_side_by_side(expected: Any, got: Any) -> list[tuple[str, list[Any]]]:
    """Return a title and rows for each array; a cell is a number, and whether the two differ."""
    tables = _Tables(expected, got)
    return [
        (
            title + tables.cut,
            [list(zip(*row, strict=True)) for row in zip(cells, marks, strict=True)],
        )
        for title, cells, marks in zip(
            ("expected", "got, underlined where it differs"),
            tables.numbers(),
            (np.zeros_like(tables.wrong), tables.wrong),
            strict=True,
        )
    ]

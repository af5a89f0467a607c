"""Write into a page what follows from its plan: its minutes and points, and those of its parts.

An author types minutes only in the plan, the table in the cell `plan` of a page, and points only in
rubrics. All other places are made from these by `course tidy`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode

from utils.exercises import EXERCISES

__all__ = ["follow_plan", "page_times", "with_times"]

_ROW = re.compile(r"(?m)^(\|[^|\n]*\|)([^|\n]*)\| *(\d+) *\| *(\d*) *\|$")
_PART = re.compile(r"(?m)^(## .+\n\n)\*\d+ minutes?\*")
_ABOUT = re.compile(r"\*\*About ([\d.]+) (minutes|hours) · (\d+|no) points\*\*")


def follow_plan(notebook: NotebookNode) -> None:
    """Change the minutes and points of a page to what its plan and the rubrics say.

    A page without a plan is left as it is.
    """
    cells = {str(cell.get("id")): cell for cell in notebook.cells}
    if not {"title", "plan"} <= cells.keys():
        return
    plan = cells["plan"]
    plan.source = _ROW.sub(_with_points, plan.source)
    rows = _ROW.findall(plan.source)
    minutes = iter([int(time) for *_, time, _ in rows])
    points = sum(int(each or 0) for *_, each in rows)
    about = f"**About {_spoken(sum(int(time) for *_, time, _ in rows))} · {points} points**"
    cells["title"].source = _ABOUT.sub(about, cells["title"].source)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _PART.sub(lambda part: part[1] + _minutes(next(minutes, 0)), cell.source)


def page_times(notebook: NotebookNode) -> str:
    """Return the time that a page's title states, as tables have it: "3 h", "15 min"; or ""."""
    found = _ABOUT.search(notebook.cells[0].source) if notebook.cells else None
    return f"{found[1]} {'h' if found[2] == 'hours' else 'min'}" if found else ""


def with_times(text: str, times: Mapping[str, str]) -> str:
    """Return a text whose table of the pages states these times, by the pages' numbers."""
    return "\n".join(_with_times(text, times))


def _with_times(text: str, times: Mapping[str, str]) -> Iterator[str]:
    for line in text.split("\n"):
        row = re.fullmatch(r"(\| \**(\d\d) .*\| )[\d.]+ (?:min|h)( \|)", line)
        yield f"{row[1]}{times[row[2]]}{row[3]}" if row and times.get(row[2]) else line


def _with_points(row: re.Match[str]) -> str:
    """Return a row of the plan with the points of the exercises that it names."""
    named = [EXERCISES[one] for one in re.findall(r"`(\w+)`", row[2]) if one in EXERCISES]
    points = f"{sum(one.points for one in named):g}" if named else row[4]
    return f"{row[1]}{row[2]}| {row[3]} | {points} |" if points else row[0]


def _minutes(number: int) -> str:
    return f"*{number} minute{'' if number == 1 else 's'}*"


def _spoken(minutes: int) -> str:
    """Return a time in words.

    >>> _spoken(110), _spoken(180)
    ('110 minutes', '3 hours')
    """
    whole = minutes >= 120 and minutes % 30 == 0
    return f"{minutes / 60:g} hours" if whole else f"{minutes} minutes"

"""The map of the course as far as a learner has come: done, next, and how long it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utils import record
from utils.files import written_aside
from utils.record import Page
from utils.render import template

__all__ = ["Progress", "next_step"]


@dataclass(frozen=True)
class Row:
    """A page on the map, with the state of each exercise: "passed", "tried", "next" or "open"."""

    page: Page
    states: tuple[tuple[str, str], ...]
    seen: tuple[str, ...]  # whose solution was seen before they passed

    @property
    def done(self) -> int:
        """Return how many exercises passed."""
        return sum(state == "passed" for _, state in self.states)

    @property
    def sign(self) -> str:
        """Return the sign of the page: done, next, or neither."""
        if self.done == len(self.states):
            return "✓"
        return "→" if self.next else "○"

    @property
    def next(self) -> str:
        """Return the exercise that is next in the course, if it is on this page."""
        return next((name for name, state in self.states if state == "next"), "")

    @property
    def words(self) -> str:
        """Return the row in words."""
        told = f"{self.done} of {len(self.states)} passed"
        if self.next:
            told += f"; next: {self.next}"
        if self.seen:
            told += f"; solution seen first: {', '.join(self.seen)}"
        return told


class Progress:
    """A learner's progress through the pages in a folder, or beside it.

    Parameters
    ----------
    folder : Path
        The folder of a page, or the one that holds the pages' folders.
    """

    def __init__(self, folder: Path) -> None:
        self.rows: list[Row] = []
        ahead = True  # nothing is next so far
        for page in record.pages(folder):
            kept = record.read(page.folder)
            states = []
            for name in page.exercises:
                one = kept.get(name, {})
                state = "passed" if "passed" in one else "tried" if one.get("tries") else "open"
                if ahead and state != "passed":
                    state, ahead = "next", False
                states.append((name, state))
            seen = tuple(name for name in page.exercises if "solution" in kept.get(name, {}))
            self.rows.append(Row(page, tuple(states), seen))

    @property
    def summary(self) -> str:
        """Return how much is done, and how long the rest takes."""
        if not self.rows:
            return "There are no pages of the course here."
        done, every = sum(row.done for row in self.rows), sum(len(r.states) for r in self.rows)
        if done == every:
            return f"All {every} checks passed. That was the course: well done."
        return f"{done} of {every} checks passed; about {_in_words(_left(self.rows))} to go."

    def __repr__(self) -> str:
        wide = max((len(row.page.name) for row in self.rows), default=0)
        long = max((len(row.page.time) for row in self.rows), default=0)
        lines = [
            f"{row.sign} {row.page.name:{wide}}  {row.page.time:{long}}  {row.words}"
            for row in self.rows
        ]
        return "\n".join([*lines, self.summary])

    def html(self) -> str:
        """Return the map as HTML, in the colors of the page around it."""
        return template(__file__).render(progress=self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": repr(self)}

    def save(self, path: Path) -> None:
        """Write the map as a page of its own.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        with written_aside(path) as aside:
            text = template(__file__, "page").render(map=self.html(), today=record.now())
            aside.write_text(text, encoding="utf-8")


def next_step(exercise: str, folder: Path) -> str:
    """Return what comes after an exercise that passed, or "" where no page is."""
    page = record.page_in(folder)
    if page is None or exercise not in page.exercises:
        return ""
    kept = record.read(folder)
    here = page.exercises.index(exercise)
    around = (*page.exercises[here + 1 :], *page.exercises[:here])
    left = [name for name in around if "passed" not in kept.get(name, {})]
    if left:
        done = len(page.exercises) - len(left)
        return f"Next on this page: {left[0]} ({done} of {len(page.exercises)} passed)."
    count = len(page.exercises)
    said = ["Every check on this page has passed."] if count > 1 else []
    after = [one for one in record.pages(folder) if one.place > page.place]
    if after:
        said.append(f"Next page: {after[0].name}, about {after[0].time}.")
    return "\n".join(said)  # two short lines: JupyterLab breaks a long one within a word


def _left(rows: Sequence[Row]) -> float:
    """Return the minutes of the pages, each by the share of its checks that is left."""
    minutes = 0.0
    for row in rows:
        number, _, unit = row.page.time.partition(" ")
        try:
            whole = float(number) * (60 if unit.startswith("h") else 1)
        except ValueError:  # a page that states no time
            continue
        minutes += whole * (1 - row.done / len(row.states))
    return minutes


def _in_words(minutes: float) -> str:
    """Return minutes, rounded, as minutes or hours."""
    if minutes < 90:
        return f"{max(5, 5 * round(minutes / 5))} minutes"
    return f"{round(minutes / 30) / 2:g} hours"

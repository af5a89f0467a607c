"""Write the grades of an assignment into the instructor's own export of a system.

One column changes, and nothing else: not an encoding, a separator, a quotation mark, an order.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from autograder.errors import UsageError
from autograder.grading.grades_table import harmless
from autograder.lms.grades import Grade
from autograder.lms.records import Record
from autograder.lms.roster import Person, Roster, moodle_identifier, squeezed
from autograder.table import Table, column_named
from utils.checker.verdict import printable

__all__ = ["Filled", "Pending", "Wish", "fill_canvas", "fill_moodle", "plain_table"]

Pending = Literal["refuse", "skip", "write"]

CENT = Decimal("0.01")
CANVAS_TITLE = re.compile(r"(.*)\s\((\d+)\)", re.DOTALL)
NOTHING = "handed in nothing"


@dataclass(frozen=True)
class Wish:
    """What the instructor wants.

    Attributes
    ----------
    assignment : the course's
    column : the title of the column to fill, or "" for the one that fits the assignment
    pending : what to do with students whose points are not all decided
    zeros : whether who handed in nothing gets a 0
    scale : whether points are scaled to the maximum that the system has
    """

    assignment: str
    column: str = ""
    pending: Pending = "refuse"
    zeros: bool = False
    scale: bool = False


@dataclass
class Filled:
    """What was filled in: how many fields changed, and whom nothing was written for, with why."""

    table: Table
    column: str
    changed: int = 0
    same: int = 0
    left: list[str] = field(default_factory=list)
    not_found: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield what was done, for the terminal."""
        yield f"Column {self.column!r}: {self.changed} filled in, {self.same} were so already."
        if self.not_found:
            yield "Not in the export, so written nowhere:"
            yield from (f"- {one}" for one in self.not_found)
        if self.left:
            yield "Left as they were:"
            yield from (f"- {one}" for one in self.left)


# -- the two systems ------------------------------------------------------------------------------


def fill_canvas(
    path: Path, grades: Sequence[Grade], records: Mapping[str, Record], wish: Wish
) -> Filled:
    """Fill in an export of Canvas's gradebook.

    Parameters
    ----------
    path : the export
    grades : of the class
    records : of `course collect`, by student
    wish : what the instructor wants

    Raises
    ------
    UsageError
        When it is no such export, its column is not clear, or grades are pending.
    """
    table = Table.read(path)
    header = table.header
    if "ID" not in header or "Section" not in header:
        raise UsageError(
            f"{path} is no export of Canvas's gradebook: it has no columns ID and Section. In "
            "Canvas: Grades, Export, Export entire gradebook."
        )
    titles = {
        at: match[1] for at, one in enumerate(header) if (match := CANVAS_TITLE.fullmatch(one))
    }
    column = _column(path, header, titles, wish)
    points = next((v[column] for _, v in table.records() if v[0].strip() == "Points Possible"), "")
    return _fill(table, column, grades, records, wish, {-1: points})


def fill_moodle(
    path: Path, grades: Sequence[Grade], records: Mapping[str, Record], wish: Wish
) -> Filled:
    """Fill in Moodle's grading worksheet; as `fill_canvas`."""
    table = Table.read(path)
    header = table.header
    if moodle_identifier(table) is None:
        raise UsageError(
            f"{path} is no grading worksheet of Moodle: its first column does not say "
            "`Participant 123`. In the assignment: Grading action, Download grading worksheet."
        )
    if wish.column:
        column = _column(path, header, dict(enumerate(header)), wish)
    else:
        found = column_named(table, ("grade",))
        if found is None:
            raise UsageError(
                f"{path} has no column Grade. It is in your site's language: name it by --column, "
                f"one of {', '.join(header)}."
            )
        column = found
    maximum = column_named(table, ("maximum grade",))
    maximum = column + 1 if maximum is None and column + 1 < len(header) else maximum
    locked = column_named(table, ("grade can be changed",))
    most: dict[int, str] = {}
    closed = set()
    for at, values in table.records():
        if maximum is not None and maximum < len(values):
            most[at] = values[maximum]
        if locked is not None and locked < len(values) and values[locked].casefold() == "no":
            closed.add(at)
    return _fill(table, column, grades, records, wish, most, closed)


def _column(path: Path, header: Sequence[str], titles: Mapping[int, str], wish: Wish) -> int:
    """Return the one column that is meant."""
    if wish.column:
        found = [at for at in titles if wish.column in (header[at], titles[at])]
    else:
        name = squeezed(wish.assignment.partition("_")[2])
        found = [at for at, title in titles.items() if name in squeezed(title)]
    if len(found) == 1:
        return found[0]
    what = f"called {wish.column!r}" if wish.column else f"for {wish.assignment}"
    listed = ", ".join(repr(header[at]) for at in (found or titles)) or "it has none"
    raise UsageError(
        f"{path} has {'several columns' if found else 'no column'} {what}. Name one by --column: "
        f"{listed}."
    )


# -- filling in -----------------------------------------------------------------------------------


def _fill(
    table: Table,
    column: int,
    grades: Sequence[Grade],
    records: Mapping[str, Record],
    wish: Wish,
    most: Mapping[int, str],
    closed: Collection[int] = (),
) -> Filled:
    """Fill in one column; `most` is the maximum by line, or by -1 for all."""
    roster = Roster.of(table)
    filled = Filled(table, table.header[column])
    undecided = []
    written: dict[int, str] = {}
    for grade in grades:
        person, why = _person(roster, grade.student, records.get(grade.student))
        if person is None:
            filled.not_found.append(f"{printable(grade.student)}: {why}")
            continue
        if person.line in written:
            raise UsageError(
                f"{table.path}, line {person.line + 1}: both {written[person.line]} and "
                f"{grade.student} fit. A roster for `course collect` tells them apart."
            )
        written[person.line] = grade.student
        old = table.value(person.line, column).strip()
        if grade.nothing and not wish.zeros:
            filled.left.append(f"{grade.student}: {NOTHING}")
        elif old.casefold() in ("ex", "excused"):
            filled.left.append(f"{grade.student}: excused")
        elif person.line in closed:
            filled.left.append(f"{grade.student}: the grade cannot be changed there")
        elif grade.pending and wish.pending != "write":
            undecided.append(grade.student)
            filled.left.append(f"{grade.student}: {grade.pending:g} points are pending")
        else:
            maximum = _number(most.get(person.line, most.get(-1, "")))
            new = _in_its_form(_scaled(table.path, grade, maximum, wish), table, most)
            if _number(old) is not None and _number(old) == _number(new):
                filled.same += 1
            else:
                table.put(person.line, column, new)
                filled.changed += 1
    if undecided and wish.pending == "refuse":
        raise UsageError(
            f"Points are pending for {len(undecided)}, so nothing was written: "
            f"{', '.join(undecided[:10])}{' …' if len(undecided) > 10 else ''}. Let "
            "them hand in again, or give the points by hand in a workspace's gradebook, and grade "
            "again. `--pending skip` leaves these out, for you to type their grades there; "
            "`--pending write` writes what they have."
        )
    return filled


def _person(roster: Roster, student: str, record: Record | None) -> tuple[Person | None, str]:
    """Return whose line a student's is, by what was collected or else by the folder's name."""
    if record:
        people, _ = roster.find(record.system, record.key, record.ids, record.name)
        if len(people) == 1:
            return people[0], ""
    people = [one for one in roster.people if one.student == student]
    why = ""
    if not people:
        people, why = roster.find("", student, [student], student)
    if len(people) == 1:
        return people[0], ""
    return None, "nobody there has this name or id" if "nobody" in why else why


def _scaled(path: Path, grade: Grade, maximum: Decimal | None, wish: Wish) -> Decimal:
    """Return the points to write, on the scale of the system."""
    points = Decimal(str(grade.total))
    full = Decimal(str(grade.most))
    if maximum is not None and maximum != full:
        if not wish.scale or not full:
            raise UsageError(
                f"{path}: the most is {maximum:f} points there, and {full:f} in the course. Change "
                "it there, or add --scale."
            )
        points = points * maximum / full
    return points.quantize(CENT, ROUND_HALF_UP)


def _in_its_form(points: Decimal, table: Table, most: Mapping[int, str]) -> str:
    """Return a number as the export writes its own: 100.00, 100 or 100,00."""
    example = next(filter(None, most.values()), "").strip()
    text = f"{points:.2f}"
    if "." not in example and "," not in example:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",") if "," in example and table.separator != "," else text


def _number(text: str) -> Decimal | None:
    """Return a number rounded to two decimals, as both systems compare them, or None."""
    try:
        return Decimal(text.strip().replace(",", ".")).quantize(CENT, ROUND_HALF_UP)
    except InvalidOperation:
        return None


# -- a table of our own ---------------------------------------------------------------------------


def plain_table(grades: Sequence[Grade], records: Mapping[str, Record]) -> str:
    """Return a CSV of the grades with what identifies each student, for any other system."""
    rows = [["student", "name", "ids", "points", "max", "status", "late"]]
    for one in grades:
        record = records.get(one.student)
        status = NOTHING if one.nothing else "pending" if one.pending else "final"
        rows.append(
            [
                one.student,
                record.name if record else "",
                " ".join(record.ids) if record else "",
                f"{Decimal(str(one.total)).quantize(CENT, ROUND_HALF_UP).normalize():f}",
                f"{one.most:g}",
                status,
                "late" if one.late or (record and record.late) else "",
            ]
        )
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(harmless, row) for row in rows)
    return text.getvalue()

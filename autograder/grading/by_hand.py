"""Keep the points and comments that a person gives, where there is no gradebook for them.

    OUTPUT/ASSIGNMENT/by_hand.csv   a row for each answer that a person must decide

A run writes the rows, a person fills in points and comments, and the next run counts them. With a
workspace, nbgrader's gradebook has them, and there is no such file.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.errors import UsageError
from autograder.files import write_text
from autograder.grading.grades_table import BY_HAND, harmless, unharmed
from autograder.grading.results import points_text
from autograder.grading.student_results import StudentResults
from autograder.table import Table

__all__ = ["ByHand", "Row"]

COLUMNS = (
    *("student", "assignment", "exercise", "max", "points", "comment", "earlier", "where"),
    "answer",
)
BOM = "\ufeff"  # without it, spreadsheets take UTF-8 for something else, and write it back
NEEDED = ("student", "exercise", "points")


@dataclass(frozen=True)
class Row:
    """What a person gave one answer.

    Attributes
    ----------
    points : None while they are not given
    earlier : the points that were given for an earlier answer, or ""
    where : the file to read
    answer : the hash of the answer that the points are for; "" for the one that is there
    """

    points: float | None = None
    comment: str = ""
    earlier: str = ""
    where: str = ""
    answer: str = ""

    @property
    def filled(self) -> bool:
        """Return whether a person wrote something into it, now or earlier."""
        return self.points is not None or bool(self.comment or self.earlier)


@dataclass
class ByHand:
    """The rows of one assignment's file, by student and exercise."""

    path: Path
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, students: Collection[str], most: Mapping[str, float]) -> ByHand:
        """Read the file in a folder; there may be none.

        Parameters
        ----------
        folder : ``OUTPUT/ASSIGNMENT``
        students : the names that there are
        most : each exercise's points

        Raises
        ------
        UsageError
            When a row is filled in and it is not clear what for, or its points cannot be given.
        """
        found = cls(folder / BY_HAND)
        if not found.path.exists():
            return found
        table = Table.read(found.path)
        header = [one.strip().casefold() for one in table.header]
        if lacks := [name for name in NEEDED if name not in header]:
            raise UsageError(f"{found.path} has no column {', '.join(lacks)}.")
        lines: dict[tuple[str, str], int] = {}
        for at, values in table.records():
            where = f"{found.path}, line {at + 1}"
            fields = {name: one.strip() for name, one in zip(header, values, strict=False)}
            key, row = _row(fields, folder.name, most, where)
            if not row.filled:
                continue
            if key[0] not in students:
                raise UsageError(
                    f"{where}: there is no student {key[0]!r}. Mend the name, or remove the line."
                )
            if key in lines:
                raise UsageError(
                    f"{found.path}, lines {lines[key] + 1} and {at + 1}: both are for "
                    f"{key[1]} of {key[0]}."
                )
            lines[key] = at
            found.rows[key] = row
        return found

    def refuse(self) -> None:
        """Remove the file where a gradebook has the points.

        Raises
        ------
        UsageError
            When a person filled something in.
        """
        if self.rows:
            raise UsageError(
                f"{self.path} holds points given by hand, and with a workspace its gradebook is "
                "the place for them. Enter them in formgrader and remove the file, or grade "
                "without --workspace."
            )
        self.path.unlink(missing_ok=True)

    def counting(self, graded: Sequence[StudentResults]) -> dict[str, dict[str, Row]]:
        """Return the rows of these students' answers as they are now, by student and exercise.

        Points for an answer that has changed since do not count, and are kept as `earlier`.
        """
        found: dict[str, dict[str, Row]] = {}
        named = {student for student, _ in self.rows}
        for one in graded:
            undecided = None in one.points.values()
            for record in one.records() if undecided or one.student in named else ():
                row = self.rows.get((one.student, record["exercise"]))
                if row is None and record["points"] is not None:
                    continue
                row = row or Row()
                if row.points is not None and row.answer not in ("", record["answer"]):
                    row = replace(row, points=None, earlier=points_text(row.points))
                row = replace(row, answer=record["answer"], where=one.where or row.where)
                found.setdefault(one.student, {})[record["exercise"]] = row
        return found

    def write(self, rows: Mapping[str, Mapping[str, Row]], most: Mapping[str, float]) -> None:
        """Write these rows, if there are any."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        for student, exercises in rows.items():
            for exercise, row in exercises.items():
                fields = (
                    *(student, self.path.parent.name, exercise, points_text(most[exercise])),
                    *(points_text(row.points), row.comment, row.earlier, row.where, row.answer),
                )
                table.writerow(map(harmless, fields))
        if rows or self.path.exists():
            write_text(self.path, [BOM, text.getvalue()])


def _row(
    fields: Mapping[str, str], assignment: str, most: Mapping[str, float], where: str
) -> tuple[tuple[str, str], Row]:
    """Return a line's student and exercise, and what was given."""
    student, exercise = unharmed(fields.get("student", "")), fields.get("exercise", "")
    said = fields.get("points", "")
    others = (unharmed(fields.get(name, "")) for name in ("comment", "earlier", "where", "answer"))
    row = Row(None, *others)
    if not (said or row.filled):
        return (student, exercise), row
    if fields.get("assignment", "") not in ("", assignment):
        raise UsageError(f"{where}: it is for {fields['assignment']}, and this is {assignment}.")
    if exercise not in most:
        raise UsageError(f"{where}: {assignment} has no exercise {exercise!r}.")
    if said:
        try:
            points = float(said.replace(",", "."))  # as spreadsheets of some languages write it
        except ValueError:
            points = math.nan
        if math.isnan(points):
            raise UsageError(f"{where}: `points` is {said!r}, and no number.")
        if not 0 <= points <= most[exercise]:
            raise UsageError(
                f"{where}: {exercise} has 0 to {most[exercise]:g} points, and not {said}."
            )
        row = replace(row, points=points)
    return (student, exercise), row

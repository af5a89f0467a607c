"""Take off points for late work, by the rule and the extensions of `grading.toml`."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import msgspec

from autograder.errors import UsageError
from autograder.grading.by_hand import Row
from autograder.grading.class_folder import shown_names, students_in
from autograder.grading.student_results import Recorded, StudentResults

__all__ = [
    "TIMESTAMP",
    "Extension",
    "LateRule",
    "Lateness",
    "read_extensions",
    "submitted_at",
    "submitted_times",
]

TIMESTAMP = "timestamp.txt"
DAY = 86_400
LONGEST = timedelta(days=3650)  # of an extension


class LateRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[late]``: what late work loses.

    Attributes
    ----------
    grace_minutes : that are not counted as late
    percent_per_day, points_per_day : of the points earned; each day that has begun counts
    most_percent : that are lost at most
    zero_after_days : from then on all are lost
    extensions : a CSV beside the file, by student
    """

    grace_minutes: float = 0
    percent_per_day: float = 0
    points_per_day: float = 0
    most_percent: float = 100
    zero_after_days: float | None = None
    extensions: str = ""

    def penalty(self, points: float, seconds_late: float) -> float:
        """Return the points that are lost of those that were earned.

        >>> LateRule(percent_per_day=10, grace_minutes=15).penalty(80, 25 * 3600)
        16.0
        """
        late = seconds_late
        if late <= self.grace_minutes * 60:
            return 0.0
        if self.zero_after_days is not None and late > self.zero_after_days * DAY:
            return points
        days = -(-late // DAY)
        lost = days * (points * self.percent_per_day / 100 + self.points_per_day)
        return round(min(lost, points * self.most_percent / 100, points), 2)


@dataclass(frozen=True)
class Extension:
    """What one student was granted: more time, or no penalty at all."""

    more: timedelta = timedelta()
    exempt: bool = False


@dataclass(frozen=True)
class Lateness:
    """What decides the penalty for late work.

    Attributes
    ----------
    due : the due date of each assignment that has one
    rule : what late work loses, or None
    extensions : by student and assignment; "" stands for all assignments
    """

    due: Mapping[str, datetime] = field(default_factory=dict)
    rule: LateRule | None = None
    extensions: Mapping[tuple[str, str], Extension] = field(default_factory=dict)

    def extension(self, student: str, assignment: str) -> Extension:
        """Return what a student was granted for an assignment."""
        general = self.extensions.get((student, ""), Extension())
        return self.extensions.get((student, assignment), general)

    def granted(self, student: str, assignment: str) -> str:
        """Return a sentence for the student on an extension or exemption; "" if there is none."""
        due, granted = self.due.get(assignment), self.extension(student, assignment)
        if due and granted.exempt:
            return "You lose no points for handing in late: you were exempted."
        if due and granted.more:
            until = due + granted.more
            return f"You had until {until:%Y-%m-%d %H:%M} ({until:%Z}), by an extension."
        return ""

    def penalty(self, student: str, assignment: str, points: float, seconds: float) -> float:
        """Return the points that a student loses who was so many seconds after the due date."""
        granted = self.extension(student, assignment)
        if self.rule is None or granted.exempt:
            return 0.0
        return self.rule.penalty(points, seconds - granted.more.total_seconds())

    def recorded(
        self,
        graded: Sequence[StudentResults],
        assignment: str,
        times: Mapping[str, datetime],
        by_hand: Mapping[str, Mapping[str, Row]] = MappingProxyType({}),
    ) -> dict[str, Recorded]:
        """Return the grades with points by hand, less a late penalty, where no gradebook has them.

        Parameters
        ----------
        graded, assignment : the results of a run
        times : when each student handed in
        by_hand : what a person gave, by student and exercise
        """
        found: dict[str, Recorded] = {}
        due = self.due.get(assignment)
        for one in graded:
            given, at = by_hand.get(one.student, {}), times.get(one.student)
            if not given and not (due and at):
                continue
            points = one.points | {
                name: row.points for name, row in given.items() if row.points is not None
            }
            earned, most = sum(each or 0 for each in points.values()), sum(one.max_points.values())
            penalty = hours = None
            if due and at:
                late = max(0.0, (at - due).total_seconds())
                penalty = self.penalty(one.student, assignment, earned, late)
                hours = round(late / 3600, 2)
            comments = {name: row.comment for name, row in given.items() if row.comment}
            asks = frozenset(name for name, each in points.items() if each is None)
            total = earned - (penalty or 0)
            found[one.student] = Recorded(total, most, penalty, hours, points, comments, asks)
        return found


def read_extensions(path: Path) -> dict[tuple[str, str], Extension]:
    """Return the extensions in a CSV, by student and assignment.

    Raises
    ------
    UsageError
        When the file cannot be read, or a line names no student or no number of hours.
    """
    found = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), 2):
                where = f"{path}, line {number}"
                values = {name: (value or "").strip() for name, value in row.items() if name}
                if not values.get("student"):
                    raise UsageError(f"{where}: the column `student` is empty.")
                exempt = values.get("exempt", "").casefold() in ("yes", "true", "1", "x")
                try:
                    more = timedelta(hours=float(values.get("hours") or 0))
                    if abs(more) > LONGEST:
                        raise OverflowError
                except (ValueError, OverflowError):
                    said = f"{where}: `hours` is {values['hours']!r}, and no number of hours."
                    raise UsageError(said) from None
                key = values["student"], values.get("assignment", "")
                found[key] = Extension(more, exempt)
    except (OSError, UnicodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    return found


def submitted_times(submissions: Path, assignment: str) -> dict[str, datetime]:
    """Return when each student handed in, by the name that is shown; only where that is known."""
    found = {
        name: submitted_at(submissions / student / assignment / TIMESTAMP)
        for student, name in shown_names(students_in(submissions)).items()
    }
    return {name: at for name, at in found.items() if at}


def submitted_at(path: Path) -> datetime | None:
    """Return the time in a file `timestamp.txt` of nbgrader's, or None if it tells none."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 1000:
            return None
        text = path.read_text(encoding="utf-8").strip().removesuffix(" UTC")
        at = datetime.fromisoformat(text)
    except (OSError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)

"""Count what a class got right, which mistakes it made, and how it moved since the last report."""

from __future__ import annotations

import csv
import json
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course.variants import as_typed
from autograder.lms.grades import Grade, read_grades, read_results
from autograder.lms.roster import Roster
from utils.checker.verdict import Status
from utils.exercises import EXERCISES

__all__ = ["ExerciseNumbers", "Mistake", "Numbers", "count", "remembered"]

COMMONEST = 3  # mistakes of an exercise that are shown
BINS = 10  # of the distribution
LAST = "report.json"  # beside the grades: the numbers of the last report, without names


@dataclass(frozen=True)
class Mistake:
    """A mistake that several may have made.

    Attributes
    ----------
    name : in the course's catalogue; "" for an error that it does not name
    sentence : what students were told
    example : the catalogue's own wrong code, never a student's
    made_by : how many
    """

    name: str
    sentence: str
    example: str
    made_by: int


@dataclass
class ExerciseNumbers:
    """How a class did on one exercise; `first_open` counts for whom it is the first not right."""

    name: str
    most: float
    statuses: Counter[str] = field(default_factory=Counter)
    earned: float = 0
    judged: int = 0
    mistakes: list[Mistake] = field(default_factory=list)
    first_open: int = 0
    hint: str = ""
    before: float | None = None

    @property
    def right(self) -> int:
        """Return how many got it right."""
        return self.statuses[Status.CORRECT]

    @property
    def of(self) -> int:
        """Return how many handed something in."""
        return self.statuses.total()

    @property
    def share(self) -> float:
        """Return the share of its points that were earned, of those that are decided."""
        return self.earned / (self.judged * self.most) if self.judged * self.most else 0.0


@dataclass
class Numbers:
    """How a class did on one assignment.

    Attributes
    ----------
    totals : the share of the points of each who handed something in, sorted
    bins : how many have 0 to 10 %, 10 to 20 %, …, 90 to 100 % of the points
    nothing : who handed in nothing
    stuck : by student, the first exercise that is not right, of those with less than half right
    eyes : by student, what a person should look at
    pending : how many wait for points by hand
    before : mean of the last report, and of how many
    """

    assignment: str
    totals: list[float]
    bins: list[int]
    nothing: list[str]
    exercises: list[ExerciseNumbers]
    stuck: dict[str, str]
    eyes: dict[str, list[str]]
    pending: int
    before: tuple[float, int] | None = None

    @property
    def mean(self) -> float:
        """Return the mean share of the points."""
        return statistics.fmean(self.totals) if self.totals else 0.0

    @property
    def median(self) -> float:
        """Return the median share of the points."""
        return statistics.median(self.totals) if self.totals else 0.0

    def rows(self) -> Iterator[list[str]]:
        """Yield the same numbers for a table: exercise, what is counted, which, the number."""
        yield ["", "handed in", "", str(len(self.totals))]
        yield ["", "handed in nothing", "", str(len(self.nothing))]
        yield ["", "points pending", "", str(self.pending)]
        yield ["", "mean", "percent", f"{100 * self.mean:.1f}"]
        yield ["", "median", "percent", f"{100 * self.median:.1f}"]
        for at, number in enumerate(self.bins):
            yield ["", "students", f"{at * 10} to {at * 10 + 10} percent", str(number)]
        for one in self.exercises:
            yield [one.name, "points earned", "percent", f"{100 * one.share:.1f}"]
            yield [one.name, "first not right", "", str(one.first_open)]
            for status, number in one.statuses.most_common():
                yield [one.name, "answers", status, str(number)]
            for mistake in one.mistakes:
                yield [one.name, "mistake", mistake.name or mistake.sentence, str(mistake.made_by)]


def count(output: Path, assignment: str, roster: Roster | None = None) -> Numbers:
    """Return the numbers of an assignment that was graded.

    Parameters
    ----------
    output : the folder that `course grade` wrote to
    assignment : a folder in it
    roster : its students who are not in the grades have handed in nothing

    Raises
    ------
    UsageError
        When it was not graded.
    """
    grades = {one.student: one for one in read_grades(output, assignment)}
    people = [one for one in roster.people if not one.pretended] if roster else []
    took_part = {name for name, one in grades.items() if not one.nothing}
    found: dict[str, ExerciseNumbers] = {}
    seen: dict[str, Counter[tuple[str, str]]] = {}
    open_: dict[str, list[str]] = {name: [] for name in took_part}
    for record in read_results(output, assignment):
        if record["student"] not in took_part:
            continue
        name = record["exercise"]
        one = found.setdefault(name, ExerciseNumbers(name, record["max_points"]))
        one.statuses[record["status"]] += 1
        points = record.get("final_points", record["points"])
        if points is not None:
            one.earned += points
            one.judged += 1
        if record["status"] != Status.CORRECT:
            if points is not None and points < record["max_points"]:
                open_[record["student"]].append(name)
            if kind := _kind(record):
                seen.setdefault(name, Counter())[kind] += 1
    for name, one in found.items():
        one.mistakes = [
            _mistake(name, kind, number)
            for kind, number in seen.get(name, Counter()).most_common()
            if kind[0] or number > 1  # an error of one person alone may hold a name of theirs
        ]
        del one.mistakes[COMMONEST:]
        one.first_open = sum(1 for names in open_.values() if names[:1] == [name])
        hints = EXERCISES[name].hints if name in EXERCISES else ()
        one.hint = hints[0] if hints else ""
    totals = sorted(_share(grades[name]) for name in took_part)
    bins = [0] * BINS
    for total in totals:
        bins[min(int(total * BINS), BINS - 1)] += 1
    numbers = Numbers(
        assignment,
        totals,
        bins,
        sorted((grades.keys() | {one.student for one in people}) - took_part),
        list(found.values()),
        {name: names[0] for name, names in open_.items() if len(names) * 2 > len(found)},
        _eyes(output / assignment / "attention.csv"),
        sum(1 for one in grades.values() if one.pending),
    )
    _compare(numbers, output / assignment / LAST)
    return numbers


def _share(grade: Grade) -> float:
    return min(1.0, max(0.0, grade.total / grade.most)) if grade.most else 0.0


def _kind(record: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return what to count an answer under: a known mistake's name, or an error's sentence."""
    if record["mistake"]:
        return record["mistake"], ""
    if record["status"] in (Status.ERROR, Status.WRONG, Status.PARTIAL, Status.TIMEOUT):
        first: str = re.split(r"(?<=[.?!]) ", record["message"])[0]
        # The same error in another line, or with other numbers, is the same.
        said = re.sub(r"^(In \w+, l|L)ine \d+: ", "", first)
        return "", re.sub(r"-?\d+(\.\d+)?(e[-+]?\d+)?", "…", said)
    return None


def _mistake(exercise: str, kind: tuple[str, str], made_by: int) -> Mistake:
    name, sentence = kind
    known = {one.name: one for one in EXERCISES[exercise].mistakes} if name else {}
    if name in known:
        example = as_typed(known[name].function, exercise)
        return Mistake(name, known[name].sentence, example, made_by)
    parts = [known[one].sentence for one in re.split(r"\W+", name) if one in known]
    return Mistake(name, " ".join(parts) or sentence or name, "", made_by)


def _eyes(path: Path) -> dict[str, list[str]]:
    """Return what `attention.csv` lists, by student."""
    found: dict[str, list[str]] = {}
    with suppress(OSError, KeyError), path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            about = f"{row['exercise']}: " if row["exercise"] else ""
            who = row["student"] or "Nobody's"
            found.setdefault(who, []).append(f"{about}{row['what']}: {row['sentence']}")
    return found


# -- since the last report ------------------------------------------------------------------------


def _kept(numbers: Numbers) -> dict[str, Any]:
    """Return what the next report is compared with: numbers, and no names."""
    return {
        "mean": numbers.mean,
        "students": len(numbers.totals),
        "exercises": {one.name: one.share for one in numbers.exercises},
    }


def _last(numbers: Numbers, path: Path) -> dict[str, Any] | None:
    """Return the numbers of the last report that was on others than these, or None."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        last = json.loads(path.read_text(encoding="utf-8"))
        found: dict[str, Any] | None = last["before" if last["now"] == _kept(numbers) else "now"]
        return found
    return None


def _compare(numbers: Numbers, path: Path) -> None:
    """Add the numbers of the last report, if there is one that can be read."""
    with suppress(KeyError, TypeError, ValueError):
        if last := _last(numbers, path):
            numbers.before = float(last["mean"]), int(last["students"])
            for one in numbers.exercises:
                one.before = last["exercises"].get(one.name)


def remembered(numbers: Sequence[Numbers], output: Path) -> Iterator[tuple[Path, str]]:
    """Yield what to keep for the next report, as paths and texts."""
    for one in numbers:
        path = output / one.assignment / LAST
        yield path, json.dumps({"now": _kept(one), "before": _last(one, path)}, indent=1) + "\n"

"""Keep each student's results until a run ends, with what the gradebook has of them."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from autograder.grading.attention import TO_GRADE, Attention, attention
from autograder.grading.class_folder import Submission
from autograder.grading.results import NEEDS_REVIEW, Result
from utils.checker.verdict import printable

__all__ = ["Recorded", "StudentResults"]


@dataclass(frozen=True)
class Recorded:
    """A student's record in the gradebook: the points that count, and what people added.

    Attributes
    ----------
    total, max_points : as in nbgrader's export; `total` is less the late penalty
    penalty, hours_late : None where no due date, or no time of submission, is known
    points : by exercise; None while they are undecided
    comments : the comments that a person wrote, by exercise
    asks : exercises that a person must still grade
    """

    total: float
    max_points: float
    penalty: float | None
    hours_late: float | None
    points: Mapping[str, float | None]
    comments: Mapping[str, str]
    asks: frozenset[str]

    @property
    def said(self) -> str:
        """Return all comments in one line, each after its exercise."""
        return " ".join(f"{name}: {comment}" for name, comment in self.comments.items())


@dataclass
class StudentResults:
    """One student's results, kept until the end of a run, and compressed to save memory.

    Attributes
    ----------
    points : by exercise; None while they are undecided
    attention : what a person should look at
    cached : the number of verdicts from the cache
    version : the course's version that the notebook was released with, or ""
    where : the notebook's file, or the folder where none was found
    """

    student: str
    points: dict[str, float | None]
    max_points: dict[str, float]
    statuses: Counter[str]
    compressed: bytes
    notes: list[str]
    attention: list[Attention]
    needs_review: bool
    cached: int
    version: str = ""
    where: str = ""
    recorded: Recorded | None = None

    @classmethod
    def of(cls, submission: Submission, results: Sequence[Result], cached: int) -> Self:
        """Return these results compressed; `cached` is the number of verdicts from the cache."""
        lines = "".join(json.dumps(r.record(), ensure_ascii=False) + "\n" for r in results)
        return cls(
            submission.student,
            {result.exercise: result.points for result in results},
            {result.exercise: result.max_points for result in results},
            Counter(result.shown for result in results),
            zlib.compress(lines.encode("utf-8", "replace")),
            submission.notes,
            list(attention(submission, results)),
            submission.needs_review
            or any(result.status in NEEDS_REVIEW or result.uncredited for result in results),
            cached,
            submission.reading.version if submission.reading else "",
            printable(str(submission.file or submission.folder)),
        )

    def settle(self, recorded: Recorded | None) -> None:
        """Add what people recorded, and drop the requests to grade that they have met."""
        self.recorded = recorded
        if recorded:
            self.attention = [
                one
                for one in self.attention
                if one.what != TO_GRADE or one.exercise in recorded.asks
            ]

    @property
    def final_points(self) -> Mapping[str, float | None]:
        """Return the points that count: the gradebook's if it has the student, else the judge's."""
        return self.recorded.points if self.recorded else self.points

    @property
    def total(self) -> float:
        """Return the sum of the points, less a late penalty; undecided points count as 0."""
        if self.recorded:
            return self.recorded.total
        return sum(points or 0 for points in self.points.values())

    @property
    def pending(self) -> float:
        """Return the points that a person must still decide."""
        final = self.final_points
        return sum(most for name, most in self.max_points.items() if final.get(name) is None)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield each result as in `results.jsonl`, with the gradebook's points and comment."""
        for line in zlib.decompress(self.compressed).decode().rstrip("\n").split("\n"):
            record = json.loads(line)
            comments = self.recorded.comments if self.recorded else {}
            record["final_points"] = self.final_points.get(record["exercise"])
            record["comment"] = comments.get(record["exercise"], "")
            yield record

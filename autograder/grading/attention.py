"""List what a person should look at after a run, for the terminal and as `attention.csv`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.grading.class_folder import Submission
from autograder.grading.results import NEEDS_REVIEW, Result, Standing
from utils.checker.verdict import Status, printable

__all__ = ["NOBODYS", "TO_GRADE", "Attention", "attention", "needs_your_eyes"]

TO_GRADE = "to be graded by hand"
OLDER = "not in the version of the course that they have, so their points are yours to decide"
REPAIRED = "repaired"
TRIED = "tried to"
NOBODYS = "beside the students' folders"
LINES = 100  # that are printed; the file has them all
LONGEST = 300  # characters of a sentence that are printed


@dataclass(frozen=True)
class Attention:
    """One thing to look at, in one line.

    `exercise` is empty for the submission as a whole, `student` for what is nobody's.
    """

    student: str
    exercise: str
    what: str
    sentence: str

    def __post_init__(self) -> None:
        # Nothing that a student wrote or named may start a line of its own.
        object.__setattr__(self, "sentence", re.sub(r"\s+", " ", printable(self.sentence)))


def attention(submission: Submission, results: Sequence[Result]) -> Iterator[Attention]:
    """Yield what a person should look at in one submission.

    A suspicion stands under the status of its answer.
    """
    student = submission.student
    repairs = submission.reading.repairs if submission.reading else {}
    failed = bool(submission.failure)
    if submission.gradable or submission.needs_review:
        what = (
            "the file"
            if submission.gradable
            else str(Status.UNCHECKED if failed else Standing.UNREADABLE)
        )
        yield from (Attention(student, "", what, note) for note in submission.notes)
    if submission.tried:
        yield Attention(student, "", TRIED, "; ".join(submission.tried))
    for exercise, sentences in repairs.items():
        yield from (Attention(student, exercise, REPAIRED, one) for one in sentences)
    for result in results:
        if suspicion := submission.suspicions.get(result.exercise):
            yield Attention(student, result.exercise, result.shown, suspicion)
        elif result.uncredited:
            yield Attention(student, result.exercise, "nothing credited", result.uncredited)
        elif result.status in NEEDS_REVIEW and not (
            failed and result.exercise not in submission.verdicts  # said once, above
        ):
            yield Attention(student, result.exercise, str(result.status), result.message)
        elif result.standing is Standing.PENDING:
            yield Attention(student, result.exercise, TO_GRADE, result.message)
        elif result.standing is Standing.NOT_INCLUDED:
            yield Attention(student, result.exercise, OLDER, result.message)


def needs_your_eyes(found: Sequence[Attention]) -> list[str]:
    """Return lines on what to look at: tampered answers, unchecked, others, then repaired ones.

    Last come shared lines, each with an exercise and all students whose answer to it is to be
    graded by hand, or whose older notebook did not have it.
    """
    shared: dict[tuple[str, str], list[str]] = {}
    lines = []
    order = {Status.TAMPERED: 0, Status.UNCHECKED: 1, REPAIRED: 3}
    for one in sorted(found, key=lambda one: order.get(one.what, 2)):
        if one.what in (TO_GRADE, OLDER):
            shared.setdefault((one.exercise, one.what), []).append(one.student)
        else:
            who = f"{one.student}, {one.exercise}" if one.exercise else one.student
            short = one.sentence[:LONGEST] + (" …" if len(one.sentence) > LONGEST else "")
            lines.append(f"- {who}: {one.what}: {short}" if who else f"- {one.what}: {short}")
    for (exercise, what), students in shared.items():
        lines.append(f"- {exercise}: {what}: {', '.join(students)}")
    more = len(lines) - LINES
    return [*lines[:LINES], f"- and {more} more"] if more > 0 else lines

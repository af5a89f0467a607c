"""Read what a student handed in: merge its answers, and say in a bounded record what was found.

This runs in a worker process, under a deadline and a limit on memory. The driver gets the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.grading.course_notebook import CourseNotebook, answer_cells
from autograder.grading.merge import MergedNotebook, code_cells, merge_answers
from autograder.grading.submission_file import Unreadable, read_notebook
from autograder.grading.verdict_cache import digest
from autograder.limits import LIMITS, Limits

__all__ = ["Reading", "read_submission"]


@dataclass(frozen=True)
class Reading:
    """What reading a notebook gave, besides its code: hashes, names and sentences.

    Attributes
    ----------
    problem : why it cannot be graded; empty if it can
    answers : the hash of all code that may run
    notes : sentences about the file as a whole
    doubtful : whether an instructor should look at it
    missing : exercises without an answer cell
    blank : exercises whose answer is the course's stub
    repairs : sentences about repairs, by exercise
    """

    problem: str = ""
    answers: str = ""
    notes: Sequence[str] = ()
    doubtful: bool = False
    missing: Sequence[str] = ()
    blank: Sequence[str] = ()
    repairs: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_submission(
    course: CourseNotebook, content: bytes, name: str, limits: Limits = LIMITS
) -> tuple[MergedNotebook | None, Reading]:
    """Read a notebook's file; return it merged, or None if it is unreadable, and the record."""
    try:
        cells, file_repairs = read_notebook(content, name, limits)
    except Unreadable as problem:
        return None, Reading(str(problem), doubtful=True)
    merged = merge_answers(course, cells)
    stubs = answer_cells(course.notebook)
    answers = answer_cells(merged.notebook)
    repairs: dict[str, list[str]] = {}
    for one in merged.repairs:
        repairs.setdefault(one.exercise, []).append(one.sentence)
    return merged, Reading(
        answers=digest([vars(cell) for cell in code_cells(merged)]),
        notes=[repair.sentence for repair in file_repairs],
        doubtful=any(repair.doubtful for repair in file_repairs),
        missing=sorted(merged.missing),
        blank=[
            name
            for name, cell in answers.items()
            if cell.source.strip() == stubs[name].source.strip()
        ],
        repairs=repairs,
    )

"""Grade a folder of submissions; write a table of grades and a line for every result.

    SUBMISSIONS/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb  →  OUTPUT/ASSIGNMENT/grades.csv, results.jsonl

A faulty submission never stops another: the fault is recorded in its own results. Verdicts are
saved in OUTPUT/ASSIGNMENT/verdicts.db as soon as a submission is judged, so an interrupted run can
be resumed, and the same command run again judges only what changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from autograder.errors import BrokenCourse, CourseError, ExitCode, UsageError
from autograder.grading import worker_pool
from autograder.grading.attention import NOBODYS, Attention, needs_your_eyes
from autograder.grading.by_hand import ByHand
from autograder.grading.changed_grades import Grades, changed_grades
from autograder.grading.class_folder import (
    Submission,
    find_submission,
    may_have,
    others_than,
    shown_names,
    students_in,
)
from autograder.grading.course_notebook import read_course_notebook, test_cells
from autograder.grading.grade_file import Draw, FileTask
from autograder.grading.grade_submission import Settings
from autograder.grading.grades_table import PARTIAL, summary, write_grades
from autograder.grading.lateness import Lateness, submitted_times
from autograder.grading.misplaced import beside_the_folders, sentence
from autograder.grading.missing_verdicts import MissingVerdicts
from autograder.grading.progress import progress, sigterm_as_interrupt
from autograder.grading.results import Result, max_points, results_of
from autograder.grading.student_results import Recorded, StudentResults
from autograder.grading.verdict_cache import CACHE, VerdictCache

__all__ = ["Writer", "grade"]


class Writer(Protocol):
    """Writes each finished submission and its results, such as into a gradebook."""

    @property
    def draw(self) -> Draw:
        """Return the function that makes a graded notebook; workers call it."""

    def add(
        self, submission: Submission, results: Sequence[Result], changed: Collection[str]
    ) -> None:
        """Write a finished submission; `changed` names the exercises whose answers are new."""

    def recorded(self) -> Mapping[str, Recorded]:
        """Return each student's grades and comments in the gradebook, at the end of the run."""


def grade(
    root: Path,
    assignment: str,
    submissions: Path,
    output: Path,
    *,
    settings: Settings,
    pool: Callable[[], AbstractContextManager[worker_pool.Pool]],
    sandboxed: bool = True,
    writer: Writer | None = None,
    lateness: Lateness | None = None,
) -> ExitCode:
    """Grade one assignment for every student in a folder, and write the grades.

    Parameters
    ----------
    root
        The course's folder, which holds ``notebooks/``.
    assignment
        A folder under ``notebooks/``.
    submissions
        Holds a folder for each student.
    output
        The assignment gets a folder in it, for ``grades.csv``, ``results.jsonl``,
        ``attention.csv`` and ``verdicts.db``.
    settings
        All that decides a verdict besides the answer.
    pool
        Opens the worker pool.
    sandboxed
        Whether students' code runs in the sandbox.
    writer
        Gets each finished submission and its results; its `recorded` has the points and comments
        that people gave.
    lateness
        Without a writer, the rule for late work.
    """
    notebook = read_course_notebook(root, assignment)
    students = students_in(submissions)
    if not any(may_have(submissions / student, assignment) for student in students):
        raise UsageError(
            f"No student's folder in {submissions} has a folder {assignment}: "
            f"what should be there is STUDENT/{assignment}/{assignment}.ipynb."
        )
    output = output / assignment
    make_output_folder(output)
    names, before = shown_names(students), Grades.read(output)
    most = {name: max_points(cell) for name, cell in test_cells(notebook).items()}
    by_hand = ByHand.read(output, names.values(), most)  # what is wrong in it is said at once
    if writer is not None:
        by_hand.refuse()
    beside = beside_the_folders(submissions, students, others_than(assignment))
    graded: dict[str, StudentResults] = {}
    interrupted = False
    with (
        VerdictCache(output / CACHE) as cache,
        progress(len(students)) as report,
        sigterm_as_interrupt(),
    ):
        draw = None if writer is None else writer.draw
        missing = MissingVerdicts(root, assignment, notebook, settings, cache, sandboxed, draw)

        def finish(submission: Submission, judged: int) -> None:
            results = results_of(notebook, assignment, submission, settings)
            if writer is not None:
                try:
                    known = before.answers(submission.student) if before else {}
                    changed = {r.exercise for r in results if known.get(r.exercise) != r.answer}
                    writer.add(submission, results, changed)
                except CourseError:
                    raise
                except Exception as error:  # one bad record stops nobody else
                    submission.needs_review = True
                    submission.notes.append(f"It could not be written to the gradebook: {error}")
            cached = len(submission.keys) - judged
            graded[submission.student] = StudentResults.of(submission, results, cached)
            report(graded[submission.student])

        def tasks() -> Iterator[tuple[Submission, FileTask]]:
            for student in students:
                name = names[student]
                theirs = beside.get(student, ())
                submission = find_submission(
                    assignment, submissions, student, name, settings.limits, theirs
                )
                task = missing.task_for(submission)
                if task is None:
                    finish(submission, judged=0)
                else:
                    yield submission, task

        try:
            for submission, result in worker_pool.map_tasks(tasks(), pool):
                if isinstance(result, BrokenCourse):
                    raise result
                finish(submission, judged=missing.add(submission, result))
        except KeyboardInterrupt:
            interrupted = True
    # Only a complete run may replace the files that an earlier complete run has written.
    suffix = PARTIAL if interrupted else ""
    in_order = [graded[name] for name in names.values() if name in graded]
    book: Mapping[str, Recorded] = {}
    if writer is not None:
        book = writer.recorded()
    else:
        by_hand = ByHand.read(output, names.values(), most)  # filled in further meanwhile, perhaps
        rows = by_hand.counting(in_order)
        times = submitted_times(submissions, assignment)
        book = (lateness or Lateness()).recorded(in_order, assignment, times, rows)
    for one in in_order:
        one.settle(book.get(one.student))
    found = [one for student in in_order for one in student.attention]
    if nobodys := beside.get(""):
        found.append(Attention("", "", NOBODYS, sentence(assignment, nobodys)))
    write_grades(output, most, in_order, found, suffix)
    print(summary(in_order, output, suffix))
    _print_for_a_person(found, output, suffix, before)
    if writer is None and not interrupted:
        by_hand.write(rows, most)
        if waiting := sum([*one.final_points.values()].count(None) for one in in_order):
            print(
                f"Points to give by hand: {waiting}. Fill in the column `points` of "
                f"{by_hand.path}, then type the same command again."
            )
    if interrupted:
        left = len(students) - len(graded)
        print(
            f"You stopped it: {left} of {len(students)} students are not graded yet. "
            "The same command again goes on from here."
        )
        return ExitCode.INTERRUPTED
    return ExitCode.PROBLEMS if any(one.needs_review for one in in_order) else ExitCode.FINE


def _print_for_a_person(
    found: Sequence[Attention], output: Path, suffix: str, before: Grades | None
) -> None:
    """Print whose grades changed, and what a person should look at."""
    now = None if suffix else Grades.read(output)
    if before and now:
        changes = list(changed_grades(before, now))
        print(
            "Changed since the run before:" if changes else "No grade changed.", *changes, sep="\n"
        )
    if lines := needs_your_eyes(found):
        print(f"Needs your eyes (also in {output / f'attention{suffix}.csv'}):", *lines, sep="\n")


def make_output_folder(output: Path) -> None:
    """Make the folder for the grades, or raise if it cannot be written to."""
    if output.is_file():
        raise UsageError(f"{output} is a file. Name a folder for the grades.")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {output} cannot be made: {error.strerror}.") from error
    if not os.access(output, os.W_OK):
        raise UsageError(f"You may not write to the folder {output}.")

"""Grade a folder of submissions; write a table of grades and a line for every result.

    SUBMISSIONS/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb  →  OUTPUT/ASSIGNMENT/grades.csv, results.jsonl

A faulty submission never stops another: the fault is recorded in its own results. Verdicts are
saved in OUTPUT/ASSIGNMENT/verdicts.db as soon as a submission is judged, so an interrupted run can
be resumed, and the same command run again judges only what changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

from autograder.errors import BrokenCourse, ExitCode, UsageError
from autograder.grading import worker_pool
from autograder.grading.attention import TO_GRADE, needs_your_eyes
from autograder.grading.changed_grades import Grades, changed_grades
from autograder.grading.class_folder import Submission, load_submission, shown_name, students_in
from autograder.grading.course_notebook import (
    CourseNotebook,
    judged_exercises,
    read_course_notebook,
)
from autograder.grading.fingerprint import Fingerprints
from autograder.grading.grade_submission import Settings
from autograder.grading.grades_table import summary, write_grades
from autograder.grading.merge import code_cells
from autograder.grading.progress import progress, sigterm_as_interrupt
from autograder.grading.results import Result, results_of
from autograder.grading.student_results import Recorded, StudentResults
from autograder.grading.verdict_cache import VerdictCache, digest
from autograder.grading.worker_pool import Task, TaskResult
from utils.checker.verdict import MIME, Status
from utils.exercises import EXERCISES

__all__ = ["Writer", "grade"]

Writer = Callable[[Submission, Sequence[Result]], None]
"""Write each finished submission and its results, such as into a gradebook."""


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
    recorded: Callable[[], Mapping[str, Recorded]] = dict,
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
        Called with each finished submission and its results.
    recorded
        Called at the end; returns what the gradebook has, by student.
    """
    notebook = read_course_notebook(root, assignment)
    students = students_in(submissions)
    if not any((submissions / student / assignment).is_dir() for student in students):
        raise UsageError(
            f"No student's folder in {submissions} has a folder {assignment}: "
            f"what should be there is STUDENT/{assignment}/{assignment}.ipynb."
        )
    output = output / assignment
    make_output_folder(output)
    graded: dict[str, StudentResults] = {}
    interrupted = False
    with (
        VerdictCache(output / "verdicts.db") as cache,
        progress(len(students)) as report,
        sigterm_as_interrupt(),
    ):
        course, fingerprints = CourseNotebook(notebook), Fingerprints(root)
        missing = _MissingVerdicts(course, assignment, settings, cache, fingerprints, sandboxed)

        def finish(submission: Submission, judged: int) -> None:
            results = results_of(notebook, assignment, submission, settings)
            if writer is not None:
                writer(submission, results)
            cached = len(submission.keys) - judged
            graded[submission.student] = StudentResults.of(submission, results, cached)
            report(graded[submission.student])

        def tasks() -> Iterator[tuple[Submission, Task]]:
            for student in students:
                submission = load_submission(course, assignment, submissions, student)
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
    suffix = ".partial" if interrupted else ""
    in_order = [graded[name] for name in map(shown_name, students) if name in graded]
    _add_recorded(in_order, recorded())
    before = Grades.read(output)
    write_grades(output, notebook, in_order, suffix)
    print(summary(in_order, output, suffix))
    _print_for_a_person(in_order, output, suffix, before)
    if interrupted:
        left = len(students) - len(graded)
        print(
            f"You stopped it: {left} of {len(students)} students are not graded yet. "
            "The same command again goes on from here."
        )
        return ExitCode.INTERRUPTED
    return ExitCode.PROBLEMS if any(one.needs_review for one in in_order) else ExitCode.FINE


def _add_recorded(graded: Sequence[StudentResults], book: Mapping[str, Recorded]) -> None:
    """Add what the gradebook has; what a person has graded there need not be looked at again."""
    for one in graded:
        one.recorded = book.get(one.student)
        if one.recorded:
            asks = one.recorded.asks
            one.attention = [a for a in one.attention if a.what != TO_GRADE or a.exercise in asks]


def _print_for_a_person(
    graded: Sequence[StudentResults], output: Path, suffix: str, before: Grades | None
) -> None:
    """Print whose grades changed, and what a person should look at."""
    now = None if suffix else Grades.read(output)
    if before and now:
        changes = list(changed_grades(before, now))
        print(
            "Changed since the run before:" if changes else "No grade changed.", *changes, sep="\n"
        )
    if lines := needs_your_eyes([found for one in graded for found in one.attention]):
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


class _MissingVerdicts:
    """Make tasks for the verdicts that the cache lacks, and save their results."""

    def __init__(
        self,
        course: CourseNotebook,
        assignment: str,
        settings: Settings,
        cache: VerdictCache,
        fingerprints: Fingerprints,
        sandboxed: bool,
    ) -> None:
        self.exercises = judged_exercises(course.notebook)
        self.assignment, self.settings, self.sandboxed = assignment, settings, sandboxed
        self.cache, self.fingerprints = cache, fingerprints

    def task_for(self, submission: Submission) -> Task | None:
        """Return the task for the exercises not in the cache, or None; add cached verdicts."""
        if submission.merged is None:
            return None
        cells = tuple(code_cells(submission.merged))
        answers = digest([vars(cell) for cell in cells])
        settings = asdict(self.settings)
        for exercise in self.exercises:
            fingerprint = self.fingerprints.fingerprint(exercise)
            key = digest(answers, fingerprint, settings, self.sandboxed)
            submission.keys[exercise] = key
            cached = self.cache.get(key)
            if cached is not None:
                submission.verdicts[exercise] = cached["verdict"]
                if cached["suspicion"]:
                    submission.suspicions[exercise] = cached["suspicion"]
        submission.output_key = digest("ran", answers, settings, self.sandboxed)
        output = self.cache.get(submission.output_key) or {"printed": {}, "raised": {}}
        submission.printed, submission.raised = output["printed"], output["raised"]
        missing = {name for name in self.exercises if name not in submission.verdicts}
        if not missing:
            return None
        # A verdict depends on those of the exercises it builds on: these are judged again too.
        needed = missing.union(*(EXERCISES[name].builds_on for name in missing))
        exercises = tuple(name for name in self.exercises if name in needed)
        return Task(self.assignment, cells, exercises, self.settings, self.sandboxed)

    def add(self, submission: Submission, result: TaskResult | Exception) -> int:
        """Add a task's result to submission and cache; return how many verdicts are new."""
        if isinstance(result, Exception):
            submission.needs_review = True
            submission.notes.append(
                f"It could not be graded, and that is not the student's fault: {result}"
            )
            return len(submission.keys) - len(submission.verdicts)
        new = {
            name: verdict
            for name, verdict in result.verdicts.items()
            if name not in submission.verdicts
        }
        submission.verdicts |= new
        submission.suspicions |= result.suspicions
        submission.printed, submission.raised = result.printed, result.raised
        self.cache.put(
            {submission.output_key: {"printed": result.printed, "raised": result.raised}}
            | {
                submission.keys[name]: {
                    "verdict": verdict,
                    "suspicion": result.suspicions.get(name, ""),
                }
                for name, verdict in new.items()
                if verdict[MIME]["status"] != Status.UNCHECKED
            }
        )
        return len(new)

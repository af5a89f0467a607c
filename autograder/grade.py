"""Grades a folder of submissions, and writes a table of grades and a line for every result.

    SUBMISSIONS/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb  →  OUTPUT/grades.csv, OUTPUT/results.jsonl

A submission never stops another: whatever is wrong with one becomes its own results.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder import intake, notebooks
from autograder.errors import ExitCode, UsageError

__all__ = ["Result", "grade"]

CAUTION = "Students' code runs with your rights for now: grade only people you trust."
LOOK = {"unchecked", "tampered"}  # what somebody should look at


@dataclass(frozen=True)
class Result:
    """How a student's answer to one exercise was judged; `points` is None while nobody knows."""

    student: str
    assignment: str
    exercise: str
    status: str
    points: float | None
    max_points: float
    mistake: str
    message: str


@dataclass
class Graded:
    """A student's results, with what the instructor should hear of."""

    student: str
    results: list[Result]
    notes: list[str] = field(default_factory=list)
    troubled: bool = False

    @property
    def total(self) -> float:
        return sum(result.points or 0 for result in self.results)

    @property
    def pending(self) -> float:
        return sum(result.max_points for result in self.results if result.points is None)


def grade(
    root: Path,
    assignment: str,
    submissions: Path,
    output: Path,
    *,
    timeout: int,
    follow_through: str = "full",
) -> ExitCode:
    """Grade an assignment of every student in a folder, and write the grades.

    Parameters
    ----------
    root
        The course's folder, which holds ``notebooks/``.
    assignment
        A folder under ``notebooks/``.
    submissions
        Holds a folder for each student.
    output
        Where ``grades.csv`` and ``results.jsonl`` go.
    timeout
        Seconds that one cell may run.
    follow_through
        What an answer gets that is right but for an earlier one: "full", "half" or "none".
    """
    course = course_notebook(root, assignment)
    students = students_in(submissions)
    if not any((submissions / student / assignment).is_dir() for student in students):
        raise UsageError(
            f"No student's folder in {submissions} has a folder {assignment}: "
            f"what should be there is STUDENT/{assignment}/{assignment}.ipynb."
        )
    make_folder(output)
    print(CAUTION, file=sys.stderr)
    done: list[Graded] = []
    interrupted = False
    try:
        with progress(len(students)) as tell:
            for student in students:
                folder = submissions / student / assignment
                name = os.fsencode(student).decode(errors="replace")
                done.append(grade_one(course, assignment, name, folder, timeout, follow_through))
                tell(done[-1])
    except KeyboardInterrupt:
        interrupted = True
    # What an earlier, complete run has written stays until another complete run replaces it.
    write(output, course, done, ".partial" if interrupted else "")
    print(summary(done, output, ".partial" if interrupted else ""))
    if interrupted:
        left = len(students) - len(done)
        print(f"You stopped it: {left} of {len(students)} students are not graded yet.")
        return ExitCode.INTERRUPTED
    return ExitCode.PROBLEMS if any(one.troubled for one in done) else ExitCode.FINE


# --- what is given -------------------------------------------------------------------------------


def course_notebook(root: Path, assignment: str) -> NotebookNode:
    """The course's own notebook of an assignment."""
    course = notebooks.read(notebooks.notebook_of(root, assignment))
    if not intake.test_cells(course):
        raise UsageError(f"There is nothing to grade in {assignment}: it has no exercises.")
    return course


def students_in(submissions: Path) -> list[str]:
    """The names of the folders that hold a student's work."""
    if submissions.is_file():
        raise UsageError(f"{submissions} is a file. Give the folder that holds the students'.")
    if not submissions.is_dir():
        beside = submissions.absolute().parent
        there = [path.name for path in folders(beside)] if beside.is_dir() else []
        listed = f" {beside} has: {', '.join(there)}." if there else ""
        raise UsageError(f"There is no folder {submissions}.{listed}")
    students = [path.name for path in folders(submissions)]
    if not students:
        raise UsageError(f"There are no students' folders in {submissions}.")
    return students


def folders(place: Path) -> list[Path]:
    return sorted(p for p in place.iterdir() if p.is_dir() and not p.name.startswith((".", "__")))


def make_folder(output: Path) -> None:
    if output.is_file():
        raise UsageError(f"{output} is a file. Name a folder for the grades.")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {output} cannot be made: {error.strerror}.") from error
    if not os.access(output, os.W_OK):
        raise UsageError(f"You may not write to the folder {output}.")


# --- one student ---------------------------------------------------------------------------------


def grade_one(
    course: NotebookNode,
    assignment: str,
    student: str,
    folder: Path,
    timeout: int,
    follow_through: str,
) -> Graded:
    """Grade one student; what goes wrong here is a result like any other."""
    from autograder.execute import Execute  # with nbgrader, which takes seconds

    if not folder.is_dir():
        return nothing(course, assignment, student, f"Nothing was handed in for {assignment}.")
    try:
        path, notes = intake.find(folder, assignment)
        cells, more = intake.read(path)
        taken = intake.put_in(course, cells)
        resources: dict[str, Any] = {"nbgrader": {"assignment": assignment}}
        execute = Execute(timeout=timeout, follow_through=follow_through)
        execute.preprocess(taken.notebook, resources)
    except intake.Unreadable as problem:
        return nothing(course, assignment, student, str(problem), troubled=True)
    except Exception as fault:
        why = f"It could not be graded, and that is not your fault: {type(fault).__name__}: {fault}"
        return nothing(course, assignment, student, why, status="unchecked", troubled=True)
    results = [
        _result(course, assignment, student, exercise, taken, resources["verdicts"])
        for exercise in intake.test_cells(course)
    ]
    troubled = any(result.status in LOOK for result in results)
    return Graded(student, results, [note.sentence for note in [*notes, *more]], troubled)


def nothing(
    course: NotebookNode,
    assignment: str,
    student: str,
    why: str,
    status: str = "missing",
    troubled: bool = False,
) -> Graded:
    """The same for every exercise of a student whose work cannot be judged at all."""
    points = None if status == "unchecked" else 0
    results = [
        Result(student, assignment, exercise, status, points, most(cell), "", why)
        for exercise, cell in intake.test_cells(course).items()
    ]
    return Graded(student, results, [why], troubled)


def most(cell: NotebookNode) -> float:
    points: float = cell.metadata.nbgrader.points
    return points


def _result(
    course: NotebookNode,
    assignment: str,
    student: str,
    exercise: str,
    taken: intake.Taken,
    verdicts: dict[str, dict[str, Any]],
) -> Result:
    cell = intake.test_cells(course)[exercise]
    record = verdicts.get(exercise) or _by_hand(cell, taken, exercise)
    if exercise in taken.missing and record["status"] in ("blank", "manual"):
        message = f"The cell for the answer to {exercise} is not in the notebook."
        record |= {"status": "missing", "points": 0, "message": message}
    repairs = [repair.sentence for repair in taken.repairs if repair.exercise == exercise]
    return Result(
        student,
        assignment,
        exercise,
        record["status"],
        record["points"],
        most(cell),
        record["mistake"],
        " ".join([record["message"], *repairs]),
    )


def _by_hand(cell: NotebookNode, taken: intake.Taken, exercise: str) -> dict[str, Any]:
    """An answer that a person reads, unless nothing was written."""
    written = intake.answer_cells(taken.notebook)[exercise].source.strip() != cell.source.strip()
    if written:
        return {"status": "manual", "points": None, "mistake": "", "message": "Graded by hand."}
    return {"status": "blank", "points": 0, "mistake": "", "message": "Still blank."}


# --- what comes out ------------------------------------------------------------------------------


def write(output: Path, course: NotebookNode, done: Sequence[Graded], mark: str = "") -> None:
    """Write both files, each whole or not at all; `mark` goes into their names."""
    lines = [json.dumps(asdict(r), ensure_ascii=False) for one in done for r in one.results]
    replace(output / f"results{mark}.jsonl", "".join(line + "\n" for line in lines))
    tests = intake.test_cells(course)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["student", "total", "max", "pending", *tests])
    full = number(sum(most(cell) for cell in tests.values()))
    for one in done:
        points = [number(result.points) for result in one.results]
        rows.writerow([one.student, number(one.total), full, number(one.pending), *points])
    replace(output / f"grades{mark}.csv", table.getvalue())


def replace(path: Path, text: str) -> None:
    """Write aside, then rename: nobody ever sees half a file."""
    aside = path.with_name(f".{path.name}.part")
    try:
        aside.write_text(text, encoding="utf-8", errors="replace", newline="")
        os.replace(aside, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def number(points: float | None) -> str:
    return "" if points is None else f"{points:g}"


def summary(done: Sequence[Graded], output: Path, mark: str = "") -> str:
    """One paragraph about all of it."""
    counts = Counter(result.status for one in done for result in one.results)
    answers = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    look = [one.student for one in done if one.troubled]
    students = f"{len(done)} student{'' if len(done) == 1 else 's'}"
    parts = [f"Graded {students}. Answers: {answers or 'none'}."]
    if look:
        parts.append(
            f"Please look at {', '.join(look)}: results{mark}.jsonl says what is the matter."
        )
    table = output / f"grades{mark}.csv"
    parts.append(f"The grades are in {table}, each result in results{mark}.jsonl.")
    return " ".join(parts)


@contextmanager
def progress(count: int) -> Iterator[Any]:
    """A bar with the time left on a terminal, a plain line for each student elsewhere."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True, highlight=False, markup=False)
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=count)

        def tell(one: Graded) -> None:
            bar.advance(task)
            for note in one.notes:
                console.print(f"{one.student}: {note}", soft_wrap=True)
            if not console.is_terminal:
                print(f"{one.student}: {number(one.total)} points", file=sys.stderr, flush=True)

        yield tell

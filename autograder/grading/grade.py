"""Grade a folder of submissions; write a table of grades and a line for every result.

    SUBMISSIONS/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb  →  OUTPUT/grades.csv, OUTPUT/results.jsonl

A faulty submission never stops another: the fault is recorded in its own results. Verdicts are
saved in OUTPUT/verdicts.db as soon as a submission is judged, so an interrupted run can be resumed,
and the same command run again judges only what changed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import signal
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from nbformat import NotebookNode

from autograder.course import notebooks
from autograder.errors import BrokenCourse, ExitCode, UsageError
from autograder.files import write_text
from autograder.grading import worker_pool
from autograder.grading.fingerprint import Fingerprints
from autograder.grading.grade_submission import Settings
from autograder.grading.submission import (
    CourseNotebook,
    MergedNotebook,
    Unreadable,
    answer_cells,
    code_cells,
    find_notebook,
    merge_answers,
    read_notebook,
    test_cells,
)
from autograder.grading.verdict_cache import VerdictCache, digest
from autograder.grading.worker_pool import Task, TaskResult
from utils.checker.verdict import MIME, Status, printable
from utils.exercises import EXERCISES

__all__ = [
    "NEEDS_REVIEW",
    "Result",
    "Submission",
    "course_notebook",
    "grade",
    "judged_exercises",
]

NEEDS_REVIEW = {Status.UNCHECKED, Status.TAMPERED}  # for an instructor to look at
MADE_WITH = f"deep-networks {version('deep-networks')}, numpy {version('numpy')}, Python " + (
    platform.python_version()
)


class Standing(StrEnum):
    """Why an answer has no verdict."""

    MISSING = "missing"
    """Not handed in."""

    PENDING = "manual"
    """To be graded by a person."""


@dataclass(frozen=True)
class Result:
    """One student's result on one exercise.

    Attributes
    ----------
    status : the verdict's status; None where there is no verdict, and `standing` says why
    points : None while they are undecided
    settings : those it was judged with, so that the judgment can be repeated
    """

    student: str
    assignment: str
    exercise: str
    status: Status | None
    standing: Standing | None
    points: float | None
    max_points: float
    mistake: str
    message: str
    earned: Mapping[str, float] = field(default_factory=dict)
    given: Sequence[str] = ()
    seed: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    made_with: str = MADE_WITH

    @property
    def shown(self) -> str:
        """Return the status, or else the standing, as one word for tables."""
        return self.status or self.standing or ""

    def record(self) -> dict[str, Any]:
        """Return the result as a record of `results.jsonl`."""
        record = vars(self) | {"status": self.shown}
        del record["standing"]
        return record


@dataclass
class Submission:
    """One student's submission, with its verdicts and notes.

    Attributes
    ----------
    student : str
    folder : where the submission lies
    course : the course's notebook
    taken : the merged notebook, or None where the submission has no readable notebook
    notes : sentences about the file as a whole
    keys : the cache key of each exercise that is judged
    ran : the cache key of what the cells printed and raised
    verdicts : of each exercise, its outputs by MIME type
    suspicions : sentences about suspected tampering, by exercise
    printed, raised : what each cell printed, and its exception, by cell id
    """

    student: str
    folder: Path
    course: NotebookNode
    taken: MergedNotebook | None
    notes: list[str]
    keys: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    suspicions: dict[str, str] = field(default_factory=dict)
    ran: str = ""
    printed: dict[str, str] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)
    troubled: bool = False


@dataclass
class Graded:
    """One student's results, kept until the end of a run, and compressed to save memory."""

    student: str
    points: list[float | None]
    pending: float
    statuses: Counter[str]
    repaired: int
    packed: bytes
    notes: list[str]
    suspicions: dict[str, str]
    troubled: bool
    stored: int

    @classmethod
    def of(cls, submission: Submission, results: Sequence[Result], stored: int) -> Self:
        """Return these results compressed; `stored` is the number of cached verdicts."""
        lines = "".join(json.dumps(r.record(), ensure_ascii=False) + "\n" for r in results)
        return cls(
            submission.student,
            [result.points for result in results],
            sum(result.max_points for result in results if result.points is None),
            Counter(result.shown for result in results),
            sum("the course's own" in result.message for result in results),
            zlib.compress(lines.encode("utf-8", "replace")),
            submission.notes,
            submission.suspicions,
            submission.troubled or any(result.status in NEEDS_REVIEW for result in results),
            stored,
        )

    @property
    def total(self) -> float:
        return sum(points or 0 for points in self.points)

    @property
    def lines(self) -> str:
        """Return the results as JSON, one line each."""
        return zlib.decompress(self.packed).decode()


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
        The folder for ``grades.csv``, ``results.jsonl`` and ``verdicts.db``.
    settings
        All that decides a verdict besides the answer.
    pool
        Opens the worker pool.
    sandboxed
        Whether students' code runs in the sandbox.
    writer
        Called with each finished submission and its results.
    """
    course = course_notebook(root, assignment)
    students = students_in(submissions)
    if not any((submissions / student / assignment).is_dir() for student in students):
        raise UsageError(
            f"No student's folder in {submissions} has a folder {assignment}: "
            f"what should be there is STUDENT/{assignment}/{assignment}.ipynb."
        )
    make_folder(output)
    done: dict[str, Graded] = {}
    interrupted = False
    with (
        VerdictCache(output / "verdicts.db") as store,
        progress(len(students)) as tell,
        terminable(),
    ):
        page = CourseNotebook(course)
        fingerprints = Fingerprints(root)
        due = _Due(
            page, assignment, submissions, settings, store, fingerprints, sandboxed=sandboxed
        )

        def finish(submission: Submission, judged: int) -> None:
            results = results_of(course, assignment, submission, settings)
            if writer is not None:
                writer(submission, results)
            graded = Graded.of(submission, results, len(submission.keys) - judged)
            done[submission.student] = graded
            tell(graded)

        try:
            works = due.works(students, lambda submission: finish(submission, 0))
            for submission, came in worker_pool.map_works(works, pool):
                if isinstance(came, BrokenCourse):
                    raise came
                finish(submission, due.take(submission, came))
        except KeyboardInterrupt:
            interrupted = True
    # Only a complete run may replace the files that an earlier complete run has written.
    mark = ".partial" if interrupted else ""
    finished = [done[name] for name in map(shown_name, students) if name in done]
    write(output, course, finished, mark)
    print(summary(finished, output, mark))
    if interrupted:
        left = len(students) - len(done)
        print(
            f"You stopped it: {left} of {len(students)} students are not graded yet. "
            "The same command again goes on from here."
        )
        return ExitCode.INTERRUPTED
    return ExitCode.PROBLEMS if any(one.troubled for one in finished) else ExitCode.FINE


class _Due:
    """Make tasks for the verdicts that the cache lacks, and save their results."""

    def __init__(
        self,
        page: CourseNotebook,
        assignment: str,
        submissions: Path,
        settings: Settings,
        store: VerdictCache,
        fingerprints: Fingerprints,
        *,
        sandboxed: bool,
    ) -> None:
        self.page, self.assignment, self.submissions = page, assignment, submissions
        self.exercises = judged_exercises(page.course)
        self.settings, self.store, self.sandboxed = settings, store, sandboxed
        self.fingerprints = fingerprints

    def works(
        self, students: Sequence[str], known: Callable[[Submission], None]
    ) -> Iterator[tuple[Submission, Task]]:
        """Yield each submission to be judged, with its task; pass the others to `known`."""
        for student in students:
            submission = load_submission(self.page, self.assignment, self.submissions, student)
            work = self.work(submission)
            if work is None:
                known(submission)
            else:
                yield submission, work

    def work(self, submission: Submission) -> Task | None:
        """Return the task for the exercises not in the cache, or None; add cached verdicts."""
        if submission.taken is None:
            return None
        pieces = tuple(code_cells(submission.taken))
        answers = digest([vars(piece) for piece in pieces])
        settings = asdict(self.settings)
        for exercise in self.exercises:
            fingerprint = self.fingerprints.fingerprint(exercise)
            key = digest(answers, fingerprint, settings, self.sandboxed)
            submission.keys[exercise] = key
            stored = self.store.get(key)
            if stored is not None:
                submission.verdicts[exercise] = stored["verdict"]
                if stored["suspicion"]:
                    submission.suspicions[exercise] = stored["suspicion"]
        submission.ran = digest("ran", answers, settings, self.sandboxed)
        ran = self.store.get(submission.ran) or {"printed": {}, "raised": {}}
        submission.printed, submission.raised = ran["printed"], ran["raised"]
        due = {name for name in self.exercises if name not in submission.verdicts}
        if not due:
            return None
        # A verdict depends on those of the exercises it builds on: these are judged again too.
        due = due.union(*(EXERCISES[name].builds_on for name in due))
        exercises = tuple(name for name in self.exercises if name in due)
        return Task(self.assignment, pieces, exercises, self.settings, self.sandboxed)

    def take(self, submission: Submission, came: TaskResult | Exception) -> int:
        """Add a task's result to submission and cache; return how many verdicts are new."""
        if isinstance(came, Exception):
            submission.troubled = True
            submission.notes.append(
                f"It could not be graded, and that is not the student's fault: {came}"
            )
            return len(submission.keys) - len(submission.verdicts)
        new = {
            name: verdict
            for name, verdict in came.verdicts.items()
            if name not in submission.verdicts
        }
        submission.verdicts |= new
        submission.suspicions |= came.suspicions
        submission.printed, submission.raised = came.printed, came.raised
        self.store.put(
            {submission.ran: {"printed": came.printed, "raised": came.raised}}
            | {
                submission.keys[name]: {
                    "verdict": verdict,
                    "suspicion": came.suspicions.get(name, ""),
                }
                for name, verdict in new.items()
                if verdict[MIME]["status"] != Status.UNCHECKED
            }
        )
        return len(new)


# --- input ---------------------------------------------------------------------------------------


def course_notebook(root: Path, assignment: str) -> NotebookNode:
    """Return the course's own notebook of an assignment."""
    course = notebooks.read(notebooks.notebook_of(root, assignment))
    if not test_cells(course):
        raise UsageError(f"There is nothing to grade in {assignment}: it has no exercises.")
    return course


def students_in(submissions: Path) -> list[str]:
    """Return the names of the students' folders, sorted."""
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


def shown_name(student: str) -> str:
    """Return a folder's name as printable text; file names may be undecodable or deceptive."""
    name = os.fsencode(student).decode(errors="backslashreplace")
    return printable(name).replace("\n", "\\n")  # keep it on one line


# --- one student ---------------------------------------------------------------------------------


def load_submission(
    page: CourseNotebook, assignment: str, submissions: Path, student: str
) -> Submission:
    """Read a student's submission; record its problems as notes."""
    name, folder = shown_name(student), submissions / student / assignment
    course = page.course
    if not folder.is_dir():
        return Submission(name, folder, course, None, [f"Nothing was handed in for {assignment}."])
    try:
        path, notes = find_notebook(folder, assignment)
        cells, more = read_notebook(path)
        taken = merge_answers(page, cells)
    except Unreadable as problem:
        return Submission(name, folder, course, None, [str(problem)], troubled=True)
    notes += more
    troubled = any(note.doubtful for note in notes)
    told = [note.sentence for note in notes]
    return Submission(name, folder, course, taken, told, troubled=troubled)


def judged_exercises(course: NotebookNode) -> list[str]:
    """Return the exercises that are judged by their tests, not by hand, in order."""
    tests = test_cells(course)
    return [name for name, cell in tests.items() if not cell.metadata.nbgrader.solution]


def results_of(
    course: NotebookNode, assignment: str, submission: Submission, settings: Settings
) -> list[Result]:
    """Return a student's results, one for each exercise."""
    return [
        _result(assignment, exercise, cell, submission, settings)
        for exercise, cell in test_cells(course).items()
    ]


def most(cell: NotebookNode) -> float:
    points: float = cell.metadata.nbgrader.points
    return points


def _result(
    assignment: str,
    exercise: str,
    cell: NotebookNode,
    submission: Submission,
    settings: Settings,
) -> Result:
    told = Result(
        submission.student,
        assignment,
        exercise,
        None,
        Standing.MISSING,
        0,
        most(cell),
        "",
        "",
        settings=asdict(settings),
    )
    taken = submission.taken
    if taken is None:
        return replace(told, message=" ".join(submission.notes))
    if exercise in submission.verdicts:
        record = submission.verdicts[exercise][MIME]
        told = _judged(told, Status(record["status"]))
        told = replace(told, **{name: record[name] for name in _FROM_RECORD})
    elif cell.metadata.nbgrader.solution:
        answer = answer_cells(taken.notebook)[exercise]
        if answer.source.strip() != cell.source.strip():
            told = replace(told, standing=Standing.PENDING, points=None, message="Graded by hand.")
        else:
            told = replace(_judged(told, Status.BLANK), message="Still blank.")
    else:
        told = _judged(told, Status.UNCHECKED)
        told = replace(told, points=None, message=submission.notes[-1])
    if exercise in taken.missing and (
        told.status is Status.BLANK or told.standing is Standing.PENDING
    ):
        message = f"The cell for the answer to {exercise} is not in the notebook."
        message = " ".join([message, *submission.notes])
        told = replace(told, status=None, standing=Standing.MISSING, points=0, message=message)
    repairs = [repair.sentence for repair in taken.repairs if repair.exercise == exercise]
    return replace(told, message=printable(" ".join([told.message, *repairs])))


def _judged(result: Result, status: Status) -> Result:
    return replace(result, status=status, standing=None)


_FROM_RECORD = ("points", "mistake", "message", "earned", "given", "seed")


# --- output --------------------------------------------------------------------------------------


def write(output: Path, course: NotebookNode, done: Sequence[Graded], mark: str = "") -> None:
    """Write the results and the grades, each file atomically, with `mark` in its name."""
    write_text(output / f"results{mark}.jsonl", (one.lines for one in done))
    tests = test_cells(course)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["student", "total", "max", "pending", *tests])
    full = number(sum(most(cell) for cell in tests.values()))
    for one in done:
        points = map(number, one.points)
        # A spreadsheet would evaluate a name that begins like a formula.
        name = f"'{one.student}" if one.student.startswith(("=", "+", "-", "@")) else one.student
        rows.writerow([name, number(one.total), full, number(one.pending), *points])
    write_text(output / f"grades{mark}.csv", [table.getvalue()])


def number(points: float | None) -> str:
    return "" if points is None else f"{points:g}"


def summary(done: Sequence[Graded], output: Path, mark: str = "") -> str:
    """Return one paragraph about the whole run."""
    counts = sum((one.statuses for one in done), Counter[str]())
    answers = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    stored = sum(one.stored for one in done)
    repaired = sum(one.repaired for one in done)
    look = [one.student for one in done if one.troubled]
    students = f"{len(done)} student{'' if len(done) == 1 else 's'}"
    parts = [f"Graded {students}. Answers: {answers or 'none'}."]
    if stored:
        parts.append(f"{stored} of them were known from an earlier run.")
    if repaired:
        parts.append(f"{repaired} were repaired.")
    for one in done:
        for exercise, tried in one.suspicions.items():
            parts.append(f"Suspicious: {one.student}, {exercise}: {printable(tried)}")
    if look:
        parts.append(
            f"Please look at {', '.join(look)}: results{mark}.jsonl says what is the matter."
        )
    table = output / f"grades{mark}.csv"
    parts.append(f"The grades are in {table}, each result in results{mark}.jsonl.")
    return " ".join(parts)


@contextmanager
def progress(count: int) -> Iterator[Callable[[Graded], None]]:
    """Yield a function that reports each graded student on stderr.

    On a terminal it moves a bar with the time left; elsewhere it prints a line for each student.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True, highlight=False, markup=False)
    columns = (
        TextColumn("Grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}"),
    )
    answers: Counter[str] = Counter()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=count, told="")

        def tell(one: Graded) -> None:
            for status, count in one.statuses.items():
                kind = "right" if status == Status.CORRECT else "wrong"
                answers["in trouble" if status in NEEDS_REVIEW else kind] += count
            told = ", ".join(f"{answers[kind]} {kind}" for kind in ("right", "wrong", "in trouble"))
            bar.update(task, advance=1, told=told)
            for note in one.notes:
                console.print(f"{one.student}: {printable(note)}", soft_wrap=True)
            if not console.is_terminal:
                print(f"{one.student}: {number(one.total)} points", file=sys.stderr, flush=True)

        yield tell


@contextmanager
def terminable() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C: stop, and lose no verdict."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

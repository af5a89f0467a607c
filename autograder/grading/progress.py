"""Report the progress of a run on stderr, and let SIGTERM stop it like Ctrl-C."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from autograder.grading.class_folder import one_line
from autograder.grading.results import NEEDS_REVIEW, points_text
from autograder.grading.student_results import StudentResults
from utils.checker.verdict import Status

__all__ = ["progress", "sigterm_as_interrupt"]


@contextmanager
def progress(count: int) -> Iterator[Callable[[StudentResults], None]]:
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
        TextColumn("{task.fields[answers]}"),
    )
    answers: Counter[str] = Counter()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=count, answers="")

        def report(results: StudentResults) -> None:
            for status, count in results.statuses.items():
                kind = "right" if status == Status.CORRECT else "wrong"
                answers["in trouble" if status in NEEDS_REVIEW else kind] += count
            kinds = ("right", "wrong", "in trouble")
            bar.update(task, advance=1, answers=", ".join(f"{answers[one]} {one}" for one in kinds))
            for note in results.notes:
                console.print(f"{results.student}: {one_line(note)}", soft_wrap=True)
            if not console.is_terminal:
                points = points_text(results.total)
                print(f"{results.student}: {points} points", file=sys.stderr, flush=True)

        yield report


@contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C: stop, and lose no verdict."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

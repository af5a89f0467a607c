"""Draw the class's page from its numbers, and write it with a CSV of the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from autograder.feedback.prose import code_html
from autograder.files import write_text
from autograder.grading.grades_table import harmless
from autograder.lms.records import Records, with_name
from autograder.lms.roster import Roster
from autograder.report.numbers import count, remembered
from utils.render import template

__all__ = ["write_report"]

NAMED = 100  # students that a list names


def write_report(
    output: Path,
    assignments: Sequence[str],
    target: Path,
    *,
    names: bool,
    submissions: Path | None = None,
    roster: Roster | None = None,
) -> Path:
    """Write the report of these assignments; return the path of its CSV, beside the page.

    Parameters
    ----------
    output : the folder that `course grade` wrote to
    assignments : folders in it
    target : the page's file
    names : whether students are named
    submissions : the folder that was collected into, whose records have names
    roster : of the whole class, to say who handed in nothing; it has names too
    """
    numbers = [count(output, one, roster) for one in assignments]
    called: dict[str, str] = {}
    for name in assignments:
        records = Records.read(submissions, name) if submissions else Records(target)
        called |= records.names(roster)
    who = partial(with_name, names=called)
    page = template(__file__).render(
        numbers=numbers, names=names, most=NAMED, code=code_html, who=who, round=round, max=max
    )
    write_text(target, [page])
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["assignment", "exercise", "what", "which", "number"])
    for one in numbers:
        writer.writerows([one.assignment, *map(harmless, row)] for row in one.rows())
    write_text(target.with_suffix(".csv"), [table.getvalue()])
    for path, text in remembered(numbers, output):
        write_text(path, [text])
    return target.with_suffix(".csv")

"""Read what a student handed in: merge its answers, and say in a bounded record what was found.

This runs in a worker process, under a deadline and a limit on memory. The driver gets the record.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nbformat import NotebookNode

from autograder.course.notebooks import SOLUTION
from autograder.grading.course_notebook import CourseNotebook, answer_cells, judged_exercises
from autograder.grading.merge import MergedNotebook, code_cells, merge_answers
from autograder.grading.required_cells import is_python
from autograder.grading.submission_file import (
    Cell,
    Repair,
    Unreadable,
    listed,
    read_notebook,
)
from autograder.grading.verdict_cache import digest
from autograder.limits import LIMITS, Limits
from utils.exercises import EXERCISES

__all__ = ["Reading", "not_included", "read_notebooks", "read_submission", "reading_of"]


@dataclass(frozen=True)
class Reading:
    """The result of reading a notebook, without its code: hashes, names and sentences.

    Attributes
    ----------
    problem : why it cannot be graded; empty if it can
    answers : the hash of all code that may run
    notes : sentences about the file as a whole
    doubtful : whether an instructor should look at it
    missing : exercises without an answer cell
    blank : exercises whose answer is the course's stub
    repairs : sentences about repairs, by exercise
    written : exercises whose answer differs from the stub in more than white space
    own_code, own_text : whether there are cells of the student's own with code, or with text
    hashes : of each answer, by exercise; if graded by hand, with the student's own cells
    code : the hash of all code that the student wrote
    version : the course's version that the notebook was released with, or "" if it does not say
    not_included : exercises that this version did not have, and that are not in the notebook
    """

    problem: str = ""
    answers: str = ""
    notes: Sequence[str] = ()
    doubtful: bool = False
    missing: Sequence[str] = ()
    blank: Sequence[str] = ()
    repairs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    written: Sequence[str] = ()
    own_code: bool = False
    own_text: bool = False
    hashes: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    version: str = ""
    not_included: Sequence[str] = ()

    def with_notes(self, repairs: Iterable[Repair]) -> Reading:
        """Return the record with these sentences about the file as a whole before the others."""
        repairs = list(repairs)
        notes = [*(repair.sentence for repair in repairs), *self.notes]
        doubtful = self.doubtful or any(repair.doubtful for repair in repairs)
        return replace(self, notes=notes, doubtful=doubtful)


def read_notebooks(
    course: CourseNotebook,
    notebooks: Iterable[tuple[str, bytes]],
    wanted: str,
    limits: Limits = LIMITS,
) -> tuple[MergedNotebook | None, Reading]:
    """Read the notebooks in a student's folder; return the one that counts merged, and its record.

    Of several notebooks, the only one with answers counts, or else the one called `wanted`.

    Parameters
    ----------
    course : the course's notebook
    notebooks : names and contents
    wanted : the name that the notebook should have
    limits : bounds on each notebook, as for `read_submission`
    """
    found = {name: read_submission(course, content, name, limits) for name, content in notebooks}
    if len(found) == 1:
        return found.popitem()[1]
    readable = {name: one for name, one in found.items() if one[0] is not None}
    written = [name for name, (_, one) in readable.items() if one.written or one.own_code]
    if len(written) == 1:
        name = written[0]
    elif wanted in readable:
        name = wanted
    else:
        why = f"none is called {wanted}" if readable else "none can be read"
        problem = f"Several notebooks were handed in ({listed(found)}), and {why}."
        return None, Reading(problem, doubtful=True)
    merged, reading = readable[name]
    why = {0: "", 1: ", the only one with answers in it"}.get(len(written), ", by its name")
    said = f"Several notebooks were handed in ({listed(found)}); {name} is graded{why}."
    choice = Repair("", said, doubtful=bool(written) and written != [wanted])
    return merged, reading.with_notes([choice])


def read_submission(
    course: CourseNotebook, content: bytes, name: str, limits: Limits = LIMITS
) -> tuple[MergedNotebook | None, Reading]:
    """Read a notebook's file; return it merged, or None if it is unreadable, and the record."""
    try:
        notebook = read_notebook(content, name, limits)
    except Unreadable as problem:
        return None, Reading(str(problem), doubtful=True)
    merged = merge_answers(course, notebook.cells)
    reading = reading_of(course, merged)
    later = not_included(merged, notebook.exercises)
    reading = replace(reading, version=notebook.version, not_included=later)
    return merged, reading.with_notes([*notebook.repairs, *_oddities(course, notebook.cells)])


def not_included(merged: MergedNotebook, released: Collection[str] | None) -> list[str]:
    """Return the exercises that are not in a notebook because its version did not have them.

    `released` are those of its version, or None if it does not say.
    """
    return [] if released is None else sorted(merged.missing.difference(released))


def reading_of(course: CourseNotebook, merged: MergedNotebook) -> Reading:
    """Return the record of a merged notebook, without notes about its file."""
    stubs = answer_cells(course.notebook)
    answers = answer_cells(merged.notebook)
    repairs: dict[str, list[str]] = {}
    for one in merged.repairs:
        repairs.setdefault(one.exercise, []).append(one.sentence)
    own = [cell for cell in merged.notebook.cells if cell.id in merged.own]
    edited = [cell for cell in merged.notebook.cells if cell.id in merged.edited]
    by_hand = answers.keys() - set(judged_exercises(course.notebook))
    own_cells = digest(*map(_content, own))
    return Reading(
        answers=digest([vars(cell) for cell in code_cells(merged)]),
        missing=sorted(merged.missing),
        blank=[
            name
            for name, cell in answers.items()
            if cell.source.strip() == stubs[name].source.strip()
        ],
        repairs=repairs,
        written=[
            name
            for name, cell in answers.items()
            if "".join(cell.source.split()) != "".join(stubs[name].source.split())
        ],
        own_code=any(cell.cell_type == "code" for cell in own),
        own_text=any(cell.cell_type == "markdown" or not is_python(cell.source) for cell in own),
        hashes={
            name: digest(_content(cell), own_cells if name in by_hand else "")
            for name, cell in answers.items()
        },
        code=digest([cell.source for cell in (*answers.values(), *own, *edited)]),
    )


def _content(cell: NotebookNode) -> list[object]:
    return [cell.source, cell.get("attachments")]


def _oddities(course: CourseNotebook, cells: Sequence[Cell]) -> Iterator[Repair]:
    """Yield a sentence for a notebook of another assignment, and one for conflict markers."""
    marked = {name.removesuffix(SOLUTION) for one in cells for name in (one.id, one.grade_id)}
    counts = Counter(one.assignment for one in EXERCISES.values() if one.name in marked)
    ours = {EXERCISES[name].assignment for name in course.tests if name in EXERCISES}
    if counts and ours and (other := counts.most_common(1)[0][0]) not in ours and counts[other] > 1:
        yield Repair("", f"This is {other}, not {min(ours)}.", doubtful=True)
    if any(re.search(r"^(<{7}|>{7}) ", cell.source, re.MULTILINE) for cell in cells):
        said = "There are conflict markers in it (`<<<<<<<`), as a merge in git leaves them."
        yield Repair("", said, doubtful=True)

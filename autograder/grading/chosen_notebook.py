"""Choose the notebook of a student's folder that is graded, and say what is odd about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from autograder.grading.course_notebook import CourseNotebook
from autograder.grading.merge import MergedNotebook, merge_answers
from autograder.grading.submission_file import (
    Cell,
    Repair,
    Unreadable,
    find_notebook,
    read_notebook,
)
from autograder.grading.uncredited import is_blank
from utils.exercises import EXERCISES

__all__ = ["merge_chosen"]

MOST = 10  # notebooks of one folder that are read


def merge_chosen(
    course: CourseNotebook, assignment: str, folder: Path
) -> tuple[MergedNotebook, list[Repair]]:
    """Merge the notebook in a student's folder into the course's; of several, the one with work.

    Raises
    ------
    Unreadable
        When there is none that can be read, or when nothing tells which one counts.
    """
    found = [] if folder.is_symlink() else sorted(folder.glob("*.ipynb"))
    found = [path for path in found if not path.name.startswith(".") and not path.is_symlink()]
    if len(found) < 2:
        path, repairs = find_notebook(folder, assignment)
        cells, more = read_notebook(path)
        merged = merge_answers(course, cells)
        return merged, [*repairs, *more, *_oddities(assignment, cells)]
    readable = {}
    for path in found[:MOST]:
        with suppress(Unreadable):
            cells, repairs = read_notebook(path)
            readable[path.name] = (merge_answers(course, cells), repairs, cells)
    written = [name for name, one in readable.items() if not is_blank(course.notebook, one[0])]
    wanted = f"{assignment}.ipynb"
    if len(written) == 1:
        name = written[0]
    elif wanted in readable:
        name = wanted
    else:
        find_notebook(folder, assignment)  # raises, with the names
        raise Unreadable(f"None of the notebooks can be read ({', '.join(readable)}).")
    merged, repairs, cells = readable[name]
    names = ", ".join(path.name for path in found)
    why = {0: "", 1: ", the only one with answers in it"}.get(len(written), ", by its name")
    said = f"Several notebooks were handed in ({names}); {name} is graded{why}."
    choice = Repair("", said, doubtful=bool(written) and written != [wanted])
    return merged, [choice, *repairs, *_oddities(assignment, cells)]


def _oddities(assignment: str, cells: Sequence[Cell]) -> list[Repair]:
    """Return a sentence if it is another assignment's notebook, or has a merge's markers in it."""
    found = []
    marked = {re.sub(r"-solution$", "", name) for one in cells for name in (one.id, one.grade_id)}
    counts = Counter(one.assignment for one in EXERCISES.values() if one.name in marked)
    if counts and (other := counts.most_common(1)[0][0]) != assignment and counts[other] > 1:
        found.append(Repair("", f"This is {other}, not {assignment}.", doubtful=True))
    if any(re.search(r"^(<{7}|>{7}) ", cell.source, re.MULTILINE) for cell in cells):
        said = "There are conflict markers in it (`<<<<<<<`), as a merge in git leaves them."
        found.append(Repair("", said, doubtful=True))
    return found

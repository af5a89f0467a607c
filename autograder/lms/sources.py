"""Write each student's answers as plain Python files, as programs that compare work take them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from autograder.errors import UsageError
from autograder.files import write_text
from autograder.grading import worker_pool
from autograder.grading.class_folder import Submission, find_submission, shown_names, students_in
from autograder.grading.course_notebook import answer_cells, read_course_notebook
from autograder.grading.grade_file import FileResult, FileTask
from autograder.grading.grade_submission import Settings
from autograder.grading.merge import MergedNotebook
from autograder.grading.results import Result
from autograder.lms.roster import folder_name

__all__ = ["Sources", "write_sources"]


@dataclass
class Sources:
    """How many files were written, and for whom there was nothing to write, with why."""

    written: int = 0
    without: list[str] = field(default_factory=list)


def write_sources(
    root: Path, assignment: str, submissions: Path, target: Path, jobs: int
) -> Sources:
    """Write ``TARGET/STUDENT/ASSIGNMENT.py`` for each student who wrote something.

    Parameters
    ----------
    root : the course's folder
    assignment : whose notebooks are read
    submissions : a folder for each student
    target : a new folder
    jobs : processes

    Raises
    ------
    UsageError
        When the target holds something already.
    """
    if target.exists() and any(target.iterdir()):
        raise UsageError(f"{target} is there already, and not empty. Name a new folder.")
    course = read_course_notebook(root, assignment)
    given = {cell.id: cell.source for cell in course.cells if cell.cell_type == "code"}
    draw = partial(_own_code, given, list(answer_cells(course)))
    students = students_in(submissions)
    names = shown_names(students)
    done = Sources()

    def tasks() -> Iterator[tuple[Submission, FileTask]]:
        for student in students:
            found = find_submission(assignment, submissions, student, names[student])
            if not found.notebooks:
                done.without.append(f"{found.student}: {' '.join(found.notes)}")
                continue
            files = tuple((path.name, path) for path in found.notebooks)
            yield (
                found,
                FileTask(root, assignment, found, files, (), Settings(assignment), draw=draw),
            )

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".sources-", dir=target.parent) as aside:
        new = Path(aside, "new")
        new.mkdir()
        for found, result in worker_pool.map_tasks(tasks(), partial(worker_pool.processes, jobs)):
            if not isinstance(result, FileResult):
                done.without.append(f"{found.student}: it could not be read: {result}")
            elif not result.drawn:
                done.without.append(f"{found.student}: {result.reading.problem or 'still blank'}")
            else:
                folder = new / folder_name(found.folder.parent.name)
                folder.mkdir()
                write_text(folder / f"{assignment}.py", [result.drawn])
                done.written += 1
        if target.exists():
            target.rmdir()
        new.rename(target)
    return done


def _own_code(
    given: dict[str, str],
    exercises: Sequence[str],
    submission: Submission,
    merged: MergedNotebook,
    results: Sequence[Result],
) -> str:
    """Return the code that a student wrote; with the first two bound, serve as a `Draw`.

    Lines of the course's own version of a cell are left out, such as the docstring around a blank.
    """
    pieces = []
    for cell in merged.notebook.cells:
        if cell.cell_type != "code" or cell.source == given.get(cell.id):
            continue
        theirs = {line.strip() for line in given.get(cell.id, "").splitlines()}
        heads = tuple(f"def {name}(" for name in exercises)
        lines = [
            line
            for line in cell.source.splitlines()
            if line.strip() not in theirs or not line.strip() or line.startswith(heads)
        ]
        if any(line.strip() and not line.startswith(heads) for line in lines):
            pieces.append("\n".join(lines).strip("\n") + "\n")
    return "\n".join(pieces)

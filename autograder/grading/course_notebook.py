"""Read the course's own notebook of an assignment, and find its exercises in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import notebooks
from autograder.course.notebooks import SOLUTION
from autograder.errors import UsageError
from autograder.grading.submission_file import Cell

__all__ = [
    "CourseNotebook",
    "answer_cells",
    "judged_exercises",
    "read_course_notebook",
    "test_cells",
]


def read_course_notebook(root: Path, assignment: str) -> NotebookNode:
    """Return the course's own notebook of an assignment."""
    course = notebooks.read(notebooks.notebook_of(root, assignment))
    if not test_cells(course):
        raise UsageError(f"There is nothing to grade in {assignment}: it has no exercises.")
    for cell in test_cells(course).values():
        notebooks.refuse_changed_points(cell, f"notebooks/{assignment}, {cell.id}")
    return course


def test_cells(course: NotebookNode) -> dict[str, NotebookNode]:
    """Return the graded cells of a course notebook by exercise, in order."""
    return {
        cell.metadata.nbgrader.grade_id.removesuffix(SOLUTION): cell
        for cell in course.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }


def judged_exercises(course: NotebookNode) -> list[str]:
    """Return the exercises that are judged by their tests, not by hand, in order."""
    tests = test_cells(course)
    return [name for name, cell in tests.items() if not cell.metadata.nbgrader.solution]


def answer_cells(course: NotebookNode) -> dict[str, NotebookNode]:
    """Return the cells that a student fills in by exercise, in order."""
    return {
        cell.metadata.nbgrader.grade_id.removesuffix(SOLUTION): cell
        for cell in course.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


class CourseNotebook:
    """A course notebook, indexed once for all submissions.

    Attributes
    ----------
    notebook : NotebookNode
    texts : the stripped text of each cell; `all_texts` as a set
    answers, tests : indices of each exercise's answer cell and graded cell
    checks : the exercise of each test cell, by index
    given : indices of the course's own code cells, such as setup and demonstrations
    prose : indices of the cells with the course's text
    """

    def __init__(self, notebook: NotebookNode) -> None:
        self.notebook = notebook
        self.texts = [cell.source.strip() for cell in notebook.cells]
        self.all_texts = frozenset(self.texts)
        indices = {id(cell): index for index, cell in enumerate(notebook.cells)}
        self.answers = {name: indices[id(cell)] for name, cell in answer_cells(notebook).items()}
        self.tests = {name: indices[id(cell)] for name, cell in test_cells(notebook).items()}
        answers = set(self.answers.values())
        self.checks = {at: name for name, at in self.tests.items() if at not in answers}
        rest = set(range(len(notebook.cells))) - answers - set(self.checks)
        self.given = {at for at in rest if notebook.cells[at].cell_type == "code"}
        self.prose = rest - self.given
        ids = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in notebook.cells]
        self._by_grade_id = {grade_id: index for index, grade_id in enumerate(ids)}
        self._by_id = {cell.get("id", ""): index for index, cell in enumerate(notebook.cells)}
        self._by_text = {text: index for index, text in enumerate(self.texts)}

    def match(self, theirs: Sequence[Cell]) -> dict[int, int]:
        """Map each student cell's index to the index of the course cell that it matches.

        A course cell with the same text is preferred, then one with the same grade id, then one
        with the same cell id. An id does not count if the course cell's text is in another student
        cell, or if several of them share the cell id. An id of an answer cell always counts: an
        answer with the text of one of the course's demonstrations is still an answer.
        """
        answers = set(self.answers.values())
        graded = answers | set(self.tests.values())
        their_texts = {their.source.strip() for their in theirs}
        id_counts = Counter(their.id for their in theirs)
        matches = {}
        for i, their in enumerate(theirs):
            text = their.source.strip()
            is_distinct = id_counts[their.id] == 1 or self._by_id.get(their.id) in answers
            by_id = (self._by_id, their.id if is_distinct else "")
            lookups = ((self._by_grade_id, their.grade_id), by_id, (self._by_text, text))
            found = [index[key] for index, key in lookups if key and key in index]
            same_text = [at for at in found if self.texts[at] == text]
            others = [at for at in found if at in answers or self.texts[at] not in their_texts]
            if answers & set(others) and not graded & set(same_text):
                same_text = []
            if same_text or others:
                matches[i] = (same_text or others)[0]
        return matches

"""Merge answers into the small course's notebook, as grading does before it runs its cells."""

from autograder.grading.course_notebook import CourseNotebook
from autograder.grading.merge import code_cells, merge_answers
from autograder.grading.submission_file import cells_of
from tests.support.small_course import solved

COURSE = solved()


def pieces(**answers):
    """Return the cells to run of a notebook that is right but for these answers."""
    cells = cells_of(solved(**answers))
    return tuple(code_cells(merge_answers(CourseNotebook(COURSE), cells)))

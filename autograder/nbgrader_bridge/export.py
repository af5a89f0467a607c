"""Export the gradebook by nbgrader's own command, with what its table leaves out.

    nbgrader export --exporter autograder.nbgrader_bridge.export.GradesExport --to grades.csv

nbgrader's own table counts pending points as 0 without a word, and has no comments.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from nbgrader.plugins import ExportPlugin

from autograder.files import write_text
from autograder.grading.grades_table import harmless
from autograder.grading.results import points_text
from autograder.nbgrader_bridge.gradebook import recorded, with_grades

__all__ = ["GradesExport"]

COLUMNS = (
    *("assignment", "student", "last_name", "first_name", "email"),
    *("total", "max", "pending", "late", "penalty", "comments"),
)


class GradesExport(ExportPlugin):  # type: ignore[misc]  # nbgrader ships without types
    """A table with a row for each student and assignment, as `course grade` counts them.

    Who handed in nothing has no total: whether that is a 0 is the instructor's to say.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the table to `to`, by default ``grades.csv``.

        Raises
        ------
        UsageError
            When the file cannot be written.
        """
        target = Path(self.to or "grades.csv")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        wanted = {str(name) for name in self.assignment}
        for assignment in gradebook.assignments:
            if not wanted or assignment.name in wanted:
                rows = self._rows(gradebook, assignment)
                writer.writerows([harmless(value) for value in row] for row in rows)
        write_text(target, [text.getvalue()])
        self.log.info("Exported the grades to %s", target)

    def _rows(self, gradebook: Gradebook, assignment: Assignment) -> Iterator[list[str]]:
        graded, answers = {}, {}
        for notebook in assignment.notebooks:
            for cell in (*notebook.grade_cells, *notebook.task_cells):
                graded[cell.id] = f"{notebook.name}, {cell.name}", float(cell.max_score)
            for cell in (*notebook.solution_cells, *notebook.task_cells):
                answers[cell.id] = cell.name
        most = float(assignment.max_score)
        entries = gradebook.db.query(SubmittedAssignment).filter_by(assignment_id=assignment.id)
        found = {one.student_id: one for one in entries.options(with_grades())}
        wanted = {str(name) for name in self.student}
        for student in gradebook.students:
            if wanted and student.id not in wanted:
                continue
            about = (student.last_name, student.first_name, student.email)
            row = [assignment.name, student.id, *(value or "" for value in about)]
            if student.id not in found:
                yield [*row, "", points_text(most), "", "", "", ""]
                continue
            one = recorded(found[student.id], graded, answers, most)
            pending = sum(
                points for name, points in graded.values() if one.points.get(name) is None
            )
            numbers = (one.total, one.max_points, pending, one.hours_late, one.penalty)
            yield [*row, *map(points_text, numbers), one.said]

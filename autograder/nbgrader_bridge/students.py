"""Take a student out of nbgrader's gradebook."""

from __future__ import annotations

from nbgrader.api import Gradebook, MissingEntry

from autograder.nbgrader_bridge.workspace import Workspace

__all__ = ["remove_student"]


def remove_student(workspace: Workspace, student: str) -> bool:
    """Remove a student with all submissions and grades; return whether there was one."""
    directory = workspace.directory
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        try:
            gradebook.remove_student(student)
        except MissingEntry:
            return False
    return True

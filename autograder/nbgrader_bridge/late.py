"""Bring the due dates and the late rule of `grading.toml` into nbgrader's gradebook."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from traitlets.config import Config

from autograder.grading.lateness import Lateness
from autograder.grading.settings_file import GradingSettings

__all__ = ["LatePenalty", "enter_due_date", "late_plugin", "settings_of_workspace"]


def settings_of_workspace(config: Config) -> GradingSettings:
    """Return what `grading.toml` says in the workspace with this configuration."""
    root = config.get("CourseDirectory", {}).get("root", ".")
    return GradingSettings.beside(Path(str(root), "submitted"))


class LatePenalty(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader ships without types
    """The rule of `grading.toml`, in the place of nbgrader's own.

    nbgrader tells a plugin no assignment, so extensions for single assignments need `assignment`.
    """

    lateness: Lateness | None = None
    assignment = ""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Return the points to take off; without a rule, what nbgrader's own plugin says."""
        lateness = self.lateness or settings_of_workspace(self.config).lateness
        if lateness.rule is None:
            own: float | None = super().late_submission_penalty(
                student_id, score, total_seconds_late
            )
            return own
        return lateness.penalty(student_id, self.assignment, score, total_seconds_late)


def late_plugin(lateness: Lateness, assignment: str) -> LatePenalty:
    """Return the plugin for one assignment."""
    plugin = LatePenalty()
    plugin.lateness, plugin.assignment = lateness, assignment
    return plugin


def enter_due_date(gradebook: Gradebook, assignment: str, lateness: Lateness) -> None:
    """Enter the assignment's due date as nbgrader keeps it: in UTC, without a zone."""
    if due := lateness.due.get(assignment):
        entry = gradebook.find_assignment(assignment)
        entry.duedate = due.astimezone(UTC).replace(tzinfo=None)
        gradebook.db.commit()

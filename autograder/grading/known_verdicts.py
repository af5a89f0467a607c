"""Look up what grading kept of a submission, with the settings that its result names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.grading.class_folder import Submission
from autograder.grading.course_notebook import read_course_notebook
from autograder.grading.grade_file import FileTask
from autograder.grading.missing_verdicts import MissingVerdicts
from autograder.grading.results import settings_of
from autograder.grading.verdict_cache import VerdictCache

__all__ = ["KnownVerdicts"]


class KnownVerdicts:
    """The verdicts that the cache has of an assignment, by submission.

    Parameters
    ----------
    root : the course's folder
    assignment : that was graded
    cache : open; it lies in the folder of the results
    """

    def __init__(self, root: Path, assignment: str, cache: VerdictCache) -> None:
        self._root, self._assignment, self._cache = root, assignment, cache
        self._course = read_course_notebook(root, assignment)
        self._readers: dict[tuple[str, bool], MissingVerdicts] = {}

    def task(self, submission: Submission, record: Mapping[str, Any]) -> FileTask | None:
        """Return the task that draws a page; None for a file that was not graded as it is.

        `record` is one of the student's in ``results.jsonl``.
        """
        found, reader = self._found(submission, record)
        if found.reading is None:
            return None
        files = tuple((path.name, path) for path in found.notebooks)
        return FileTask(self._root, self._assignment, found, files, (), reader.settings)

    def keys(self, submission: Submission, record: Mapping[str, Any]) -> set[str]:
        """Return the keys of all that the cache may have of this submission as it is."""
        if not submission.notebooks:
            return set()
        found, reader = self._found(submission, record)
        return {reader.reading_key(found), found.output_key, *found.keys.values()} - {""}

    def _found(
        self, submission: Submission, record: Mapping[str, Any]
    ) -> tuple[Submission, MissingVerdicts]:
        """Return the submission with what is known of it, and who found that."""
        settings = settings_of(self._cache.path.parent, record)
        for sandboxed in (True, False):
            key = str(settings), sandboxed
            if key not in self._readers:
                self._readers[key] = MissingVerdicts(
                    self._root,
                    self._assignment,
                    self._course,
                    settings,
                    self._cache,
                    sandboxed,
                    None,
                )
            reader = self._readers[key]
            found = replace(submission, notes=[*submission.notes], verdicts={}, keys={})
            reader.task_for(found)
            if found.verdicts or not found.gradable:
                break
        return found, reader

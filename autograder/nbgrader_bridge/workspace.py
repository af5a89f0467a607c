"""Read a workspace's nbgrader configuration, and open its gradebook."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGrader
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from autograder.course.notebooks import assignments
from autograder.errors import UsageError
from autograder.files import ROOT
from autograder.grading.class_folder import one_line
from autograder.nbgrader_bridge.course_directory import CONFIG, is_stale
from autograder.nbgrader_bridge.gradebook import Book

__all__ = ["Workspace", "own_notebook"]

WAIT = 60  # seconds to wait while another program locks the gradebook


class Workspace:
    """A course directory that `course workspace` made, with its nbgrader configuration.

    Raises
    ------
    UsageError
        When the folder is not a workspace.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        if not (folder / CONFIG).is_file():
            raise UsageError(
                f"{folder} is no workspace: `course workspace {shlex.quote(str(folder))}` makes "
                "it one."
            )
        path = sys.path[:]
        with chdir(folder):  # nbgrader reads the configuration of the current folder
            nbgrader = NbGrader()
            nbgrader.initialize([])
            self.late = AssignLatePenalties(config=nbgrader.config)
            self.late.init_plugin()
        sys.path[:] = path
        self.config, self.directory = nbgrader.config, nbgrader.coursedir

    @property
    def gradebook(self) -> str:
        """Return the gradebook's address, without a password."""
        return str(make_url(self.directory.db_url))

    def warnings(self, root: Path, assignment: str) -> Iterator[str]:
        """Yield a sentence if ``source/`` is older than the course."""
        if is_stale(root, self.folder, assignment):
            there = shlex.quote(str(self.folder))
            yield (
                f"The course changed since source/{assignment} was made: students have an older "
                f"page and answer key. `course workspace {there}` brings it up to date; then "
                "generate and release the assignment again."
            )

    @contextmanager
    def book(self, assignment: str) -> Iterator[Book]:
        """Yield the gradebook, open for one assignment; commit queued grades at the end.

        Raises
        ------
        UsageError
            When the assignment is not in the gradebook yet, or the gradebook cannot be used.
        """
        if assignment not in assignments(ROOT) and (self.folder / "source" / assignment).is_dir():
            raise UsageError(own_notebook(assignment))
        url = make_url(self.directory.db_url)
        is_file = url.get_backend_name() == "sqlite" and url.database
        if is_file and not Path(str(url.database)).is_file():
            raise self._not_yet(assignment)
        waiting = url.update_query_dict({"timeout": str(WAIT)}) if is_file else url
        try:
            address = waiting.render_as_string(hide_password=False)
            with Gradebook(address, self.directory.course_id) as gradebook:
                try:
                    book = Book(self.directory, self.late, gradebook, assignment)
                except MissingEntry:
                    raise self._not_yet(assignment) from None
                try:
                    yield book
                finally:
                    book.commit()
                if book.refused:
                    reasons = "; ".join(f"{name} ({why})" for name, why in book.refused.items())
                    raise UsageError(
                        "The gradebook has everybody's grades, except those that it did not take: "
                        f"{one_line(reasons)}."
                    )
        except DBAPIError as error:
            what = url.database if is_file else url
            raise UsageError(
                f"The gradebook {what} is in use by another program, and was for {WAIT} seconds: "
                "close that one, and type the same command again; it goes on from here."
                if "locked" in str(error.orig)
                else f"The gradebook {what} cannot be used: {error.orig}."
            ) from error

    def _not_yet(self, assignment: str) -> UsageError:
        there = shlex.quote(str(self.folder))
        return UsageError(
            f"{assignment} is not in the gradebook yet: type "
            f"`cd {there} && nbgrader generate_assignment {assignment}`, then this again."
        )


def own_notebook(name: str) -> str:
    """Return the sentence that refuses an instructor's own notebook, and says what grades it."""
    return (
        f"{name} is a notebook of your own, not of the course: its tests run in one program with "
        "students' code, which the sandbox does not allow. `nbgrader autograde` runs it with your "
        "own rights if nbgrader_config.py says `c.Execute.no_sandbox = True` while you grade it."
    )

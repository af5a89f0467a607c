"""Keep what a download told about each hand-in, in ``submitted/.collected/ASSIGNMENT.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autograder.errors import UsageError
from autograder.files import write_text
from autograder.lms.layouts import HandIn
from autograder.lms.roster import Roster
from utils.checker.verdict import printable

__all__ = ["FOLDER", "MADE_HERE", "REPORTS", "Record", "Records", "with_name"]

MADE_HERE = b"Pages of feedback, packed by course feedback"
"""The comment in each zip that `course feedback` writes, so that `course forget` knows them."""

REPORTS = "report*.html"
"""The pages on a class that `course report` writes into the folder of the grades."""

FOLDER = ".collected"  # neither `course grade` nor nbgrader takes it for a student's


def with_name(student: str, names: Mapping[str, str]) -> str:
    """Return a student as lists show them.

    >>> with_name("ab12", {"ab12": "Ada Byron"}), with_name("cd34", {})
    ('Ada Byron (ab12)', 'cd34')
    """
    return f"{names[student]} ({student})" if student in names else student


@dataclass(frozen=True)
class Record:
    """One student's hand-in.

    Attributes
    ----------
    student : the folder's name
    system, key, ids, name, upload, late, order : those of the `HandIn`
    at : the time in UTC, or ""
    called : the student's own name, to be shown; "" where none is known
    """

    student: str
    system: str
    key: str
    ids: tuple[str, ...]
    name: str
    upload: str
    late: bool
    at: str
    order: str
    called: str = ""

    @classmethod
    def of(cls, student: str, one: HandIn, called: str = "") -> Record:
        """Return the record of a hand-in; `called` is the student's name in a roster."""
        at = one.at.isoformat() if one.at else ""
        who = (student, one.system, one.key, tuple(one.ids), one.name)
        squeezed = one.system == "canvas"  # "byronada"
        called = printable(called or ("" if squeezed else one.name))
        return cls(*who, one.upload, one.late, at, one.order, called)


@dataclass
class Records:
    """The hand-ins of one assignment, by student."""

    path: Path
    by_student: dict[str, Record] = field(default_factory=dict)

    @classmethod
    def read(cls, submissions: Path, assignment: str) -> Records:
        """Read what was collected before; nothing, if that is none.

        Raises
        ------
        UsageError
            When the file is damaged.
        """
        path = submissions / FOLDER / f"{assignment}.json"
        try:
            found = msgspec.json.decode(path.read_bytes(), type=list[Record])
        except FileNotFoundError:
            return cls(path)
        except (OSError, msgspec.DecodeError) as error:
            raise UsageError(
                f"{path} cannot be read: {error}. Move it away, and collect again with --force."
            ) from error
        return cls(path, {one.student: one for one in found})

    def names(self, roster: Roster | None = None) -> dict[str, str]:
        """Return the students' own names, as far as they are known: the roster's, or a download's.

        A student without a name is left out.
        """
        people = roster.people if roster else []
        found = {name: one.called for name, one in self.by_student.items()}
        found |= {one.student: printable(one.name) for one in people if one.name}
        return {student: name for student, name in found.items() if name}

    def keeps(self, student: str, one: HandIn, folder: Path, *, force: bool) -> str:
        """Return why the student's folder stays as it is; "" where the hand-in takes its place."""
        before = self.by_student.get(student)
        if not folder.exists() or force:
            return ""
        if before is None:
            return "its folder was not made by `course collect`; --force replaces it"
        now = Record.of(student, one)
        if before.system == now.system and before.order > now.order:
            return f"a newer attempt was collected before ({before.upload or before.at})"
        return ""

    def add(self, record: Record) -> None:
        """Add a record, in the place of the student's earlier one."""
        self.by_student[record.student] = record

    def write(self) -> None:
        """Write the records."""
        self.path.parent.mkdir(exist_ok=True)
        records = [msgspec.to_builtins(one) for one in self.by_student.values()]
        write_text(self.path, [json.dumps(records, ensure_ascii=False, indent=1), "\n"])

"""Keep what a download told about each hand-in, in ``submitted/.collected/ASSIGNMENT.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autograder.errors import UsageError
from autograder.files import write_text
from autograder.lms.layouts import HandIn

__all__ = ["FOLDER", "MADE_HERE", "REPORTS", "Record", "Records"]

MADE_HERE = b"Pages of feedback, packed by course feedback"
"""The comment in each zip that `course feedback` writes, so that `course forget` knows them."""

REPORTS = "report*.html"
"""The pages on a class that `course report` writes into the folder of the grades."""

FOLDER = ".collected"  # neither `course grade` nor nbgrader takes it for a student's


@dataclass(frozen=True)
class Record:
    """One student's hand-in.

    Attributes
    ----------
    student : the folder's name
    system, key, ids, name, upload, late, order : those of the `HandIn`
    at : the time in UTC, or ""
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

    @classmethod
    def of(cls, student: str, one: HandIn) -> Record:
        """Return the record of a hand-in."""
        at = one.at.isoformat() if one.at else ""
        who = (student, one.system, one.key, tuple(one.ids), one.name)
        return cls(*who, one.upload, one.late, at, one.order)


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

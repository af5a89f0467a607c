"""Match what a download or a grade book calls a person with the student's folder, and never guess.

A roster is a CSV file with a line for each student: Canvas's own gradebook export, Moodle's grading
worksheet, or a table with a column ``student`` and any of those in `COLUMNS`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import UsageError
from autograder.table import Table
from utils.checker.verdict import printable

__all__ = ["Person", "Roster", "folder_name"]

COLUMNS = {
    "student": ("student", "student_id", "folder"),
    "name": ("name", "full name", "fullname", "student name"),
    "first": ("first name", "firstname", "first_name"),
    "last": ("last name", "lastname", "last_name", "surname"),
    "canvas": ("canvas_id", "canvas id"),
    "moodle": ("moodle_id", "moodle id", "identifier"),
    "sid": ("sid", "sis user id", "sis_user_id", "id number", "idnumber", "roster_identifier"),
    "login": ("login", "sis login id", "login_id", "username", "user", "github", "github_username"),
    "email": ("email", "email address", "e-mail"),
    "group": ("group",),
    "download": ("download",),
}
"""The columns of a roster, each by the names that it may have, in any case."""

# What identifies a person in each system. A number of Canvas's may be another person's elsewhere.
KINDS = {"canvas": ("canvas",), "moodle": ("moodle",)}
ELSEWHERE = ("student", "sid", "login", "email")


@dataclass(frozen=True)
class Person:
    """A line of a roster: the student's folder, and all that identifies the student."""

    student: str
    line: int
    values: dict[str, str]
    names: frozenset[str]

    def has(self, kind: str, values: Iterable[str]) -> bool:
        """Return whether one of these identifies the person in a column of this kind."""
        mine = self.values.get(kind, "").casefold()
        return bool(mine) and mine in {one.casefold() for one in values}

    @property
    def name(self) -> str:
        """Return the name as it is spoken, "Ada Byron" for "Byron, Ada"; "" where there is none."""
        last, comma, first = self.values.get("name", "").partition(",")
        return " ".join([first.strip(), last.strip()]).strip() if comma else last.strip()

    @property
    def pretended(self) -> bool:
        """Return whether this is Canvas's own Test Student, whom nobody expects to hand in."""
        return "canvas" in self.values and self.values.get("name") == "Student, Test"


@dataclass
class Roster:
    """The people of a class.

    Attributes
    ----------
    path : the file
    people : in its order
    """

    path: Path
    people: list[Person] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Roster:
        """Read a roster.

        Raises
        ------
        UsageError
            When no column says who the students are, or two lines are for one folder.
        """
        return cls.of(Table.read(path))

    @classmethod
    def of(cls, table: Table) -> Roster:
        """Return the roster in a table."""
        columns = _columns(table)
        found = cls(table.path)
        folders: dict[str, int] = {}
        for at, record in table.records():
            values = {
                kind: record[column].strip()
                for kind, column in columns.items()
                if column < len(record)
            }
            if "moodle" in values:
                digits = re.search(r"(\d+)$", values["moodle"])
                values["moodle"] = digits[1] if digits else ""
            if is_canvas(table) and not values.get("canvas"):
                continue  # the lines about points and posting
            if "first" in values or "last" in values:
                name = f"{values.pop('last', '')}, {values.pop('first', '')}"
                values.setdefault("name", name)
            kinds = ("student", "login", "sid", "email", "canvas")
            student = next(filter(None, map(values.get, kinds)), None)
            if student is None and values.get("moodle"):
                student = f"{values.get('name', '')}_{values['moodle']}"
            if not student:
                raise UsageError(f"{table.path}, line {at + 1}: nothing says whose line it is.")
            student = folder_name(student)
            if student in folders:
                raise UsageError(
                    f"{table.path}, lines {folders[student] + 1} and {at + 1}: both are for "
                    f"{printable(student)}."
                )
            folders[student] = at
            names = frozenset(_name_keys(values.get("name", "")))
            found.people.append(Person(student, at, values, names))
        if not found.people:
            raise UsageError(f"{table.path} has no students.")
        return found

    def find(
        self, system: str, key: str, ids: Sequence[str], name: str
    ) -> tuple[list[Person], str]:
        """Return whom a hand-in is of, or nobody and the reason.

        Parameters
        ----------
        system, key, ids, name : those of the `HandIn`, or of a student in the grades
        """
        named = [one for one in self.people if one.has("download", [key, *ids])]
        if named:
            return named, ""
        group = squeezed(name)
        members = [
            one for one in self.people if group and squeezed(one.values.get("group", "")) == group
        ]
        if members:
            return members, ""
        kinds = KINDS.get(system, ELSEWHERE)
        by_id = [one for one in self.people if any(one.has(kind, ids) for kind in kinds)]
        if len(by_id) == 1:
            return by_id, ""
        if by_id:
            return [], f"{_lines(by_id)} have its id"
        keys = set(_name_keys(name))
        alike = [one for one in self.people if keys & one.names]
        # A person with another id is another person, of the same name.
        fit = [one for one in alike if not any(one.values.get(k) for k in KINDS.get(system, ()))]
        if len(fit) == 1:
            return fit, ""
        if fit:
            return [], f"{_lines(fit)} have this name"
        if alike:
            return [], f"{_lines(alike)} has this name and another id"
        return [], "nobody in the roster"


def is_canvas(table: Table) -> bool:
    """Return whether a table is Canvas's gradebook, by its columns."""
    header = table.header
    named = header[:1] == ["Student"] or header[:2] == ["LastName", "FirstName"]
    return named and "ID" in header and "Section" in header


def moodle_identifier(table: Table) -> int | None:
    """Return the column of Moodle's identifiers, "Participant 123" in any language, or None."""
    records = [values for _, values in table.records()]
    if len(table.header) >= 5 and records:
        for column in range(2):
            if all(len(r) > column and re.fullmatch(r"\D+\d+", r[column]) for r in records):
                return column
    return None


def _columns(table: Table) -> dict[str, int]:
    """Return the column of each kind."""
    header = [one.strip().casefold() for one in table.header]
    found = {
        kind: next(header.index(one) for one in names if one in header)
        for kind, names in COLUMNS.items()
        if set(names) & set(header)
    }
    if is_canvas(table):
        if "student" in header:
            found["name"] = found.pop("student")
        else:
            found |= {"last": 0, "first": 1}
        return found | {"canvas": header.index("id")}
    if (identifier := moodle_identifier(table)) is not None and "student" not in found:
        found = {kind: at for kind, at in found.items() if kind not in ("download", "group")}
        found |= {"moodle": identifier, "name": found.get("name", identifier + 1)}
        records = [values for _, values in table.records()]
        for column in range(len(header)):  # in another language, an address is still one
            if all(len(r) > column and re.fullmatch(r"\S+@\S+", r[column]) for r in records):
                found.setdefault("email", column)
        return found
    if not {"student", "sid", "login", "email"} & found.keys():
        raise UsageError(
            f"{table.path}: no column says who the students are. It needs `student`, the name of "
            f"each one's folder; others are {', '.join(k for k in COLUMNS if k != 'student')}. "
            f"It has: {', '.join(filter(None, table.header)) or 'none'}."
        )
    return found


def squeezed(name: str) -> str:
    """Return the letters and digits of a name, in small letters, as Canvas writes it.

    >>> squeezed("O'Neil-Smith, Zoë")
    'oneilsmithzoë'
    """
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name)).casefold()


def _name_keys(name: str) -> Iterator[str]:
    """Yield a name squeezed, in each order of its words: Ada Byron, Byron Ada."""
    words = re.split(r"[\s,_]+", name.strip(" ,"))
    for first in range(len(words)):
        key = squeezed("".join(words[first:] + words[:first]))
        if key:
            yield key


def _lines(people: Sequence[Person]) -> str:
    numbers = ", ".join(str(one.line + 1) for one in people)
    return f"line{'s' if len(people) > 1 else ''} {numbers} of the roster"


def folder_name(text: str) -> str:
    """Return a text as the name of a student's folder.

    >>> folder_name("../ada"), folder_name("Ada Byron_12")
    ('ada', 'Ada Byron_12')
    """
    name = "".join("_" if one in '/\\:*?"<>|' or not one.isprintable() else one for one in text)
    return name.strip().lstrip("._ ")[:100].rstrip(". ") or "unnamed"

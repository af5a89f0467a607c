"""Recognize whose download it is by its names: Canvas, Moodle, Gradescope, Blackboard, folders.

Each layout turns the files of a download into hand-ins. The names are those that the systems' own
code gives; `docs/instructor.md` shows one of each.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

from autograder.errors import UsageError
from autograder.lms.download import Entry

__all__ = ["HandIn", "hand_ins"]


@dataclass
class HandIn:
    """What one person, or group, handed in.

    Attributes
    ----------
    system : "canvas", "moodle", "gradescope", "blackboard" or "folders"
    key : its name in the download; a roster's column `download` may name it
    ids : what identifies the person: user id, email, login, number
    name : the person's or group's, as the system writes it; empty if hidden
    files : without the system's additions to their names
    at : the time of submission, if the download tells it
    late : whether the system marked it late
    upload : the name that a file with feedback needs, to find its way back
    order : grows from one attempt to the next, as far as the system tells
    set_aside : names of older attempts
    """

    system: str
    key: str
    ids: tuple[str, ...] = ()
    name: str = ""
    files: list[Entry] = field(default_factory=list)
    at: datetime | None = None
    late: bool = False
    upload: str = ""
    order: str = ""
    set_aside: list[str] = field(default_factory=list)


def hand_ins(entries: Sequence[Entry]) -> list[HandIn]:
    """Return the hand-ins of a download in order, whichever system it is from.

    Raises
    ------
    UsageError
        When its files lie loose, as no system packs them.
    """
    inner = list(entries)
    while inner:
        for layout in (_gradescope, _moodle, _canvas, _blackboard):
            if found := layout(inner):
                return found
        if len({one.parts[0] for one in inner}) > 1 or any(len(one.parts) < 2 for one in inner):
            break
        inner = [Entry(one.parts[1:], one.file) for one in inner]  # a folder around it all
    return _folders(entries)


def _most(entries: Iterable[Any], matched: Sequence[Any]) -> bool:
    """Return whether a pattern fits the download as a whole: a few strays do not matter."""
    return len(matched) * 2 > len(list(entries))


# -- Canvas ---------------------------------------------------------------------------------------

_CANVAS = re.compile(r"(\w+?)_(LATE_)?([1-9]\d*)_([1-9]\d*)_(.+)")
_CANVAS_TEXT = re.compile(r"(\w+?)_(LATE_)?([1-9]\d*)_((?:text|link)\.html)")
_CANVAS_HIDDEN = re.compile(r"anon_(\w+?)_(LATE_)?(?:([1-9]\d*)_)?([1-9]\d*)_(.+)")
_CANVAS_HIDDEN_TEXT = re.compile(r"anon_(\w+?)_(LATE_)?((?:text|link)\.html)")


def _canvas(entries: Sequence[Entry]) -> list[HandIn]:
    parsed = [(one, found) for one in entries if (found := _canvas_name(one.parts[0]))]
    if not _most(entries, parsed):
        return []
    people: dict[str, HandIn] = {}
    newest: dict[tuple[str, str], tuple[int, list[Entry], str]] = {}
    for entry, (name, late, user, attachment, file) in parsed:
        one = people.setdefault(user, HandIn("canvas", f"{name}_{user}", (user,), name))
        one.late |= late
        inner = Entry((file, *entry.parts[1:]), entry.file)
        attempt = user, _without_number(file)
        number, files, outer = newest.get(attempt, (-1, [], ""))
        if attachment == number:  # another file of the same zip
            files.append(inner)
        elif attachment > number:
            if outer:
                one.set_aside.append(outer)
            newest[attempt] = attachment, [inner], entry.parts[0]
        elif entry.parts[0] not in one.set_aside:
            one.set_aside.append(entry.parts[0])
    for (user, _), (attachment, files, outer) in newest.items():
        one = people[user]
        one.files += [Entry((_without_number(f.parts[0]), *f.parts[1:]), f.file) for f in files]
        one.order = max(one.order, f"{attachment:020}")
        if attachment and (not one.upload or outer.casefold().endswith(".ipynb")):
            one.upload = outer
    return list(people.values())


def _canvas_name(name: str) -> tuple[str, bool, str, int, str] | None:
    """Return the parts of a name in Canvas's zip: name, late, user, attachment, file."""
    if name.startswith("anon_"):
        if match := _CANVAS_HIDDEN_TEXT.fullmatch(name):
            return "", bool(match[2]), f"anon_{match[1]}", 0, match[3]
        if match := _CANVAS_HIDDEN.fullmatch(name):
            return "", bool(match[2]), f"anon_{match[1]}", int(match[4]), match[5]
    if match := _CANVAS_TEXT.fullmatch(name):
        return match[1], bool(match[2]), match[3], 0, match[4]
    if match := _CANVAS.fullmatch(name):
        return match[1], bool(match[2]), match[3], int(match[4]), match[5]
    return None


def _without_number(file: str) -> str:
    """Return a file's name without the number of a resubmission: notebook-2.ipynb."""
    stem, dot = os.path.splitext(file)
    return re.sub(r"-\d+$", "", stem) + dot


# -- Moodle ---------------------------------------------------------------------------------------

_MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_([a-z]+)_?(?:(?<=_)(.+))?")


def _moodle(entries: Sequence[Entry]) -> list[HandIn]:
    people: dict[str, HandIn] = {}
    for entry in entries:
        match = _MOODLE.fullmatch(entry.parts[0])
        if not match:
            continue
        name, user, plugin, flat = match.groups()
        files = (flat, *entry.parts[1:]) if flat else entry.parts[1:]
        one = people.setdefault(user, HandIn("moodle", f"{name}_{user}", (user,)))
        # Names are hidden where the name is one word for all, in the site's language.
        one.name = name
        one.files.append(Entry(files or entry.parts, entry.file))
        if plugin == "file" or not one.upload:
            one.upload = f"{name}_{user}_assignsubmission_file"
    if len(people) > 1 and len({one.name for one in people.values()}) == 1:
        for one in people.values():
            one.name = ""
    return list(people.values())


# -- Gradescope -----------------------------------------------------------------------------------

METADATA = "submission_metadata.yml"
LONGEST = 64 << 20  # bytes of the metadata


def _gradescope(entries: Sequence[Entry]) -> list[HandIn]:
    tables = [one for one in entries if one.parts == (METADATA,)]
    if not tables:
        return []
    table = _yaml(tables[0].file)
    found = []
    for folder, about in table.items():
        if not isinstance(about, dict):
            continue
        files = [Entry(one.parts[1:], one.file) for one in entries if one.parts[0] == folder]
        files = [one for one in files if one.parts]
        created = about.get(":created_at")
        at = created if isinstance(created, datetime) else None
        people = [one for one in about.get(":submitters") or [] if isinstance(one, dict)]
        for person in people or [{}]:  # each of a group gets it
            ids = [str(person[key]) for key in (":sid", ":email") if person.get(key)]
            one = HandIn("gradescope", str(folder), tuple(ids), str(person.get(":name") or ""))
            one.files, one.at, one.order = list(files), at, str(at or "")
            found.append(one)
    return found


def _yaml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LONGEST:
            raise UsageError(f"{METADATA} is larger than {LONGEST >> 20} MB.")
        with path.open(encoding="utf-8") as file:
            table = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{METADATA} cannot be read: {str(error).splitlines()[0]}.") from error
    if not isinstance(table, dict):
        raise UsageError(f"{METADATA} is no table of submissions.")
    return table


# -- Blackboard -----------------------------------------------------------------------------------

_BLACKBOARD = re.compile(
    r"(.+)_attempt_(\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(.+)|(\.txt))?", re.DOTALL
)
_RECEIPT = re.compile(r"^Name:\s*(.*?)\s*\(([^()]+)\)\s*$", re.MULTILINE)


def _blackboard(entries: Sequence[Entry]) -> list[HandIn]:
    attempts: dict[tuple[str, str], list[tuple[Entry, str]]] = {}
    receipts: dict[tuple[str, str], tuple[str, str]] = {}
    for entry in entries:
        match = _BLACKBOARD.fullmatch(entry.parts[0])
        if not match:
            continue
        attempt, file = (match[1], match[2]), match[3] or ""
        attempts.setdefault(attempt, [])
        if match[4]:
            with entry.file.open(encoding="utf-8", errors="replace") as receipt:
                if said := _RECEIPT.search(receipt.read(10_000)):
                    receipts[attempt] = said[1], said[2]
        else:
            attempts[attempt].append(
                (Entry((file or entry.parts[0], *entry.parts[1:]), entry.file), entry.parts[0])
            )
    people: dict[str, HandIn] = {}
    for (before, when), files in sorted(attempts.items(), key=lambda one: one[0][1], reverse=True):
        name, user = receipts.get((before, when), ("", before.rpartition("_")[2]))
        if user in people:
            people[user].set_aside.append(f"{before}_attempt_{when}")
            continue
        # The time is that of the school; Blackboard does not say in which zone.
        at = datetime.strptime(when, "%Y-%m-%d-%H-%M-%S").astimezone(UTC)
        one = HandIn("blackboard", f"{before}_attempt_{when}", (user,), name, at=at)
        one.files, one.order = [file for file, _ in files], when
        people[user] = one
    return sorted(people.values(), key=lambda one: one.key)


# -- a folder for each student --------------------------------------------------------------------


def _folders(entries: Sequence[Entry]) -> list[HandIn]:
    """Return a hand-in for each folder: repositories, or nbgrader's own tree."""
    loose = [one for one in entries if len(one.parts) < 2]
    found: dict[str, HandIn] = {}
    for entry in entries:
        if len(entry.parts) >= 2:
            folder = entry.parts[0].removesuffix(".zip")
            one = found.setdefault(folder, HandIn("folders", folder, (folder,)))
            one.files.append(Entry(entry.parts[1:], entry.file))
    if len(loose) > len(found):
        raise UsageError(
            f"The download holds files such as {loose[0].name}, and neither a folder for each "
            "student nor names as Canvas, Moodle, Gradescope or Blackboard make them."
        )
    first, last = min(found, default=""), max(found, default="")
    same = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    )
    prefix = first[:same] if len(found) > 1 else ""
    prefix = prefix[: prefix.rfind("-") + 1]  # of repositories: forward-ada, forward-bob
    for folder, one in found.items():
        short = re.sub(r"-(main|master)$", "", folder)
        one.ids = tuple(dict.fromkeys((folder, short, short.removeprefix(prefix))))
    return list(found.values())

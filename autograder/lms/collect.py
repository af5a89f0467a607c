"""Sort a download into ``submitted/STUDENT/ASSIGNMENT/``, and say what became of each hand-in."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from autograder.course.notebooks import SOLUTION, assignments
from autograder.errors import UsageError
from autograder.files import ROOT, write_text
from autograder.grading.lateness import TIMESTAMP, submitted_at
from autograder.lms.download import Download, Entry
from autograder.lms.layouts import HandIn, hand_ins
from autograder.lms.records import Record, Records
from autograder.lms.roster import Person, Roster, folder_name
from utils.checker.verdict import printable
from utils.exercises import EXERCISES

__all__ = ["Collected", "collect"]

SEARCHED = 32 << 20  # bytes of a notebook in which the names of exercises are looked for
NAMED = 20  # lines of a list that are printed


@dataclass
class Collected:
    """What became of a download.

    Attributes
    ----------
    assignments : those that something was collected for
    matched : the students whose hand-in was sorted in, by folder
    late : those of them that were marked late
    set_aside : older attempts, each with its student
    unmatched : hand-ins without a student, each with the reason
    kept : students whose folder had a newer attempt, or files that no download brought
    missing : students of the roster who handed in nothing
    left_out : files that were not unpacked, each with the reason
    notes : what else to look at
    """

    assignments: list[str] = field(default_factory=list)
    matched: dict[str, HandIn] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield the table of the collection, and what is behind each number of it."""
        lists = {
            "older attempts set aside": self.set_aside,
            "no match": self.unmatched,
            "left as they are": self.kept,
            "not handed in": self.missing,
            "files left out": self.left_out,
            "to look at": self.notes,
        }
        yield f"Collected for {', '.join(self.assignments) or 'nothing'}:"
        yield f"  {'matched':<26}{len(self.matched):>5}"
        if self.late:
            yield f"  {'  of them late':<26}{len(self.late):>5}"
        for what, found in lists.items():
            if found or what in ("older attempts set aside", "no match", "not handed in"):
                yield f"  {what:<26}{len(found):>5}"
        for what, found in lists.items():
            if found:
                yield f"{what[0].upper()}{what[1:]}:"
                yield from (f"- {one}" for one in found[:NAMED])
                if len(found) > NAMED:
                    yield f"- and {len(found) - NAMED} more"
        if self.unmatched:
            yield (
                "To settle what has no match, write its name above into the column `download` of "
                "the student's line in the roster, and collect again."
            )


def collect(
    download: Path,
    submissions: Path,
    *,
    assignment: str | None = None,
    roster: Path | None = None,
    force: bool = False,
) -> Collected:
    """Sort a download into the folder of submissions.

    Parameters
    ----------
    download : the zip of Canvas, Moodle, Gradescope or Blackboard, or a folder
    submissions : gets ``STUDENT/ASSIGNMENT/`` for each student
    assignment : whose it is; by default what its notebooks say
    roster : says whose folder each hand-in belongs to; without it, each gets one of its own
    force : whether to replace files that no download brought

    Raises
    ------
    UsageError
        When the download cannot be read, or it is not clear which assignment it is for.
    """
    known = assignments(ROOT, [assignment] if assignment else [])
    if download.resolve() == submissions.resolve():
        raise UsageError(f"{download} is the folder that is collected into. Name another.")
    people = Roster.read(roster) if roster else None
    try:
        submissions.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".collecting-", dir=submissions) as aside:
            opened = Download(download, Path(aside))
            found = hand_ins(opened.entries)
            collected = Collected(left_out=opened.left_out)
            for name, of in _by_assignment(found, assignment, known, download).items():
                _sort_in(name, of, submissions, people, collected, force=force)
    except OSError as error:
        raise UsageError(f"{error.filename or submissions}: {error.strerror}.") from error
    return collected


# -- which assignment -----------------------------------------------------------------------------


def _by_assignment(
    found: Sequence[HandIn], wanted: str | None, known: Sequence[str], download: Path
) -> dict[str, list[HandIn]]:
    """Return the hand-ins of each assignment.

    A system's download is of one. In folders, each notebook tells by its name, or by its exercises.
    """
    if found and found[0].system == "folders":
        return _from_folders(found, wanted, known)
    if wanted:
        return {wanted: list(found)}
    votes = Counter(
        vote
        for one in found
        for vote in {assignment_of(entry, known) for entry in one.files} - {None}
    )
    if len(votes) != 1:
        holds = ", ".join(f"{name} ({count})" for name, count in votes.most_common())
        raise UsageError(
            f"{download.name} holds notebooks of {holds}. Say which it is for: --assignment NAME."
            if votes
            else f"{download.name} holds no notebook of the course. Say which assignment it is "
            "for: --assignment NAME."
        )
    return {str(next(iter(votes))): list(found)}


def _from_folders(
    found: Sequence[HandIn], wanted: str | None, known: Sequence[str]
) -> dict[str, list[HandIn]]:
    """Return, for each assignment, its part of each student's folder."""
    every: dict[str, list[HandIn]] = {}
    for one in found:
        parts: dict[str, list[Entry]] = {}
        for entry in one.files:
            inside = next((part for part in entry.parts[:-1] if part in known), None)
            name = inside or (assignment_of(entry, known) if is_notebook(entry) else None)
            if name:
                parts.setdefault(name, []).append(entry)
        if wanted and wanted not in parts and not set(parts):
            parts[wanted] = list(one.files)  # whatever it is, it was handed in
        for name, entries in parts.items():
            if wanted in (None, name):
                mine = HandIn(one.system, one.key, one.ids, one.name, entries)
                stamps = (entry.file for entry in entries if entry.name == TIMESTAMP)
                mine.at = next(filter(None, map(submitted_at, stamps)), None)
                every.setdefault(name, []).append(mine)
    if not every:
        raise UsageError("No folder of the download holds a notebook of the course.")
    return dict(sorted(every.items()))


def is_notebook(entry: Entry) -> bool:
    """Return whether a file is a notebook by its name."""
    return entry.name.casefold().endswith(".ipynb")


_GRADE_ID = re.compile(rb'"grade_id"\s*:\s*"([A-Za-z_]\w*)(?:' + SOLUTION.encode() + rb')?"')


def assignment_of(entry: Entry, known: Sequence[str]) -> str | None:
    """Return whose notebook a file is, by its name or else by the exercises in it, or None."""
    if not is_notebook(entry):
        return None
    stem = re.sub(r"(-\d+| ?\(\d+\)|-Copy\d+)+$", "", entry.name[: -len(".ipynb")])
    if stem in known:
        return stem
    with entry.file.open("rb") as file:
        names = {one.decode() for one in _GRADE_ID.findall(file.read(SEARCHED))}
    counts = Counter(EXERCISES[one].assignment for one in names if one in EXERCISES)
    best = [name for name, count in counts.items() if count == max(counts.values())]
    return best[0] if len(best) == 1 and best[0] in known else None


# -- whose it is ----------------------------------------------------------------------------------


def _sort_in(
    assignment: str,
    found: Sequence[HandIn],
    submissions: Path,
    roster: Roster | None,
    collected: Collected,
    *,
    force: bool,
) -> None:
    """Sort the hand-ins of one assignment into the students' folders."""
    records = Records.read(submissions, assignment)
    names = records.names(roster)
    owners: dict[str, list[HandIn]] = {}
    for one in found:
        if roster is None:
            owners.setdefault(
                folder_name(one.ids[0] if _names_itself(one) else one.key), []
            ).append(one)
            continue
        people, why = roster.find(one.system, one.key, one.ids, one.name)
        if not people:
            collected.unmatched.append(f"{printable(one.key)}: {why}")
        for person in people:
            owners.setdefault(person.student, []).append(one)
        _note_group(one, people, collected)
    for student, mine in sorted(owners.items()):
        if len(mine) > 1:
            keys = ", ".join(printable(one.key) for one in mine)
            collected.unmatched.append(f"{keys}: all of them fit {student}")
            continue
        [one] = mine
        aside = f" ({assignment})" if one.system == "folders" else ""
        collected.set_aside += [f"{student}: {printable(name)}{aside}" for name in one.set_aside]
        if why := records.keeps(student, one, submissions / student / assignment, force=force):
            collected.kept.append(f"{student}: {why}")
        else:
            place(one, submissions / student / assignment, assignment)
            records.add(Record.of(student, one, names.get(student, "") if roster else ""))
            if student not in collected.matched or one.late:
                collected.matched[student] = one
        if one.late:
            collected.late.append(student)
    if roster is not None:
        missing = [
            one.student for one in roster.people if one.student not in owners and not one.pretended
        ]
        collected.missing += [one for one in missing if one not in collected.missing]
    if assignment not in collected.assignments:
        collected.assignments.append(assignment)
    records.write()


def _names_itself(one: HandIn) -> bool:
    """Return whether the first id alone is a good name for a folder."""
    return one.system in ("gradescope", "blackboard", "folders") and bool(one.ids)


def _note_group(one: HandIn, people: Sequence[Person], collected: Collected) -> None:
    """Note a hand-in whose name is not its person's: it is a group's, perhaps."""
    if one.system != "canvas" or len(people) != 1 or not one.name or not people[0].names:
        return
    [person] = people
    if one.name not in person.names and not person.values.get("group"):
        collected.notes.append(
            f"{one.key} goes to {person.student}, whose name is another. If {one.name} is a group, "
            "give the lines of its members that name in a column `group` of the roster."
        )


# -- the student's folder -------------------------------------------------------------------------


def place(one: HandIn, folder: Path, assignment: str) -> None:
    """Put a hand-in's files into the student's folder, in the place of what was there.

    The only notebook gets the right name. Files beside a notebook stay beside it; two of the same
    name are numbered.
    """
    notebooks = [entry for entry in one.files if is_notebook(entry)]
    root = notebooks[0].parts[:-1] if notebooks else ()
    names: dict[str, Path] = {}
    for entry in sorted(one.files, key=lambda entry: not is_notebook(entry)):
        inside = entry.parts[len(root) :] if entry.parts[: len(root)] == root else entry.parts[-1:]
        if is_notebook(entry):
            inside = (f"{assignment}.ipynb",) if len(notebooks) == 1 else entry.parts[-1:]
        name = "/".join(map(_file_name, inside))
        stem, dot = os.path.splitext(name)
        free = (f"{stem}{n}{dot}" for n in ("", *(f"-{i}" for i in range(2, len(one.files) + 2))))
        names[next(candidate for candidate in free if candidate not in names)] = entry.file
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".placing-", dir=folder.parent) as aside:
        new = Path(aside, "new")
        for name, file in names.items():
            target = new / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if name != TIMESTAMP:
                shutil.copyfile(file, target)
        new.mkdir(exist_ok=True)
        if one.at:
            at = one.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
            write_text(new / TIMESTAMP, [at])
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        elif folder.exists():
            folder.rename(Path(aside, "old"))
        new.rename(folder)


def _file_name(part: str) -> str:
    """Return a part of a file's name that is harmless as a name here."""
    name = "".join("_" if one in '/\\:*?"<>|' or not one.isprintable() else one for one in part)
    name = name.lstrip(".") or "unnamed"
    stem, dot = os.path.splitext(name)
    return stem.encode()[:150].decode(errors="ignore") + dot.encode()[:50].decode(errors="ignore")

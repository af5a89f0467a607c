"""Find a class's submissions: which students it has, and which file each handed in.

What is in the files is not looked at here: that is for a worker, `autograder.grading.reading`.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course.notebooks import assignments
from autograder.errors import UsageError
from autograder.files import ROOT
from autograder.grading.cell_output import CellOutput
from autograder.grading.helper_files import helper_files
from autograder.grading.misplaced import misplaced
from autograder.grading.reading import Reading
from autograder.grading.submission_file import (
    MOST,
    NoNotebook,
    Unreadable,
    find_notebooks,
    open_notebook,
)
from autograder.grading.verdict_cache import digest
from autograder.limits import LIMITS, Limits
from utils.checker.verdict import printable

__all__ = [
    "Submission",
    "digest_of",
    "find_submission",
    "look_of",
    "may_have",
    "one_line",
    "others_than",
    "shown_names",
    "students_in",
]


@dataclass
class Submission:
    """One student's submission, with its verdicts and notes.

    Attributes
    ----------
    student : str
    folder : where the submission lies
    notebooks : the files that may count, the one with the right name first; one of them as a rule
    digest : the hash of their bytes
    notes : sentences about the file as a whole
    needs_review : whether an instructor should look at it, whatever its verdicts are
    reading : what is in the file, once it was read
    failure : why it could not be graded, where that is not the student's fault
    keys : the cache key of each exercise that is judged
    output_key : the cache key of `outputs` and `tried`
    verdicts : the outputs of each exercise's verdict, by MIME type
    suspicions : sentences about suspected tampering, by exercise
    outputs : what each cell printed, raised and drew, by cell id
    tried : what its code tried without need, such as "open /etc/passwd"
    drawn : the text of the graded notebook's file, or "" if none was asked for
    files : the helper files beside the notebook, by path
    """

    student: str
    folder: Path
    notebooks: tuple[Path, ...] = ()
    digest: str = ""
    notes: list[str] = field(default_factory=list)
    needs_review: bool = False
    reading: Reading | None = None
    failure: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    output_key: str = ""
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    suspicions: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, CellOutput] = field(default_factory=dict)
    tried: tuple[str, ...] = ()
    drawn: str = ""
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def file(self) -> Path | None:
        """Return the first notebook, or None where there is none to grade."""
        return self.notebooks[0] if self.notebooks else None

    @property
    def gradable(self) -> bool:
        """Return whether its notebook could be read."""
        return self.reading is not None and not self.reading.problem

    def add_reading(self, reading: Reading) -> None:
        """Record what is in the file."""
        self.reading = reading
        self.notes += [*filter(None, [reading.problem]), *reading.notes]
        self.needs_review |= reading.doubtful


def students_in(submissions: Path) -> list[str]:
    """Return the names of the students' folders, sorted."""
    if submissions.is_file():
        raise UsageError(f"{submissions} is a file. Give the folder that holds the students'.")
    if not submissions.is_dir():
        parent = submissions.absolute().parent
        others = [path.name for path in _subfolders(parent)] if parent.is_dir() else []
        listed = f" {parent} has: {', '.join(others)}." if others else ""
        raise UsageError(f"There is no folder {submissions}.{listed}")
    students = [path.name for path in _subfolders(submissions)]
    if not students:
        raise UsageError(f"There are no students' folders in {submissions}.")
    return students


def _subfolders(folder: Path) -> list[Path]:
    found = (path for path in folder.iterdir() if os.path.isdir(path))
    return sorted(path for path in found if not path.name.startswith((".", "__")))


def one_line(text: str) -> str:
    """Return text for a terminal on a single line, so that none of it looks like another line."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def look_of(name: str) -> str:
    """Return a form of `name` that is equal for all names that look alike."""
    letters = unicodedata.normalize("NFKC", name)
    shown = (one for one in letters if unicodedata.category(one) not in ("Cc", "Cf", "Mn", "Zs"))
    return "".join(one for one in shown if one not in INVISIBLE)


INVISIBLE = "\u115f\u1160\u3164\uffa0\u2800"  # letters that Unicode calls visible


def shown_names(students: Sequence[str]) -> dict[str, str]:
    """Return each folder's name as printable text; no two of these texts are equal or look alike.

    File names may be undecodable or deceptive. In names that look alike, every character beyond
    ASCII is escaped.
    """
    looks = Counter(map(look_of, students))
    shown = {}
    for student in students:
        # Doubled, a backslash of the name's own cannot pass for one that spells out a letter.
        plain = os.fsencode(student.replace("\\", "\\\\")).decode(errors="backslashreplace")
        alike = looks[look_of(student)] > 1
        spelled = plain.encode("ascii", "backslashreplace").decode() if alike else plain
        shown[student] = one_line(spelled)
    return shown


def _hash_of(path: Path, limits: Limits) -> str:
    """Return the hash of a notebook's file; raise `Unreadable` where that fails."""
    try:
        with open_notebook(path, limits) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}.") from None


def digest_of(hashes: Sequence[str]) -> str:
    """Return the digest of a submission's notebooks, from the hash of each one's bytes."""
    return digest(*hashes)


def may_have(folder: Path, assignment: str) -> bool:
    """Return whether a student's folder has a folder for the assignment, or cannot be read."""
    try:
        (folder / assignment).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        pass
    return True


def find_submission(
    assignment: str,
    submissions: Path,
    student: str,
    name: str,
    limits: Limits = LIMITS,
    beside: Sequence[str] = (),
) -> Submission:
    """Find the notebooks in a student's folder, and hash them; record problems as notes.

    Parameters
    ----------
    assignment : name of the assignment
    submissions : the folder with a folder for each student
    student : name of the student's folder
    name : the student's name as it is shown
    limits : `limits.file` bounds the size of a notebook
    beside : names of files beside the students' folders that are this student's
    """
    found = Submission(name, submissions / student / assignment)
    try:
        paths = find_notebooks(found.folder, assignment)[:MOST]
        hashes, problems = _hashes(paths, limits)
        if not hashes:
            raise problems[0]
    except NoNotebook:
        elsewhere = misplaced(submissions / student, assignment, others_than(assignment), beside)
        found.notes.append(elsewhere or f"Nothing was handed in for {assignment}.")
        found.needs_review = bool(elsewhere)
    except Unreadable as problem:
        found.notes.append(str(problem))
        found.needs_review = True
    else:
        found.notebooks, found.digest = tuple(hashes), digest_of([*hashes.values()])
        found.files, left_out = helper_files(found.folder)
        [first, *more] = paths
        if not more and first.name != f"{assignment}.ipynb":
            found.notes.append(f"The notebook is called {first.name}; it is graded all the same.")
        found.notes += [*map(str, problems), *left_out]
        found.needs_review = bool(problems)
    return found


def others_than(assignment: str) -> set[str]:
    """Return the names of the course's other assignments."""
    return {one for one in assignments(ROOT) if one != assignment}


def _hashes(notebooks: Sequence[Path], limits: Limits) -> tuple[dict[Path, str], list[Unreadable]]:
    """Return the hash of each notebook that can be opened, and why others cannot."""
    hashes: dict[Path, str] = {}
    problems: list[Unreadable] = []
    for path in notebooks:
        try:
            hashes[path] = _hash_of(path, limits)
        except Unreadable as problem:
            problems.append(problem)
    return hashes, problems

"""Write a page of feedback for each student, and pack them as a system takes them back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from autograder.errors import UsageError
from autograder.feedback.page import About, draw_page, page_without_work
from autograder.files import write_text
from autograder.grading import worker_pool
from autograder.grading.class_folder import (
    find_submission,
    shown_names,
    students_in,
)
from autograder.grading.course_notebook import read_course_notebook
from autograder.grading.grade_file import FileResult, FileTask
from autograder.grading.known_verdicts import KnownVerdicts
from autograder.grading.settings_file import GradingSettings
from autograder.grading.verdict_cache import CACHE, VerdictCache
from autograder.lms.grades import Grade, read_grades, read_results
from autograder.lms.records import MADE_HERE, Record, Records
from autograder.lms.roster import Roster, folder_name
from autograder.nbgrader_bridge.exchange_files import BESIDE, short_file
from utils.files import written_aside

__all__ = ["HandedBack", "System", "hand_back"]

NO_SECRET = "not handed in through nbgrader's exchange; --to writes a page anyway"
System = Literal["", "canvas", "moodle"]


@dataclass
class HandedBack:
    """What was written: the pages, the packed file, and for whom there is none, with why."""

    pages: dict[str, Path] = field(default_factory=dict)
    packed: Path | None = None
    without: list[str] = field(default_factory=list)
    unpacked: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield what was done, for the terminal."""
        yield f"Written: feedback for {len(self.pages)}."
        if self.packed:
            yield f"To upload: {self.packed}"
        for what, found in (("Without a page", self.without), ("Not in it", self.unpacked)):
            if found:
                yield f"{what}:"
                yield from (f"- {one}" for one in found)


def hand_back(
    root: Path,
    assignment: str,
    submissions: Path,
    output: Path,
    target: Path,
    *,
    system: System = "",
    roster: Roster | None = None,
    tree: bool = False,
    jobs: int = 1,
    force: bool = False,
) -> HandedBack:
    """Write ``TARGET/ASSIGNMENT/STUDENT.html`` for each student who handed something in.

    Parameters
    ----------
    root : the course's folder
    assignment : that was graded
    submissions, output : as for `course grade`
    target : gets the pages, and the packed file
    system : for which the pages are packed, in ``TARGET/ASSIGNMENT.SYSTEM.zip``
    roster : has the students' names
    tree : whether to write ``TARGET/STUDENT/ASSIGNMENT/ASSIGNMENT.html``, as nbgrader does, for
        those who handed in through its exchange: `nbgrader release_feedback` takes these
    jobs : processes
    force : whether to replace pages that are there

    Raises
    ------
    UsageError
        When the assignment was not graded, or pages are there already.
    """
    there = list(target.glob(f"*/{assignment}/*.html" if tree else f"{assignment}/*"))
    if there and not force:
        raise UsageError(f"{there[0].parent} is there already. Add --force to replace its pages.")
    grades = {one.student: one for one in read_grades(output, assignment)}
    read = Records.read(submissions, assignment)
    records, names = read.by_student, read.names(roster)
    done = HandedBack()
    uploads: dict[str, Record] = {}
    lateness = GradingSettings.beside(submissions).lateness

    def write(student: str, about: About, text: str) -> None:
        page = target / assignment / f"{folder_name(student)}.html"
        if tree:
            page = target / student / assignment / f"{assignment}.html"
            if not _copy_beside(submissions / student / assignment, page.parent):
                done.without.append(f"{about.student}: {NO_SECRET}")
                return
        page.parent.mkdir(parents=True, exist_ok=True)
        write_text(page, [text])
        done.pages[about.student] = page
        if student in records:
            uploads[about.student] = records[student]

    with VerdictCache(output / assignment / CACHE) as cache:
        known = KnownVerdicts(root, assignment, cache)

        def tasks() -> Iterator[tuple[tuple[str, About], FileTask]]:
            abouts = _abouts(root, assignment, output, grades)
            for student, name in shown_names(students_in(submissions)).items():
                submission = find_submission(assignment, submissions, student, name)
                if name not in abouts:
                    if submission.notebooks:
                        done.without.append(f"{name}: not graded yet")
                    continue
                if grades[name].nothing:
                    done.without.append(f"{name}: handed in nothing")
                    continue
                about, record = abouts[name]
                granted = lateness.granted(name, assignment)
                about = replace(about, granted=granted, name=names.get(student, ""))
                if not submission.notebooks:
                    write(student, about, page_without_work(about))
                    continue
                task = known.task(submission, record)
                if task is None:
                    done.without.append(f"{name}: not graded as it is now; grade it again")
                    continue
                reading = task.submission.reading
                about = replace(about, notes=reading.notes if reading else ())
                yield (student, about), replace(task, draw=partial(draw_page, about))

        pool = partial(worker_pool.processes, jobs)
        for (student, about), result in worker_pool.map_tasks(tasks(), pool):
            text = result.drawn if isinstance(result, FileResult) else ""
            if not text:
                why = result.reading.problem if isinstance(result, FileResult) else ""
                notes = [why or "Your notebook could not be shown here."]
                text = page_without_work(replace(about, notes=notes))
            write(student, about, text)
    done.pages = dict(sorted(done.pages.items()))
    if system:
        done.packed = target / f"{assignment}.{system}.zip"
        _pack(done.packed, done, uploads, system)
    return done


def _copy_beside(submission: Path, folder: Path) -> bool:
    """Copy what `nbgrader release_feedback` reads beside a page; return whether it is all there."""
    found = {name: short_file(submission / name) for name in BESIDE}
    if not all(found.values()):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        write_text(folder / name, [content.decode(errors="replace")])
    return True


def _abouts(
    root: Path, assignment: str, output: Path, grades: Mapping[str, Grade]
) -> dict[str, tuple[About, Mapping[str, Any]]]:
    """Return, by student, what the front page says, and a record with the settings."""
    results: dict[str, list[dict[str, Any]]] = {}
    for one in read_results(output, assignment):
        results.setdefault(one["student"], []).append(one)
    title = _title(root, assignment)
    abouts: dict[str, tuple[About, Mapping[str, Any]]] = {}
    for student, mine in results.items():
        if grade := grades.get(student):
            numbers = (grade.total, grade.most, grade.pending, grade.penalty, grade.late)
            abouts[student] = About(title, student, *numbers, mine), mine[0]
    return abouts


def _title(root: Path, assignment: str) -> str:
    """Return the title of an assignment's page."""
    cells = read_course_notebook(root, assignment).cells
    headings = (re.match(r"# +(.+)", cell.source) for cell in cells if cell.cell_type == "markdown")
    found = next(filter(None, headings), None)
    return found[1].replace("`", "") if found else assignment


# -- packing --------------------------------------------------------------------------------------


def _pack(target: Path, done: HandedBack, records: Mapping[str, Record], system: System) -> None:
    """Write the zip whose names lead each page back to its student."""
    packed: dict[str, Path] = {}
    for student, page in done.pages.items():
        record = records.get(student)
        if record is None or record.system != system:
            done.unpacked.append(f"{student}: it was not collected from a download of {system}")
        elif name := upload_name(record):
            packed[name] = page  # a group has one
        else:
            done.unpacked.append(f"{student}: {system} takes no file back without an attachment")
    with (
        written_aside(target) as aside,
        zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.comment = MADE_HERE
        for name, page in packed.items():
            archive.write(page, name)


def upload_name(record: Record) -> str:
    """Return the name in the zip by which a page finds its student; "" if there is none.

    Canvas reads the first two parts that are numbers, user and attachment; Moodle reads the number
    and the plugin's name.
    """
    if record.system == "moodle":
        name, number, _ = re.split(r"_(\d+)_(?=assignsubmission_)", record.upload)
        return f"{name.replace('_', ' ')}_{number}_assignsubmission_file/feedback.html"
    parts = record.upload.split("_")
    numbers = [at for at, part in enumerate(parts) if re.fullmatch(r"[1-9]\d*", part)]
    if len(numbers) < 2 or numbers[1] == len(parts) - 1:
        return ""
    return "_".join([*parts[: numbers[1] + 1], "feedback.html"])

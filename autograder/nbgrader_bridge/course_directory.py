"""Make nbgrader's course directory, in which its commands and formgrader run for this course.

The directory belongs to the instructor. Only ``source/`` of the course's own assignments is made
anew each time; submissions, gradebook and an edited configuration are never touched.
"""

import hashlib
import json
import re
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.bundle import contents, exercises_of, place, save
from autograder.course.notebooks import assignments, notebook_of
from autograder.errors import UsageError
from autograder.files import write_text
from autograder.grading.fingerprint import Fingerprints
from autograder.grading.verdict_cache import CACHE, digest
from autograder.limits import LIMITS

__all__ = ["CONFIG", "Made", "is_stale", "make"]

CONFIG = "nbgrader_config.py"
MADE_FROM = "source/.made_from.json"

# nbgrader's configuration of the course directory. It has no path in it, so the folder may move.
SETTINGS = '''\
"""Settings of nbgrader for this course. Change them as you like: they are not overwritten."""

import tomllib
from pathlib import Path

c = get_config()

# The name of the course, as students type it: nbgrader list --course {course_id}
c.CourseDirectory.course_id = "{course_id}"

# The commands find this folder wherever you start them with its configuration.
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# What a student finds in place of a solution. The notebooks are built on these two lines.
c.ClearSolutions.code_stub = {{"python": "# YOUR CODE HERE\\nraise NotImplementedError()"}}

# Seconds that one cell may run, and the tests of one exercise.
c.Execute.timeout = {seconds}

# What an answer gets that is right but for an earlier one of the student's own: "full" points,
# "half" of them, or "none".
c.Execute.follow_through = "full"

# What decides the random cases, the same for a whole class and each time that you grade. It was
# drawn for this workspace alone: who knows it can make the cases beforehand.
c.Execute.seed = "{seed}"

# How a submission is graded. Three steps are the course's own: answers are put into the course's
# notebook, whatever became of the student's copy and whatever files came with it; each is judged
# in a sandbox, with the installed course and fresh random cases; and what could not be checked is
# left to you. The others are nbgrader's.
c.Autograde.sanitize_preprocessors = [
    "autograder.nbgrader_bridge.preprocessors.InsertAnswers",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_bridge.preprocessors.Execute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.nbgrader_bridge.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# What late work loses: the rule in grading.toml, if you write one (docs/instructor.md).
c.AssignLatePenalties.plugin_class = "autograder.nbgrader_bridge.late.LatePenalty"

# The folder through which work goes out and comes back, where students share a machine with you:
# `exchange` in grading.toml, or else nbgrader's own, /usr/local/share/nbgrader/exchange.
settings = Path(__file__).resolve().with_name("grading.toml")
said = tomllib.loads(settings.read_text(encoding="utf-8")) if settings.is_file() else {{}}
if "exchange" in said:
    c.Exchange.root = said["exchange"]

# What you release, of each folder: all of it, whatever students' accounts hand in
# (nbgrader_config_for_students.py).
c.CourseDirectory.include = ["*"]

# But not your own record of checks and old answers, if you tried the pages in source/.
c.CourseDirectory.ignore = [
    *(".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"),
    *("progress.json", "kept"),
]
'''

# nbgrader's configuration of the accounts in which students fetch and submit.
STUDENTS_CONFIG = "nbgrader_config_for_students.py"
STUDENTS_SETTINGS = '''\
"""Settings of nbgrader for students: copy this to ~/.jupyter/nbgrader_config.py of their accounts.

Where all accounts share one machine, the place for all is /etc/jupyter/nbgrader_config.py; your own
workspace has a configuration of its own, which counts more.
"""

c = get_config()

c.CourseDirectory.course_id = "{course_id}"

# What is handed in, of each folder that was fetched: not the data, which everybody has.
c.CourseDirectory.include = [
    *("*.ipynb", "*.py", "*.txt", "*.md", "*.csv", "*.json"),
    *("*.png", "*.jpg", "*.jpeg", "*.gif", "*.svg", "*.pdf"),
]

# Nor a student's own record of checks and old answers, which are nobody else's business.
c.CourseDirectory.ignore = [
    *(".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"),
    *("progress.json", "kept"),
]
'''


@dataclass(frozen=True)
class Made:
    """The changes to a course directory.

    Attributes
    ----------
    assignments : list of str
        The assignments whose ``source/`` was made.
    kept : list of str
        The configuration files that were left as the instructor had edited them.
    """

    assignments: list[str]
    kept: list[str]


def make(
    root: Path, folder: Path, *, course_id: str = "deep-networks", names: Sequence[str] = ()
) -> Made:
    """Make a course directory, or update the ``source/`` of an existing one.

    Parameters
    ----------
    root : Path
        The course's folder.
    folder : Path
        The course directory.
    course_id : str
        nbgrader's name for the course.
    names : sequence of str
        The assignments to make; all of them when empty.
    """
    if not course_id or not course_id.replace("-", "").replace("_", "").isalnum():
        raise UsageError(
            f"{course_id!r} cannot be a course id: use letters, digits, hyphens and underscores."
        )
    if folder.resolve() == root.resolve() or root.resolve() in folder.resolve().parents:
        raise UsageError(
            f"{folder} is in the course's own folder. Choose one beside it: `../teaching`."
        )
    chosen = assignments(root, names)
    _refuse_grades(folder)
    try:
        (folder / "source").mkdir(parents=True, exist_ok=True)
        made_from = _made_from(folder)
        for assignment in chosen:
            with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as aside:
                save(contents(root, assignment, solved=True), Path(aside, assignment))
                place(Path(aside, assignment), folder / "source" / assignment)
            made_from[assignment] = course_version(root, assignment)
        write_text(folder / MADE_FROM, [json.dumps(made_from, indent=1), "\n"])
        config = folder / CONFIG
        there = config.read_text(encoding="utf-8") if config.exists() else ""
        drawn = re.search(r'^c\.Execute\.seed = "(\w+)"$', there, re.MULTILINE)
        seed = drawn[1] if drawn else secrets.token_hex(16)
        settings = SETTINGS.format(course_id=course_id, seed=seed, seconds=int(LIMITS.seconds))
        kept = [
            path.name
            for path, text in (
                (config, settings),
                (folder / STUDENTS_CONFIG, STUDENTS_SETTINGS.format(course_id=course_id)),
            )
            if not written(path, text)
        ]
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"{folder} or its source is a file, not a folder.") from error
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to: {error.strerror}.") from error
    return Made(chosen, kept)


def _refuse_grades(folder: Path) -> None:
    """Raise if the folder holds files that `course grade` wrote, and is no workspace."""
    written = [path for name in (CACHE, "grades.csv") for path in folder.glob(f"**/{name}")]
    if written and not (folder / CONFIG).exists():
        raise UsageError(
            f"{folder} holds grades ({written[0]}) and is no workspace. Choose a new folder."
        )


def is_stale(root: Path, folder: Path, assignment: str) -> bool:
    """Return whether the course changed since `source/` was made; False if that is unknown."""
    version = _made_from(folder).get(assignment)
    return version is not None and version != course_version(root, assignment)


def _made_from(folder: Path) -> dict[str, str]:
    """Return, by assignment, the hash of the course's files that its ``source/`` was made from."""
    try:
        return dict(json.loads((folder / MADE_FROM).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def course_version(root: Path, assignment: str) -> str:
    """Return a hash of the notebook, its data, and all modules that its key and checks use."""
    fingerprints = Fingerprints(root)
    files = {notebook_of(root, assignment)}.union(
        *map(fingerprints.files, exercises_of(assignment))
    )
    names = {file.relative_to(root).as_posix(): file for file in files}
    return digest(
        [
            [name, hashlib.sha256(names[name].read_bytes()).hexdigest()]
            for name in sorted(names)
            if not name.startswith("autograder/")  # it stays with the instructor
        ]
    )


def written(path: Path, text: str) -> bool:
    """Write a text unless the file exists; return whether the file now has this text."""
    if path.exists():
        return path.read_text(encoding="utf-8") == text
    write_text(path, [text])
    return True

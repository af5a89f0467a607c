"""Open the course in JupyterLab, on the learner's own copy of the notebooks.

The copy is ``my_notebooks/``, beside ``notebooks/``. Git ignores it, and no file in it is ever
overwritten here, so a learner can save work there and still update the course. `reset` puts a new
page in place of an old one, which it keeps; `autograder.course.update` merges.
"""

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from autograder.course import start
from autograder.errors import BrokenCourse, UsageError
from autograder.files import GENERATED
from utils.files import KEPT, RECORD, free_path, written_aside

__all__ = [
    *("as_given", "copied_pages", "copy_missing", "course_files", "open_lab", "remember", "reset"),
]

FIRST_PAGE = "00_start_here/00_start_here.ipynb"
OWN_COPY = "my_notebooks"


def open_lab(root: Path, *, browser: bool, port: int | None, extra: Sequence[str]) -> None:
    """Add new files to the learner's copy, and run JupyterLab on it until it is stopped.

    Parameters
    ----------
    root
        The course's folder, which holds ``notebooks/``.
    browser
        Whether JupyterLab opens a browser.
    port
        The port to serve on; if None, JupyterLab finds a free one.
    extra
        More arguments for ``jupyter lab``.
    """
    notebooks, own = root / "notebooks", root / OWN_COPY
    if not (notebooks / FIRST_PAGE).is_file():
        raise BrokenCourse(
            f"The first page is missing: there is no {notebooks / FIRST_PAGE}. "
            "Run `pip install -e .` in the course's own folder, then try again."
        )
    if importlib.util.find_spec("jupyterlab") is None:
        raise BrokenCourse(
            "JupyterLab is not installed here. "
            "Run `pip install -e .` in the course's own folder, then try again."
        )
    try:
        start.require_free(port)
    except start.Problem as problem:
        raise UsageError(str(problem)) from None

    copied = copy_missing(notebooks, own)
    remember(root, copied_pages(copied))
    print(f"Your own notebooks are in {own}.")
    print(f"Files copied there just now: {len(copied)}. What you had is as you left it.")

    start.serve(own, FIRST_PAGE, browser=browser, port=port, extra=extra, course=root)


def copy_missing(source: Path, target: Path) -> list[Path]:
    """Copy every file of `source` that `target` lacks; leave the others as they are.

    Returns
    -------
    list of Path
        The copied files, relative to `target`, sorted.
    """
    copied = []
    try:
        for relative in course_files(source):
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            if copy_if_missing(source / relative, target / relative):
                copied.append(relative)
    except OSError as error:
        raise BrokenCourse(
            f"Your copy of the notebooks could not be made: {error.strerror} ({error.filename})."
        ) from error
    return copied


def as_given(root: Path) -> Path:
    """Return the folder with the pages as the learner got them, for `update` to compare with."""
    return root / OWN_COPY / ".course"


def remember(root: Path, pages: Iterable[str]) -> None:
    """Keep the course's present version of these pages, with all files in their folders."""
    try:
        for page in pages:
            for file in course_files(root / "notebooks" / page):
                given = as_given(root) / page / file
                given.parent.mkdir(parents=True, exist_ok=True)
                with written_aside(given) as aside:
                    shutil.copyfile(root / "notebooks" / page / file, aside)
    except OSError as error:
        raise BrokenCourse(
            f"{error.filename} cannot be written: {error.strerror}. `course update` needs it."
        ) from error


def copied_pages(copied: Iterable[Path]) -> list[str]:
    """Return the pages whose notebook is among the copied files."""
    return [path.stem for path in copied if path.parts[0] == path.stem]


def course_files(folder: Path) -> list[Path]:
    """Return the files of the course in a folder, relative to it: not what running pages makes."""
    found = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return sorted(
        file for file in found if not GENERATED.intersection(file.parts) and file.suffix != ".h5"
    )


def reset(root: Path, assignment: str) -> Path:
    """Put the course's page in place of the learner's, which is kept with its record.

    Returns
    -------
    Path
        Where the learner's page is now.

    Raises
    ------
    UsageError
        If the learner has no copy of this page, or it cannot be moved.
    """
    source = root / "notebooks" / assignment / f"{assignment}.ipynb"
    page = root / OWN_COPY / assignment / source.name
    if not source.is_file() or not page.is_file():
        raise UsageError(f"There is no {page} to begin afresh. `course lab` makes your pages.")
    try:
        kept = free_path(page.parent / KEPT, assignment, ".ipynb")
        os.rename(page, kept)
        try:
            copy_if_missing(source, page)
            remember(root, [assignment])
        except OSError:
            os.rename(kept, page)
            raise
        with suppress(FileNotFoundError):
            os.rename(page.parent / RECORD, kept.with_suffix(".json"))
    except OSError as error:
        raise UsageError(f"{page} cannot be moved: {error.strerror}.") from error
    return kept


def copy_if_missing(source: Path, target: Path) -> bool:
    """Copy one file atomically unless `target` exists; return whether it was copied."""
    if os.path.lexists(target):
        return False
    # Written to a temporary file first: an interruption must not leave half a notebook.
    handle, aside = tempfile.mkstemp(prefix=".copying-", dir=target.parent)
    os.close(handle)
    try:
        shutil.copyfile(source, aside)
        shutil.copymode(source, aside)
        os.chmod(aside, os.stat(aside).st_mode | 0o200)
        return rename_if_free(Path(aside), target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(aside)


def rename_if_free(aside: Path, target: Path) -> bool:
    """Link or rename `aside` to `target` unless `target` exists; return whether that was done."""
    try:
        os.link(aside, target)  # unlike a rename, this never replaces a file
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            return False
        os.rename(aside, target)
    return True

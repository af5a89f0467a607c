"""Opens the course in JupyterLab, on the learner's own copy of the notebooks.

The copy is ``my_notebooks/``, beside ``notebooks/``. Git ignores it, and nothing here ever
overwrites a file in it, so a learner may save freely and still take in a newer course.
"""

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from autograder.course import start
from autograder.errors import BrokenCourse, UsageError

__all__ = ["copy_missing", "open_lab"]

FIRST_PAGE = "00_start_here/00_start_here.ipynb"
OWN_COPY = "my_notebooks"

# What running a notebook or Python leaves behind: not the course's, so not copied.
LEFT_BEHIND = {".ipynb_checkpoints", "__pycache__"}


def open_lab(root: Path, *, browser: bool, port: int | None, extra: Sequence[str]) -> None:
    """Bring the learner's copy up to date, start JupyterLab on it, and end when it ends.

    Parameters
    ----------
    root
        The course's folder, which holds ``notebooks/``.
    browser
        Whether JupyterLab opens a browser.
    port
        The port to serve on; JupyterLab finds a free one when there is none.
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
    if port is not None and start.port_is_taken(port):
        raise UsageError(
            f"Port {port} is already in use. Leave --port out, and a free one is found for you."
        )

    copied = copy_missing(notebooks, own)
    print(f"Your own notebooks are in {own}.")
    print(f"Files copied there just now: {len(copied)}. What you had is as you left it.")

    start.serve(own, FIRST_PAGE, browser=browser, port=port, extra=extra, course=root)


def copy_missing(source: Path, target: Path) -> list[Path]:
    """Copy every file of `source` that `target` lacks; leave the others as they are.

    Returns
    -------
    list of Path
        What was copied, relative to `target`, in order.
    """
    copied = []
    try:
        for file in sorted(source.rglob("*")):
            relative = file.relative_to(source)
            left = LEFT_BEHIND.intersection(relative.parts) or file.suffix == ".h5"
            if left or not file.is_file():
                continue
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            if copy_if_missing(file, target / relative):
                copied.append(relative)
    except OSError as error:
        raise BrokenCourse(
            f"Your copy of the notebooks could not be made: {error.strerror} ({error.filename})."
        ) from error
    return copied


def copy_if_missing(source: Path, target: Path) -> bool:
    """Copy one file unless its name is taken, whole or not at all; tell whether it was copied."""
    if os.path.lexists(target):
        return False
    # Written aside first, so that an interruption never leaves half a notebook under its name.
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
    """Give `aside` the name `target` unless somebody took it meanwhile."""
    try:
        os.link(aside, target)  # unlike a rename, never replaces what is there
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            return False
        os.rename(aside, target)
    return True

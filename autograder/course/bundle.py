"""Make the bundle that a student receives: a folder, and the same folder as a zip.

A bundle works without the course. It has the notebook, its pictures, ``utils/``, the data, and an
answer key of expected results. The solutions and the code of known mistakes are left out.
"""

import datetime
import json
import os
import posixpath
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from autograder.course.course_file import course_file, release_date, version
from autograder.course.imports import files_of, imported
from autograder.course.notebooks import (
    RELEASE,
    SOLUTION,
    assignments,
    notebook_of,
    read,
    solve,
    tidy,
    to_text,
)
from autograder.errors import BrokenCourse, UsageError
from autograder.files import GENERATED
from utils.checker.answer_key import KeyFault, freeze
from utils.checker.course import property_module
from utils.exercises import EXERCISES
from utils.hdf5 import write_twin
from utils.record import page_in
from utils.update import RELEASED

__all__ = [
    "blanks",
    "contents",
    "data_of",
    "exercises_of",
    "key",
    "modules",
    "page",
    "place",
    "release",
    "release_all",
    "save",
    "with_twins",
    "without_links_out",
]

KEPT_BACK = {"reference", "exercises"}  # in utils: the solutions and the known mistakes

# Files beside the notebook and utils, each from the same path in the course's folder.
COPIED = (
    *("LICENSE", "requirements.lock"),
    # What start.py runs to bring in a newer version.
    *("utils/files.py", "utils/merge.py", "utils/update.py"),
    # The settings of the JupyterLab that start.py opens.
    *("utils/jupyter/nbgrader_config.py", "utils/jupyter/labconfig/page_config.json"),
)
# Only for the notebooks that load them: the function that loads a file, and the file.
DATASHEET = "datasets/README.md"
DATA = {
    "load_garments": "datasets/garments.h5",
    "load_ten_garments": "datasets/ten_garments.h5",
}

README = """# {title}

Welcome! Everything for this assignment is in this folder. Open a terminal in it, and type

    python3 start.py

(on Windows: `py start.py`). It takes Python 3.11 or newer. The first time, it installs what the
notebook needs into the folder `.venv` here, and nothing elsewhere; then JupyterLab opens in your
browser, or the terminal shows its address.

With conda or mamba, where you may not install Python or have no newer one:

    conda env create -f environment.yml
    conda activate deep-networks
    python start.py

In an environment of your own: `python -m pip install -r requirements.lock`, then open
`{assignment}.ipynb` with the editor that you like.

Run the cells from the top. Where one says `# YOUR CODE HERE`, it is your turn; the cell below
it checks what you wrote, as often as you like.

Keep the notebook in this folder: it needs what lies beside it. There are no solutions to find
here. `utils/answer_key.h5` holds the numbers that right answers give. Hand in the notebook alone,
unless you are told otherwise.

Should you get a newer version of this folder, leave its zip packed, close the notebook, and type

    python3 start.py --update ../{assignment}.zip

with the zip's real place. Your answers stay, and what is replaced is kept in the folder `kept`.

When your work is graded, your cells are run again from the top, all of them, up to the last check.
Your code can import NumPy, SciPy, Matplotlib, h5py, and all that comes with Python. Shell commands
(`!`, `%pip`) are not run then, and nobody answers an `input()`.
"""


def release(root: Path, assignment: str, to: Path, *, force: bool = False) -> tuple[Path, Path]:
    """Write an assignment's bundle, as a folder and as a zip.

    Parameters
    ----------
    root : Path
        The course's folder.
    assignment : str
    to : Path
        The folder for both; made if it does not exist.
    force : bool
        Whether to replace, as a whole, a folder or zip that exists.

    Returns
    -------
    folder, archive : Path
    """
    if notebook_of(root, assignment).parent.parent.resolve() == to.resolve():
        raise UsageError(f"{to} holds the course's own notebooks. Choose another folder.")
    folder, archive = _targets(to, assignment, force=force)
    released = release_date(root)
    files = contents(root, assignment)
    try:
        to.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".releasing-", dir=to) as aside:
            new = Path(aside, "new")
            save(files, new)
            pack(files, assignment, Path(aside, "new.zip"), released)
            noon = datetime.datetime.combine(released, datetime.time(12)).timestamp()
            for path in (*new.rglob("*"), new):
                os.utime(path, (noon, noon))
            place(new, folder)
            place(Path(aside, "new.zip"), archive)
    except OSError as error:
        raise UsageError(f"{to} cannot be written to: {error.strerror}.") from error
    return folder, archive


def release_all(
    root: Path, names: Sequence[str], to: Path, *, force: bool = False
) -> Iterator[Path]:
    """Write the bundles of the assignments `names`, or of all; yield each path once it is written.

    If a target exists and `force` is False, nothing is written.
    """
    chosen = assignments(root, names)
    for name in chosen:
        _targets(to, name, force=force)
    for name in chosen:
        yield from release(root, name, to, force=force)


def _targets(to: Path, assignment: str, *, force: bool) -> tuple[Path, Path]:
    """Return the paths of a bundle's folder and zip; raise if one must not be replaced."""
    folder, archive = to / assignment, to / f"{assignment}.zip"
    for target in (folder, archive):
        if os.path.lexists(target) and not force:
            raise UsageError(f"{target} is there already. Add --force to replace it.")
    return folder, archive


def contents(root: Path, assignment: str, *, solved: bool = False) -> dict[str, bytes]:
    """Return every file of a bundle by its path there, sorted.

    With `solved`, the notebook is the one for nbgrader's ``source/``, as of `page`.
    """
    files, notebook = page(root, assignment, solved=solved)
    files |= {
        name: without_links_out(name, data)
        for name, data in files.items()
        if name.endswith(".ipynb")
    }
    files[RELEASED] = files[f"{assignment}.ipynb"]
    files |= modules(root, notebook, assignment)
    files["utils/blanks.json"] = json.dumps(blanks(root, assignment), indent=1).encode()
    for name in (*COPIED, *data_of(notebook)):
        files[name] = course_file(root, name)
    files["start.py"] = course_file(root, "autograder/course/start.py")
    with tempfile.TemporaryDirectory() as aside:
        key(exercises_of(assignment), Path(aside, "key.h5"))
        files["utils/answer_key.h5"] = Path(aside, "key.h5").read_bytes()
    environment = course_file(root, "environment.yml").decode()
    files["environment.yml"] = students_environment(environment).encode()
    title = next(iter(re.findall(r"(?m)^# (.+)$", notebook.cells[0].source)), assignment)
    files["README.md"] = README.format(title=title, assignment=assignment).encode()
    return dict(sorted(files.items()))


def page(
    root: Path, assignment: str, *, solved: bool = False
) -> tuple[dict[str, bytes], NotebookNode]:
    """Return a page's own files by name, pictures and all, and its notebook as it is released.

    With `solved`, the notebook has the solutions, between nbgrader's markers. Its metadata name
    the course's version and the graded exercises.
    """
    path = notebook_of(root, assignment)
    notebook = tidy(read(path), str(path))
    if solved:
        notebook = solve(notebook, str(path))
    files = {
        file.relative_to(path.parent).as_posix(): file.read_bytes()
        for file in path.parent.rglob("*")
        if file.is_file()
        and not GENERATED.intersection(file.parts)
        and file.suffix != ".h5"
        and not (file.suffix == ".ipynb" and file.parent == path.parent)
    }
    notebook.metadata[RELEASE] = {
        "version": version(root),
        "exercises": [
            cell.metadata.nbgrader.grade_id.removesuffix(SOLUTION)
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("grade")
        ],
    }
    files[path.name] = to_text(notebook).encode()
    return files, notebook


def without_links_out(name: str, notebook: bytes) -> bytes:
    """Return a notebook in which a link to a page of another bundle is that page's name alone.

    Students may have the other bundle elsewhere, or not at all.
    """

    def name_alone(link: re.Match[str]) -> str:
        leads_to = posixpath.normpath(posixpath.join(posixpath.dirname(name), link["target"]))
        return f"**{link['text']}**" if leads_to.startswith("../") else link[0]

    link = r"\[(?P<text>[^\[\]]+)\]\((?P<target>\.\./[^()\s]+)\)"
    return re.sub(link, name_alone, notebook.decode()).encode()


def blanks(root: Path, assignment: str) -> dict[str, str]:
    """Return the text of each exercise's cell on an assignment's page, as the course gives it."""
    found = page_in(notebook_of(root, assignment).parent)
    return dict(found.blanks if found else {})


def with_twins(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return a bundle's files and the twin of each HDF5 file, for a place without h5py."""
    found = dict(files)
    with tempfile.TemporaryDirectory() as aside:
        for name, content in files.items():
            if name.endswith(".h5"):
                file = Path(aside, Path(name).name)
                file.write_bytes(content)
                found[name.removesuffix(".h5") + ".npz"] = write_twin(file).read_bytes()
    return dict(sorted(found.items()))


def data_of(notebook: NotebookNode) -> tuple[str, ...]:
    """Return the paths of the data files that a notebook loads."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    loaded = [path for name, path in DATA.items() if re.search(rf"\b{name}\(", code)]
    return (DATASHEET, *loaded) if loaded else ()


def modules(root: Path, notebook: NotebookNode, assignment: str) -> dict[str, bytes]:
    """Return the files of ``utils`` that a notebook needs, by path, and no others.

    It needs the modules that its cells import, directly or indirectly, and its properties, which
    a check looks up by the assignment's name. A module that imports from ``utils.reference`` gives
    a solution on purpose to a notebook that builds on it: the bundle has the reference's text in
    its place, so that the solution has only one source.
    """
    found: dict[str, bytes] = {}
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    sources.append(f"import {property_module(assignment)}")
    while sources:
        for module in imported(sources.pop()):
            for file in files_of(root, module):
                name = file.relative_to(root).as_posix()
                if name not in found and not _is_kept_back(file.relative_to(root)):
                    found[name] = _module_text(root, file)
                    sources.append(found[name].decode())
    return found


def _is_kept_back(file: Path) -> bool:
    """Return whether a file must be left out of bundles."""
    package, name, *_ = file.parts
    return package != "utils" or name in KEPT_BACK


def _module_text(root: Path, file: Path) -> bytes:
    """Return a module's text, or the reference's text if the module imports from it."""
    text = file.read_text(encoding="utf-8")
    references = re.findall(r"(?m)^from utils\.reference\.(\w+) import", text)
    if len(references) > 1:
        raise BrokenCourse(f"{file} imports from more than one module of utils/reference.")
    if references:
        return _given(root, references[0])
    return text.encode()


def _given(root: Path, reference: str) -> bytes:
    """Return a reference's text; what it imports of an earlier one is given in a bundle, too."""
    text = course_file(root, f"utils/reference/{reference}.py").decode()
    for module in sorted((root / "utils").glob("given_*.py")):
        given = module.read_text(encoding="utf-8")
        for earlier in re.findall(r"(?m)^from utils\.reference\.(\w+) import", given):
            text = text.replace(f"utils.reference.{earlier} ", f"utils.{module.stem} ")
    return text.encode()


def exercises_of(assignment: str | None) -> list[str]:
    """Return the names of an assignment's exercises, or for None of all exercises of the course."""
    return [one.name for one in EXERCISES.values() if assignment in (None, one.assignment)]


def key(exercises: Iterable[str], to: Path) -> None:
    """Write the frozen answer key of these exercises."""
    if to.is_dir() or not to.absolute().parent.is_dir():
        raise UsageError(f"{to} cannot be written: name a file in a folder that is there.")
    try:
        freeze(to, exercises)
    except KeyFault as error:
        raise BrokenCourse(f"The answer key cannot be made: {error}.") from error
    except OSError as error:
        raise UsageError(f"{to} cannot be written: {error.strerror or error}.") from error


def students_environment(text: str) -> str:
    """Return environment.yml without the packages that only the course's own folder needs."""
    lines = text[text.index("name:") :].splitlines()
    own = re.compile(
        r"\s*-\s*(pip|pip:|-e \.|(typer|rich|msgspec|nbformat|traitlets|sqlalchemy)\b.*)\s*$"
    )
    return "\n".join(line for line in lines if not own.match(line)) + "\n"


def save(files: Mapping[str, bytes], folder: Path) -> None:
    """Write `files`, contents by relative path, into a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def pack(files: Mapping[str, bytes], folder: str, archive: Path, date: datetime.date) -> None:
    """Write `files`, contents by path, into one folder of a zip; equal files give equal bytes."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", (date.year, date.month, date.day, 12, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, on any system: the mode above is a Unix mode
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, data)


def place(new: Path, target: Path) -> None:
    """Rename `new` to `target`, replacing what is there; restore that if renaming fails."""
    old = new.with_name(new.name + ".old")
    had = os.path.lexists(target)
    if had:
        os.rename(target, old)
    try:
        os.rename(new, target)
    except OSError:
        if had:
            os.rename(old, target)
        raise
    if had:
        shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()

"""Read, solve and normalize the course's notebooks.

A notebook in ``notebooks/`` is exactly what nbgrader would release: `tidy` makes the solved version
and runs nbgrader's own preprocessors on it, so the two versions cannot drift apart.
"""

import copy
import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course.plan import follow_plan, page_times, with_times
from autograder.course.solutions import BlankError, fill, without_markers
from autograder.errors import BrokenCourse, UsageError
from autograder.files import write_text
from utils.exercises import EXERCISES, module_of
from utils.merge import READ_BEFORE

__all__ = [
    *("RELEASE", "SOLUTION", "assignments", "clean", "notebook_of", "read", "solve", "tidy"),
    *("to_text", "untidy", "write"),
]

SOLUTION = "-solution"
RELEASE = "deep_networks"  # in the metadata of a notebook that was released

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_METADATA = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
_GRADED = {"schema_version": 3, "solution": False, "grade": True, "locked": True, "task": False}
_SOLVED = {"schema_version": 3, "solution": True, "grade": False, "locked": False, "task": False}


# -- where notebooks are ------------------------------------------------------------------------


def assignments(root: Path, names: Sequence[str] = ()) -> list[str]:
    """Return the assignments with these names, or all of them, in the course's order.

    Raises
    ------
    UsageError
        When the course has no assignment with one of the names.
    BrokenCourse
        When the course has no assignment at all.
    """
    every = sorted(
        folder.name
        for folder in (root / "notebooks").glob("*")
        if (folder / f"{folder.name}.ipynb").is_file()
    )
    if not every:
        raise BrokenCourse(f"There are no notebooks in {root / 'notebooks'}.")
    for name in names:
        if name not in every:
            raise UsageError(f"The course has no assignment {name!r}. It has: {', '.join(every)}.")
    return [name for name in every if name in names] if names else every


def notebook_of(root: Path, assignment: str) -> Path:
    """Return the path of an assignment's notebook."""
    [name] = assignments(root, [assignment])
    return root / "notebooks" / name / f"{name}.ipynb"


def read(path: Path) -> NotebookNode:
    """Read a notebook.

    Raises
    ------
    BrokenCourse
        When the file is not a notebook.
    """
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises many kinds, its own and JSON's
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise BrokenCourse(f"{path} cannot be read as a notebook: {first}") from error
    return notebook


def to_text(notebook: NotebookNode) -> str:
    """Return the text of the notebook's file: sorted keys, one-space indents, final newline."""
    text: str = nbformat.writes(notebook)
    return text.rstrip("\n") + "\n"


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook atomically: `path` never holds a half-written file."""
    write_text(path, [to_text(notebook)])


# -- solving and normalizing --------------------------------------------------------------------


def solve(
    notebook: NotebookNode, where: str = "The notebook", *, markers: bool = True
) -> NotebookNode:
    """Return a notebook with every blank filled from the reference.

    Parameters
    ----------
    notebook : NotebookNode
        The student's version.
    where : str
        The notebook's name in errors.
    markers : bool
        Whether to keep nbgrader's markers around each solution, which ``source/`` needs.

    Returns
    -------
    NotebookNode
        A solved copy.

    Raises
    ------
    BrokenCourse
        When a solution cell has no reference, or its blanks do not fit the reference.
    """
    notebook = copy.deepcopy(notebook)
    for index, cell, meta in _marked(notebook):
        if not meta.get("solution") or cell.cell_type != "code":
            continue
        name = str(meta.get("grade_id", "")).removesuffix(SOLUTION)
        if name not in EXERCISES:
            raise _broken(where, index, cell, f"there is no exercise {name!r} in utils/exercises")
        try:
            cell.source = fill(cell.source, inspect.getsource(EXERCISES[name].reference), name)
        except BlankError as error:
            raise _broken(
                where, index, cell, f"the cell does not fit the reference of {name}: {error}"
            ) from error
        if not markers:
            cell.source = without_markers(cell.source)
    return notebook


def clean(notebook: NotebookNode, where: str = "The notebook") -> NotebookNode:
    """Return a copy with canonical metadata, cell ids and points; cell contents are kept.

    Raises
    ------
    BrokenCourse
        When an id is missing or shared, an exercise lacks a cell, or a test cell is malformed.
    """
    notebook = copy.deepcopy(notebook)
    seen: dict[str, int] = {}
    for index, cell, meta in _marked(notebook):
        name = str(meta.get("grade_id", ""))
        if name in seen:
            raise _broken(
                where, index, cell, f"cell {seen[name] + 1} has its grade id {name!r} too"
            )
        seen[name] = index
        if cell.cell_type == "code" and meta.get("solution"):
            kept: dict[str, Any] = _SOLVED
        elif cell.cell_type == "code" and meta.get("grade"):
            kept = _GRADED | {"points": _points(where, index, cell, name)}
            refuse_changed_points(cell, f"{where}, cell {index + 1} ({name})")
        else:
            continue
        cell.metadata["nbgrader"] = _node(kept | {"grade_id": name})
    for index, cell, meta in _marked(notebook):
        name = str(meta["grade_id"])
        other = name.removesuffix(SOLUTION) if name.endswith(SOLUTION) else name + SOLUTION
        if cell.cell_type == "code" and other not in seen:
            raise _broken(where, index, cell, f"its other half is missing: no cell {other!r}")
    _fix_ids(where, notebook)
    kept = {key: one for key, one in notebook.metadata.items() if key == READ_BEFORE}
    notebook.metadata = _node(_METADATA | kept)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def tidy(notebook: NotebookNode, where: str = "The notebook") -> NotebookNode:
    """Return the notebook as nbgrader would release it: solved, then cleared by nbgrader itself.

    A notebook is tidy when this returns it unchanged. Minutes and points follow from its plan.
    """
    from nbgrader import preprocessors as nbgrader

    made = clean(solve(notebook, where), where)
    follow_plan(made)
    # The preprocessors of nbgrader's `generate_assignment`, in its order, except those that do
    # nothing here or write to its database.
    steps = (
        nbgrader.LockCells,
        nbgrader.ClearSolutions,
        nbgrader.ClearOutput,
        nbgrader.CheckCellMetadata,
        nbgrader.ComputeChecksums,
    )
    for step in steps:
        made, _ = step().preprocess(made, {})
    return made


def untidy(root: Path, names: Sequence[str] = ()) -> dict[Path, str]:
    """Return the tidy text of each file that is not tidy, by path.

    These are notebooks, and, where no names are given, the README with the pages' times.
    """
    every = {notebook_of(root, name): name for name in assignments(root)}
    pages = {path: read(path) for path in every}
    wanted = assignments(root, names)
    pages |= {path: tidy(pages[path], str(path)) for path, name in every.items() if name in wanted}
    times = {every[path][:2]: page_times(page) for path, page in pages.items()}
    found = {}
    for path, page in pages.items():
        for cell in page.cells:
            if cell.get("id") == "map":
                cell.source = with_times(cell.source, times)
        if every[path] in wanted:
            found[path] = to_text(page)
    if (readme := root / "README.md").is_file() and not names:
        found[readme] = with_times(readme.read_text(encoding="utf-8"), times)
    return {path: text for path, text in found.items() if path.read_bytes() != text.encode()}


def _marked(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode, dict[str, Any]]]:
    """Yield each cell that nbgrader marks: its index, the cell, its nbgrader metadata."""
    for index, cell in enumerate(notebook.cells):
        meta = cell.metadata.get("nbgrader")
        if meta and (meta.get("grade") or meta.get("solution") or meta.get("locked")):
            yield index, cell, meta


def _points(where: str, index: int, cell: NotebookNode, name: str) -> float:
    """Return the points of a test cell's exercise; raise unless the cell holds only its check."""
    if name not in EXERCISES:
        raise _broken(where, index, cell, f"there is no exercise {name!r} in utils/exercises")
    call = f'check("{name}")'
    if cell.source != call:
        raise _broken(where, index, cell, f"a test cell is exactly {call}")
    return EXERCISES[name].points


def refuse_changed_points(cell: NotebookNode, where: str = "The notebook") -> None:
    """Raise if someone changed the points in a test cell's metadata.

    A cell's checksum covers its points. If it fits them, the cell is as `tidy` left it and the
    rubric has changed since, which is allowed.

    Raises
    ------
    BrokenCourse
        With the file in which to change the points.
    """
    marks = cell.metadata.nbgrader
    exercise = EXERCISES.get(marks.grade_id)
    points = marks.get("points")
    if exercise is None or points is None or points == exercise.points:
        return
    from nbgrader.utils import compute_checksum  # slow to import, and seldom needed

    if marks.get("checksum") == compute_checksum(cell):
        return
    module = module_of(exercise).replace(".", "/")
    raise BrokenCourse(
        f"{where}: its metadata says {points:g} points, and the rubric {exercise.points:g}. "
        f"Points belong in the exercise's rubric, in {module}.py; then type `course tidy`."
    )


def _fix_ids(where: str, notebook: NotebookNode) -> None:
    """Set the cell id of nbgrader's cells to their grade id; raise unless all ids are unique."""
    for _, cell, meta in _marked(notebook):
        cell["id"] = str(meta["grade_id"])
    seen: dict[str, int] = {}
    for index, cell in enumerate(notebook.cells):
        name = cell.get("id", "")
        if not name or name in seen:
            why = f"cell {seen[name] + 1} has its id {name!r} too" if name else "it has no id"
            raise _broken(where, index, cell, why)
        seen[name] = index


def _node(data: dict[str, Any]) -> NotebookNode:
    node: NotebookNode = nbformat.from_dict(data)
    return node


def _broken(where: str, index: int, cell: NotebookNode, why: str) -> BrokenCourse:
    name = cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id") or "no id"
    return BrokenCourse(f"{where}, cell {index + 1} ({name}): {why}.")

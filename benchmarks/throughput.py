"""Grading a class, against nbgrader's own autograde: ``python benchmarks/throughput.py``.

A class drawn from right variants and known mistakes of notebook 01 is graded by
`nbgrader autograde`, as it comes (on a sample, since it takes seconds a student), and by
`course grade` with its sandbox; both write nbgrader's gradebook. In turns, in one run.
"""

from __future__ import annotations

import argparse
import inspect
import os
import random
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import time
from pathlib import Path

import nbformat

from autograder import notebooks
from utils.exercises import EXERCISES

ROOT = Path(__file__).resolve().parents[1]
TASK = "01_forward_propagation"


def source_of(function: object, name: str) -> str:
    """A function as a student's cell: renamed to what it answers, without its decorators."""
    module = inspect.getmodule(function)
    assert module is not None
    text = textwrap.dedent(inspect.getsource(function))  # type: ignore[arg-type]
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("def "))
    body = "\n".join(lines[start:]).replace(f"def {function.__name__}(", f"def {name}(", 1)  # type: ignore[attr-defined]
    return body


def alone(source: str) -> bool:
    """Whether a function needs nothing but NumPy, so that it can stand in a cell."""
    try:
        code = compile(source, "cell", "exec")
    except SyntaxError:
        return False
    names = set()
    due = [code]
    while due:
        one = due.pop()
        names |= set(one.co_names)
        due += [constant for constant in one.co_consts if inspect.iscode(constant)]
    return not {n for n in names if n[0] == "_" or n in {"layer", "logistic", "max0", "reference"}}


def hand_in(folder: Path, count: int, seed: int = 0) -> None:
    """Submissions of a class."""
    rng = random.Random(seed)
    solved = notebooks.solve(notebooks.read(notebooks.notebook_of(ROOT, TASK)))
    exercises = [one for one in EXERCISES.values() if one.assignment == TASK]
    choices = {}
    for exercise in exercises:
        wrong = [m.function for m in exercise.mistakes]
        sources = [source_of(f, exercise.name) for f in [*exercise.right, *wrong]]
        choices[exercise.name] = [source for source in sources if alone(source)]
    for student in range(count):
        notebook = nbformat.from_dict(solved)
        for cell in notebook.cells:
            about = cell.metadata.get("nbgrader", {})
            name = about.get("grade_id", "").removesuffix("-solution")
            if about.get("solution") and choices.get(name) and rng.random() < 0.6:
                cell.source = rng.choice(choices[name])
        place = folder / f"student{student:04}" / TASK
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{TASK}.ipynb")


def seconds(command: list[str], cwd: Path) -> float:
    """How long a command takes; what it says is only shown if it fails."""
    start = time.perf_counter()
    paths = [sysconfig.get_path("scripts"), os.environ["PATH"]]  # nbgrader looks there for alembic
    environment = os.environ | {"PATH": os.pathsep.join(paths), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - start
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return taken


def workspace(folder: Path) -> Path:
    """Nbgrader's course directory with the assignment generated."""
    python = sys.executable
    subprocess.run(
        [python, "-m", "autograder", "workspace", str(folder), TASK],
        check=True,
        capture_output=True,
    )
    seconds([python, "-m", "nbgrader", "generate_assignment", TASK], folder)
    return folder


def main() -> None:
    """Measure in turns, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, default=200)
    arguments.add_argument("--sample", type=int, default=15, help="of them, for nbgrader")
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    theirs, ours, again = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        hand_in(where / "class", given.students)
        for turn in range(given.rounds):
            peer = workspace(where / f"peer{turn}")
            (peer / "nbgrader_config.py").write_text(STOCK.format(folder=str(peer)))
            for student in sorted((where / "class").iterdir())[: given.sample]:
                shutil.copytree(student, peer / "submitted" / student.name)
            command = [sys.executable, "-m", "nbgrader", "autograde", TASK]
            theirs.append(seconds(command, peer) / given.sample)
            own = workspace(where / f"own{turn}")
            shutil.copytree(where / "class", own / "submitted")
            command = [sys.executable, "-m", "autograder", "grade", TASK, "--workspace", str(own)]
            ours.append(seconds(command, own) / given.students)
            again.append(seconds(command, own))
    ratios = [a / b for a, b in zip(theirs, ours, strict=True)]
    print("| | nbgrader autograde | course grade | times faster |\n|:--|--:|--:|--:|")
    print(
        f"| a submission, gradebook written, ms | {1000 * statistics.median(theirs):.0f} | "
        f"{1000 * statistics.median(ours):.0f} | {statistics.median(ratios):.1f} |"
    )
    print(f"| the class again, nothing changed, s | | {statistics.median(again):.1f} | |")


# nbgrader as it comes: its own Execute, in the course's own Python.
STOCK = """c = get_config()
c.CourseDirectory.course_id = "peer"
c.CourseDirectory.root = {folder!r}
c.ClearSolutions.code_stub = {{"python": "# YOUR CODE HERE\\\\nraise NotImplementedError()"}}
c.Execute.timeout = 60
"""

if __name__ == "__main__":
    main()

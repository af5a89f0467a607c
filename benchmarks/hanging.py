"""Measure what an endless loop costs a class: ``python benchmarks/hanging.py``.

The first student of a class of notebook 01 has an endless loop in `sigmoid`, which two further
answers call. The class is graded with and without it, in turns, on all cores.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from benchmarks.classes import TASK, hand_in
from tests.support import ROOT

LOOP = "def sigmoid(Z):\n    while True:\n        pass"


def let_hang(folder: Path) -> None:
    """Put the endless loop into the first student's answer."""
    path = sorted(folder.glob(f"*/{TASK}/{TASK}.ipynb"))[0]
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "sigmoid-solution":
            cell.source = LOOP
    nbformat.write(notebook, path)


def grade(folder: Path, output: Path, limit: float) -> tuple[float, float]:
    """Return the seconds until all but one student are graded, and until the command ends."""
    command = [sys.executable, "-m", "autograder", "grade", TASK, "--timeout", str(limit)]
    command += ["--submissions", str(folder), "--output", str(output)]
    start = time.perf_counter()
    graded = []
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.endswith(" points\n"):
                graded.append(time.perf_counter() - start)
    if process.returncode not in (0, 1):
        sys.exit(f"{command} ended with {process.returncode}.")
    return graded[-2], time.perf_counter() - start


def main() -> None:
    """Measure in turns, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, default=60)
    arguments.add_argument("--limit", type=float, default=10, help="seconds that a cell may take")
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    taken: dict[str, list[tuple[float, float]]] = {"no endless loop": [], "one endless loop": []}
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        for kind in taken:
            hand_in(where / kind, given.students)
        let_hang(where / "one endless loop")
        for turn in range(given.rounds):
            for kind, times in taken.items():
                times.append(grade(where / kind, where / f"{kind} {turn}", given.limit))
    print("| class | all others graded, s | all graded, s |\n|:--|--:|--:|")
    for kind, times in taken.items():
        others, everyone = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"| {given.students}, {kind} | {others:.1f} | {everyone:.1f} |")
    print(f"\nA cell, and all calls of one exercise, may take {given.limit:g} s.")


if __name__ == "__main__":
    main()

"""Graders killed at random moments: ``python benchmarks/faults.py``.

A small class is graded once undisturbed. Then, again and again into a new folder, something is
killed at a random moment: the driver, a process that judges, or a sandbox. Afterwards the same
command must end, with the same grades and results, byte for byte; and of a driver that was killed,
no process may stay behind. The same seed kills at the same moments, as far as a machine's pace is
the same.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import psutil

from autograder import notebooks

ROOT = Path(__file__).resolve().parents[1]
TASK = "05_the_brain"
LINGER = 10  # seconds after which what is still there has stayed behind
SOLUTION = "logistic_unit-solution"
BODIES = ["Z = w.T @ X + b", "Z = w.T @ X", "while True: pass", "exit()", "import os; os.abort()"]


def hand_in(folder: Path, count: int) -> None:
    """A class that is right, wrong, hangs, exits and crashes in turns."""
    path = notebooks.notebook_of(ROOT, TASK)
    for number in range(count):
        notebook = notebooks.solve(notebooks.read(path), markers=False)
        [cell] = [cell for cell in notebook.cells if cell.id == SOLUTION]
        assert BODIES[0] in cell.source
        cell.source = cell.source.replace(BODIES[0], BODIES[number % len(BODIES)])
        place = folder / f"s{number:03}" / TASK
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{TASK}.ipynb")


def command(submissions: Path, output: Path, *more: str) -> list[str]:
    """The command that grades."""
    grade = [sys.executable, "-m", "autograder", "grade", TASK, "--timeout", "2", *more]
    return [*grade, "--submissions", str(submissions), "--output", str(output)]


def grades(output: Path) -> tuple[bytes, bytes]:
    """What came of it."""
    return (output / "grades.csv").read_bytes(), (output / "results.jsonl").read_bytes()


def start(*arguments: Any) -> subprocess.Popen[str]:
    """Start to grade."""
    return subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def run(*arguments: Any) -> None:
    """Grade, which must end well."""
    process = start(*arguments)
    _, errors = process.communicate(timeout=300)
    if process.returncode not in (0, 1) or "Traceback" in errors:
        raise AssertionError(f"It ended with {process.returncode}: {errors}")


def kind_of(process: psutil.Process) -> str:
    """What a process of a grader is."""
    try:
        words = " ".join(process.cmdline())
    except psutil.Error:
        return "gone"
    kinds = {"spawn_main": "judge", "bwrap": "bubblewrap", "autograder.zygote": "sandbox"}
    return next((kind for sign, kind in kinds.items() if sign in words), "other")


def victim(driver: psutil.Process, rng: random.Random) -> tuple[str, psutil.Process]:
    """Who is to be killed: the driver, a judge, or a sandbox's bubblewrap or warm process.

    Of the sandbox's own processes it is the eldest: what a submission itself is killed by, nobody
    can tell from what it did to itself.
    """
    found = {"driver": [driver]}
    for process in driver.children(recursive=True):
        kind = kind_of(process)
        if kind == "sandbox" and kind_of(process.parent() or process) != "bubblewrap":
            continue
        found.setdefault(kind, []).append(process)
    kind = rng.choice([kind for kind in found if kind not in ("gone", "other")])
    return kind, rng.choice(found[kind])


def disturb(submissions: Path, output: Path, moment: float, rng: random.Random) -> str:
    """Grade, kill somebody at a moment, and see to it that nobody stays behind."""
    process = start(submissions, output)
    time.sleep(moment)
    driver = psutil.Process(process.pid)
    try:
        family = driver.children(recursive=True)
        kind, one = victim(driver, rng)
        one.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        kind = "nobody"
    _, errors = process.communicate(timeout=300)
    if kind == "driver":
        _, left = psutil.wait_procs(family, timeout=LINGER)
        if left:
            raise AssertionError(f"These stayed behind: {[p.cmdline()[:5] for p in left]}")
    elif process.returncode not in (0, 1, 2, 3) or "Traceback" in errors:
        # 2 is a grader that refuses to begin, for the sandbox that it tried just then died.
        raise AssertionError(f"{kind} killed, and it ended with {process.returncode}: {errors}")
    return kind


def main() -> None:
    """Kill, grade again, compare."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--students", type=int, default=10)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    rng = random.Random(given.seed)
    killed: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        hand_in(where / "class", given.students)
        before = time.perf_counter()
        run(where / "class", where / "undisturbed")
        taken = time.perf_counter() - before
        wanted = grades(where / "undisturbed")
        for number in range(given.kills):
            output = where / f"grades{number}"
            killed[disturb(where / "class", output, rng.uniform(0, taken), rng)] += 1
            run(where / "class", output)
            assert grades(output) == wanted, f"other grades after kill {number}: {output}"
    print("| killed | times | other grades | left behind |\n|:--|--:|--:|--:|")
    for kind, count in killed.items():
        print(f"| {kind} | {count} | 0 | 0 |")


if __name__ == "__main__":
    main()

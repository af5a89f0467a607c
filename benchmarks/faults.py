"""Graders killed at random moments: ``python benchmarks/faults.py``.

A small class is graded once undisturbed. Then, again and again into a new folder, something is
killed at a random moment: the driver, a process that judges, or a sandbox; every third time on a
Dask cluster, where it is the driver, the scheduler, a worker or its nanny. Afterwards the same
command must end, with the same grades and results, byte for byte; and of a driver that was killed,
no process may stay behind. The same seed kills at the same moments, as far as a machine's pace is
the same.

Then nbgrader's gradebook: locked by another program for a minute and more, and written by two
graders at once. Afterwards it must hold what it holds after an undisturbed run.
"""

from __future__ import annotations

import argparse
import difflib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbgrader.api import Gradebook

from autograder.course import notebooks
from benchmarks.cluster import Cluster
from benchmarks.throughput import environment, workspace

ROOT = Path(__file__).resolve().parents[1]
TASK = "05_the_brain"
LINGER = 10  # seconds after which what is still there has stayed behind
SOLUTION = "logistic_unit-solution"
HANGS = "import time; time.sleep(600)"  # as long as a loop without end, and no core is kept busy
BODIES = ["Z = w.T @ X + b", "Z = w.T @ X", HANGS, "exit()", "import os; os.abort()"]


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
    grade = [sys.executable, "-m", "autograder", "grade", TASK, "--timeout", "4", *more]
    return [*grade, "--submissions", str(submissions), "--output", str(output)]


def grades(output: Path) -> tuple[bytes, bytes]:
    """What came of it."""
    return (output / "grades.csv").read_bytes(), (output / "results.jsonl").read_bytes()


def difference(output: Path, wanted: tuple[bytes, bytes]) -> str:
    """The lines of results that are not as they were."""
    before, after = wanted[1].decode().splitlines(), grades(output)[1].decode().splitlines()
    return "\n".join(difflib.unified_diff(before, after, "undisturbed", "afterwards", "", "", 0))


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
    kinds = {"spawn_main": "judge", "bwrap": "bubblewrap", "autograder.sandbox.zygote": "sandbox"}
    return next((kind for sign, kind in kinds.items() if sign in words), "other")


def of_cluster(driver: psutil.Process, made: Cluster) -> dict[str, list[psutil.Process]]:
    """Who is to be killed where a cluster grades."""
    nannies = [psutil.Process(worker.pid) for worker in made.workers]
    workers = [child for nanny in nannies for child in nanny.children()]
    scheduler = [psutil.Process(made.scheduler.pid)]
    return {"driver": [driver], "scheduler": scheduler, "nanny": nannies, "worker": workers}


def of_machine(driver: psutil.Process) -> dict[str, list[psutil.Process]]:
    """Who is to be killed: the driver, a judge, or a sandbox's bubblewrap or warm process.

    Of the sandbox's own processes it is the eldest: what a submission itself is killed by, nobody
    can tell from what it did to itself.
    """
    found = {"driver": [driver]}
    for process in driver.children(recursive=True):
        kind = kind_of(process)
        if kind == "sandbox" and kind_of(process.parent() or process) != "bubblewrap":
            continue
        if kind not in ("gone", "other"):
            found.setdefault(kind, []).append(process)
    return found


def disturb(
    submissions: Path, output: Path, moment: float, rng: random.Random, made: Cluster | None
) -> str:
    """Grade, kill somebody at a moment, and see to it that nobody stays behind."""
    process = start(submissions, output, *on(made))
    time.sleep(moment)
    driver = psutil.Process(process.pid)
    try:
        family = driver.children(recursive=True)
        found = of_cluster(driver, made) if made else of_machine(driver)
        kind = rng.choice([kind for kind, processes in found.items() if processes])
        rng.choice(found[kind]).send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        kind = "nobody"
    _, errors = process.communicate(timeout=300)
    if kind == "driver":
        _, left = psutil.wait_procs(family, timeout=LINGER)
        if left:
            raise AssertionError(f"These stayed behind: {[p.cmdline()[:5] for p in left]}")
    elif process.returncode not in (0, 1, 2, 3) or "Traceback" in errors:
        # 2 is a grader that refuses to begin, for the sandbox that it tried just then died, or one
        # that ends, for its scheduler is gone.
        raise AssertionError(f"{kind} killed, and it ended with {process.returncode}: {errors}")
    return kind


def on(made: Cluster | None) -> list[str]:
    """What makes a grader use a cluster."""
    return ["--cluster", made.address] if made else []


def kill_one(submissions: Path, output: Path, moment: float, rng: random.Random) -> str:
    """Kill somebody on this machine, and grade again."""
    kind = disturb(submissions, output, moment, rng, None)
    run(submissions, output)
    return kind


def kill_one_on_a_cluster(
    submissions: Path, output: Path, moment: float, rng: random.Random
) -> str:
    """Kill somebody of a cluster, and grade again on it, or on another where it is gone."""
    folder = output.with_name(f"{output.name}-dask")
    with Cluster(folder / "first") as made:
        kind = disturb(submissions, output, moment, rng, made)
        if made.scheduler.poll() is None and any(one.poll() is None for one in made.workers):
            run(submissions, output, *on(made))
            return f"{kind}, on a cluster"
    with Cluster(folder / "second") as made:
        run(submissions, output, *on(made))
    return f"{kind}, on a cluster"


# --- nbgrader's gradebook ------------------------------------------------------------------------


def start_in(space: Path) -> subprocess.Popen[str]:
    """Start to grade a workspace."""
    command = [sys.executable, "-m", "autograder", "grade", TASK, "--timeout", "4"]
    return subprocess.Popen(
        [*command, "--workspace", str(space)],
        cwd=ROOT,
        env=environment(),
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def book_of(space: Path) -> list[tuple[Any, ...]]:
    """Every grade in the gradebook."""
    with Gradebook(f"sqlite:///{space / 'gradebook.db'}", "deep-networks") as book:
        return sorted(
            (one.student.id, grade.name, grade.auto_score, grade.needs_manual_grade)
            for one in book.assignment_submissions(TASK)
            for notebook in one.notebooks
            for grade in notebook.grades
        )


def spaces_for(folder: Path, submissions: Path) -> list[Path]:
    """Three workspaces, alike to the seed, in which these were handed in."""
    first = folder / "calm"
    first.mkdir()
    shutil.copytree(submissions, workspace(first, TASK) / "submitted")
    return [first, *(shutil.copytree(first, folder / name) for name in ("locked", "two"))]


def locked(space: Path, seconds: float) -> str:
    """Keep the gradebook locked while a grader works; what that says in the end."""
    with closing(sqlite3.connect(space / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        process = start_in(space)
        time.sleep(seconds)
        other.execute("ROLLBACK")
    _, errors = process.communicate(timeout=300)
    if process.returncode not in (0, 1, 2) or "Traceback" in errors:
        raise AssertionError(f"It ended with {process.returncode}: {errors}")
    return errors.splitlines()[-1] if process.returncode == 2 else "it waited, and ended well"


def two_at_once(space: Path) -> None:
    """Let two graders work on one new class."""
    for process in [start_in(space), start_in(space)]:
        _, errors = process.communicate(timeout=300)
        if process.returncode not in (0, 1) or "Traceback" in errors:
            raise AssertionError(f"It ended with {process.returncode}: {errors}")


def grade_in(space: Path) -> None:
    """Grade a workspace, which must end well."""
    process = start_in(space)
    _, errors = process.communicate(timeout=300)
    if process.returncode not in (0, 1) or "Traceback" in errors:
        raise AssertionError(f"It ended with {process.returncode}: {errors}")


def main() -> None:
    """Kill, grade again, compare; then disturb the gradebook."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--students", type=int, default=10)
    arguments.add_argument("--locked", type=float, default=70, help="seconds")
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
            kill = kill_one_on_a_cluster if number % 3 == 2 else kill_one
            killed[kill(where / "class", output, rng.uniform(0, taken), rng)] += 1
            if grades(output) != wanted:
                sys.exit(f"Other grades after kill {number}:\n{difference(output, wanted)}")
        print("| killed | times | other grades | left behind |\n|:--|--:|--:|--:|")
        for kind, count in sorted(killed.items()):
            print(f"| {kind} | {count} | 0 | 0 |")
        calm, busy, two = spaces_for(where, where / "class")
        grade_in(calm)
        said = locked(busy, given.locked)
        grade_in(busy)
        two_at_once(two)
        assert book_of(busy) == book_of(two) == book_of(calm) != []
    print(f"\nLocked for {given.locked:g} s, the grader said: {said}")
    print("After the same command again, and after two graders at once: the same gradebook.")


if __name__ == "__main__":
    main()

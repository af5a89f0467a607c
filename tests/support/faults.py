"""Grade small classes, kill processes meanwhile, and disturb nbgrader's gradebook."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbgrader.api import Gradebook

from autograder.course import notebooks
from tests.support import ROOT
from tests.support.cluster import Cluster
from tests.support.nbgrader_workspace import environment, make_workspace

TASK = "05_the_brain"
SECONDS_TO_END = 10  # after the driver, for the processes that it has started
SOLUTION = "logistic_unit-solution"
HANGS = "import time; time.sleep(600)"  # like an endless loop, but it uses no core
BODIES = ["Z = w.T @ X + b", "Z = w.T @ X", HANGS, "exit()", "import os; os.abort()"]


def hand_in(folder: Path, count: int) -> None:
    """Write a class of students who are right, wrong, hang, exit and crash in turns."""
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
    """Return the command that grades."""
    grade = [sys.executable, "-m", "autograder", "grade", TASK, "--timeout", "4", *more]
    return [*grade, "--submissions", str(submissions), "--output", str(output)]


def grades(output: Path) -> tuple[bytes, bytes]:
    """Return the bytes of the tables that the grader wrote."""
    folder = output / TASK
    return (folder / "grades.csv").read_bytes(), (folder / "results.jsonl").read_bytes()


def start(*arguments: Any) -> subprocess.Popen[str]:
    """Start a grader."""
    return subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def run(*arguments: Any) -> None:
    """Grade; fail if the grader fails."""
    process = start(*arguments)
    _, errors = process.communicate(timeout=300)
    if process.returncode not in (0, 1) or "Traceback" in errors:
        raise AssertionError(f"It ended with {process.returncode}: {errors}")


def kind_of(process: psutil.Process) -> str:
    """Return the kind of a process that a grader has started."""
    try:
        words = " ".join(process.cmdline())
    except psutil.Error:
        return "gone"
    kinds = {
        "autograder.grading.worker_pool": "judge",
        "bwrap": "bubblewrap",
        "autograder.sandbox.zygote": "sandbox",
    }
    return next((kind for sign, kind in kinds.items() if sign in words), "other")


def of_cluster(driver: psutil.Process, made: Cluster) -> dict[str, list[psutil.Process]]:
    """Return the processes that may be killed when a cluster grades, by their kind."""
    nannies = [psutil.Process(worker.pid) for worker in made.workers]
    workers = [child for nanny in nannies for child in nanny.children()]
    scheduler = [psutil.Process(made.scheduler.pid)]
    return {"driver": [driver], "scheduler": scheduler, "nanny": nannies, "worker": workers}


def of_machine(driver: psutil.Process) -> dict[str, list[psutil.Process]]:
    """Return the processes that may be killed on this machine, by their kind.

    They are the driver, the judges, and of each sandbox its bubblewrap and its warm process. The
    fork of a submission is left out: a grader cannot distinguish its end by a signal from an end
    that the submission brought about itself.
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
    """Grade, kill one process after `moment` seconds, and check that no process is left."""
    process = start(submissions, output, *on(made))
    time.sleep(moment)
    driver = psutil.Process(process.pid)
    try:
        family = driver.children(recursive=True)
        found = of_cluster(driver, made) if made else of_machine(driver)
        kind = rng.choice([kind for kind, processes in found.items() if processes])
        rng.choice(found[kind]).send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        kind = "none"
    _, errors = process.communicate(timeout=300)
    if kind == "driver":
        _, left = psutil.wait_procs(family, timeout=SECONDS_TO_END)
        if left:
            raise AssertionError(f"These processes are left: {[p.cmdline()[:5] for p in left]}")
    elif process.returncode not in (0, 1, 2, 3) or "Traceback" in errors:
        # 2 is a grader that does not start because its first sandbox died, or one that stops
        # because its scheduler died.
        raise AssertionError(f"{kind} killed, and it ended with {process.returncode}: {errors}")
    return kind


def on(made: Cluster | None) -> list[str]:
    """Return the options with which a grader uses a cluster."""
    return ["--cluster", made.address] if made else []


def kill_one(submissions: Path, output: Path, moment: float, rng: random.Random) -> str:
    """Kill a process on this machine, grade again, and return what was killed."""
    kind = disturb(submissions, output, moment, rng, None)
    run(submissions, output)
    return kind


def kill_one_on_a_cluster(
    submissions: Path, output: Path, moment: float, rng: random.Random
) -> str:
    """Kill a process of a cluster, grade again on it, or on a new one if it is gone."""
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
    """Start to grade a workspace; one process judges, since the fault is the gradebook's."""
    command = [sys.executable, "-m", "autograder", "grade", TASK, "--timeout", "4", "--jobs", "1"]
    return subprocess.Popen(
        [*command, "--workspace", str(space)],
        cwd=ROOT,
        env=environment(),
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def book_of(space: Path) -> list[tuple[Any, ...]]:
    """Return every grade in the gradebook."""
    with Gradebook(f"sqlite:///{space / 'gradebook.db'}", "deep-networks") as book:
        return sorted(
            (one.student.id, grade.name, grade.auto_score, grade.needs_manual_grade)
            for one in book.assignment_submissions(TASK)
            for notebook in one.notebooks
            for grade in notebook.grades
        )


def spaces_for(folder: Path, submissions: Path) -> list[Path]:
    """Make three workspaces with these submissions and the same seed."""
    first = folder / "calm"
    first.mkdir()
    shutil.copytree(submissions, make_workspace(first, TASK) / "submitted")
    return [first, *(shutil.copytree(first, folder / name) for name in ("locked", "two"))]


def locked(space: Path, seconds: float) -> str:
    """Keep the gradebook locked while a grader works, and return how the grader ended."""
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
    """Let two graders grade one new class at the same time."""
    for process in [start_in(space), start_in(space)]:
        _, errors = process.communicate(timeout=300)
        if process.returncode not in (0, 1) or "Traceback" in errors:
            raise AssertionError(f"It ended with {process.returncode}: {errors}")


def grade_in(space: Path) -> None:
    """Grade a workspace; fail if the grader fails."""
    process = start_in(space)
    _, errors = process.communicate(timeout=300)
    if process.returncode not in (0, 1) or "Traceback" in errors:
        raise AssertionError(f"It ended with {process.returncode}: {errors}")

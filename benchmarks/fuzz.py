"""Grade damaged notebooks: ``python benchmarks/fuzz.py``.

A correct notebook is damaged at random, once or several times: its bytes, its JSON, its cells,
their ids, metadata and sizes; the students' names are strange too. Each kind of damage records
which answers it touches; damage to the imports touches all. `course grade` grades all notebooks as
one class. It must finish, give each student one result for each exercise, and take no points from
an answer that no damage touched. The seed determines the damage.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from autograder.grading.class_folder import shown_names
from autograder.grading.course_notebook import CourseNotebook, read_course_notebook
from autograder.grading.reading import read_submission
from autograder.limits import LIMITS
from benchmarks.driver_memory import high_water_mark
from tests.support import ROOT
from tests.support.damaged_bytes import BYTES, appended, not_a_notebook, whole, windows, written
from tests.support.damaged_cells import CELLS, FIELDS, LAST, SIZES, backwards, move, shuffle
from tests.support.handed_in import DEEP, POINTS, TASK, HandedIn, right

NAMES = [
    "",
    "",
    "",
    "\u200b",
    "\n",
    "\u00e9",
    "e\u0301",
    "\udcff",
    "\\n",
    "=1",
    " ",
    "\u202e",
    "x" * 200,
]


def damaged(rng: random.Random) -> tuple[bytes, HandedIn]:
    """Return a notebook with up to four kinds of damage, as bytes and with its record."""
    one = right()
    damages = [rng.choice(CELLS)] if rng.random() < 0.7 else []
    damages += [rng.choice(SIZES)] if rng.random() < 0.03 else []
    damages += [rng.choice(FIELDS)] if rng.random() < 0.4 else []
    damages += [rng.choice(LAST)] if rng.random() < 0.15 else []
    for damage in damages:
        damage(one, rng)
        if damage in (move, shuffle, backwards):
            one.touch_what_comes_too_late()
    kind = whole if rng.random() < 0.6 else rng.choice(BYTES)
    if rng.random() < 0.03:
        kind = not_a_notebook
    content, touched = kind(written(one), rng)
    deep = b"[" * one.nested + b"0" + b"]" * one.nested
    content = content.replace(f'"{DEEP}"'.encode(), deep)
    one.touched |= POINTS.keys() if len(content) > LIMITS.file else touched
    if kind not in (whole, windows, appended) and not isinstance(one.page.get("cells"), list):
        one.touched |= POINTS.keys()  # the positions of the answers are not known
    one.damages = [each.__name__ for each in (*damages, kind)]
    return content, one


def hand_in(folder: Path, count: int, seed: int) -> dict[str, HandedIn]:
    """Write a class of damaged notebooks, and return them by student."""
    done = {}
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        content, one = damaged(rng)
        path = folder / f"s{number // 2:05}{rng.choice(NAMES)}" / TASK / f"{TASK}.ipynb"
        if path.parent.exists():
            path = folder / f"s{number:05}-twin" / TASK / f"{TASK}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        done[path.parts[-3]] = one
    shown = shown_names(sorted(done))
    return {shown[student]: one for student, one in done.items()}


def longest_reading(folder: Path) -> float:
    """Return the most seconds that reading one of the notebooks takes."""
    course = CourseNotebook(read_course_notebook(ROOT, TASK))
    most = 0.0
    for path in folder.glob(f"*/{TASK}/*.ipynb"):
        start = time.perf_counter()
        read_submission(course, path.read_bytes(), path.name)
        most = max(most, time.perf_counter() - start)
    return most


def complaints(done: dict[str, HandedIn], output: Path) -> list[str]:
    """Return a sentence for each error in the grades."""
    found = []
    lines = (output / "results.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")
    results = [json.loads(line) for line in lines]
    times = Counter((one["student"], one["exercise"]) for one in results)
    for student in done:
        for exercise in POINTS:
            if times.pop((student, exercise), 0) != 1:
                found.append(f"{student}, {exercise}: not there exactly once.")
    found += [f"{student}, {exercise}: no such student or exercise." for student, exercise in times]
    for one in results:
        one_file = done[one["student"]]
        if one["exercise"] not in one_file.touched and one["points"] != one["max_points"]:
            given = f"{one['status']}: {one['message']}"
            found.append(f"{one['student']}, {one['exercise']} after {one_file.damages}: {given}")
    with (output / "grades.csv").open(encoding="utf-8", newline="") as file:
        students = [row["student"] for row in csv.DictReader(file)]
    if sorted(students) != sorted(done):
        found.append("grades.csv has not one row for each student.")
    return found


def main() -> None:
    """Damage and grade a class, and print the table and each error."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--keep", type=Path, help="leave notebooks and grades in this folder")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = given.keep or Path(folder)
        done = hand_in(where / "class", given.count, given.seed)
        command = [sys.executable, "-m", "autograder", "grade", TASK, "--timeout", "10"]
        command += ["--submissions", str(where / "class"), "--output", str(where / "grades")]
        start, peak = time.perf_counter(), 0
        with tempfile.TemporaryFile("w+") as log:
            run = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
            while run.poll() is None:
                peak = high_water_mark(run.pid) or peak
                time.sleep(0.05)
            taken = time.perf_counter() - start
            log.seek(0)
            said = log.read()
        if run.returncode not in (0, 1) or "Traceback" in said:
            sys.exit(f"It ended with {run.returncode}:\n{said}")
        longest = longest_reading(where / "class")
        found = complaints(done, where / "grades" / TASK)
    whole = sum(len(POINTS) - len(one.touched) for one in done.values())
    print(
        "| notebooks | answers | of them no damage touched | lost points | seconds "
        "| peak of the driver, MiB | longest reading, s |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|")
    print(
        f"| {len(done)} | {len(done) * len(POINTS)} | {whole} | {len(found)} | {taken:.0f} "
        f"| {peak / 2**20:.0f} | {longest:.1f} |"
    )
    print(*found, sep="\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

"""Grades one class with `course grade`: every attacker between two honest students.

Runs inside the outer sandbox, and prints the results as JSON.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.attacks import ATTACKS
from tests.attacks.attack import ROOM
from tests.attacks.outer import settle
from tests.attacks.room import Room, hand_in, survivors
from tests.support import small_course


def main(names: list[str]) -> None:
    settle()
    room = Room()
    course = Path("/tmp/course")
    small_course.course(course)
    shutil.copy(f"{ROOM}/course/utils/reference/secret.py", course / "utils/reference/secret.py")
    honest = {
        "ada": small_course.solved(),
        "zoe": small_course.solved(sigmoid="def sigmoid(Z):\n    return Z"),
    }
    for student, page in honest.items():
        small_course.hand_in(room.submitted, student, page)
    alone = grade(course, room.submitted, "alone")
    for attack in ATTACKS:
        if not names or attack.name in names:
            hand_in(attack, room.submitted)
    together = grade(course, room.submitted, "together")
    found = {
        "alone": alone,
        "together": together,
        "effects": room.effects(),
        "survivors": survivors(),
        "html": kept(Path("/tmp/together", small_course.TASK, "verdicts.db")),
        "explained": [
            explain(course, room.submitted, *of)
            for of in (("ada", "relu"), ("escape_codes", "sigmoid"), ("line_end", "sigmoid"))
        ],
    }
    print(json.dumps(found))


def grade(course: Path, submitted: Path, name: str) -> dict[str, object]:
    output = Path("/tmp", name)
    # Attackers that loop or call the reference without end reach these limits sooner.
    limits = ("--timeout", "4", "--limit", "reference_calls=500")
    done = small_course.run(course, submitted, output, *limits, "--jobs", "2")
    lines = (output / small_course.TASK / "results.jsonl").read_text().split("\n")
    results = [json.loads(line) for line in lines if line]
    honest = [line for line in lines if line.startswith(('{"student": "ada"', '{"student": "zoe"'))]
    table = (output / small_course.TASK / "grades.csv").read_text().splitlines()
    return {
        "honest": honest + [row for row in table if row.startswith(("ada,", "zoe,"))],
        "results": results,
        "table": table,
        "said": done.stdout + done.stderr,
        "code": done.returncode,
    }


def explain(course: Path, submitted: Path, student: str, exercise: str) -> str:
    command = [sys.executable, "-m", "autograder", "explain", student, exercise]
    command += ["--submissions", str(submitted), "--output", "/tmp/together"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def kept(path: Path) -> str:
    """All HTML that could be shown."""
    rows = sqlite3.connect(path).execute("SELECT verdict FROM verdicts").fetchall()
    kept = [json.loads(row) for (row,) in rows]  # verdicts, and what the cells printed
    return "".join(one["verdict"]["text/html"] for one in kept if "verdict" in one)


if __name__ == "__main__":
    main(sys.argv[1:])

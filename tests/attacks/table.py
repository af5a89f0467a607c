"""The page that lists all attacks, with what the instructor was really told of each."""

from __future__ import annotations

import re
from typing import Any

from attacks import ATTACKS, harm, lies, reading, scores
from attacks.attack import Attack

__all__ = ["page", "told"]

GROUPS = {
    "Points without a right answer": scores.ATTACKS,
    "Reading what must stay secret": reading.ATTACKS,
    "Harm": harm.ATTACKS,
    "Lies to the judge": lies.ATTACKS,
}
TOP = """\
# {count} attacks, and what stops each

Made by `python tests/attacks` from the records beside this page; please do not edit it by hand.
`tests/test_attacks.py` runs them all, twice, inside a disposable sandbox:

1. in one class between two honest students, with `course grade`: no point is gained, no secret
   read, nothing changed outside, no process survives, and the honest students' results are the
   same, byte for byte, as without the attackers;
2. each once more without the layers that stop it, where it succeeds: so each could fail above.
   "Walls" are left out of the sandbox itself; "notebook" is a grader as many are, which runs the
   student's notebook with its tests and the live key in one process; the others are functions of
   `weaker.py`.

An attack leaves the answers wrong or blank. What the instructor is told is the status of the answer
with its sentence, or what `course grade` says is suspicious.

How much the second run shows differs. An attack on a wall succeeds in the real sandbox without that
wall. For what is read later (terminal, table, results.jsonl) it shows only that the naive way of
writing or reading would have carried it. What is read in /proc is shown in one process alone, since
here the ownership of files stops it as well. Not tried at all: holes in the kernel, devices (nobody
but root can make one), and copies of another's work.
"""


def page(graded: Any) -> str:
    """The page, for what grading the class gave."""
    parts = [TOP.format(count=len(ATTACKS))]
    for title, attacks in GROUPS.items():
        parts += [
            f"## {title}\n",
            "| attack | what it tries | what stops it | succeeds without | told |",
        ]
        parts.append("|:--|:--|:--|:--|:--|")
        for one in attacks:
            cells = (one.name, f"It {one.tries}", one.stops, lacking(one), told(one, graded))
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("")
    return "\n".join(parts)


def lacking(attack: Attack) -> str:
    """What it is run without, to succeed."""
    return f"walls: {', '.join(attack.walls)}" if attack.walls else f"`{attack.without}`"


def told(attack: Attack, graded: Any) -> str:
    """What the instructor is told of it, without what differs from machine to machine."""
    mine = [one for one in graded["together"]["results"] if one["student"] == attack.shown]
    [result] = [one for one in mine if one["exercise"] == list(attack.answers)[-1]]
    for student, exercise, tried in SUSPICIOUS.findall(graded["together"]["said"]):
        if (student, exercise) == (attack.folder, result["exercise"]):
            return f"suspicious: {tried.partition(' (')[0].rstrip('.')}."
    if result["status"] in ("wrong", "error") and "Its test cell" not in result["message"]:
        return f"{result['status']}, no points"
    sentence = re.sub(r" in \d+ seconds", " in time", result["message"])
    return f"{result['status']}: {sentence}"


SUSPICIOUS = re.compile(r"Suspicious: (\S+), (\S+): (.*?\.)(?= Suspicious:| Please look)")

"""Make the page that lists all attacks, with the message that the instructor got for each."""

from __future__ import annotations

import re
from typing import Any

from autograder.grading.uncredited import NOTHING
from tests.attacks import ATTACKS, harm, lies, reading, scores
from tests.attacks.attack import Attack

__all__ = ["page", "told"]

GROUPS = {
    "Points without a correct answer": scores.ATTACKS,
    "Reading secrets": reading.ATTACKS,
    "Harm to the machine, the class or the reader": harm.ATTACKS,
    "False messages to the judge": lies.ATTACKS,
}
TOP = """\
# {count} attacks, and what stops each

`python tests/attacks` generates this page from the attacks in this folder; do not edit it by hand.
`test_attacks.py` runs all attacks twice, inside a disposable sandbox:

1. All attacks form one class, together with two honest students, and `course grade` grades it. No
   attack gains a point, reads a secret, changes anything outside, or leaves a process. The results
   of the honest students are the same, byte for byte, as without the attackers.
2. Each attack runs once more without the layers that stop it, and succeeds. This shows that run 1
   would have found a missing layer. The column "succeeds without" names what is missing. "Isolation
   layers" are left out of the sandbox itself. `notebook` is a common kind of grader, which runs the
   student's notebook with its tests and the live key in one process. The others are functions in
   `weaker_engine.py`, `weaker_judge.py` and `weaker_reading.py`.

The answers of an attack are wrong or blank. The last column is the status of the answer with the
sentence that `course grade` reports.

Not every attack proves the same in run 2. An attack on an isolation layer succeeds in the real
sandbox without that layer. An attack on text that is read later (on the terminal, in the table, in
results.jsonl) is run only against a simple way of writing or reading the text. An attack that reads
/proc is run in a single process, because in the sandbox the ownership of files stops it as well.
Not tried: vulnerabilities in the kernel, devices (only root can make one), and copies of another
student's work.
"""


def page(graded: Any) -> str:
    """Return the page, from the results of grading the class."""
    parts = [TOP.format(count=len(ATTACKS))]
    for title, attacks in GROUPS.items():
        parts += [
            f"## {title}\n",
            "| attack | what it tries | what stops it | succeeds without | what the instructor is told |",
        ]
        parts.append("|:--|:--|:--|:--|:--|")
        for one in attacks:
            cells = (one.name, f"It {one.tries}", one.stops, lacking(one), told(one, graded))
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("")
    return "\n".join(parts)


def lacking(attack: Attack) -> str:
    """Return the layers or the function without which the attack succeeds."""
    return f"isolation layers: {', '.join(attack.walls)}" if attack.walls else f"`{attack.without}`"


def told(attack: Attack, graded: Any) -> str:
    """Return what the instructor is told, without details that differ between machines."""
    mine = [one for one in graded["together"]["results"] if one["student"] == attack.shown]
    [result] = [one for one in mine if one["exercise"] == list(attack.answers)[-1]]
    for student, exercise, status, tried in SUSPECTED.findall(graded["together"]["said"]):
        if (student, exercise) == (attack.folder, result["exercise"]):
            return f"{status}: {tried.partition(' (')[0].rstrip('.')}."
    if result["status"] in ("wrong", "error") and "Its test cell" not in result["message"]:
        return f"{result['status']}, no points"
    sentence = result["message"].removesuffix(f" {NOTHING}")
    sentence = re.sub(r" in \d+ seconds", " in time", sentence)
    return f"{result['status']}: {sentence}"


SUSPECTED = re.compile(r"^- (\S+), (\S+): (tampered|unchecked): (.*\.)$", re.MULTILINE)

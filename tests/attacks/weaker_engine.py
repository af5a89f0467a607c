"""Ways of grading without the engine, or without walls of its sandbox."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import nbformat
import numpy as np
from nbgrader.utils import determine_grade

from autograder.grading import grade_submission
from autograder.protocol.server import SHELL
from tests.attacks.attack import ROOM, WON, Attack
from tests.attacks.judging import SEED, judged, namespace, sandbox, target, without_properties, won
from tests.attacks.room import Room, page_of, processes
from utils.checker.answer_key import LiveKey

# -- without anything -----------------------------------------------------------------------------


def notebook(attack: Attack, before: str = "") -> bool:
    """As nbgrader does: the student's notebook as it is, in one process, with the live key."""
    with patch.object(LiveKey, "question", without_properties):
        return _notebook(attack, before)


def _notebook(attack: Attack, before: str) -> bool:
    os.environ["COURSE_SEED"] = SEED
    note = "".join(["CAN", "ARY of the judge"])
    gradebook = open(f"{ROOM}/gradebook.db")  # noqa: SIM115 - it stays open, as a gradebook does
    printed, scores = io.StringIO(), []
    errors: list[str] = []
    SHELL._showtraceback = lambda kind, error, lines: errors.append(str(lines))
    if before:
        SHELL.run_cell(before, store_history=True)
    for one in page_of(attack).cells:
        if one.cell_type != "code" or one.get("id") == "demo":
            continue
        graded = one.metadata.get("nbgrader", {}).get("grade")
        if graded and one.id not in attack.answers:
            continue
        errors.clear()
        one.outputs = []
        if "skip-execution" not in one.metadata.get("tags", []):
            with redirect_stdout(printed), redirect_stderr(printed):
                result = SHELL.run_cell(one.source, store_history=True)
            printed.write(str(errors))
            if errors:
                one.outputs = [nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])]
            elif result.result is not None:
                data = {"text/plain": repr(result.result)}
                one.outputs = [nbformat.v4.new_output("execute_result", data=data)]
        if graded:
            scores.append(determine_grade(one)[0])
    gradebook.close()
    return bool(note) and WON in printed.getvalue() if attack.gains == "secret" else any(scores)


def reused(attack: Attack) -> bool:
    """As `notebook`, in a process that has run another student's notebook before."""
    return notebook(attack, f"adas_note = '{WON}'")


def asserted(attack: Attack) -> bool:
    """As many a hidden test does: assert that what came equals what is due."""
    function = namespace(attack)[target(attack)]
    for case in LiveKey(SEED).question(target(attack)).cases:
        got, due = function(*case.inputs()), case.expected.value
        assert np.allclose(got, due) if isinstance(got, np.ndarray) else np.all(got == due)
    return True


# -- without walls --------------------------------------------------------------------------------


def walls(attack: Attack, room: Room) -> bool:
    """In the sandbox, without the walls that the attack names."""
    box = sandbox(attack.walls)
    try:
        found = judged(attack, box)
    except grade_submission.SandboxLost:
        return attack.name == "signals"  # it has killed the warm process
    survived = any("survivor" in Path(f"/proc/{pid}/comm").read_text() for pid in processes())
    return won(attack, found) or bool(room.effects()) or survived

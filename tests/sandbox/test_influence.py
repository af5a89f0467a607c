"""Test that an answer affects neither the next submission nor the other answers."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from autograder.grading import judging
from autograder.grading.course_notebook import CourseNotebook
from autograder.grading.grade_submission import Settings
from autograder.grading.judging import Task
from autograder.grading.merge import code_cells, merge_answers
from autograder.grading.submission_file import cells_of
from autograder.limits import Limits
from autograder.sandbox.process import SandboxProcess
from tests.support.forging import FORGING
from tests.support.small_course import ANSWERS, TASK, after, notebook, solved
from utils.checker.verdict import MIME

pytestmark = pytest.mark.xdist_group("grade")

COURSE = notebook()
FORGES_A_LAW = (
    FORGING
    + """
calls = []
def forging(message, real=asked.reply):
    reply = real(message)
    if type(message) is wire.Call and message.exercise == 'initialize_parameters_deep':
        calls.append(1)
        if len(calls) == 2: return wire.CallReply(1, reply.runs)
    return reply
asked.reply = forging
"""
)
NEVER_LISTENS = (
    FORGING
    + """
def flood():
    given = [[np.ones((1, 1000)), np.ones((1000, 1)), 0.0], {}]
    for _ in range(40):
        call = wire.ReferenceCall(numbers[-1], 'linear_forward', wire.pack(given))
        asked.channel.send(wire.write(call))
    import time; time.sleep(60)
"""
)


@pytest.fixture(scope="module", autouse=True)
def _close():
    yield
    judging.close()


def statuses(page, *exercises, seconds=10):
    pieces = tuple(code_cells(merge_answers(CourseNotebook(COURSE), list(cells_of(page)))))
    done = judging.run_task(
        Task(TASK, pieces, exercises, Settings("spring", limits=Limits(seconds=seconds)))
    )
    return [done.verdicts[name][MIME]["status"] for name in exercises]


def waiting():
    """Return the waiting fork: the last descendant whose oom_score_adj is 1000."""
    below, found = {os.getpid()}, 0
    for pid in sorted(int(path.name) for path in Path("/proc").glob("[0-9]*")):
        with suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            if int(stat[1]) in below:
                below.add(pid)
                found = pid if Path(f"/proc/{pid}/oom_score_adj").read_text() == "1000\n" else found
    assert found
    return found


def test_forged_reply_to_a_property_does_not_affect_the_next_submission():
    exercise = "initialize_parameters_deep"
    assert statuses(after(solved(), "setup", FORGES_A_LAW), exercise) == ["tampered"]
    assert statuses(solved(), exercise) == ["correct"]


def test_endless_loop_in_a_property_fails_only_that_exercise():
    hangs = "def relu(Z):\n    while Z.shape == (1, 2) and Z[0, 0] == 12.9: pass\n"
    page = notebook(**ANSWERS | {"relu": hangs + "    return np.maximum(0, Z)"})
    assert statuses(page, "relu", "linear_forward", seconds=1) == ["timeout", "correct"]


@pytest.mark.parametrize(
    ("does", "status"), [("import os; os._exit(1)", "error"), ("while True: pass", "timeout")]
)
def test_crash_in_one_exercise_fails_only_that_exercise(does, status):
    """End the process in compute_cost, after answers that were judged with the reference."""
    wrong = "def linear_forward(A_prev, W, b):\n    return W @ A_prev, (A_prev, W, b)"
    ends = f"def compute_cost(AL, Y):\n    {does}"
    page = notebook(**ANSWERS | {"linear_forward": wrong, "compute_cost": ends})
    names = ("linear_forward", "linear_activation_forward", "L_model_forward", "compute_cost")
    assert statuses(page, *names, seconds=2) == ["partial", "correct", "correct", status]


def test_answer_that_raises_is_an_error_even_if_a_property_would_hang():
    """Raise on every case, and loop without end on the inputs of a property."""
    raises = "def relu(Z):\n    while Z.shape == (1, 2): pass\n    raise ValueError"
    page = notebook(**ANSWERS | {"relu": raises})
    assert statuses(page, "relu", "linear_forward", seconds=1) == ["error", "correct"]


def test_property_is_not_checked_with_a_wrong_earlier_answer():
    """Loop without end in the earlier answer, on the inputs of a property of the later one."""
    first = float(np.random.default_rng(5).normal(0, 1, (3, 11))[0, 0])  # of `layer_ranges`
    hangs = (
        f"def linear_forward(A_prev, W, b):\n    while A_prev[0, 0] == {first!r}: pass\n"
        "    return W @ A_prev, (A_prev, W, b)"
    )
    page = notebook(**ANSWERS | {"linear_forward": hangs})
    names = ("linear_forward", "linear_activation_forward")
    assert statuses(page, *names, seconds=1) == ["partial", "correct"]


def test_fork_that_dies_while_waiting_costs_no_points():
    assert statuses(solved(), "sigmoid") == ["correct"]
    time.sleep(0.5)
    os.kill(waiting(), signal.SIGKILL)
    time.sleep(0.2)
    assert statuses(solved(), "sigmoid") == ["correct"]


def test_unread_reference_replies_do_not_fill_memory(monkeypatch):
    longest, send = [0], SandboxProcess.send

    def sent(self, *frames):
        send(self, *frames)
        longest[0] = max(longest[0], len(self._unsent))

    monkeypatch.setattr(SandboxProcess, "send", sent)
    wrong = "def linear_forward(A_prev, W, b):\n    return W @ A_prev - b, (A_prev, W, b)"
    head, _, body = ANSWERS["linear_activation_forward"].partition("\n")
    floods = f"{head}\n    if 'server' in linear_forward.__code__.co_filename: flood()\n{body}"
    page = notebook(**ANSWERS | {"linear_forward": wrong, "linear_activation_forward": floods})
    page = after(page, "setup", NEVER_LISTENS)
    assert statuses(page, "linear_forward", "linear_activation_forward")[1] == "error"
    assert longest[0] < 100 << 20

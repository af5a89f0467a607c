"""Run bounded attacks on the grader in a disposable sandbox; none gains anything.

this folder       the attacks, and the scripts that run inside the sandbox
in a class        all attacks, with two honest students, graded by `course grade`
weaker            each attack again without the layers that stop it, where it succeeds
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autograder.grading import judging
from autograder.grading.grade_submission import Settings, judge_submission
from autograder.limits import Limits
from autograder.protocol.client import CodeCell
from tests.attacks import ATTACKS, outer, table
from tests.attacks.attack import WON
from utils.checker.answer_key import LiveKey
from utils.checker.judge import judge as judge_answer
from utils.checker.verdict import printable

HERE = Path(__file__).parent

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.xdist_group("attacks"),
]
each = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@pytest.fixture(scope="module")
def graded():
    return outer.run("classroom")


@pytest.fixture(scope="module")
def succeeded():
    return outer.run("weaker")


def test_there_are_at_least_60_distinct_attacks():
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 60


# -- in a class ------------------------------------------------------------------------------------


@each
def test_attack_gains_nothing(graded, attack):
    mine = [one for one in graded["together"]["results"] if one["student"] == attack.shown]
    assert len(mine) == 7
    for one in mine:  # a wrong answer of this form earns these points without an attack
        assert one["status"] != "correct"
        assert not any(got for part, got in one["earned"].items() if part not in FORM)
    assert WON not in str(mine)


def test_no_secret_is_read(graded):
    assert WON not in str(graded["together"])


def test_nothing_changes_outside_the_sandbox(graded):
    assert graded["effects"] == []


def test_no_process_is_left(graded):
    assert graded["survivors"] == []


def test_honest_results_are_identical_with_and_without_attackers(graded):
    assert len(graded["alone"]["honest"]) == 2 * 7 + 2
    assert graded["together"]["honest"] == graded["alone"]["honest"]


def test_grading_finishes(graded):
    together = graded["together"]
    assert together["code"] == 1  # ExitCode.PROBLEMS: somebody should look at the results
    assert "Traceback" not in together["said"]
    assert len(together["table"]) == len(ATTACKS) + 3


def test_shown_text_is_inert(graded):
    assert "<script" not in graded["html"]
    assert not any(line.startswith("ada: 0") for line in graded["together"]["said"].splitlines())
    assert "'=1+1" in "\n".join(graded["together"]["table"])
    shown = [*graded["explained"], graded["together"]["said"]]
    assert all(text == printable(text) for text in shown)
    assert all("✗ sigmoid: Line 2: " in text for text in graded["explained"][1:])
    assert "✓ relu" in graded["explained"][0]


def test_table_of_attacks_is_up_to_date(graded):
    told = (HERE / "README.md").read_text(encoding="utf-8")
    assert told == table.page(graded), "python tests/attacks makes it anew"


# -- without the layers that stop them -------------------------------------------------------------


def test_weakened_grader_still_grades(succeeded):
    assert succeeded["control"] == "success"


@each
def test_attack_succeeds_without_the_layer_that_stops_it(succeeded, attack):
    assert succeeded[attack.name] == "success"


# -- attacks outside the class of notebooks --------------------------------------------------------


def test_returning_none_earns_no_points_for_speed():
    def loop(X, W, b):
        if X.shape[1] > 100:
            return None
        return np.stack([np.tanh(W @ x + b[:, 0]) for x in X.T], 1).astype(X.dtype)

    assert judge_answer(LiveKey("x").question("layer_outputs_vectorized"), loop).points < 5


FORM = {"shape", "inputs left alone", "cache", "biases", "other activations"}


@pytest.mark.parametrize("exercise", ["sample_log_uniform", "sample_one_minus_log_uniform"])
def test_nan_samples_fail_the_distribution_property(exercise):
    def draws(low, high, size, rng):
        return np.full(size, low if size < 100 else np.nan)

    assert judge_answer(LiveKey("x").question(exercise), draws).points < 5


def test_notebook_of_slow_cells_is_stopped():
    pieces = [CodeCell("import time; time.sleep(0.4)", f"own-{i}") for i in range(100)]
    with judging.sandbox_for("01_forward_propagation") as sandbox:
        settings = Settings("x", limits=Limits(seconds=0.5, turns=5))
        found = judge_submission(sandbox, LiveKey("x"), pieces, ["relu"], settings)
    assert found.verdicts["relu"].status == "timeout"
    assert len(found.outputs) < 10

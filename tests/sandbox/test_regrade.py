"""Test that regrading judges only changed answers, and that `course explain` shows verdicts."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.support.small_course import TASK, course, hand_in, results, run, solved

pytestmark = pytest.mark.xdist_group("grade")

WRONG = "def linear_forward(A_prev, W, b):\n    return W @ A_prev, (A_prev, W, b)"


def known(done):
    found = re.search(r"(\d+) of them were known", done.stdout)
    return int(found[1]) if found else 0


@pytest.fixture(scope="module")
def class_(tmp_path_factory):
    where = tmp_path_factory.mktemp("regrade")
    hand_in(where / "in", "ada", solved())
    hand_in(where / "in", "ben", solved(linear_forward=WRONG))
    return course(where / "course"), where / "in", where / "out"


def test_only_changed_answers_are_judged_again(class_):
    where, submissions, output = class_
    assert known(run(where, submissions, output)) == 0
    first = results(output)
    assert known(run(where, submissions, output)) == 14
    assert results(output) == first

    hand_in(submissions, "cleo", solved(relu="def relu(Z):\n    return Z * (Z > 0)"))
    other = ("--follow-through", "half", "--seed", "another")
    assert known(run(where, submissions, output, *other)) == 0
    assert known(run(where, submissions, output)) == 14

    module = where / "utils/exercises/forward_propagation/relu.py"
    module.write_text(module.read_text() + "\n# a mended test\n")
    again = run(where, submissions, output)
    # relu and the two exercises that build on it, but not the other four of each student.
    assert known(again) == 12
    assert {key: one for key, one in results(output).items() if key[0] != "cleo"} == first


@pytest.mark.thorough
def test_regrading_a_later_answer_uses_the_cached_earlier_verdict(class_):
    """A sigmoid that hangs is not called for later exercises, even if its verdict is cached."""
    where, submissions, _ = class_
    one, output = submissions.parent / "one", submissions.parent / "out-one"
    hand_in(one, "eve", solved(sigmoid="def sigmoid(Z):\n    while True:\n        pass"))
    run(where, one, output, "--timeout", "3")
    first = results(output)
    assert first["eve", "sigmoid"]["status"] == "timeout"
    assert first["eve", "L_model_forward"]["given"] == ["sigmoid"]
    module = where / "utils/exercises/forward_propagation/L_model_forward.py"
    module.write_text(module.read_text() + "\n# a mended test\n")
    assert known(run(where, one, output, "--timeout", "3")) == 6
    assert results(output) == first


def test_early_bug_is_charged_once(class_):
    where, submissions, output = class_
    run(where, submissions, output)
    found = results(output)
    assert found["ben", "linear_forward"]["status"] in ("wrong", "partial")
    for later in ("linear_activation_forward", "L_model_forward"):
        one = found["ben", later]
        assert (one["status"], one["given"]) == ("correct", ["linear_forward"])
        assert one["points"] == one["max_points"]
        assert "right, given your linear_forward" in one["message"]


@pytest.fixture
def explain(class_):
    """Return a function that runs `course explain` on the grades of the class."""
    where, submissions, output = class_
    arguments = ["--submissions", str(submissions), "--output", str(output)]

    def explain(*who):
        words = [sys.executable, "-m", "autograder", "explain", *who, *arguments]
        return subprocess.run(words, cwd=where, text=True, capture_output=True, check=False)

    return explain


@pytest.mark.thorough
def test_explain_uses_the_settings_of_the_grade(class_, explain):
    """Explain a grade that was made with other settings than the defaults."""
    where, submissions, output = class_
    chosen = ("--follow-through", "none", "--seed", "secret", "--timeout", "20")
    run(where, submissions, output, *chosen)
    one = results(output)["ben", "linear_activation_forward"]
    assert (one["status"], one["points"] < one["max_points"]) == ("partial", True)
    settings = one["settings"]
    assert (settings["seed"], settings["follow_through"]) == ("secret", "none")
    assert settings["limits"]["seconds"] == 20
    told = explain("ben", "linear_activation_forward").stdout
    assert "✗ linear_activation_forward" in told
    assert f"{one['points']:g} of {one['max_points']:g} points" in told
    assert "has changed" not in told

    lines = (output / TASK / "results.jsonl").read_text()
    hand_in(submissions, "ben", solved())
    assert "has changed" in explain("ben", "linear_forward").stdout
    hand_in(submissions, "ben", solved(linear_forward=WRONG))
    (output / TASK / "results.jsonl").write_text(lines.replace('"settings"', '"setting"'))
    told = explain("ben", "linear_forward")
    assert told.returncode == 2
    assert "does not say with what settings it was made" in told.stderr


@pytest.mark.thorough
def test_explain_shows_the_verdict_with_a_failing_case(class_, explain):
    where, submissions, output = class_
    run(where, submissions, output)

    told = explain("ben", "linear_forward")
    assert told.returncode == 0, told.stderr
    assert "one of the three arguments has had no say yet" in told.stdout
    assert "seed" not in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 100
    text = re.sub(r"\s+", " ", told.stdout.partition("The smallest case")[2])  # join broken lines
    example = re.search(
        r"(A_prev = .*) (W = .*) (b = .*) linear_forward\(A_prev, W, b\) "
        r"should give (.*) and here it gives (.*) Numbers are rounded to 5 digits",
        text,
    )
    assert example, told.stdout
    import numpy as np

    from utils.reference.forward_propagation import linear_forward

    space = {"np": np}
    *arguments, due, gave = example.groups()
    exec("\n".join(arguments), space)
    Z, _ = linear_forward(space["A_prev"], space["W"], space["b"])
    near = {"rtol": 1e-3, "atol": 1e-3}
    np.testing.assert_allclose(eval(due, space)[0], Z, **near)
    np.testing.assert_allclose(eval(gave, space)[0], Z - space["b"], **near)
    assert "✓ relu: right" in explain("ben", "relu").stdout
    assert "have no student zoe" in explain("zoe", "relu").stderr
    assert "have no exercise rely; they have sigmoid, relu" in explain("ben", "rely").stderr

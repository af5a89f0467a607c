"""Test the calls that a notebook makes: `check`, `hint` and `ready`."""

import os
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from tests.support.answer_in_notebook import notebook, read, run_cell
from tests.support.written_answer import verdict_on
from utils.check import check, hint, ready
from utils.checker import answer_key
from utils.checker.verdict import CheckFailed


def in_a_notebook(source):
    """Run statements with the names that the setup cell of a notebook imports."""
    exec(dedent(source), {"np": np, "check": check, "hint": hint, "ready": ready})


# -- answers that cannot be judged ----------------------------------------------------------------


def test_blank_answer_is_distinguished_from_an_error():
    with pytest.raises(CheckFailed) as failure:
        in_a_notebook("""
        def relu(Z):
            # YOUR CODE HERE
            raise NotImplementedError()
            return A
        check("relu")
        """)
    assert failure.value.verdict.status == "blank"
    assert "still blank" in str(failure.value)


@pytest.mark.parametrize(
    ("before", "sentence"), [("", "there is no relu yet"), ("relu = 3", "not a function any more")]
)
def test_missing_function_is_explained(before, sentence):
    with pytest.raises(CheckFailed, match=sentence):
        in_a_notebook(f'{before}\ncheck("relu")')


def test_misspelled_exercise_name_gets_suggestions():
    for slip in ("reul", "ReLU"):
        with pytest.raises(CheckFailed, match=f"there is no exercise {slip}. Did you mean relu?"):
            check(slip)
    with pytest.raises(CheckFailed, match=r"no exercise 'zzz'; it has .*relu"):
        check("zzz")


@pytest.mark.parametrize("seed", ["a", -1, 1.5])
def test_invalid_seed_is_refused(seed):
    with pytest.raises(CheckFailed, match="a seed is a whole number from 0 up"):
        check("relu", seed=seed)


# -- what is shown --------------------------------------------------------------------------------


def test_correct_answer_prints_one_line(capsys):
    in_a_notebook('def relu(Z):\n    return np.maximum(0, Z)\ncheck("relu", seed=3)')
    assert capsys.readouterr().out == "✓ relu: right on 9 cases (seed 3).\n"


def test_check_accepts_the_function_instead_of_its_name(capsys):
    in_a_notebook("def relu(Z):\n    return np.maximum(0, Z)\ncheck(relu)\nhint(relu)\nready(relu)")
    assert "✓ relu" in capsys.readouterr().out


def test_prints_and_warnings_are_shown_and_cost_no_points():
    source = """
    import warnings
    def relu(Z):
        print("here I am")
        warnings.warn("careful")
        return np.maximum(0, Z)
    """
    verdict = verdict_on(source, "relu")
    assert verdict.status == "correct"
    assert "here I am" in verdict.text()
    assert "UserWarning: careful" in verdict.text()
    assert "here I am" in verdict.html()


def test_ipython_shows_no_traceback_of_the_course(tmp_path):
    """Run a real shell: a failed check shows the verdict and nothing else."""
    script = dedent("""
    from IPython.core.interactiveshell import InteractiveShell
    shell = InteractiveShell.instance(colors="nocolor")
    shell.run_cell("from utils.check import check\\nimport numpy as np")
    shell.run_cell("def relu(Z):\\n    return np.abs(Y)")
    shell.run_cell('check("relu")')
    """)
    root = Path(answer_key.__file__).parents[1]
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(root), "IPYTHONDIR": str(tmp_path)},
    )
    shown = run.stdout + run.stderr
    assert "✗ relu: Line 2: the name Y is not defined." in shown
    assert "return np.abs(Y)" in shown
    assert "Traceback" not in shown
    assert "utils" not in shown
    assert shown.count("✗ relu") == 1


def test_plain_python_prints_the_whole_verdict(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        "import numpy as np\nfrom utils.check import check\n"
        'def relu(Z):\n    return np.abs(Z)\ncheck("relu", seed=1)\n'
    )
    root = str(Path(answer_key.__file__).parents[1])
    for encoding in ("utf-8", "cp1252"):
        env = {**os.environ, "PYTHONPATH": root, "PYTHONIOENCODING": encoding}
        run = subprocess.run([sys.executable, script], capture_output=True, check=False, env=env)
        assert b"Negative entries came through with their sign turned" in run.stdout
        assert b"UnicodeEncodeError" not in run.stderr


# -- hints, and what demonstrations need ----------------------------------------------------------


def test_hints_are_shown_one_at_a_time(capsys):
    for number in (1, 2, 3, 3):
        in_a_notebook('hint("linear_forward")')
        assert f"Hint {number} of 3 for linear_forward: " in capsys.readouterr().out
    in_a_notebook('hint("nothing")')
    assert "There is no hint: the course has no exercise 'nothing'" in capsys.readouterr().out


def test_demonstration_needs_its_exercises(capsys):
    in_a_notebook("""
    def relu(Z):
        raise NotImplementedError()
    def sigmoid(Z):
        return Z
    assert not ready("relu", "sigmoid")
    assert ready("sigmoid")
    """)
    assert "needs your relu.\nWrite that first" in capsys.readouterr().out


def test_demonstration_needs_what_its_exercises_build_on(capsys):
    in_a_notebook("""
    def relu(Z):
        raise NotImplementedError()
    sigmoid = linear_forward = linear_activation_forward = lambda: None
    assert not ready("linear_activation_forward")
    """)
    assert "needs your relu." in capsys.readouterr().out


def test_demonstration_names_the_data_that_an_earlier_cell_makes(capsys):
    in_a_notebook("""
    def relu(Z):
        raise NotImplementedError()
    assert not ready("relu", "records")
    """)
    assert "records" not in capsys.readouterr().out  # the exercise comes first
    in_a_notebook('relu = abs\nassert not ready("relu", "records")')
    assert "Run the cell that makes records again" in capsys.readouterr().out


# -- a restart, a long run ------------------------------------------------------------------------


def test_ready_says_which_cell_to_run_after_a_restart(capsys):
    names = notebook("relu")
    run_cell('assert not ready("relu", "data")', names)
    shown = capsys.readouterr().out
    assert "relu and data are not there" in shown
    assert "Run the cell that makes relu again" in shown
    assert "Write that first" not in shown
    run_cell("data = 3\ndef relu(Z):\n    return Z\nassert ready('relu', 'data')", names)
    assert capsys.readouterr().out == ""


def test_check_that_runs_long_says_how_to_interrupt(monkeypatch, capsys):
    monkeypatch.setattr("utils.check.LONG", 0.05)
    names = notebook("relu") | {"time": time}
    run_cell("def relu(Z):\n    time.sleep(0.02)\n    return np.maximum(0, Z)", names)
    run_cell('check("relu")', names)
    shown = capsys.readouterr().out
    assert "The check of relu has run for 0.05 seconds." in shown
    assert "Interrupt" in shown


def test_many_prints_are_cut_with_a_remark():
    source = "def relu(Z):\n    for i in range(2000):\n        print(i)\n    return Z"
    assert "characters more." in read("relu", source).printed

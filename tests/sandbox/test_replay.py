"""Test what the cells of a notebook, run one after another, do to the verdicts."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.grading import judging
from autograder.grading.grade_submission import Settings
from autograder.grading.judging import Task
from autograder.limits import LIMITS, Limits
from autograder.protocol import messages, reference_process
from autograder.protocol.client import CodeCell
from autograder.sandbox.frames import Ended
from tests.support.forging import FORGING
from tests.support.merged import pieces
from tests.support.small_course import ANSWERS, TASK
from utils.checker.verdict import MIME

pytestmark = [pytest.mark.xdist_group("grade"), pytest.mark.usefixtures("_close_sandboxes")]


def own(code, name="own-1"):
    return CodeCell(code, name)


def judged_with(*cells, exercises=("relu",), packages=("msgspec 0",), **limits):
    """Judge these cells of a notebook, and return statuses, and what cells raised."""
    limits = Limits(**{"seconds": 10} | limits)
    settings = Settings("x", limits=limits, packages=packages)
    result = judging.run_task(Task(TASK, cells, exercises, settings))
    return {n: one[MIME]["status"] for n, one in result.verdicts.items()}, result


SETUP = CodeCell("import numpy as np", "setup", is_course_code=True)
RELU = CodeCell(ANSWERS["relu"], "relu-solution", "relu")
CHECK = CodeCell("", "relu", is_course_code=True, check="relu")


@pytest.mark.parametrize(
    "later", ["relu = None", "np = 5", "%reset -f", "exit()", "import os; os.abort()"]
)
def test_later_cell_changes_no_verdict(later):
    statuses, _ = judged_with(SETUP, RELU, CHECK, own(later))
    assert statuses == {"relu": "correct"}


def test_own_cell_that_takes_too_long_keeps_what_it_defined():
    uses = CodeCell("def relu(Z):\n    return np.maximum(zero, Z)", "relu-solution", "relu")
    for endless, seconds in (("while True:\n    pass", 20), ("import time\ntime.sleep(60)", 3)):
        cell = own(f"zero = 0\n{endless}\nzero = 1")
        statuses, result = judged_with(SETUP, cell, uses, CHECK, seconds=seconds, own_cells=1)
        assert statuses == {"relu": "correct"}
        assert result.outputs["own-1"].raised.startswith("Stopped: it ")


def test_helper_files_of_the_student_can_be_imported():
    uses = CodeCell(
        "from my_helper import largest\ndef relu(Z):\n    return largest(0, Z)", "own", "relu"
    )
    helper = (("my_helper.py", b"from numpy import maximum as largest"),)
    task = Task(TASK, (SETUP, uses, CHECK), ("relu",), Settings("x"), files=helper)
    assert judging.run_task(task).verdicts["relu"][MIME]["status"] == "correct"


def test_missing_name_is_explained_by_the_cell_that_stopped():
    uses = CodeCell("def relu(Z):\n    return math.nan * Z", "relu-solution", "relu")
    lost = own("import pandas_of_another_machine\nimport math")
    _, result = judged_with(SETUP, lost, uses, CHECK)
    message = result.verdicts["relu"][MIME]["message"]
    assert "the name math is not defined" in message
    assert (
        "math is made in your cell that stops with ModuleNotFoundError: No module named" in message
    )
    assert "What your code can import: NumPy, SciPy, Matplotlib, h5py, msgspec, and all" in message


def test_data_of_the_assignment_is_there_for_any_cell():
    loads = "from utils.data import load_garments\nassert load_garments('train')\n"
    relu = CodeCell(f"{loads}{ANSWERS['relu']}", "relu-solution", "relu")
    statuses, result = judged_with(SETUP, relu, CHECK)
    assert statuses == {"relu": "correct"}
    assert not result.outputs["relu-solution"].raised


@pytest.mark.parametrize(
    ("packages", "fine"), [(None, True), ((), False), (("typer 0",), True)], ids=str
)
def test_package_that_the_course_does_not_use_is_refused(packages, fine):
    within = "\n    import importlib\n    importlib.import_module('typer')\n"
    above = CodeCell(f"import typer\n{ANSWERS['relu']}", "relu-solution", "relu")
    inside = CodeCell(ANSWERS["sigmoid"].replace("\n", within, 1), "s", "sigmoid")
    plots = own("import matplotlib.pyplot as plt, json, scipy.stats\nfrom utils import plots")
    statuses, result = judged_with(
        SETUP, plots, above, inside, exercises=("relu", "sigmoid"), packages=packages
    )
    assert not result.outputs["own-1"].raised
    assert set(statuses.values()) == ({"correct"} if fine else {"error"})
    for one in result.verdicts.values():
        said = "this course does not use typer: allowed are NumPy, SciPy, Matplotlib, h5py, and all"
        assert (said in one[MIME]["message"]) == (not fine)


def test_what_code_tries_without_need_is_noted_and_changes_nothing():
    tries = own(
        "import os, socket, subprocess\n"
        "for name in ('/etc/passwd', '../notes.csv', 'mine.txt'):\n"
        "    try:\n        open(name, 'w')\n    except OSError:\n        pass\n"
        "try:\n    socket.create_connection(('10.0.0.1', 80), 1)\nexcept OSError:\n    pass"
    )
    plots = own("import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()", "own-2")
    within = "\n    import os\n    os.system('id')\n"
    relu = CodeCell(ANSWERS["relu"].replace("\n", within, 1), "relu-solution", "relu")
    statuses, result = judged_with(SETUP, plots, tries, relu, CHECK)
    assert statuses == {"relu": "correct"}
    files = ["open /etc/passwd", "open /run/notes.csv"]
    assert list(result.tried) == [*files, "look up 10.0.0.1", "run id"]
    many = own(
        "import os\nfor n in range(100):\n    try:\n        os.listdir(f'/{n}' * 99)\n"
        "    except OSError:\n        pass"
    )
    _, result = judged_with(SETUP, many, RELU, CHECK)
    assert (len(result.tried), {len(one) for one in result.tried}) == (20, {150})
    statuses, result = judged_with(SETUP, plots, RELU, CHECK)
    assert result.tried == ()


def test_message_forged_while_the_cell_of_an_answer_runs_is_tampering():
    forged = f"{FORGING}\nsend(b'no message')\n{ANSWERS['relu']}"
    cells = CodeCell(forged, "relu-solution", "relu"), CodeCell(ANSWERS["sigmoid"], "s", "sigmoid")
    statuses, result = judged_with(SETUP, *cells, CHECK, exercises=("relu", "sigmoid"))
    assert statuses == {"relu": "tampered", "sigmoid": "correct"}
    assert result.suspicions["relu"].startswith("It sent an invalid message")


def test_answer_that_ends_python_is_charged_once():
    names = ("relu", "sigmoid", "linear_forward", "linear_activation_forward", "L_model_forward")
    endings = ["exit()", "bytes(1 << 40)", "import ctypes; ctypes.string_at(0)"]
    endings += [f"import os; {code}" for code in ("os._exit(1)", "os.abort()")]
    endings.append("import os\n    while True:\n        os.write(1, bytes(1 << 20))")
    for ending in endings:
        cells = pieces(relu=f"def relu(Z):\n    {ending}\n    return Z")
        statuses, result = judged_with(*cells, exercises=names)
        assert statuses.pop("relu") != "correct"
        assert set(statuses.values()) == {"correct"}, (ending, statuses)
        given = {name: one[MIME]["given"] for name, one in result.verdicts.items()}
        assert given["linear_activation_forward"] == ("relu",)


@pytest.mark.parametrize(
    ("seconds", "limit", "error"),
    [(0.0, 10.0, Ended), (10.0, 0.0, messages.ProtocolError)],
    ids=["the student's time is over", "the reference takes too long"],
)
def test_reference_call_that_ends_the_students_time_is_no_tampering(seconds, limit, error):
    limits = replace(LIMITS, reference_seconds=limit)
    arguments = messages.pack([[np.ones((2, 3))], {}])
    try:
        with pytest.raises(error):
            reference_process.call_reference("relu", arguments, seconds, limits)
    finally:
        reference_process.close()

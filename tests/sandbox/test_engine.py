"""Test that the state which a worker keeps between submissions changes no verdict."""

import os
import signal
from dataclasses import fields

import psutil
import pytest

from autograder import cli
from autograder.course import notebooks
from autograder.grading import grade_submission, judging
from autograder.grading.course_notebook import CourseNotebook
from autograder.grading.grade_submission import Settings
from autograder.grading.judging import Task
from autograder.grading.merge import code_cells, merge_answers
from autograder.grading.submission_file import cells_of
from autograder.limits import Limits
from autograder.protocol.client import CodeCell, RemoteNotebook
from tests.support import ROOT
from tests.support.merged import pieces
from tests.support.small_course import ANSWERS, TASK
from utils.checker.answer_key import LiveKey
from utils.checker.verdict import MIME
from utils.exercises import EXERCISES

pytestmark = [pytest.mark.xdist_group("grade"), pytest.mark.usefixtures("_close_sandboxes")]

EXERCISES_OF_TASK = tuple(ANSWERS)
TEN_SECONDS = Limits(seconds=10)
NO_BIAS = "def linear_forward(A_prev, W, b):\n    return W @ A_prev, (A_prev, W, b)"


@pytest.fixture
def graded():
    """Return a function that grades answers as a worker does, with the questions made anew."""

    def grade(seed="spring", **answers):
        work = Task(TASK, pieces(**answers), EXERCISES_OF_TASK, Settings(seed, limits=TEN_SECONDS))
        return {name: said[MIME] for name, said in judging.run_task(work).verdicts.items()}

    vars(judging._per_thread).pop("keys", None)
    return grade


@pytest.fixture
def requests(monkeypatch):
    """Record the kinds of the requests that the sandbox gets."""
    sent = []
    request = RemoteNotebook.request

    def noted(self, message):
        sent.append(type(message).__name__)
        return request(self, message)

    monkeypatch.setattr(RemoteNotebook, "request", noted)
    return sent


def test_what_helps_a_learner_does_nothing_while_work_is_graded():
    calls = "progress(save='map.html')\nreset('relu')\nsolution('relu', show_me=True)\n"
    helped = f"from utils.check import progress, reset, solution\n{calls}{ANSWERS['relu']}"
    work = Task(TASK, pieces(relu=helped), EXERCISES_OF_TASK, Settings("spring"))
    result = judging.run_task(work)
    assert {one[MIME]["status"] for one in result.verdicts.values()} == {"correct"}
    [printed] = [cell.printed for cell in result.outputs.values() if "does nothing" in cell.printed]
    assert printed == "".join(
        f"{name}() does nothing while work is graded.\n"
        for name in ("progress", "reset", "solution")
    )


def test_an_exercise_takes_one_request_and_each_of_its_properties_one(graded, requests):
    assert {one["status"] for one in graded().values()} == {"correct"}
    properties = sum(len(EXERCISES[name].properties) for name in EXERCISES_OF_TASK)
    assert requests.count("Inspect") == len(EXERCISES_OF_TASK)
    assert requests.count("Call") == len(EXERCISES_OF_TASK) + properties


def test_each_property_is_checked_at_most_once(graded, requests):
    graded(relu="def relu(Z):\n    return np.maximum(0, Z) + 1e-7")
    properties = sum(len(EXERCISES[name].properties) for name in EXERCISES_OF_TASK)
    assert requests.count("Call") <= 2 * len(EXERCISES_OF_TASK) + properties


def test_reference_replaces_a_wrong_earlier_answer_only_in_that_submission(graded):
    """Grade one answer with a wrong earlier answer, and again with a correct one."""
    given = graded(linear_forward=NO_BIAS)["linear_activation_forward"]
    assert given["given"]
    alone = graded()["linear_activation_forward"]
    assert not alone["given"]
    assert given["points"] == alone["points"]
    assert graded(linear_forward=NO_BIAS)["linear_activation_forward"] == given


def test_different_seeds_give_different_cases(graded):
    assert graded() == graded(seed="autumn")
    for name in ANSWERS:
        first, second = (LiveKey(seed).question(name).seed for seed in ("spring", "autumn"))
        assert first != second


def test_endless_loop_times_out_on_every_run(graded):
    endless = "def relu(Z):\n    while True:\n        pass"
    work = Task(
        TASK, pieces(relu=endless), ("relu", "sigmoid"), Settings("x", limits=Limits(seconds=0.5))
    )
    for _ in range(2):
        found = judging.run_task(work).verdicts
        assert found["relu"][MIME]["status"] == "timeout"
        assert found["sigmoid"][MIME]["status"] == "correct"


def test_property_that_compares_two_calls_makes_two_calls(graded):
    name = "initialize_parameters_deep"
    head, _, body = ANSWERS[name].partition("\n")
    fresh = "    rng = np.random.default_rng() if layer_dims[0] == 7 else rng\n"  # in a property
    found = graded(**{name: f"{head}\n{fresh}{body}"})[name]
    assert "draw every number from rng" in found["message"]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(seconds=0.5), "calling your relu did not come to an end in 0.5 seconds."),
        (Limits(seconds=30, cpu=1), "calling your relu computed for more than 1 seconds."),
        (Limits(seconds=30, turns=0.1), "the notebook as a whole takes too long"),
    ],
)
def test_message_names_the_exceeded_limit(limits, said):
    endless = "def relu(Z):\n    while True:\n        pass"
    work = Task(TASK, pieces(relu=endless), ("relu",), Settings("x", limits=limits))
    try:
        found = judging.run_task(work).verdicts["relu"][MIME]
    finally:
        judging.close()
    assert found["status"] == "timeout"
    assert said in found["message"]


@pytest.mark.parametrize("sandboxed", [True, False], ids=["sandbox", "no sandbox"])
def test_reference_call_advances_the_students_generator(sandboxed):
    """A wrong draw is charged once, although three later answers pass a generator to it."""
    task, wrong = "04_hyperparameters", "sample_log_uniform"
    course = notebooks.read(notebooks.notebook_of(ROOT, task))
    page = notebooks.solve(course, markers=False)
    cell = next(c for c in page.cells if c.id == f"{wrong}-solution")
    cell.source = (
        f"def {wrong}(low, high, size, rng):\n    return np.exp(rng.uniform(low, high, size))"
    )
    taken = merge_answers(CourseNotebook(course), cells_of(page))
    names = [name for name, one in EXERCISES.items() if one.assignment == task]
    work = Task(task, tuple(code_cells(taken)), tuple(names), Settings("x"), sandboxed)
    try:
        found = {name: said[MIME] for name, said in judging.run_task(work).verdicts.items()}
    finally:
        judging.close()
        vars(judging._per_thread).clear()
    assert found.pop(wrong)["status"] == "wrong"
    assert {one["status"] for one in found.values()} == {"correct"}
    charged = [name for name, one in found.items() if wrong in one["given"]]
    assert charged == [
        *("sample_one_minus_log_uniform", "sample_configuration", "random_search"),
    ]


def test_module_names_of_version_0_1_can_be_imported():
    with judging.sandbox_for("04_hyperparameters") as sandbox, sandbox.open() as process:
        answers = RemoteNotebook(process, Limits())
        ran = answers.run(CodeCell("from utils.experiments import append_record", "own"))
        assert ran.raised == ""
        ran = answers.run(CodeCell("from utils.no_such_name import append_record", "own"))
        assert "no_such_name" in ran.raised


# -- forks made in advance ------------------------------------------------------------------------


def inside():
    """Return the processes that bubblewrap has started from here."""
    mine = psutil.Process().children(recursive=True)
    return [one for one in mine if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_forks_made_in_advance_are_cleaned_up(graded):
    others = set(inside())  # of earlier tests in this process
    files = len(os.listdir("/proc/self/fd"))
    graded()
    there = len(inside()), len(os.listdir("/proc/self/fd"))
    for code in ("exit()", "import os; os._exit(1)", "x = bytes(10)", "1 / 0"):
        graded(relu=f"{code}\ndef relu(Z):\n    return Z")
    # One fork waits, and one may still be ending.
    assert len(inside()) <= there[0] + 3
    assert len(os.listdir("/proc/self/fd")) <= there[1] + 8
    judging.close()
    psutil.wait_procs(set(inside()) - others, timeout=5)
    assert set(inside()) <= others
    assert len(os.listdir("/proc/self/fd")) <= files + 2


def test_fork_made_in_advance_has_no_data_of_the_previous_submission(graded):
    leaves = f"left = 1\nnp.left = 1\nopen('left', 'w').close()\n{ANSWERS['relu']}"
    looks = (
        "import os\ndef relu(Z):\n    assert not hasattr(np, 'left') and 'left' not in globals()\n"
        "    assert not os.path.exists('left')\n    return np.maximum(0, Z)"
    )
    assert graded(relu=leaves)["relu"]["status"] == "correct"
    for _ in range(2):
        assert graded(relu=looks)["relu"]["status"] == "correct"


def test_sandbox_restarts_when_it_dies_with_a_fork_ready(graded):
    right = graded()
    newest = max(psutil.Process().children(), key=psutil.Process.create_time)
    warm = newest.children()[0].children()[0]
    warm.send_signal(signal.SIGKILL)
    psutil.wait_procs([warm], timeout=5)
    for _ in range(2):
        try:
            again = graded()
            break
        except grade_submission.SandboxLost:  # `map_tasks` repeats a task in this case
            continue
    assert again == right


# -- cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\nfactor = 2",
        "%%time\nfactor = 2",
        "In [1]: factor = 2",
        ">>> factor = 2",
        "    factor = 2",
        "import asyncio\nawait asyncio.sleep(0)\nfactor = 2",
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['factor = 2\\n'])",
    ],
)
def test_cell_runs_as_in_jupyter(graded, cell):
    uses = "def relu(Z):\n    return np.maximum(0, Z) * factor / 2"
    cells = pieces(relu=uses)
    at = next(i for i, one in enumerate(cells) if one.exercise == "relu")
    own = [
        CodeCell(cell, "own-1"),
        CodeCell("factor = factor if 'factor' in globals() else 0", "own-2"),
    ]
    work = Task(
        TASK, (*cells[:at], *own, *cells[at:]), ("relu",), Settings("x", limits=TEN_SECONDS)
    )
    if "transformers" in cell:  # it transforms every later cell
        work = Task(TASK, (*cells[: at + 1], *own), ("relu",), Settings("x", limits=TEN_SECONDS))
    assert judging.run_task(work).verdicts["relu"][MIME]["status"] == "correct"


# -- the limits -----------------------------------------------------------------------------------


def test_doctor_shows_every_limit(capsys):
    cli.main(["doctor"])
    shown = capsys.readouterr().out
    assert "- time of a cell, and of all calls of one exercise: 60 s (seconds)" in shown
    assert all(f"({one.name})" in shown for one in fields(Limits))

"""What makes grading quick changes nothing of it: memory, foresight, and a fork that is ready."""

import os
import signal
from dataclasses import replace

import numpy as np
import psutil
import pytest
from test_grade import ANSWERS, TASK, solved

from autograder import engine, foresight, intake, judge, lender, notebooks, wire
from autograder.engine import Work
from autograder.judge import Settings
from autograder.sandboxed import Answers
from autograder.transcripts import Transcripts
from utils.answer_key import LiveKey
from utils.exercises import EXERCISES
from utils.verdict import MIME

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("grade")]

COURSE = solved()
EXERCISES_OF_TASK = tuple(ANSWERS)
NO_BIAS = "def linear_forward(A_prev, W, b):\n    return W @ A_prev, (A_prev, W, b)"


def pieces(**answers):
    cells = intake.cells_of(solved(**answers))
    return tuple(intake.pieces(intake.put_in(intake.Page(COURSE), cells)))


@pytest.fixture
def graded():
    """Grades an answer as a worker does; what it keeps is new."""

    def grade(seed="spring", **answers):
        work = Work(TASK, pieces(**answers), EXERCISES_OF_TASK, Settings(seed, seconds=10))
        return {name: said[MIME] for name, said in engine.do(work).verdicts.items()}

    yield grade
    engine.close()
    vars(engine._here).clear()


@pytest.fixture
def judgings(monkeypatch):
    """The exercises that were really judged."""
    found = []
    real = judge.judge_exercise

    def judge_exercise(key, exercise, *arguments, **named):
        found.append(exercise)
        return real(key, exercise, *arguments, **named)

    monkeypatch.setattr(judge, "judge_exercise", judge_exercise)
    return found


def test_what_came_before_is_said_again_and_not_judged_again(graded, judgings):
    first = graded(linear_forward=NO_BIAS)
    assert judgings == [*EXERCISES_OF_TASK]
    assert first["linear_forward"]["mistake"] == "bias_forgotten"
    judgings.clear()
    assert graded(linear_forward=NO_BIAS) == first
    assert judgings == []


def test_only_what_gives_the_very_same_is_the_same(graded, judgings):
    graded()
    judgings.clear()
    rounded = "def relu(Z):\n    return np.maximum(0, Z) + 1e-7"
    other = "def sigmoid(Z):\n    return np.exp(-np.logaddexp(0, -Z))"  # right, in other bits
    found = graded(relu=rounded, sigmoid=other)
    assert {"relu", "sigmoid"} <= set(judgings)
    assert "linear_forward" not in judgings
    assert found["relu"]["status"] == "partial"
    assert found["relu"]["points"] < EXERCISES["relu"].points
    assert found["sigmoid"]["status"] == "correct"


def test_an_earlier_verdict_is_part_of_what_is_remembered(graded):
    """The same answer, by what it builds on: blamed once, and then not."""
    given = graded(linear_forward=NO_BIAS)["linear_activation_forward"]
    assert given["given"]
    alone = graded()["linear_activation_forward"]
    assert not alone["given"]
    assert given["points"] == alone["points"]
    assert graded(linear_forward=NO_BIAS)["linear_activation_forward"] == given


def test_another_seed_is_another_class(graded, judgings):
    first = graded()
    second = graded(seed="autumn")
    assert [first[name]["seed"] != second[name]["seed"] for name in first] == [True] * len(first)
    assert len(judgings) == 2 * len(EXERCISES_OF_TASK)


def test_a_hanging_answer_hangs_again(graded):
    endless = "def relu(Z):\n    while True:\n        pass"
    work = Work(TASK, pieces(relu=endless), ("relu", "sigmoid"), Settings("x", seconds=0.5))
    for _ in range(2):
        found = engine.do(work).verdicts
        assert found["relu"][MIME]["status"] == "timeout"
        assert found["sigmoid"][MIME]["status"] == "correct"


def test_what_hangs_on_a_clock_is_asked_and_judged_anew(monkeypatch):
    name = "layer_outputs_vectorized"
    code = "def layer_outputs_vectorized(X, W, b):\n    return np.tanh(W @ X + b)"
    cells = (
        intake.Piece("import numpy as np", "setup"),
        intake.Piece(code, f"{name}-solution", name),
    )
    transcripts, calls, asked = Transcripts(), [], []
    exchange = Answers.exchange

    def noted(self, *messages, **how):
        calls.extend(m for m in messages if isinstance(m, wire.Call))
        return exchange(self, *messages, **how)

    monkeypatch.setattr(Answers, "exchange", noted)
    with engine.sandbox_for("03_matrix_dimensions") as sandbox:
        for _ in range(2):
            calls.clear()
            found = judge.judge_submission(
                sandbox, LiveKey("x"), cells, [name], Settings("x"), transcripts=transcripts
            )
            assert found.verdicts[name].status == "correct"
            asked.append([case.numbers for call in calls for case in call.cases])
    assert asked[0][0] == asked[1][0]  # a case of the question
    assert asked[0][-1] != asked[1][-1]  # numbers that nobody can have ready


@pytest.mark.parametrize("name", EXERCISES_OF_TASK)
def test_the_laws_of_an_exercise_are_asked_in_one_message_each(name):
    foreseen = foresight._foreseen(name)
    assert len(foreseen) == len(EXERCISES[name].laws)
    for law in foreseen:
        for case in law.cases:
            assert foresight.of_law(name, case) is not None


def test_a_law_that_compares_two_calls_has_two_calls_whichever_law_comes_first(monkeypatch):
    name = "initialize_parameters_deep"
    laws = dict(reversed(EXERCISES[name].laws.items()))
    monkeypatch.setitem(EXERCISES, name, replace(EXERCISES[name], laws=laws))
    head, _, body = ANSWERS[name].partition("\n")
    fresh = "    rng = np.random.default_rng() if layer_dims[0] == 7 else rng\n"  # in a law alone
    answer = {name: f"{head}\n{fresh}{body}"}
    work = Work(TASK, pieces(**answer), (name,), Settings("x", seconds=10))
    foresight._foreseen.cache_clear()
    try:
        told = engine.do(work).verdicts[name][MIME]["message"]
    finally:
        engine.close()
        vars(engine._here).clear()
        foresight._foreseen.cache_clear()
    assert "draw every number from rng" in told


def test_a_law_with_a_clock_a_file_or_fresh_numbers_is_not_foreseen():
    assert foresight._foreseen("layer_outputs_vectorized") == []
    stranger = wire.pack_case(next(iter(EXERCISES["relu"].cases(np.random.default_rng(0)))))
    assert foresight.of_law("random_search", stranger) is None
    assert len(foresight._foreseen("train_and_evaluate")) < len(
        EXERCISES["train_and_evaluate"].laws
    )


@pytest.mark.parametrize("others_are_named", [False, True])
def test_who_asks_a_stand_in_what_the_reference_asks_need_not_borrow(
    graded, monkeypatch, others_are_named
):
    borrowed, lend = [], lender.lend
    monkeypatch.setattr(lender, "lend", lambda *asked: borrowed.append(asked[0]) or lend(*asked))
    layer = ANSWERS["linear_activation_forward"]
    if others_are_named:
        layer = layer.replace("linear_forward(A_prev, W, b)", "linear_forward(A_prev, W=W, b=b)")
        assert layer != ANSWERS["linear_activation_forward"]
    found = graded(linear_forward=NO_BIAS, linear_activation_forward=layer)
    for name in ("linear_activation_forward", "L_model_forward"):
        assert (found[name]["status"], found[name]["given"]) == ("correct", ("linear_forward",))
    assert set(borrowed) == ({"linear_forward"} if others_are_named else set())


@pytest.mark.parametrize("walled", [True, False], ids=["sandbox", "no sandbox"])
def test_a_stand_in_draws_from_the_generator_that_it_is_given(walled):
    """A wrong draw is charged once, though three later answers hand a generator on to it."""
    task, wrong = "04_hyperparameters", "sample_log_uniform"
    course = notebooks.read(notebooks.notebook_of(engine.ROOT, task))
    page = notebooks.solve(course, markers=False)
    cell = next(c for c in page.cells if c.id == f"{wrong}-solution")
    cell.source = (
        f"def {wrong}(low, high, size, rng):\n    return np.exp(rng.uniform(low, high, size))"
    )
    taken = intake.put_in(intake.Page(course), intake.cells_of(page))
    names = [name for name, one in EXERCISES.items() if one.assignment == task]
    work = Work(task, tuple(intake.pieces(taken)), tuple(names), Settings("x"), walled)
    try:
        found = {name: said[MIME] for name, said in engine.do(work).verdicts.items()}
    finally:
        engine.close()
        vars(engine._here).clear()
    assert found.pop(wrong)["status"] == "partial"
    assert {one["status"] for one in found.values()} == {"correct"}
    charged = [name for name, one in found.items() if wrong in one["given"]]
    assert charged == ["sample_one_minus_log_uniform", "sample_configuration", "random_search"]


# -- the fork that is ready ------------------------------------------------------------------------


def inside():
    """The processes that bubblewrap has started from here."""
    mine = psutil.Process().children(recursive=True)
    return [one for one in mine if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_a_fork_that_is_ready_leaves_nothing(graded):
    files = len(os.listdir("/proc/self/fd"))
    graded()
    there = len(inside()), len(os.listdir("/proc/self/fd"))
    for code in ("exit()", "import os; os._exit(1)", "x = bytes(10)", "1 / 0"):
        graded(relu=f"{code}\ndef relu(Z):\n    return Z")
    # One waits, and one may still be dying.
    assert len(inside()) <= there[0] + 3
    assert len(os.listdir("/proc/self/fd")) <= there[1] + 8
    engine.close()
    psutil.wait_procs(inside(), timeout=5)
    assert inside() == []
    assert len(os.listdir("/proc/self/fd")) <= files + 2


def test_what_one_leaves_is_not_in_the_fork_that_waited(graded):
    leaves = f"left = 1\nnp.left = 1\nopen('left', 'w').close()\n{ANSWERS['relu']}"
    looks = (
        "import os\ndef relu(Z):\n    assert not hasattr(np, 'left') and 'left' not in globals()\n"
        "    assert not os.path.exists('left')\n    return np.maximum(0, Z)"
    )
    assert graded(relu=leaves)["relu"]["status"] == "correct"
    for _ in range(2):
        assert graded(relu=looks)["relu"]["status"] == "correct"


def test_a_sandbox_that_dies_with_a_fork_in_hand_is_started_anew(graded):
    right = graded()
    newest = max(psutil.Process().children(), key=psutil.Process.create_time)
    warm = newest.children()[0].children()[0]
    warm.send_signal(signal.SIGKILL)
    psutil.wait_procs([warm], timeout=5)
    for _ in range(2):
        try:
            again = graded()
            break
        except judge.SandboxLost:  # the engine's map does it once more
            continue
    assert again == right


# -- cells -----------------------------------------------------------------------------------------


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
def test_a_cell_is_what_it_is_in_jupyter(graded, cell):
    uses = "def relu(Z):\n    return np.maximum(0, Z) * factor / 2"
    cells = pieces(relu=uses)
    at = next(i for i, one in enumerate(cells) if one.exercise == "relu")
    own = [
        intake.Piece(cell, "own-1"),
        intake.Piece("factor = factor if 'factor' in globals() else 0", "own-2"),
    ]
    work = Work(TASK, (*cells[:at], *own, *cells[at:]), ("relu",), Settings("x", seconds=10))
    if "transformers" in cell:  # it makes of every cell that comes another one
        work = Work(TASK, (*cells[: at + 1], *own), ("relu",), Settings("x", seconds=10))
    assert engine.do(work).verdicts["relu"][MIME]["status"] == "correct"

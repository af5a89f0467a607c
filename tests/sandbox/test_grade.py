"""Test `course grade` as a command, on a class with typical submissions."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.grades_table import COLUMNS
from tests.support.small_course import (
    ANSWERS,
    FULL,
    POINTS,
    TASK,
    after,
    at,
    cell_of,
    course,
    hand_in,
    notebook,
    results,
    run,
    solved,
    stub,
    table,
)
from utils.exercises import EXERCISES

pytestmark = pytest.mark.xdist_group("grade")


# -- the class ------------------------------------------------------------------------------------


def ada():
    return solved()


def ben():
    """Known mistakes, a blank, a syntax error, and a cell that raises before its function."""
    return solved(
        sigmoid="def sigmoid(Z):\n    return 1 / (1 + np.exp(Z))",
        relu=stub("relu"),
        initialize_parameters_deep="def initialize_parameters_deep(layer_dims, rng:\n    return {}",
        linear_forward="def linear_forward(A_prev, W, b):\n    return W @ A_prev, (A_prev, W, b)",
        compute_cost="import torch_of_tomorrow\n\n\n" + ANSWERS["compute_cost"],
    )


def cleo():
    """Three endless loops: in a function, before a function, and one that swallows exceptions."""
    stubborn = """\
def initialize_parameters_deep(layer_dims, rng):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass"""
    return solved(
        initialize_parameters_deep=stubborn,
        linear_forward="while True:\n    pass\n\n\n" + ANSWERS["linear_forward"],
        compute_cost="def compute_cost(AL, Y):\n    while True:\n        pass",
    )


def dan():
    """Python ended by a function, and by a cell of the student's own."""
    page = solved(relu="import os\n\n\ndef relu(Z):\n    os._exit(0)")
    cell_of(page, "linear_activation_forward-solution").source = ANSWERS[
        "linear_activation_forward"
    ].replace("relu(Z) if", "np.maximum(0, Z) if")
    return after(page, "linear_forward", "exit()")


def eve():
    """All answers are wrong, and `check` is replaced in its module."""
    page = notebook(**{name: f"{name} = print" for name in POINTS})
    patch = "import utils.check\n\nutils.check.check = lambda name: None"
    page.cells.insert(0, new_code_cell(patch))
    return page


def finn():
    """Correct answers, but `check` is another function from relu on."""
    return after(solved(), "relu", "def check(name):\n    return 100")


def gia():
    """Test cells deleted, changed, doubled and tagged; numbers printed and displayed."""
    page = solved(
        relu="def relu(Z):\n    return Z",
        linear_forward="def linear_forward(A_prev, W, b):\n    print(15)\n    return W, 15\n\n\n15",
    )
    del page.cells[at(page, "sigmoid")]
    cell_of(page, "relu").source = "print(5)\n5"
    twin = cell_of(page, "linear_forward").copy() | {"id": "twin"}
    page.cells.append(nbformat.from_dict(twin))
    for name in ("compute_cost", "compute_cost-solution"):
        cell_of(page, name).metadata["tags"] = ["skip-execution", "raises-exception"]
    cell_of(page, "compute_cost-solution").source = "def compute_cost(AL, Y):\n    return 1.0"
    return page


def lee():
    """Ids and metadata are lost; an answer needs a cell of the student's own."""
    page = solved(relu="def relu(Z):\n    return positive(Z)")
    after(page, "sigmoid", "def positive(Z):\n    return np.where(Z > 0, Z, 0 * Z)")
    for cell in page.cells:
        del cell["id"]
        cell.metadata.clear()
    return page | {"nbformat_minor": 4}


def ned():
    """Old notebook format, and one answer cell is missing."""
    page = notebook(sigmoid=ANSWERS["sigmoid"])
    del page.cells[at(page, "compute_cost-solution")]
    return nbformat.convert(page, 3)


def olga():
    """Answer cells split, copied and emptied; a lone surrogate; invalid metadata."""
    page = solved(compute_cost="", relu=stub("relu"))
    whole = cell_of(page, "sigmoid-solution")
    half = nbformat.from_dict(whole.copy() | {"id": "half", "source": "one = 1"})
    page.cells.insert(at(page, "sigmoid-solution"), half)
    whole.source = "def sigmoid(Z):\n    return one / (one + np.exp(-Z))  # \ud83d"
    after(page, "relu-solution", ANSWERS["relu"])
    page.cells.append({"cell_type": "code", "source": ["1", "/0"], "metadata": 3, "outputs": []})
    page.cells.append("not a cell")
    return page


def pia():
    """All cells have the same id; an answer needs a cell of the student's own."""
    page = solved(relu="def relu(Z):\n    return positive(Z)")
    after(page, "sigmoid", "def positive(Z):\n    return np.where(Z > 0, Z, 0 * Z)")
    cell_of(page, "setup").source = "import numpy as np\nfrom utils import p"
    for cell in page.cells:
        cell["id"] = "setup"
    return page


CLASS = [
    *("ada", "ben", "cleo", "dan", "eve", "finn", "gia", "hugo"),
    *("iris", "jack", "kim", "lee", "mia", "ned", "olga", "pia"),
]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    where = tmp_path_factory.mktemp("class")
    submitted = where / "submitted"
    for make in (ada, ben, cleo, dan, eve, finn, gia, ned, olga, pia):
        hand_in(submitted, make.__name__, make())
    hand_in(submitted, "ada", b"raise SystemExit('mine')", "numpy.py")
    hand_in(submitted, "ada", b"def check(name): pass", "utils/check.py")
    hand_in(submitted, "ada", b"", "utils/__init__.py")
    hand_in(submitted, "ada", b"{", f".ipynb_checkpoints/{TASK}-checkpoint.ipynb")
    hand_in(submitted, "hugo", b"")
    hand_in(submitted, "iris", b"My notebook is in the other bag.")
    hand_in(submitted, "jack", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    hand_in(submitted, "kim", new_notebook())
    hand_in(submitted, "lee", lee(), "lees homework (2).ipynb")
    (submitted / "mia").mkdir()
    (submitted / "notes.txt").write_text("not a student")
    output = where / "grades"
    done = run(course(where / "course"), submitted, output, "--timeout", "3")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done, output


def told(graded, student):
    found = {e: one for (s, e), one in results(graded[1]).items() if s == student}
    assert list(found) == list(POINTS)
    return found


def statuses(graded, student):
    return {exercise: one["status"] for exercise, one in told(graded, student).items()}


# -- its grades -----------------------------------------------------------------------------------


def test_each_student_has_a_row_with_correct_total(graded):
    rows = table(graded[1])
    assert list(rows) == CLASS
    for student, row in rows.items():
        assert list(row) == [*COLUMNS, *POINTS]
        found = told(graded, student)
        points = {e: one["points"] for e, one in found.items()}
        assert {e: float(row[e]) if row[e] else None for e in POINTS} == points
        assert float(row["total"]) == sum(one or 0 for one in points.values())
        assert float(row["max"]) == FULL
        assert float(row["pending"]) == sum(POINTS[e] for e in POINTS if points[e] is None)
        for kind in ("blank", "missing", "unreadable"):
            assert int(row[kind]) == [one["status"] for one in found.values()].count(kind)
    for (_, exercise), one in results(graded[1]).items():
        assert one["max_points"] == POINTS[exercise]
        if one["status"] == "partial":
            assert 0 < one["points"] < one["max_points"]
            assert one["points"] == sum(one["earned"].values())
        else:
            right = one["max_points"] if one["status"] == "correct" else 0
            assert one["points"] in (right, None)
        assert one["message"]


def test_correct_answers_get_all_points_despite_other_files(graded):
    assert set(statuses(graded, "ada").values()) == {"correct"}
    assert table(graded[1])["ada"]["total"] == str(FULL)


def test_known_mistakes_are_named_and_explained(graded):
    ben = told(graded, "ben")
    for exercise, status, mistake in (
        ("sigmoid", "partial", "sign_of_Z"),
        ("linear_forward", "partial", "bias_forgotten"),  # its cache is correct
    ):
        known = next(m for m in EXERCISES[exercise].mistakes if m.name == mistake)
        assert (ben[exercise]["status"], ben[exercise]["mistake"]) == (status, mistake)
        assert known.sentence in ben[exercise]["message"]


def test_blank_answers_and_failing_cells_are_reported(graded):
    ben = told(graded, "ben")
    assert ben["relu"]["status"] == "blank"
    assert ben["initialize_parameters_deep"]["status"] == "error"
    assert (
        "SyntaxError: '(' was never closed (line 1)" in ben["initialize_parameters_deep"]["message"]
    )
    assert ben["compute_cost"]["status"] == "error"
    assert "No module named 'torch_of_tomorrow'" in ben["compute_cost"]["message"]


def test_endless_loop_fails_only_its_exercise(graded):
    found = statuses(graded, "cleo")
    loops = {"initialize_parameters_deep", "compute_cost", "linear_forward"}
    assert {e for e, status in found.items() if status == "timeout"} == loops
    assert found["relu"] == "correct"
    assert "in 3 seconds" in told(graded, "cleo")["compute_cost"]["message"]


def test_exit_fails_only_its_exercise(graded):
    found = statuses(graded, "dan")
    assert {e for e, status in found.items() if status != "correct"} == {"relu"}
    assert found["relu"] == "error"
    assert "ended Python" in told(graded, "dan")["relu"]["message"]


def test_replacing_check_does_not_change_the_grade(graded):
    assert "correct" not in statuses(graded, "eve").values()
    assert float(table(graded[1])["eve"]["total"]) < 0.3 * FULL  # at most the points for shapes
    assert set(statuses(graded, "finn").values()) == {"correct"}


def test_edited_test_cells_are_ignored(graded):
    gia = told(graded, "gia")
    assert gia["sigmoid"]["status"] == "correct"
    assert "test cell was gone" in gia["sigmoid"]["message"]
    assert (gia["relu"]["status"], gia["relu"]["mistake"]) == ("partial", "identity")
    assert "test cell was changed" in gia["relu"]["message"]
    assert gia["linear_forward"]["status"] in ("wrong", "partial")
    assert "more than once" in gia["linear_forward"]["message"]
    assert gia["compute_cost"]["status"] in ("wrong", "partial")


@pytest.mark.parametrize(
    ("student", "status", "points", "sentence"),
    [
        ("hugo", "unreadable", None, "is empty"),
        ("iris", "unreadable", None, "is not a notebook"),
        ("jack", "unreadable", None, "is not a notebook"),
        ("kim", "missing", 0, "is not in the notebook"),
        ("mia", "missing", 0, "Nothing was handed in"),
    ],
)
def test_what_was_handed_in_and_cannot_be_read_is_undecided(
    graded, student, status, points, sentence
):
    for one in told(graded, student).values():
        assert (one["status"], one["points"]) == (status, points)
        assert sentence in one["message"]


def test_a_renamed_notebook_without_metadata_is_graded_with_its_helpers(graded):
    assert set(statuses(graded, "lee").values()) == {"correct"}
    assert "lee: The notebook is called lees homework (2).ipynb" in graded[0].stderr


def test_helpers_are_found_when_all_cells_have_the_same_id(graded):
    assert set(statuses(graded, "pia").values()) == {"correct"}


def test_an_old_format_is_read_and_a_lost_answer_is_missing(graded):
    found = statuses(graded, "ned")
    assert (found.pop("sigmoid"), found.pop("compute_cost")) == ("correct", "missing")
    assert set(found.values()) == {"blank"}


def test_copied_split_and_misplaced_answers_are_found(graded):
    olga = told(graded, "olga")
    assert olga.pop("compute_cost")["status"] == "blank"
    assert {one["status"] for one in olga.values()} == {"correct"}
    assert "the last one counts" in olga["sigmoid"]["message"]
    assert "found in another cell" in olga["relu"]["message"]


def test_printed_summary_is_short(graded):
    done, output = graded
    lines = done.stderr.splitlines()
    assert all(line.split(":")[0] in CLASS for line in lines)
    assert sum(line.endswith(" points") for line in lines) == len(CLASS)
    assert done.stdout.startswith("Graded 16 students.")
    assert str(output / TASK / "grades.csv") in done.stdout
    written = sorted(path.name for path in output.iterdir())
    assert written == [TASK]
    written = sorted(path.name for path in (output / TASK).iterdir())
    assert written == [
        *("attention.csv", "by_hand.csv", "grades.csv", "results.jsonl", "verdicts.db"),
    ]


@pytest.mark.thorough
def test_regrading_gives_identical_results(graded, tmp_path):
    hand_in(tmp_path / "in", "ada", ada())
    done = run(course(tmp_path / "course"), tmp_path / "in", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    first, again = (
        {key[1]: one | {"settings": {}} for key, one in results(out).items() if key[0] == "ada"}
        for out in (graded[1], tmp_path / "out")  # with another timeout
    )
    assert again == first
    said = {student: told(graded, student)["relu"]["message"] for student in ("ada", "lee")}
    assert said["lee"].startswith(said["ada"])

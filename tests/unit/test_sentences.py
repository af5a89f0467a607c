"""Test what a person reads of a wrong answer: their own line, one case, and only what is true."""

import inspect
import linecache
import time
from itertools import count
from textwrap import dedent
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.course import notebooks
from tests.support import ROOT
from utils.check import check, hint, ready
from utils.checker.error_messages import stub
from utils.checker.judge import judge
from utils.checker.verdict import CheckFailed, Earned, Status, Verdict
from utils.exercises import EXERCISES
from utils.reference import (
    backward_propagation,
    experiments,
    forward_propagation,
    hyperparameters,
)
from utils.reference import matrix_dimensions as dimensions

CELLS = count()
PAGES = (forward_propagation, backward_propagation, dimensions, hyperparameters, experiments)


def run_cell(source, names):
    """Run a cell of a notebook, with a file of its own, as IPython gives it."""
    source, cell = dedent(source).strip() + "\n", f"<cell {next(CELLS)} of a notebook>"
    linecache.cache[cell] = (len(source), None, source.splitlines(True), cell)
    exec(compile(source, cell, "exec"), names)


def notebook(exercise):
    """Return the names of a notebook in which all exercises but this one are solved."""
    names = {"np": np, "check": check, "hint": hint, "ready": ready, "__name__": "__main__"}
    names |= {"In": [""], "Out": {}, "exit": exit}  # what IPython puts there
    page = next(one for one in PAGES if exercise in vars(one))
    names |= {key: value for key, value in vars(page).items() if key[0] != "_"}
    for function in [one for one in vars(page).values() if inspect.isfunction(one)]:
        if function.__module__ == page.__name__ and function.__name__ != exercise:
            lines = inspect.getsource(function)
            run_cell(f"from __future__ import annotations\n{lines}", names)
    names.pop(exercise, None)
    return names


def read(exercise, source, *before):
    """Return the verdict on an answer in a notebook, after the cells `before` it."""
    names = notebook(exercise)
    for cell in (*before, source):
        run_cell(cell, names)
    with pytest.raises(CheckFailed) as failure:
        run_cell(f'check("{exercise}", seed=5)', names)
    return failure.value.verdict


FORWARD = """
def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        A_prev = A
        A, cache = linear_activation_forward(
            {hidden}, parameters["W" + str(l)], parameters["b" + str(l)], "relu")
        caches.append(cache)
    AL, cache = linear_activation_forward(
        {output}, parameters["W" + str(L)], parameters["b" + str(L)], "sigmoid")
    caches.append(cache)
    {end}
"""
BACKWARD = """
def L_model_backward(AL, Y, caches):
    grads = {{}}
    L = {L}
    dAL = -(Y / AL - (1 - Y) / (1 - AL))
    current_cache = caches[L - 1]
    found = linear_activation_backward(dAL, {cache}, "sigmoid")
    grads["dA" + str(L - 1)], grads["dW" + str(L)], grads["db" + str(L)] = found
    for l in {layers}:
        dA_prev, dW, db = linear_activation_backward({dA}, caches[{index}], "relu")
        grads["dA" + str(l)] = dA_prev
        grads["dW" + str(l + 1)] = dW
        grads["db" + str(l + 1)] = db
    return grads
"""


def forward(hidden="A_prev", output="A", end="return AL, caches"):
    return FORWARD.format(hidden=hidden, output=output, end=end)


def backward(**other):
    usual = {"L": "len(caches)", "cache": "current_cache", "index": "l"}
    usual |= {"layers": "reversed(range(L - 1))", "dA": 'grads["dA" + str(l + 1)]'}
    return BACKWARD.format(**usual | other)


# --- the student's own line ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exercise", "source", "sentence", "line"),
    [
        (
            "L_model_forward",
            forward(hidden="X"),
            "Line 7, with l = 2: in this call of linear_activation_forward, W (",
            "A, cache = linear_activation_forward(",
        ),
        (
            "L_model_forward",
            forward(output="A_prev"),
            "Line 10, with L = 2: in this call of linear_activation_forward, W (1, 2) @ A_prev "
            "(3, 5) does not fit.",
            "AL, cache = linear_activation_forward(",
        ),
        (
            "L_model_backward",
            backward(cache="caches"),
            "Line 6: in this call of linear_activation_backward, Z is a tuple of 2",
            "found = linear_activation_backward(",
        ),
        (
            "L_model_backward",
            backward(dA='"dA" + str(l + 1)'),
            'Line 9, with l = 0: linear_activation_backward gets `"dA" + str(l + 1)` as its dA: '
            'the text "dA1", where an array is needed.',
            "dA_prev, dW, db = linear_activation_backward(",
        ),
        (
            "L_model_backward",
            backward(index="1"),
            "Line 9, with l = 0: in this call of linear_activation_backward, W.T (2, 1) @ dZ",
            "dA_prev, dW, db = linear_activation_backward(",
        ),
        (
            "L_model_backward",
            backward(dA='grads["dA" + str(l + 2)]'),
            "Line 9, with l = 0: grads has no key 'dA2'.",
            "dA_prev, dW, db = linear_activation_backward(",
        ),
        (
            "linear_activation_backward",
            """
            def linear_activation_backward(dA, cache, activation):
                linear_cache, Z = cache
                dZ = relu_backward(dA, Z)
                return linear_backward(dZ, cache)
            """,
            "Line 4: linear_backward gets `cache`: a tuple of 2, where 3 parts are needed.",
            "return linear_backward(dZ, cache)",
        ),
    ],
)
def test_wrong_call_is_told_at_its_own_line(exercise, source, sentence, line):
    verdict = read(exercise, source)
    assert sentence in verdict.message
    assert verdict.source.startswith(line)
    assert "names to the left" not in verdict.text()


def test_what_was_passed_is_named_with_the_place_where_it_did_not_fit():
    text = read("L_model_forward", forward(hidden="X")).text()
    assert 'You pass `X` as A_prev and `parameters["W" + str(l)]` as W.' in text
    assert "(It happens in linear_forward, line" in text


def test_helper_without_return_is_named():
    source = """
    def compute_cost(AL, Y):
        return -1.0 * charge(AL, Y) / Y.shape[1]
    """
    verdict = read("compute_cost", source, "def charge(AL, Y):\n    np.sum(Y * np.log(AL))")
    assert "charge gave None, where an array is needed." in verdict.message


# --- names from above ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exercise", "source", "before", "told"),
    [
        ("sigmoid", "def sigmoid(Z):\n    return A", "a = 0.5", "No line above makes A"),
        (
            "linear_forward",
            "def linear_forward(A_prev, W, b):\n    Z = W @ A_prev + b\n    return Z, cache",
            "Cache = 3",
            "No line above makes cache",
        ),
        (
            "relu",
            "def relu(Z):\n    return np.maximum(0, ln)",
            "",
            "Where should it be made",
        ),
    ],
)
def test_names_that_a_page_left_behind_are_not_proposed(exercise, source, before, told):
    text = read(exercise, source, before).text()
    assert told in text
    assert "Did you mean" not in text


def test_functions_of_the_notebook_are_proposed_where_one_is_called():
    source = """
    def linear_activation_forward(A_prev, W, b, activation):
        return linear_forwards(A_prev, W, b)
    """
    assert "Did you mean linear_forward?" in read("linear_activation_forward", source).message


@pytest.mark.parametrize(
    ("exercise", "source", "before", "told"),
    [
        (
            "parameter_shapes",
            "def parameter_shapes(layer_dims):\n"
            "    return {'W' + str(l): (n[l], n[l - 1]) for l in range(1, len(layer_dims))}",
            "n = [3]",
            "n is no argument of",
        ),
        (
            "linear_forward",
            "def linear_forward(A_prev, W, b):\n    return W1 @ A_prev + b1, (A_prev, W, b)",
            "W1, b1 = np.ones((4, 2)), np.ones((4, 1))",
            "W1 and b1 are no arguments of linear_forward: they come from a cell above.",
        ),
        (
            "L_model_forward",
            forward().replace("    L = len(parameters) // 2\n", ""),
            "L = 21",
            "It reads L from outside the function, as a cell above left it.",
        ),
    ],
)
def test_name_from_a_cell_above_is_told_where_the_code_raises(exercise, source, before, told):
    verdict = read(exercise, source, before)
    assert verdict.status == "error"
    assert told in verdict.text()
    assert not verdict.mistake


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("len(In)", "It reads In from outside the function; IPython made it."),
        ("e", "The constant is np.e."),
    ],
)
def test_name_from_elsewhere_is_told_where_values_are_wrong(added, told):
    source = f"def relu(Z):\n    return np.maximum(0, Z) + {added}"
    assert told in read("relu", source, "e = 1 / 3").text()


# --- what comes last -----------------------------------------------------------------------------


LAYER = """
def linear_activation_forward(A_prev, W, b, activation):
    Z, linear_cache = linear_forward(A_prev, W, b)
    if activation == "sigmoid":
        A = sigmoid(Z)
    elif activation == "relu":
        A = {relu}(Z)
    cache = (linear_cache, Z)
    {end}
"""


@pytest.mark.parametrize(
    ("relu", "end", "told"),
    [
        ("sigmoid", "return A, cache", "The sigmoid is used whatever `activation` says."),
        ("relu", "", "is None (is there a return?)"),
        ("relu", "return A, ((A_prev, W, Z), Z)", "The linear cache ends with Z"),
        ("relu", "return A, cache", "should raise a ValueError, and it raised an UnboundLocal"),
    ],
)
def test_missing_exception_is_told_after_what_else_is_wrong(relu, end, told):
    text = read("linear_activation_forward", LAYER.format(relu=relu, end=end)).text()
    assert told in text
    assert ("ValueError" in text) is ("ValueError" in told)


LEFT_OVER = "assert AL.shape == (1, X.shape[1])"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (forward(end=LEFT_OVER), "is None (is there a return?)"),
        (forward(end=f"{LEFT_OVER}; return AL, cache"), "AL came back with the last cache"),
        (
            forward(end=f"{LEFT_OVER}; return AL, caches").replace("caches.append(cache)", "pass"),
            "AL is right, and caches is empty",
        ),
    ],
)
def test_left_over_assert_does_not_hide_the_fault(source, told):
    text = read("L_model_forward", source).text()
    assert told in text
    assert "assert" not in text


def test_left_over_assert_is_told_with_both_sides_and_the_case():
    text = read("L_model_forward", forward(end=f"{LEFT_OVER}; return AL, caches")).text()
    assert "your assert says no: here AL.shape is (2, 4), and (1, X.shape[1]) is (1, 4)." in text
    assert "with two output units" in text
    assert "left over from one example" in text


def test_assert_that_caught_a_fault_is_not_suspected():
    source = """
    def linear_backward(dZ, cache):
        A_prev, W, b = cache
        db = np.squeeze(np.sum(dZ, axis=1, keepdims=True)) / dZ.shape[1]
        assert db.shape == b.shape
        return W.T @ dZ, dZ @ A_prev.T / dZ.shape[1], db
    """
    text = read("linear_backward", source).text()
    assert "here db.shape is (2,), and b.shape is (2, 1)." in text
    assert "left over" not in text
    assert "Not yet: shape (2). Not counted yet: dA_prev, dW, db" in text


# --- the line of points --------------------------------------------------------------------------


def test_points_read_as_a_person_would_say_them():
    earned = (
        Earned("biases", 1, 1),
        Earned("dA_prev", 2, 2),
        Earned("settled lines", 1, 9, count=(3, 7)),
        Earned("He's scale", 0, 7.5),
        Earned("inputs left alone", 0.4, 1, judged=False),
    )
    verdict = Verdict("it", Status.WRONG, 4.4, 20.5, "no.", earned=earned)
    assert verdict.text().splitlines()[1] == (
        "4.4 of 20.5 points. Right: biases and dA_prev. Settled lines: 3 of 7, 1 of 9 points. "
        "Not yet: He's scale (7.5). Not counted yet: inputs left alone."
    )


# --- tables --------------------------------------------------------------------------------------


def test_tables_show_the_columns_that_differ():
    text = read("sigmoid", "def sigmoid(Z):\n    return np.exp(Z) / (1 + np.exp(Z))").text()
    assert "columns 1, 2, 3, 4, 5, 7 of 7" in text
    assert "nan*" in text


def test_tables_show_enough_digits_for_every_difference():
    text = read("sigmoid", "def sigmoid(Z):\n    return 1 / (1 + 2.71828 ** (-Z))").text()
    table = text[text.index("expected") : text.index("(* differs)")].splitlines()[1:]
    for row in table:
        left, right = np.array_split(row.split(), 2)
        assert all(value + "*" != other for value, other in zip(left, right, strict=True))


def test_one_message_is_about_one_case():
    source = """
    def linear_activation_backward(dA, cache, activation):
        linear_cache, Z = cache
        if activation not in ("relu", "sigmoid"):
            raise ValueError
        dZ = relu_backward(dA, Z) if activation == "relu" else sigmoid_backward(dA, Z)
        return linear_backward(0.77 * dZ, linear_cache)
    """
    verdict = read("linear_activation_backward", source)
    assert verdict.message.startswith('With "sigmoid": Nudged')
    assert verdict.expected is None
    assert "Seen in" not in verdict.text()


# --- stubs, prints, and cells that Python cannot read --------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("    # YOUR CODE HERE\n    raise NotImplementedError()\n    return A", "blank"),
        ("    raise NotImplementedError()\n    return A", "blank"),
        ("    A = np.maximum(0, Z)\n    raise NotImplementedError()\n    return A", "error"),
        (
            "    A = np.maximum(0, Z)\n    # YOUR CODE HERE\n"
            "    raise NotImplementedError()\n    return A",
            "error",
        ),
        ("    # YOUR CODE HERE\n    raise NotImplementedError()\n    A = 3\n    return A", "error"),
    ],
)
def test_stub_left_under_code_is_not_called_blank(body, status):
    verdict = read("relu", f"def relu(Z):\n{body}")
    assert verdict.status == status
    assert ("still blank" in verdict.message) is (status == "blank")
    assert ("your code is there" in verdict.message) is (status == "error")


@pytest.mark.parametrize(
    ("exercise", "given"),
    [
        ("L_model_forward", "(X, parameters):\n    caches = []\n    A = X\n"),
        ("linear_backward", "(dZ, cache):\n    A_prev, W, _ = cache\n    m = dZ.shape[1]\n"),
        ("count_parameters", "(layer_dims):\n    count = 0\n"),
        ("parameter_shapes", "(layer_dims):\n    shapes = {}\n"),
    ],
)
def test_lines_that_the_page_gives_are_no_code_of_a_students(exercise, given):
    returned = {"L_model_forward": "AL, caches", "linear_backward": "dA_prev, dW, db"}
    returned |= {"count_parameters": "count", "parameter_shapes": "shapes"}
    stub = "    # YOUR CODE HERE\n    raise NotImplementedError()\n"
    source = f"def {exercise}{given}{stub}    return {returned[exercise]}"
    assert read(exercise, source).status == "blank"


def test_many_prints_are_cut_with_a_remark():
    source = "def relu(Z):\n    for i in range(2000):\n        print(i)\n    return Z"
    assert "characters more." in read("relu", source).printed


def test_cell_with_a_syntax_error_is_not_passed_for_its_older_version(monkeypatch, capsys):
    cells = ["", "def relu(Z):\n    return np.maximum(0, Z)", "def relu(Z):\n    return np.max("]
    shell = SimpleNamespace(history_manager=SimpleNamespace(input_hist_parsed=cells))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    verdict = read("relu", cells[1])
    assert "Line 2: Python cannot read the cell with relu" in verdict.message
    assert verdict.source == "return np.max("
    cells.append(cells[1])
    names = notebook("relu")
    run_cell(cells[1], names)
    run_cell('check("relu")', names)
    assert "✓ relu" in capsys.readouterr().out


# --- how to go on --------------------------------------------------------------------------------


def test_check_that_runs_long_says_how_to_interrupt(monkeypatch, capsys):
    monkeypatch.setattr("utils.check.LONG", 0.05)
    names = notebook("relu") | {"time": time}
    run_cell("def relu(Z):\n    time.sleep(0.02)\n    return np.maximum(0, Z)", names)
    run_cell('check("relu")', names)
    shown = capsys.readouterr().out
    assert "The check of relu has run for 0.05 seconds." in shown
    assert "Interrupt" in shown


def test_ready_says_which_cell_to_run_after_a_restart(capsys):
    names = notebook("relu")
    run_cell('assert not ready("relu", "data")', names)
    shown = capsys.readouterr().out
    assert "relu and data are not there" in shown
    assert "Run the cell that makes relu again" in shown
    assert "Write that first" not in shown
    run_cell("data = 3\ndef relu(Z):\n    return Z\nassert ready('relu', 'data')", names)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("exercise", "way", "told"),
    [
        ("compute_cost", "example_by_example", "There is a loop in it."),
        ("compute_cost", "with_mean", ""),
        ("firing_rate", "neuron_by_neuron", "There is a loop in it."),
        ("L_layer_model", "in_place_on_its_own", "your `update_parameters` does the same"),
        ("L_layer_model", "while_there_are_more", ""),
    ],
)
def test_right_work_that_went_another_way_gets_a_remark(exercise, way, told, live):
    [function] = [one for one in EXERCISES[exercise].right if one.__name__ == way]
    verdict = judge(live.question(exercise, 0), function)
    assert verdict.status == "correct"
    assert told in verdict.advice
    assert bool(verdict.advice) is bool(told)


# --- words that are not Python's -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("exercise", "source", "told"),
    [
        ("relu", "def relu(Z):\n    return np.max(0, Z)", "second argument of np.max is an axis"),
        ("relu", "def relu(Z):\n    return np.max([0, Z])", "things of different shapes"),
        ("relu", "def relu(Z):\n    return Z / [].x", "a list has no .x."),
        ("relu", "def relu(Z):\n    return next(iter([]))", "Python cannot carry this out, and"),
        ("relu", "def relu(Z):\n    return open('no/such')", "there is no file or folder of this"),
        ("relu", "def relu(Z):\n    return np.asscalar(Z)", "NumPy has no asscalar any more."),
        ("relu", "def relu(Z):\n    return Z * 'dA1'", "'dA1' is text, where an array is needed."),
        (
            "linear_forward",
            "def linear_forward(A_prev, W, b):\n"
            "    Z = np.zeros((2, 5))\n"
            "    Z[0, 0] = 1 + b[0]\n"
            "    return Z, (A_prev, W, b)",
            "b[0] is an array of one number, and Z[0, 0] takes a single number.",
        ),
        (
            "sample_configuration",
            "def sample_configuration(space, rng):\n"
            "    for name in space:\n"
            "        space[name + '_'] = 1",
            "the dictionary gets or loses keys while the loop goes through it.",
        ),
        (
            "split_data",
            "def split_data(X, Y, fractions, rng):\n"
            "    part = X[:, :2]\n"
            "    return {'train': (X[:, part], Y[:, part])}",
            "part, which stands in [ ], is an array of shape (2, 2) that holds decimals",
        ),
        (
            "compute_cost",
            "def compute_cost(AL, Y):\n    return np.inf",
            "Five predictions, none of them 0 or 1, cost inf here.",
        ),
    ],
)
def test_trouble_is_told_in_words_of_the_course(exercise, source, told):
    assert told in read(exercise, source).text()


STUBS = [
    pytest.param(cell.source, id=cell.id)
    for assignment in notebooks.assignments(ROOT)
    for cell in notebooks.read(notebooks.notebook_of(ROOT, assignment)).cells
    if cell.cell_type == "code" and cell.id.endswith(notebooks.SOLUTION)
]


@pytest.mark.parametrize("source", STUBS)
def test_a_stub_of_the_course_is_blank_whatever_lines_it_gives(source, tmp_path):
    file = tmp_path / "cell.py"
    file.write_text(source)
    frame = SimpleNamespace(f_code=SimpleNamespace(co_filename=str(file)))
    stubs = [i for i, line in enumerate(source.split("\n"), 1) if "raise NotImpl" in line]
    for line in stubs:
        assert not stub.is_under_code(SimpleNamespace(frame=frame, line=line))


def test_package_that_is_not_there_is_named_with_those_that_are():
    source = "def relu(Z):\n    import torch_of_tomorrow\n    return np.maximum(0, Z)"
    verdict = read("relu", source)
    assert verdict.message.endswith("there is no package torch_of_tomorrow here.")
    assert verdict.advice.startswith("NumPy, SciPy, Matplotlib, h5py, and all that comes with")

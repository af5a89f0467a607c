"""Test what a person reads of a wrong answer: their own line, one case, and only what is true."""

import numpy as np
import pytest

from tests.support.answer_in_notebook import read
from utils.checker.verdict import Earned, Status, Verdict

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


# -- the student's own line -----------------------------------------------------------------------


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


# -- names from above -----------------------------------------------------------------------------


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


# -- what comes last ------------------------------------------------------------------------------


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


# -- the line of points ---------------------------------------------------------------------------


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


# -- tables ---------------------------------------------------------------------------------------


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

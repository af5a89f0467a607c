"""Test that the verdict on a wrong result says what is wrong with it."""

import numpy as np
import pytest

from tests.support.written_answer import verdict_on
from utils.checker.judge import judge
from utils.reference import forward_propagation as reference

# -- the result -----------------------------------------------------------------------------------


def test_wrong_shape_is_drawn():
    verdict = verdict_on("def relu(Z):\n    return np.maximum(0, Z)[:-1]", "relu")
    assert verdict.message == "A has shape (1, 3), expected (2, 3)."
    drawing = verdict.text()
    assert "expected (2, 3)   got (1, 3)" in drawing
    assert drawing.count("│ · · · │") == 3
    assert 'aria-label="got (1, 3)"' in verdict.html()


def test_wrong_values_are_shown_beside_expected_values():
    verdict = verdict_on("def relu(Z):\n    return np.abs(Z)", "relu")
    text = verdict.text()
    assert "the right shape but not the right values" in text
    assert "expected" in text
    assert "*" in text
    assert "<u>" in verdict.html()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("return 1", "A is the single number 1, expected a NumPy array."),
        ("pass", "A is None (is there a return?), expected a NumPy array."),
        ("return Z.tolist()", "A is a list, expected a NumPy array."),
        ("return np.maximum(0, Z), 1", "A is a tuple of 2 items, expected a NumPy array."),
        ("return np.maximum(0, Z).astype(int)", "A holds int64 values, expected float64."),
        ("return np.maximum(0, Z).astype(np.float32)", "A holds float32 values"),
        ("return np.maximum(0, Z).astype(object)", "A holds object values"),
        ("return np.maximum(0, Z).view(type('mine', (np.ndarray,), {}))", "A is of type mine"),
        ("return np.ma.array(np.maximum(0, Z))", "A is of type MaskedArray"),
        ("return Z / 0 * 0", "A has the right shape but holds nan."),
        ("return lambda: Z", "A is a function (is a pair of parentheses missing?)"),
    ],
)
def test_every_unsupported_result_gets_a_sentence(source, sentence, key):
    verdict = verdict_on(f"def relu(Z):\n    {source}", "relu", key)
    assert verdict.status == "wrong"
    assert sentence in verdict.message


def test_rank_one_arrays_are_named(key):
    verdict = verdict_on("def relu(Z):\n    return np.maximum(0, Z).ravel()", "relu", key)
    assert "a rank-1 array" in verdict.message


# -- inputs, globals and state --------------------------------------------------------------------


def test_changed_input_array_is_reported(key):
    source = """
    def linear_forward(A_prev, W, b):
        Z = W @ A_prev + b
        if b.flags.writeable:
            b *= 0
        return Z, (A_prev, W, b)
    """
    verdict = verdict_on(source, "linear_forward", key)
    assert "b changed during the call" in verdict.message


def test_changed_input_dictionary_is_reported(key):
    source = """
    def sample_configuration(space, rng):
        for name in space:
            space[name] = 0.5
        return space
    """
    verdict = verdict_on(source, "sample_configuration", key)
    assert 'space["learning_rate"]' in verdict.message
    assert "changed during the call" in verdict.message


def test_returning_an_input_is_reported(key):
    source = "def relu(Z):\n    return Z if (Z > 0).all() else np.maximum(0, Z)"
    verdict = verdict_on(source, "relu", key)
    assert "A is the very array that came in" in verdict.message


def test_use_of_global_instead_of_argument_is_reported():
    source = """
    def linear_forward(A_prev, W, b):
        return W @ A_prev + bias, (A_prev, W, b)
    """
    verdict = verdict_on(source, "linear_forward", bias=0.5)
    assert verdict.status == "wrong"
    assert "It reads bias from outside the function" in verdict.text()


def test_state_kept_between_calls_is_reported(key):
    source = """
    seen = []
    def relu(Z):
        seen.append(1)
        return np.maximum(0, Z) + 1e-3 * (len(seen) > 9)
    """
    verdict = verdict_on(source, "relu", key)
    assert "gave another result the second time" in verdict.message


# -- random numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("np.random.randn(n, p) * np.sqrt(2 / p)", "draw every number from rng"),
        ("np.random.default_rng(0).standard_normal((n, p)) * np.sqrt(2 / p)", "draw from rng"),
        ("rng.uniform(-1, 1, (n, p)) * np.sqrt(6 / p)", "not normal"),
        ("(rng.standard_normal((n, p)) + 0.3) * np.sqrt(2 / p)", "expected about 0"),
        ("rng.standard_normal((n, p)) * np.sqrt(1.7 / p)", "expected √(2/101) = 0.141"),
    ],
)
def test_random_weights_must_follow_their_distribution(change, sentence, key):
    source = f"""
    def initialize_parameters_deep(layer_dims, rng):
        parameters = {{}}
        for l in range(1, len(layer_dims)):
            n, p = layer_dims[l], layer_dims[l - 1]
            parameters["W" + str(l)] = {change}
            parameters["b" + str(l)] = np.zeros((n, 1))
        return parameters
    """
    verdict = verdict_on(source, "initialize_parameters_deep", key)
    assert verdict.status == "wrong"
    assert sentence in verdict.message


@pytest.mark.parametrize("start", ["W * 0.01", "W * 0", "W / np.sqrt(2)"])
def test_output_layer_must_follow_the_distribution(start, key):
    def initialize(layer_dims, rng):
        parameters = reference.initialize_parameters_deep(layer_dims, rng)
        last = f"W{len(layer_dims) - 1}"
        parameters[last] = eval(start, {"W": parameters[last], "np": np})
        return parameters

    assert judge(key.question("initialize_parameters_deep", 1), initialize).status == "wrong"

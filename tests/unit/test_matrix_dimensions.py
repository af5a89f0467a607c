"""Test notebook 03: its points, the messages of check_dimensions, and the shape tracer."""

import html
import math
import operator
import re
from functools import partial

import numpy as np
import pytest

from utils import shape_tracer
from utils.checker.answer_key import LiveKey
from utils.checker.cases import Returned, Run
from utils.checker.judge import judge
from utils.exercises import EXERCISES
from utils.properties import matrix_dimensions
from utils.properties.matrix_dimensions import no_loop_over_examples
from utils.reference import matrix_dimensions as reference
from utils.shape_plots import columns_as_pictures
from utils.shape_tracer import trace


def test_points_sum_to_100():
    points = [one.points for one in EXERCISES.values() if one.assignment == "03_matrix_dimensions"]
    assert (len(points), sum(points)) == (7, 100)


# -- wrong answers beyond the known mistakes ------------------------------------------------------


def guard(said, condition="shape != due"):
    """Make a check_dimensions with this message, which may use name, shape and due."""
    source = f"""
def check_dimensions(parameters, layer_dims):
    for name, due in parameter_shapes(layer_dims).items():
        shape = parameters[name].shape
        if {condition}:
            raise ValueError(f{said!r})
"""
    space = {"parameter_shapes": reference.parameter_shapes}
    exec(source, space)
    return space["check_dimensions"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("wrong shape", "does not name W2."),
        ("{name} is wrong", "does not say the shape it should have."),
        ("{name} should be {due}", "does not say the shape it has."),
        ("{name} has the wrong shape: {shape[0]}x{shape[0]}", "does not say"),
        ("{name} is {shape}", "does not say the shape it should have."),
        ("W1, b1, {name}: {shape} for {due}", "names W1 first."),
    ],
)
def test_error_message_must_name_parameter_shape_and_expected_shape(said, sentence):
    verdict = judge(LiveKey().question("check_dimensions", 1), guard(said))
    assert verdict.status == "wrong"
    assert sentence in verdict.message
    assert verdict.message.startswith("W2 is (7, 17), and should be (17, 7). The message “")


def test_checking_in_dictionary_order_is_rejected():
    def check_dimensions(parameters, layer_dims):
        for name, array in parameters.items():
            due = reference.parameter_shapes(layer_dims)[name]
            if array.shape != due:
                raise ValueError(f"{name} has {array.shape}, expected {due}")

    verdict = judge(LiveKey().question("check_dimensions", 1), check_dimensions)
    assert verdict.status == "wrong"
    assert "W1 is (13, 7), and should be (7, 13)" in verdict.message
    assert "does not name W1" in verdict.message


def test_undetected_wrong_shape_is_explained():
    verdict = judge(
        LiveKey().question("check_dimensions", 1), guard("{name} {shape} {due}", "len(shape) != 2")
    )
    assert verdict.message == "This call should raise a ValueError, and it did not."
    assert "with W2 on its side" in verdict.text()


def unit(W, b, x):
    """Return one unit's output for one example, in plain Python."""
    return math.tanh(sum(map(operator.mul, W, x), b))


@pytest.mark.parametrize(
    "loop",
    [
        *("for", "list", "apply_along_axis", "vectorize"),
        *("comprehension", "map", "vectorized unit", "recursion"),
        *("entries", "vectorized tanh"),
    ],
)
def test_disguised_loop_over_examples_is_detected(loop, monkeypatch):
    monkeypatch.setattr(matrix_dimensions, "_seconds_of_tanh", lambda n: 0.0)  # a calm machine

    def layer_outputs_vectorized(X, W, b):
        if loop == "for":
            A = np.zeros((len(W), X.shape[1]), X.dtype)
            for i in range(X.shape[1]):
                A[:, i] = np.tanh(W @ X[:, i] + b[:, 0])
            return A
        if loop == "list":
            return np.array([np.tanh(W @ x + b[:, 0]) for x in X.T]).T
        columns, rows = X.T.tolist(), list(zip(W.tolist(), b[:, 0].tolist(), strict=True))
        if loop == "comprehension":
            return np.array([[unit(w, c, x) for x in columns] for w, c in rows])
        if loop == "entries":
            return np.array([[math.tanh(z) for z in row] for row in W @ X + b])
        if loop == "vectorized tanh":
            return np.vectorize(math.tanh)(W @ X + b)
        if loop == "map":
            return np.array([list(map(partial(unit, w, c), columns)) for w, c in rows])
        if loop == "vectorized unit":
            one = np.vectorize(lambda j, i: unit(*rows[j], columns[i]))
            return one(*np.indices((len(W), X.shape[1])))
        if loop == "recursion":
            if X.shape[1] < 2:
                return np.tanh(W @ X + b)
            half = X.shape[1] // 2
            parts = [layer_outputs_vectorized(part, W, b) for part in (X[:, :half], X[:, half:])]
            return np.hstack(parts)
        if loop == "apply_along_axis":
            return np.apply_along_axis(lambda x: np.tanh(W @ x + b[:, 0]), 0, X)
        one = np.vectorize(lambda x: np.tanh(W @ x + b[:, 0]), signature="(n)->(k)")
        return one(X.T).T

    question = LiveKey().question("layer_outputs_vectorized", 1)
    verdict = judge(question, layer_outputs_vectorized)
    assert verdict.status == "wrong"
    assert "take as long as with a loop over them" in verdict.message
    assert verdict.points < 5  # the page itself gives a loop


def test_loop_property_tolerates_a_busy_machine():
    seconds = iter([9, 9, 9] + [1e-9] * 9)  # another program used the processor

    class Ask:
        def __call__(self, case):
            return reference.layer_outputs_vectorized(**case.args)

        def run(self, case):
            return Run(Returned(self(case)), seconds=next(seconds))

    assert no_loop_over_examples(Ask(), None) is None


@pytest.mark.parametrize(("alone", "accused"), [(0.0, True), (0.1, False)])
def test_loop_over_entries_counts_only_on_a_calm_machine(alone, accused, monkeypatch):
    monkeypatch.setattr(matrix_dimensions, "_seconds_of_tanh", lambda n: alone)

    class Ask:
        def __call__(self, case):
            return reference.layer_outputs_vectorized(**case.args)

        def run(self, case):
            return Run(Returned(self(case)), seconds=9 if len(case.args["W"]) > 2 else 1e-9)

    assert (no_loop_over_examples(Ask(), None) is not None) == accused


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (lambda X, W, b: np.tile(X[:1], (len(W), 1)), "Inputs twice as large with weights half"),
        (lambda X, W, b: np.tanh(b + 0 * X[:1]), "Inputs twice as large with weights half"),
        (lambda X, W, b: np.tanh(W @ X + b) ** 3, "There is no loop in it, but other numbers"),
    ],
)
def test_fast_wrong_answer_earns_few_points(given, sentence):
    verdict = judge(LiveKey().question("layer_outputs_vectorized", 1), given)
    assert (verdict.status, verdict.mistake) == ("wrong", "")
    assert sentence in verdict.advice
    assert verdict.points < (8 if "no loop" in sentence else 5)


@pytest.mark.parametrize("way", ["no sum", "constant"])
def test_wrong_count_is_explained_layer_by_layer(way):
    def count_parameters(layer_dims):
        right = reference.count_parameters(layer_dims)
        return 5 if way == "constant" else right + len(layer_dims)

    verdict = judge(LiveKey().question("count_parameters", 1), count_parameters)
    assert verdict.mistake == ""
    assert "Layer by layer" in verdict.advice
    assert verdict.points == (0 if way == "constant" else 1)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ((4, 3, 1), "W1 is (4, 3, 1), expected"),
        ((4,), "W1 is (4,), a rank-1 array, expected"),
        ("(4, 3)", "W1 is text, expected a shape, which is a tuple of whole numbers."),
        (np.zeros((4, 3)), "W1 is an array, expected a shape"),
        ((float("nan"), 3), "expected a shape"),
    ],
)
def test_value_that_is_no_shape_gets_a_sentence(wrong, sentence):
    def parameter_shapes(layer_dims):
        return reference.parameter_shapes(layer_dims) | {"W1": wrong}

    verdict = judge(LiveKey().question("parameter_shapes", 1), parameter_shapes)
    assert verdict.status == "wrong"
    assert sentence in verdict.message


def test_wrong_answer_to_shape_slips_is_explained_with_sizes():
    def shape_slips(layer_dims, m):
        return reference.shape_slips(layer_dims, m) | {"g": m > 20 or layer_dims[0] > 5}

    verdict = judge(LiveKey().question("shape_slips", 1), shape_slips)
    assert re.fullmatch(r"g is (True|False), expected (True|False)\.", verdict.message)
    assert re.search(r"shape_slips\(layer_dims=\[.*\], m=\d+\), with", verdict.text())
    numbers = judge(
        LiveKey().question("shape_slips", 1), lambda n, m: dict.fromkeys("abcdefg", "yes")
    )
    assert "expected True or False." in numbers.message


# -- the shape tracer -----------------------------------------------------------------------------

NETWORKS = [([3, 1], 5), ([3, 4, 2, 1], 5), ([784, 64, 16, 1], 500), ([2, 2, 2], 2), ([1, 1], 1)]


@pytest.mark.parametrize(("layer_dims", "m"), NETWORKS)
def test_tracer_shows_every_matrix_with_its_shape(layer_dims, m):
    shapes = reference.forward_shapes(layer_dims, m) | reference.parameter_shapes(layer_dims)
    shapes |= reference.backward_shapes(layer_dims, m)
    seen = set()
    for step in trace(layer_dims, m).steps:
        for matrix in step.matrices:
            name = matrix.name.removesuffix(".T")
            turned = matrix.name.endswith(".T")
            assert matrix.shape == (shapes[name][::-1] if turned else shapes[name])
            seen.add(name)
    assert seen == set(shapes)


@pytest.mark.parametrize(("layer_dims", "m"), NETWORKS)
def test_tracer_steps_have_consistent_shapes(layer_dims, m):
    steps = trace(layer_dims, m).steps
    assert len(steps) == 6 * (len(layer_dims) - 1)
    for step in steps:
        result, *factors = (np.zeros(matrix.shape) for matrix in step.matrices)
        if "@" in step.parts:
            made = factors[0] @ factors[1] + (factors[2] if "+" in step.parts else 0)
        elif "∗" in step.parts:
            made = factors[0] * factors[1]
        elif step.kind == "biases":
            made = factors[0].sum(axis=1, keepdims=True)
        else:
            made = factors[0]
        assert made.shape == result.shape
        for sign in (shape_tracer.ROWS, shape_tracer.COLUMNS, shape_tracer.INNER):
            worn = [(m_.shape[a]) for m_ in step.matrices for a in (0, 1) if m_.signs[a] == sign]
            assert len(worn) != 1  # a mark on only one size would say nothing
            assert len(set(worn)) <= 1


def test_tracer_text_has_the_content_of_the_page():
    shown = trace([3, 4, 1], 5)
    bundle = shown._repr_mimebundle_()
    assert bundle["text/plain"] == repr(shown) == shown.text()
    lines = [line for line in shown.text().splitlines() if re.match(r" *\d+\. ", line)]
    assert len(lines) == len(shown.steps) == 12
    page = shown.html()
    for step in shown.steps:
        for matrix in step.matrices:
            assert matrix.label in shown.text()
            assert f'<span class="name">{matrix.name}</span>' in page
        assert html.escape(step.remark) in page
    assert "<script" not in bundle["text/html"]
    assert bundle["text/html"].count("<section") == 12  # for printing; the page itself is escaped


@pytest.mark.parametrize(
    ("layer_dims", "m", "sentence"),
    [
        ([3], 5, "layer_dims should be a list of two sizes or more, such as [3, 4, 1]"),
        (3, 5, "this is 3."),
        ("3, 4", 5, "this is '3, 4'."),
        ([3, 0], 5, "layer_dims[1] should be a whole number from 1 up; this is 0."),
        ([3.5, 1], 5, "layer_dims[0] should be a whole number from 1 up; this is 3.5."),
        ([3, True], 5, "this is True."),
        ([3, 1], 0, "m, the number of examples, should be a whole number from 1 up; this is 0."),
        ([2] * 14, 5, "The tracer shows up to 12 layers; take some away."),
    ],
)
def test_tracer_reports_invalid_input_in_one_sentence(layer_dims, m, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
        trace(layer_dims, m)
    assert str(caught.value).count(". ") == 0


def test_tracer_accepts_numpy_integers_and_a_single_example():
    shown = trace(tuple(np.array([3, 1])), np.int64(1))
    assert shown.title == "The shapes in the network [3, 1] with m = 1 example"


def test_pictures_have_alt_text():
    X = np.arange(12.0).reshape(4, 3) / 12
    shown = columns_as_pictures({"one": X, "two": X[::-1]}, (2, 2), count=3)
    assert repr(shown) == (
        "The first 3 columns as pictures, 2 rows of pictures: one, first column with mean 0.375; "
        "two, first column with mean 0.375."
    )
    assert shown._repr_mimebundle_()["text/html"].startswith("<img")

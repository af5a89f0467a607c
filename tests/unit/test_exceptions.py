"""Test that an exception in an answer is explained at the student's line."""

import linecache
from textwrap import dedent

import pytest
from scipy.special import expit

from tests.support.answer_in_notebook import read
from tests.support.written_answer import verdict_on, written
from utils.checker.cases import Raised
from utils.checker.explain import explain
from utils.checker.judge import judge
from utils.exercises import EXERCISES
from utils.reference import forward_propagation as reference

EXCEPTIONS = [
    ("linear_forward", "W @ A_perv + b", "Line 2: the name A_perv is not defined. Did you mean"),
    ("linear_forward", "W.T @ A_prev + b", "Line 2: W.T (3, 2) @ A_prev (3, 5) does not fit."),
    ("linear_forward", "np.dot(A_prev, W) + b", "Line 2: A_prev (3, 5) @ W (2, 3) does not fit."),
    ("linear_forward", "W @ A_prev + b.T", "W @ A_prev (2, 5) + b.T (1, 2) does not fit."),
    ("linear_forward", "(W, b) @ A_prev", "Line 2: "),
    ("linear_forward", "W.columns @ A_prev", "an array has no .columns."),
    ("linear_forward", "np.mathmul(W, A_prev) + b", "numpy has no .mathmul. Did you mean matmul?"),
    ("linear_forward", "W.shape(1)", "W.shape is a tuple, not a function"),
    ("linear_forward", "W.shape[2]", "W.shape has 2 items, and [2] is not among them."),
    ("linear_forward", '"W" + 1', "text and a number cannot be joined with +."),
    ("linear_forward", "np.zeros(2, 3)", "np.zeros takes the size as one tuple."),
    ("linear_forward", "W if W > 0 else b", "one yes-or-no question of a whole array."),
    ("linear_forward", "exp(W)", "Did you mean np.exp?"),
    ("linear_forward", "__import__('math').exp(W)", "takes a single number, and got an array."),
    ("linear_forward", '{}["W1"]', "has no key 'W1'."),
    ("linear_forward", "exit()", "exit() ends the program."),
    ("linear_forward", "'W' + np.int64(1)", "text and a number cannot be joined with +."),
    ("linear_forward", "'W' + W", "text and an array cannot be joined with +."),
    ("linear_forward", "W + None", "there is no + for an array and None."),
    ("linear_forward", "-np.exp", "np.exp is a function, and it was not called."),
    ("linear_forward", "np.random.randn((2, 3))", "takes whole numbers, and got a tuple."),
    ("linear_forward", "range(W)", "range takes whole numbers, and got an array."),
    ("linear_forward", "np.maximum(1, 2, 3)", "np.maximum takes 2 numbers or arrays, and got"),
    ("linear_forward", "W[0.5]", "[0.5] asks for a place that is no whole number."),
    ("linear_forward", "W['a']", "W is an array, and text is no place in it."),
    ("linear_forward", "W[0, 5]", "W has shape (2, 3), and index 5 is outside its axis 1."),
    ("linear_forward", "W[0, 0, 0]", "W has shape (2, 3), so it has 2 axes, and more are asked"),
    ("linear_forward", "W[W.T > 0]", "W has shape (2, 3), and the condition in its [ ] another"),
    ("linear_forward", "W.tolist().append(W).T", "None has no .T."),
    ("linear_forward", "1 / 0", "ZeroDivisionError"),
]


@pytest.mark.parametrize(("name", "line", "sentence"), EXCEPTIONS, ids=[e[1] for e in EXCEPTIONS])
def test_exception_is_explained_with_the_students_line(name, line, sentence):
    source = f"def {name}(A_prev, W, b):\n    Z = {line}\n    return Z, (A_prev, W, b)"
    verdict = verdict_on(source, name)
    assert verdict.status == "error"
    assert sentence in verdict.message
    assert line in verdict.source
    assert "Traceback" not in verdict.text()
    assert "utils" not in verdict.text()


def test_tuple_used_as_array_is_explained():
    source = """
    def linear_activation_forward(A_prev, W, b, activation):
        Z = linear_forward(A_prev, W, b)
        A = np.maximum(0, Z)
        return A, (Z[1], Z)
    """
    verdict = verdict_on(
        source, "linear_activation_forward", linear_forward=reference.linear_forward
    )
    assert "Line 3: Z is a tuple of 2, where an array is needed." in verdict.message


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        ("Z, c, d", "3 names to the left of =, but 2 values"),
        ("(Z,)", "there is 1 name to the left"),
    ],
)
def test_wrong_number_of_values_to_unpack_is_explained(left, sentence):
    source = f"""
    def linear_activation_forward(A_prev, W, b, activation):
        {left} = linear_forward(A_prev, W, b)
        return Z, c
    """
    verdict = verdict_on(
        source, "linear_activation_forward", linear_forward=reference.linear_forward
    )
    assert sentence in verdict.message


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        ("ValueError('no')", "Line 2: here your own raise is reached: ValueError: no."),
        ("ValueError('no' + 1)", "Line 2: text and a number cannot be joined with +."),
        ("'no'", "Line 2: only an exception can be raised, and this is none."),
    ],
)
def test_students_own_raise_is_distinguished_from_an_error_in_it(raised, sentence):
    source = f"def linear_forward(A_prev, W, b):\n    raise {raised}"
    assert verdict_on(source, "linear_forward").message == sentence


def test_failed_assert_is_explained():
    source = """
    def linear_forward(A_prev, W, b):
        assert W.shape == (4, 3)
        return W @ A_prev + b, (A_prev, W, b)
    """
    message = verdict_on(source, "linear_forward").message
    assert message == "Line 2: your assert says no: here W.shape is (2, 3)."


def test_exception_after_many_expected_ones_is_explained(key):
    question = key.question("check_dimensions", 1)
    expected = [i for i, case in enumerate(question.cases) if isinstance(case.expected, Raised)]
    late = repr(question.cases[expected[5]].args["parameters"])
    source = """
    def check_dimensions(parameters, layer_dims):
        if repr(parameters) == late:
            return shapes
        guard(parameters, layer_dims)
    """
    guard = EXERCISES["check_dimensions"].reference
    verdict = judge(question, written(source, "check_dimensions", late=late, guard=guard))
    assert verdict.message.endswith("and it raised a NameError.")
    assert verdict.advice.startswith("Line 3: the name shapes is not defined.")


def layer_with(otherwise):
    return f"""
    class MyError(ValueError):
        pass
    def linear_activation_forward(A_prev, W, b, activation):
        Z, cache = linear_forward(A_prev, W, b)
        if activation == "relu":
            A = np.maximum(0, Z)
        elif activation == "sigmoid":
            A = expit(Z)
        {otherwise}
        return A, (cache, Z)
    """


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ("else: raise MyError('no')", "right"),
        ("else: raise TypeError('no')", "should raise a ValueError, and it raised a TypeError"),
        ("", "should raise a ValueError, and it raised an UnboundLocalError"),
        ("else: raise NotImplementedError()", "it comes to `else: raise NotImplementedError()`"),
    ],
)
def test_unknown_activation_is_explained(otherwise, said, key):
    verdict = verdict_on(
        layer_with(otherwise),
        "linear_activation_forward",
        key,
        linear_forward=reference.linear_forward,
        expit=expit,
    )
    assert said in verdict.text()
    assert verdict.status == ("correct" if said == "right" else "error")


def test_blank_earlier_exercise_is_named():
    source = """
    def relu(Z):
        raise NotImplementedError()

    def linear_activation_forward(A_prev, W, b, activation):
        Z, cache = linear_forward(A_prev, W, b)
        return relu(Z), (cache, Z)
    """
    verdict = verdict_on(
        source, "linear_activation_forward", linear_forward=reference.linear_forward
    )
    assert verdict.status == "error"
    assert verdict.message == "it calls relu, which is itself still blank."


def test_endless_recursion_is_explained():
    verdict = verdict_on("def relu(Z):\n    return relu(Z)", "relu")
    assert "relu calls itself without end" in verdict.message


@pytest.mark.parametrize(
    "line", ['raise NameError("boo")', 'raise AttributeError("boo")', "raise Sly()", "return Sly()"]
)
def test_hostile_exceptions_and_results_get_a_verdict(line, key):
    source = f"""
    class Sly(Exception):
        def __str__(self):
            raise RuntimeError
        def __eq__(self, other):
            raise RuntimeError
        def __array__(self, *more, **options):
            raise RuntimeError
        __hash__ = None
    def relu(Z):
        {line}
    """
    assert verdict_on(source, "relu", key).status in ("error", "wrong")


@pytest.mark.parametrize(
    "line", ["loud.nothing", "(-loud) @ W", "called(W) @ W", "W[loud]", "loud + W"]
)
def test_explaining_an_exception_runs_no_student_code(line):
    source = f"""
    import numpy as np
    ran = []
    class Loud:
        def __dir__(self): ran.append("dir"); return []
        def __repr__(self): ran.append("repr"); return ""
        def __neg__(self): ran.append("neg"); return W
        def __hash__(self): ran.append("hash"); return 1
        def __eq__(self, other): ran.append("eq"); return True
    loud, W = Loud(), np.ones((2, 3))
    called = np.frompyfunc(lambda entry: ran.append("called") or entry, 1, 1)
    def student(): return {line}
    """
    lines = dedent(source).strip().splitlines(True)
    linecache.cache["<loud>"] = (0, None, lines, "<loud>")
    namespace = {}
    exec(compile("".join(lines), "<loud>", "exec"), namespace)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        namespace["student"]()
    ran = list(namespace["ran"])
    assert explain(caught.value, namespace["student"]).sentence
    assert namespace["ran"] == ran


# -- in the cells of a notebook -------------------------------------------------------------------


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


def test_package_that_is_not_there_is_named_with_those_that_are():
    source = "def relu(Z):\n    import torch_of_tomorrow\n    return np.maximum(0, Z)"
    verdict = read("relu", source)
    assert verdict.message.endswith("there is no package torch_of_tomorrow here.")
    assert verdict.advice.startswith("NumPy, SciPy, Matplotlib, h5py, and all that comes with")
